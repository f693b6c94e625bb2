/*
 * What is asked of a range of a file: SYNC_FILE_RANGE, FALLOCATE.  And registered files
 * as such: FILES_UPDATE, FIXED_FD_INSTALL.
 *
 * Cancel: none of them waits for a peer; one that has started completes (-EALREADY).
 */
#include "kernel/ring/object.h"

#define SYNC_FILE_RANGE_FLAGS	7u

/* ---- SYNC_FILE_RANGE ------------------------------------------------------------------ */

static int prep_sync(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->addr || !sqe_has_no_index(sqe))
		return -EINVAL;
	request->plain.offset = sqe->off;
	request->plain.words[0] = sqe->sync_range_flags;
	return 0;
}

/* More than is asked for: the whole file. */
static int64_t issue_sync(struct request *request)
{
	const struct file *file = request->file;
	int error;

	if (request->plain.words[0] & ~SYNC_FILE_RANGE_FLAGS || (int64_t)request->plain.offset < 0)
		return -EINVAL;
	if (!file->seekable)
		return -ESPIPE;
	if (!request->plain.words[0])
		return 0;
	error = file_sync(request->file, true);
	return error == -EINVAL ? 0 : error;	/* one that has nothing to write back */
}

const struct operation op_sync_file_range = {
	.name = "sync_file_range", .flags = OP_FILE | OP_SUSPENDS,
	.prep = prep_sync, .issue = issue_sync,
};

/* ---- FALLOCATE --------------------------------------------------------------------------- */

static int prep_fallocate(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->rw_flags || !sqe_has_no_index(sqe))
		return -EINVAL;
	request->plain.offset = sqe->off;
	request->plain.bytes = sqe->addr;
	request->plain.words[0] = sqe->len;
	return 0;
}

static int64_t issue_fallocate(struct request *request)
{
	const int64_t offset = (int64_t)request->plain.offset, bytes = (int64_t)request->plain.bytes;
	int64_t end;

	if (offset < 0 || bytes <= 0)
		return -EINVAL;
	if (request->plain.words[0])	/* KEEP_SIZE, PUNCH_HOLE, ... */
		return -EOPNOTSUPP;
	if (__builtin_add_overflow(offset, bytes, &end))
		return -EFBIG;
	return file_allocate(request->file, (uint64_t)offset, (uint64_t)end);
}

const struct operation op_fallocate = {
	.name = "fallocate", .flags = OP_FILE | OP_SUSPENDS,
	.prep = prep_fallocate, .issue = issue_fallocate,
};

/* ---- FILES_UPDATE ------------------------------------------------------------------------ */

static int prep_update(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->flags & (IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT) || sqe->rw_flags ||
	    sqe->splice_fd_in || !sqe->len)
		return -EINVAL;
	request->plain.address = sqe->addr;
	request->plain.words[0] = sqe->len;
	request->plain.words[1] = (uint32_t)sqe->off;
	return 0;
}

static int64_t issue_update(struct request *request)
{
	const struct fixed_list list = {
		.data = request->plain.address, .count = request->plain.words[0],
		.offset = request->plain.words[1],
	};

	if (!list.data)
		return -EFAULT;
	if (list.offset == IORING_FILE_INDEX_ALLOC)
		return fixed_files_allocate(request->ring, request->process, list.data, list.count);
	return fixed_files_update(request->ring, request->process, &list);
}

const struct operation op_files_update = {
	.name = "files_update", .flags = OP_SUSPENDS, .prep = prep_update, .issue = issue_update,
};

/* ---- FIXED_FD_INSTALL ------------------------------------------------------------------------ */

static int prep_install(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->off || sqe->addr || sqe->len || !sqe_has_no_index(sqe) || sqe->addr3)
		return -EINVAL;
	if (!(sqe->flags & IOSQE_FIXED_FILE))
		return -EBADF;
	if (sqe->install_fd_flags & ~IORING_FIXED_FD_NO_CLOEXEC)
		return -EINVAL;
	if (sqe->personality)
		return -EPERM;
	request->plain.words[0] = sqe->install_fd_flags;
	return 0;
}

static int64_t issue_install(struct request *request)
{
	int fd;

	file_get(request->file);
	fd = files_install(request->process->files, request->file,
			   !(request->plain.words[0] & IORING_FIXED_FD_NO_CLOEXEC));
	if (fd < 0)
		file_put(request->file);
	return fd;
}

const struct operation op_fixed_fd_install = {
	.name = "fixed_fd_install", .flags = OP_FILE | OP_SUSPENDS,
	.prep = prep_install, .issue = issue_install,
};
