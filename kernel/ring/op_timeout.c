/*
 * TIMEOUT and TIMEOUT_REMOVE.  A timeout parks: a timer in its record, no stack.
 *
 * It ends with -ETIME when its time has come, with 0 when `off` other completions
 * have been posted since, with -ECANCELED when removed or cancelled, at once.
 * Who takes the timer out of its queue (timer_cancel, under ring->lock) ends it;
 * if nobody does, its firing does.
 */
#include "kernel/ring/object.h"

#include "drivers/rtc.h"

#define CLOCK_MASK	(IORING_TIMEOUT_BOOTTIME | IORING_TIMEOUT_REALTIME)
#define TIMEOUT_FLAGS	(IORING_TIMEOUT_ABS | CLOCK_MASK | IORING_TIMEOUT_ETIME_SUCCESS | \
			 IORING_TIMEOUT_MULTISHOT)
#define SHORTEST_PERIOD_NS	20000ul	/* of a multishot one: firing costs time itself */
#define UPDATE_MASK	(IORING_TIMEOUT_UPDATE | IORING_LINK_TIMEOUT_UPDATE)

uint64_t deadline_of_time(uint64_t time_ns, uint32_t flags)
{
	uint64_t now_ns = time_now_ns(), offset_ns;

	if (!(flags & IORING_TIMEOUT_ABS))
		return time_ns > (uint64_t)INT64_MAX - now_ns ? (uint64_t)INT64_MAX :
		       now_ns + time_ns;
	if (!(flags & IORING_TIMEOUT_REALTIME))
		return time_ns;
	offset_ns = rtc_now_ns() - now_ns;
	return time_ns > offset_ns ? time_ns - offset_ns : 0;
}

/* ---- TIMEOUT ------------------------------------------------------------------------------- */

int request_take_timeout(struct request *request, const struct io_uring_sqe *sqe)
{
	struct timeout_arguments *timeout = &request->timeout;
	uint32_t flags = sqe->timeout_flags;
	uint64_t time_ns;
	int error;

	if (sqe->len != 1 || !sqe_has_no_index(sqe) || flags & ~TIMEOUT_FLAGS)
		return -EINVAL;
	if ((flags & CLOCK_MASK) == CLOCK_MASK)
		return -EINVAL;
	/* again and again at one moment makes no sense */
	if (flags & IORING_TIMEOUT_MULTISHOT && flags & IORING_TIMEOUT_ABS)
		return -EINVAL;
	error = request_take_time(request, sqe->addr, &time_ns);
	if (error)
		return error;
	timeout->flags = flags;
	if (flags & IORING_TIMEOUT_MULTISHOT)
		timeout->repeats = (uint32_t)sqe->off;
	else
		/* more than half of what the counter holds will not come */
		timeout->count = MIN((uint32_t)sqe->off, (uint32_t)INT32_MAX);
	/* relative to the moment at which it is issued: in a chain, its turn */
	timeout->deadline_ns = time_ns;
	return 0;
}

/* ring->lock held. */
static void remove_counted(struct ring *ring, struct request *request)
{
	if (!request->timeout.count)
		return;
	list_remove(&request->timeout.node);
	ring->listeners--;
}

/* True: it goes on. */
static bool fire_again(struct request *request)
{
	struct ring *ring = request->ring;
	struct timeout_arguments *timeout = &request->timeout;
	bool again;

	if (timeout->repeats == 1 || !request_post_more(request, -ETIME, 0))
		return false;
	if (timeout->repeats)
		timeout->repeats--;
	spinlock_acquire(&ring->lock);
	again = !request_is_unwanted(request);
	if (again)
		timer_start(&request->timer, time_now_ns() +
			    MAX(timeout->deadline_ns, SHORTEST_PERIOD_NS));
	spinlock_release(&ring->lock);
	return again;
}

static void fire(struct timer *timer)
{
	struct request *request = CONTAINER_OF(timer, struct request, timer);
	struct ring *ring = request->ring;

	if (request->timeout.flags & IORING_TIMEOUT_MULTISHOT && fire_again(request))
		return;
	if (request->timeout.flags & IORING_TIMEOUT_ETIME_SUCCESS)
		request->state |= REQUEST_FORGIVEN;
	spinlock_acquire(&ring->lock);
	remove_counted(ring, request);
	spinlock_release(&ring->lock);
	request_end_parked(request, -ETIME);
}

