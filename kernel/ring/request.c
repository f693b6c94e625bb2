/*
 * Requests: records, running, ending, chains.  See request.h for the life of one.
 */
#include "kernel/ring/request.h"

#include "kernel/api/memory.h"
#include "kernel/ring/object.h"

/* ---- records ----------------------------------------------------------------------- */

/* The entry of every operation's coroutine: it is never started, only parted from
 * a server; ring_release knows a ring's own work by it. */
void request_coroutine(void *argument)
{
	panic("request %p started as a coroutine", argument);
}

struct request *request_alloc(struct ring *ring)
{
	struct request *request;

	spinlock_acquire(&ring->lock);
	request = ring->free_first;
	if (request) {
		ring->free_first = request->next;
		ring->free_count--;
	} else if (ring->record_count < RING_REQUESTS_MAX) {
		request = kernel_alloc(sizeof(*request));
	}
	if (request)
		ring->record_count++;
	spinlock_release(&ring->lock);
	if (!request)
		return NULL;
	request->ring = ring;
	request_init_task(request);
	return request;
}

void request_free_locked(struct ring *ring, struct request *request)
{
	ring->record_count--;
	if (ring->free_count == RING_FREE_MAX) {
		kernel_free(request, sizeof(*request));
	} else {
		request->next = ring->free_first;
		ring->free_first = request;
		ring->free_count++;
	}
	if (UNLIKELY(ring->drain_first != NULL))
		drain_look_locked(ring);
}

/* ring->lock held: frees it if nobody needs it any more. */
static void free_if_over(struct ring *ring, struct request *request)
{
	if ((request->state & (REQUEST_DONE | REQUEST_OVERFLOWED | REQUEST_ON_STACK)) ==
		    REQUEST_DONE && ring->current != request)
		request_free_locked(ring, request);
}

static void count(struct request *request)
{
	if (request->state & REQUEST_COUNTED)
		return;
	request->state |= REQUEST_COUNTED;
	__atomic_fetch_add(&request->process->ring_requests, 1, __ATOMIC_RELAXED);
}

/* ring->lock held. */
static void list_locked(struct ring *ring, struct request *request)
{
	count(request);
	table_insert(ring, request);
	request->state |= REQUEST_LISTED;
}

static void unlist_locked(struct ring *ring, struct request *request)
{
	if (!(request->state & REQUEST_LISTED))
		return;
	table_remove(ring, request);
	request->state &= ~REQUEST_LISTED;
}

void request_park_locked(struct request *request)
{
	if (!(request->state & REQUEST_LISTED))
		list_locked(request->ring, request);
}

bool request_is_unwanted(const struct request *request)
{
	return READ_ONCE(request->ring->closing) ||
	       __atomic_load_n(&request->process->state, __ATOMIC_RELAXED) != PROCESS_RUNNING;
}

void request_let_go_locked(struct request *request)
{
	request->state &= ~REQUEST_ON_STACK;
	free_if_over(request->ring, request);
}

/* ---- posting ------------------------------------------------------------------------- */

static int32_t cqe_result(const struct request *request, int64_t result)
{
	if (result > 0 && request->operation && request->operation->flags & OP_PAGES)
		result >>= PAGE_SHIFT;
	return result > INT32_MAX ? INT32_MAX : (int32_t)result;
}

static inline bool has_failed(const struct request *request, int64_t result)
{
	return (result < 0 && !(request->state & REQUEST_FORGIVEN)) ||
	       request->state & REQUEST_BREAKS;
}

static inline uint32_t flags_of(const struct request *request)
{
	return request->state & REQUEST_CQE_FLAGS ? request->cqe_flags : 0;
}

/* ring->lock held.  The CQE, or the place in the overflow queue. */
static void post_locked(struct ring *ring, struct request *request, int32_t res)
{
	request->state |= REQUEST_DONE;
	if (request->state & REQUEST_SKIPPED)
		return;
	ring->post_level = MIN(ring->post_level, request_level(request));
	if (request->operation == &op_timeout)
		ring->timeouts_completed++;
	if (LIKELY(!ring->overflow_first) &&
	    LIKELY(queues_post(&ring->queues, request->user_data, res, flags_of(request))))
		return;
	request->state |= REQUEST_OVERFLOWED;
	request->result = res;
	request->next = NULL;
	if (!ring->overflow_first) {
		ring->overflow_last = &ring->overflow_first;
		/* who has taken a full CQ and armed would sleep over it (overflow.pml:
		 * announce_held) */
		ring->held_back = true;
	}
	*ring->overflow_last = request;
	ring->overflow_last = &request->next;
	ring->overflow_count++;
	if (ring->drain_first)
		drain_look_locked(ring);
	queues_flags_set(&ring->queues, IORING_SQ_CQ_OVERFLOW);
}

