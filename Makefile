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
SESSION := $(BUILD)/obj/cmd/session.o
COMMANDS := $(CMD_SRC:cmd/%.c=$(BUILD)/bin/%)
PO := $(wildcard share/messages/zh_CN/*.po)

.PHONY: all clean install uninstall demo check bench lint asan fuzz deps
.DELETE_ON_ERROR:

all: $(COMMANDS) $(BUILD)/share/.made $(BUILD)/share/locale/zh_CN/LC_MESSAGES/vet.mo

include $(wildcard lib/*/rules.mk tests/rules.mk scripts/rules.mk)

$(BUILD)/obj/cmd/session.o: CPPFLAGS += -DVET_VERSION='"$(VERSION)"' -DVET_SHAREDIR='"$(PREFIX)/share/vet"'

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

clean:
	rm -rf $(BUILD)

-include $(LIB_OBJ:.o=.d) $(CMD_SRC:%.c=$(BUILD)/obj/%.d) $(SESSION:.o=.d)
