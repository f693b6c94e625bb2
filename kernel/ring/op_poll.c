/*
 * POLL_ADD and POLL_REMOVE: waiting for what becomes of a file.
 *
 * Who waits is a watch in the request's record, without a stack.  Who is told of
 * events, or takes the watch out of the queue under ring->lock, has the request
 * alone: it ends it, or looks at the file and puts the watch in again.
 *
 * Cancel: at once; -EALREADY while it is being told of an event.
 */
#include "kernel/ring/object.h"

#define POLL_FLAGS	(IORING_POLL_ADD_MULTI | IORING_POLL_ADD_LEVEL)
#define UPDATE_FLAGS	(IORING_POLL_UPDATE_EVENTS | IORING_POLL_UPDATE_USER_DATA)
#define EVENTS		0xffffu

static uint32_t events_of(const struct io_uring_sqe *sqe)
{
	return (sqe->poll32_events & EVENTS) | POLL_ALWAYS;
}

/* ---- POLL_ADD ---------------------------------------------------------------------- */

static int prep(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->buf_index || sqe->off || sqe->addr || sqe->len & ~POLL_FLAGS)
		return -EINVAL;
	if (sqe->len & IORING_POLL_ADD_MULTI && sqe->flags & IOSQE_CQE_SKIP_SUCCESS)
		return -EINVAL;
	request->poll = (struct poll_arguments){
		.events = events_of(sqe), .multishot = sqe->len & IORING_POLL_ADD_MULTI,
	};
	return 0;
}

static uint32_t look(struct request *request)
{
	return file_poll(request->file, &request->poll.queue) & request->poll.events;
}

static void finish_with(struct request *request, int32_t result)
{
	request->poll.is_over = true;
	request->poll.result = result;
}

/* The watch is put in before the file is looked at. */
static void begin_round(struct request *request)
{
	struct poll_arguments *poll = &request->poll;

	spinlock_acquire(&request->ring->lock);
	poll->again = false;
	if (!poll->is_over && (poll->is_ending || request_is_unwanted(request)))
		finish_with(request, -ECANCELED);
	if (!poll->is_over && !poll->armed && poll->queue) {
		poll->armed = true;
		request->watch.events = poll->events;
		poll_watch(poll->queue, &request->watch);
	}
	spinlock_release(&request->ring->lock);
}

enum round { ROUND_AGAIN, ROUND_WAITS, ROUND_OVER };

static enum round end_round(struct request *request)
{
	struct poll_arguments *poll = &request->poll;
	enum round result = ROUND_AGAIN;

	spinlock_acquire(&request->ring->lock);
	if (poll->is_over) {
		/* if somebody is on the way to tell the watch, he ends it */
		result = !poll->armed || poll_unwatch(poll->queue, &request->watch) ?
			 ROUND_OVER : ROUND_WAITS;
	} else if (!poll->again && !poll->is_ending) {
		result = ROUND_WAITS;
	}
	if (result == ROUND_WAITS)
		poll->runs = false;
	spinlock_release(&request->ring->lock);
	return result;
}

/* It is parked, and we alone run it. */
static void run(struct request *request)
{
	struct poll_arguments *poll = &request->poll;
	enum round round;

	do {
		uint32_t events;

		begin_round(request);
		events = poll->is_over ? 0 : look(request);
		if (events && (!poll->multishot || poll->once ||
			       !request_post_more(request, (int32_t)events, 0)))
			finish_with(request, (int32_t)events);
		round = end_round(request);
	} while (round == ROUND_AGAIN);
	if (round == ROUND_OVER)
		request_end_parked(request, poll->result);
}

static void told(struct poll_watch *watch, uint32_t events)
{
	struct request *request = CONTAINER_OF(watch, struct request, watch);
	struct poll_arguments *poll = &request->poll;
	bool runs;

	spinlock_acquire(&request->ring->lock);
	runs = poll->runs;
	poll->runs = true;
	poll->again = true;
	poll->armed = false;
	/* a ring's completion that brings about the next would never end */
	if (events & POLL_BY_RING)
		poll->once = true;
	spinlock_release(&request->ring->lock);
	if (!runs)
		run(request);
}

static int64_t issue(struct request *request)
{
	struct ring *ring = request->ring;
	uint32_t events = look(request);
	bool unwanted;

	if (events && !request->poll.multishot)
		return events;
	request->watch = (struct poll_watch){ .tell = told };
	spinlock_acquire(&ring->lock);
	unwanted = request_is_unwanted(request);
	if (!unwanted) {
		request->poll.runs = true;
		request_park_locked(request);
	}
	spinlock_release(&ring->lock);
	if (unwanted)
		return -ECANCELED;
	run(request);
	return REQUEST_PARKED;
}

/* ring->lock held.  True: it waits no longer, and is the caller's. */
static bool cancel(struct request *request)
{
	struct poll_arguments *poll = &request->poll;

	if (!poll->runs && (!poll->armed || poll_unwatch(poll->queue, &request->watch))) {
		poll->armed = false;
		return true;
	}
	poll->is_ending = true;
	return false;
}

const struct operation op_poll_add = {
	.name = "poll_add", .flags = OP_FILE | OP_RING_FILE | OP_PARKS,
	.prep = prep, .issue = issue, .cancel = cancel,
};

/* ---- POLL_REMOVE -------------------------------------------------------------------- */

static int prep_remove(struct request *request, const struct io_uring_sqe *sqe)
{
	struct poll_remove_arguments *remove = &request->poll_remove;
	const uint32_t flags = sqe->len;

	if (sqe->buf_index || sqe->splice_fd_in)
		return -EINVAL;
	if (flags & ~(UPDATE_FLAGS | IORING_POLL_ADD_MULTI) || flags == IORING_POLL_ADD_MULTI)
		return -EINVAL;
	if (!(flags & IORING_POLL_UPDATE_USER_DATA) && sqe->off)
		return -EINVAL;
	if (!(flags & IORING_POLL_UPDATE_EVENTS) && sqe->poll32_events)
		return -EINVAL;
	*remove = (struct poll_remove_arguments){
		.user_data = sqe->addr, .new_user_data = sqe->off, .flags = flags,
		.events = events_of(sqe),
	};
	return 0;
}

/* ring->lock held; the watch is out. */
static void update(struct request *poll, const struct poll_remove_arguments *remove)
{
	if (remove->flags & IORING_POLL_UPDATE_EVENTS)
		poll->poll.events = remove->events;
	if (remove->flags & IORING_POLL_UPDATE_USER_DATA) {
		table_remove(poll->ring, poll);
		poll->user_data = remove->new_user_data;
		table_insert(poll->ring, poll);
	}
	poll->poll.runs = true;
}

static int64_t issue_remove(struct request *request)
{
	const struct poll_remove_arguments *remove = &request->poll_remove;
	struct ring *ring = request->ring;
	struct request *poll;
	bool ours;

	spinlock_acquire(&ring->lock);
	poll = table_find(ring, remove->user_data, &op_poll_add);
	ours = poll && cancel(poll);
	if (ours && remove->flags) {
		update(poll, remove);
	} else if (ours) {
		table_remove(ring, poll);
		poll->state &= ~REQUEST_LISTED;
	}
	spinlock_release(&ring->lock);
	if (!ours)
		return poll ? -EALREADY : -ENOENT;
	if (remove->flags)
		run(poll);
	else
		request_end_parked(poll, -ECANCELED);
	return 0;
}

const struct operation op_poll_remove = {
	.name = "poll_remove", .flags = OP_NO_FIXED, .prep = prep_remove, .issue = issue_remove,
};
