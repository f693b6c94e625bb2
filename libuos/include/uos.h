/*
 * uos.h: what a program asks of uos.  C and C++.
 *
 * Straight code: a call that must wait suspends the coroutine that made it, and
 * the others go on.  main() is the first coroutine; the program ends when main()
 * returns or somebody calls exit().
 *
 * Results are as in liburing: 0 or more, or -errno (<errno.h>, Linux's numbers);
 * errno itself is set only by the C library's own functions (open, fopen, ...).
 *
 * Words in the comments below:
 *   ASYNC        asks the kernel through the program's own ring.  To be called
 *                from a coroutine.  uos_cancel() can end it: it then returns
 *                -ECANCELED (or its result, if it was done already).  A buffer
 *                or path given to it belongs to the kernel till it returns.
 *   WAITS        suspends the coroutine without asking the kernel.
 *   INTERRUPTIBLE a wait that uos_cancel() ends with -ECANCELED.
 *   errors       those that matter; any ASYNC call may also say -EFAULT for a bad
 *                pointer, -ENOMEM for want of memory, -EINVAL for a bad argument.
 *
 * Each ASYNC call has a twin in <uos/sys.h>, uos_sys_*, that traps into the
 * kernel and blocks the whole executor.  The raw ring is in <uos/ring.h>.
 */
#ifndef UOS_H
#define UOS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "abi/file.h"
#include "abi/process.h"
#include "abi/stats.h"
#include "abi/terminal.h"
#include "uos/interrupt.h"
#include "uos/link.h"
#include "uos/ring.h"
#include "uos/sys.h"
#include "uos/task.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- files ------------------------------------------------------------------ */

/* Opens `path` (relative: to the working directory).  flags: O_* of <fcntl.h>;
 * mode: permission bits of a new file.  ASYNC.  A descriptor, or -ENOENT,
 * -EEXIST, -EISDIR, -ENOTDIR, -EACCES, -ENAMETOOLONG, -EMFILE. */
int uos_open(const char *path, int flags, mode_t mode);

/* ASYNC.  0 or -EBADF.  Operations under way on the descriptor go on. */
int uos_close(int fd);

/* Reads up to `bytes` at byte `offset`, or at the file's own position (and moves
 * it) if offset is -1.  ASYNC.  Bytes read, 0 at the end; -EBADF, -EISDIR, -EIO,
 * -EINVAL (O_DIRECT and not aligned). */
ssize_t uos_read(int fd, void *buffer, size_t bytes, off_t offset);

/* Likewise.  ASYNC.  Bytes written, which may be fewer; -EBADF, -ENOSPC, -EIO,
 * -EPIPE. */
ssize_t uos_write(int fd, const void *buffer, size_t bytes, off_t offset);

/* The same with a vector of buffers (1 to 1024; -EINVAL).  ASYNC. */
ssize_t uos_readv(int fd, const struct abi_iovec *vector, size_t count, off_t offset);
ssize_t uos_writev(int fd, const struct abi_iovec *vector, size_t count, off_t offset);

/* What was written to the file is on the disk.  ASYNC.  0, -EBADF, -EIO. */
int uos_fsync(int fd);

/* Sets the file's length in bytes.  ASYNC.  0, -EBADF, -EFBIG, -EINVAL. */
int uos_ftruncate(int fd, off_t bytes);

/* Moves the file's own position; whence: SEEK_*.  ASYNC.  The new position in
 * bytes, or -EBADF, -ESPIPE, -EINVAL. */
off_t uos_lseek(int fd, off_t offset, int whence);

/* A second descriptor for the same open file: the lowest free one, or exactly
 * `wanted` (closing what was there).  ASYNC.  It, or -EBADF, -EMFILE. */
int uos_dup(int fd);
int uos_dup_to(int fd, int wanted);

/* A pipe: fds[0] is to be read, fds[1] to be written.  flags: O_CLOEXEC, O_NONBLOCK.
 * A write without a reader is -EPIPE (there is no signal), a read without a writer 0.
 * ASYNC.  0 or -EMFILE. */
int uos_pipe(int fds[2], int flags);

/* An event counter that begins with `count`: writes of 8 bytes add to it, reads of 8
 * bytes take all of it, or, with UOS_EVENTFD_SEMAPHORE, 1, and wait for there to be
 * some.  flags: O_CLOEXEC, O_NONBLOCK besides.  ASYNC.  A descriptor, or -EMFILE. */
#define UOS_EVENTFD_SEMAPHORE	1
int uos_eventfd(unsigned int count, int flags);

/* fcntl's F_GETFD, F_SETFD, F_GETFL, F_SETFL.  ASYNC. */
int uos_fcntl(int fd, int command, long argument);

/* ioctl: commands and arguments are in abi/terminal.h.  ASYNC.  0, -ENOTTY (not
 * for this kind of file), -EINVAL. */
int uos_ioctl(int fd, unsigned int command, void *argument);

/* The kind of file system that a path leads to, and the space in it.  ASYNC.  0, -ENOENT. */
int uos_statfs(const char *path, struct abi_statfs *space);

