/*
 * What picolibc asks of a system, and the few POSIX calls beside it: the uos call,
 * with its -errno turned into errno and -1.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uos.h>

#include "libuos/internal.h"
#include "libuos/line.h"
#include "libuos/spawn.h"

#define NS_PER_SECOND	1000000000ull
#define NS_PER_USEC	1000ull

static long report(long result)
{
	if (result >= 0)
		return result;
	errno = -result;
	return -1;
}

/* Whether this program has made a descriptor O_NONBLOCK; never taken back. */
static bool any_nonblocking;

/* A ring waits for a stream also if it is O_NONBLOCK, where read() and write() have to say
 * EAGAIN: the trap does, and as it does not wait it holds up nobody. */
static bool is_nonblocking(int fd)
{
	int flags;

	if (!__atomic_load_n(&any_nonblocking, __ATOMIC_RELAXED))
		return false;
	flags = uos_fcntl(fd, F_GETFL, 0);
	return flags >= 0 && flags & O_NONBLOCK;
}

static void note_flags(long flags)
{
	if (flags & O_NONBLOCK)
		__atomic_store_n(&any_nonblocking, true, __ATOMIC_RELAXED);
}

int open(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode = 0;

	if (flags & O_CREAT) {
		va_start(arguments, flags);
		mode = va_arg(arguments, mode_t);
		va_end(arguments);
	}
	note_flags(flags);
	return report(uos_open(path, flags, mode));
}

int close(int fd)
{
	return report(uos_close(fd));
}

ssize_t read(int fd, void *buffer, size_t bytes)
{
	return report(is_nonblocking(fd) ? uos_sys_read(fd, buffer, bytes, -1)
					 : uos_read(fd, buffer, bytes, -1));
}

ssize_t write(int fd, const void *buffer, size_t bytes)
{
	return report(is_nonblocking(fd) ? uos_sys_write(fd, buffer, bytes, -1)
					 : uos_write(fd, buffer, bytes, -1));
}

ssize_t pread(int fd, void *buffer, size_t bytes, off_t offset)
{
	return report(offset < 0 ? -EINVAL : uos_read(fd, buffer, bytes, offset));
}

ssize_t pwrite(int fd, const void *buffer, size_t bytes, off_t offset)
{
	return report(offset < 0 ? -EINVAL : uos_write(fd, buffer, bytes, offset));
}

off_t lseek(int fd, off_t offset, int whence)
{
	return report(uos_lseek(fd, offset, whence));
}

int fsync(int fd)
{
	return report(uos_fsync(fd));
}

int fdatasync(int fd)
{
	return report(uos_fsync(fd));
}

int ftruncate(int fd, off_t bytes)
{
	return report(uos_ftruncate(fd, bytes));
}

int dup(int fd)
{
	return report(uos_dup(fd));
}

int dup2(int fd, int wanted)
{
	return report(uos_dup_to(fd, wanted));
}

int pipe(int fds[2])
{
	return report(uos_pipe(fds, 0));
}

int fcntl(int fd, int command, ...)
{
	va_list arguments;
	long argument;

	va_start(arguments, command);
	argument = va_arg(arguments, long);
	va_end(arguments);
	if (command == F_SETFL)
		note_flags(argument);
	return report(uos_fcntl(fd, command, argument));
}

static void stat_fill(struct stat *to, const struct statx *from)
{
	memset(to, 0, sizeof(*to));
	to->st_ino = from->stx_ino;
	to->st_mode = from->stx_mode;
	to->st_nlink = from->stx_nlink;
	to->st_size = from->stx_size;
	to->st_blksize = from->stx_blksize;
	to->st_blocks = from->stx_blocks;
	to->st_mtim.tv_sec = from->stx_mtime.tv_sec;
	to->st_mtim.tv_nsec = from->stx_mtime.tv_nsec;
	to->st_atim.tv_sec = from->stx_atime.tv_sec;
	to->st_atim.tv_nsec = from->stx_atime.tv_nsec;
	to->st_ctim.tv_sec = from->stx_ctime.tv_sec;
	to->st_ctim.tv_nsec = from->stx_ctime.tv_nsec;
}

int stat(const char *path, struct stat *status)
{
	struct statx wide;
	int result = uos_stat(path, &wide);

	if (result >= 0)
		stat_fill(status, &wide);
	return report(result);
}

int fstat(int fd, struct stat *status)
{
	struct statx wide;
	int result = uos_fstat(fd, &wide);

	if (result >= 0)
		stat_fill(status, &wide);
	return report(result);
}

/* Permission bits are not enforced: what is there may be read, written and run. */
int access(const char *path, int mode)
{
	struct statx status;

	return report(mode & ~(R_OK | W_OK | X_OK) ? -EINVAL : uos_stat(path, &status));
}

