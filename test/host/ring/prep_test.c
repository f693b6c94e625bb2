/*
 * prep, opcode by opcode: a good SQE of each is taken, and each field that it has no
 * use for, or has a wrong value in, gets the error that Linux (or abi/uos_op.h) has.
 */
#include "fake.h"

#include "abi/syscall.h"

#include <stdio.h>
#include <string.h>

#include "abi/futex.h"
#include "abi/thread.h"
#include "kernel/ring/object.h"

#define PATH	0x4000u
#define LONG	0x6000u
#define TIME	0x3000u
#define SPAWN	0x5000u

enum field { NONE, FLAGS, IOPRIO, FD, OFF, ADDR, LEN, OP_FLAGS, BUF_INDEX, PERSONALITY,
	     FILE_INDEX, ADDR3 };

static unsigned checks;

static void set(struct io_uring_sqe *sqe, enum field field, uint64_t value)
{
	switch (field) {
	case NONE: break;
	case FLAGS: sqe->flags = value; break;
	case IOPRIO: sqe->ioprio = value; break;
	case FD: sqe->fd = value; break;
	case OFF: sqe->off = value; break;
	case ADDR: sqe->addr = value; break;
	case LEN: sqe->len = value; break;
	case OP_FLAGS: sqe->op_flags = value; break;
	case BUF_INDEX: sqe->buf_index = value; break;
	case PERSONALITY: sqe->personality = value; break;
	case FILE_INDEX: sqe->file_index = value; break;
	case ADDR3: sqe->addr3 = value; break;
	}
}

/* A good one of each, and what it gives on the fake kernel. */
struct good {
	uint8_t opcode;
	int32_t fd;
	uint64_t addr, off;
	uint32_t len, op_flags, file_index;
	uint64_t addr3;
	int32_t result;
};

