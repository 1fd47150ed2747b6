# make fuzz: every target of tests/fuzz for FUZZ_SECONDS, from the corpus of the tests.  FUZZ=fuzz_csv runs only that one.
# What breaks a target is left as build/fuzz/TARGET-crash-*.
FUZZ_SECONDS ?= 30
FUZZ_CC  ?= clang
FUZZ_SRC := $(wildcard tests/fuzz/*.c)
FUZZ     ?= $(FUZZ_SRC:tests/fuzz/%.c=%)
FUZZ_OBJ := $(LIB_SRC:%.c=$(BUILD)/fuzz/obj/%.o)
# VET_PIECE: text files are read in pieces so small that even a short input has records across several.
# An offset of 0 to NULL, the text of an empty slice, is no fault.
FUZZ_FLAGS = -std=c11 -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize=pointer-overflow -fno-sanitize-recover=undefined \
  -DVET_PIECE=96 $(PKG_CFLAGS) -pthread

$(BUILD)/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(CPPFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

# As in lib/ledger/rules.mk and lib/link/rules.mk.
$(BUILD)/fuzz/obj/lib/ledger/simplified.o: $(BUILD)/gen/ledger/simplified.inc
$(BUILD)/fuzz/obj/lib/link/han.o: $(BUILD)/gen/link/han_data.inc
$(BUILD)/fuzz/obj/lib/ledger/simplified.o $(BUILD)/fuzz/obj/lib/link/han.o: CPPFLAGS += -I$(BUILD)/gen

$(BUILD)/fuzz/libvet.a: $(FUZZ_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/fuzz/%: tests/fuzz/%.c $(BUILD)/fuzz/libvet.a
	$(FUZZ_CC) $(CPPFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ $(ALL_LIBS)

# What share/ holds is where its own targets begin, and its words are what they put in.
SEEDS_fuzz_ledger = share/ledgers
SEEDS_fuzz_model  = share/models
SEEDS_fuzz_report = share/reports
SEEDS_fuzz_lists  = share/codes
FUZZ_DICT = $(BUILD)/fuzz/words.dict
$(FUZZ_DICT): $(wildcard share/ledgers/*.json share/models/*.json share/reports/*.json)
	@mkdir -p $(@D)
	grep -Eoh '"[A-Za-z:_*]{2,}"' $^ | LC_ALL=C sort -u | sed 's/"\(.*\)"/"\\"\1\\""/' >$@

define FUZZ_RUN
	@echo "fuzz: $(1), $(FUZZ_SECONDS) s"
	@mkdir -p $(BUILD)/fuzz/seeds-$(1)
	@$(BUILD)/fuzz/$(1) -max_total_time=$(FUZZ_SECONDS) -timeout=20 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 -verbosity=0 \
	  $(if $(SEEDS_$(1)),-dict=$(FUZZ_DICT)) -artifact_prefix=$(BUILD)/fuzz/$(1)- $(BUILD)/fuzz/seeds-$(1) $(SEEDS_$(1)) tests/corpus \
	  >$(BUILD)/fuzz/$(1).log 2>&1 || { tail -60 $(BUILD)/fuzz/$(1).log; exit 1; }
	@grep -E 'number_of_executed_units|peak_rss_mb' $(BUILD)/fuzz/$(1).log || true

endef
.PHONY: fuzz
fuzz: $(FUZZ:%=$(BUILD)/fuzz/%) $(FUZZ_DICT)
	$(foreach t,$(FUZZ),$(call FUZZ_RUN,$(t)))

-include $(FUZZ_OBJ:.o=.d)
