/*
 * The trap twins: one ecall each.
 */
#include "uos/sys.h"

#include <errno.h>
#include <string.h>

#include "libuos/ecall.h"
#include "abi/futex.h"
#include "libuos/spawn.h"

long uos_sys_call(long number, long a0, long a1, long a2, long a3, long a4, long a5)
{
	return ecall_6(number, a0, a1, a2, a3, a4, a5);
}

/* ---- files ------------------------------------------------------------------------ */

int uos_sys_open(const char *path, int flags, mode_t mode)
{
	return ecall_4(SYS_openat, AT_FDCWD, ecall_pointer(path), flags, mode);
}

int uos_sys_close(int fd)
{
	return ecall_2(SYS_close, fd, 0);
}

ssize_t uos_sys_read(int fd, void *buffer, size_t bytes, off_t offset)
{
	long number = offset == -1 ? SYS_read : SYS_pread64;

	return ecall_4(number, fd, ecall_pointer(buffer), bytes, offset);
}

ssize_t uos_sys_write(int fd, const void *buffer, size_t bytes, off_t offset)
{
	long number = offset == -1 ? SYS_write : SYS_pwrite64;

	return ecall_4(number, fd, ecall_pointer(buffer), bytes, offset);
}

ssize_t uos_sys_readv(int fd, const struct abi_iovec *vector, size_t count, off_t offset)
{
	long number = offset == -1 ? SYS_readv : SYS_preadv;

	return ecall_4(number, fd, ecall_pointer(vector), count, offset);
}

ssize_t uos_sys_writev(int fd, const struct abi_iovec *vector, size_t count, off_t offset)
{
	long number = offset == -1 ? SYS_writev : SYS_pwritev;

	return ecall_4(number, fd, ecall_pointer(vector), count, offset);
}

int uos_sys_fsync(int fd)
{
	return ecall_2(SYS_fsync, fd, 0);
}

int uos_sys_ftruncate(int fd, off_t bytes)
{
	return ecall_2(SYS_ftruncate, fd, bytes);
}

off_t uos_sys_lseek(int fd, off_t offset, int whence)
{
	return ecall_4(SYS_lseek, fd, offset, whence, 0);
}

int uos_sys_dup(int fd)
{
	return ecall_2(SYS_dup, fd, 0);
}

int uos_sys_dup_to(int fd, int wanted)
{
	return ecall_4(SYS_dup3, fd, wanted, 0, 0);
}

int uos_sys_pipe(int fds[2], int flags)
{
	return ecall_2(SYS_pipe2, ecall_pointer(fds), flags);
}

int uos_sys_eventfd(unsigned int count, int flags)
{
	return ecall_2(SYS_eventfd2, count, flags);
}

int uos_sys_fcntl(int fd, int command, long argument)
{
	return ecall_4(SYS_fcntl, fd, command, argument, 0);
}

int uos_sys_ioctl(int fd, unsigned int command, void *argument)
{
	return ecall_4(SYS_ioctl, fd, command, ecall_pointer(argument), 0);
}

int uos_sys_statfs(const char *path, struct abi_statfs *space)
{
	return ecall_2(SYS_statfs, ecall_pointer(path), ecall_pointer(space));
}

int uos_sys_stat(const char *path, struct statx *status)
{
	return ecall_6(SYS_statx, AT_FDCWD, ecall_pointer(path), 0, STATX_BASIC_STATS,
		       ecall_pointer(status), 0);
}

int uos_sys_fstat(int fd, struct statx *status)
{
	return ecall_6(SYS_statx, fd, ecall_pointer(""), AT_EMPTY_PATH, STATX_BASIC_STATS,
		       ecall_pointer(status), 0);
}

int uos_sys_unlink(const char *path)
{
	return ecall_4(SYS_unlinkat, AT_FDCWD, ecall_pointer(path), 0, 0);
}

int uos_sys_rmdir(const char *path)
{
	return ecall_4(SYS_unlinkat, AT_FDCWD, ecall_pointer(path), AT_REMOVEDIR, 0);
}

int uos_sys_rename(const char *from, const char *to)
{
	return ecall_6(SYS_renameat2, AT_FDCWD, ecall_pointer(from), AT_FDCWD, ecall_pointer(to),
		       0, 0);
}

int uos_sys_mkdir(const char *path, mode_t mode)
{
	return ecall_4(SYS_mkdirat, AT_FDCWD, ecall_pointer(path), mode, 0);
}

ssize_t uos_sys_readdir(int fd, void *buffer, size_t bytes)
{
	return ecall_4(SYS_getdents64, fd, ecall_pointer(buffer), bytes, 0);
}

int uos_sys_chdir(const char *path)
{
	return ecall_2(SYS_chdir, ecall_pointer(path), 0);
}

ssize_t uos_sys_getcwd(char *buffer, size_t bytes)
{
	return ecall_2(SYS_getcwd, ecall_pointer(buffer), bytes);
}

/* ---- time, random, memory ----------------------------------------------------------- */