int isatty(int fd)
{
	struct abi_termios termios;

	return report(uos_ioctl(fd, ABI_TCGETS, &termios)) == 0;
}

int unlink(const char *path)
{
	return report(uos_unlink(path));
}

int rmdir(const char *path)
{
	return report(uos_rmdir(path));
}

int rename(const char *from, const char *to)
{
	return report(uos_rename(from, to));
}

int remove(const char *path)
{
	int result = uos_unlink(path);

	return report(result == -EISDIR ? uos_rmdir(path) : result);
}

int mkdir(const char *path, mode_t mode)
{
	return report(uos_mkdir(path, mode));
}

int chdir(const char *path)
{
	return report(uos_chdir(path));
}

char *getcwd(char *buffer, size_t bytes)
{
	return report(uos_getcwd(buffer, bytes)) < 0 ? NULL : buffer;
}

pid_t getpid(void)
{
	return uos_getpid();
}

pid_t getppid(void)
{
	return uos_getppid();
}

int kill(pid_t pid, int signal)
{
	return report(uos_kill(pid, signal));
}

/* Of any child (-1) or one; process groups can't be waited for. */
pid_t waitpid(pid_t pid, int *status, int options)
{
	struct abi_siginfo info;
	int32_t result;

	if (pid == 0 || pid < -1 || options & ~WNOHANG)
		return report(-EINVAL);
	memset(&info, 0, sizeof(info));
	result = uos_operation(operation_on(IORING_OP_WAITID, pid < 0 ? 0 : pid),
			       uos_prep_address(&info), 0, pid < 0 ? ABI_P_ALL : ABI_P_PID,
			       operation_file_index(ABI_WEXITED | options), 0);
	if (result >= 0 && info.si_pid && status)
		*status = spawn_wait_status(&info);
	return report(result < 0 ? result : info.si_pid);
}

pid_t wait(int *status)
{
	return waitpid(-1, status, 0);
}

int getentropy(void *buffer, size_t bytes)
{
	ssize_t result = bytes > 256 ? -EIO : uos_getrandom(buffer, bytes);

	return report(result) < 0 ? -1 : 0;
}

/* picolibc's numbers are not the kernel's. */
int clock_gettime(clockid_t clock, struct timespec *time)
{
	struct __kernel_timespec now;
	int result = -EINVAL;

	if (clock == CLOCK_REALTIME)
		result = uos_sys_clock_gettime(ABI_CLOCK_REALTIME, &now);
	else if (clock == CLOCK_MONOTONIC)
		result = uos_sys_clock_gettime(ABI_CLOCK_MONOTONIC, &now);
	if (result >= 0) {
		time->tv_sec = now.tv_sec;
		time->tv_nsec = now.tv_nsec;
	}
	return report(result);
}

int gettimeofday(struct timeval *time, void *zone)
{
	struct __kernel_timespec now;
	int result = uos_sys_clock_gettime(ABI_CLOCK_REALTIME, &now);

	(void)zone;
	if (result >= 0) {
		time->tv_sec = now.tv_sec;
		time->tv_usec = now.tv_nsec / (long)NS_PER_USEC;
	}
	return report(result);
}

/* The program's own processor time is not told apart: the time since the start of
 * the clock stands for it. */
clock_t times(struct tms *times)
{
	clock_t now = uos_clock_ns() / (NS_PER_SECOND / CLOCKS_PER_SEC);

	memset(times, 0, sizeof(*times));
	times->tms_utime = now;
	return now;
}

int nanosleep(const struct timespec *wanted, struct timespec *left)
{
	if (wanted->tv_sec < 0 || wanted->tv_nsec < 0 ||
	    wanted->tv_nsec >= (long)NS_PER_SECOND)
		return report(-EINVAL);
	if (left)
		left->tv_sec = left->tv_nsec = 0;
	return report(uos_sleep_ns(wanted->tv_sec * NS_PER_SECOND + wanted->tv_nsec));
}

unsigned int sleep(unsigned int seconds)
{
	return uos_sleep_ns(seconds * NS_PER_SECOND) < 0 ? seconds : 0;
}

int usleep(useconds_t usec)
{
	return report(uos_sleep_ns(usec * NS_PER_USEC));
}

/* exit() comes through here too, after what atexit() registered. */
void _exit(int status)
{
	uos_sys_exit(status);
}

/* The last to run of what exit() runs.  A program without fopen() has no streams. */
__attribute__((destructor(101))) static void flush_at_exit(void)
{
	if (uos_streams_program_ends)
		uos_streams_program_ends();
	uos_line_program_ends();
}
