/* Finding and starting harts; see the header. */
#include "kernel/boot/harts.h"

#include "kernel/api/device.h"
#include "kernel/api/memory.h"
#include "kernel/boot/device_tree.h"
#include "kernel/boot/sbi.h"
#include "kernel/limits.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/kernel_map.h"
#include "kernel/riscv.h"
#include "kernel/task/hart.h"
#include "kernel/task/task.h"
#include "kernel/trap/trap_init.h"

void secondary_main(void);
extern char secondary_start[];

struct hart harts[HARTS_MAX];
static unsigned count;
static bool all_have_sstc = true;

/* For panics of the boot hart before there is memory. */
static char first_trap_stack[4 * PAGE_SIZE] __attribute__((aligned(16)));

unsigned hart_count(void)
{
	return count;
}

bool harts_have_sstc(void)
{
	return all_have_sstc;
}

int hart_index_of(uint64_t hardware_id)
{
	for (unsigned i = 0; i < count; i++)
		if (harts[i].hardware_id == hardware_id)
			return (int)i;
	return -1;
}

static void hart_setup(unsigned index, uint32_t hardware_id)
{
	harts[index].index = index;
	harts[index].hardware_id = hardware_id;
	list_init(&harts[index].penalized);
	harts[index].slice_end_ns = ~0ul;
	harts[index].programmed_ns = ~0ul - 1;
}

void harts_find(uint32_t boot_hardware_id)
{
	uint32_t hardware_id;
	bool sstc;

	hart_setup(0, boot_hardware_id);
	harts[0].trap_stack_top = (uint64_t)(first_trap_stack + sizeof(first_trap_stack));
	count = 1;
	for (unsigned n = 0; device_tree_hart(n, &hardware_id, &sstc); n++) {
		all_have_sstc = all_have_sstc && sstc;
		if (hardware_id == boot_hardware_id)
			continue;
		if (count == HARTS_MAX) {
			kernel_log("only %d of the harts are used", HARTS_MAX);
			break;
		}
		hart_setup(count++, hardware_id);
	}
}

void harts_start(void)
{
	uint64_t entry = (uint64_t)secondary_start - KERNEL_OFFSET;

	for (unsigned i = 1; i < count; i++) {
		char *stack = frames_alloc(1);
		long error;

		if (!stack)
			panic("no memory for hart %u's trap stack", i);
		harts[i].trap_stack_top = (uint64_t)stack + 2 * PAGE_SIZE;
		/* all that was written before is the new hart's: HSM starts it after */
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		error = sbi_hart_start(harts[i].hardware_id, entry);
		if (error)
			panic("the firmware does not start hart %u (SBI error %ld)",
			      harts[i].hardware_id, error);
		/* acquire, pairs with secondary_main */
		while (!__atomic_load_n(&harts[i].online, __ATOMIC_ACQUIRE))
			;
	}
}

void secondary_main(void)
{
	csr_write(satp, kernel_map_satp());
	tlb_flush_all();
	/* the scheduler's code was written after the machine was reset */
	__asm__ volatile("fence.i" : : : "memory");
	trap_init_hart();
	hart_program_timer(hart_this());
	__atomic_store_n(&hart_this()->online, 1, __ATOMIC_RELEASE);
	executor_run();
}
