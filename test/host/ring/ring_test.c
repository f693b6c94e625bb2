/*
 * What a ring promises, scenario by scenario: ring_test NAME runs one, and checks
 * that nothing is left of it.
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
	sqe->cancel_flags = flags;
}

/* ---- indices ------------------------------------------------------------------------------ */

static void test_indices(void)
{
	struct ring_words *words;

	ring_open(&ring, 4, 0, 0);
	words = ring.ring->queues.words;
	/* near the wrap of 32 bits */
	words->sq_head = words->sq_tail = ring.ring->queues.sq_head = 0xfffffffe;
	words->cq_head = words->cq_tail = ring.ring->queues.cq_tail = 0xfffffffd;
	ring.ring->queues.cq_limit = words->cq_head + 8;
	for (uint64_t round = 0; round < 5; round++) {
		for (uint64_t i = 0; i < 4; i++)
			sqe_of(IORING_OP_NOP, round * 4 + i, 0);
		CHECK_EQUAL(ring_submit(&ring), 4);
		for (uint64_t i = 0; i < 4; i++)
			EXPECT_CQE(&ring, round * 4 + i, 0);
	}
	/* a tail that lies: no more than there are entries */
	words->sq_tail += 1000;
	CHECK_EQUAL(call(SYS_io_uring_enter, (uint64_t)ring.fd, 1000, 0, 0, 0, 0), 4);
	words->sq_tail = words->sq_head;
	/* an index that lies: dropped, and the submission ends */
	words->cq_head = words->cq_tail;
	sqe_of(IORING_OP_NOP, 1, 0);
	sqe_of(IORING_OP_NOP, 2, 0);
	ring.ring->queues.array[words->sq_head & 3] = 77;
	CHECK_EQUAL(ring_submit(&ring), 0);
	CHECK_EQUAL(words->sq_dropped, 1);
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_CQE(&ring, 2, 0);
	ring_shut(&ring);
}

static void test_overflow(void)
{
	const uint32_t overflow = IORING_SQ_CQ_OVERFLOW;
	struct ring_words *words;

	ring_open(&ring, 4, IORING_SETUP_CQSIZE, 4);
	words = ring.ring->queues.words;
	for (uint64_t i = 0; i < 12; i += 4) {
		for (uint64_t n = 0; n < 4; n++)
			sqe_of(IORING_OP_NOP, i + n, 0);
		CHECK_EQUAL(call(SYS_io_uring_enter, (uint64_t)ring.fd, 4, 0, 0, 0, 0), 4);
		CHECK_EQUAL(words->sq_flags & overflow, i ? overflow : 0);
	}
	CHECK_EQUAL(ring_request_count(), 8);
	for (uint64_t i = 0; i < 12; i++) {
		EXPECT_CQE(&ring, i, 0);
		if (i % 4 == 3)
			CHECK_EQUAL(ring_submit(&ring), 0);
	}
	CHECK_EQUAL(words->sq_flags & overflow, 0);
	/* a head that lies makes no room, and hurts nobody else */
	words->cq_head = words->cq_tail + 100;
	for (uint64_t n = 0; n < 4; n++)
		sqe_of(IORING_OP_NOP, n, 0);
	CHECK_EQUAL(ring_submit(&ring), 4);
	words->cq_head = words->cq_tail;
	CHECK_EQUAL(ring_submit(&ring), 0);
	ring_shut(&ring);
}