static const struct good goods[] = {
	{ .opcode = IORING_OP_NOP },
	{ IORING_OP_READ, FD_ZERO_FILE, PATH + 512, ~0ul, 8, .result = 8 },
	{ IORING_OP_WRITE, FD_ZERO_FILE, PATH, ~0ul, 8, .result = 8 },
	{ IORING_OP_READV, FD_ZERO_FILE, .addr = PATH },
	{ IORING_OP_WRITEV, FD_ZERO_FILE, .addr = PATH },
	{ IORING_OP_FSYNC, FD_ZERO_FILE, .result = -EINVAL },
	{ IORING_OP_FTRUNCATE, FD_ZERO_FILE, .result = -EINVAL },
	{ IORING_OP_STATX, AT_FDCWD, PATH, PATH + 256, .len = 0x7ff },
	{ IORING_OP_CLOSE, FD_CLOSED, .result = -EBADF },
	{ IORING_OP_OPENAT, AT_FDCWD, PATH + 16, .result = -ENOENT },
	{ IORING_OP_UNLINKAT, AT_FDCWD, PATH, .result = -ENOENT },
	{ IORING_OP_RENAMEAT, AT_FDCWD, PATH, PATH, (uint32_t)AT_FDCWD, .result = -ENOENT },
	{ IORING_OP_MKDIRAT, AT_FDCWD, PATH, .result = -EEXIST },
	{ IORING_OP_TIMEOUT, 0, TIME, 0, 1, .result = -ETIME },
	{ IORING_OP_TIMEOUT_REMOVE, 0, 77, .result = -ENOENT },
	{ IORING_OP_POLL_ADD, FD_ZERO_FILE, .op_flags = ABI_POLLIN, .result = ABI_POLLIN },
	{ IORING_OP_POLL_REMOVE, 0, 77, .result = -ENOENT },
	{ UOS_OP_PIPE, 0, TIME, .result = 0 },
	{ IORING_OP_ASYNC_CANCEL, 0, 77, .result = -ENOENT },
	{ IORING_OP_WAITID, 7, 0, 0, ABI_P_PID, 0, ABI_WEXITED, .result = -ECHILD },
	{ IORING_OP_FUTEX_WAIT, FUTEX2_SIZE_U32, PATH, 1, .addr3 = 1, .result = -EAGAIN },
	{ IORING_OP_FUTEX_WAKE, FUTEX2_SIZE_U32 | FUTEX2_PRIVATE, PATH, 1, .addr3 = 1 },
	{ IORING_OP_MSG_RING, FD_ZERO_FILE, .result = -EBADFD },
	{ UOS_OP_SPAWN, 0, SPAWN, 0, sizeof(struct uos_spawn), .result = -ENOENT },
	{ UOS_OP_KILL, 99, .len = 9, .result = -ESRCH },
	{ UOS_OP_READDIR, FD_DIRECTORY, PATH + 512, .len = 64 },
	{ UOS_OP_MMAP, 0, 0, 0, 3, ABI_MAP_ANONYMOUS | ABI_MAP_PRIVATE, .addr3 = 4096,
	  .result = 0x10000 },
	{ UOS_OP_MUNMAP, 0, 4096, .addr3 = 4096 },
	{ UOS_OP_CHDIR, .addr = PATH },
	{ UOS_OP_SET_PRIORITY, .len = 32 },
	{ UOS_OP_STATS, UOS_STATS_SYSTEM, PATH + 512, .len = 8, .result = 8 },
	{ .opcode = UOS_OP_GETPID, .result = 7 },
	{ .opcode = UOS_OP_GETPPID, .result = 1 },
	{ UOS_OP_CLOCK_GETTIME, 1, .addr = PATH + 512 },
	{ UOS_OP_LSEEK, FD_ZERO_FILE, .result = -ESPIPE },
	{ UOS_OP_DUP, FD_ZERO_FILE, .file_index = 40, .result = 40 },
	{ UOS_OP_GETCWD, 0, PATH + 512, .len = 2, .result = 2 },
	{ UOS_OP_GETRANDOM, 0, PATH + 512, .len = 300, .result = 300 },
	{ UOS_OP_FCNTL, FD_ZERO_FILE, .len = 3, .result = O_RDWR },
	{ IORING_OP_FADVISE, FD_ZERO_FILE, .addr = 4096, .result = -ESPIPE },
	{ IORING_OP_MADVISE, 0, 0x4000, .len = 4096, .op_flags = ABI_MADV_DONTNEED },
	{ IORING_OP_SYMLINKAT, AT_FDCWD, PATH, PATH, .result = -EEXIST },
	{ IORING_OP_LINKAT, AT_FDCWD, PATH, PATH, (uint32_t)AT_FDCWD, .result = -ENOENT },
	{ UOS_OP_MPROTECT, 0, 0x4000, .len = 1, .addr3 = 4096 },
	{ UOS_OP_MSYNC, 0, 0x4000, .op_flags = ABI_MS_SYNC, .addr3 = 4096 },
	{ UOS_OP_STAT, AT_FDCWD, PATH, PATH + 256, .len = 0 },
	{ UOS_OP_READLINK, AT_FDCWD, PATH, PATH + 256, .len = 8, .result = 1 },
	{ UOS_OP_THREAD, 0, PATH + 1024, .len = sizeof(struct uos_thread_start), .result = 8 },
};

