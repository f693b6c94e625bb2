/*
 * Transfers that a device finishes by itself: the request is parked as a record, with
 * neither task nor stack, from its submission until the device's completion posts its
 * CQE.  What is not so plain (a chain, a page of the cache in the way, more memory than
 * the record can pin) goes the long way, in a coroutine (file_transfer in fs/vfs.h).
 *
 * It can't be cancelled: the device has its memory.  A process that ends waits for it,
 * as it does for any other request.  What a completion in interrupt context may not do,
 * the ring's server does: releasing the file's last reference, and settling.
 */
#include "kernel/ring/serve.h"

/* A request that is plain in all but where it is: the upper bytes of its `head`. */
#define HEAD_IN_DEVICE \
	((uint64_t)(REQUEST_IN_DEVICE | REQUEST_COUNTED | REQUEST_LISTED) << 8)

/* ring->lock held: whether anybody has to be told of what was posted.  Who waits in
 * io_uring_enter says under this lock for which tail. */
static inline bool must_announce_locked(const struct ring *ring)
{
	const uint32_t listeners = ring->listeners;

	return UNLIKELY(READ_ONCE(ring->process->lowered) != 0) ||
	       (listeners && (listeners != ring->waiter_count ||
			      (int32_t)(ring->queues.cq_tail - ring->wake_tail) >= 0));
}

/* What request_end_parked does, for one that is chained to nothing, never was on a stack,
 * and has no file any more. */
static inline void end(struct request *request, int64_t result)
{
	struct ring *ring = request->ring;
	struct process *process = request->process;
	bool announce;

	spinlock_acquire(&ring->lock);
	if (UNLIKELY(request->head >> 8 != HEAD_IN_DEVICE) ||
	    UNLIKELY(ring->overflow_first != NULL) ||
	    UNLIKELY(!queues_post(&ring->queues, request->user_data, (int32_t)result, 0))) {
		spinlock_release(&ring->lock);
		request_end_parked(request, result);
		return;
	}
	ring->post_level = 0;
	table_remove(ring, request);
	request_free_locked(ring, request);
	announce = must_announce_locked(ring);
	if (announce)	/* the request may have been the last thing that kept the ring */
		reference_get(&ring->references);
	spinlock_release(&ring->lock);
	if (announce) {
		ring_announce(ring);
		ring_put(ring);
	}
	__atomic_fetch_sub(&process->ring_requests, 1, __ATOMIC_SEQ_CST);
	ring_tell_quiet();
}

static void transfer_done(struct file_transfer *transfer, int64_t result, bool unsettled)
{
	struct request *request = CONTAINER_OF(transfer, struct request, transfer);

	if (LIKELY(!unsettled) && LIKELY(file_put_unless_last(request->file))) {
		request->file = NULL;
		if (UNLIKELY(request->operation->finish != NULL))
			request->operation->finish(request);
		end(request, result);
		return;
	}
	/* nobody else looks at these while the device has it */
	request->result = result;
	request->unsettled = unsettled;
	ring_defer(request->ring, request);
}

void transfer_end_deferred(struct request *request)
{
	int64_t result = request->result;

	if (request->unsettled)
		result = request->file->ops->settle(request->file, &request->transfer, result);
	request_finish(request);
	request_end_parked(request, result);
}

/* It has begun: parks it, and hands it to the device. */
static inline void start(struct ring *ring, struct request *request)
{
	struct process *process = request->process;
	struct file *file = request->file;
	struct request *spare;

	request->transfer.done = transfer_done;
	ring->unkicked = true;
	request->state |= REQUEST_IN_DEVICE | REQUEST_COUNTED | REQUEST_LISTED;
	__atomic_fetch_add(&process->ring_requests, 1, __ATOMIC_RELAXED);
	spinlock_acquire(&ring->lock);
	table_insert(ring, request);
	/* the record for the next one, while the lock is held */
	spare = ring->free_first;
	if (LIKELY(spare != NULL)) {
		ring->free_first = spare->next;
		ring->free_count--;
		ring->record_count++;
	}
	spinlock_release(&ring->lock);
	if (LIKELY(spare != NULL)) {
		request_init_task(spare);
		spare->process = process;
	}
	ring->spare = spare;
	/* it may be over, and the record another's, before this returns */
	file->ops->go(file, &request->transfer);
}

bool transfer_start(struct ring *ring, struct request *request)
{
	/* (a chain's members are not linked before they are all there) */
	if (request->early || !request->operation->begin(request)) {
		/* the record was lent: it is a coroutine's again */
		request_init_task(request);
		return false;
	}
	start(ring, request);
	return true;
}

bool transfer_start_plain(struct ring *ring, const struct operation *operation,
			  const struct io_uring_sqe *sqe, struct file *file)
{
	struct request *request = ring->spare;
	struct cursor cursor;

	if (UNLIKELY(sqe->rw_flags) || UNLIKELY(!transfer_range_is_plain(sqe->addr, sqe->len)))
		return false;
	cursor_init_user(&cursor, request->process->space, sqe->addr, sqe->len);
	if (UNLIKELY(!file_begin(file, &cursor, (int64_t)sqe->off, operation->flags & OP_WRITES,
				 &request->transfer))) {
		request_init_task(request);
		return false;
	}
	request_set(request, operation, sqe);
	request->file = file;
	start(ring, request);
	return true;
}

void transfers_kick(struct ring *ring)
{
	ring->unkicked = false;
	vfs_transfers_kick();
}
