/*
 * Names: UNLINKAT, RENAMEAT, MKDIRAT, CHDIR, GETCWD.  Where a relative path starts
 * is fixed at submission.
 *
 * Cancel: -EALREADY once started; none waits for a peer.
 */
#include "fs/vfs.h"
#include "kernel/api/memory.h"
#include "kernel/ring/object.h"

static int take_name(struct request *request, int32_t fd, uint64_t address)
{
	struct name_arguments *name = &request->name;
	int error = request_take_path(request, address, false, &name->path);

	return error ? error : request_take_start(request, fd, name->path, &name->start);
}

void request_finish_name(struct request *request)
{
	struct name_arguments *name = &request->name;

	request_free_path(name->path);
	request_free_path(name->to_path);
	name->path = name->to_path = NULL;
	if (name->start)
		dentry_put(name->start);
	if (name->to_start)
		dentry_put(name->to_start);
	name->start = name->to_start = NULL;
}

/* ---- UNLINKAT --------------------------------------------------------------------------- */

static int prep_unlinkat(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->off || sqe->len || !sqe_has_no_index(sqe) ||
	    sqe->unlink_flags & ~(uint32_t)AT_REMOVEDIR)
		return -EINVAL;
	request->name.flags = sqe->unlink_flags;
	return take_name(request, sqe->fd, sqe->addr);
}

static int64_t issue_unlinkat(struct request *request)
{
	return vfs_unlink(request->name.start, request->name.path,
			  request->name.flags & AT_REMOVEDIR);
}

const struct operation op_unlinkat = {
	.name = "unlinkat", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_unlinkat, .issue = issue_unlinkat, .finish = request_finish_name,
};

/* ---- RENAMEAT ---------------------------------------------------------------------------- */

static int prep_renameat(struct request *request, const struct io_uring_sqe *sqe)
{
	struct name_arguments *name = &request->name;
	int error;

	if (!sqe_has_no_index(sqe))
		return -EINVAL;
	name->flags = sqe->rename_flags;
	error = take_name(request, sqe->fd, sqe->addr);
	if (!error)
		error = request_take_path(request, sqe->addr2, false, &name->to_path);
	if (!error)
		error = request_take_start(request, (int32_t)sqe->len, name->to_path,
					   &name->to_start);
	return error;
}

static int64_t issue_renameat(struct request *request)
{
	const struct name_arguments *name = &request->name;

	if (name->flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	return vfs_rename(name->start, name->path, name->to_start, name->to_path, name->flags);
}

const struct operation op_renameat = {
	.name = "renameat", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_renameat, .issue = issue_renameat, .finish = request_finish_name,
};

/* ---- MKDIRAT ------------------------------------------------------------------------------- */

static int prep_mkdirat(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->off || sqe->rw_flags || !sqe_has_no_index(sqe))
		return -EINVAL;
	request->name.flags = sqe->len;
	return take_name(request, sqe->fd, sqe->addr);
}

static int64_t issue_mkdirat(struct request *request)
{
	return vfs_mkdir(request->name.start, request->name.path, request->name.flags & 07777);
}

const struct operation op_mkdirat = {
	.name = "mkdirat", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_mkdirat, .issue = issue_mkdirat, .finish = request_finish_name,
};

/* ---- CHDIR ---------------------------------------------------------------------------------- */

static int prep_chdir(struct request *request, const struct io_uring_sqe *sqe)
{
	if (!sqe_names_no_file(sqe) || sqe->off || sqe->len || sqe->op_flags || !sqe_has_no_index(sqe) ||
	    sqe->addr3)
		return -EINVAL;
	return take_name(request, AT_FDCWD, sqe->addr);
}

static int64_t issue_chdir(struct request *request)
{
	struct process *process = request->process;
	struct dentry *directory, *old;
	int error = vfs_directory(request->name.start, request->name.path, &directory);

	if (error)
		return error;
	spinlock_acquire(&process->lock);
	old = process->cwd;
	process->cwd = directory;
	spinlock_release(&process->lock);
	dentry_put(old);
	return 0;
}

const struct operation op_chdir = {
	.name = "chdir", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_chdir, .issue = issue_chdir, .finish = request_finish_name,
};

/* ---- GETCWD ----------------------------------------------------------------------------------- */

static int prep_getcwd(struct request *request, const struct io_uring_sqe *sqe)
{
	if (!sqe_names_no_file(sqe) || sqe->off || sqe->op_flags || !sqe_has_no_index(sqe) || sqe->addr3)
		return -EINVAL;
	request->plain.address = sqe->addr;
	request->plain.bytes = sqe->len;
	return 0;
}

static int64_t issue_getcwd(struct request *request)
{
	struct process *process = request->process;
	const struct user_address to = { request->plain.address };
	char *path = kernel_alloc(VFS_PATH_BYTES_MAX);
	struct dentry *directory;
	int64_t length;

	if (!path)
		return -ENOMEM;
	spinlock_acquire(&process->lock);
	directory = dentry_get(process->cwd);
	spinlock_release(&process->lock);
	length = vfs_path_of(directory, path, VFS_PATH_BYTES_MAX);
	dentry_put(directory);
	if (length > 0 && (uint64_t)length > request->plain.bytes)
		length = -ERANGE;
	if (length > 0 && user_copy_out(process->space, to, path, length))
		length = -EFAULT;
	kernel_free(path, VFS_PATH_BYTES_MAX);
	return length;
}

const struct operation op_getcwd = {
	.name = "getcwd", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_getcwd, .issue = issue_getcwd,
};
