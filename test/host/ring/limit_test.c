/*
 * Requests that end at a time: LINK_TIMEOUT, timeouts that come again.  limit_test NAME
 * runs one scenario, and checks that nothing is left of it.
 */
#include "fake.h"

#include <stdio.h>
#include <string.h>

#include "abi/syscall.h"
#include "kernel/ring/object.h"

static struct io_uring_sqe *add_limit(uint64_t user_data, uint64_t ns, uint8_t flags)
{
	struct io_uring_sqe *sqe = add_timeout(user_data, ns, 0, flags);

	sqe->opcode = IORING_OP_LINK_TIMEOUT;
	return sqe;
}

static void check_in_time(void)
{
	/* what completes at once, and what is behind both */
	sqe_of(IORING_OP_NOP, 1, IOSQE_IO_LINK);
	add_limit(2, MS, IOSQE_IO_LINK);
	sqe_of(IORING_OP_NOP, 3, 0);
	CHECK_EQUAL(ring_submit(&ring), 3);
	EXPECT_CQE(&ring, 2, -ECANCELED);
	EXPECT_CQE(&ring, 1, 0);
	EXPECT_CQE(&ring, 3, 0);
	/* a coroutine that is woken in time */
	add_read(1, FD_STREAM, 1, IOSQE_IO_LINK);
	add_limit(2, MS, 0);
	CHECK_EQUAL(ring_submit(&ring), 2);
	EXPECT_NO_CQE(&ring);
	fake_stream_feed();
	fake_run_ready();
	EXPECT_CQE(&ring, 2, -ECANCELED);
	EXPECT_CQE(&ring, 1, 1);
	/* cancelled, it takes its limit with it; the limit alone is not to be found */
	add_timeout(1, 50 * MS, 0, IOSQE_IO_LINK);
	add_limit(2, MS, 0);
	sqe_of(IORING_OP_ASYNC_CANCEL, 3, 0)->addr = 2;
	sqe_of(IORING_OP_ASYNC_CANCEL, 4, 0)->addr = 1;
	CHECK_EQUAL(ring_submit(&ring), 4);
	EXPECT_CQE(&ring, 3, -ENOENT);
	EXPECT_CQE(&ring, 2, -ECANCELED);
	EXPECT_CQE(&ring, 1, -ECANCELED);
	EXPECT_CQE(&ring, 4, 0);
}

static void check_too_late(void)
{
	/* a parked one, and what is chained behind */
	add_timeout(1, 50 * MS, 0, IOSQE_IO_LINK);
	add_limit(2, MS, IOSQE_IO_LINK);
	sqe_of(IORING_OP_NOP, 3, 0);
	CHECK_EQUAL(ring_submit(&ring), 3);
	fake_time_pass(2 * MS);
	fake_run_ready();
	EXPECT_CQE(&ring, 1, -ECANCELED);
	EXPECT_CQE(&ring, 2, -ETIME);
	EXPECT_CQE(&ring, 3, -ECANCELED);
	/* a coroutine, at once */
	add_read(1, FD_STREAM, 1, IOSQE_IO_LINK);
	add_limit(2, 0, 0);
	CHECK_EQUAL(ring_submit_and_wait(&ring, 2), 2);
	fake_time_pass(MS);
	EXPECT_CQE(&ring, 2, -ETIME);
	EXPECT_CQE(&ring, 1, -ECANCELED);
	/* what a device has can't be ended */
	add_read(1, FD_DEVICE, 1, IOSQE_IO_LINK);
	add_limit(2, MS, 0);
	CHECK_EQUAL(ring_submit(&ring), 2);
	fake_time_pass(2 * MS);
	EXPECT_CQE(&ring, 2, -EALREADY);
	EXPECT_NO_CQE(&ring);
	fake_device_done();
	fake_run_ready();
	EXPECT_CQE(&ring, 1, 1);
	/* a later limit */
	add_timeout(1, 50 * MS, 0, IOSQE_IO_LINK);
	add_limit(2, MS, 0);
	add_timeout(3, 10 * MS, 0, 0);
	CHECK_EQUAL(ring_submit(&ring), 3);
	sqe_of(IORING_OP_TIMEOUT_REMOVE, 4, 0)->timeout_flags = IORING_LINK_TIMEOUT_UPDATE;
	struct io_uring_sqe *sqe = sqe_of(IORING_OP_TIMEOUT_REMOVE, 5, 0);
	sqe->timeout_flags = IORING_LINK_TIMEOUT_UPDATE;
	sqe->addr = 2;
	sqe->addr2 = TIMES + 3 * sizeof(struct __kernel_timespec);
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_CQE(&ring, 4, -EFAULT);
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_CQE(&ring, 5, 0);
	fake_time_pass(5 * MS);
	EXPECT_NO_CQE(&ring);
	fake_time_pass(6 * MS);
	/* at the same moment; the limit was armed last */
	EXPECT_CQE(&ring, 1, -ECANCELED);
	EXPECT_CQE(&ring, 2, -ETIME);
	EXPECT_CQE(&ring, 3, -ETIME);
}

