UNIT_SRC := $(wildcard tests/unit/*.c)
UNIT := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/tests/unit/%)

$(BUILD)/tests/unit/%: tests/unit/%.c tests/unit/tap.h $(BUILD)/libvet.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests/unit $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/libvet.a $(ALL_LIBS)

.PHONY: tests test
tests: all $(UNIT)
# The tests alone, without installing anything: make test T="name name"
test: tests
	BUILD=$(BUILD) tests/run $(T)
