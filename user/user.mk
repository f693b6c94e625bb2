# The user programs: each .c file in user/, user/test/ and user/bench/ is one,
# named after the file; so is the folder user/sh/.  user/lib/ is what several share.

PROGRAM_SOURCES := $(sort $(wildcard user/*.c user/test/*.c user/bench/*.c))
SHELL_SOURCES := $(sort $(wildcard user/sh/*.c))
SHELL_OBJECTS := $(SHELL_SOURCES:%.c=$(BUILD)/%.o)
PROGRAM_NAMES := $(basename $(notdir $(PROGRAM_SOURCES))) sh
# With symbols, for gdb; the initramfs takes them without.
PROGRAM_ELFS := $(PROGRAM_NAMES:%=$(BUILD)/user/elf/%)
PROGRAMS := $(PROGRAM_NAMES:%=$(BUILD)/user/bin/%)
PROGRAM_OBJECTS := $(PROGRAM_SOURCES:%.c=$(BUILD)/%.o)
# registers.S looks after all registers, those of floating point too.
USER_LIB_SOURCES := $(filter-out $(if $(filter lp64,$(UOS_ABI)),user/lib/registers.S), \
	$(sort $(wildcard user/lib/*.c user/lib/*.S)))
USER_LIB_OBJECTS := $(patsubst %,$(BUILD)/%.o,$(basename $(USER_LIB_SOURCES)))

USER_FLAGS = $(UOS_CFLAGS) -Wall -Wextra -Werror -Wstrict-prototypes -Wvla -Iuser/lib
USER_LINK_FLAGS = $(UOS_LDFLAGS)

$(PROGRAM_OBJECTS) $(SHELL_OBJECTS) $(filter $(USER_LIB_SOURCES:%.c=$(BUILD)/%.o),$(USER_LIB_OBJECTS)): \
		$(BUILD)/%.o: %.c $(call flags_file,USER)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(USER_FLAGS) -MMD -MP -c -o $@ $<

$(filter $(USER_LIB_SOURCES:%.S=$(BUILD)/%.o),$(USER_LIB_OBJECTS)): \
		$(BUILD)/%.o: %.S $(call flags_file,USER)
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(USER_FLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/user/libuser.a: $(USER_LIB_OBJECTS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# Of a name and objects: a program lies in elf/ whatever its folder.
define program_rule
$(BUILD)/user/elf/$(1): $(2) $(BUILD)/user/libuser.a \
		$(UOS_CRT) $(UOS_LIB) $(UOS_LDSCRIPT) $(call flags_file,USER)
	$$(call say,LD,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(USER_FLAGS) $$(USER_LINK_FLAGS) -o $$@ $$(UOS_CRT) $(2) \
		$$(BUILD)/user/libuser.a $$(UOS_LIB) -lc -lgcc
endef
$(foreach source,$(PROGRAM_SOURCES),$(eval $(call \
	program_rule,$(basename $(notdir $(source))),$(source:%.c=$(BUILD)/%.o))))
$(eval $(call program_rule,sh,$(SHELL_OBJECTS)))

# ---- bench-lp64: bench and its libuos for a processor without floating point --------

# Made by a make of its own, whose flags and outputs are all of that ABI; the file
# changes only when the program does.
ifneq ($(UOS_ABI),lp64)
PROGRAMS += $(BUILD)/user/bin/bench-lp64

$(BUILD)/user/elf/bench-lp64: FORCE
	@mkdir -p $(@D)
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/lp64 UOS_ABI=lp64 $(BUILD)/lp64/user/elf/bench
	$(Q)cmp -s $(BUILD)/lp64/user/elf/bench $@ || cp $(BUILD)/lp64/user/elf/bench $@
endif

$(PROGRAMS): $(BUILD)/user/bin/%: $(BUILD)/user/elf/%
	@mkdir -p $(@D)
	$(Q)$(OBJCOPY) --strip-all $< $@

-include $(PROGRAM_OBJECTS:.o=.d) $(SHELL_OBJECTS:.o=.d) $(USER_LIB_OBJECTS:.o=.d)
