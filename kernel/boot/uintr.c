/* Which back end user interrupts have; see the header. */
#include "kernel/boot/uintr.h"

#include "kernel/api/memory.h"
#include "kernel/api/wait.h"
#include "kernel/boot/device_tree.h"
#include "kernel/boot/options.h"
#include "kernel/limits.h"
#include "kernel/mm/tlb.h"
#include "kernel/process/process.h"
#include "kernel/ring/ring.h"
#include "kernel/task/hart.h"
#include "kernel/task/sched.h"
#include "kernel/task/task.h"
#include "kernel/task/thread.h"
#include "uintr/uintr.h"

static void tell(struct task *task)
{
	thread_interrupts_tell(CONTAINER_OF(task, struct thread, task));
}

/* While the kernel has to look, no hart idles. */
static void looks(bool wanted)
{
	WRITE_ONCE(sched_view()->hart[0].doorbell_heard, !wanted);
	for (unsigned i = 0; i < hart_count(); i++)
		WRITE_ONCE(harts[i].looks_for_parked, wanted);
}

/* A remote fence is served in M mode: whoever has answered was in no instruction. */
static void pass_harts(void)
{
	tlb_flush_kernel(REGISTERS_BASE, PAGE_SIZE);
}

/* UINTC, if every hart has what it is used with. */
static bool find_hardware(struct memory_range *registers)
{
	return device_tree_harts_have('n') &&
	       device_tree_find("riscv,uintc0", registers) && uintr_hardware_is_there();
}

void boot_uintr_init(void)
{
	struct uintr_machine machine = {
		.kind = UINTR_KIND_EMULATED, .tell = tell, .wake = task_wake,
		.bell = ring_bell, .looks = looks, .pass_harts = pass_harts,
	};
	struct memory_range registers;
	bool hardware = boot_options.uintr != UINTR_OFF && find_hardware(&registers);

	if (boot_options.uintr == UINTR_HARDWARE && !hardware)
		panic("uintr=hw: the machine has no user interrupts; UINTR=hw starts one that has");
	if (boot_options.uintr == UINTR_OFF) {
		machine.kind = UINTR_KIND_NONE;
	} else if (hardware && boot_options.uintr != UINTR_EMULATED) {
		machine.kind = UINTR_KIND_HARDWARE;
		machine.registers = registers_map(registers.start,
						  registers.end - registers.start);
	}
	uintr_init(&machine);
}
