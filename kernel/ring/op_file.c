/*
 * What is done with an open file besides reading and writing: FSYNC, FTRUNCATE,
 * READDIR, LSEEK, FCNTL, DUP, STATX, STATFS.
 *
 * Cancel: none of them waits for a peer; one that has started completes
 * (-EALREADY).
 */
#include "fs/vfs.h"
#include "kernel/ring/object.h"

#define F_GETFD		1
#define F_SETFD		2
#define F_GETFL		3
#define F_SETFL		4
#define FD_CLOEXEC	1
#define SETTABLE_FLAGS	(O_APPEND | O_NONBLOCK | O_DIRECT)

#define AT_NO_AUTOMOUNT		0x800
#define AT_STATX_SYNC_TYPE	0x6000
#define STATX_RESERVED		0x80000000u

/* ---- FSYNC ------------------------------------------------------------------------------ */

static int prep_fsync(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->addr || !sqe_has_no_index(sqe) || sqe->fsync_flags & ~IORING_FSYNC_DATASYNC)
		return -EINVAL;
	request->plain.words[0] = sqe->fsync_flags;
	return 0;
}

static int64_t issue_fsync(struct request *request)
{
	return file_sync(request->file, request->plain.words[0] & IORING_FSYNC_DATASYNC);
}

const struct operation op_fsync = {
	.name = "fsync", .flags = OP_FILE | OP_SUSPENDS,
	.prep = prep_fsync, .issue = issue_fsync,
};

/* ---- FTRUNCATE ---------------------------------------------------------------------------- */

static int prep_ftruncate(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->rw_flags || sqe->addr || sqe->len || !sqe_has_no_index(sqe) || sqe->addr3)
		return -EINVAL;
	request->plain.offset = sqe->off;
	return 0;
}

static int64_t issue_ftruncate(struct request *request)
{
	return file_truncate(request->file, (int64_t)request->plain.offset);
}

const struct operation op_ftruncate = {
	.name = "ftruncate", .flags = OP_FILE | OP_SUSPENDS,
	.prep = prep_ftruncate, .issue = issue_ftruncate,
};

/* ---- READDIR ------------------------------------------------------------------------------- */

static int prep_readdir(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->off || sqe->op_flags || !sqe_has_no_index(sqe) || sqe->addr3)
		return -EINVAL;
	request->plain.address = sqe->addr;
	request->plain.bytes = MIN(sqe->len, (uint32_t)FILE_TRANSFER_BYTES_MAX);
	return 0;
}

static int64_t issue_readdir(struct request *request)
{
	struct cursor cursor;

	cursor_init_user(&cursor, request->process->space, request->plain.address,
			 request->plain.bytes);
	return file_readdir(request->file, &cursor);
}

const struct operation op_readdir = {
	.name = "readdir", .flags = OP_FILE | OP_SUSPENDS,
	.prep = prep_readdir, .issue = issue_readdir,
};

/* ---- LSEEK ---------------------------------------------------------------------------------- */

static int prep_lseek(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->op_flags || !sqe_has_no_index(sqe) || sqe->addr3)
		return -EINVAL;
	request->plain.offset = sqe->off;
	request->plain.address = sqe->addr;
	request->plain.words[0] = sqe->len;
	return 0;
}

static int64_t issue_lseek(struct request *request)
{
	const struct user_address to = { request->plain.address };
	int64_t position = file_seek(request->file, (int64_t)request->plain.offset,
				     (int)request->plain.words[0]);

	if (position < 0 || !to.value)
		return position;
	return user_copy_out(request->process->space, to, &position, sizeof(position));
}

const struct operation op_lseek = {
	.name = "lseek", .flags = OP_FILE | OP_SUSPENDS,
	.prep = prep_lseek, .issue = issue_lseek,
};

/* ---- FCNTL ----------------------------------------------------------------------------------- */

static int prep_fcntl(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->off || sqe->op_flags || !sqe_has_no_index(sqe) || sqe->addr3)
		return -EINVAL;
	request->plain.words[0] = sqe->len;
	request->plain.words[1] = (uint32_t)sqe->fd;
	request->plain.address = sqe->addr;
	return 0;
}

static int set_flags(struct file *file, uint32_t flags)
{
	WRITE_ONCE(file->flags, (file->flags & ~SETTABLE_FLAGS) | (flags & SETTABLE_FLAGS));
	return 0;
}

static int64_t issue_fcntl(struct request *request)
{
	struct files *files = request->process->files;
	const int32_t fd = (int32_t)request->plain.words[1];

	switch (request->plain.words[0]) {
	case F_GETFD:
		return files_close_on_exec(files, fd);
	case F_SETFD:
		return files_set_close_on_exec(files, fd, request->plain.address & FD_CLOEXEC);
	case F_GETFL:
		return request->file->flags;
	case F_SETFL:
		return set_flags(request->file, request->plain.address);
	default:
		return -EINVAL;
	}
}

