/*
 * bad-sqe: each bad SQE gets in its CQE the error that Linux gives.
 *
 * Each row is one operation with one mistake; the files that rows speak of have
 * fixed descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "abi/file.h"
#include "abi/process.h"
#include "abi/stats.h"
#include "abi/syscall.h"
#include "abi/terminal.h"
#include "abi/uos_op.h"
#include "check.h"
#include "raw_ring.h"
#include "trap.h"

/* Descriptors, put there by make_files(). */
#define FD_ZERO		20	/* /dev/zero, read and write */
#define FD_READ_ONLY	21	/* FILE */
#define FD_WRITE_ONLY	22	/* FILE */
#define FD_FOLDER	23	/* /tmp */
#define FD_NONE		999

#define FILE_PATH	"/tmp/bad-sqe.file"
#define FOLDER_PATH	"/tmp/bad-sqe.folder"

/* Addresses that are never the program's. */
#define HOLE		0x1000ull
#define KERNEL		0xffffffff80200000ull
#define NOT_CANONICAL	0x4000000000000000ull
#define USER_END	0x4000000000ull		/* Sv39's lower half ends here */

#define A(pointer)	((uint64_t)(pointer))
#define AT		((uint64_t)AT_FDCWD)

struct row {
	const char *name;
	int wanted;			/* -errno */
	struct io_uring_sqe sqe;
};

static char buffer[8192];
static char long_path[5000];		/* no NUL within 4096 bytes */
static const char constant[64] = "read-only";
static struct abi_iovec hole_vector = { HOLE, 16 };
static struct abi_iovec end_vector = { USER_END - 8, 16 };
static struct abi_iovec huge_vector = { 0, 1ull << 63 };
static struct __kernel_timespec negative_time = { 0, -1 };
static struct __kernel_timespec short_time = { 0, 1000 };
static struct abi_siginfo child_info;

static const struct row any_op[] = {
	{ "opcode: unknown", -EINVAL, { .opcode = 191 } },
	{ "opcode: behind Linux's last", -EINVAL, { .opcode = IORING_OP_LAST } },
	{ "opcode: behind our last", -EINVAL, { .opcode = UOS_OP_END } },
	{ "opcode: 255", -EINVAL, { .opcode = 255 } },
	{ "flags: unknown bit", -EINVAL, { .opcode = IORING_OP_NOP, .flags = 0x80 } },
	{ "flags: no buffers to select", -EOPNOTSUPP,
	  { .opcode = IORING_OP_NOP, .flags = IOSQE_BUFFER_SELECT } },
	{ "personality: not registered", -EINVAL,
	  { .opcode = IORING_OP_NOP, .personality = 7 } },
	{ "fixed file: none registered", -EBADF,
	  { .opcode = IORING_OP_READ, .flags = IOSQE_FIXED_FILE, .fd = 0,
	    .addr = A(buffer), .len = 1 } },
	{ "fixed file: index too large", -EBADF,
	  { .opcode = IORING_OP_READ, .flags = IOSQE_FIXED_FILE, .fd = 0x7fffffff,
	    .addr = A(buffer), .len = 1 } },
};

#define READ(...)	{ .opcode = IORING_OP_READ, .fd = FD_ZERO, .addr = A(buffer), \
			  .len = 16, __VA_ARGS__ }
