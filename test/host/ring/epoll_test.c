/*
 * epoll, and timers as files.  epoll_test NAME runs one scenario, and checks that nothing
 * is left of it.
 */
#include "fake.h"

#include <stdio.h>
#include <string.h>

#include "abi/epoll.h"
#include "abi/poll.h"
#include "abi/syscall.h"
#include "kernel/ring/object.h"

#define FDS	0x7000u		/* in user memory */
#define EVENT	0x7100u
#define EVENTS	0x7200u

static int64_t epoll;
static int32_t end[2];

static int64_t control(int64_t on, int op, int64_t fd, uint32_t events, uint64_t data)
{
	const struct abi_epoll_event event = { events, data };

	memcpy(fake_user + EVENT, &event, sizeof(event));
	return call(SYS_epoll_ctl, (uint64_t)on, (uint64_t)op, (uint64_t)fd, EVENT, 0, 0);
}

static int64_t wait_ms(int64_t on, int ms)
{
	memset(fake_user + EVENTS, 0, 64);
	return call(SYS_epoll_pwait, (uint64_t)on, EVENTS, 4, (uint64_t)ms, 0, 8);
}

static const struct abi_epoll_event *event(int i)
{
	return (const struct abi_epoll_event *)(fake_user + EVENTS) + i;
}

static void put(void)
{
	CHECK_EQUAL(call(SYS_write, (uint64_t)end[1], BUFFER, 1, 0, 0, 0), 1);
}

static void get(void)
{
	CHECK_EQUAL(call(SYS_read, (uint64_t)end[0], BUFFER, 1, 0, 0, 0), 1);
}

static void close_fd(int64_t fd)
{
	CHECK_EQUAL(call(SYS_close, (uint64_t)fd, 0, 0, 0, 0, 0), 0);
}

static void check_modes(void)
{
	CHECK_EQUAL(control(epoll, ABI_EPOLL_CTL_MOD, end[0], ABI_POLLIN | ABI_EPOLLET, 8), 0);
	put();
	CHECK_EQUAL(wait_ms(epoll, 0), 1);
	CHECK_EQUAL(event(0)->data, 8);
	CHECK_EQUAL(wait_ms(epoll, 0), 0);	/* the edge is over */
	put();
	CHECK_EQUAL(wait_ms(epoll, 0), 1);
	CHECK_EQUAL(control(epoll, ABI_EPOLL_CTL_MOD, end[0], ABI_POLLIN | ABI_EPOLLONESHOT, 9), 0);
	CHECK_EQUAL(wait_ms(epoll, 0), 1);
	put();
	CHECK_EQUAL(wait_ms(epoll, 0), 0);
	CHECK_EQUAL(control(epoll, ABI_EPOLL_CTL_MOD, end[0], ABI_POLLIN, 10), 0);
	CHECK_EQUAL(wait_ms(epoll, 0), 1);
	CHECK_EQUAL(control(epoll, ABI_EPOLL_CTL_DEL, end[0], 0, 0), 0);
	CHECK_EQUAL(control(epoll, ABI_EPOLL_CTL_DEL, end[0], 0, 0), -ENOENT);
	CHECK_EQUAL(control(epoll, ABI_EPOLL_CTL_MOD, end[0], 0, 0), -ENOENT);
	CHECK_EQUAL(wait_ms(epoll, 0), 0);
	for (int i = 0; i < 3; i++)
		get();
}

