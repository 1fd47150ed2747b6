# Tables of Chinese characters, made from Debian's unicode-data when it is built.
UNIHAN ?= /usr/share/unicode
UNIHAN_FILES = Readings Variants DictionaryLikeData
$(BUILD)/gen/link/han: scripts/han-tables.c
	@mkdir -p $(@D)
	$(CC) -std=c11 $(WARN) -O1 -o $@ $<
$(BUILD)/gen/link/han_data.inc: $(BUILD)/gen/link/han $(UNIHAN_FILES:%=$(UNIHAN)/Unihan_%.txt.bz2)
	bzip2 -dc $(filter %.bz2,$^) | $< >$@.new && mv $@.new $@
$(BUILD)/obj/lib/link/han.o: $(BUILD)/gen/link/han_data.inc
$(BUILD)/obj/lib/link/han.o: CPPFLAGS += -I$(BUILD)/gen
