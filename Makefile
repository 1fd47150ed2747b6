# vet: counts of people, from the building leader's sheet to the station's monthly workbook.
#
#   make            build into build/
#   make demo       install what is missing, build, and run a month of a station of the real size
#   make check      install what the tests need, build, and test
#   make install    into $(DESTDIR)$(PREFIX); make uninstall takes it away again

VERSION = 1.0
PREFIX  ?= /usr/local
DESTDIR ?=
BUILD   ?= build
CC      ?= cc
PKG_CONFIG ?= pkg-config

LIBS = sqlite3 libcjson icu-uc icu-i18n expat libzip xlsxwriter nettle
OPT  ?= -O2
WARN ?= -Wall -Wextra -Werror
SANITIZE ?=

# What pkg-config says is asked once and kept; libcsv has no .pc file.
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LIBS) 2>/dev/null)
PKG_LIBS   := $(shell $(PKG_CONFIG) --libs $(LIBS) 2>/dev/null)
CPPFLAGS += -Ilib -D_GNU_SOURCE
CFLAGS   ?= $(OPT) -g
ALL_CFLAGS = -std=c11 $(WARN) $(CFLAGS) $(SANITIZE) -pthread $(PKG_CFLAGS)
ALL_LIBS   = $(PKG_LIBS) -lcsv -lm -pthread

LIB_SRC := $(wildcard lib/*/*.c)
CMD_SRC := $(wildcard cmd/vet-*.c)
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/obj/%.o)
SESSION := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard cmd/session*.c))
COMMANDS := $(CMD_SRC:cmd/%.c=$(BUILD)/bin/%)
PO := $(wildcard share/messages/zh_CN/*.po)

.PHONY: all clean install uninstall demo check bench lint asan fuzz deps
.DELETE_ON_ERROR:
.SECONDARY:
JOBS := $(shell nproc 2>/dev/null || echo 1)

all: $(COMMANDS) $(BUILD)/share/.made $(BUILD)/share/locale/zh_CN/LC_MESSAGES/vet.mo

include $(wildcard lib/*/rules.mk tests/rules.mk scripts/rules.mk)

$(SESSION): CPPFLAGS += -DVET_VERSION='"$(VERSION)"' -DVET_SHAREDIR='"$(PREFIX)/share/vet"'

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/libvet.a: $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/bin/%: $(BUILD)/obj/cmd/%.o $(SESSION) $(BUILD)/libvet.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LIBS)

# The share folder beside the executables is the checkout's own, by links, so that an edited ledger is used at once.
$(BUILD)/share/.made:
	@mkdir -p $(BUILD)/share
	@for d in ledgers codes models reports; do ln -sfn $(CURDIR)/share/$$d $(BUILD)/share/$$d; done
	@touch $@

$(BUILD)/share/locale/zh_CN/LC_MESSAGES/vet.mo: $(PO)
	@mkdir -p $(@D)
	msgcat --use-first $(PO) | msgfmt -o $@ -

# The two commands of the README.  What is missing is installed first, then make starts anew, so that pkg-config finds it.
demo:
	scripts/install-dependencies build
	$(MAKE) -s -j$(JOBS) all $(BUILD)/demo/make-station
	BUILD=$(BUILD) scripts/demo

check:
	scripts/install-dependencies build check
	$(MAKE) -s -j$(JOBS) tests $(BUILD)/demo/make-station
	BUILD=$(BUILD) SEQUENCES=$${SEQUENCES:-10000} LIMIT=1500 tests/run $(T)

bench:
	scripts/install-dependencies build bench
	$(MAKE) -s -j$(JOBS) all $(BUILD)/demo/make-station
	BUILD=$(BUILD) scripts/bench

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/vet $(DESTDIR)$(PREFIX)/share/locale/zh_CN/LC_MESSAGES \
	    $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 755 $(COMMANDS) $(DESTDIR)$(PREFIX)/bin
	install -m 755 scripts/monthly $(DESTDIR)$(PREFIX)/bin/vet-monthly
	install -m 755 scripts/drill $(DESTDIR)$(PREFIX)/bin/vet-drill
	for d in ledgers codes models reports; do \
	    install -d $(DESTDIR)$(PREFIX)/share/vet/$$d && \
	    for f in share/$$d/*; do [ ! -f "$$f" ] || install -m 644 "$$f" $(DESTDIR)$(PREFIX)/share/vet/$$d || exit 1; done; done
	install -m 644 share/ledger.schema.json $(DESTDIR)$(PREFIX)/share/vet
	install -m 644 $(BUILD)/share/locale/zh_CN/LC_MESSAGES/vet.mo $(DESTDIR)$(PREFIX)/share/locale/zh_CN/LC_MESSAGES
	for f in doc/*.1 doc/*.5; do [ ! -f "$$f" ] || install -m 644 "$$f" $(DESTDIR)$(PREFIX)/share/man/man$${f##*.} || exit 1; done

uninstall:
	rm -f $(COMMANDS:$(BUILD)/bin/%=$(DESTDIR)$(PREFIX)/bin/%) $(DESTDIR)$(PREFIX)/bin/vet-monthly $(DESTDIR)$(PREFIX)/bin/vet-drill \
	    $(DESTDIR)$(PREFIX)/share/locale/zh_CN/LC_MESSAGES/vet.mo
	rm -f $(patsubst doc/%.1,$(DESTDIR)$(PREFIX)/share/man/man1/%.1,$(wildcard doc/*.1)) \
	    $(patsubst doc/%.5,$(DESTDIR)$(PREFIX)/share/man/man5/%.5,$(wildcard doc/*.5))
	rm -rf $(DESTDIR)$(PREFIX)/share/vet

clean:
	rm -rf $(BUILD)

-include $(LIB_OBJ:.o=.d) $(CMD_SRC:%.c=$(BUILD)/obj/%.d) $(SESSION:.o=.d)
