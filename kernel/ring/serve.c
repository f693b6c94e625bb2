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
#include "kernel/ring/serve.h"

/* The CQE of the spare request, which can be used again if the CQ had room. */
static inline void complete_spare(struct ring *ring, struct request *request, int64_t result)
{
	bool posted;

	spinlock_acquire(&ring->lock);
	ring->post_level = MIN(ring->post_level, request_level(request));
	posted = LIKELY(!ring->overflow_first) &&
		 queues_post(&ring->queues, request->user_data, (int32_t)result, 0);
	spinlock_release(&ring->lock);
	if (UNLIKELY(!posted))
		end_spare(ring, request, result);
}

/* In request->head: a request that has more to end than its CQE, or none. */
#define ENDS_SLOWLY	((uint32_t)IOSQE_CQE_SKIP_SUCCESS << 8 | (uint32_t)REQUEST_KEEPS << 16)
ABI_CHECK(offsetof(struct request, sqe_flags) == offsetof(struct request, head) + 1 &&
	  offsetof(struct request, state) == offsetof(struct request, head) + 2, "ENDS_SLOWLY");

void serve_issue_spare(struct ring *ring, struct request *request)
{
	uint32_t flags = request->operation->flags;
	int64_t result;

	if (flags & OP_BEGINS && request->file && request->file->ops->begin &&
	    LIKELY(transfer_start(ring, request)))
		return;
	result = request_issue_here(ring, request);
	if (UNLIKELY(result == REQUEST_PARKED))
		ring->spare = NULL;
	else if (UNLIKELY(flags & (OP_PAGES | OP_PARKS | OP_ALWAYS_RECORD)) ||
		 UNLIKELY(result > INT32_MAX) ||
		 UNLIKELY((uint32_t)request->head & ENDS_SLOWLY))
		end_spare(ring, request, result);
	else
		complete_spare(ring, request, result);
}

/* An SQE with flags, or of a chain, or of no known kind.  False: it was refused,
 * and the submission ends with it. */
static bool submit_uncommon(struct ring *ring, struct request *request,
			    const struct io_uring_sqe *sqe, int refusal)
{
	int error = refusal ? request_forbid(request, sqe, refusal) : request_prepare(request, sqe);

	if (chain_is_wanted(ring, sqe->flags)) {
		chain_add(ring, request, error);
		return !error || sqe->flags & (IOSQE_IO_LINK | IOSQE_IO_HARDLINK);
	}
	if (error)
		end_spare(ring, request, error);
	else
		serve_issue_spare(ring, request);
	return !error;
}

static inline bool submit_common(struct ring *ring, struct request *request,
				 const struct operation *operation,
				 const struct io_uring_sqe *sqe)
{
	int error = request_prepare_common(request, operation, sqe);

	if (UNLIKELY(error)) {
		end_spare(ring, request, error);
		return false;
	}
	serve_issue_spare(ring, request);
	return true;
}

static inline bool is_inline(const struct operation *operation)
{
	return LIKELY(operation != NULL) && operation->flags & OP_INLINE;
}

/*
 * What was taken is done at once: does it, and those that follow, under one lock
 * and with one publication of the tail, as long as they are of that kind.  True:
 * `sqe` is another one now; false: there is none left.
 *
 * This loop is what a NOP costs: no call but prep, nothing spilled.
 */
static __attribute__((noinline)) bool serve_inline(struct ring *ring, struct io_uring_sqe *sqe)
{
	struct queues *queues = &ring->queues;
	struct request *request = ring->spare;
	const uint32_t *const array = queues->array;
	const struct io_uring_sqe *const sqes = queues->sqes;
	const uint64_t sq_mask = queues->sq_mask;
	struct io_uring_cqe *const cqes = queues->words->cqes;
	uint64_t head = queues->sq_head, cq_tail, cq_limit;
	uint64_t left = (uint32_t)(ring->serve_end - queues->sq_head);
	const struct operation *operation = operation_table[sqe->opcode];
	bool common = sqe_is_common(sqe), other = true;

	/* the first stands for those of its run */
	note(ring->serve_process, sqe->opcode);
	spinlock_acquire(&ring->lock);
	cq_tail = queues->cq_tail;
	cq_limit = cq_tail + (uint32_t)(queues->cq_limit - queues->cq_tail);
	while (LIKELY(common) && LIKELY(cq_tail != cq_limit) &&
	       LIKELY(!operation->prep(request, sqe))) {
		uint64_t index;

		cqe_write(&cqes[cq_tail++ & queues->cq_mask], sqe->user_data,
			  (int32_t)request->result, 0);
		if (left-- == 0) {
			other = false;
			break;
		}
		index = sqe_index(array, sq_mask, head++);
		if (UNLIKELY(index > sq_mask)) {
			drop_entry(ring, head - 1);
			other = false;
			break;
		}
		common = copy_sqe(sqe, &sqes[index]);
		operation = operation_table[sqe->opcode];
		if (!is_inline(operation))
			break;
	}
	queues->sq_head = head;
	queues->cq_tail = cq_tail;
	queues_publish_tail(queues);
	spinlock_release(&ring->lock);
	return other;
}

bool serve_have_spare(struct ring *ring)
{
	ring->spare = request_alloc(ring);
	if (!ring->spare) {
		ring->serve_error = -EAGAIN;
		return false;
	}
	ring->spare->process = ring->serve_process;
	return true;
}

