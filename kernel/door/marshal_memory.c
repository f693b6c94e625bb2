/*
 * From registers to the fields of an opcode: calls about memory.  See marshal.c.
 */
#include "abi/file.h"
#include "fs/vfs.h"
#include "kernel/door/table.h"

#define ARGUMENTS const struct trap_frame *frame, struct io_uring_sqe *sqe

/* No protection has as many bits: a wrong one stays wrong. */
static uint32_t clamp_word(uint64_t value)
{
	return MIN(value, (uint64_t)UINT32_MAX);
}

/* Linux's hints that change nothing: GROWSDOWN is refused, these are taken.  DENYWRITE,
 * EXECUTABLE, LOCKED (nothing is paged out), NONBLOCK, STACK. */
#define MAP_HINTS	(0x0800u | 0x1000u | 0x2000u | 0x10000u | 0x20000u)

int marshal_mmap(ARGUMENTS)
{
	sqe->addr = frame->a0;
	sqe->addr3 = frame->a1;
	sqe->len = frame->a2;
	sqe->op_flags = frame->a3 & ~(uint64_t)MAP_HINTS;
	sqe->fd = frame->a4;
	sqe->off = frame->a5;
	return 0;
}

int marshal_munmap(ARGUMENTS)
{
	sqe->addr = frame->a0;
	sqe->addr3 = frame->a1;
	return 0;
}

int marshal_mprotect(ARGUMENTS)
{
	sqe->addr = frame->a0;
	sqe->addr3 = frame->a1;
	sqe->len = clamp_word(frame->a2);
	return 0;
}

int marshal_msync(ARGUMENTS)
{
	sqe->addr = frame->a0;
	sqe->addr3 = frame->a1;
	sqe->op_flags = frame->a2;
	return 0;
}

int marshal_madvise(ARGUMENTS)
{
	sqe->addr = frame->a0;
	sqe->off = frame->a1;
	sqe->op_flags = frame->a2;
	return 0;
}

int marshal_fadvise64(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->off = frame->a1;
	sqe->addr = frame->a2;
	sqe->op_flags = frame->a3;
	return 0;
}
