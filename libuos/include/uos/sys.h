/*
 * The trap path: each service by an ecall, with Linux's numbers where Linux has
 * it.  Included by <uos.h>.
 *
 * The same handlers and the same results (0 or more, or -errno) as the calls of
 * <uos.h>, but the whole executor waits, all its coroutines with it.  Any
 * context, also before main().
 */
#ifndef UOS_SYS_H
#define UOS_SYS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "abi/file.h"
#include "abi/io_uring.h"
#include "abi/process.h"
#include "abi/syscall.h"
#include "abi/thread.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A call by its number, for what has no name below.  Unused arguments are 0. */
long uos_sys_call(long number, long a0, long a1, long a2, long a3, long a4, long a5);

int uos_sys_open(const char *path, int flags, mode_t mode);
int uos_sys_close(int fd);
ssize_t uos_sys_read(int fd, void *buffer, size_t bytes, off_t offset);
ssize_t uos_sys_write(int fd, const void *buffer, size_t bytes, off_t offset);
ssize_t uos_sys_readv(int fd, const struct abi_iovec *vector, size_t count, off_t offset);
ssize_t uos_sys_writev(int fd, const struct abi_iovec *vector, size_t count, off_t offset);
int uos_sys_fsync(int fd);
int uos_sys_ftruncate(int fd, off_t bytes);
off_t uos_sys_lseek(int fd, off_t offset, int whence);
int uos_sys_dup(int fd);
int uos_sys_dup_to(int fd, int wanted);
int uos_sys_pipe(int fds[2], int flags);
int uos_sys_eventfd(unsigned int count, int flags);
int uos_sys_fcntl(int fd, int command, long argument);
int uos_sys_ioctl(int fd, unsigned int command, void *argument);
int uos_sys_statfs(const char *path, struct abi_statfs *space);
int uos_sys_stat(const char *path, struct statx *status);
int uos_sys_fstat(int fd, struct statx *status);
int uos_sys_unlink(const char *path);
int uos_sys_rmdir(const char *path);
int uos_sys_rename(const char *from, const char *to);
int uos_sys_mkdir(const char *path, mode_t mode);
ssize_t uos_sys_readdir(int fd, void *buffer, size_t bytes);
int uos_sys_chdir(const char *path);
ssize_t uos_sys_getcwd(char *buffer, size_t bytes);

int uos_sys_sleep_ns(uint64_t duration_ns);
int uos_sys_clock_gettime(int clock, struct __kernel_timespec *time);
ssize_t uos_sys_getrandom(void *buffer, size_t bytes);

int uos_sys_mmap(void **address, size_t bytes, int protection, int flags, int fd, off_t offset);
int uos_sys_munmap(void *address, size_t bytes);

pid_t uos_sys_process_spawn(const char *path, char *const argv[], char *const envp[]);
pid_t uos_sys_process_spawn_files(const char *path, char *const argv[], char *const envp[],
				  const struct uos_spawn_file *files, size_t file_count);
pid_t uos_sys_process_spawn_request(const struct uos_spawn *request);
int uos_sys_process_wait(pid_t pid, int *status);
int uos_sys_kill(pid_t pid, int signal);
pid_t uos_sys_getpid(void);
pid_t uos_sys_getppid(void);
int uos_sys_set_priority(pid_t pid, unsigned int level);
int uos_sys_poweroff(int status);
ssize_t uos_sys_stats(int kind, pid_t first_pid, void *buffer, size_t bytes);

/* The calls that exist as traps alone. */
void uos_sys_yield(void);		/* gives the hart up for the rest of the slice */
void uos_sys_exit(int status) __attribute__((noreturn));	/* at once: nothing is flushed */
void uos_sys_thread_exit(void) __attribute__((noreturn));	/* ends a thread made by the next one */
int uos_sys_thread(const struct uos_thread_start *start);	/* a bare kernel thread: its id */
int uos_sys_gettid(void);
/* FUTEX_WAIT or FUTEX_WAKE, of this program alone.  0 or the number woken, -EAGAIN. */
int uos_sys_futex(uint32_t *word, int operation, uint32_t value);
/* A completion in that ring. */
int uos_sys_msg_ring(int ring_fd, uint64_t user_data, int32_t result);
int uos_sys_io_uring_setup(unsigned int entries, struct io_uring_params *params);
int uos_sys_io_uring_enter(int fd, unsigned int to_submit, unsigned int min_complete,
			   unsigned int flags, const void *argument, size_t argument_bytes);
int uos_sys_io_uring_register(int fd, unsigned int opcode, void *argument, unsigned int count);

#ifdef __cplusplus
}
#endif
#endif