/* Reads of one file, which go together, and what comes between them. */
static void test_runs(void)
{
	struct io_uring_sqe *sqe;

	ring_open(&ring, 16, IORING_SETUP_SUBMIT_ALL, 0);
	add_read(1, FD_ZERO_FILE, 1, 0);
	add_read(2, FD_ZERO_FILE, 5000, 0);		/* not with the others */
	add_read(3, FD_ZERO_FILE, 2, 0);
	add_read(4, FD_ZERO_FILE, 3, 0)->rw_flags = 1;
	add_read(5, FD_ZERO_FILE, 4, 0);
	add_read(6, FD_ZERO_FILE, 4, 0)->addr = 1;	/* not there */
	add_read(7, FD_ZERO_FILE, 4, 0)->addr = ~0ull - 2;	/* can't be */
	add_read(8, FD_ZERO_FILE, 6, 0)->personality = 1;
	add_read(9, FD_ZERO_FILE, 7, 0);
	sqe = add_read(10, FD_ZERO_FILE, 0, 0);
	sqe->off = 0;
	sqe->len = ~0u;					/* more than a transfer moves */
	sqe_of(IORING_OP_WRITE, 11, 0)->fd = FD_ZERO_FILE;
	add_read(12, FD_CLOSED, 1, 0);
	add_read(13, FD_ZERO_FILE, 8, IOSQE_CQE_SKIP_SUCCESS);
	add_read(14, FD_ZERO_FILE, 9, IOSQE_ASYNC);
	CHECK_EQUAL(ring_submit(&ring), 14);
	EXPECT_CQE(&ring, 1, 1);
	EXPECT_CQE(&ring, 2, 5000);
	EXPECT_CQE(&ring, 3, 2);
	EXPECT_CQE(&ring, 4, -EINVAL);
	EXPECT_CQE(&ring, 5, 4);
	EXPECT_CQE(&ring, 6, -EFAULT);
	EXPECT_CQE(&ring, 7, -EFAULT);
	EXPECT_CQE(&ring, 8, -EINVAL);
	EXPECT_CQE(&ring, 9, 7);
	EXPECT_CQE(&ring, 10, -EFAULT);
	EXPECT_CQE(&ring, 11, 0);
	EXPECT_CQE(&ring, 12, -EBADF);
	EXPECT_CQE(&ring, 14, 9);
	/* a run for which the CQ has too little room */
	for (uint64_t i = 0; i < 48; i++) {
		add_read(i, FD_ZERO_FILE, 1 + (uint32_t)i, 0);
		if (i % 16 == 15)
			CHECK_EQUAL(ring_submit(&ring), 16);
	}
	for (uint64_t i = 0; i < 48; i++) {
		EXPECT_CQE(&ring, i, 1 + i);
		CHECK_EQUAL(ring_submit(&ring), 0);
	}
	ring_shut(&ring);
}

/* ---- chains ---------------------------------------------------------------------------------- */

static void test_chains(void)
{
	ring_open(&ring, 16, IORING_SETUP_SUBMIT_ALL, 0);
	/* a success goes on; a failure stops it; a hard link goes on */
	sqe_of(IORING_OP_NOP, 1, IOSQE_IO_LINK);
	add_read(2, FD_CLOSED, 1, IOSQE_IO_LINK);
	sqe_of(IORING_OP_NOP, 3, IOSQE_IO_LINK);
	sqe_of(IORING_OP_NOP, 4, 0);
	add_read(5, FD_CLOSED, 1, IOSQE_IO_HARDLINK);
	sqe_of(IORING_OP_NOP, 6, 0);
	CHECK_EQUAL(ring_submit(&ring), 6);
	EXPECT_CQE(&ring, 1, 0);
	EXPECT_CQE(&ring, 2, -EBADF);
	EXPECT_CQE(&ring, 3, -ECANCELED);
	EXPECT_CQE(&ring, 4, -ECANCELED);
	EXPECT_CQE(&ring, 5, -EBADF);
	EXPECT_CQE(&ring, 6, 0);
	/* a short transfer breaks it */
	add_read(1, FD_SHORT, 8, IOSQE_IO_LINK);
	sqe_of(IORING_OP_NOP, 2, 0);
	CHECK_EQUAL(ring_submit(&ring), 2);
	EXPECT_CQE(&ring, 1, 7);
	EXPECT_CQE(&ring, 2, -ECANCELED);
	/* one is refused: none is started */
	sqe_of(IORING_OP_NOP, 1, IOSQE_IO_LINK);
	sqe_of(IORING_OP_NOP, 2, IOSQE_IO_LINK)->nop_flags = 99;
	sqe_of(IORING_OP_NOP, 3, 0);
	CHECK_EQUAL(ring_submit(&ring), 3);
	EXPECT_CQE(&ring, 1, -ECANCELED);
	EXPECT_CQE(&ring, 2, -EINVAL);
	EXPECT_CQE(&ring, 3, -ECANCELED);
	/* no CQE for successes, and none for what a failure without one cancels */
	sqe_of(IORING_OP_NOP, 1, IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS);
	add_read(2, FD_CLOSED, 1, IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS);
	sqe_of(IORING_OP_NOP, 3, 0);
	CHECK_EQUAL(ring_submit(&ring), 3);
	EXPECT_CQE(&ring, 2, -EBADF);
	EXPECT_NO_CQE(&ring);
	ring_shut(&ring);
}

