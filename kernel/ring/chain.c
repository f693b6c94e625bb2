/*
 * Chains: requests tied by IOSQE_IO_LINK or IOSQE_IO_HARDLINK are collected until the
 * last has come, then started together, or, if one was refused, none of them.
 *
 * The ring's turn is held.  A request that drains, or comes while others wait for
 * that, is a chain of one.
 */
#include "kernel/ring/object.h"

void chain_issue(struct ring *ring)
{
	struct request *first = ring->chain_first;

	ring->chain_first = ring->chain_last = NULL;
	if (!ring->chain_refused) {
		if (!drain_queue(ring, first))
			request_run(ring, first);
		return;
	}
	/* one of them was refused: none of them is started */
	ring->chain_refused = false;
	request_cancel_chain(ring, first, first->sqe_flags & IOSQE_CQE_SKIP_SUCCESS &&
			     first->link);
}

void chain_add(struct ring *ring, struct request *request, int refused)
{
	struct request *first = ring->chain_first ? ring->chain_first : request;

	ring->spare = NULL;
	if (request->sqe_flags & IOSQE_IO_DRAIN && first != request)
		ring->drain_next = true;
	else if (ring->drain_next && first == request)
		ring->drain_next = false, first->sqe_flags |= IOSQE_IO_DRAIN;
	first->sqe_flags |= request->sqe_flags & IOSQE_IO_DRAIN;
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
	ring->queueing = true;
	if (!(request->sqe_flags & (IOSQE_IO_LINK | IOSQE_IO_HARDLINK)))
		chain_issue(ring);
}

bool chain_is_wanted(struct ring *ring, uint8_t sqe_flags)
{
	/* what was queued may be over by now */
	ring->queueing = ring->chain_first || ring->drain_next || READ_ONCE(ring->drain_first);
	return ring->queueing ||
	       sqe_flags & (IOSQE_IO_LINK | IOSQE_IO_HARDLINK | IOSQE_IO_DRAIN);
}
