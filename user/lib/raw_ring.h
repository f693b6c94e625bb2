/*
 * A ring of one's own, by the bare calls: for programs that test or measure the
 * ring ABI itself.  One coroutine uses a ring at a time.
 *
 * Memory order, user's side: the SQ's tail and the CQ's head are stored with
 * release (pair with the kernel's acquire), the CQ's tail is loaded with acquire.
 */
#ifndef USER_LIB_RAW_RING_H
#define USER_LIB_RAW_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/io_uring.h"

struct raw_ring {
	int fd;
	struct io_uring_params params;
	uint8_t *rings;				/* SQ and CQ ring, one mapping */
	uint64_t rings_bytes, sqes_bytes;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
	uint32_t *sq_head, *sq_tail, *sq_flags, *sq_array, *sq_dropped;
	uint32_t *cq_head, *cq_tail, *cq_overflow;
	uint32_t sq_mask, cq_mask;
	uint32_t sqes_tail;			/* filled, perhaps not yet published */
};

/* 0 or -errno.  `setup` has the flags and what goes with them; NULL: none. */
int raw_ring_open(struct raw_ring *ring, uint32_t entries, const struct io_uring_params *setup);
/* The same for a ring that somebody else has set up, with the parameters that he got. */
int raw_ring_attach(struct raw_ring *ring, int fd, const struct io_uring_params *params);
void raw_ring_close(struct raw_ring *ring);

/* The next SQE, zeroed; there must be room.  It counts from raw_ring_publish on. */
struct io_uring_sqe *raw_ring_sqe(struct raw_ring *ring);
/* Shows the filled SQEs to the kernel; how many it has not taken yet. */
uint32_t raw_ring_publish(struct raw_ring *ring);
/* io_uring_enter: submits what is published and waits for completions. */
int raw_ring_enter(struct raw_ring *ring, uint32_t submit, uint32_t wait, uint32_t flags);
/* Publishes, submits all and waits until `wait` completions are there. */
int raw_ring_submit(struct raw_ring *ring, uint32_t wait);
/* Takes the oldest completion; false if there is none. */
bool raw_ring_take(struct raw_ring *ring, struct io_uring_cqe *cqe);
/* Takes the oldest completion, waiting for it.  0 or -errno of the waiting. */
int raw_ring_wait(struct raw_ring *ring, struct io_uring_cqe *cqe);
/* One operation from end to end: its result. */
int raw_ring_do(struct raw_ring *ring, const struct io_uring_sqe *sqe);

#endif