static void check_mistakes(void)
{
	CHECK_EQUAL(control(epoll, 4, end[0], 0, 0), -EINVAL);
	CHECK_EQUAL(control(epoll, ABI_EPOLL_CTL_ADD, FD_CLOSED, ABI_POLLIN, 0), -EBADF);
	CHECK_EQUAL(control(epoll, ABI_EPOLL_CTL_ADD, FD_ZERO_FILE, ABI_POLLIN, 0), -EPERM);
	CHECK_EQUAL(control(epoll, ABI_EPOLL_CTL_ADD, epoll, ABI_POLLIN, 0), -EINVAL);
	CHECK_EQUAL(control(end[0], ABI_EPOLL_CTL_ADD, end[1], ABI_POLLIN, 0), -EINVAL);
	CHECK_EQUAL(wait_ms(end[0], 0), -EINVAL);
	CHECK_EQUAL(call(SYS_epoll_pwait, (uint64_t)epoll, EVENTS, 0, 0, 0, 0), -EINVAL);
	CHECK_EQUAL(call(SYS_epoll_ctl, (uint64_t)epoll, ABI_EPOLL_CTL_ADD, (uint64_t)end[0], 16, 0,
			 0), -EFAULT);
	CHECK_EQUAL(call(SYS_epoll_create1, 1, 0, 0, 0, 0, 0), -EINVAL);
	fake_allocations_to_fail = 1;
	CHECK_EQUAL(call(SYS_epoll_create1, 0, 0, 0, 0, 0, 0), -ENOMEM);
}

/* One that watches another, and a ring that waits for that one. */
static void check_nested(void)
{
	int64_t outer = call(SYS_epoll_create1, O_CLOEXEC, 0, 0, 0, 0, 0);
	struct io_uring_sqe *sqe;

	ring_open(&ring, 8, 0, 0);
	CHECK_EQUAL(control(epoll, ABI_EPOLL_CTL_ADD, end[0], ABI_POLLIN, 1), 0);
	CHECK_EQUAL(control(outer, ABI_EPOLL_CTL_ADD, epoll, ABI_POLLIN, 2), 0);
	CHECK_EQUAL(control(epoll, ABI_EPOLL_CTL_ADD, outer, ABI_POLLIN, 3), -ELOOP);
	CHECK_EQUAL(wait_ms(outer, 0), 0);
	sqe = sqe_of(IORING_OP_POLL_ADD, 5, 0);
	sqe->fd = (int)outer;
	sqe->poll32_events = ABI_POLLIN;
	sqe = sqe_of(UOS_OP_EPOLL_WAIT, 6, 0);
	sqe->fd = (int)outer;
	sqe->addr = EVENTS;
	sqe->len = 4;
	sqe->off = ~0ull;
	sqe = sqe_of(UOS_OP_EPOLL_WAIT, 7, 0);
	sqe->fd = (int)outer;
	sqe->addr = EVENTS;
	sqe->len = 4;
	sqe->off = ~0ull;
	sqe_of(IORING_OP_ASYNC_CANCEL, 8, 0)->addr = 7;
	CHECK_EQUAL(ring_submit(&ring), 4);
	fake_run_ready();
	EXPECT_CQE(&ring, 8, 0);
	EXPECT_CQE(&ring, 7, -ECANCELED);
	EXPECT_NO_CQE(&ring);
	put();
	fake_run_ready();
	EXPECT_CQE(&ring, 5, ABI_POLLIN);
	EXPECT_CQE(&ring, 6, 1);
	CHECK_EQUAL(event(0)->data, 2);
	/* a file that is closed is watched no longer */
	close_fd(epoll);
	CHECK_EQUAL(wait_ms(outer, 0), 0);
	ring_shut(&ring);
	close_fd(outer);
}

static void test_epoll(void)
{
	CHECK_EQUAL(call(SYS_pipe2, FDS, 0, 0, 0, 0, 0), 0);
	memcpy(end, fake_user + FDS, sizeof(end));
	epoll = call(SYS_epoll_create1, 0, 0, 0, 0, 0, 0);
	CHECK(epoll >= 0);
	check_mistakes();
	CHECK_EQUAL(control(epoll, ABI_EPOLL_CTL_ADD, end[0], ABI_POLLIN, 7), 0);
	CHECK_EQUAL(control(epoll, ABI_EPOLL_CTL_ADD, end[0], ABI_POLLIN, 7), -EEXIST);
	CHECK_EQUAL(wait_ms(epoll, 0), 0);
	CHECK_EQUAL(wait_ms(epoll, 5), 0);
	put();
	for (int i = 0; i < 2; i++) {
		CHECK_EQUAL(wait_ms(epoll, -1), 1);
		CHECK_EQUAL(event(0)->events, ABI_POLLIN);
		CHECK_EQUAL(event(0)->data, 7);
	}
	get();
	CHECK_EQUAL(wait_ms(epoll, 0), 0);
	check_modes();
	check_nested();
	get();
	close_fd(end[0]);
	close_fd(end[1]);
}

