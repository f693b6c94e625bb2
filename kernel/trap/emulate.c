/* User interrupts on a machine without them; see the header. */
#include "kernel/trap/emulate.h"

#include "kernel/process/interrupts.h"
#include "kernel/process/process.h"
#include "kernel/task/hart.h"
#include "kernel/trap/trap.h"
#include "uintr/uintr.h"

/* The frame is an array to the emulation. */
ABI_CHECK(offsetof(struct trap_frame, pc) == 0 && offsetof(struct trap_frame, ra) == 8 &&
	  offsetof(struct trap_frame, t6) == 31 * 8, "registers at their number");

/* wfi.  It may end for no reason. */
static void wait_for_interrupt(struct uintr_context *context)
{
	if (!context->uie) {
		/* nothing could end it */
		task_yield();
		return;
	}
	uintr_wait_begin(context);
	if (!uintr_wakes(context))
		(void)task_wait(true);
	uintr_wait_end(context);
}

static bool fetch(struct thread *thread, const struct trap_frame *frame, uint32_t *instruction)
{
	return !user_copy_in(thread->process->space, instruction,
			     (struct user_address){ frame->pc }, sizeof(*instruction));
}

bool trap_emulate(struct thread *thread, struct trap_frame *frame, uint32_t instruction)
{
	enum uintr_emulation done;

	if (uintr_kind != UINTR_KIND_EMULATED ||
	    (!instruction && !fetch(thread, frame, &instruction)))
		return false;
	if (!thread->uintr &&
	    (!uintr_is_one_of_ours(instruction) || thread_interrupts(thread)))
		return false;
	done = uintr_emulate(thread->uintr, &frame->pc, instruction);
	if (done == UINTR_NOT_OURS)
		return false;
	hart_this()->counters.emulated_instructions++;
	__atomic_fetch_add(&thread->process->counters.emulated_instructions, 1,
			   __ATOMIC_RELAXED);
	if (done == UINTR_WAITS)
		wait_for_interrupt(thread->uintr);
	/* what it made deliverable comes before the next instruction (T14) */
	if (hart_this()->thread == thread)
		trap_deliver(thread, frame);
	return true;
}

void trap_deliver(struct thread *thread, struct trap_frame *frame)
{
	struct hart *hart = hart_this();

	hart->look &= ~HART_LOOK_INTERRUPT;
	if (!uintr_deliver(thread->uintr, &frame->pc))
		return;
	hart->counters.emulated_deliveries++;
	__atomic_fetch_add(&thread->process->counters.emulated_deliveries, 1, __ATOMIC_RELAXED);
}