const struct operation op_fcntl = {
	.name = "fcntl", .flags = OP_FILE | OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_fcntl, .issue = issue_fcntl,
};

/* ---- DUP --------------------------------------------------------------------------------------- */

static int prep_dup(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->off || sqe->addr || sqe->len || sqe->buf_index || sqe->addr3 ||
	    sqe->op_flags & ~O_CLOEXEC)
		return -EINVAL;
	request->plain.words[0] = sqe->file_index;
	request->plain.words[1] = sqe->op_flags;
	return 0;
}

static int64_t issue_dup(struct request *request)
{
	struct files *files = request->process->files;
	const int32_t wanted = (int32_t)request->plain.words[0];
	const bool close_on_exec = request->plain.words[1] & O_CLOEXEC;
	int fd;

	file_get(request->file);
	if (wanted == -1)
		fd = files_install(files, request->file, close_on_exec);
	else
		fd = files_install_at(files, request->file, wanted, close_on_exec);
	if (fd < 0)
		file_put(request->file);
	return fd;
}

const struct operation op_dup = {
	.name = "dup", .flags = OP_FILE | OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_dup, .issue = issue_dup,
};

/* ---- STATX --------------------------------------------------------------------------------------- */

static int take_statx_target(struct request *request, int32_t fd)
{
	struct statx_arguments *statx = &request->statx;
	bool empty = statx->path && statx->path[0] == '\0';

	if (!empty || fd == AT_FDCWD)
		return request_take_start(request, fd, statx->path, &statx->start);
	request_take_file(request, fd);
	return 0;
}

static int prep_statx(struct request *request, const struct io_uring_sqe *sqe)
{
	struct statx_arguments *statx = &request->statx;
	int error;

	if (!sqe_has_no_index(sqe))
		return -EINVAL;
	statx->buffer = sqe->addr2;
	statx->flags = sqe->statx_flags;
	statx->mask = sqe->len;
	error = request_take_path(request, sqe->addr, sqe->statx_flags & AT_EMPTY_PATH,
				  &statx->path);
	return error ? error : take_statx_target(request, sqe->fd);
}

static int64_t issue_statx(struct request *request)
{
	const struct statx_arguments *arguments = &request->statx;
	struct statx result = { 0 };
	int error;

	if (arguments->mask & STATX_RESERVED ||
	    (arguments->flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE ||
	    arguments->flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH |
				 AT_STATX_SYNC_TYPE))
		return -EINVAL;
	if (request->file)
		error = file_stat(request->file, &result);
	else
		error = vfs_stat(arguments->start, arguments->path[0] ? arguments->path : ".",
				 arguments->flags & AT_SYMLINK_NOFOLLOW, &result);
	if (error)
		return error;
	return user_copy_out(request->process->space,
			     (struct user_address){ arguments->buffer }, &result, sizeof(result));
}

static void finish_statx(struct request *request)
{
	request_free_path(request->statx.path);
	request->statx.path = NULL;
	if (request->statx.start)
		dentry_put(request->statx.start);
	request->statx.start = NULL;
}

const struct operation op_statx = {
	.name = "statx", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_statx, .issue = issue_statx, .finish = finish_statx,
};

/* ---- STATFS --------------------------------------------------------------------------------------- */

static int prep_statfs(struct request *request, const struct io_uring_sqe *sqe)
{
	struct statx_arguments *arguments = &request->statx;
	int error;

	if (sqe->len || sqe->op_flags || !sqe_has_no_index(sqe) || sqe->addr3)
		return -EINVAL;
	arguments->buffer = sqe->off;
	if (!sqe->addr) {
		request_take_file(request, sqe->fd);
		return 0;
	}
	error = request_take_path(request, sqe->addr, false, &arguments->path);
	return error ? error : request_take_start(request, sqe->fd, arguments->path,
						  &arguments->start);
}

static int64_t issue_statfs(struct request *request)
{
	const struct statx_arguments *arguments = &request->statx;
	struct abi_statfs result;
	int error = 0;

	if (request->file)
		file_statfs(request->file, &result);
	else
		error = vfs_statfs(arguments->start, arguments->path, &result);
	if (error)
		return error;
	return user_copy_out(request->process->space,
			     (struct user_address){ arguments->buffer }, &result, sizeof(result));
}

const struct operation op_statfs = {
	.name = "statfs", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_statfs, .issue = issue_statfs, .finish = finish_statx,
};
