/*
 * What is known of a file: STATX, STAT, STATFS.  A file is named by a path, or by a
 * descriptor and an empty path.
 *
 * Cancel: none of them waits for a peer; one that has started completes (-EALREADY).
 */
#include "fs/vfs.h"
#include "kernel/ring/object.h"

#define AT_NO_AUTOMOUNT		0x800
#define AT_STATX_SYNC_TYPE	0x6000
#define STATX_RESERVED		0x80000000u

/* ---- the file, by either name ------------------------------------------------------------ */

static int take_target(struct request *request, int32_t fd)
{
	struct statx_arguments *statx = &request->statx;
	bool empty = statx->path && statx->path[0] == '\0';

	if (!empty || fd == AT_FDCWD)
		return request_take_start(request, fd, statx->path, &statx->start);
	request_take_file(request, fd);
	return 0;
}

static int prep_stat(struct request *request, const struct io_uring_sqe *sqe)
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
	return error ? error : take_target(request, sqe->fd);
}

static int look_up(const struct request *request, struct statx *result)
{
	const struct statx_arguments *arguments = &request->statx;

	if (request->file)
		return file_stat(request->file, result);
	return vfs_stat(arguments->start, arguments->path[0] ? arguments->path : ".",
			arguments->flags & AT_SYMLINK_NOFOLLOW, result);
}

static void finish_stat(struct request *request)
{
	request_free_path(request->statx.path);
	request->statx.path = NULL;
	if (request->statx.start)
		dentry_put(request->statx.start);
	request->statx.start = NULL;
}

static int64_t put(const struct request *request, const void *result, uint64_t bytes)
{
	const struct user_address to = { request->statx.buffer };

	return user_copy_out(request->process->space, to, result, bytes);
}

/* ---- STATX --------------------------------------------------------------------------------- */

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
	error = look_up(request, &result);
	return error ? error : put(request, &result, sizeof(result));
}

const struct operation op_statx = {
	.name = "statx", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_stat, .issue = issue_statx, .finish = finish_stat,
};

/* ---- STAT ------------------------------------------------------------------------------------ */

/* As Linux packs a device's two numbers into one word. */
static uint64_t device_of(uint32_t major, uint32_t minor)
{
	return (minor & 0xff) | (major & 0xfff) << 8 | (uint64_t)(minor & ~0xffu) << 12;
}

static void time_of(const struct statx_timestamp *from, struct __kernel_timespec *to)
{
	*to = (struct __kernel_timespec){ from->tv_sec, from->tv_nsec };
}

static int64_t issue_stat(struct request *request)
{
	struct abi_stat stat = { 0 };
	struct statx statx = { 0 };
	int error;

	if (request->statx.mask || request->statx.flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT |
							     AT_EMPTY_PATH))
		return -EINVAL;
	error = look_up(request, &statx);
	if (error)
		return error;
	stat.st_dev = device_of(statx.stx_dev_major, statx.stx_dev_minor);
	stat.st_ino = statx.stx_ino;
	stat.st_mode = statx.stx_mode;
	stat.st_nlink = statx.stx_nlink;
	stat.st_uid = statx.stx_uid;
	stat.st_gid = statx.stx_gid;
	stat.st_rdev = device_of(statx.stx_rdev_major, statx.stx_rdev_minor);
	stat.st_size = (int64_t)statx.stx_size;
	stat.st_blksize = (int32_t)statx.stx_blksize;
	stat.st_blocks = (int64_t)statx.stx_blocks;
	time_of(&statx.stx_atime, &stat.st_atim);
	time_of(&statx.stx_mtime, &stat.st_mtim);
	time_of(&statx.stx_ctime, &stat.st_ctim);
	return put(request, &stat, sizeof(stat));
}

const struct operation op_stat = {
	.name = "stat", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_stat, .issue = issue_stat, .finish = finish_stat,
};

/* ---- STATFS ------------------------------------------------------------------------------------ */

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
	return error ? error : put(request, &result, sizeof(result));
}

const struct operation op_statfs = {
	.name = "statfs", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_statfs, .issue = issue_statfs, .finish = finish_stat,
};