/* ---- timers -------------------------------------------------------------------------------- */

static int64_t set_timer(int64_t fd, uint32_t flags, uint64_t value_ns, uint64_t interval_ns)
{
	struct abi_itimerspec *wanted = (void *)(fake_user + EVENT);

	*wanted = (struct abi_itimerspec){ { (int64_t)(interval_ns / 1000000000),
					     (int64_t)(interval_ns % 1000000000) },
					   { (int64_t)(value_ns / 1000000000),
					     (int64_t)(value_ns % 1000000000) } };
	return call(SYS_timerfd_settime, (uint64_t)fd, flags, EVENT, 0, 0, 0);
}

static int64_t expired(int64_t fd)
{
	uint64_t count;
	int64_t got = call(SYS_read, (uint64_t)fd, BUFFER, 8, 0, 0, 0);

	memcpy(&count, fake_user + BUFFER, sizeof(count));
	return got == 8 ? (int64_t)count : got;
}

static void test_timerfd(void)
{
	int64_t fd = call(SYS_timerfd_create, ABI_CLOCK_MONOTONIC, O_NONBLOCK, 0, 0, 0, 0);
	const struct abi_itimerspec *now = (const void *)(fake_user + EVENTS);

	CHECK_EQUAL(call(SYS_timerfd_create, 99, 0, 0, 0, 0, 0), -EINVAL);
	CHECK_EQUAL(expired(fd), -EAGAIN);
	CHECK_EQUAL(set_timer(fd, 0, 2 * MS, 0), 0);
	CHECK_EQUAL(call(SYS_timerfd_gettime, (uint64_t)fd, EVENTS, 0, 0, 0, 0), 0);
	CHECK(now->it_value.tv_nsec > 0 && now->it_value.tv_nsec <= (int64_t)(2 * MS));
	fake_time_pass(MS);
	CHECK_EQUAL(expired(fd), -EAGAIN);
	fake_time_pass(2 * MS);
	CHECK_EQUAL(expired(fd), 1);
	CHECK_EQUAL(expired(fd), -EAGAIN);
	/* again and again, counted */
	CHECK_EQUAL(set_timer(fd, 0, MS, MS), 0);
	fake_time_pass(5 * MS + 1);
	CHECK_EQUAL(expired(fd), 5);
	/* off */
	CHECK_EQUAL(set_timer(fd, 0, 0, MS), 0);
	fake_time_pass(5 * MS);
	CHECK_EQUAL(expired(fd), -EAGAIN);
	CHECK_EQUAL(set_timer(fd, ABI_TFD_TIMER_ABSTIME, 1, 0), 0);	/* long ago */
	fake_time_pass(1);
	CHECK_EQUAL(expired(fd), 1);
	CHECK_EQUAL(set_timer(fd, 8, 1, 0), -EINVAL);
	CHECK_EQUAL(call(SYS_timerfd_settime, FD_ZERO_FILE, 0, EVENT, 0, 0, 0), -EINVAL);
	/* a ring waits for it; it is on when it is closed */
	ring_open(&ring, 8, 0, 0);
	add_read(1, (int)fd, 8, 0);
	CHECK_EQUAL(ring_submit(&ring), 1);
	CHECK_EQUAL(set_timer(fd, 0, MS, 10 * MS), 0);
	fake_time_pass(2 * MS);
	EXPECT_CQE(&ring, 1, 8);
	ring_shut(&ring);
	close_fd(fd);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "epoll", test_epoll },
	{ "timerfd", test_timerfd },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
		if (argc < 2)
			puts(tests[i].name);
		else if (strcmp(argv[1], tests[i].name) == 0) {
			fake_process_start();
			tests[i].run();
			check_nothing_left();
			return 0;
		}
	}
	return argc < 2 ? 0 : 2;
}