#define READV(...)	{ .opcode = IORING_OP_READV, .fd = FD_ZERO, .len = 1, __VA_ARGS__ }

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const struct row read_write[] = {
	{ "read: fd -1", -EBADF, READ(.fd = -1) },
	{ "read: fd not open", -EBADF, READ(.fd = FD_NONE) },
	{ "read: fd huge", -EBADF, READ(.fd = 0x7fffffff) },
	{ "read: file is write-only", -EBADF, READ(.fd = FD_WRITE_ONLY) },
	{ "read: folder", -EISDIR, READ(.fd = FD_FOLDER) },
	{ "read: address 0", -EFAULT, READ(.addr = 0) },
	{ "read: address in a hole", -EFAULT, READ(.addr = HOLE) },
	{ "read: address of the kernel", -EFAULT, READ(.addr = KERNEL) },
	{ "read: address -1", -EFAULT, READ(.addr = ~0ull) },
	{ "read: address not canonical", -EFAULT, READ(.addr = NOT_CANONICAL) },
	{ "read: ends behind user space", -EFAULT, READ(.addr = USER_END - 8) },
	{ "read: into constants", -EFAULT, READ(.addr = A(constant)) },
	{ "read: unknown rw_flags", -EOPNOTSUPP, READ(.rw_flags = 0x80000000) },
	{ "read: negative offset", -EINVAL, READ(.fd = FD_READ_ONLY, .off = (uint64_t)-2) },
	{ "write: file is read-only", -EBADF,
	  { .opcode = IORING_OP_WRITE, .fd = FD_READ_ONLY, .addr = A(buffer), .len = 1 } },
	{ "write: from a hole", -EFAULT,
	  { .opcode = IORING_OP_WRITE, .fd = FD_WRITE_ONLY, .addr = HOLE, .len = 1 } },
	{ "write: from the kernel", -EFAULT,
	  { .opcode = IORING_OP_WRITE, .fd = FD_WRITE_ONLY, .addr = KERNEL, .len = 1 } },
	{ "readv: too many vectors", -EINVAL, READV(.addr = A(buffer), .len = 1025) },
	{ "readv: vectors in a hole", -EFAULT, READV(.addr = HOLE) },
	{ "readv: vectors at the end of user space", -EFAULT, READV(.addr = USER_END - 16) },
	{ "readv: vectors wrap around", -EFAULT, READV(.addr = ~15ull, .len = 2) },
	{ "readv: vector names a hole", -EFAULT, READV(.addr = A(&hole_vector)) },
	{ "readv: vector ends behind user space", -EFAULT, READV(.addr = A(&end_vector)) },
	{ "readv: negative length", -EINVAL, READV(.addr = A(&huge_vector)) },
	{ "writev: vectors in a hole", -EFAULT,
	  { .opcode = IORING_OP_WRITEV, .fd = FD_WRITE_ONLY, .addr = HOLE, .len = 1 } },
	{ "read_fixed: none registered", -EFAULT,
	  { .opcode = IORING_OP_READ_FIXED, .fd = FD_ZERO, .addr = A(buffer), .len = 16 } },
	{ "write_fixed: none registered", -EFAULT,
	  { .opcode = IORING_OP_WRITE_FIXED, .fd = FD_ZERO, .addr = A(buffer), .len = 16,
	    .buf_index = 65535 } },
	{ "fsync: unknown flags", -EINVAL,
	  { .opcode = IORING_OP_FSYNC, .fd = FD_WRITE_ONLY, .fsync_flags = 2 } },
	{ "fsync: with an address", -EINVAL,
	  { .opcode = IORING_OP_FSYNC, .fd = FD_WRITE_ONLY, .addr = 1 } },
	{ "fsync: fd not open", -EBADF, { .opcode = IORING_OP_FSYNC, .fd = FD_NONE } },
	{ "ftruncate: negative", -EINVAL,
	  { .opcode = IORING_OP_FTRUNCATE, .fd = FD_WRITE_ONLY, .off = ~0ull } },
	{ "ftruncate: file is read-only", -EINVAL,
	  { .opcode = IORING_OP_FTRUNCATE, .fd = FD_READ_ONLY } },
	{ "ftruncate: with an address", -EINVAL,
	  { .opcode = IORING_OP_FTRUNCATE, .fd = FD_WRITE_ONLY, .addr = 1 } },
};
#pragma GCC diagnostic pop

