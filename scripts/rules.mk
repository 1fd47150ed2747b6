# The demo station's generator: scripts/station, for make demo and for the tests.
STATION_SRC := $(wildcard scripts/station/*.c)
STATION_OBJ := $(STATION_SRC:%.c=$(BUILD)/obj/%.o)

$(STATION_OBJ): CPPFLAGS += -Iscripts/station

$(BUILD)/demo/make-station: $(STATION_OBJ) $(BUILD)/libvet.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LIBS)

-include $(STATION_OBJ:.o=.d)

# Rows for scripts/bench.
$(BUILD)/bench/make-rows: tests/bench/make-rows.c $(BUILD)/obj/scripts/station/people.o $(BUILD)/libvet.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Iscripts/station $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LIBS)

# How well linked records are, for scripts/bench dedupe.
$(BUILD)/bench/score-links: tests/bench/score-links.c $(BUILD)/libvet.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LIBS)
