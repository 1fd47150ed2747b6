# Failing disks for tests/cases/faults.sh: the library that makes calls fail, and the program that drives a command through them.
$(BUILD)/tests/fault.so: tests/fault/fault.c tests/fault/fault.h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -std=c11 $(WARN) $(CFLAGS) -fPIC -shared -o $@ $< -ldl

$(BUILD)/tests/drive: tests/fault/drive.c tests/fault/fault.h $(BUILD)/libvet.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/libvet.a $(ALL_LIBS)

tests: $(BUILD)/tests/fault.so $(BUILD)/tests/drive
