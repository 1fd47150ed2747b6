# make fuzz: every target of tests/fuzz for FUZZ_SECONDS, from the corpus of the tests.  FUZZ=fuzz_csv runs only that one.
# What breaks a target is left as build/fuzz/TARGET-crash-*.
FUZZ_SECONDS ?= 30
FUZZ_CC  ?= clang
FUZZ_SRC := $(wildcard tests/fuzz/*.c)
FUZZ     ?= $(FUZZ_SRC:tests/fuzz/%.c=%)
FUZZ_OBJ := $(LIB_SRC:%.c=$(BUILD)/fuzz/obj/%.o)
# VET_PIECE: text files are read in pieces so small that even a short input has records across several.
FUZZ_FLAGS = -std=c11 -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined \
  -DVET_PIECE=96 $(PKG_CFLAGS) -pthread

$(BUILD)/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(CPPFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

$(BUILD)/fuzz/obj/lib/link/han.o: $(BUILD)/gen/link/han_data.inc
$(BUILD)/fuzz/obj/lib/link/han.o: CPPFLAGS += -I$(BUILD)/gen

$(BUILD)/fuzz/libvet.a: $(FUZZ_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/fuzz/%: tests/fuzz/%.c $(BUILD)/fuzz/libvet.a
	$(FUZZ_CC) $(CPPFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ $(ALL_LIBS)

.PHONY: fuzz
fuzz: $(FUZZ:%=$(BUILD)/fuzz/%)
	@mkdir -p $(FUZZ:%=$(BUILD)/fuzz/seeds-%) tests/corpus
	@set -e; for t in $(FUZZ); do \
	  echo "fuzz: $$t, $(FUZZ_SECONDS) s"; \
	  $(BUILD)/fuzz/$$t -max_total_time=$(FUZZ_SECONDS) -timeout=20 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 -verbosity=0 \
	    -artifact_prefix=$(BUILD)/fuzz/$$t- $(BUILD)/fuzz/seeds-$$t tests/corpus >$(BUILD)/fuzz/$$t.log 2>&1 \
	    || { tail -60 $(BUILD)/fuzz/$$t.log; exit 1; }; \
	  grep -E 'number_of_executed_units|peak_rss_mb' $(BUILD)/fuzz/$$t.log || true; \
	done

-include $(FUZZ_OBJ:.o=.d)
