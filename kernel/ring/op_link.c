/*
 * SYMLINKAT, LINKAT, READLINK.  Where a relative path starts is fixed at submission.
 *
 * Cancel: -EALREADY once started; none waits for a peer.
 */
#include "fs/vfs.h"
#include "kernel/api/memory.h"
#include "kernel/ring/object.h"

/* ---- SYMLINKAT: addr is the text, fd and addr2 the new name ----------------------------- */

static int prep_symlinkat(struct request *request, const struct io_uring_sqe *sqe)
{
	struct name_arguments *name = &request->name;
	int error;

	if (sqe->len || sqe->op_flags || !sqe_has_no_index(sqe))
		return -EINVAL;
	error = request_take_path(request, sqe->addr, false, &name->path);
	if (!error)
		error = request_take_path(request, sqe->addr2, false, &name->to_path);
	if (!error)
		error = request_take_start(request, sqe->fd, name->to_path, &name->to_start);
	return error;
}

static int64_t issue_symlinkat(struct request *request)
{
	return vfs_symlink(request->name.path, request->name.to_start, request->name.to_path);
}

const struct operation op_symlinkat = {
	.name = "symlinkat", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_symlinkat, .issue = issue_symlinkat, .finish = request_finish_name,
};

/* ---- LINKAT: fd and addr, len and addr2 ---------------------------------------------------- */

static int prep_linkat(struct request *request, const struct io_uring_sqe *sqe)
{
	struct name_arguments *name = &request->name;
	int error;

	if (!sqe_has_no_index(sqe))
		return -EINVAL;
	name->flags = sqe->hardlink_flags;
	error = request_take_path(request, sqe->addr, name->flags & AT_EMPTY_PATH, &name->path);
	if (!error)
		error = request_take_start(request, sqe->fd, name->path, &name->start);
	if (!error)
		error = request_take_path(request, sqe->addr2, false, &name->to_path);
	if (!error)
		error = request_take_start(request, (int32_t)sqe->len, name->to_path,
					   &name->to_start);
	return error;
}

static int64_t issue_linkat(struct request *request)
{
	const struct name_arguments *name = &request->name;

	if (name->flags & ~(uint32_t)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return vfs_link(name->start, name->path, name->to_start, name->to_path, name->flags);
}

const struct operation op_linkat = {
	.name = "linkat", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_linkat, .issue = issue_linkat, .finish = request_finish_name,
};

/* ---- READLINK ------------------------------------------------------------------------------- */

static int prep_readlink(struct request *request, const struct io_uring_sqe *sqe)
{
	struct statx_arguments *link = &request->statx;
	int error;

	if (sqe->op_flags || !sqe_has_no_index(sqe) || sqe->addr3)
		return -EINVAL;
	if ((int32_t)sqe->len <= 0)
		return -EINVAL;
	link->buffer = sqe->addr2;
	link->mask = sqe->len;
	error = request_take_path(request, sqe->addr, true, &link->path);
	return error ? error : request_take_start(request, sqe->fd, link->path, &link->start);
}

static int64_t issue_readlink(struct request *request)
{
	const struct statx_arguments *link = &request->statx;
	const struct user_address to = { link->buffer };
	char *text = kernel_alloc(VFS_PATH_BYTES_MAX);
	ssize_t bytes;

	if (!text)
		return -ENOMEM;
	bytes = vfs_readlink(link->start, link->path, text);
	if (bytes > 0) {
		bytes = MIN(bytes, (ssize_t)link->mask);
		if (user_copy_out(request->process->space, to, text, (uint64_t)bytes))
			bytes = -EFAULT;
	}
	kernel_free(text, VFS_PATH_BYTES_MAX);
	return bytes;
}

static void finish_readlink(struct request *request)
{
	request_free_path(request->statx.path);
	request->statx.path = NULL;
	if (request->statx.start)
		dentry_put(request->statx.start);
	request->statx.start = NULL;
}

const struct operation op_readlink = {
	.name = "readlink", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_readlink, .issue = issue_readlink, .finish = finish_readlink,
};