static void test_link_timeout(void)
{
	ring_open(&ring, 8, 0, 0);
	check_in_time();
	check_too_late();
	/* where it may not stand */
	add_limit(1, MS, 0);
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_CQE(&ring, 1, -EINVAL);
	sqe_of(IORING_OP_NOP, 1, IOSQE_IO_LINK);
	add_limit(2, MS, IOSQE_IO_LINK);
	add_limit(3, MS, 0);
	CHECK_EQUAL(ring_submit(&ring), 3);
	EXPECT_CQE(&ring, 1, -ECANCELED);
	EXPECT_CQE(&ring, 2, -ECANCELED);
	EXPECT_CQE(&ring, 3, -EINVAL);
	/* what is left when the ring goes */
	add_timeout(1, 50 * MS, 0, IOSQE_IO_LINK);
	add_limit(2, 10 * MS, IOSQE_IO_LINK);
	sqe_of(IORING_OP_NOP, 3, 0);
	add_read(4, FD_STREAM, 1, IOSQE_IO_LINK);
	add_limit(5, 10 * MS, 0);
	CHECK_EQUAL(ring_submit(&ring), 5);
	ring_shut(&ring);
}

static void expect_again(uint64_t user_data, uint32_t flags)
{
	struct io_uring_cqe cqe = { 0 };

	CHECK(ring_take(&ring, &cqe));
	CHECK_EQUAL(cqe.user_data, user_data);
	CHECK_EQUAL(cqe.res, -ETIME);
	CHECK_EQUAL(cqe.flags, flags);
}

static void test_multishot_timeout(void)
{
	ring_open(&ring, 8, 0, 0);
	add_timeout(1, MS, 3, 0)->timeout_flags = IORING_TIMEOUT_MULTISHOT;
	CHECK_EQUAL(ring_submit(&ring), 1);
	for (int i = 1; i <= 3; i++) {
		fake_time_pass(MS);
		expect_again(1, i < 3 ? IORING_CQE_F_MORE : 0);
	}
	fake_time_pass(5 * MS);
	EXPECT_NO_CQE(&ring);
	/* for ever, until it is removed; it counts for no other timeout */
	add_timeout(2, MS, 0, 0)->timeout_flags = IORING_TIMEOUT_MULTISHOT;
	add_timeout(3, 50 * MS, 1, 0);
	CHECK_EQUAL(ring_submit(&ring), 2);
	for (int i = 0; i < 5; i++) {
		fake_time_pass(MS);
		expect_again(2, IORING_CQE_F_MORE);
	}
	sqe_of(IORING_OP_TIMEOUT_REMOVE, 4, 0)->addr = 2;
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_CQE(&ring, 2, -ECANCELED);
	EXPECT_CQE(&ring, 4, 0);
	EXPECT_CQE(&ring, 3, 0);
	/* a full CQ ends it */
	add_timeout(5, 1, 0, 0)->timeout_flags = IORING_TIMEOUT_MULTISHOT;
	CHECK_EQUAL(ring_submit(&ring), 1);
	fake_time_pass(10 * MS);
	CHECK_EQUAL(fake_timers_armed(), 0);
	for (int i = 0; i < 16; i++)
		expect_again(5, IORING_CQE_F_MORE);
	CHECK_EQUAL(ring_submit(&ring), 0);
	expect_again(5, 0);
	add_timeout(6, MS, 0, 0)->timeout_flags = IORING_TIMEOUT_MULTISHOT | IORING_TIMEOUT_ABS;
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_CQE(&ring, 6, -EINVAL);
	add_timeout(7, MS, 0, 0)->timeout_flags = IORING_TIMEOUT_MULTISHOT;
	CHECK_EQUAL(ring_submit(&ring), 1);
	ring_shut(&ring);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "link_timeout", test_link_timeout },
	{ "multishot_timeout", test_multishot_timeout },
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
