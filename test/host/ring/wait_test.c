/*
 * How io_uring_enter waits, what it does without memory, and rings with a server:
 * wait_test NAME runs one scenario, and checks that nothing is left of it.
 */
#include "fake.h"

#include <stdio.h>
#include <string.h>

#include "abi/syscall.h"
#include "kernel/ring/object.h"

static void test_enter_waits(void)
{
	struct io_uring_getevents_arg argument = { .ts = TIMES, .min_wait_usec = 0 };

	ring_open(&ring, 8, 0, 0);
	add_read(1, FD_STREAM, 1, 0);
	add_read(2, FD_STREAM, 1, 0);
	(void)ring_submit_and_wait(&ring, 2);
	CHECK(call_blocked);
	fake_stream_feed();
	(void)call_resume();
	CHECK(call_blocked);
	fake_stream_feed();
	CHECK_EQUAL(call_resume(), 2);
	EXPECT_CQE(&ring, 1, 1);
	EXPECT_CQE(&ring, 2, 1);
	*(struct __kernel_timespec *)(fake_user + TIMES) = (struct __kernel_timespec){ 0, 5 * MS };
	memcpy(fake_user + BUFFER, &argument, sizeof(argument));
	CHECK_EQUAL(call(SYS_io_uring_enter, (uint64_t)ring.fd, 0, 1,
			 IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, BUFFER,
			 sizeof(argument)), -ETIME);
	ring_shut(&ring);
}

static void test_no_memory(void)
{
	ring_open(&ring, 8, 0, 0);
	add_timeout(1, MS, 0, 0);
	sqe_of(IORING_OP_NOP, 2, 0);
	CHECK_EQUAL(ring_submit(&ring), 2);
	fake_allocations_to_fail = 1;
	add_timeout(3, MS, 0, 0);	/* has a record already; the next has none */
	sqe_of(IORING_OP_NOP, 4, 0);
	CHECK_EQUAL(ring_submit(&ring), 1);
	fake_allocations_to_fail = 1;
	CHECK_EQUAL(ring_submit(&ring), -EAGAIN);
	CHECK_EQUAL(ring_submit(&ring), 1);
	fake_time_pass(2 * MS);
	ring_shut(&ring);
}

static void test_polled(void)
{
	ring_open(&ring, 8, IORING_SETUP_SQPOLL, 0);
	CHECK_EQUAL(ring.ring->queues.words->sq_flags, IORING_SQ_NEED_WAKEUP);
	for (uint64_t i = 0; i < 3; i++) {
		fake_harts = i < 2 ? 1 : 2;	/* served by the caller, or by the server */
		add_read(i, FD_STREAM, 1, 0);
		sqe_of(IORING_OP_NOP, 10 + i, 0);
		CHECK_EQUAL(call(SYS_io_uring_enter, (uint64_t)ring.fd, 2, 0,
				 IORING_ENTER_SQ_WAKEUP, 0, 0), 2);
		EXPECT_CQE(&ring, 10 + i, 0);
		fake_stream_feed();
		fake_run_ready();
		EXPECT_CQE(&ring, i, 1);
	}
	fake_harts = 1;
	ring_shut(&ring);
}

/* Several wait for a turn, and each that gets it gives it on. */
static struct turn turn;
static unsigned turns_had;

static void turn_left(void *argument)
{
}

static void turn_main(void *argument)
{
	turn_take(&turn);
	turns_had++;
	turn_leave(&turn);
	task_exit(turn_left, NULL);
}

static void test_turns(void)
{
	struct task tasks[5];

	turn_init(&turn);
	turn_take(&turn);
	for (size_t i = 0; i < ARRAY_SIZE(tasks); i++) {
		task_init(&tasks[i], turn_main, NULL, 32);
		CHECK_EQUAL(task_start(&tasks[i], 0), 0);
	}
	fake_run_ready();
	CHECK_EQUAL(turns_had, 0);
	turn_leave(&turn);
	fake_run_ready();
	CHECK_EQUAL(turns_had, ARRAY_SIZE(tasks));
	CHECK_EQUAL(turn.state, TURN_FREE);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "enter_waits", test_enter_waits },
	{ "no_memory", test_no_memory },
	{ "polled", test_polled },
	{ "turns", test_turns },
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
