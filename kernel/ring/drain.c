/*
 * IOSQE_IO_DRAIN: a request (or chain) that starts only when all that was submitted
 * before it has completed.
 *
 * What is submitted meanwhile queues up behind it; so whatever is in flight and not
 * in the queue is what the queue's first waits for.  When that is over, the first
 * and those behind it that do not drain themselves go to the ring's server.
 */
#include "kernel/ring/object.h"

/* In flight, but for the queue.  ring->lock held. */
static uint32_t busy(const struct ring *ring)
{
	return ring->record_count - ring->overflow_count - ring->drain_count -
	       (ring->spare != NULL);
}

static uint32_t length_of(const struct request *request)
{
	uint32_t length = 0;

	for (; request; request = request->link)
		length++;
	return length;
}

static void pop(struct ring *ring)
{
	struct request *first = ring->drain_first;

	ring->drain_first = first->next;
	ring->drain_count -= length_of(first);
	ring_defer(ring, first);
}

bool drain_queue(struct ring *ring, struct request *first)
{
	const uint32_t length = length_of(first);
	bool queued;

	spinlock_acquire(&ring->lock);
	/* the chain itself is counted as busy until it is in the queue */
	queued = ring->drain_first ||
		 (first->sqe_flags & IOSQE_IO_DRAIN && busy(ring) > length);
	if (queued) {
		first->next = NULL;
		if (!ring->drain_first)
			ring->drain_last = &ring->drain_first;
		*ring->drain_last = first;
		ring->drain_last = &first->next;
		ring->drain_count += length;
	}
	spinlock_release(&ring->lock);
	return queued;
}

void drain_look_locked(struct ring *ring)
{
	if (busy(ring) != 0)
		return;
	do {
		pop(ring);
	} while (ring->drain_first && !(ring->drain_first->sqe_flags & IOSQE_IO_DRAIN));
}

void drain_doom(struct ring *ring, const struct process *process)
{
	struct request **at = &ring->drain_first;

	spinlock_acquire(&ring->lock);
	while (*at) {
		struct request *request = *at;

		if (request->process != process) {
			at = &request->next;
			continue;
		}
		*at = request->next;
		ring->drain_count -= length_of(request);
		request->state |= REQUEST_DOOMED;
		ring_defer(ring, request);
	}
	ring->drain_last = at;
	spinlock_release(&ring->lock);
}
