/* As marshal.c: the calls that make pipes, event counters and timers, and wait for them. */
#include "kernel/door/table.h"

#define ARGUMENTS const struct trap_frame *frame, struct io_uring_sqe *sqe

int marshal_pipe2(ARGUMENTS)
{
	sqe->addr = frame->a0;
	sqe->op_flags = frame->a1;
	return 0;
}

int marshal_eventfd2(ARGUMENTS)
{
	sqe->len = frame->a0;
	sqe->op_flags = frame->a1;
	return 0;
}

int marshal_epoll_create1(ARGUMENTS)
{
	sqe->op_flags = frame->a0;
	return 0;
}

int marshal_epoll_ctl(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->len = frame->a1;
	sqe->off = (uint32_t)frame->a2;
	sqe->addr = frame->a3;
	return 0;
}

/* A signal mask has no effect: there are no signals that one can wait for. */
int marshal_epoll_pwait(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->addr = frame->a1;
	sqe->len = (int32_t)frame->a2 > 0 ? (uint32_t)frame->a2 : 0;
	sqe->off = (uint64_t)(int64_t)(int32_t)frame->a3;
	return 0;
}

int marshal_timerfd_create(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->op_flags = frame->a1;
	return 0;
}

int marshal_timerfd_settime(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->op_flags = frame->a1;
	sqe->addr = frame->a2;
	sqe->off = frame->a3;
	return frame->a2 ? 0 : -EFAULT;
}

int marshal_timerfd_gettime(ARGUMENTS)
{
	sqe->fd = frame->a0;
	sqe->off = frame->a1;
	return frame->a1 ? 0 : -EFAULT;
}