static const struct row names[] = {
	{ "openat: no such file", -ENOENT,
	  { .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = A("/tmp/bad-sqe.none") } },
	{ "openat: empty path", -ENOENT,
	  { .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = A("") } },
	{ "openat: path in a hole", -EFAULT,
	  { .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = HOLE } },
	{ "openat: path of the kernel", -EFAULT,
	  { .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = KERNEL } },
	{ "openat: path too long", -ENAMETOOLONG,
	  { .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = A(long_path) } },
	{ "openat: folder not open", -EBADF,
	  { .opcode = IORING_OP_OPENAT, .fd = FD_NONE, .addr = A("x") } },
	{ "openat: folder is a file", -ENOTDIR,
	  { .opcode = IORING_OP_OPENAT, .fd = FD_READ_ONLY, .addr = A("x") } },
	{ "openat: file as a folder", -ENOTDIR,
	  { .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = A(FILE_PATH "/x") } },
	{ "openat: exists", -EEXIST,
	  { .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = A(FILE_PATH),
	    .open_flags = O_CREAT | O_EXCL } },
	{ "openat: folder for writing", -EISDIR,
	  { .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = A("/tmp"),
	    .open_flags = O_WRONLY } },
	{ "openat: with a buffer", -EINVAL,
	  { .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = A("/tmp"), .buf_index = 1 } },
	{ "openat: as a fixed file", -EBADF,
	  { .opcode = IORING_OP_OPENAT, .flags = IOSQE_FIXED_FILE, .fd = 0, .addr = A("/tmp") } },
	{ "close: fd -1", -EBADF, { .opcode = IORING_OP_CLOSE, .fd = -1 } },
	{ "close: fd not open", -EBADF, { .opcode = IORING_OP_CLOSE, .fd = FD_NONE } },
	{ "close: with an address", -EINVAL,
	  { .opcode = IORING_OP_CLOSE, .fd = FD_NONE, .addr = 1 } },
	{ "close: with a length", -EINVAL,
	  { .opcode = IORING_OP_CLOSE, .fd = FD_NONE, .len = 1 } },
	{ "statx: no such file", -ENOENT,
	  { .opcode = IORING_OP_STATX, .fd = AT_FDCWD, .addr = A("/none"), .addr2 = A(buffer) } },
	{ "statx: buffer in a hole", -EFAULT,
	  { .opcode = IORING_OP_STATX, .fd = AT_FDCWD, .addr = A("/tmp"), .addr2 = HOLE } },
	{ "statx: reserved mask", -EINVAL,
	  { .opcode = IORING_OP_STATX, .fd = AT_FDCWD, .addr = A("/tmp"), .addr2 = A(buffer),
	    .len = 0x80000000 } },
	{ "statx: unknown flags", -EINVAL,
	  { .opcode = IORING_OP_STATX, .fd = AT_FDCWD, .addr = A("/tmp"), .addr2 = A(buffer),
	    .statx_flags = 0x80000000 } },
	{ "unlinkat: no such file", -ENOENT,
	  { .opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = A("/tmp/bad-sqe.none") } },
	{ "unlinkat: folder", -EISDIR,
	  { .opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = A(FOLDER_PATH) } },
	{ "unlinkat: file as a folder", -ENOTDIR,
	  { .opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = A(FILE_PATH),
	    .unlink_flags = AT_REMOVEDIR } },
	{ "unlinkat: unknown flags", -EINVAL,
	  { .opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = A(FILE_PATH),
	    .unlink_flags = 1 } },
	{ "renameat: no such file", -ENOENT,
	  { .opcode = IORING_OP_RENAMEAT, .fd = AT_FDCWD, .addr = A("/tmp/bad-sqe.none"),
	    .len = (uint32_t)AT_FDCWD, .addr2 = A("/tmp/bad-sqe.other") } },
	{ "renameat: target exists", -EEXIST,
	  { .opcode = IORING_OP_RENAMEAT, .fd = AT_FDCWD, .addr = A(FILE_PATH),
	    .len = (uint32_t)AT_FDCWD, .addr2 = A(FOLDER_PATH),
	    .rename_flags = RENAME_NOREPLACE } },
	{ "mkdirat: exists", -EEXIST,
	  { .opcode = IORING_OP_MKDIRAT, .fd = AT_FDCWD, .addr = A("/tmp"), .len = 0755 } },
	{ "mkdirat: no folder above", -ENOENT,
	  { .opcode = IORING_OP_MKDIRAT, .fd = AT_FDCWD, .addr = A("/none/x"), .len = 0755 } },
	{ "mkdirat: with an offset", -EINVAL,
	  { .opcode = IORING_OP_MKDIRAT, .fd = AT_FDCWD, .addr = A("/tmp/x"), .off = 1 } },
};

