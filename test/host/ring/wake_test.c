/*
 * Who is woken by somebody else's doing: futexes, and messages between rings.
 * wake_test NAME runs one scenario, and checks that nothing is left of it.
 */
#include "fake.h"

#include <stdio.h>
#include <string.h>

#include "abi/futex.h"
#include "abi/syscall.h"
#include "kernel/ring/object.h"

static void add_futex(uint8_t opcode, uint64_t user_data, uint64_t value, uint32_t bits)
{
	struct io_uring_sqe *sqe = sqe_of(opcode, user_data, 0);

	sqe->fd = FUTEX2_SIZE_U32;
	sqe->addr = BUFFER;
	sqe->off = value;
	sqe->addr3 = bits;
}

static void test_futex(void)
{
	uint32_t *word = (uint32_t *)(fake_user + BUFFER);

	ring_open(&ring, 8, 0, 0);
	*word = 3;
	add_futex(IORING_OP_FUTEX_WAIT, 1, 4, ~0u);
	for (uint64_t i = 2; i <= 5; i++)
		add_futex(IORING_OP_FUTEX_WAIT, i, 3, i == 3 ? 2 : 1);
	CHECK_EQUAL(ring_submit(&ring), 5);
	EXPECT_CQE(&ring, 1, -EAGAIN);
	EXPECT_NO_CQE(&ring);
	CHECK_EQUAL(fake_tasks_alive(), 0);	/* parked: nobody has a stack */
	/* in order, those who share a bit, as many as are asked for */
	add_futex(IORING_OP_FUTEX_WAKE, 10, 2, 1);
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_CQE(&ring, 2, 0);
	EXPECT_CQE(&ring, 4, 0);
	EXPECT_CQE(&ring, 10, 2);
	add_futex(IORING_OP_FUTEX_WAKE, 11, 0, 1);
	sqe_of(IORING_OP_ASYNC_CANCEL, 12, 0)->addr = 5;
	CHECK_EQUAL(ring_submit(&ring), 2);
	EXPECT_CQE(&ring, 11, 0);
	EXPECT_CQE(&ring, 5, -ECANCELED);
	EXPECT_CQE(&ring, 12, 0);
	/* by trap: the same table */
	CHECK_EQUAL(call(SYS_futex, BUFFER, FUTEX_WAKE, 9, 0, 0, 0), 1);
	EXPECT_CQE(&ring, 3, 0);
	CHECK_EQUAL(call(SYS_futex, BUFFER, FUTEX_WAIT, 4, 0, 0, 0), -EAGAIN);
	*(struct __kernel_timespec *)(fake_user + TIMES) = (struct __kernel_timespec){ 0, 5 };
	CHECK_EQUAL(call(SYS_futex, BUFFER, FUTEX_WAIT, 3, TIMES, 0, 0), -ETIMEDOUT);
	call(SYS_futex, BUFFER, FUTEX_WAIT, 3, 0, 0, 0);
	CHECK(call_blocked);
	CHECK_EQUAL(ring_futex_wake(&fake_process, BUFFER, 1, ~0u), 1);
	CHECK_EQUAL(call_resume(), 0);
	CHECK(!call_blocked);
	/* what is parked when the ring goes, goes with it */
	add_futex(IORING_OP_FUTEX_WAIT, 20, 3, 1);
	CHECK_EQUAL(ring_submit(&ring), 1);
	ring_shut(&ring);
	CHECK_EQUAL(ring_futex_wake(&fake_process, BUFFER, 9, ~0u), 0);
}

