/*
 * The calls of <uos.h> on memory, time and random numbers.
 */
#include <uos.h>

#include <errno.h>

#include "libuos/internal.h"
#include "libuos/start.h"

#define PAGE_SHIFT	12
#define NS_PER_SECOND	1000000000ull

int uos_mmap(void **address, size_t bytes, int protection, int flags, int fd, off_t offset)
{
	int32_t page = uos_operation(operation_on(UOS_OP_MMAP, fd), offset,
				     uos_prep_address(*address),
				     operation_length(protection, flags), 0, bytes);

	if (page < 0)
		return page;
	*address = (void *)((uintptr_t)page << PAGE_SHIFT);
	return 0;
}

int uos_munmap(void *address, size_t bytes)
{
	return uos_operation(operation_on(UOS_OP_MUNMAP, 0), 0, uos_prep_address(address), 0, 0,
			     bytes);
}

/* A timeout that runs out says -ETIME. */
int uos_sleep_ns(uint64_t duration_ns)
{
	struct __kernel_timespec time = {
		.tv_sec = duration_ns / NS_PER_SECOND,
		.tv_nsec = duration_ns % NS_PER_SECOND,
	};
	int32_t result = uos_operation(operation_on(IORING_OP_TIMEOUT, -1), 0,
				       uos_prep_address(&time), 1, 0, 0);

	return result == -ETIME ? 0 : result;
}

uint64_t uos_clock_ns(void)
{
	uint64_t ticks, seconds;

	__asm__ volatile("rdtime %0" : "=r"(ticks));
	seconds = ticks / uos_timebase_hz;
	return seconds * NS_PER_SECOND +
	       ticks % uos_timebase_hz * NS_PER_SECOND / uos_timebase_hz;
}

int uos_clock_gettime(int clock, struct __kernel_timespec *time)
{
	return uos_operation(operation_on(UOS_OP_CLOCK_GETTIME, clock), 0,
			     uos_prep_address(time), 0, 0, 0);
}

ssize_t uos_getrandom(void *buffer, size_t bytes)
{
	return uos_operation(operation_on(UOS_OP_GETRANDOM, 0), 0, uos_prep_address(buffer),
			     bytes < INT32_MAX ? bytes : INT32_MAX, 0, 0);
}
