/*
 * Serving the SQ: an entry is copied once, made a request, and issued.
 *
 * The loop's state is in struct ring (queues.sq_head, serve_*): an operation that
 * suspends keeps the stack, and the loop starts anew on another, so nothing that
 * must survive an issue lives in a local variable.
 *
 * The caller holds the ring's turn, and its task's `entry` leads to
 * ring_serve_again.
 */
#include "kernel/ring/object.h"
#include "kernel/task/hart.h"

/* The kernel's single copy of an SQE: eight loads, eight stores. */
static inline void copy_sqe(struct io_uring_sqe *to, const struct io_uring_sqe *from)
{
	const volatile uint64_t *source = (const volatile uint64_t *)from;
	uint64_t *target = (uint64_t *)to;

	for (unsigned i = 0; i < sizeof(*to) / sizeof(uint64_t); i++)
		target[i] = source[i];
}

static void chain_issue(struct ring *ring)
{
	struct request *first = ring->chain_first;

	ring->chain_first = ring->chain_last = NULL;
	if (!ring->chain_refused) {
		request_run(ring, first);
		return;
	}
	/* one of them was refused: none of them is started */
	ring->chain_refused = false;
	request_cancel_chain(ring, first, first->sqe_flags & IOSQE_CQE_SKIP_SUCCESS &&
			     first->link);
}

/* Adds to the chain that is being collected; issues it when it is complete. */
static void chain_add(struct ring *ring, struct request *request, int refused)
{
	ring->spare = NULL;
	request->state |= REQUEST_COUNTED;
	__atomic_fetch_add(&request->process->ring_requests, 1, __ATOMIC_RELAXED);
	if (refused) {
		request->state |= REQUEST_REFUSED;
		ring->chain_refused = true;
	}
	if (ring->chain_first)
		ring->chain_last->link = request;
	else
		ring->chain_first = request;
	ring->chain_last = request;
	if (!(request->sqe_flags & (IOSQE_IO_LINK | IOSQE_IO_HARDLINK)))
		chain_issue(ring);
}

/* The CQE of the spare request, which can be used again if the CQ had room. */
static void complete_spare(struct ring *ring, struct request *request, int64_t result)
{
	bool posted;

	if (UNLIKELY(request->sqe_flags & IOSQE_CQE_SKIP_SUCCESS) ||
	    UNLIKELY(request->operation == NULL || request->operation->flags & (OP_PAGES | OP_PARKS))) {
		ring->spare = NULL;
		request_end_inline(request, result);
		return;
	}
	spinlock_acquire(&ring->lock);
	posted = LIKELY(!ring->overflow_first) &&
		 queues_post(&ring->queues, request->user_data,
			     LIKELY(result <= INT32_MAX) ? (int32_t)result : INT32_MAX, 0);
	spinlock_release(&ring->lock);
	if (UNLIKELY(!posted)) {
		ring->spare = NULL;
		request_end_inline(request, result);
	}
}

static void issue_spare(struct ring *ring, struct request *request)
{
	const struct operation *operation = request->operation;
	int64_t result;

	if (operation->flags & (OP_SUSPENDS | OP_PARKS)) {
		result = request_issue_here(ring, request);
		if (result == REQUEST_PARKED) {
			ring->spare = NULL;
			return;
		}
	} else {
		result = request_issue(request);
	}
	complete_spare(ring, request, result);
}

/* One SQE.  False: it was refused, and the submission ends with it. */
static inline bool submit(struct ring *ring, struct request *request,
			  const struct io_uring_sqe *sqe)
{
	int error;

	request->process = ring->serve_process;
	request->file = NULL;
	request->link = NULL;
	request->user_data = sqe->user_data;
	request->state = REQUEST_PARKABLE;
	request->early = 0;
	error = request_prepare(request, sqe);
	if (UNLIKELY(sqe->flags & (IOSQE_IO_LINK | IOSQE_IO_HARDLINK) || ring->chain_first)) {
		chain_add(ring, request, error);
		return !error || sqe->flags & (IOSQE_IO_LINK | IOSQE_IO_HARDLINK);
	}
	if (UNLIKELY(error)) {
		complete_spare(ring, request, error);
		return false;
	}
	issue_spare(ring, request);
	return true;
}

static void serve_loop(struct ring *ring)
{
	while (ring->queues.sq_head != ring->serve_end) {
		struct request *request = ring->spare;
		const struct io_uring_sqe *shared;
		struct io_uring_sqe sqe;

		if (UNLIKELY(!request)) {
			request = ring->spare = request_alloc(ring);
			if (!request) {
				ring->serve_error = -EAGAIN;
				break;
			}
		}
		shared = queues_next_sqe(&ring->queues);
		if (UNLIKELY(!shared))
			break;
		copy_sqe(&sqe, shared);
		ring->serve_count++;
		if (UNLIKELY(!submit(ring, request, &sqe)) &&
		    !(ring->setup_flags & IORING_SETUP_SUBMIT_ALL))
			break;
	}
	/* whatever ended it, it has ended, also for one who looks again */
	ring->serve_end = ring->queues.sq_head;
	if (UNLIKELY(ring->chain_first != NULL))
		chain_issue(ring);
	queues_publish_head(&ring->queues);
	ring_announce(ring);
}

void ring_serve(struct ring *ring, struct process *process, uint32_t limit)
{
	uint32_t there = queues_submitted(&ring->queues);

	ring->serve_process = process;
	ring->serve_count = 0;
	ring->serve_error = 0;
	ring->serve_end = ring->queues.sq_head + MIN(there, limit);
	if (there)
		serve_loop(ring);
}

void ring_serve_again(struct ring *ring)
{
	request_parted(ring);
	queues_publish_head(&ring->queues);
	/* what was completed before must not wait for the end of the batch */
	ring_announce(ring);
	serve_loop(ring);
}

void ring_account(struct ring *ring, bool inline_in_enter)
{
	struct hart_counters *counters = &hart_this()->counters;
	uint32_t count = ring->serve_count;

	if (!count)
		return;
	counters->ring_operations += count;
	if (inline_in_enter)
		counters->ring_served_inline += count;
	__atomic_fetch_add(&ring->serve_process->counters.ring_operations, count,
			   __ATOMIC_RELAXED);
}