void ring_flush_overflow(struct ring *ring)
{
	struct request *request;

	while ((request = ring->overflow_first) != NULL) {
		if (!queues_post(&ring->queues, request->user_data, request->result,
				 flags_of(request)))
			return;
		ring->overflow_first = request->next;
		ring->overflow_count--;
		request->state &= ~REQUEST_OVERFLOWED;
		free_if_over(ring, request);
	}
	queues_flags_clear(&ring->queues, IORING_SQ_CQ_OVERFLOW);
}

bool request_post_more(struct request *request, int32_t res, uint32_t flags)
{
	struct ring *ring = request->ring;
	bool posted;

	spinlock_acquire(&ring->lock);
	posted = !ring->overflow_first && queues_post(&ring->queues, request->user_data, res,
						      flags | IORING_CQE_F_MORE);
	if (posted) {
		ring->post_level = MIN(ring->post_level, request_level(request));
		if (request->operation == &op_timeout)
			ring->timeouts_completed++;
	}
	spinlock_release(&ring->lock);
	if (posted)
		ring_announce(ring);
	return posted;
}

int ring_post_message(struct ring *ring, uint64_t user_data, int32_t res, uint32_t flags)
{
	struct request *record = NULL;
	bool posted;

	spinlock_acquire(&ring->lock);
	posted = !ring->overflow_first && queues_post(&ring->queues, user_data, res, flags);
	spinlock_release(&ring->lock);
	if (!posted) {
		record = request_alloc(ring);
		if (!record)
			return -EOVERFLOW;
		record->operation = NULL;
		record->user_data = user_data;
		record->head = 0;
		record->state = REQUEST_CQE_FLAGS;
		record->cqe_flags = flags;
		spinlock_acquire(&ring->lock);
		post_locked(ring, record, res);
		free_if_over(ring, record);
		spinlock_release(&ring->lock);
	}
	ring_announce(ring);
	return 0;
}

static void uncount(struct process *process, uint16_t state)
{
	if (!(state & REQUEST_COUNTED))
		return;
	__atomic_fetch_sub(&process->ring_requests, 1, __ATOMIC_SEQ_CST);
	ring_tell_quiet();
}

/* What a success or failure means for the request's own CQE. */
static void decide_skip(struct request *request, bool failed)
{
	if (request->sqe_flags & IOSQE_CQE_SKIP_SUCCESS && !failed)
		request->state |= REQUEST_SKIPPED;
}

static bool breaks_chain(const struct request *request, bool failed)
{
	return failed && !(request->sqe_flags & IOSQE_IO_HARDLINK);
}

/* ---- running ---------------------------------------------------------------------------- */

void request_finish(struct request *request)
{
	if (request->operation && request->operation->finish)
		request->operation->finish(request);
	if (request->file) {
		file_put(request->file);
		request->file = NULL;
	}
}

int64_t request_issue(struct request *request)
{
	int64_t result;

	if (UNLIKELY(request->state & (REQUEST_LATE_FILE | REQUEST_OVER))) {
		if (request->state & REQUEST_OVER) {
			request_finish(request);
			return request->result;
		}
		request_find_file(request);
	}
	result = LIKELY(!request->early) ? request->operation->issue(request) : request->early;
	if (result != REQUEST_PARKED &&
	    (request->file || request->operation->finish))
		request_finish(request);
	return result;
}

/* A buffer whose tag must not complete before the request that uses it. */
static struct fixed_buffer *kept_by(const struct request *request)
{
	return UNLIKELY(request->state & REQUEST_KEEPS) ? request->rw.buffer : NULL;
}

static inline void put_kept(struct fixed_buffer *kept)
{
	if (UNLIKELY(kept != NULL))
		fixed_buffer_put(kept);
}

void request_cancel_chain(struct ring *ring, struct request *request, bool skip)
{
	while (request) {
		struct process *process = request->process;
		struct fixed_buffer *kept;
		struct request *next;
		uint16_t state;

		if (request_is_limited(request) && request->link->state & REQUEST_LISTED)
			limit_end(request);
		next = request->link;

		if (!(request->state & REQUEST_REFUSED))
			request_finish(request);
		kept = kept_by(request);
		spinlock_acquire(&ring->lock);
		unlist_locked(ring, request);
		if (skip)
			request->state |= REQUEST_SKIPPED;
		state = request->state;
		post_locked(ring, request, state & REQUEST_REFUSED ? request->early : -ECANCELED);
		free_if_over(ring, request);
		spinlock_release(&ring->lock);
		put_kept(kept);
		uncount(process, state);
		request = next;
	}
}

/*
 * A request has completed in coroutine context.  Posts it, and answers the next of
 * its chain, listed to run in `runner`; what a failure cancels has been cancelled.
 */
static struct request *end_request(struct request *request, int64_t result,
				   struct task *runner)
{
	struct ring *ring = request->ring;
	struct process *process = request->process;
	struct request *next, *cancelled = NULL;
	bool failed = has_failed(request, result);
	bool skip = request->sqe_flags & IOSQE_CQE_SKIP_SUCCESS;
	struct fixed_buffer *kept = kept_by(request);
	uint16_t state;

