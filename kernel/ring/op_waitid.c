/*
 * WAITID: parks in the parent's queue of ended children until one ends, then looks
 * again from a coroutine.
 *
 * Cancel: at once, -ECANCELED; -EALREADY if a child has just ended.
 */
#include "kernel/ring/object.h"

static int prep(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->addr || sqe->buf_index || sqe->addr3 || sqe->waitid_flags)
		return -EINVAL;
	request->plain.address = sqe->addr2;
	request->plain.words[0] = sqe->len;
	request->plain.words[1] = (uint32_t)sqe->fd;
	request->plain.words[2] = sqe->file_index;
	return 0;
}

static int look(struct request *request, int options, struct abi_siginfo *info)
{
	return process_wait(request->process, (int)request->plain.words[0],
			    (int32_t)request->plain.words[1],
			    (int)request->plain.words[2] | options, info);
}

static void child_ended(struct waiter *waiter)
{
	request_unpark(CONTAINER_OF(waiter, struct request, waiter));
}

enum parked { PARKED, LOOK_AGAIN, UNWANTED };

static enum parked park(struct request *request)
{
	struct ring *ring = request->ring;
	struct wait_queue *queue = &request->process->child_ended;
	struct abi_siginfo info;
	enum parked result = PARKED;
	bool come;

	request->waiter = (struct waiter){ .wake = child_ended };
	spinlock_acquire(&ring->lock);
	if (request_is_unwanted(request)) {
		spinlock_release(&ring->lock);
		return UNWANTED;
	}
	/* it may be ended by now, but not freed before we have let go of it */
	request->state |= REQUEST_ON_STACK;
	request_park_locked(request);
	wait_queue_add(queue, &request->waiter);
	spinlock_release(&ring->lock);
	/* a child may have ended since we looked: then we look again, unless its
	 * end found us in the queue, so that somebody else will */
	come = look(request, ABI_WNOHANG | ABI_WNOWAIT, &info) != 0;
	spinlock_acquire(&ring->lock);
	if (come && request->state & REQUEST_LISTED &&
	    wait_queue_remove(queue, &request->waiter))
		result = LOOK_AGAIN;
	request_let_go_locked(request);
	spinlock_release(&ring->lock);
	return result;
}

static int64_t issue(struct request *request)
{
	const struct user_address to = { request->plain.address };
	bool may_park = request->ring && !(request->plain.words[2] & ABI_WNOHANG);
	enum parked parked;

	do {
		struct abi_siginfo info = { 0 };
		int result = look(request, may_park ? ABI_WNOHANG : 0, &info);

		if (result < 0)
			return result;
		if (result > 0 || !may_park)
			return to.value ? user_copy_out(request->process->space, to, &info,
							sizeof(info)) : 0;
		parked = park(request);
	} while (parked == LOOK_AGAIN);
	return parked == PARKED ? REQUEST_PARKED : -ECANCELED;
}

static bool cancel(struct request *request)
{
	return wait_queue_remove(&request->process->child_ended, &request->waiter);
}

const struct operation op_waitid = {
	.name = "waitid", .flags = OP_PARKS, .prep = prep, .issue = issue, .cancel = cancel,
};
