UNIT_SRC := $(wildcard tests/unit/*.c)
UNIT := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/tests/unit/%)

$(BUILD)/tests/unit/%: tests/unit/%.c tests/unit/tap.h $(BUILD)/libvet.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests/unit $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/libvet.a $(ALL_LIBS)

# What is fuzzed changes, and the targets with it: they are compiled each time, and run by make fuzz.
TARGETS := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/fuzz/*.c))
-include $(TARGETS:.o=.d)

.PHONY: tests test
tests: all $(UNIT) $(TARGETS) $(BUILD)/demo/make-station
# The tests alone, without installing anything: make test T="name name"
test: tests
	BUILD=$(BUILD) tests/run $(T)

# ---- checks that take longer; none of them installs anything ----
.PHONY: lint asan valgrind
SOURCES = $(wildcard cmd/*.[ch] lib/*/*.[ch] tests/unit/*.[ch] tests/fuzz/*.[ch] tests/fault/*.[ch] tests/bench/*.[ch] scripts/*.c scripts/*/*.[ch])
SCRIPTS = .ci/run $(shell grep -slE '^\#!.*bash' scripts/*) tests/run $(wildcard tests/*.sh tests/cases/*.sh)
# The format, static checks of code, scripts and manual pages, and both compilers with warnings as errors.
lint:
	clang-format --dry-run -Werror $(SOURCES)
	cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	    --suppressions-list=tests/cppcheck.txt -Ilib -Itests/unit -Iscripts/station -D_GNU_SOURCE cmd lib tests scripts
	shellcheck -x -P tests -e SC1091 $(SCRIPTS)
	scripts/check-layers
	mandoc -T lint -W warning doc/*.[15]
	$(FUZZ_CC) $(CPPFLAGS) $(ALL_CFLAGS) -fsyntax-only tests/fuzz/*.c
	$(MAKE) -s -j$(JOBS) BUILD=$(BUILD)/lint-gcc CC=gcc tests
	$(MAKE) -s -j$(JOBS) BUILD=$(BUILD)/lint-clang CC=clang tests

# The whole suite (or T="name...") with AddressSanitizer, which looks for leaks too, and UndefinedBehaviorSanitizer.  A fault ends a
# program with status 99, which no test expects.  Warnings are no errors here: the sanitizers make the compiler see paths that are
# not there.  The failing disks of tests/fault come before the sanitizer's library, hence no check of the order.
ASAN = $(BUILD)/asan
asan:
	$(MAKE) -s -j$(JOBS) BUILD=$(ASAN) OPT=-O1 WARN=-Wall \
	    SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer' tests $(ASAN)/demo/make-station
	ASAN_OPTIONS=exitcode=99:detect_leaks=1:verify_asan_link_order=0 UBSAN_OPTIONS=exitcode=99:print_stacktrace=1 \
	    LSAN_OPTIONS=suppressions=$(CURDIR)/tests/lsan.txt:print_suppressions=0 BUILD=$(ASAN) LIMIT=$${LIMIT:-3600} tests/run $(T)

# Some tests (or T="name...") under valgrind: the build folder that they see holds a script for each program, which runs the real one.
VALGRIND = $(BUILD)/valgrind
valgrind: tests
	@mkdir -p $(VALGRIND)/bin $(VALGRIND)/tests/unit
	@ln -sfn $(abspath $(BUILD))/share $(VALGRIND)/share
	@for f in $(COMMANDS:$(BUILD)/%=%) $(UNIT:$(BUILD)/%=%); do \
	    printf '#!/bin/sh\nexec valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite --suppressions=%s %s "$$@"\n' \
	        $(CURDIR)/tests/valgrind.txt $(abspath $(BUILD))/$$f >$(VALGRIND)/$$f && chmod +x $(VALGRIND)/$$f; done
	BUILD=$(VALGRIND) LIMIT=$${LIMIT:-3600} tests/run \
	    $(or $(T),base csv json expr import-basic dedupe-first aggregate-stream report-summary report-frozen returns.sh store-work store-pack)

include $(wildcard tests/*/rules.mk)
