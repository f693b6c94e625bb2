# The kernel's core: paths from the top.
KERNEL_LDSCRIPT := kernel/boot/link.ld
KERNEL_SOURCES += \
	kernel/boot/device_tree.c \
	kernel/boot/devices.c \
	kernel/boot/entry.S \
	kernel/boot/harts.c \
	kernel/boot/log.c \
	kernel/boot/main.c \
	kernel/boot/memory.c \
	kernel/boot/options.c \
	kernel/boot/payload.c \
	kernel/boot/payload_image.S \
	kernel/lib/memory.c \
	kernel/mm/address_space.c \
	kernel/mm/frame.c \
	kernel/mm/heap.c \
	kernel/mm/kernel_map.c \
	kernel/mm/page_table.c \
	kernel/mm/region.c \
	kernel/mm/stack.c \
	kernel/mm/tlb.c \
	kernel/mm/user_memory.c \
	kernel/process/birth.c \
	kernel/process/elf.c \
	kernel/process/files.c \
	kernel/process/page_table_check.c \
	kernel/process/process.c \
	kernel/process/spawn.c \
	kernel/process/stats.c \
	kernel/process/thread.c \
	kernel/process/urgency.c \
	kernel/task/coroutine.c \
	kernel/task/place.c \
	kernel/task/poll.c \
	kernel/task/sched.c \
	kernel/task/sched_image.c \
	kernel/task/switch.S \
	kernel/task/task.c \
	kernel/task/thread.c \
	kernel/task/timer.c \
	kernel/task/wait.c \
	kernel/trap/entry.S \
	kernel/trap/fault.c \
	kernel/trap/floating_point.S \
	kernel/trap/interrupt.c \
	kernel/trap/panic.c \
	kernel/trap/trap.c
