# The scheduler payloads: $(BUILD)/sched/NAME.bin (what is loaded) and NAME.elf
# (with symbols) from sched-shared/NAME.c.  Needs CC, OBJCOPY, CROSS, BUILD and
# flags_file.
#
# Integer registers only: the same code runs in the kernel, which keeps no
# floating point for it.  No gp: kernel and user have different ones.

PAYLOADS := edf fifo prio

PAYLOAD_FLAGS := -march=rv64imac_zicsr -mabi=lp64 -mcmodel=medany -fPIE \
	-msmall-data-limit=0 -ffreestanding -fno-jump-tables -fno-tree-switch-conversion \
	-fno-common -fno-stack-protector -fno-asynchronous-unwind-tables \
	-O2 -g -std=gnu11 -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes \
	-I.
PAYLOAD_CHECK := sched-shared/check_image.py

$(BUILD)/sched/%.o: sched-shared/%.c $(call flags_file,PAYLOAD)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(PAYLOAD_FLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/sched/%.header.o: sched-shared/header.S $(call flags_file,PAYLOAD)
	@mkdir -p $(@D)
	$(Q)$(CC) $(PAYLOAD_FLAGS) -DPAYLOAD_NAME='"$*"' -MMD -MP -c -o $@ $<

# -q keeps what the linker resolved, for the check alone.
$(BUILD)/sched/%.elf: $(BUILD)/sched/%.header.o $(BUILD)/sched/%.o sched-shared/payload.ld $(PAYLOAD_CHECK)
	$(call say,LD,$@)
	$(Q)$(CROSS)ld -q -T sched-shared/payload.ld -o $@ $(filter %.o,$^)
	$(Q)python3 $(PAYLOAD_CHECK) $(CROSS) $@ || { rm -f $@; exit 1; }

$(BUILD)/sched/%.bin: $(BUILD)/sched/%.elf
	$(Q)$(OBJCOPY) -O binary -j .constants -j .text $< $@

.PHONY: payloads
payloads: $(PAYLOADS:%=$(BUILD)/sched/%.bin) ## Builds the scheduler payloads alone

.SECONDARY: $(foreach name,$(PAYLOADS),$(name:%=$(BUILD)/sched/%.o) $(name:%=$(BUILD)/sched/%.header.o) \
	$(name:%=$(BUILD)/sched/%.elf))

-include $(wildcard $(BUILD)/sched/*.d)
