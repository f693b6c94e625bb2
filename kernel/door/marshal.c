/*
 * From registers to the fields of an opcode, one function per shape of call.  Only
 * what a trap's arguments have and an SQE's fields have not is checked here.
 */
#include "kernel/door/table.h"

#include "abi/file.h"
#include "abi/futex.h"
#include "fs/vfs.h"

#define ARGUMENTS const struct trap_frame *frame, struct io_uring_sqe *sqe

/* A 64-bit count in a field of 32 bits: no more than a transfer ever moves. */
static uint32_t bytes_of(uint64_t bytes)
{
	return MIN(bytes, FILE_TRANSFER_BYTES_MAX);
}

static uint32_t clamp_word(uint64_t value)
{
	return MIN(value, (uint64_t)UINT32_MAX);
}

/* ---- files ------------------------------------------------------------------------------- */

int marshal_rw(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->addr = frame->a1;
	sqe->len = bytes_of(frame->a2);
	sqe->off = ~0ul;
	return 0;
}

int marshal_rw_at(ARGUMENTS)
{
	marshal_rw(frame, sqe);
	sqe->off = frame->a3;
	return (int64_t)sqe->off < 0 ? -EINVAL : 0;
}

int marshal_rw_vector(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->addr = frame->a1;
	sqe->len = clamp_word(frame->a2);
	sqe->off = ~0ul;
	return 0;
}

int marshal_rw_vector_at(ARGUMENTS)
{
	marshal_rw_vector(frame, sqe);
	sqe->off = frame->a3;
	return (int64_t)sqe->off < 0 ? -EINVAL : 0;
}

int marshal_getdents64(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->addr = frame->a1;
	sqe->len = clamp_word(frame->a2);
	return 0;
}

int marshal_lseek(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->off = frame->a1;
	sqe->len = frame->a2;
	return 0;
}

int marshal_ioctl(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->len = frame->a1;
	sqe->addr = frame->a2;
	return 0;
}

int marshal_statfs(ARGUMENTS)
{
	sqe->fd = AT_FDCWD;
	sqe->addr = frame->a0;
	sqe->off = frame->a1;
	return sqe->addr ? 0 : -EFAULT;
}

int marshal_fstatfs(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->off = frame->a1;
	return 0;
}

int marshal_ftruncate(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->off = frame->a1;
	return 0;
}

int marshal_fsync(ARGUMENTS)
{
	sqe->fd = frame->a0;
	return 0;
}

int marshal_fdatasync(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->fsync_flags = IORING_FSYNC_DATASYNC;
	return 0;
}

int marshal_close(ARGUMENTS)
{
	sqe->fd = frame->a0;
	return 0;
}

int marshal_dup(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->file_index = ~0u;
	return 0;
}

int marshal_dup3(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->file_index = frame->a1;
	sqe->op_flags = frame->a2;
	if (sqe->fd == (int32_t)sqe->file_index)
		return -EINVAL;
	return (int32_t)sqe->file_index < 0 ? -EBADF : 0;
}

int marshal_fcntl(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->len = frame->a1;
	sqe->addr = frame->a2;
	return 0;
}

/* ---- names -------------------------------------------------------------------------------- */

int marshal_openat(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->addr = frame->a1;
	sqe->open_flags = frame->a2;
	sqe->len = frame->a3;
	return 0;
}

int marshal_mkdirat(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->addr = frame->a1;
	sqe->len = frame->a2;
	return 0;
}

int marshal_unlinkat(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->addr = frame->a1;
	sqe->unlink_flags = frame->a2;
	return 0;
}

int marshal_renameat2(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->addr = frame->a1;
	sqe->len = frame->a2;
	sqe->addr2 = frame->a3;
	sqe->rename_flags = frame->a4;
	return 0;
}

int marshal_statx(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->addr = frame->a1;
	sqe->statx_flags = frame->a2;
	sqe->len = frame->a3;
	sqe->addr2 = frame->a4;
	return 0;
}

int marshal_newfstatat(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->addr = frame->a1;
	sqe->addr2 = frame->a2;
	sqe->statx_flags = frame->a3;
	return 0;
}

/* The file itself, without a path. */
int marshal_fstat(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->addr2 = frame->a1;
	sqe->statx_flags = AT_EMPTY_PATH;
	return sqe->fd < 0 ? -EBADF : 0;
}

int marshal_symlinkat(ARGUMENTS)
{
	sqe->addr = frame->a0;
	sqe->fd = frame->a1;
	sqe->addr2 = frame->a2;
	return 0;
}

int marshal_linkat(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->addr = frame->a1;
	sqe->len = frame->a2;
	sqe->addr2 = frame->a3;
	sqe->hardlink_flags = frame->a4;
	return 0;
}

int marshal_readlinkat(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->addr = frame->a1;
	sqe->addr2 = frame->a2;
	sqe->len = MIN(frame->a3, (uint64_t)VFS_PATH_BYTES_MAX);
	return 0;
}

int marshal_chdir(ARGUMENTS)
{
	sqe->addr = frame->a0;
	return 0;
}

int marshal_getcwd(ARGUMENTS)
{
	sqe->addr = frame->a0;
	sqe->len = clamp_word(frame->a1);
	return 0;
}

/* ---- time, chance ------------------------------------------------------------------------------ */

int marshal_nanosleep(ARGUMENTS)
{
	sqe->addr = frame->a0;
	sqe->len = 1;
	return 0;
}

