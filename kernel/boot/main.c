/*
 * The boot, in order; each line is a room of the house.  On the boot hart; the
 * others idle in their executors from harts_start on.  They start before the
 * devices do, because the firmware resets a hart's interrupt contexts as it
 * starts it.
 */
#include "kernel/boot/main.h"

#include "fs/vfs.h"
#include "kernel/api/memory.h"
#include "kernel/boot/device_tree.h"
#include "kernel/boot/devices.h"
#include "kernel/boot/harts.h"
#include "kernel/boot/memory.h"
#include "kernel/boot/options.h"
#include "kernel/boot/payload.h"
#include "kernel/boot/sbi.h"
#include "kernel/boot/uintr.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/heap.h"
#include "kernel/mm/kernel_map.h"
#include "kernel/mm/page_table.h"
#include "kernel/mm/tlb.h"
#include "kernel/process/page_table_check.h"
#include "kernel/process/process.h"
#include "kernel/ring/ring.h"
#include "kernel/task/hart.h"
#include "kernel/task/sched.h"
#include "kernel/task/task.h"
#include "kernel/task/timer.h"
#include "kernel/trap/trap_init.h"
#include "uintr/uintr.h"

static struct task init_task;
static const char *const uintr_names[] = {
	[UINTR_KIND_NONE] = "off", [UINTR_KIND_EMULATED] = "emulated",
	[UINTR_KIND_HARDWARE] = "by hardware",
};

static unsigned fill_stack(unsigned depth)
{
	volatile char page[1024];

	page[0] = (char)depth;
	return depth ? fill_stack(depth - 1) + page[0] : 0;
}

static void fail_on_purpose(void)
{
	if (boot_options.fail == FAIL_PANIC)
		panic("asked for by check=panic");
	if (boot_options.fail == FAIL_FAULT)
		__asm__ volatile("sd zero, 16(zero)" : : : "memory");
	if (boot_options.fail == FAIL_STACK)
		kernel_log("%u", fill_stack(64));
	if (boot_options.fail == FAIL_TABLE)
		*page_table_entry(kernel_map_root(),
				  (uint64_t)kernel_address_of(physical_of(kernel_main)),
				  false) |= PTE_WRITE;
}

/* The first coroutine: file systems, then the first program. */
static void init_main(void *argument)
{
	struct spawn_request request = { .path = boot_options.init, .level = UOS_LEVEL_INHERIT };
	struct memory_range initrd;
	char name[sizeof(boot_options.init)];
	int pid;

	vfs_init();
	if (!device_tree_initrd(&initrd))
		panic("no initramfs: QEMU's -initrd names the one that make builds");
	if (initramfs_unpack(kernel_address_of(initrd.start), initrd.end - initrd.start))
		panic("the initramfs is no cpio archive of the newc form");
	/* its contents are copied: the memory is everybody's */
	frames_add(ALIGN_UP(initrd.start, PAGE_SIZE), ALIGN_DOWN(initrd.end, PAGE_SIZE));
	fail_on_purpose();
	if (boot_options.check_page_tables)
		page_table_check_kernel();
	__builtin_strcpy(name, boot_options.init);
	request.strings = name;
	request.string_bytes = __builtin_strlen(name) + 1;
	request.argc = 1;
	pid = process_spawn(NULL, &request);
	if (pid < 0)
		panic("the first program, %s, does not start: error %d", boot_options.init, -pid);
	task_exit(NULL, NULL);
}

void kernel_main(uint64_t hardware_id, uint64_t device_tree)
{
	struct memory_range ram;

	device_tree_open(device_tree);
	harts_find((uint32_t)hardware_id);
	timer_boot(device_tree_timebase_hz(), harts_have_sstc());
	boot_options_parse(device_tree_command_line());
	ram = boot_memory_init();
	boot_payload_load();
	heap_init();
	kernel_map_init(ram.start, ram.end, boot_options.isolation);
	devices_probe_poweroff();
	tlb_init();
	boot_uintr_init();
	trap_init(boot_options.isolation, tlb_asids() != 0);
	trap_init_hart();
	sched_init(hart_count(), ram.end - ram.start);
	processes_init();
	ring_init();
	if (boot_options.check_poison)
		frames_poison_start();
	harts_start();
	devices_probe();
	kernel_log("uos: %u hart%s, %lu MiB, isolation %s, timer by %s, scheduler %s, "
		   "user interrupts %s",
		   hart_count(), hart_count() == 1 ? "" : "s", (ram.end - ram.start) >> 20,
		   boot_options.isolation ? "on" : "off", harts_have_sstc() ? "Sstc" : "SBI",
		   sched_image()->name, uintr_names[uintr_kind]);
	task_init(&init_task, init_main, NULL, UOS_SCHED_LEVEL_DEFAULT);
	if (task_start(&init_task, hart_this()->index))
		panic("the task pool has no room for the first task");
	executor_run();
}
