/*
 * one-issuer: a ring with SINGLE_ISSUER belongs to one thread for ever: when that has
 * ended, no other takes its place, whatever of it is used again.
 */
#include <errno.h>
#include <string.h>
#include <uos.h>

#include "check.h"
#include "trap.h"

static int64_t ring, result;

static int64_t submit(void)
{
	return trap6(SYS_io_uring_enter, (uint64_t)ring, 1, 0, 0, 0, 0);
}

static void make_ring(void *argument)
{
	struct io_uring_params params;

	(void)argument;
	memset(&params, 0, sizeof(params));
	params.flags = IORING_SETUP_SINGLE_ISSUER;
	ring = trap3(SYS_io_uring_setup, 4, (uint64_t)&params, 0);
	result = submit();
}

static void try_to_submit(void *argument)
{
	(void)argument;
	result = submit();
}

static void in_a_thread(void (*entry)(void *argument))
{
	struct uos_thread *thread = uos_thread_create(entry, NULL);

	check_equal("thread", thread ? uos_thread_join(thread) : -1, 0);
}

int main(void)
{
	in_a_thread(make_ring);
	check_true("a ring", ring >= 0);
	check_equal("its maker", result, 0);
	for (int i = 0; i < 8; i++) {
		in_a_thread(try_to_submit);
		check_equal("another thread", result, -EEXIST);
	}
	check_equal("the first thread", submit(), -EEXIST);
	check_equal("to register", trap6(SYS_io_uring_register, (uint64_t)ring,
					 IORING_UNREGISTER_FILES, 0, 0, 0, 0), -EEXIST);
	trap3(SYS_close, (uint64_t)ring, 0, 0);
	return check_summary();
}