static void test_chains_that_wait(void)
{
	ring_open(&ring, 16, 0, 0);
	/* parted from the submitter's stack, parked, and parted again */
	add_read(1, FD_STREAM, 1, IOSQE_IO_LINK);
	add_timeout(2, 5 * MS, 0, IOSQE_IO_HARDLINK);
	add_read(3, FD_STREAM, 1, IOSQE_IO_LINK);
	sqe_of(IORING_OP_NOP, 4, 0);
	sqe_of(IORING_OP_NOP, 5, 0);
	CHECK_EQUAL(ring_submit(&ring), 5);
	EXPECT_CQE(&ring, 5, 0);
	EXPECT_NO_CQE(&ring);
	fake_stream_feed();
	fake_run_ready();
	EXPECT_CQE(&ring, 1, 1);
	fake_time_pass(4 * MS);
	EXPECT_NO_CQE(&ring);
	fake_time_pass(2 * MS);
	EXPECT_CQE(&ring, 2, -ETIME);
	EXPECT_NO_CQE(&ring);
	fake_stream_feed();
	fake_run_ready();
	EXPECT_CQE(&ring, 3, 1);
	EXPECT_CQE(&ring, 4, 0);
	/* a timeout that fails its chain gives back what the rest had taken */
	add_timeout(1, MS, 0, IOSQE_IO_LINK);
	add_read(2, FD_ZERO_FILE, 1, 0);
	CHECK_EQUAL(ring_submit(&ring), 2);
	fake_time_pass(2 * MS);
	EXPECT_CQE(&ring, 1, -ETIME);
	EXPECT_CQE(&ring, 2, -ECANCELED);
	ring_shut(&ring);
}

static void test_drain(void)
{
	ring_open(&ring, 16, 0, 0);
	add_read(1, FD_STREAM, 1, 0);
	sqe_of(IORING_OP_NOP, 2, IOSQE_IO_DRAIN);
	sqe_of(IORING_OP_NOP, 3, 0);
	CHECK_EQUAL(ring_submit(&ring), 3);
	EXPECT_NO_CQE(&ring);
	fake_stream_feed();
	fake_run_ready();
	for (uint64_t i = 1; i <= 3; i++)
		EXPECT_CQE(&ring, i, i == 1);
	/* closing takes the queue with it */
	add_read(1, FD_STREAM, 1, 0);
	sqe_of(IORING_OP_NOP, 2, IOSQE_IO_DRAIN);
	CHECK_EQUAL(ring_submit(&ring), 2);
	ring_shut(&ring);
}

/* ---- timeouts --------------------------------------------------------------------------------- */

