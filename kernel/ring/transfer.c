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
#include "kernel/ring/object.h"

static void transfer_done(struct file_transfer *transfer, int64_t result, bool unsettled)
{
	struct request *request = CONTAINER_OF(transfer, struct request, transfer);

	if (LIKELY(!unsettled) && LIKELY(file_put_unless_last(request->file))) {
		request->file = NULL;
		if (request->operation->finish)
			request->operation->finish(request);
		request_end_parked(request, result);
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

bool transfer_start(struct ring *ring, struct request *request)
{
	if (request->early || request->link || !request->operation->begin(request)) {
		/* the record was lent: it is a coroutine's again */
		request_init_task(request);
		return false;
	}
	request->transfer.done = transfer_done;
	ring->spare = NULL;
	ring->unkicked = true;
	spinlock_acquire(&ring->lock);
	request->state |= REQUEST_IN_DEVICE;
	request_park_locked(request);
	spinlock_release(&ring->lock);
	/* it may be over, and the record another's, before this returns */
	request->file->ops->go(request->file, &request->transfer);
	return true;
}

void transfers_kick(struct ring *ring)
{
	ring->unkicked = false;
	vfs_transfers_kick();
}