/* By target, nearest first; most are the farthest yet.  ring->lock held. */
static void insert_counted(struct ring *ring, struct request *request)
{
	struct list *before = ring->count_timeouts.previous;
	uint32_t target = ring_sequence(ring) + request->timeout.count;

	request->timeout.target = target;
	while (before != &ring->count_timeouts &&
	       (int32_t)(CONTAINER_OF(before, struct request, timeout.node)->timeout.target -
			 target) > 0)
		before = before->previous;
	list_insert_before(before->next, &request->timeout.node);
	ring->listeners++;
}

static int64_t issue(struct request *request)
{
	struct ring *ring = request->ring;
	uint64_t deadline_ns = deadline_of_time(request->timeout.deadline_ns,
						request->timeout.flags);

	if (!ring)	/* through the trap door the caller sleeps on its own stack */
		return task_sleep_until_ns(deadline_ns) ? -EINTR : -ETIME;
	timer_init(&request->timer, fire);
	spinlock_acquire(&ring->lock);
	if (UNLIKELY(request_is_unwanted(request))) {
		spinlock_release(&ring->lock);
		return -ECANCELED;
	}
	request_park_locked(request);
	if (request->timeout.count)
		insert_counted(ring, request);
	/* under the lock: whoever finds it finds its timer armed or fired */
	timer_start(&request->timer, deadline_ns);
	spinlock_release(&ring->lock);
	return REQUEST_PARKED;
}

static bool cancel(struct request *request)
{
	if (!timer_cancel(&request->timer))
		return false;
	remove_counted(request->ring, request);
	return true;
}

const struct operation op_timeout = {
	.name = "timeout", .flags = OP_PARKS,
	.prep = request_take_timeout, .issue = issue, .cancel = cancel,
};

/* ---- TIMEOUT_REMOVE ------------------------------------------------------------------------- */

static int prep_remove(struct request *request, const struct io_uring_sqe *sqe)
{
	struct cancel_arguments *remove = &request->cancel;
	uint32_t flags = sqe->timeout_flags;

	if (sqe->flags & IOSQE_FIXED_FILE || sqe->len || !sqe_has_no_index(sqe))
		return -EINVAL;
	remove->user_data = sqe->addr;
	remove->flags = flags;
	if (!(flags & UPDATE_MASK))
		return flags ? -EINVAL : 0;
	if (flags & ~(UPDATE_MASK | IORING_TIMEOUT_ABS))
		return -EINVAL;
	return request_take_time(request, sqe->addr2, &remove->deadline_ns);
}

static int64_t update(struct ring *ring, const struct cancel_arguments *remove)
{
	bool linked = remove->flags & IORING_LINK_TIMEOUT_UPDATE;
	struct request *timeout;
	int64_t result = -ENOENT;

	spinlock_acquire(&ring->lock);
	timeout = table_find(ring, remove->user_data, linked ? &op_link_timeout : &op_timeout);
	if (timeout) {
		uint32_t clock = timeout->timeout.flags & CLOCK_MASK;

		result = -EALREADY;
		if (timer_cancel(&timeout->timer)) {
			timer_start(&timeout->timer,
				    deadline_of_time(remove->deadline_ns,
						     remove->flags | clock));
			result = 0;
		}
	}
	spinlock_release(&ring->lock);
	return result;
}

static int64_t issue_remove(struct request *request)
{
	struct ring *ring = request->ring;
	const struct cancel_arguments *remove = &request->cancel;
	struct request *timeout;
	int64_t result = -ENOENT;

	if (remove->flags & UPDATE_MASK)
		return update(ring, remove);
	spinlock_acquire(&ring->lock);
	timeout = table_find(ring, remove->user_data, &op_timeout);
	if (timeout && cancel(timeout)) {
		table_remove(ring, timeout);
		timeout->state &= ~REQUEST_LISTED;
		result = 0;
	} else if (timeout) {
		timeout = NULL;
		result = -EALREADY;
	}
	spinlock_release(&ring->lock);
	if (timeout)
		request_end_parked(timeout, -ECANCELED);
	return result;
}

const struct operation op_timeout_remove = {
	.name = "timeout_remove", .prep = prep_remove, .issue = issue_remove,
};
