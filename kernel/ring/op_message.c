/*
 * MSG_RING: a completion in another ring, of the sender's making.  The data form
 * alone; passing descriptors is refused.
 *
 * The target is looked up when its turn comes, and held no longer: a request that
 * held a ring, perhaps its own, would keep it from being closed.
 *
 * Cancel: it never waits; nothing to cancel.
 */
#include "kernel/ring/object.h"

static int prep(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->buf_index)
		return -EINVAL;
	if (sqe->addr != IORING_MSG_DATA || sqe->addr3 || sqe->file_index || sqe->msg_ring_flags)
		return -EINVAL;
	request->plain.words[0] = (uint32_t)sqe->fd;
	request->plain.words[1] = sqe->len;
	request->plain.offset = sqe->off;
	return 0;
}

static struct file *find(struct request *request)
{
	int32_t fd = (int32_t)request->plain.words[0];

	if (request->ring && request->sqe_flags & IOSQE_FIXED_FILE)
		return fixed_file_get(request->ring, (uint32_t)fd);
	return files_get(request->process->files, fd);
}

static int64_t issue(struct request *request)
{
	struct file *file = find(request);
	struct ring *target;
	int64_t result;

	if (!file)
		return -EBADF;
	target = ring_of(file);
	if (!target || READ_ONCE(target->setup_flags) & IORING_SETUP_R_DISABLED)
		result = -EBADFD;
	else
		result = ring_post_message(target, request->plain.offset,
					   (int32_t)request->plain.words[1]);
	file_put(file);
	return result;
}

/* The last reference of a ring may go here, which closes it. */
const struct operation op_msg_ring = {
	.name = "msg_ring", .flags = OP_SUSPENDS, .prep = prep, .issue = issue,
};