/* One wrong field, and the error. */
static const struct wrong {
	uint8_t opcode;
	enum field field;
	uint64_t value;
	int32_t result;
} wrongs[] = {
	{ IORING_OP_NOP, OP_FLAGS, 2, -EINVAL },
	{ IORING_OP_READ, IOPRIO, 4 << 13, -EINVAL },
	{ IORING_OP_READ, IOPRIO, 7 << 13 | 64, -EINVAL },
	{ IORING_OP_READ, IOPRIO, 7 << 13 | 63, 8 },
	{ IORING_OP_NOP, IOPRIO, 7 << 13 | 5, 0 },
	{ IORING_OP_NOP, IOPRIO, 7 << 13 | 64, -EINVAL },
	{ IORING_OP_READ, IOPRIO, 2 << 13 | 4, 8 },
	{ IORING_OP_READ, FD, FD_CLOSED, -EBADF },
	{ IORING_OP_READ, FD, ~0ull, -EBADF },
	{ IORING_OP_READ, ADDR, 1ull << 60, -EFAULT },
	{ IORING_OP_READ, ADDR, ~0ull - 3, -EFAULT },
	{ IORING_OP_READ, ADDR, 16, -EFAULT },
	{ IORING_OP_READ, OP_FLAGS, 1, -EINVAL },
	{ IORING_OP_READ, OP_FLAGS, 0x10, -EOPNOTSUPP },
	{ IORING_OP_READV, LEN, 1025, -EINVAL },
	{ IORING_OP_READV, LEN, ~0u, -EINVAL },
	{ IORING_OP_FSYNC, OP_FLAGS, 2, -EINVAL },
	{ IORING_OP_FADVISE, OP_FLAGS, 6, -EINVAL },
	{ IORING_OP_FADVISE, BUF_INDEX, 1, -EINVAL },
	{ IORING_OP_FADVISE, FD, FD_CLOSED, -EBADF },
	{ IORING_OP_MADVISE, OP_FLAGS, 7, -EINVAL },
	{ IORING_OP_MADVISE, ADDR, 0x4001, -EINVAL },
	{ IORING_OP_MADVISE, ADDR, 1ull << 40, -ENOMEM },
	{ IORING_OP_SYMLINKAT, LEN, 1, -EINVAL },
	{ IORING_OP_SYMLINKAT, OP_FLAGS, 1, -EINVAL },
	{ IORING_OP_SYMLINKAT, ADDR, 1ull << 60, -EFAULT },
	{ IORING_OP_SYMLINKAT, OFF, 1ull << 60, -EFAULT },
	{ IORING_OP_SYMLINKAT, FLAGS, IOSQE_FIXED_FILE, -EBADF },
	{ IORING_OP_LINKAT, OP_FLAGS, 1, -EINVAL },
	{ IORING_OP_LINKAT, ADDR, 1ull << 60, -EFAULT },
	{ UOS_OP_MPROTECT, LEN, 8, -EINVAL },
	{ UOS_OP_MPROTECT, OFF, 1, -EINVAL },
	{ UOS_OP_MSYNC, OP_FLAGS, 5, -EINVAL },
	{ UOS_OP_MSYNC, OP_FLAGS, 8, -EINVAL },
	{ UOS_OP_MSYNC, ADDR, 0x4001, -EINVAL },
	{ UOS_OP_STAT, LEN, 1, -EINVAL },
	{ UOS_OP_STAT, OP_FLAGS, 1, -EINVAL },
	{ UOS_OP_READLINK, LEN, 0, -EINVAL },
	{ UOS_OP_READLINK, OP_FLAGS, 1, -EINVAL },
	{ IORING_OP_FSYNC, ADDR, 1, -EINVAL },
	{ IORING_OP_FTRUNCATE, LEN, 1, -EINVAL },
	{ IORING_OP_FTRUNCATE, ADDR3, 1, -EINVAL },
	{ IORING_OP_STATX, BUF_INDEX, 1, -EINVAL },
	{ IORING_OP_STATX, LEN, 0x80000000u, -EINVAL },
	{ IORING_OP_STATX, OP_FLAGS, 0x6000, -EINVAL },
	{ IORING_OP_STATX, OFF, 1, -EFAULT },
	{ IORING_OP_CLOSE, OFF, 1, -EINVAL },
	{ IORING_OP_CLOSE, FILE_INDEX, 1, -EINVAL },
	{ IORING_OP_OPENAT, ADDR, 0, -EFAULT },
	{ IORING_OP_OPENAT, ADDR, PATH + 2, -ENOENT },
	{ IORING_OP_OPENAT, ADDR, LONG, -ENAMETOOLONG },
	{ IORING_OP_OPENAT, FD, FD_CLOSED, -EBADF },
	{ IORING_OP_OPENAT, FD, FD_ZERO_FILE, -ENOTDIR },
	{ IORING_OP_OPENAT, BUF_INDEX, 1, -EINVAL },
	{ IORING_OP_UNLINKAT, OP_FLAGS, 1, -EINVAL },
	{ IORING_OP_UNLINKAT, LEN, 1, -EINVAL },
	{ IORING_OP_RENAMEAT, OFF, 0, -EFAULT },
	{ IORING_OP_RENAMEAT, OP_FLAGS, 4, -EINVAL },
	{ IORING_OP_RENAMEAT, LEN, FD_CLOSED, -EBADF },
	{ IORING_OP_MKDIRAT, OFF, 1, -EINVAL },
	{ IORING_OP_TIMEOUT, LEN, 2, -EINVAL },
	{ IORING_OP_TIMEOUT, ADDR, 0, -EFAULT },
	{ IORING_OP_TIMEOUT, OP_FLAGS, IORING_TIMEOUT_MULTISHOT | IORING_TIMEOUT_ABS, -EINVAL },
	{ IORING_OP_POLL_ADD, LEN, 2, -EINVAL },
	{ IORING_OP_POLL_ADD, OFF, 1, -EINVAL },
	{ IORING_OP_POLL_ADD, ADDR, 1, -EINVAL },
	{ IORING_OP_POLL_ADD, FD, FD_CLOSED, -EBADF },
	{ IORING_OP_POLL_REMOVE, LEN, 8, -EINVAL },
	{ IORING_OP_POLL_REMOVE, OFF, 1, -EINVAL },
	{ IORING_OP_POLL_REMOVE, OP_FLAGS, 1, -EINVAL },
	{ IORING_OP_POLL_REMOVE, FILE_INDEX, 1, -EINVAL },
	{ UOS_OP_PIPE, ADDR, 16, -EFAULT },
	{ UOS_OP_PIPE, OP_FLAGS, O_DIRECT, -EINVAL },
	{ IORING_OP_TIMEOUT, OP_FLAGS, IORING_TIMEOUT_BOOTTIME | IORING_TIMEOUT_REALTIME, -EINVAL },
	{ IORING_OP_TIMEOUT_REMOVE, OP_FLAGS, 1, -EINVAL },
	{ IORING_OP_TIMEOUT_REMOVE, OP_FLAGS, IORING_TIMEOUT_UPDATE, -EFAULT },
	{ IORING_OP_ASYNC_CANCEL, OFF, 1, -EINVAL },
	{ IORING_OP_ASYNC_CANCEL, OP_FLAGS, 64, -EINVAL },
	{ IORING_OP_ASYNC_CANCEL, OP_FLAGS, IORING_ASYNC_CANCEL_ALL, 0 },
	{ IORING_OP_WAITID, ADDR, 1, -EINVAL },
	{ IORING_OP_WAITID, OP_FLAGS, 1, -EINVAL },
	{ IORING_OP_WAITID, FILE_INDEX, 0, -EINVAL },
	{ IORING_OP_FUTEX_WAIT, FD, FUTEX2_SIZE_U64, -EINVAL },
	{ IORING_OP_FUTEX_WAIT, FD, FUTEX2_SIZE_U32 | FUTEX2_NUMA, -EINVAL },
	{ IORING_OP_FUTEX_WAIT, FD, FUTEX2_SIZE_U32 | 256, -EINVAL },
	{ IORING_OP_FUTEX_WAIT, OFF, 1ull << 32, -EINVAL },
	{ IORING_OP_FUTEX_WAIT, ADDR3, 1ull << 32, -EINVAL },
	{ IORING_OP_FUTEX_WAIT, ADDR3, 0, -EINVAL },
	{ IORING_OP_FUTEX_WAIT, ADDR, PATH + 2, -EINVAL },
	{ IORING_OP_FUTEX_WAIT, ADDR, 16, -EFAULT },
	{ IORING_OP_FUTEX_WAIT, LEN, 1, -EINVAL },
	{ IORING_OP_FUTEX_WAIT, OP_FLAGS, 1, -EINVAL },
	{ IORING_OP_FUTEX_WAIT, BUF_INDEX, 1, -EINVAL },
	{ IORING_OP_FUTEX_WAIT, FILE_INDEX, 1, -EINVAL },
	{ IORING_OP_FUTEX_WAKE, LEN, 1, -EINVAL },
	{ IORING_OP_FUTEX_WAKE, ADDR3, 0, -EINVAL },
	{ IORING_OP_FUTEX_WAKE, ADDR, 16, 0 },
	{ IORING_OP_MSG_RING, ADDR, IORING_MSG_SEND_FD + 1, -EINVAL },
	{ IORING_OP_MSG_RING, OP_FLAGS, IORING_MSG_RING_CQE_SKIP, -EINVAL },
	{ IORING_OP_MSG_RING, FILE_INDEX, 1, -EINVAL },
	{ IORING_OP_MSG_RING, BUF_INDEX, 1, -EINVAL },
	{ IORING_OP_MSG_RING, FD, FD_CLOSED, -EBADF },
	{ UOS_OP_THREAD, LEN, 48, -EINVAL },
	{ UOS_OP_THREAD, ADDR, 0, -EFAULT },
	{ UOS_OP_THREAD, FD, 5, -EINVAL },
	{ UOS_OP_SPAWN, LEN, 47, -EINVAL },
	{ UOS_OP_SPAWN, ADDR, 0, -EFAULT },
	{ UOS_OP_MMAP, LEN, 8, -EINVAL },
	{ UOS_OP_MMAP, OP_FLAGS, ABI_MAP_ANONYMOUS, -EINVAL },
	{ UOS_OP_MMAP, OFF, 1, -EINVAL },
	{ UOS_OP_MMAP, ADDR3, 0, -EINVAL },
	{ UOS_OP_MMAP, ADDR3, ~0ull, -ENOMEM },
	{ UOS_OP_CHDIR, LEN, 1, -EINVAL },
	{ UOS_OP_SET_PRIORITY, LEN, 64, -EINVAL },
	{ UOS_OP_STATS, FD, 3, -EINVAL },
	{ UOS_OP_STATS, FD, 2, -ESRCH },
	{ UOS_OP_GETPID, ADDR, 1, -EINVAL },
	{ UOS_OP_CLOCK_GETTIME, FD, 5, -EINVAL },
	{ UOS_OP_DUP, OP_FLAGS, 1, -EINVAL },
	{ UOS_OP_GETCWD, LEN, 1, -ERANGE },
	{ UOS_OP_FCNTL, LEN, 77, -EINVAL },
};

