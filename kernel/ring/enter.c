/*
 * io_uring_enter: submit, then wait.
 *
 * An operation that suspends while it is issued here keeps the thread's kernel
 * stack; the thread then starts anew in ring_enter_again, with everything that it must
 * know in thread->enter and its trap frame.  Arguments of the wait are read when
 * the wait begins, as on Linux.
 */
#include "kernel/process/trace.h"
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

static int wait_slowly(struct thread *thread)
{
	struct ring_patience patience;
	int error = wait_arguments(thread, &patience);

	return error ? error : ring_wait(thread->enter.ring, &patience);
}

static inline int wait_for_completions(struct thread *thread, struct ring *ring)
{
	/* the common case needs no arguments and no waiting */
	if (LIKELY(!thread->frame->a4) && LIKELY(!ring->overflow_first) &&
	    LIKELY(queues_completed(&ring->queues) >= thread->enter.min_complete))
		return 0;
	return wait_slowly(thread);
}

/* ---- the end --------------------------------------------------------------------------------- */

static inline __attribute__((always_inline)) int64_t finish(struct thread *thread,
							    struct ring *ring,
							    int64_t result)
{
	struct ring_enter *enter = &thread->enter;
	struct file *file = enter->file;

	if (LIKELY(enter->flags & IORING_ENTER_GETEVENTS) && LIKELY(result >= 0) &&
	    (LIKELY(result == (int64_t)enter->to_submit) || ring->polls)) {
		int error = wait_for_completions(thread, ring);

		if (result == 0)
			result = error;
	}
	enter->ring = NULL;
	if (file)
		file_put(file);
	return result;
}

static int64_t enter_end(struct thread *thread, int64_t result)
{
	return finish(thread, thread->enter.ring, result);
}

/* ---- submitting ------------------------------------------------------------------------------- */

/* The turn is held, and what was asked for has been served. */
static inline __attribute__((always_inline)) int64_t finish_served(struct thread *thread,
								   struct ring *ring)
{
	int64_t result = ring_served(ring);

	ring_account(ring, true);
	if (UNLIKELY(ring->polls))
		result = thread->enter.to_submit;
	else if (UNLIKELY(result == 0))
		result = ring->serve_error;
	turn_leave(&ring->turn);
	return finish(thread, ring, result);
}

static inline __attribute__((always_inline)) int64_t serve(struct thread *thread, uint32_t limit)
{
	struct ring *ring = thread->enter.ring;

	turn_take(&ring->turn);
	if (LIKELY(ring_serve_begin(ring, thread->process, limit)))
		return finish_served(thread, ring);
	/* what is left may part the thread from its stack, so the rest of its registers has
	 * to be in the frame first: ring_enter_rest goes on from there */
	hart_this()->look |= HART_LOOK_ENTER;
	return 0;
}

/* The result of a call that went on after its first half. */
static void finish_call(struct thread *thread)
{
	struct trap_frame *frame = thread->frame;
	int64_t result;
	struct trace *trace = thread->process->trace;

	thread->enter.serving = false;
	result = finish_served(thread, thread->enter.ring);
	if (UNLIKELY(trace != NULL)) {
		struct uos_trace_record record = {
			.kind = UOS_TRACE_CALL, .pid = thread->process->pid,
			.words = { frame->a7, frame->a0, frame->a1, frame->a2, frame->a3,
				   frame->a4, frame->a5, (uint64_t)result },
		};

		trace_add(trace, &record);
	}
	frame->a0 = (uint64_t)result;
}

void ring_enter_rest(struct thread *thread)
{
	thread->enter.serving = true;
	ring_serve_rest(thread->enter.ring);
	finish_call(thread);
}

void ring_enter_again(struct thread *thread)
{
	ring_serve_again(thread->enter.ring);
	finish_call(thread);
	trap_return_to_user(thread);
}

static int64_t enter_serve(struct thread *thread, uint32_t limit)
{
	return serve(thread, limit);
}

