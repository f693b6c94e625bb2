/*
 * The two queues of a ring, as memory shared with its users, and the only code
 * that touches their words.
 *
 * Layout: one area with the words, the CQEs and (unless NO_SQARRAY) the SQ
 * array; one with the SQEs.  Both are kernel frames, reached directly here and
 * mapped into the user, so a user's mmap and munmap never matter to us.  Words
 * of the user and of the kernel are in different cache lines.
 *
 * Everything here is hostile: a word of the user's is read exactly once where
 * it is used, and masked or bounded.  What the kernel must rely on (sizes,
 * masks, its own indices) is in struct ring, not here.
 *
 * MEMORY ORDER, all of it:
 *   (a) user: SQE, array  ; store-release sq_tail
 *       kernel: load-acquire sq_tail ; reads SQE, array
 *   (b) kernel: has read SQE, array ; store-release sq_head
 *       user: load-acquire sq_head ; reuses the SQE
 *   (c) kernel: CQE ; store-release cq_tail
 *       user: load-acquire cq_tail ; reads the CQE
 *   (d) user: has read the CQE ; store-release cq_head
 *       kernel: load-acquire cq_head ; reuses the CQE
 *   (e) kernel going to sleep: sets NEED_WAKEUP ; full fence ; loads sq_tail
 *       user: stores sq_tail ; full fence ; loads sq_flags
 *       one of the two sees the other, so no submission is slept over
 *   (f) a waiter in io_uring_enter says under ring->lock for which tail it waits,
 *       and looks at the tail there; who completes posts under the same lock and
 *       then looks for waiters.  CQ_OVERFLOW is set and cleared under it too.
 *       (That look is behind the unlock, which orders nothing after itself: what keeps
 *       it from coming before the post is the lock's acquire.)
 *   (g) kernel: cq_tail ; unlock ; lock again ; loads cq_event
 *       user: stores cq_event ; fence rw,rw ; loads cq_tail
 *       the kernel sees the arming, or the user the completion
 *   (h) kernel: cq_tail ; fence w,o ; SEND
 *       user: uipi.read ; fence i,r ; loads cq_tail
 *       who was interrupted sees the completion
 * Why RVWMO keeps each, and that it would not without: test/model/litmus.py, (a)
 * sq_entry, (b) sq_reuse, (c) cq_entry, (d) cq_reuse, (e) need_wakeup, (f) waiter,
 * (g) announce, (h) send.
 * cq_tail, sq_head and sq_flags are written by the kernel alone: the tail and
 * the overflow bit under ring->lock, the head by who holds the ring's turn,
 * NEED_WAKEUP by the server (atomic or/and: the flags have two writers).
 */
#ifndef KERNEL_RING_QUEUE_H
#define KERNEL_RING_QUEUE_H

#include "abi/io_uring.h"
#include "kernel/api/base.h"

#define RING_SQ_ENTRIES_MAX	32768u
#define RING_CQ_ENTRIES_MAX	(2 * RING_SQ_ENTRIES_MAX)

struct ring_words {
	/* written by the kernel */
	uint32_t sq_head __attribute__((aligned(64)));
	uint32_t sq_flags;
	uint32_t sq_dropped;
	/* written by the user */
	uint32_t sq_tail __attribute__((aligned(64)));
	/* written by the kernel */
	uint32_t cq_tail __attribute__((aligned(64)));
	uint32_t cq_overflow;		/* CQEs lost: ever 0 */
	/* written by the user */
	uint32_t cq_head __attribute__((aligned(64)));
	uint32_t cq_flags;
	uint32_t cq_event;		/* UOS_REGISTER_INTERRUPT: announce when the tail passes it */
	/* written at setup, never read by the kernel */
	uint32_t sq_ring_mask __attribute__((aligned(64)));
	uint32_t cq_ring_mask;
	uint32_t sq_ring_entries;
	uint32_t cq_ring_entries;
	/* (twice the size with CQE32) */
	struct io_uring_cqe cqes[] __attribute__((aligned(64)));
};

struct trace;

