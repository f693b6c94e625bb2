/*
 * epoll and timerfd: Linux's words for riscv64.
 */
#ifndef ABI_EPOLL_H
#define ABI_EPOLL_H

#include <stdint.h>

#include "abi/check.h"
#include "abi/file.h"

#define ABI_EPOLL_CTL_ADD	1
#define ABI_EPOLL_CTL_DEL	2
#define ABI_EPOLL_CTL_MOD	3

/* beside ABI_POLL* */
#define ABI_EPOLLEXCLUSIVE	(1u << 28)
#define ABI_EPOLLWAKEUP		(1u << 29)
#define ABI_EPOLLONESHOT	(1u << 30)
#define ABI_EPOLLET		(1u << 31)

struct abi_epoll_event {
	uint32_t events;
	uint64_t data;
};

struct abi_itimerspec {
	struct __kernel_timespec it_interval;
	struct __kernel_timespec it_value;
};

#define ABI_TFD_TIMER_ABSTIME		1u
#define ABI_TFD_TIMER_CANCEL_ON_SET	2u

ABI_CHECK(sizeof(struct abi_epoll_event) == 16, "Linux's layout");

#endif
