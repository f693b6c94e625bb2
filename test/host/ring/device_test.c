/*
 * Transfers that wait in a device as a record alone: device_test NAME runs one scenario,
 * and checks that nothing is left of it.
 */
#include "fake.h"

#include <stdio.h>
#include <string.h>

#include "abi/syscall.h"
#include "kernel/ring/object.h"

static void add_cancel(uint64_t user_data, uint64_t target, uint32_t flags)
{
	struct io_uring_sqe *sqe = sqe_of(IORING_OP_ASYNC_CANCEL, user_data, 0);

	sqe->addr = target;
	sqe->fd = FD_DISK;
	sqe->cancel_flags = flags;
}

static struct io_uring_sqe *add_disk_read(uint64_t user_data, uint32_t bytes, uint8_t flags)
{
	struct io_uring_sqe *sqe = add_read(user_data, FD_DISK, bytes, flags);

	sqe->off = 0;
	return sqe;
}

static void test_parked(void)
{
	ring_open(&ring, 16, 0, 0);
	/* parked without a stack, and the disk has been told; ended in any order */
	add_disk_read(1, 512, 0);
	add_disk_read(2, 4096, IOSQE_CQE_SKIP_SUCCESS);
	add_disk_read(3, 1024, IOSQE_CQE_SKIP_SUCCESS);
	sqe_of(IORING_OP_NOP, 4, IOSQE_IO_DRAIN);
	CHECK_EQUAL(ring_submit(&ring), 4);
	CHECK_EQUAL(fake_tasks_alive(), 0);
	CHECK_EQUAL(fake_disk_untold, 0);
	CHECK_EQUAL(fake_process.ring_requests, 4);
	EXPECT_NO_CQE(&ring);
	CHECK(fake_disk_done(0, false));
	EXPECT_CQE(&ring, 1, 512);
	CHECK(fake_disk_done(0, false));
	CHECK(fake_disk_done(-EIO, false));
	EXPECT_CQE(&ring, 3, -EIO);
	fake_run_ready();
	EXPECT_CQE(&ring, 4, 0);
	ring_shut(&ring);
}

/* A device has its memory: it can't be cancelled, by whatever name. */
static void test_cancel(void)
{
	ring_open(&ring, 16, 0, 0);
	add_disk_read(1, 512, 0);
	add_cancel(2, 1, 0);
	add_cancel(3, 0, IORING_ASYNC_CANCEL_ANY);
	add_cancel(4, 0, IORING_ASYNC_CANCEL_FD);
	CHECK_EQUAL(ring_submit(&ring), 4);
	EXPECT_CQE(&ring, 2, -EALREADY);
	EXPECT_CQE(&ring, 3, 1);
	EXPECT_CQE(&ring, 4, -EALREADY);
	EXPECT_NO_CQE(&ring);
	CHECK(fake_disk_done(0, false));
	EXPECT_CQE(&ring, 1, 512);
	add_cancel(2, 1, 0);
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_CQE(&ring, 2, -ENOENT);
	ring_shut(&ring);
}

/* Too long, at the file's own position, in a chain. */
static void test_long_way(void)
{
	ring_open(&ring, 16, 0, 0);
	add_disk_read(1, 512, 0);
	add_disk_read(2, 8192, 0);
	add_disk_read(3, 512, 0)->off = ~0ull;
	add_disk_read(4, 512, IOSQE_IO_LINK);
	sqe_of(IORING_OP_NOP, 5, 0);
	CHECK_EQUAL(ring_submit(&ring), 5);
	CHECK_EQUAL(fake_tasks_alive(), 3);
	for (uint64_t i = 2; i <= 4; i++)
		fake_device_done();
	fake_run_ready();
	EXPECT_CQE(&ring, 2, 8192);
	EXPECT_CQE(&ring, 3, 512);
	EXPECT_CQE(&ring, 4, 512);
	EXPECT_CQE(&ring, 5, 0);
	CHECK(fake_disk_done(0, false));
	EXPECT_CQE(&ring, 1, 512);
	CHECK(!fake_disk_done(0, false));
	ring_shut(&ring);
}

static void test_overflow(void)
{
	ring_open(&ring, 16, 0, 0);
	for (uint64_t i = 0; i < 40; i++) {
		add_disk_read(i, 512, 0);
		if (i % 8 == 7)
			CHECK_EQUAL(ring_submit(&ring), 8);
	}
	while (fake_disk_done(0, false))
		;
	CHECK_EQUAL(ring_request_count(), 8);
	for (uint64_t i = 0; i < 40; i++) {
		EXPECT_CQE(&ring, i, 512);
		CHECK_EQUAL(ring_submit(&ring), 0);
	}
	ring_shut(&ring);
}

/* What a completion can't do itself is done by the ring's server. */
static void test_deferred(void)
{
	ring_open(&ring, 16, 0, 0);
	add_disk_read(1, 512, 0);
	add_disk_read(2, 512, 0);
	CHECK_EQUAL(ring_submit(&ring), 2);
	CHECK(fake_disk_done(0, true));
	EXPECT_NO_CQE(&ring);
	fake_run_ready();
	CHECK_EQUAL(fake_disk_settled, 1);
	EXPECT_CQE(&ring, 1, 512);
	/* the last reference is the transfer's */
	CHECK_EQUAL(call(SYS_close, FD_DISK, 0, 0, 0, 0, 0), 0);
	CHECK(fake_disk_done(0, false));
	EXPECT_NO_CQE(&ring);
	fake_run_ready();
	EXPECT_CQE(&ring, 2, 512);
	CHECK_EQUAL(fake_disk_settled, 1);
	ring_shut(&ring);
}

static void end_process(void *argument)
{
	fake_process.state = PROCESS_ENDING;
	ring_process_end(&fake_process);
	task_exit((void (*)(void *))fake_run_ready, NULL);
}

static void disk_done_later(struct timer *timer)
{
	bool last = timer->deadline_ns % 2;

	/* a closing ring and an ending process have to wait for the disk */
	CHECK_EQUAL(fake_process.ring_requests, last ? 1 : 2);
	CHECK(fake_disk_done(0, last));
}

static void test_ends(void)
{
	struct timer timers[2];
	struct task task;

	ring_open(&ring, 16, 0, 0);
	for (int close = 0; close < 2; close++) {
		add_disk_read(1, 512, 0);
		add_disk_read(2, 512, 0);
		CHECK_EQUAL(ring_submit(&ring), 2);
		for (uint64_t i = 0; i < 2; i++) {
			timer_init(&timers[i], disk_done_later);
			timer_start(&timers[i], ALIGN_UP(time_now_ns(), 2) + (i + 1) * MS + i);
		}
		if (close)
			break;
		task_init(&task, end_process, NULL, 32);
		CHECK(task_start(&task, 0) == 0);
		fake_time_pass(10 * MS);
		fake_run_ready();
		CHECK_EQUAL(fake_process.ring_requests, 0);
		EXPECT_CQE(&ring, 1, 512);
		EXPECT_CQE(&ring, 2, 512);
		fake_process.state = PROCESS_RUNNING;
	}
	ring_shut(&ring);
	CHECK(!fake_disk_done(0, false));
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "cancel", test_cancel },
	{ "deferred", test_deferred },
	{ "ends", test_ends },
	{ "long_way", test_long_way },
	{ "overflow", test_overflow },
	{ "parked", test_parked },
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