/* What is known of a file, by path or descriptor.  ASYNC.  0, -ENOENT, -EBADF. */
int uos_stat(const char *path, struct statx *status);
int uos_fstat(int fd, struct statx *status);

/* Removes a file, or an empty directory.  ASYNC.  0, -ENOENT, -EISDIR,
 * -ENOTDIR, -ENOTEMPTY, -EROFS, -EBUSY. */
int uos_unlink(const char *path);
int uos_rmdir(const char *path);

/* Moves `from` to `to`, replacing it.  ASYNC.  0, -ENOENT, -EXDEV, -EISDIR,
 * -ENOTDIR, -ENOTEMPTY. */
int uos_rename(const char *from, const char *to);

/* Makes a directory.  ASYNC.  0, -EEXIST, -ENOENT, -ENOSPC, -EROFS. */
int uos_mkdir(const char *path, mode_t mode);

/* Fills `buffer` with struct linux_dirent64 entries, each d_reclen bytes long,
 * from where the last call ended.  ASYNC.  Bytes filled, 0 at the end, -ENOTDIR,
 * -EINVAL (not room for one). */
ssize_t uos_readdir(int fd, void *buffer, size_t bytes);

/* The working directory, of the whole program.  ASYNC.  0, -ENOENT, -ENOTDIR. */
int uos_chdir(const char *path);

/* Its path into `buffer`.  ASYNC.  Bytes with the NUL, or -ERANGE. */
ssize_t uos_getcwd(char *buffer, size_t bytes);

/* ---- time, random ----------------------------------------------------------- */

/* ASYNC.  0 after that many nanoseconds or a little more; -ECANCELED. */
int uos_sleep_ns(uint64_t duration_ns);

/* Nanoseconds since some fixed point, never backwards.  Reads a register: does
 * not wait or trap.  Any context. */
uint64_t uos_clock_ns(void);

/* clock: ABI_CLOCK_*.  ASYNC.  0 or -EINVAL. */
int uos_clock_gettime(int clock, struct __kernel_timespec *time);

/* Fills `buffer` with random bytes.  ASYNC.  Bytes filled. */
ssize_t uos_getrandom(void *buffer, size_t bytes);

/* ---- memory ----------------------------------------------------------------- */

/* Maps `bytes` (rounded up to pages).  *address: hint, or 0, going in; where it
 * is, coming out.  protection, flags: ABI_PROT_*, ABI_MAP_*, UOS_MAP_STACKS.
 * ASYNC.  0, -ENOMEM, -EINVAL, -EBADF, -EEXIST. */
int uos_mmap(void **address, size_t bytes, int protection, int flags, int fd, off_t offset);

/* Operations under way on the pages keep them until they end.  ASYNC. */
int uos_munmap(void *address, size_t bytes);

/* ---- processes -------------------------------------------------------------- */

/* Starts the program at `path`; it inherits the working directory and every
 * descriptor that is not close-on-exec.  argv, envp: ended by a null pointer;
 * envp may be null.  ASYNC.  Its pid, or -ENOENT, -ENOEXEC, -EACCES, -E2BIG. */
pid_t uos_process_spawn(const char *path, char *const argv[], char *const envp[]);

/* The same, and then the child's descriptor files[i].child_fd is made from the
 * caller's files[i].parent_fd, for redirection: {{0, in}, {1, out}}.  At most
 * UOS_SPAWN_FILES_MAX.  ASYNC.  -EBADF if a parent_fd is none. */
pid_t uos_process_spawn_files(const char *path, char *const argv[], char *const envp[],
			      const struct uos_spawn_file *files, size_t file_count);

/* The same with all that a request can say (abi/process.h: level, process group).  ASYNC. */
pid_t uos_process_spawn_request(const struct uos_spawn *request);

/* Waits until the child has ended.  *status (may be null): as for WIFEXITED,
 * WEXITSTATUS, WIFSIGNALED, WTERMSIG of <sys/wait.h>.  ASYNC.  0 or -ECHILD. */
int uos_process_wait(pid_t pid, int *status);

/* signal: SIGKILL, SIGTERM or SIGINT end the process; 0 asks whether it is
 * there.  pid -g: all of process group g.  ASYNC.  0, -ESRCH, -EINVAL. */
int uos_kill(pid_t pid, int signal);

/* Process numbers.  ASYNC. */
pid_t uos_getpid(void);
pid_t uos_getppid(void);

/* Priority level of a process (0: the own), 0 the most urgent, 63 the least.
 * ASYNC.  0, -ESRCH, -EINVAL, -EPERM (above the ceiling). */
int uos_set_priority(pid_t pid, unsigned int level);

/* Ends everything: QEMU ends with `status`, 0 to 127.  ASYNC.  Does not return
 * if it works; -EINVAL. */
int uos_poweroff(int status);

/* Counters (abi/stats.h): kind UOS_STATS_SYSTEM or UOS_STATS_PROCESSES, of pids
 * from first_pid on.  ASYNC.  Bytes filled, -EINVAL. */
ssize_t uos_stats(int kind, pid_t first_pid, void *buffer, size_t bytes);

#ifdef __cplusplus
}
#endif

#include "uos/sync.h"

#endif
