/*
 * ASYNC_CANCEL.  A parked request ends at once, with -ECANCELED; one that waits
 * interruptibly is woken and ends with -ECANCELED; one in a device completes
 * (-EALREADY).  Either way it has its own CQE.
 */
#include "kernel/ring/object.h"

static int take_file(struct request *request, int32_t fd)
{
	if (request->cancel.flags & IORING_ASYNC_CANCEL_FD_FIXED ||
	    request->sqe_flags & IOSQE_FIXED_FILE)
		request->file = fixed_file_get(request->ring, (uint32_t)fd);
	else
		request->file = files_get(request->process->files, fd);
	if (!request->file) {
		request->early = -EBADF;
	} else if (ring_of(request->file)) {
		/* nothing works on a ring's file, and it must not keep itself open */
		file_put(request->file);
		request->file = NULL;
		request->early = -ENOENT;
	}
	return 0;
}

static int prep(struct request *request, const struct io_uring_sqe *sqe)
{
	struct cancel_arguments *cancel = &request->cancel;

	if (sqe->off || sqe->splice_fd_in || sqe->cancel_flags & ~CANCEL_FLAGS)
		return -EINVAL;
	if (sqe->cancel_flags & IORING_ASYNC_CANCEL_ANY &&
	    sqe->cancel_flags & (IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_OP))
		return -EINVAL;
	cancel->user_data = sqe->addr;
	cancel->flags = sqe->cancel_flags;
	cancel->opcode = sqe->len;
	return cancel->flags & IORING_ASYNC_CANCEL_FD ? take_file(request, sqe->fd) : 0;
}

static int64_t issue(struct request *request)
{
	const struct cancel_match match = {
		.file = request->file,
		.user_data = request->cancel.user_data,
		.flags = request->cancel.flags,
		.opcode = request->cancel.opcode,
	};

	return ring_cancel(request->ring, &match);
}

const struct operation op_async_cancel = {
	.name = "async_cancel", .flags = OP_SUSPENDS, .prep = prep, .issue = issue,
};
