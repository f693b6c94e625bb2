/*
 * What is done with an open file besides reading and writing: FSYNC, FTRUNCATE,
 * READDIR, LSEEK, FCNTL, DUP.
 *
 * Cancel: none of them waits for a peer; one that has started completes
 * (-EALREADY).
 */
#include "fs/vfs.h"
#include "kernel/ring/object.h"

#define F_DUPFD		0
#define F_GETFD		1
#define F_SETFD		2
#define F_GETFL		3
#define F_SETFL		4
#define F_DUPFD_CLOEXEC	1030
#define FD_CLOEXEC	1
#define SETTABLE_FLAGS	(O_APPEND | O_NONBLOCK | O_DIRECT)

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

static int duplicate(struct request *request, bool close_on_exec)
{
	int fd = -EINVAL;

	file_get(request->file);
	if (request->plain.address < FILES_MAX)
		fd = files_install_from(request->process->files, request->file,
					(uint32_t)request->plain.address, close_on_exec);
	if (fd < 0)
		file_put(request->file);
	return fd;
}

static int64_t issue_fcntl(struct request *request)
{
	struct files *files = request->process->files;
	const int32_t fd = (int32_t)request->plain.words[1];

	switch (request->plain.words[0]) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		return duplicate(request, request->plain.words[0] == F_DUPFD_CLOEXEC);
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