/* SINGLE_ISSUER: the first thread that submits is the one that may. */
static bool is_issuer(struct ring *ring, const struct thread *thread)
{
	uint64_t issuer = 0;

	return __atomic_compare_exchange_n(&ring->issuer, &issuer, thread->serial, false,
					   __ATOMIC_RELAXED, __ATOMIC_RELAXED) ||
	       issuer == thread->serial;
}

/* Its server would have to share the only hart with the caller, or to wait for a slice
 * of whoever runs where it was placed. */
static bool server_is_held_up(const struct ring *ring)
{
	return hart_count() == 1 || (ring->server_hart != ~0u &&
				     task_hart_is_taken(ring->server_hart));
}

/* A ring with a server: it is woken, or, where that is held up, we do its work. */
static int64_t enter_polled(struct thread *thread)
{
	struct ring_enter *enter = &thread->enter;
	struct ring *ring = enter->ring;

	if (UNLIKELY(READ_ONCE(ring->owner_gone)))
		return enter_end(thread, -EOWNERDEAD);
	if (enter->flags & IORING_ENTER_SQ_WAKEUP) {
		bool own = thread->process == ring->process;

		if (own && (server_is_held_up(ring) || ring_server_wake(ring)))
			return enter_serve(thread, ~0u);
		if (!own)
			(void)ring_server_wake(ring);
	}
	if (enter->flags & IORING_ENTER_SQ_WAIT) {
		int error = ring_wait_for_room(ring);

		if (error)
			return enter_end(thread, error);
	}
	return enter_end(thread, enter->to_submit);
}

/* What is rare about a ring, or about this call. */
static int64_t enter_uncommon(struct thread *thread)
{
	struct ring_enter *enter = &thread->enter;
	struct ring *ring = enter->ring;

	if (ring->setup_flags & IORING_SETUP_R_DISABLED)
		return enter_end(thread, -EBADFD);
	if (ring_has_deferred(ring))
		(void)ring_server_wake(ring);
	if (ring->polls)
		return enter_polled(thread);
	if (!enter->to_submit)
		return enter_end(thread, 0);
	if (ring->setup_flags & IORING_SETUP_SINGLE_ISSUER && !is_issuer(ring, thread))
		return enter_end(thread, -EEXIST);
	return enter_serve(thread, enter->to_submit);
}

/* ---- the call ------------------------------------------------------------------------------------- */

/* Fills enter->ring and enter->file. */
static inline int find_ring(struct thread *thread, int32_t fd, uint32_t flags)
{
	struct process *process = thread->process;
	struct ring_enter *enter = &thread->enter;
	struct file *file;

	if (UNLIKELY(flags & IORING_ENTER_REGISTERED_RING)) {
		int error = ring_fds_get(process, (uint32_t)fd, &file);

		if (error)
			return error;
	} else if (fd == UOS_RING_FD && process->ring) {
		/* it lives as long as the process's threads: no reference */
		enter->file = NULL;
		enter->ring = process->ring;
		return 0;
	} else {
		file = files_get(process->files, fd);
		if (UNLIKELY(!file))
			return -EBADF;
	}
	enter->file = file;
	enter->ring = ring_of(file);
	if (LIKELY(enter->ring != NULL))
		return 0;
	file_put(file);
	return -EOPNOTSUPP;
}

int64_t ring_enter(struct thread *thread, const struct trap_frame *frame)
{
	struct ring_enter *enter = &thread->enter;
	const int32_t fd = (int32_t)frame->a0;
	const uint32_t flags = frame->a3;
	struct ring *ring;
	int error;

	if (UNLIKELY(flags & ~ENTER_FLAGS))
		return -EINVAL;
	error = find_ring(thread, fd, flags);
	if (UNLIKELY(error))
		return error;
	ring = enter->ring;
	enter->to_submit = frame->a1;
	enter->min_complete = frame->a2;
	enter->flags = flags;
	thread->counters.ring_enters++;
	if (UNLIKELY(ring->is_uncommon) || UNLIKELY(!enter->to_submit) ||
	    UNLIKELY(ring_has_deferred(ring)))
		return enter_uncommon(thread);
	return serve(thread, enter->to_submit);
}
