# Simplified forms of traditional characters, from Debian's unicode-data, sorted by the traditional one.
UNIHAN ?= /usr/share/unicode
$(BUILD)/gen/ledger/simplified.inc: $(UNIHAN)/Unihan_Variants.txt.bz2
	@mkdir -p $(@D)
	bzip2 -dc $< | LC_ALL=C awk -F'\t' '$$2 == "kSimplifiedVariant" && length($$1) == 6 { \
	    n = split($$3, to, " "); \
	    for (i = 1; i <= n; i++) if (to[i] != $$1 && length(to[i]) == 6) { \
	        print substr($$1, 3), "{0x" substr($$1, 3) ", 0x" substr(to[i], 3) "},"; break } }' | \
	    LC_ALL=C sort | cut -d ' ' -f 2- >$@.new && mv $@.new $@
$(BUILD)/obj/lib/ledger/simplified.o: $(BUILD)/gen/ledger/simplified.inc
$(BUILD)/obj/lib/ledger/simplified.o: CPPFLAGS += -I$(BUILD)/gen