static void test_timeouts(void)
{
	struct io_uring_sqe *sqe;

	ring_open(&ring, 64, 0, 0);
	for (uint64_t i = 0; i < 32; i++)
		add_timeout(i, (i * 13 % 32 + 1) * MS, 0, 0);
	CHECK_EQUAL(ring_submit(&ring), 32);
	fake_time_pass(40 * MS);
	for (uint64_t i = 0; i < 32; i++) {	/* by deadline: 13 * 5 = 65 = 1 mod 32 */
		EXPECT_CQE(&ring, i * 5 % 32, -ETIME);
	}
	/* two other completions end it, a timeout's does not count */
	add_timeout(1, 1000 * MS, 2, 0);
	add_timeout(2, 1 * MS, 0, 0);
	sqe_of(IORING_OP_NOP, 3, 0);
	CHECK_EQUAL(ring_submit(&ring), 3);
	fake_time_pass(2 * MS);
	EXPECT_CQE(&ring, 3, 0);
	EXPECT_CQE(&ring, 2, -ETIME);
	EXPECT_NO_CQE(&ring);
	sqe_of(IORING_OP_NOP, 4, 0);
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_CQE(&ring, 4, 0);
	EXPECT_CQE(&ring, 1, 0);
	/* update, remove */
	add_timeout(1, 1000 * MS, 0, 0);
	sqe = sqe_of(IORING_OP_TIMEOUT_REMOVE, 2, 0);
	sqe->addr = 1;
	sqe->timeout_flags = IORING_TIMEOUT_UPDATE;
	*(struct __kernel_timespec *)(fake_user + BUFFER) = (struct __kernel_timespec){ 0, 3 * MS };
	sqe->addr2 = BUFFER;
	CHECK_EQUAL(ring_submit(&ring), 2);
	fake_time_pass(4 * MS);
	EXPECT_CQE(&ring, 2, 0);
	EXPECT_CQE(&ring, 1, -ETIME);
	add_timeout(1, 1000 * MS, 0, 0);
	sqe_of(IORING_OP_TIMEOUT_REMOVE, 2, 0)->addr = 1;
	sqe_of(IORING_OP_TIMEOUT_REMOVE, 3, 0)->addr = 1;
	CHECK_EQUAL(ring_submit(&ring), 3);
	EXPECT_CQE(&ring, 1, -ECANCELED);
	EXPECT_CQE(&ring, 2, 0);
	EXPECT_CQE(&ring, 3, -ENOENT);
	ring_shut(&ring);
}

static void test_many_timeouts(void)
{
	enum { MANY = 10000 };

	ring_open(&ring, 256, IORING_SETUP_CQSIZE, 32768);
	for (uint64_t i = 0; i < MANY; i++) {
		add_timeout(i, 100000 * MS, 0, 0);
		if (i % 250 == 249)
			CHECK_EQUAL(ring_submit(&ring), 250);
	}
	CHECK_EQUAL(ring_request_count(), MANY);
	CHECK(ring.ring->table_bits > RING_TABLE_BITS_MIN);
	for (uint64_t i = 0; i < MANY; i++) {
		add_cancel(MANY + i, i, 0);
		if (i % 250 == 249)
			CHECK_EQUAL(ring_submit(&ring), 250);
	}
	for (uint64_t i = 0; i < MANY; i++) {
		EXPECT_CQE(&ring, i, -ECANCELED);
		EXPECT_CQE(&ring, MANY + i, 0);
	}
	CHECK_EQUAL(ring_request_count(), 0);
	ring_shut(&ring);
}

/* ---- cancel, the ends -------------------------------------------------------------------------- */

static void test_cancel(void)
{
	struct io_uring_sqe *sqe;

	ring_open(&ring, 16, 0, 0);
	add_read(1, FD_STREAM, 1, 0);
	add_read(2, FD_DEVICE, 1, 0);
	add_cancel(11, 1, 0);
	add_cancel(12, 2, 0);
	add_cancel(13, 3, 0);
	CHECK_EQUAL(ring_submit(&ring), 5);
	EXPECT_CQE(&ring, 11, 0);
	EXPECT_CQE(&ring, 12, -EALREADY);
	EXPECT_CQE(&ring, 13, -ENOENT);
	EXPECT_CQE(&ring, 1, -ECANCELED);
	EXPECT_NO_CQE(&ring);
	fake_device_done();
	fake_run_ready();
	EXPECT_CQE(&ring, 2, 1);
	/* by file, by opcode, all */
	add_read(1, FD_STREAM, 1, 0);
	add_read(2, FD_STREAM, 1, 0);
	add_timeout(3, 1000 * MS, 0, 0);
	sqe = sqe_of(IORING_OP_ASYNC_CANCEL, 4, 0);
	sqe->fd = FD_STREAM;
	sqe->cancel_flags = IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ALL;
	CHECK_EQUAL(ring_submit(&ring), 4);
	EXPECT_CQE(&ring, 4, 2);
	EXPECT_CQE(&ring, 1, -ECANCELED);
	EXPECT_CQE(&ring, 2, -ECANCELED);
	sqe = sqe_of(IORING_OP_ASYNC_CANCEL, 5, 0);
	sqe->len = IORING_OP_TIMEOUT;
	sqe->cancel_flags = IORING_ASYNC_CANCEL_OP;
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_CQE(&ring, 3, -ECANCELED);
	EXPECT_CQE(&ring, 5, 0);
	ring_shut(&ring);
}