	if (request_is_limited(request))
		limit_end(request);
	next = request->link;
	if (next && (breaks_chain(request, failed) || request_is_unwanted(request))) {
		cancelled = next;
		next = NULL;
	}
	decide_skip(request, failed);
	spinlock_acquire(&ring->lock);
	unlist_locked(ring, request);
	state = request->state;
	if (runner == &request->task)
		request->state |= REQUEST_ON_STACK;
	post_locked(ring, request, cqe_result(request, result));
	free_if_over(ring, request);
	if (next && runner) {
		next->runner = runner;
		list_locked(ring, next);
	}
	spinlock_release(&ring->lock);
	put_kept(kept);
	uncount(process, state);
	request_cancel_chain(ring, cancelled, skip);
	return next;
}

static void leave_stack(void *argument)
{
	struct request *request = argument;
	struct ring *ring = request->ring;

	spinlock_acquire(&ring->lock);
	request_let_go_locked(request);
	spinlock_release(&ring->lock);
	ring_tell_quiet();
}

/* `first` suspended, and its server has gone on without it: this stack is its own
 * now.  Ends it, runs what is chained to it, and leaves. */
static void __attribute__((noreturn)) go_own_way(struct request *first, int64_t result)
{
	struct ring *ring = first->ring;
	struct task *runner = &first->task;
	struct request *request = first;

	while ((request = end_request(request, result, runner)) != NULL) {
		task_cancel_clear(runner);
		runner->process = request->process;
		ring_announce(ring);
		/* what may park is issued by who holds the turn */
		if (request->operation->flags & OP_PARKS) {
			ring_defer(ring, request);
			break;
		}
		if (request_is_limited(request))
			limit_arm(request);
		result = request_issue(request);
	}
	ring_announce(ring);
	task_exit(leave_stack, first);
}

int64_t request_issue_here(struct ring *ring, struct request *request)
{
	int64_t result;

	if (!(request->operation->flags & OP_SUSPENDS))
		return request_issue(request);
	ring_kick(ring);
	request->runner = &request->task;
	ring->current = request;
	task_split_begin(&request->task);
	request->task.process = request->process;
	result = request_issue(request);
	if (UNLIKELY(!task_split_end(&request->task)))
		go_own_way(request, result);
	ring->current = NULL;
	return result;
}

void request_run(struct ring *ring, struct request *request)
{
	while (request) {
		int64_t result;

		if (request_is_limited(request))
			limit_arm(request);
		result = request_issue_here(ring, request);

		if (result == REQUEST_PARKED)
			return;
		request = end_request(request, result, NULL);
	}
}

void request_end_inline(struct request *request, int64_t result)
{
	end_request(request, result, NULL);
}

void request_parted(struct ring *ring)
{
	struct request *request;

	spinlock_acquire(&ring->lock);
	request = ring->current;
	ring->current = NULL;
	if (request) {
		if (ring->spare == request)
			ring->spare = NULL;
		if (request->state & REQUEST_DONE)
			free_if_over(ring, request);
		else
			list_locked(ring, request);
	}
	spinlock_release(&ring->lock);
}

/* ---- parked ones ---------------------------------------------------------------------------- */

/* False: it may be the last reference. */
static bool let_go_of_file(struct request *request)
{
	if (!file_put_unless_last(request->file))
		return false;
	request->file = NULL;
	return true;
}

void request_end_parked(struct request *request, int64_t result)
{
	struct ring *ring = request->ring;
	struct process *process = request->process;
	bool failed = has_failed(request, result);
	struct fixed_buffer *kept;
	struct request *next;
	uint16_t state;

	if (request->file && !let_go_of_file(request)) {
		/* closing it may take time: that is for the ring's server */
		request->state |= REQUEST_OVER;
		request->result = result;
		ring_defer(ring, request);
		return;
	}
	if (request_is_limited(request))
		limit_end(request);
	next = request->link;
	/* the request may be the last thing that keeps the ring */
	reference_get(&ring->references);
	decide_skip(request, failed);
	if (next && breaks_chain(request, failed)) {
		next->state |= REQUEST_DOOMED;
		if (request->sqe_flags & IOSQE_CQE_SKIP_SUCCESS)
			next->state |= REQUEST_SKIPPED;
	}
	kept = kept_by(request);
	spinlock_acquire(&ring->lock);
	unlist_locked(ring, request);
	state = request->state;
	post_locked(ring, request, cqe_result(request, result));
	free_if_over(ring, request);
	/* before the count goes down: a chain is never out of sight */
	if (next)
		ring_defer(ring, next);
	spinlock_release(&ring->lock);
	put_kept(kept);
	ring_announce(ring);
	ring_put(ring);
	uncount(process, state);
}

void request_unpark(struct request *request)
{
	ring_defer(request->ring, request);
}