static int32_t result_of(const struct good *good, enum field field, uint64_t value)
{
	struct io_uring_sqe *sqe = ring_sqe(&ring);
	struct io_uring_cqe cqe;

	sqe->opcode = good->opcode;
	sqe->fd = good->fd;
	sqe->addr = good->addr;
	sqe->off = good->off;
	sqe->len = good->len;
	sqe->op_flags = good->op_flags;
	sqe->file_index = good->file_index;
	sqe->addr3 = good->addr3;
	set(sqe, field, value);
	CHECK_EQUAL(ring_submit_and_wait(&ring, 1), 1);
	CHECK(ring_take(&ring, &cqe));
	EXPECT_NO_CQE(&ring);
	CHECK_EQUAL(ring_request_count(), 0);
	checks++;
	return cqe.res;
}

static const struct good *good_of(uint8_t opcode)
{
	for (size_t i = 0; i < ARRAY_SIZE(goods); i++)
		if (goods[i].opcode == opcode)
			return &goods[i];
	panic("opcode %u has no good SQE", opcode);
}

#define CHECK_RESULT(good, field, value, wanted) do {			\
	int32_t got_ = result_of(good, field, value);			\
									\
	if (got_ != (wanted))						\
		panic("opcode %u, field %d = %#llx: %d, wanted %d", (good)->opcode, field, \
		      (unsigned long long)(value), got_, wanted);	\
} while (0)

