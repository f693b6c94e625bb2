/* A thread's user interrupts; see the header. */
#include "kernel/process/interrupts.h"

#include "kernel/process/process.h"
#include "kernel/task/hart.h"
#include "kernel/task/thread.h"
#include "uintr/uintr.h"

int thread_interrupts(struct thread *thread)
{
	struct hart *hart = hart_this();

	if (uintr_kind == UINTR_KIND_NONE)
		return -EOPNOTSUPP;
	if (thread->uintr)
		return 0;
	thread->uintr = uintr_context_create(&thread->task, &thread->process->senders);
	if (!thread->uintr)
		return -ENOMEM;
	if (uintr_kind == UINTR_KIND_HARDWARE)
		__atomic_fetch_or(&thread->rare, THREAD_HARDWARE, __ATOMIC_RELAXED);
	/* nothing suspends here: if it is loaded it stays so */
	if (hart->thread == thread)
		thread_interrupts_enter(hart, thread);
	return 0;
}

int thread_receiver(struct thread *thread)
{
	struct hart *hart = hart_this();
	int error = thread_interrupts(thread);

	if (error)
		return error;
	if (hart->thread != thread)
		return uintr_receiver_take(thread->uintr);
	thread_interrupts_leave(thread);
	error = uintr_receiver_take(thread->uintr);
	thread_interrupts_enter(hart, thread);
	return error;
}