/* False: the submission ends with it. */
static inline bool submit(struct ring *ring, const struct io_uring_sqe *sqe)
{
	const struct operation *operation = operation_table[sqe->opcode];
	bool accepted;

	if (LIKELY(operation != NULL))
		note(ring->serve_process, sqe->opcode);
	if (ring->held_file)
		return serve_held_file(ring, sqe);
	if (LIKELY(sqe_is_common(sqe)) && LIKELY(operation != NULL) && LIKELY(!ring->queueing))
		accepted = submit_common(ring, ring->spare, operation, sqe);
	else
		accepted = submit_uncommon(ring, ring->spare, sqe, 0);
	return LIKELY(accepted) || ring->setup_flags & IORING_SETUP_SUBMIT_ALL;
}

/* Whatever ended the serving, it has ended, also for one who looks again. */
static inline void end_serving(struct ring *ring)
{
	ring->serve_end = ring->queues.sq_head;
	if (UNLIKELY(ring->chain_first != NULL))
		chain_issue(ring);
	ring_kick(ring);
	queues_publish_head(&ring->queues);
	ring_announce_served(ring);
}

/* Runs of what is quick, as long as there is one.  True: `sqe` is of another kind;
 * false: there is none left. */
static inline bool serve_quickly(struct ring *ring, struct io_uring_sqe *sqe)
{
	const struct operation *operation = operation_table[sqe->opcode];

	if (UNLIKELY(!operation) || UNLIKELY(ring->queueing) || UNLIKELY(!sqe_is_common(sqe)))
		return true;
	WRITE_ONCE(ring->post_level, 0);
	if (operation->flags & OP_INLINE)
		return serve_inline(ring, sqe);
	return operation->promptly ? serve_file(ring, sqe) : true;
}

static __attribute__((noinline)) void serve_loop(struct ring *ring)
{
	struct io_uring_sqe sqe;

	while (take_next(ring, &sqe)) {
		if (!serve_quickly(ring, &sqe) || !submit(ring, &sqe))
			break;
	}
	end_serving(ring);
}

/* A ring whose entries are wide, or not all allowed: nothing is quick there. */
static __attribute__((noinline)) void serve_special(struct ring *ring)
{
	struct queues *queues = &ring->queues;
	struct io_uring_sqe sqe;

	while (queues->sq_head != ring->serve_end && (ring->spare || serve_have_spare(ring))) {
		uint32_t head = queues->sq_head;
		uint64_t index = sqe_index(queues->array, queues->sq_mask, head);

		if (index > queues->sq_mask) {
			drop_entry(ring, head);
			break;
		}
		copy_sqe(&sqe, &queues->sqes[index << queues->sqe_shift]);
		queues->sq_head = head + 1;
		WRITE_ONCE(ring->post_level, 0);
		if (operation_table[sqe.opcode])
			note(ring->serve_process, sqe.opcode);
		if (queues->trace)
			ring_trace_submission(ring, &sqe);
		if (!submit_uncommon(ring, ring->spare, &sqe,
				     policy_check(ring, ring->serve_process, &sqe)) &&
		    !(ring->setup_flags & IORING_SETUP_SUBMIT_ALL))
			break;
	}
	end_serving(ring);
}

/* The only entry, if it is one of the quick kinds: true, and it is done. */
static inline bool serve_alone(struct ring *ring, struct io_uring_sqe *sqe)
{
	const struct operation *operation = operation_table[sqe->opcode];
	struct request *request = ring->spare;

	if (UNLIKELY(!operation) || UNLIKELY(ring->queueing) || UNLIKELY(!sqe_is_common(sqe)))
		return false;
	WRITE_ONCE(ring->post_level, 0);
	if (!(operation->flags & OP_INLINE))
		return operation->promptly && !serve_file(ring, sqe);
	if (UNLIKELY(operation->prep(request, sqe)))
		return false;
	note(ring->serve_process, sqe->opcode);
	if (UNLIKELY(!post_plain(ring, sqe->user_data, request->result))) {
		int64_t result = request->result;

		request_set(request, operation, sqe);
		end_spare(ring, request, result);
	}
	return true;
}

/* Keeps an entry that is not quick for ring_serve_rest. */
static __attribute__((noinline)) bool hold(struct ring *ring, const struct io_uring_sqe *sqe)
{
	ring->held = *sqe;
	ring->holds = true;
	return false;
}

bool ring_serve_begin(struct ring *ring, struct process *process, uint32_t limit)
{
	uint32_t there = MIN(queues_submitted(&ring->queues), limit);
	struct io_uring_sqe sqe;

	ring->serve_process = process;
	if (ring->spare)
		ring->spare->process = process;
	ring->serve_error = 0;
	ring->serve_start = ring->queues.sq_head;
	ring->serve_end = ring->queues.sq_head + there;
	if (UNLIKELY(ring->is_special))
		return false;
	/* one alone is spared the loops */
	if (there && take_next(ring, &sqe) &&
	    !(there == 1 ? serve_alone(ring, &sqe) : !serve_quickly(ring, &sqe)))
		return hold(ring, &sqe);
	end_serving(ring);
	return true;
}

void ring_serve_rest(struct ring *ring)
{
	struct io_uring_sqe sqe;

	if (UNLIKELY(ring->is_special)) {
		serve_special(ring);
		return;
	}
	if (ring->holds) {
		sqe = ring->held;
		ring->holds = false;
		if (!submit(ring, &sqe)) {
			end_serving(ring);
			return;
		}
	}
	serve_loop(ring);
}

void ring_serve_again(struct ring *ring)
{
	request_parted(ring);
	queues_publish_head(&ring->queues);
	/* what was completed before must not wait for the end of the batch */
	ring_announce(ring);
	if (UNLIKELY(ring->is_special))
		serve_special(ring);
	else
		serve_loop(ring);
}