static const struct row waiting[] = {
	{ "timeout: length not 1", -EINVAL,
	  { .opcode = IORING_OP_TIMEOUT, .addr = A(&short_time), .len = 2 } },
	{ "timeout: time in a hole", -EFAULT,
	  { .opcode = IORING_OP_TIMEOUT, .addr = HOLE, .len = 1 } },
	{ "timeout: negative", -EINVAL,
	  { .opcode = IORING_OP_TIMEOUT, .addr = A(&negative_time), .len = 1 } },
	{ "timeout: unknown flags", -EINVAL,
	  { .opcode = IORING_OP_TIMEOUT, .addr = A(&short_time), .len = 1,
	    .timeout_flags = 0x80000000 } },
	{ "timeout_remove: unknown", -ENOENT,
	  { .opcode = IORING_OP_TIMEOUT_REMOVE, .addr = 0x1234 } },
	{ "timeout_remove: unknown flags", -EINVAL,
	  { .opcode = IORING_OP_TIMEOUT_REMOVE, .addr = 0x1234, .timeout_flags = 0x80000000 } },
	{ "cancel: unknown", -ENOENT, { .opcode = IORING_OP_ASYNC_CANCEL, .addr = 0x1234 } },
	{ "cancel: unknown flags", -EINVAL,
	  { .opcode = IORING_OP_ASYNC_CANCEL, .addr = 0x1234, .cancel_flags = 0x80000000 } },
	{ "cancel: with an offset", -EINVAL,
	  { .opcode = IORING_OP_ASYNC_CANCEL, .addr = 0x1234, .off = 1 } },
	{ "waitid: no child", -ECHILD,
	  { .opcode = IORING_OP_WAITID, .len = ABI_P_ALL, .file_index = ABI_WEXITED,
	    .addr2 = A(&child_info) } },
	{ "waitid: unknown options", -EINVAL,
	  { .opcode = IORING_OP_WAITID, .len = ABI_P_ALL, .file_index = 0x1000,
	    .addr2 = A(&child_info) } },
	{ "waitid: unknown type", -EINVAL,
	  { .opcode = IORING_OP_WAITID, .len = 9, .file_index = ABI_WEXITED,
	    .addr2 = A(&child_info) } },
};

