/* Threads on harts; see the header. */
#include "kernel/task/thread.h"

#include "abi/sched.h"
#include "kernel/mm/kernel_map.h"
#include "kernel/process/process.h"
#include "kernel/riscv.h"
#include "kernel/task/hart.h"
#include "kernel/task/sched.h"
#include "kernel/trap/trap.h"

const struct task *thread_task(const struct thread *thread)
{
	return &thread->task;
}

/* The registers may still hold this thread's state, if nobody used them since. */
static void floating_point_enter(struct hart *hart, struct thread *thread)
{
	if (hart->floating_point == thread && thread->floating_point_hart == hart->index)
		return;
	csr_set(sstatus, SSTATUS_FS_DIRTY);
	floating_point_load(thread->frame->f, &thread->frame->fcsr);
	csr_clear(sstatus, SSTATUS_FS);
	csr_set(sstatus, SSTATUS_FS_CLEAN);
	hart->floating_point = thread;
	thread->floating_point_hart = hart->index;
}

static void floating_point_leave(struct thread *thread)
{
	if ((csr_read(sstatus) & SSTATUS_FS) != SSTATUS_FS_DIRTY)
		return;
	floating_point_save(thread->frame->f, &thread->frame->fcsr);
	csr_clear(sstatus, SSTATUS_FS);
	csr_set(sstatus, SSTATUS_FS_CLEAN);
}

void thread_slice_start(struct hart *hart, uint64_t slice_ns)
{
	hart->look &= ~HART_LOOK_SLICE;
	WRITE_ONCE(hart->slice_ns, slice_ns);
	hart->slice_end_ns = time_now_ns() + slice_ns;
	hart_program_timer(hart);
}

void thread_enter_hart(struct hart *hart, struct thread *thread)
{
	struct address_space *space = thread->process->space;
	uint64_t bit = 1ul << hart->index;

	ASSERT(hart->thread == NULL);
	if (!(READ_ONCE(space->harts_active) & bit)) {
		address_space_enter(space, hart->index);
		__asm__ volatile("fence.i" : : : "memory");
	}
	if (!(thread->harts_known & bit)) {
		/* its frame's slot may have been another thread's, or empty */
		tlb_flush_page(thread->frame_in_user);
		thread->harts_known |= bit;
	}
	floating_point_enter(hart, thread);
	thread->frame->kernel_satp = kernel_map_satp();
	thread->frame->kernel_tp = (uint64_t)hart;
	thread->frame->user_satp = space->satp;
	if (!kernel_map_isolated()) {
		csr_write(satp, space->satp);
		hart->counters.page_table_switches++;
		thread->counters.page_table_switches++;
	}
	if ((space->satp >> SATP_ASID_SHIFT & SATP_ASID_MASK) == 0)
		tlb_flush_all();
	if (thread->lane)
		/* tells the payload whose word of the view to read */
		WRITE_ONCE(thread->lane->hart, hart->index);
	hart->thread = thread;
	thread->on_since_ns = time_now_ns();
	thread_slice_start(hart, SLICE_NS);
}

void thread_leave_hart(struct hart *hart)
{
	struct thread *thread = hart->thread;

	if (!thread)
		return;
	floating_point_leave(thread);
	if (!kernel_map_isolated()) {
		csr_write(satp, kernel_map_satp());
		if ((thread->frame->user_satp >> SATP_ASID_SHIFT & SATP_ASID_MASK) == 0)
			tlb_flush_all();
		hart->counters.page_table_switches++;
	}
	thread->counters.run_time_ns += time_now_ns() - thread->on_since_ns;
	hart->slice_end_ns = ~0ul;
	hart->thread = NULL;
}
