/*
 * What the two halves of serving share: serve.c, the loop and all kinds of entries, and
 * serve_file.c, runs of transfers on one file.  The turn is held throughout.
 */
#ifndef KERNEL_RING_SERVE_H
#define KERNEL_RING_SERVE_H

#include "kernel/ring/object.h"

/* Issues the spare, which has been prepared, and ends it if it is over.  May not return:
 * an operation that suspends takes the stack. */
void serve_issue_spare(struct ring *ring, struct request *request);
/* A spare for the next entry; false: no memory, and serve_error says so. */
bool serve_have_spare(struct ring *ring);
/*
 * A transfer on a file, of the common kind, and what follows, as long as it is quick: it
 * never parts anybody from his stack.  True: `sqe` has to be served otherwise, by
 * serve_held_file if ring->held_file is set; false: there is none left.
 */
bool serve_file(struct ring *ring, struct io_uring_sqe *sqe);
/* A transfer on ring->held_file, which it takes over.  False: the submission ends. */
bool serve_held_file(struct ring *ring, const struct io_uring_sqe *sqe);

/* ---- transfer.c ---- */

/* Starts a request whose operation and file can `begin`.  False: it has to be issued;
 * true: it is on its way, or over, and the spare is gone with it. */
bool transfer_start(struct ring *ring, struct request *request);
/* Likewise an SQE of the common kind, read or write, on a file that can `begin`, whose
 * reference it takes over.  False: nothing has been done. */
bool transfer_start_plain(struct ring *ring, const struct operation *operation,
			  const struct io_uring_sqe *sqe, struct file *file);

/* ---- entries ---- */

/* The kernel's single copy of an SQE: eight loads, eight stores.  True: it is of the
 * common kind, as sqe_is_common says. */
static inline bool copy_sqe(struct io_uring_sqe *to, const struct io_uring_sqe *from)
{
	const volatile uint64_t *source = (const volatile uint64_t *)from;
	uint64_t *target = (uint64_t *)to;
	uint64_t a = source[0], b = source[1], c = source[2], d = source[3];
	uint64_t e = source[4], f = source[5], g = source[6], h = source[7];

	target[0] = a, target[1] = b, target[2] = c, target[3] = d;
	target[4] = e, target[5] = f, target[6] = g, target[7] = h;
	return words_are_common(a, f);
}

/* Ends a request that completed here; its record may go. */
static inline void end_spare(struct ring *ring, struct request *request, int64_t result)
{
	ring->spare = NULL;
	request_end_inline(request, result);
}

/* The index of entry `head`; above the mask: the array has a wrong one (taken as a
 * signed word, so that a large one is larger still). */
static inline uint64_t sqe_index(const uint32_t *array, uint64_t mask, uint64_t head)
{
	uint64_t index = head & mask;

	return array ? (uint64_t)(int64_t)(int32_t)READ_ONCE(array[index]) : index;
}

static inline void drop_entry(struct ring *ring, uint32_t head)
{
	queues_count_dropped(&ring->queues);
	ring->serve_start++;	/* taken, but no submission */
	ring->queues.sq_head = ring->serve_end = head + 1;
}

/* Takes the next entry.  False: its index is wrong, and the serving ends. */
static inline bool take(struct ring *ring, struct io_uring_sqe *sqe)
{
	struct queues *queues = &ring->queues;
	uint32_t head = queues->sq_head;
	uint64_t index = sqe_index(queues->array, queues->sq_mask, head);

	if (UNLIKELY(index > queues->sq_mask)) {
		drop_entry(ring, head);
		return false;
	}
	copy_sqe(sqe, &queues->sqes[index]);
	queues->sq_head = head + 1;
	return true;
}

/* For who asks what a program uses: UOS_STATS_OPERATIONS. */
static inline void note(struct process *process, uint8_t opcode)
{
	WRITE_ONCE(process->opcodes[opcode], 1);
}

static inline bool take_next(struct ring *ring, struct io_uring_sqe *sqe)
{
	return ring->queues.sq_head != ring->serve_end &&
	       (LIKELY(ring->spare != NULL) || serve_have_spare(ring)) && LIKELY(take(ring, sqe));
}

/* A result of an SQE that needed no record.  False: the CQ is full. */
static inline bool post_plain(struct ring *ring, uint64_t user_data, int64_t result)
{
	bool posted;

	spinlock_acquire(&ring->lock);
	posted = LIKELY(!ring->overflow_first) &&
		 queues_post(&ring->queues, user_data, (int32_t)result, 0);
	spinlock_release(&ring->lock);
	return posted;
}

#endif