static const struct row private_ops[] = {
	{ "spawn: in a hole", -EFAULT,
	  { .opcode = UOS_OP_SPAWN, .addr = HOLE, .len = sizeof(struct uos_spawn) } },
	{ "spawn: wrong size", -EINVAL, { .opcode = UOS_OP_SPAWN, .addr = A(buffer), .len = 8 } },
	{ "kill: no such process", -ESRCH,
	  { .opcode = UOS_OP_KILL, .fd = 0x7fffff, .len = ABI_SIGKILL } },
	{ "kill: unknown signal", -EINVAL, { .opcode = UOS_OP_KILL, .fd = 1, .len = 99 } },
	{ "readdir: a file", -ENOTDIR,
	  { .opcode = UOS_OP_READDIR, .fd = FD_READ_ONLY, .addr = A(buffer), .len = 4096 } },
	{ "readdir: into a hole", -EFAULT,
	  { .opcode = UOS_OP_READDIR, .fd = FD_FOLDER, .addr = HOLE, .len = 4096 } },
	{ "mmap: no bytes", -EINVAL,
	  { .opcode = UOS_OP_MMAP, .len = ABI_PROT_READ, .fd = -1,
	    .op_flags = ABI_MAP_PRIVATE | ABI_MAP_ANONYMOUS } },
	{ "mmap: neither shared nor private", -EINVAL,
	  { .opcode = UOS_OP_MMAP, .len = ABI_PROT_READ, .fd = -1, .addr3 = 4096,
	    .op_flags = ABI_MAP_ANONYMOUS } },
	{ "mmap: more than there is", -ENOMEM,
	  { .opcode = UOS_OP_MMAP, .len = ABI_PROT_READ, .fd = -1, .addr3 = 1ull << 60,
	    .op_flags = ABI_MAP_PRIVATE | ABI_MAP_ANONYMOUS } },
	{ "mmap: file not open", -EBADF,
	  { .opcode = UOS_OP_MMAP, .len = ABI_PROT_READ, .fd = FD_NONE, .addr3 = 4096,
	    .op_flags = ABI_MAP_PRIVATE } },
	{ "munmap: not a page's address", -EINVAL,
	  { .opcode = UOS_OP_MUNMAP, .addr = A(buffer + 1), .addr3 = 4096 } },
	{ "munmap: of the kernel", -EINVAL,
	  { .opcode = UOS_OP_MUNMAP, .addr = 0xffffffff80200000, .addr3 = 4096 } },
	{ "chdir: a file", -ENOTDIR, { .opcode = UOS_OP_CHDIR, .addr = A(FILE_PATH) } },
	{ "chdir: nowhere", -ENOENT, { .opcode = UOS_OP_CHDIR, .addr = A("/none") } },
	{ "set_priority: no such level", -EINVAL, { .opcode = UOS_OP_SET_PRIORITY, .len = 64 } },
	{ "poweroff: status too large", -EINVAL, { .opcode = UOS_OP_POWEROFF, .len = 128 } },
	{ "stats: unknown kind", -EINVAL,
	  { .opcode = UOS_OP_STATS, .fd = 9, .addr = A(buffer), .len = 64 } },
	{ "stats: into a hole", -EFAULT,
	  { .opcode = UOS_OP_STATS, .fd = UOS_STATS_SYSTEM, .addr = HOLE, .len = 64 } },
	{ "getpid: with an address", -EINVAL, { .opcode = UOS_OP_GETPID, .addr = 1 } },
	{ "lseek: unknown whence", -EINVAL,
	  { .opcode = UOS_OP_LSEEK, .fd = FD_READ_ONLY, .len = 77 } },
	{ "dup: not open", -EBADF,
	  { .opcode = UOS_OP_DUP, .fd = FD_NONE, .file_index = (uint32_t)-1 } },
	{ "getcwd: no room", -ERANGE, { .opcode = UOS_OP_GETCWD, .addr = A(buffer), .len = 1 } },
	{ "getrandom: into a hole", -EFAULT,
	  { .opcode = UOS_OP_GETRANDOM, .addr = HOLE, .len = 16 } },
	{ "statfs: into a hole", -EFAULT,
	  { .opcode = UOS_OP_STATFS, .fd = AT_FDCWD, .addr = A("/"), .off = HOLE } },
	{ "statfs: neither path nor file", -EBADF,
	  { .opcode = UOS_OP_STATFS, .fd = FD_NONE, .off = A(buffer) } },
	{ "statfs: with a length", -EINVAL,
	  { .opcode = UOS_OP_STATFS, .fd = AT_FDCWD, .addr = A("/"), .off = A(buffer), .len = 1 } },
	{ "ioctl: no terminal", -ENOTTY,
	  { .opcode = UOS_OP_IOCTL, .fd = FD_ZERO, .len = ABI_TCGETS, .addr = A(buffer) } },
	{ "ioctl: with an offset", -EINVAL,
	  { .opcode = UOS_OP_IOCTL, .fd = FD_ZERO, .len = ABI_TCGETS, .addr = A(buffer), .off = 1 } },
	{ "fcntl: unknown command", -EINVAL,
	  { .opcode = UOS_OP_FCNTL, .fd = FD_ZERO, .len = 9999 } },
};

static struct raw_ring ring;
static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_equal(rows[i].name, raw_ring_do(&ring, &rows[i].sqe), rows[i].wanted);
}

/* An index in the SQ array that names no SQE: dropped, no completion. */
static void check_bad_index(void)
{
	struct io_uring_cqe cqe;
	uint32_t slot = ring.sqes_tail & ring.sq_mask;

	raw_ring_sqe(&ring);
	ring.sq_array[slot] = 0x7fffffff;
	raw_ring_submit(&ring, 0);
	check_equal("index: dropped", *ring.sq_dropped, 1);
	check_equal("index: no completion", raw_ring_take(&ring, &cqe), false);
	ring.sq_array[slot] = slot;
}

