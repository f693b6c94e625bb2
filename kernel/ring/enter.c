/*
 * io_uring_enter: submit, then wait.
 *
 * An operation that suspends while it is issued here keeps the thread's kernel
 * stack; the thread then starts anew in enter_again, with everything that it must
 * know in thread->enter and its trap frame.  Arguments of the wait are read when
 * the wait begins, as on Linux.
 */
#include "kernel/ring/object.h"
#include "kernel/trap/trap.h"

#define ENTER_FLAGS (IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP | IORING_ENTER_SQ_WAIT | \
		     IORING_ENTER_EXT_ARG | IORING_ENTER_REGISTERED_RING | \
		     IORING_ENTER_ABS_TIMER)

/* ---- waiting ----------------------------------------------------------------------------- */

static int timeout_argument(struct thread *thread, uint64_t address, bool absolute,
			    struct ring_patience *patience)
{
	struct __kernel_timespec time;

	if (user_copy_in(thread->process->space, &time, (struct user_address){ address },
			 sizeof(time)))
		return -EFAULT;
	if (time.tv_sec < 0 || time.tv_sec > INT64_MAX / 1000000000 - 1)
		patience->deadline_ns = time.tv_sec < 0 ? 0 : ~0ul;
	else
		patience->deadline_ns = (uint64_t)time.tv_sec * 1000000000 +
					(uint64_t)time.tv_nsec % 1000000000 +
					(absolute ? 0 : time_now_ns());
	return 0;
}

static int wait_arguments(struct thread *thread, struct ring_patience *patience)
{
	const struct trap_frame *frame = thread->frame;
	struct io_uring_getevents_arg argument;
	uint32_t flags = thread->enter.flags;

	*patience = (struct ring_patience){ thread->enter.min_complete, ~0ul, ~0ul };
	if (!(flags & IORING_ENTER_EXT_ARG))
		return frame->a4 && frame->a5 != sizeof(uint64_t) ? -EINVAL : 0;
	if (frame->a5 != sizeof(argument))
		return -EINVAL;
	if (user_copy_in(thread->process->space, &argument,
			 (struct user_address){ frame->a4 }, sizeof(argument)))
		return -EFAULT;
	if (argument.sigmask && argument.sigmask_sz != sizeof(uint64_t))
		return -EINVAL;
	if (argument.min_wait_usec)
		patience->fewer_at_ns = time_now_ns() + argument.min_wait_usec * 1000ul;
	if (!argument.ts)
		return 0;
	return timeout_argument(thread, argument.ts, flags & IORING_ENTER_ABS_TIMER, patience);
}

static int wait_for_completions(struct thread *thread)
{
	struct ring *ring = thread->enter.ring;
	struct ring_patience patience;
	int error;

	/* the common case needs no arguments and no waiting */
	if (LIKELY(!thread->frame->a4) && LIKELY(!ring->overflow_first) &&
	    queues_completed(&ring->queues) >= thread->enter.min_complete)
		return 0;
	error = wait_arguments(thread, &patience);
	return error ? error : ring_wait(ring, &patience);
}

/* ---- the end --------------------------------------------------------------------------------- */

static int64_t enter_end(struct thread *thread, int64_t result)
{
	struct ring_enter *enter = &thread->enter;
	struct file *file = enter->file;

	if (result >= 0 && enter->flags & IORING_ENTER_GETEVENTS &&
	    (READ_ONCE(enter->ring->polls) || result == (int64_t)enter->to_submit)) {
		int error = wait_for_completions(thread);

		if (result == 0)
			result = error;
	}
	enter->ring = NULL;
	if (file)
		file_put(file);
	return result;
}

/* ---- submitting ------------------------------------------------------------------------------- */

static int64_t enter_served(struct thread *thread)
{
	struct ring_enter *enter = &thread->enter;
	struct ring *ring = enter->ring;
	int64_t result;

	thread->task.entry = enter->entry;
	thread->task.argument = enter->argument;
	ring_account(ring, true);
	if (ring->polls)
		result = enter->to_submit;
	else
		result = ring_served(ring) ? (int64_t)ring_served(ring) : ring->serve_error;
	turn_leave(&ring->turn);
	return enter_end(thread, result);
}

