# libuos: $(BUILD)/libuos/libuos.a and crt0.o, and what a program needs to be
# compiled and linked with them: UOS_CFLAGS, UOS_LDFLAGS, UOS_CRT, UOS_LIB,
# UOS_LDSCRIPT.  libuos/README.md says how.

UOS_CRT := $(BUILD)/libuos/crt0.o
UOS_LIB := $(BUILD)/libuos/libuos.a
UOS_LDSCRIPT := libuos/user.ld
UOS_ABI ?= lp64d
UOS_MARCH := $(if $(filter lp64,$(UOS_ABI)),rv64imac,rv64imafdc)

# What picolibc's headers declare for systems that have it: clock_gettime, nanosleep.
UOS_DEFINES := -D_POSIX_TIMERS=200809L -D_POSIX_MONOTONIC_CLOCK=200809L

UOS_CFLAGS := -march=$(UOS_MARCH) -mabi=$(UOS_ABI) -mcmodel=medany -O2 -g -std=gnu11 \
	-fno-common -fno-stack-protector -ffunction-sections -fdata-sections \
	-fno-asynchronous-unwind-tables -fno-unwind-tables \
	--specs=picolibc.specs -DPICOLIBC_DOUBLE_PRINTF_SCANF $(UOS_DEFINES) -I. -Ilibuos/include
# What libc.a, which comes last, wants from libuos.a: taken beforehand.
LIBC_NEEDS := _exit stdout sbrk __retarget_lock_acquire

# To be given after UOS_CFLAGS, which choose picolibc.
UOS_LDFLAGS := -nostartfiles -static -T $(UOS_LDSCRIPT) -Wl,--build-id=none \
	-Wl,--gc-sections -Wl,-z,max-page-size=4096 \
	$(LIBC_NEEDS:%=-Wl,-u,%)

LIBUOS_SOURCES := $(filter-out libuos/crt0.S,$(sort $(wildcard libuos/*.c libuos/*.S)))
LIBUOS_OBJECTS := $(patsubst libuos/%,$(BUILD)/libuos/%.o,$(basename $(LIBUOS_SOURCES)))
# A loop over a few words stays one, and string.c does not become calls of itself.
LIBUOS_FLAGS := $(UOS_CFLAGS) -Wall -Wextra -Werror -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -fno-tree-loop-distribute-patterns

$(BUILD)/libuos/%.o: libuos/%.c $(call flags_file,LIBUOS)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LIBUOS_FLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/libuos/%.o: libuos/%.S $(call flags_file,LIBUOS)
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LIBUOS_FLAGS) -MMD -MP -c -o $@ $<

$(UOS_LIB): $(LIBUOS_OBJECTS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

-include $(LIBUOS_OBJECTS:.o=.d) $(UOS_CRT:.o=.d)