int uos_sys_sleep_ns(uint64_t duration_ns)
{
	struct __kernel_timespec time = { duration_ns / 1000000000u, duration_ns % 1000000000u };

	return ecall_4(SYS_clock_nanosleep, ABI_CLOCK_MONOTONIC, 0, ecall_pointer(&time), 0);
}

int uos_sys_clock_gettime(int clock, struct __kernel_timespec *time)
{
	return ecall_2(SYS_clock_gettime, clock, ecall_pointer(time));
}

ssize_t uos_sys_getrandom(void *buffer, size_t bytes)
{
	return ecall_4(SYS_getrandom, ecall_pointer(buffer), bytes, 0, 0);
}

int uos_sys_mmap(void **address, size_t bytes, int protection, int flags, int fd, off_t offset)
{
	long result = ecall_6(SYS_mmap, ecall_pointer(*address), bytes, protection, flags, fd,
			      offset);

	/* Linux's convention: the last page of the address space holds the errors. */
	if (result < 0 && result >= -4095)
		return result;
	*address = (void *)result;
	return 0;
}

int uos_sys_munmap(void *address, size_t bytes)
{
	return ecall_2(SYS_munmap, ecall_pointer(address), bytes);
}

/* ---- processes ---------------------------------------------------------------------- */

pid_t uos_sys_process_spawn_request(const struct uos_spawn *request)
{
	return ecall_2(SYS_uos_spawn, ecall_pointer(request), sizeof(*request));
}

pid_t uos_sys_process_spawn_files(const char *path, char *const argv[], char *const envp[],
				  const struct uos_spawn_file *files, size_t file_count)
{
	struct uos_spawn spawn = spawn_request(path, argv, envp, files, file_count);

	if (file_count > UOS_SPAWN_FILES_MAX)
		return -E2BIG;
	return uos_sys_process_spawn_request(&spawn);
}

pid_t uos_sys_process_spawn(const char *path, char *const argv[], char *const envp[])
{
	return uos_sys_process_spawn_files(path, argv, envp, NULL, 0);
}

int uos_sys_process_wait(pid_t pid, int *status)
{
	struct abi_siginfo info;
	int result;

	memset(&info, 0, sizeof(info));
	result = ecall_6(SYS_waitid, ABI_P_PID, pid, ecall_pointer(&info), ABI_WEXITED, 0, 0);
	if (result >= 0 && status)
		*status = spawn_wait_status(&info);
	return result < 0 ? result : 0;
}

int uos_sys_kill(pid_t pid, int signal)
{
	return ecall_2(SYS_kill, pid, signal);
}

pid_t uos_sys_getpid(void)
{
	return ecall_2(SYS_getpid, 0, 0);
}

pid_t uos_sys_getppid(void)
{
	return ecall_2(SYS_getppid, 0, 0);
}

int uos_sys_set_priority(pid_t pid, unsigned int level)
{
	return ecall_2(SYS_uos_set_priority, pid, level);
}

int uos_sys_poweroff(int status)
{
	return ecall_2(SYS_uos_poweroff, status, 0);
}

ssize_t uos_sys_stats(int kind, pid_t first_pid, void *buffer, size_t bytes)
{
	return ecall_4(SYS_uos_stats, kind, first_pid, ecall_pointer(buffer), bytes);
}

/* ---- traps alone ---------------------------------------------------------------------- */

void uos_sys_yield(void)
{
	ecall_2(SYS_sched_yield, 0, 0);
}

void uos_sys_exit(int status)
{
	for (;;)
		ecall_2(SYS_exit_group, status, 0);
}

int uos_sys_futex(uint32_t *word, int operation, uint32_t value)
{
	return ecall_6(SYS_futex, ecall_pointer(word), operation | FUTEX_PRIVATE_FLAG, value, 0, 0,
		       0);
}

int uos_sys_thread(const struct uos_thread_start *start)
{
	return ecall_2(SYS_uos_thread, ecall_pointer(start), sizeof(*start));
}

int uos_sys_gettid(void)
{
	return ecall_2(SYS_gettid, 0, 0);
}

void uos_sys_thread_exit(void)
{
	for (;;)
		ecall_2(SYS_exit, 0, 0);
}

int uos_sys_msg_ring(int ring_fd, uint64_t user_data, int32_t result)
{
	return ecall_4(SYS_uos_msg_ring, ring_fd, user_data, result, 0);
}

int uos_sys_io_uring_setup(unsigned int entries, struct io_uring_params *params)
{
	return ecall_2(SYS_io_uring_setup, entries, ecall_pointer(params));
}

int uos_sys_io_uring_enter(int fd, unsigned int to_submit, unsigned int min_complete,
			   unsigned int flags, const void *argument, size_t argument_bytes)
{
	return ecall_6(SYS_io_uring_enter, fd, to_submit, min_complete, flags,
		       ecall_pointer(argument), argument_bytes);
}

int uos_sys_io_uring_register(int fd, unsigned int opcode, void *argument, unsigned int count)
{
	return ecall_4(SYS_io_uring_register, fd, opcode, ecall_pointer(argument), count);
}
