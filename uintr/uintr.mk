# User interrupts: contexts, and the two back ends.
KERNEL_SOURCES += \
	uintr/context.c \
	uintr/emulated.c \
	uintr/hardware.c \
	uintr/park.c
