/*
 * MSG_RING: a completion in another ring, of the sender's making, or a registered file
 * passed on to it.
 *
 * The target is looked up when its turn comes, and held no longer: a request that
 * held a ring, perhaps its own, would keep it from being closed.
 *
 * Cancel: it never waits; nothing to cancel.
 */
#include "kernel/ring/object.h"

#define FLAGS	(IORING_MSG_RING_CQE_SKIP | IORING_MSG_RING_FLAGS_PASS)

static int prep(struct request *request, const struct io_uring_sqe *sqe)
{
	const uint32_t flags = sqe->msg_ring_flags;

	if (sqe->buf_index || flags & ~FLAGS || sqe->addr > IORING_MSG_SEND_FD)
		return -EINVAL;
	if (sqe->addr == IORING_MSG_DATA &&
	    (sqe->addr3 || flags & IORING_MSG_RING_CQE_SKIP ||
	     (!(flags & IORING_MSG_RING_FLAGS_PASS) && sqe->file_index)))
		return -EINVAL;
	/* by trap there are no registered files to pass on */
	if (sqe->addr == IORING_MSG_SEND_FD && (!request->ring || sqe->addr3 > UINT32_MAX || sqe->len ||
						flags & IORING_MSG_RING_FLAGS_PASS))
		return -EINVAL;
	request->plain.words[0] = (uint32_t)sqe->fd;
	request->plain.words[1] = sqe->len;
	request->plain.words[2] = sqe->file_index;
	request->plain.words[3] = flags;
	request->plain.address = sqe->addr;
	request->plain.bytes = sqe->addr3;
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

static int64_t send_data(struct request *request, struct ring *target)
{
	const uint32_t *words = request->plain.words;

	return ring_post_message(target, request->plain.offset, (int32_t)words[1],
				 words[3] & IORING_MSG_RING_FLAGS_PASS ? words[2] : 0);
}

/* A registered file of ours, into a slot there. */
static int64_t send_file(struct request *request, struct ring *target)
{
	const uint32_t *words = request->plain.words;
	struct file *file;
	int result;

	if (target == request->ring)
		return -EINVAL;
	file = fixed_file_get(request->ring, (uint32_t)request->plain.bytes);
	if (!file)
		return -EBADF;
	result = fixed_file_install(target, file, words[2]);
	if (result < 0) {
		file_put(file);
		return result;
	}
	if (!(words[3] & IORING_MSG_RING_CQE_SKIP) &&
	    ring_post_message(target, request->plain.offset, result, 0))
		return -EOVERFLOW;
	return result;
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
	else if (request->plain.address == IORING_MSG_SEND_FD)
		result = send_file(request, target);
	else
		result = send_data(request, target);
	file_put(file);
	return result;
}

/* The last reference of a ring may go here, which closes it. */
const struct operation op_msg_ring = {
	.name = "msg_ring", .flags = OP_SUSPENDS, .prep = prep, .issue = issue,
};
