/*
 * The calls that have no opcode: those that make and enter rings, and those that are
 * about the calling thread itself.
 */
#include "abi/thread.h"
#include "kernel/door/table.h"
#include "kernel/ring/object.h"
#include "kernel/task/hart.h"

int64_t door_unknown(struct thread *thread, struct trap_frame *frame,
		     const struct door_row *row)
{
	struct process *process = thread->process;

	/* two threads may write down theirs in one place: then one is forgotten */
	for (unsigned i = 0; i < UOS_MISSING_MAX; i++) {
		uint16_t noted = READ_ONCE(process->missing[i]);

		if (noted == (uint16_t)(frame->a7 + 1))
			break;
		if (!noted) {
			WRITE_ONCE(process->missing[i], (uint16_t)(frame->a7 + 1));
			break;
		}
	}
	return -ENOSYS;
}

int64_t door_exit(struct thread *thread, struct trap_frame *frame, const struct door_row *row)
{
	process_thread_exit((int)(frame->a0 & 0xff));
}

int64_t door_exit_group(struct thread *thread, struct trap_frame *frame,
			const struct door_row *row)
{
	process_exit_current((int)(frame->a0 & 0xff));
}

int64_t door_sched_yield(struct thread *thread, struct trap_frame *frame,
			 const struct door_row *row)
{
	/* on its way back, when all of its registers are in the frame */
	hart_this()->look |= HART_LOOK_YIELD;
	return 0;
}

/* A thread, as pthread_create asks for one; no process is a copy of another. */
int64_t door_clone(struct thread *thread, struct trap_frame *frame, const struct door_row *row)
{
	const uint64_t flags = frame->a0;

	if ((flags & CLONE_OF_THREAD) != CLONE_OF_THREAD || flags & ~(uint64_t)CLONE_FLAGS)
		return -ENOSYS;
	/* on its way back, when all of its registers are in the frame, and this one again */
	hart_this()->look |= HART_LOOK_CLONE;
	return (int64_t)flags;
}

/* As on Linux: what is wrong with the address shows itself at the thread's end. */
int64_t door_set_tid_address(struct thread *thread, struct trap_frame *frame,
			     const struct door_row *row)
{
	thread->clear_tid = frame->a0;
	return thread->id;
}

int64_t door_gettid(struct thread *thread, struct trap_frame *frame, const struct door_row *row)
{
	return thread->id;
}

int64_t door_io_uring_setup(struct thread *thread, struct trap_frame *frame,
			    const struct door_row *row)
{
	return ring_setup(thread->process, frame->a0, frame->a1);
}

int64_t door_io_uring_enter(struct thread *thread, struct trap_frame *frame,
			    const struct door_row *row)
{
	return ring_enter(thread, frame);
}

int64_t door_io_uring_register(struct thread *thread, struct trap_frame *frame,
			       const struct door_row *row)
{
	return ring_register(thread->process, frame->a0, frame->a1, frame->a2, frame->a3);
}