int marshal_clock_nanosleep(ARGUMENTS)
{
	sqe->addr = frame->a2;
	sqe->len = 1;
	if (frame->a1 & ABI_TIMER_ABSTIME)
		sqe->timeout_flags = IORING_TIMEOUT_ABS;
	switch ((int32_t)frame->a0) {
	case ABI_CLOCK_MONOTONIC:
		return 0;
	case ABI_CLOCK_BOOTTIME:
		sqe->timeout_flags |= IORING_TIMEOUT_BOOTTIME;
		return 0;
	case ABI_CLOCK_REALTIME:
		sqe->timeout_flags |= IORING_TIMEOUT_REALTIME;
		return 0;
	default:
		return -EINVAL;
	}
}

int marshal_clock_gettime(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->addr = frame->a1;
	return 0;
}

#define GRND_FLAGS	7u

int marshal_getrandom(ARGUMENTS)
{
	sqe->addr = frame->a0;
	sqe->len = bytes_of(frame->a1);
	return frame->a2 & ~(uint64_t)GRND_FLAGS ? -EINVAL : 0;
}

/* ---- processes -------------------------------------------------------------------------------------- */

int marshal_waitid(ARGUMENTS)
{
	sqe->len = frame->a0;
	sqe->fd = frame->a1;
	sqe->addr2 = frame->a2;
	sqe->file_index = frame->a3;
	/* no resource usage is kept for a child */
	return frame->a4 ? -EINVAL : 0;
}

int marshal_kill(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->len = frame->a1;
	return 0;
}

int marshal_spawn(ARGUMENTS)
{
	sqe->addr = frame->a0;
	sqe->len = clamp_word(frame->a1);
	return 0;
}

int marshal_set_priority(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->len = clamp_word(frame->a1);
	return 0;
}

int marshal_poweroff(ARGUMENTS)
{
	sqe->len = clamp_word(frame->a0);
	return 0;
}

int marshal_stats(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->off = frame->a1;
	sqe->addr = frame->a2;
	sqe->len = clamp_word(frame->a3);
	return 0;
}

/* ---- threads, futexes ------------------------------------------------------------------------------- */

int marshal_thread(ARGUMENTS)
{
	sqe->addr = frame->a0;
	sqe->len = clamp_word(frame->a1);
	return 0;
}

int marshal_trace(ARGUMENTS)
{
	sqe->op_flags = frame->a0;
	return 0;
}

int marshal_msg_ring(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->off = frame->a1;
	sqe->len = frame->a2;
	return 0;
}

/* Whom it would move to the other word it wakes: he looks again, as after any wake-up. */
static int marshal_requeue(ARGUMENTS)
{
	const int64_t count = (int64_t)(int32_t)frame->a2 + (int32_t)frame->a3;

	if ((int32_t)frame->a2 < 0 || (int32_t)frame->a3 < 0)
		return -EINVAL;
	sqe->opcode = IORING_OP_FUTEX_WAKE;
	sqe->fd = FUTEX2_SIZE_U32;
	sqe->addr = frame->a0;
	sqe->off = MIN(count, (int64_t)INT32_MAX);
	sqe->addr3 = FUTEX_BITSET_MATCH_ANY;
	return 0;
}

/* futex(word, op, value, timeout, -, bits); the opcode follows `op`. */
int marshal_futex(ARGUMENTS)
{
	uint32_t op = (uint32_t)frame->a1 & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
	bool waits = op == FUTEX_WAIT || op == FUTEX_WAIT_BITSET;
	bool any = op == FUTEX_WAIT || op == FUTEX_WAKE;

	if (op == FUTEX_REQUEUE)
		return marshal_requeue(frame, sqe);
	if (!waits && op != FUTEX_WAKE && op != FUTEX_WAKE_BITSET)
		return -ENOSYS;
	if (frame->a1 & FUTEX_CLOCK_REALTIME && !waits)
		return -ENOSYS;
	sqe->opcode = waits ? IORING_OP_FUTEX_WAIT : IORING_OP_FUTEX_WAKE;
	sqe->fd = FUTEX2_SIZE_U32;
	sqe->addr = frame->a0;
	sqe->off = (uint32_t)frame->a2;
	sqe->addr3 = any ? FUTEX_BITSET_MATCH_ANY : (uint32_t)frame->a5;
	if (!waits)
		return 0;
	sqe->user_data = frame->a3;
	if (op == FUTEX_WAIT_BITSET)
		sqe->len = IORING_TIMEOUT_ABS;
	if (frame->a1 & FUTEX_CLOCK_REALTIME)
		sqe->len |= IORING_TIMEOUT_REALTIME;
	return 0;
}

/* futex_wait(word, value, bits, flags, timeout, clock) */
int marshal_futex_wait(ARGUMENTS)
{
	sqe->addr = frame->a0;
	sqe->off = frame->a1;
	sqe->addr3 = frame->a2;
	sqe->fd = frame->a3;
	sqe->user_data = frame->a4;
	sqe->len = IORING_TIMEOUT_ABS;
	if (frame->a4 && (int32_t)frame->a5 == ABI_CLOCK_REALTIME)
		sqe->len |= IORING_TIMEOUT_REALTIME;
	else if (frame->a4 && (int32_t)frame->a5 != ABI_CLOCK_MONOTONIC)
		return -EINVAL;
	return 0;
}

/* futex_wake(word, bits, count, flags) */
int marshal_futex_wake(ARGUMENTS)
{
	int32_t count = (int32_t)frame->a2;

	sqe->addr = frame->a0;
	sqe->addr3 = frame->a1;
	sqe->off = count < 0 ? 0 : (uint32_t)count;
	sqe->fd = frame->a3;
	return 0;
}