static void enter_again(void *argument)
{
	struct thread *thread = argument;

	ring_serve_again(thread->enter.ring);
	thread->frame->a0 = enter_served(thread);
	trap_return_to_user(thread);
}

static int64_t enter_serve(struct thread *thread, uint32_t limit)
{
	struct ring_enter *enter = &thread->enter;
	struct ring *ring = enter->ring;

	turn_take(&ring->turn);
	enter->entry = thread->task.entry;
	enter->argument = thread->task.argument;
	thread->task.entry = enter_again;
	thread->task.argument = thread;
	ring_serve(ring, thread->process, limit);
	return enter_served(thread);
}

static bool is_issuer(struct ring *ring, const struct thread *thread)
{
	const struct task *nobody = NULL;

	if (LIKELY(!(ring->setup_flags & IORING_SETUP_SINGLE_ISSUER)))
		return true;
	return __atomic_compare_exchange_n(&ring->issuer, &nobody, &thread->task, false,
					   __ATOMIC_RELAXED, __ATOMIC_RELAXED) ||
	       nobody == &thread->task;
}

/* A ring with a server: it is woken, or, where it would have to share the only
 * hart with us, we do its work. */
static int64_t enter_polled(struct thread *thread)
{
	struct ring_enter *enter = &thread->enter;
	struct ring *ring = enter->ring;

	if (UNLIKELY(READ_ONCE(ring->owner_gone)))
		return enter_end(thread, -EOWNERDEAD);
	if (enter->flags & IORING_ENTER_SQ_WAKEUP) {
		bool own = thread->process == ring->process;

		if (own && hart_count() == 1)
			return enter_serve(thread, ~0u);
		if (ring_server_wake(ring) && own)
			return enter_serve(thread, ~0u);
	}
	if (enter->flags & IORING_ENTER_SQ_WAIT) {
		int error = ring_wait_for_room(ring);

		if (error)
			return enter_end(thread, error);
	}
	return enter_end(thread, enter->to_submit);
}

/* ---- the call ------------------------------------------------------------------------------------- */

static int find_ring(struct thread *thread, int32_t fd, uint32_t flags)
{
	struct process *process = thread->process;
	struct ring_enter *enter = &thread->enter;
	int error;

	enter->file = NULL;
	if (flags & IORING_ENTER_REGISTERED_RING) {
		error = ring_fds_get(process, (uint32_t)fd, &enter->file);
		if (error)
			return error;
	} else if (LIKELY(fd == UOS_RING_FD && process->ring)) {
		/* it lives as long as the process's threads: no reference */
		enter->ring = process->ring;
		return 0;
	} else {
		enter->file = files_get(process->files, fd);
		if (!enter->file)
			return -EBADF;
	}
	enter->ring = ring_of(enter->file);
	if (enter->ring)
		return 0;
	file_put(enter->file);
	return -EOPNOTSUPP;
}

int64_t ring_enter(struct thread *thread, const struct trap_frame *frame)
{
	struct ring_enter *enter = &thread->enter;
	uint32_t flags = frame->a3;
	struct ring *ring;
	int error;

	if (UNLIKELY(flags & ~ENTER_FLAGS))
		return -EINVAL;
	error = find_ring(thread, (int32_t)frame->a0, flags);
	if (UNLIKELY(error))
		return error;
	ring = enter->ring;
	enter->to_submit = frame->a1;
	enter->min_complete = frame->a2;
	enter->flags = flags;
	thread->process->counters.ring_enters++;
	if (UNLIKELY(ring->setup_flags & IORING_SETUP_R_DISABLED))
		return enter_end(thread, -EBADFD);
	if (UNLIKELY(ring_has_deferred(ring)))
		(void)ring_server_wake(ring);
	if (ring->polls)
		return enter_polled(thread);
	if (!enter->to_submit)
		return enter_end(thread, 0);
	if (UNLIKELY(!is_issuer(ring, thread)))
		return enter_end(thread, -EEXIST);
	return enter_serve(thread, enter->to_submit);
}
