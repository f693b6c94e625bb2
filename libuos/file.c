/*
 * The calls of <uos.h> on files: an operation each.
 */
#include <uos.h>

#include <errno.h>

#include "libuos/internal.h"

#define BYTES_MAX	0x7ffff000u	/* an SQE's length has 32 bits; Linux's limit */

static inline uint32_t length(size_t bytes)
{
	return bytes < BYTES_MAX ? bytes : BYTES_MAX;
}

int uos_open(const char *path, int flags, mode_t mode)
{
	return uos_operation(operation_on(IORING_OP_OPENAT, AT_FDCWD), 0, uos_prep_address(path),
			     operation_length(mode, flags), 0, 0);
}

int uos_close(int fd)
{
	return uos_operation(operation_on(IORING_OP_CLOSE, fd), 0, 0, 0, 0, 0);
}

ssize_t uos_read(int fd, void *buffer, size_t bytes, off_t offset)
{
	return uos_operation(operation_on(IORING_OP_READ, fd), offset, uos_prep_address(buffer),
			     length(bytes), 0, 0);
}

ssize_t uos_write(int fd, const void *buffer, size_t bytes, off_t offset)
{
	return uos_operation(operation_on(IORING_OP_WRITE, fd), offset, uos_prep_address(buffer),
			     length(bytes), 0, 0);
}

ssize_t uos_readv(int fd, const struct abi_iovec *vector, size_t count, off_t offset)
{
	return uos_operation(operation_on(IORING_OP_READV, fd), offset, uos_prep_address(vector),
			     length(count), 0, 0);
}

ssize_t uos_writev(int fd, const struct abi_iovec *vector, size_t count, off_t offset)
{
	return uos_operation(operation_on(IORING_OP_WRITEV, fd), offset, uos_prep_address(vector),
			     length(count), 0, 0);
}

int uos_fsync(int fd)
{
	return uos_operation(operation_on(IORING_OP_FSYNC, fd), 0, 0, 0, 0, 0);
}

int uos_ftruncate(int fd, off_t bytes)
{
	return uos_operation(operation_on(IORING_OP_FTRUNCATE, fd), bytes, 0, 0, 0, 0);
}

off_t uos_lseek(int fd, off_t offset, int whence)
{
	int64_t position = 0;
	int32_t result = uos_operation(operation_on(UOS_OP_LSEEK, fd), offset,
				       uos_prep_address(&position), (uint32_t)whence, 0, 0);

	return result < 0 ? result : position;
}

int uos_dup_to(int fd, int wanted)
{
	return uos_operation(operation_on(UOS_OP_DUP, fd), 0, 0, 0, operation_file_index(wanted),
			     0);
}

int uos_pipe(int fds[2], int flags)
{
	return uos_operation(operation_on(UOS_OP_PIPE, 0), 0, uos_prep_address(fds),
			     operation_length(0, flags), 0, 0);
}

int uos_eventfd(unsigned int count, int flags)
{
	return uos_operation(operation_on(UOS_OP_EVENTFD, 0), 0, 0, operation_length(count, flags),
			     0, 0);
}

int uos_dup(int fd)
{
	return uos_dup_to(fd, -1);
}

int uos_fcntl(int fd, int command, long argument)
{
	return uos_operation(operation_on(UOS_OP_FCNTL, fd), 0, argument, (uint32_t)command, 0, 0);
}

int uos_ioctl(int fd, unsigned int command, void *argument)
{
	return uos_operation(operation_on(UOS_OP_IOCTL, fd), 0, uos_prep_address(argument), command,
			     0, 0);
}

int uos_statfs(const char *path, struct abi_statfs *space)
{
	return uos_operation(operation_on(UOS_OP_STATFS, AT_FDCWD), uos_prep_address(space),
			     uos_prep_address(path), 0, 0, 0);
}

static int stat_at(int folder, const char *path, int flags, struct statx *status)
{
	return uos_operation(operation_on(IORING_OP_STATX, folder), uos_prep_address(status),
			     uos_prep_address(path), operation_length(STATX_BASIC_STATS, flags),
			     0, 0);
}

int uos_stat(const char *path, struct statx *status)
{
	return stat_at(AT_FDCWD, path, 0, status);
}

int uos_fstat(int fd, struct statx *status)
{
	return stat_at(fd, "", AT_EMPTY_PATH, status);
}

static int unlink_at(const char *path, int flags)
{
	return uos_operation(operation_on(IORING_OP_UNLINKAT, AT_FDCWD), 0,
			     uos_prep_address(path), operation_length(0, flags), 0, 0);
}

int uos_unlink(const char *path)
{
	return unlink_at(path, 0);
}

int uos_rmdir(const char *path)
{
	return unlink_at(path, AT_REMOVEDIR);
}

int uos_rename(const char *from, const char *to)
{
	return uos_operation(operation_on(IORING_OP_RENAMEAT, AT_FDCWD), uos_prep_address(to),
			     uos_prep_address(from), (uint32_t)AT_FDCWD, 0, 0);
}

int uos_mkdir(const char *path, mode_t mode)
{
	return uos_operation(operation_on(IORING_OP_MKDIRAT, AT_FDCWD), 0, uos_prep_address(path),
			     mode, 0, 0);
}

ssize_t uos_readdir(int fd, void *buffer, size_t bytes)
{
	return uos_operation(operation_on(UOS_OP_READDIR, fd), 0, uos_prep_address(buffer),
			     length(bytes), 0, 0);
}

int uos_chdir(const char *path)
{
	return uos_operation(operation_on(UOS_OP_CHDIR, 0), 0, uos_prep_address(path), 0, 0, 0);
}

ssize_t uos_getcwd(char *buffer, size_t bytes)
{
	return uos_operation(operation_on(UOS_OP_GETCWD, 0), 0, uos_prep_address(buffer),
			     length(bytes), 0, 0);
}