static void test_messages(void)
{
	struct test_ring target;
	struct io_uring_sqe *sqe;
	int64_t result = 0;

	ring_open(&ring, 4, 0, 0);
	ring_open(&target, 4, IORING_SETUP_CQSIZE, 4);
	for (uint64_t i = 0; i < 6; i++) {
		sqe = sqe_of(IORING_OP_MSG_RING, i, 0);
		sqe->fd = target.fd;
		sqe->off = 100 + i;
		sqe->len = (uint32_t)-7;
		CHECK_EQUAL(ring_submit(&ring), 1);
		EXPECT_CQE(&ring, i, 0);
	}
	/* two are held back, and none is lost */
	for (uint64_t i = 0; i < 4; i++)
		EXPECT_CQE(&target, 100 + i, -7);
	EXPECT_NO_CQE(&target);
	CHECK_EQUAL(call(SYS_io_uring_enter, (uint64_t)target.fd, 0, 1, IORING_ENTER_GETEVENTS,
			 0, 0), 0);
	EXPECT_CQE(&target, 104, -7);
	EXPECT_CQE(&target, 105, -7);
	CHECK_EQUAL(call(SYS_uos_msg_ring, (uint64_t)target.fd, 7, 8, 0, 0, 0), 0);
	EXPECT_CQE(&target, 7, 8);
	/* to oneself */
	sqe = sqe_of(IORING_OP_MSG_RING, 1, 0);
	sqe->fd = ring.fd;
	sqe->off = 2;
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_CQE(&ring, 2, 0);
	EXPECT_CQE(&ring, 1, 0);
	/* a full queue and no memory for a record */
	fake_allocations_to_fail = 1;
	while (fake_allocations_to_fail)
		result = call(SYS_uos_msg_ring, (uint64_t)target.fd, 7, 8, 0, 0, 0);
	CHECK_EQUAL(result, -EOVERFLOW);
	ring_shut(&target);
	ring_shut(&ring);
	ring_open(&ring, 4, IORING_SETUP_R_DISABLED, 0);
	CHECK_EQUAL(call(SYS_uos_msg_ring, (uint64_t)ring.fd, 7, 8, 0, 0, 0), -EBADFD);
	ring_shut(&ring);
}

static int64_t sync_cancel(uint64_t user_data, uint32_t flags, int64_t seconds)
{
	struct io_uring_sync_cancel_reg *cancel = (void *)(fake_user + TIMES);

	*cancel = (struct io_uring_sync_cancel_reg){ .addr = user_data, .flags = flags,
						     .timeout = { seconds, 0 } };
	return call(SYS_io_uring_register, (uint64_t)ring.fd, IORING_REGISTER_SYNC_CANCEL, TIMES,
		    1, 0, 0);
}

static void test_sync_cancel(void)
{
	ring_open(&ring, 8, 0, 0);
	*(uint32_t *)(fake_user + BUFFER) = 3;
	for (uint64_t i = 1; i <= 3; i++)
		add_futex(IORING_OP_FUTEX_WAIT, i, 3, 1);
	add_read(4, FD_DEVICE, 1, 0);
	CHECK_EQUAL(ring_submit(&ring), 4);
	CHECK_EQUAL(sync_cancel(9, 0, 0), -ENOENT);
	CHECK_EQUAL(sync_cancel(2, 0, 0), 0);
	EXPECT_CQE(&ring, 2, -ECANCELED);
	CHECK_EQUAL(sync_cancel(0, IORING_ASYNC_CANCEL_OP | IORING_ASYNC_CANCEL_ALL, 0), 0);
	CHECK_EQUAL(sync_cancel(0, 1u << 31, 0), -EINVAL);
	/* a device has to finish: we wait for it, or not */
	CHECK_EQUAL(sync_cancel(4, 0, 0), -ETIME);
	CHECK_EQUAL(sync_cancel(4, 0, 1), -ETIME);
	CHECK_EQUAL(sync_cancel(0, IORING_ASYNC_CANCEL_ANY, 0), 3);
	EXPECT_CQE(&ring, 3, -ECANCELED);
	EXPECT_CQE(&ring, 1, -ECANCELED);
	fake_device_done();
	fake_run_ready();
	EXPECT_CQE(&ring, 4, 1);
	CHECK_EQUAL(call(SYS_io_uring_register, (uint64_t)ring.fd, IORING_REGISTER_SYNC_CANCEL,
			 TIMES, 2, 0, 0), -EINVAL);
	CHECK_EQUAL(call(SYS_io_uring_register, (uint64_t)ring.fd, IORING_REGISTER_SYNC_CANCEL,
			 16, 1, 0, 0), -EFAULT);
	ring_shut(&ring);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "futex", test_futex },
	{ "messages", test_messages },
	{ "sync_cancel", test_sync_cancel },
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
