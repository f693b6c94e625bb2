/*
 * The calls of <uos.h> on files: each takes an entry, fills it, and waits.
 */
#include <uos.h>

#include <errno.h>

#include "libuos/internal.h"

#define BYTES_MAX	0x7ffff000u	/* an SQE's length has 32 bits; Linux's limit */

static uint32_t length(size_t bytes)
{
	return bytes < BYTES_MAX ? bytes : BYTES_MAX;
}

int uos_open(const char *path, int flags, mode_t mode)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep_openat(sqe, AT_FDCWD, path, flags, mode);
	return uos_client_run(sqe);
}

int uos_close(int fd)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep_close(sqe, fd);
	return uos_client_run(sqe);
}

ssize_t uos_read(int fd, void *buffer, size_t bytes, off_t offset)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep_read(sqe, fd, buffer, length(bytes), offset);
	return uos_client_run(sqe);
}

ssize_t uos_write(int fd, const void *buffer, size_t bytes, off_t offset)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep_write(sqe, fd, buffer, length(bytes), offset);
	return uos_client_run(sqe);
}

ssize_t uos_readv(int fd, const struct abi_iovec *vector, size_t count, off_t offset)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep_readv(sqe, fd, vector, length(count), offset);
	return uos_client_run(sqe);
}

ssize_t uos_writev(int fd, const struct abi_iovec *vector, size_t count, off_t offset)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep_writev(sqe, fd, vector, length(count), offset);
	return uos_client_run(sqe);
}

int uos_fsync(int fd)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep_fsync(sqe, fd, 0);
	return uos_client_run(sqe);
}

int uos_ftruncate(int fd, off_t bytes)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep_ftruncate(sqe, fd, bytes);
	return uos_client_run(sqe);
}

off_t uos_lseek(int fd, off_t offset, int whence)
{
	int64_t position = 0;
	struct io_uring_sqe *sqe = uos_client_entry();
	int32_t result;

	uos_prep(sqe, UOS_OP_LSEEK, fd, uos_prep_address(&position), whence, offset);
	result = uos_client_run(sqe);
	return result < 0 ? result : position;
}

int uos_dup_to(int fd, int wanted)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep(sqe, UOS_OP_DUP, fd, 0, 0, 0);
	sqe->file_index = wanted;
	return uos_client_run(sqe);
}

int uos_dup(int fd)
{
	return uos_dup_to(fd, -1);
}

int uos_fcntl(int fd, int command, long argument)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep(sqe, UOS_OP_FCNTL, fd, argument, command, 0);
	return uos_client_run(sqe);
}

int uos_stat(const char *path, struct statx *status)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep_statx(sqe, AT_FDCWD, path, 0, STATX_BASIC_STATS, status);
	return uos_client_run(sqe);
}

int uos_fstat(int fd, struct statx *status)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep_statx(sqe, fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, status);
	return uos_client_run(sqe);
}

int uos_unlink(const char *path)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep_unlinkat(sqe, AT_FDCWD, path, 0);
	return uos_client_run(sqe);
}

int uos_rmdir(const char *path)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep_unlinkat(sqe, AT_FDCWD, path, AT_REMOVEDIR);
	return uos_client_run(sqe);
}

int uos_rename(const char *from, const char *to)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep_renameat(sqe, AT_FDCWD, from, AT_FDCWD, to, 0);
	return uos_client_run(sqe);
}

int uos_mkdir(const char *path, mode_t mode)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep_mkdirat(sqe, AT_FDCWD, path, mode);
	return uos_client_run(sqe);
}

ssize_t uos_readdir(int fd, void *buffer, size_t bytes)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep(sqe, UOS_OP_READDIR, fd, uos_prep_address(buffer), length(bytes), 0);
	return uos_client_run(sqe);
}

int uos_chdir(const char *path)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep(sqe, UOS_OP_CHDIR, 0, uos_prep_address(path), 0, 0);
	return uos_client_run(sqe);
}

ssize_t uos_getcwd(char *buffer, size_t bytes)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep(sqe, UOS_OP_GETCWD, 0, uos_prep_address(buffer), length(bytes), 0);
	return uos_client_run(sqe);
}
