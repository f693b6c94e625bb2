# Flags by kind of object, and files that change only when the flags do.
#
#   $(call flags_file,KIND)   a file to depend on, for objects made with KIND_FLAGS

KERNEL_MARCH := rv64imac_zicsr_zifencei
# The linker picks picolibc's variant by the name without the CSR extensions.
KERNEL_LINK_MARCH := rv64imac

# --specs has picolibc's headers for string and format functions; the kernel
# takes nothing else of a libc.
KERNEL_FLAGS := -march=$(KERNEL_MARCH) -mabi=lp64 -mcmodel=medany \
	-msmall-data-limit=0 -ffreestanding -fno-common -fno-pic \
	-fno-stack-protector -ffunction-sections -fdata-sections \
	--specs=picolibc.specs -DPICOLIBC_INTEGER_PRINTF_SCANF \
	-O2 -g -std=gnu11 -Wall -Wextra -Werror -Wno-unused-parameter \
	-Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-I. -I$(BUILD)/kernel
KERNEL_LINK_FLAGS := -march=$(KERNEL_LINK_MARCH) -mabi=lp64 -mcmodel=medany \
	--specs=picolibc.specs -DPICOLIBC_INTEGER_PRINTF_SCANF \
	-nostartfiles -static -Wl,--build-id=none -Wl,--no-warn-rwx-segments

flags_file = $(BUILD)/flags/$(1)

.PHONY: FORCE
.PRECIOUS: $(BUILD)/flags/%
$(BUILD)/flags/%: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(CC) $($*_FLAGS) $($*_LINK_FLAGS)' | cmp -s - $@ || \
		printf '%s\n' '$(CC) $($*_FLAGS) $($*_LINK_FLAGS)' > $@