static void fill_with_waits(void)
{
	ring_open(&ring, 16, 0, 0);
	add_read(1, FD_STREAM, 1, IOSQE_IO_LINK);
	add_read(2, FD_STREAM, 1, 0);
	add_timeout(3, 1000 * MS, 0, IOSQE_IO_LINK);
	add_read(4, FD_ZERO_FILE, 1, 0);
	sqe_of(IORING_OP_NOP, 5, IOSQE_IO_DRAIN);
	CHECK_EQUAL(ring_submit(&ring), 5);
	CHECK_EQUAL(fake_process.ring_requests, 5);
}

static void test_close(void)
{
	struct io_uring_sqe *sqe;

	fill_with_waits();
	/* the first of the chain is over, the second waits on its stack */
	fake_stream_feed();
	fake_run_ready();
	EXPECT_CQE(&ring, 1, 1);
	/* cancelling by the ring's own file finds nothing, and keeps nothing open */
	add_read(6, FD_STREAM, 1, IOSQE_IO_LINK);
	sqe = sqe_of(IORING_OP_ASYNC_CANCEL, 7, 0);
	sqe->fd = ring.fd;
	sqe->cancel_flags = IORING_ASYNC_CANCEL_FD;
	CHECK_EQUAL(ring_submit(&ring), 2);
	ring_shut(&ring);
}

static void end_process(void *argument)
{
	fake_process.state = PROCESS_ENDING;
	ring_process_end(&fake_process);
	task_exit((void (*)(void *))fake_run_ready, NULL);
}

static void test_process_end(void)
{
	struct task task;
	struct io_uring_cqe cqe;
	unsigned count = 0;

	fill_with_waits();
	task_init(&task, end_process, NULL, 32);
	CHECK(task_start(&task, 0) == 0);
	fake_run_ready();
	CHECK_EQUAL(fake_process.ring_requests, 0);
	while (ring_take(&ring, &cqe))
		count += cqe.res == -ECANCELED;
	CHECK_EQUAL(count, 5);
	fake_process.state = PROCESS_RUNNING;
	ring_shut(&ring);
}

static void test_waitid(void)
{
	struct io_uring_sqe *sqe;

	ring_open(&ring, 8, 0, 0);
	fake_child_add(11);
	fake_child_add(12);
	for (uint64_t i = 1; i <= 3; i++) {
		sqe = sqe_of(IORING_OP_WAITID, i, 0);
		sqe->len = i == 3 ? ABI_P_ALL : ABI_P_PID;
		sqe->fd = i == 1 ? 12 : 11;
		sqe->file_index = ABI_WEXITED;
	}
	CHECK_EQUAL(ring_submit(&ring), 3);
	CHECK_EQUAL(fake_tasks_alive(), 0);	/* parked: nobody has a stack */
	fake_child_end(12);
	fake_run_ready();
	EXPECT_CQE(&ring, 1, 0);
	EXPECT_NO_CQE(&ring);
	fake_child_end(11);
	fake_run_ready();
	EXPECT_CQE(&ring, 2, 0);
	EXPECT_CQE(&ring, 3, -ECHILD);
	ring_shut(&ring);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "cancel", test_cancel },
	{ "chains", test_chains },
	{ "chains_that_wait", test_chains_that_wait },
	{ "close", test_close },
	{ "drain", test_drain },
	{ "indices", test_indices },
	{ "many_timeouts", test_many_timeouts },
	{ "overflow", test_overflow },
	{ "process_end", test_process_end },
	{ "runs", test_runs },
	{ "timeouts", test_timeouts },
	{ "waitid", test_waitid },
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
