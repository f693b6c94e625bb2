/*
 * LINK_TIMEOUT: a limit for the request before it in a chain.
 *
 * It is never issued.  When what it limits is, it is parked with its timer, still in the
 * chain.  Whoever of the two ends first takes it out of there, under ring->lock.
 * If the limited one ends, the timer is stopped, or, too late for that, fires in vain.
 * The timeout is found by TIMEOUT_REMOVE's update alone, and ends with what it limits.
 */
#include "kernel/ring/object.h"

#define RETRY_NS	20000ul

static int prep(struct request *request, const struct io_uring_sqe *sqe)
{
	const struct ring *ring = request->ring;

	if (!ring || !ring->chain_first || ring->chain_last->operation == &op_link_timeout ||
	    sqe->off)
		return -EINVAL;
	return request_take_timeout(request, sqe);
}

static int64_t issue(struct request *request)
{
	/* nothing before it was issued */
	(void)request;
	return -ECANCELED;
}

static bool cancel(struct request *request)
{
	(void)request;
	return false;
}

const struct operation op_link_timeout = {
	.name = "link_timeout", .flags = OP_PARKS,
	.prep = prep, .issue = issue, .cancel = cancel,
};

/* Whatever comes of it is no failure. */
static void skip(struct request *timeout)
{
	if (timeout->sqe_flags & IOSQE_CQE_SKIP_SUCCESS)
		timeout->state |= REQUEST_SKIPPED;
}

static void fire(struct timer *timer)
{
	struct request *timeout = CONTAINER_OF(timer, struct request, timer);
	struct request *limited, *owned = NULL;
	struct ring *ring = timeout->ring;
	int result = 0;

	if (timeout->timeout.flags & IORING_TIMEOUT_ETIME_SUCCESS)
		timeout->state |= REQUEST_FORGIVEN;
	skip(timeout);
	spinlock_acquire(&ring->lock);
	limited = timeout->timeout.limited;
	if (limited && !(limited->state & REQUEST_LISTED)) {
		/* on its way to where it can be found */
		timer_start(&timeout->timer, time_now_ns() + RETRY_NS);
		spinlock_release(&ring->lock);
		return;
	}
	if (limited) {
		limited->link = timeout->link;
		timeout->link = NULL;
		result = request_cancel_locked(ring, limited, &owned);
	}
	spinlock_release(&ring->lock);
	if (owned)
		request_end_parked(owned, -ECANCELED);
	request_end_parked(timeout, result ? result : -ETIME);
}

void limit_arm(struct request *request)
{
	struct request *timeout = request->link;
	struct ring *ring = request->ring;

	if (timeout->state & REQUEST_LISTED)	/* the request is issued once more */
		return;
	timer_init(&timeout->timer, fire);
	spinlock_acquire(&ring->lock);
	timeout->timeout.limited = request;
	request_park_locked(timeout);
	timer_start(&timeout->timer, deadline_of_time(timeout->timeout.deadline_ns,
						      timeout->timeout.flags));
	spinlock_release(&ring->lock);
}

void limit_end(struct request *request)
{
	struct ring *ring = request->ring;
	struct request *timeout;

	spinlock_acquire(&ring->lock);
	timeout = request_is_limited(request) ? request->link : NULL;
	if (timeout) {
		request->link = timeout->link;
		timeout->link = NULL;
		timeout->timeout.limited = NULL;
		/* else it is firing: it ends itself */
		if (!timer_cancel(&timeout->timer))
			timeout = NULL;
	}
	spinlock_release(&ring->lock);
	if (timeout) {
		skip(timeout);
		request_end_parked(timeout, -ECANCELED);
	}
}