struct queues {
	/* fixed at setup */
	struct ring_words *words;
	struct io_uring_sqe *sqes;
	uint32_t *array;		/* NULL: NO_SQARRAY */
	uint64_t sq_mask, cq_mask;
	uint8_t sqe_shift, cqe_shift;	/* 1: SQE128, CQE32 */
	uint32_t words_pages, sqes_pages;
	int32_t trace_pid;
	struct trace *trace;		/* its maker's, a reference; NULL: it is not traced */
	/* who holds the ring's turn */
	uint32_t sq_head;		/* next to be read; shared one follows */
	/* ring->lock */
	uint32_t cq_tail;		/* next to be written; shared one follows */
	uint32_t cq_limit;		/* cq_tail may surely get this far: cq_head as last seen;
					 * with CQE32 or a trace ever cq_tail itself */
};

/* Sizes are powers of 2.  0 or -ENOMEM. */
int queues_create(struct queues *queues, uint32_t sq_entries, uint32_t cq_entries,
		  uint32_t setup_flags);
void queues_destroy(struct queues *queues);
/* Fills sq_off and cq_off. */
void queues_describe(const struct queues *queues, struct io_uring_params *params);

/* Entries that wait to be read, never more than there are. */
static inline uint32_t queues_submitted(const struct queues *queues)
{
	/* acquire (a) */
	uint32_t tail = __atomic_load_n(&queues->words->sq_tail, __ATOMIC_ACQUIRE);
	uint32_t count = tail - queues->sq_head, most = queues->sq_mask + 1;

	return MIN(count, most);
}

static inline void queues_count_dropped(struct queues *queues)
{
	/* the kernel alone writes it; what a user makes of it is his */
	WRITE_ONCE(queues->words->sq_dropped, READ_ONCE(queues->words->sq_dropped) + 1);
}

/* The user may reuse what has been read. */
static inline void queues_publish_head(struct queues *queues)
{
	const uint32_t head = queues->sq_head;

	/* release (b) */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	WRITE_ONCE(queues->words->sq_head, head);
}

/* CQEs that the user has not taken yet, as far as it can be trusted. */
static inline uint32_t queues_completed(const struct queues *queues)
{
	/* acquire (d) */
	return queues->cq_tail - __atomic_load_n(&queues->words->cq_head, __ATOMIC_ACQUIRE);
}

/* ring->lock, nothing overflown.  False: no room, or the user's head makes no sense. */
bool queues_look_for_room(struct queues *queues);
/* Likewise, and posts what comes next. */
bool queues_post_slowly(struct queues *queues, uint64_t user_data, int32_t res, uint32_t flags);

static inline void cqe_write(struct io_uring_cqe *cqe, uint64_t user_data, int32_t res,
			     uint32_t flags)
{
	cqe->user_data = user_data;
	cqe->res = res;
	cqe->flags = flags;
}

/* The user may read what has been posted. */
static inline void queues_publish_tail(struct queues *queues)
{
	const uint32_t tail = queues->cq_tail;

	/* release (c); a plain store behind the fence, since the compiler makes a
	 * swap of an atomic one */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	WRITE_ONCE(queues->words->cq_tail, tail);
}

/* ring->lock.  False when full. */
static inline bool queues_post(struct queues *queues, uint64_t user_data, int32_t res,
			       uint32_t flags)
{
	if (UNLIKELY(queues->cq_tail == queues->cq_limit))
		return queues_post_slowly(queues, user_data, res, flags);
	cqe_write(&queues->words->cqes[queues->cq_tail & queues->cq_mask], user_data, res,
		  flags);
	queues->cq_tail++;
	queues_publish_tail(queues);
	return true;
}

static inline void queues_flags_set(struct queues *queues, uint32_t flags)
{
	__atomic_fetch_or(&queues->words->sq_flags, flags, __ATOMIC_RELAXED);
}

static inline void queues_flags_clear(struct queues *queues, uint32_t flags)
{
	__atomic_fetch_and(&queues->words->sq_flags, ~flags, __ATOMIC_RELAXED);
}

#endif