static void check_calls(void)
{
	struct io_uring_params params = { .resv = { 1 } };
	struct io_uring_params unknown = { .flags = 1u << 31 };
	struct io_uring_params plain = { 0 };

	check_equal("setup: no entries", trap3(SYS_io_uring_setup, 0, A(&plain), 0), -EINVAL);
	check_equal("setup: too many", trap3(SYS_io_uring_setup, 32769, A(&plain), 0), -EINVAL);
	check_equal("setup: in a hole", trap3(SYS_io_uring_setup, 8, HOLE, 0), -EFAULT);
	check_equal("setup: reserved", trap3(SYS_io_uring_setup, 8, A(&params), 0), -EINVAL);
	check_equal("setup: unknown flag", trap3(SYS_io_uring_setup, 8, A(&unknown), 0), -EINVAL);
	check_equal("enter: not open", trap6(SYS_io_uring_enter, FD_NONE, 0, 0, 0, 0, 0), -EBADF);
	check_equal("enter: no ring", trap6(SYS_io_uring_enter, FD_ZERO, 0, 0, 0, 0, 0), -EOPNOTSUPP);
	check_equal("enter: unknown flag",
	       trap6(SYS_io_uring_enter, (uint64_t)ring.fd, 0, 0, 1u << 31, 0, 0), -EINVAL);
	check_equal("register: not open", trap6(SYS_io_uring_register, FD_NONE, 0, 0, 0, 0, 0), -EBADF);
	check_equal("register: unknown op",
	       trap6(SYS_io_uring_register, (uint64_t)ring.fd, 99, 0, 0, 0, 0), -EINVAL);
	check_equal("register: buffers in a hole",
	       trap6(SYS_io_uring_register, (uint64_t)ring.fd, IORING_REGISTER_BUFFERS, HOLE, 1,
		     0, 0), -EFAULT);
	check_equal("register: nothing to unregister",
	       trap6(SYS_io_uring_register, (uint64_t)ring.fd, IORING_UNREGISTER_BUFFERS, 0, 0,
		     0, 0), -ENXIO);
	check_equal("trap: unknown number", trap0(9999), -ENOSYS);
	check_equal("trap: number -1", trap0(~0ull), -ENOSYS);
}

static int open_at(int wanted, const char *path, int flags)
{
	int64_t fd = trap6(SYS_openat, AT, A(path), (uint64_t)flags, 0644, 0, 0);

	if (fd < 0 || trap3(SYS_dup3, (uint64_t)fd, (uint64_t)wanted, 0) != wanted) {
		printf("FAIL %s: cannot open it: %lld\n", path, (long long)fd);
		return 1;
	}
	trap3(SYS_close, (uint64_t)fd, 0, 0);
	return 0;
}

static int make_files(void)
{
	memset(long_path, 'a', sizeof(long_path));
	trap3(SYS_mkdirat, AT, A(FOLDER_PATH), 0755);
	return open_at(FD_ZERO, "/dev/zero", O_RDWR) ||
	       open_at(FD_WRITE_ONLY, FILE_PATH, O_WRONLY | O_CREAT) ||
	       open_at(FD_READ_ONLY, FILE_PATH, O_RDONLY) ||
	       open_at(FD_FOLDER, "/tmp", O_RDONLY | O_DIRECTORY);
}

static void remove_files(void)
{
	trap3(SYS_unlinkat, AT, A(FILE_PATH), 0);
	trap3(SYS_unlinkat, AT, A(FOLDER_PATH), AT_REMOVEDIR);
}

#define CHECK(rows)	check_rows(rows, sizeof(rows) / sizeof(rows[0]))

int main(void)
{
	if (make_files())
		return 1;
	if (raw_ring_open(&ring, 8, NULL) < 0) {
		printf("FAIL no ring\n");
		return 1;
	}
	CHECK(any_op);
	CHECK(read_write);
	CHECK(names);
	CHECK(waiting);
	CHECK(private_ops);
	check_bad_index();
	check_calls();
	raw_ring_close(&ring);
	remove_files();
	return check_summary();
}