int main(void)
{
	fake_process_start();
	memcpy(fake_user + PATH, ".", 2);
	memcpy(fake_user + PATH + 16, "nothing", 8);
	memset(fake_user + LONG, 'a', 5000);
	((struct uos_spawn *)(fake_user + SPAWN))->path = PATH;
	ring_open(&ring, 8, 0, 0);
	for (size_t i = 0; i < ARRAY_SIZE(goods); i++) {
		const struct good *good = &goods[i];
		bool private = good->opcode >= UOS_OP_BASE;
		bool transfers = operation_table[good->opcode]->flags & OP_PRIORITY;

		CHECK_RESULT(good, NONE, 0, good->result);
		CHECK_RESULT(good, FLAGS, 0x80, -EINVAL);
		if (!operation_table[good->opcode]->selecting &&
		    !(operation_table[good->opcode]->flags & OP_SELECTS))
			CHECK_RESULT(good, FLAGS, IOSQE_BUFFER_SELECT, -EOPNOTSUPP);
		CHECK_RESULT(good, PERSONALITY, 1, -EINVAL);
		CHECK_RESULT(good, FLAGS, IOSQE_ASYNC, good->result);
		if (!transfers)
			CHECK_RESULT(good, IOPRIO, 1, -EINVAL);
		if (private)
			CHECK_RESULT(good, BUF_INDEX, 1, -EINVAL);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrongs); i++)
		CHECK_RESULT(good_of(wrongs[i].opcode), wrongs[i].field, wrongs[i].value,
			     wrongs[i].result);
	for (unsigned opcode = 0; opcode < 256; opcode++)
		if (!operation_table[opcode])
			CHECK_RESULT((&(struct good){ .opcode = opcode }), NONE, 0, -EINVAL);
	ring_shut(&ring);
	for (uint64_t fd = 0; fd < 64; fd++)	/* what was opened */
		if (fd < FD_ZERO_FILE || fd > FD_DIRECTORY)
			(void)call(SYS_close, fd, 0, 0, 0, 0, 0);
	check_nothing_left();
	printf("%u checks\n", checks);
	return 0;
}
