/*
 * Streams under the rings: pipes.  stream_test NAME runs one scenario, and checks
 * that nothing is left of it.
 */
#include "fake.h"

#include <stdio.h>
#include <string.h>

#include "abi/syscall.h"
#include "fs/pipe.h"
#include "kernel/ring/object.h"

#define FDS	0x7000u		/* in user memory */

static int32_t end[2];

static void pipe_open(uint32_t flags)
{
	CHECK_EQUAL(call(SYS_pipe2, FDS, flags, 0, 0, 0, 0), 0);
	memcpy(end, fake_user + FDS, sizeof(end));
}

static void pipe_shut(void)
{
	for (int i = 0; i < 2; i++)
		CHECK_EQUAL(call(SYS_close, (uint64_t)end[i], 0, 0, 0, 0, 0), 0);
}

static int64_t put(const void *bytes, uint64_t count)
{
	memcpy(fake_user + BUFFER, bytes, count);
	return call(SYS_write, (uint64_t)end[1], BUFFER, count, 0, 0, 0);
}

static int64_t get(uint64_t count)
{
	memset(fake_user + BUFFER, '.', count);
	return call(SYS_read, (uint64_t)end[0], BUFFER, count, 0, 0, 0);
}

static void add_write(uint64_t user_data, uint64_t address, uint32_t bytes)
{
	struct io_uring_sqe *sqe = sqe_of(IORING_OP_WRITE, user_data, 0);

	sqe->fd = end[1];
	sqe->addr = address;
	sqe->len = bytes;
}

static void check_by_trap(void)
{
	pipe_open(0);
	CHECK_EQUAL(put("hello", 5), 5);
	CHECK_EQUAL(get(2), 2);
	CHECK(memcmp(fake_user + BUFFER, "he..", 2) == 0);
	CHECK_EQUAL(get(9), 3);
	CHECK(memcmp(fake_user + BUFFER, "llo.", 4) == 0);
	CHECK_EQUAL(get(0), 0);
	CHECK_EQUAL(put("", 0), 0);
	CHECK_EQUAL(call(SYS_write, (uint64_t)end[1], 16, 1, 0, 0, 0), -EFAULT);
	CHECK_EQUAL(call(SYS_pread64, (uint64_t)end[0], BUFFER, 1, 0, 0, 0), -ESPIPE);
	CHECK_EQUAL(call(SYS_lseek, (uint64_t)end[0], 0, 0, 0, 0, 0), -ESPIPE);
	/* an end that is closed */
	CHECK_EQUAL(put("x", 1), 1);
	CHECK_EQUAL(call(SYS_close, (uint64_t)end[1], 0, 0, 0, 0, 0), 0);
	CHECK_EQUAL(get(9), 1);
	CHECK_EQUAL(get(9), 0);
	CHECK_EQUAL(call(SYS_close, (uint64_t)end[0], 0, 0, 0, 0, 0), 0);
	pipe_open(0);
	CHECK_EQUAL(call(SYS_close, (uint64_t)end[0], 0, 0, 0, 0, 0), 0);
	CHECK_EQUAL(put("x", 1), -EPIPE);
	CHECK_EQUAL(call(SYS_close, (uint64_t)end[1], 0, 0, 0, 0, 0), 0);
	CHECK_EQUAL(call(SYS_pipe2, FDS, 1u << 30, 0, 0, 0, 0), -EINVAL);
	CHECK_EQUAL(call(SYS_pipe2, 16, 0, 0, 0, 0, 0), -EFAULT);
	fake_allocations_to_fail = 1;
	CHECK_EQUAL(call(SYS_pipe2, FDS, 0, 0, 0, 0, 0), -ENOMEM);
}

static void check_not_waiting(void)
{
	char page[PAGE_SIZE] = { 0 };
	uint64_t all = 0;
	int64_t got;

	pipe_open(O_NONBLOCK);
	CHECK_EQUAL(get(1), -EAGAIN);
	while ((got = put(page, 1000)) > 0)
		all += (uint64_t)got;
	CHECK_EQUAL(got, -EAGAIN);
	CHECK_EQUAL(all, PIPE_BYTES_MAX / 1000 * 1000);
	/* more than PIPE_BUF: as much as fits; less: all or nothing */
	CHECK_EQUAL(call(SYS_write, (uint64_t)end[1], BUFFER, 8000, 0, 0, 0),
		    (int64_t)(PIPE_BYTES_MAX - all));
	CHECK_EQUAL(get(4000), 4000);
	CHECK_EQUAL(put(page, 1), -EAGAIN);
	CHECK_EQUAL(get(96), 96);
	CHECK_EQUAL(put(page, PAGE_SIZE), PAGE_SIZE);
	pipe_shut();
}

static void test_pipe(void)
{
	check_by_trap();
	check_not_waiting();
	/* emptied in the midst of a page it has all of its room again */
	pipe_open(O_NONBLOCK);
	CHECK_EQUAL(put("12345", 5), 5);
	CHECK_EQUAL(get(5), 5);
	CHECK_EQUAL(call(SYS_write, (uint64_t)end[1], BUFFER, PIPE_BYTES_MAX + 1, 0, 0, 0),
		    PIPE_BYTES_MAX);
	pipe_shut();
}

/* Readers and writers that wait go on in the order in which they came. */
static void test_pipe_order(void)
{
	ring_open(&ring, 16, 0, 0);
	pipe_open(0);
	for (uint64_t i = 1; i <= 4; i++)
		add_read(i, end[0], i == 3 ? 3 : 1, 0)->addr = BUFFER + 4096 + i * 16;
	CHECK_EQUAL(ring_submit(&ring), 4);
	sqe_of(IORING_OP_ASYNC_CANCEL, 9, 0)->addr = 2;
	CHECK_EQUAL(ring_submit(&ring), 1);
	fake_run_ready();
	EXPECT_CQE(&ring, 9, 0);
	EXPECT_CQE(&ring, 2, -ECANCELED);
	CHECK_EQUAL(put("abcd", 4), 4);
	fake_run_ready();
	EXPECT_CQE(&ring, 1, 1);
	EXPECT_CQE(&ring, 3, 3);
	EXPECT_NO_CQE(&ring);
	CHECK(memcmp(fake_user + BUFFER + 4096 + 48, "bcd", 3) == 0);
	CHECK_EQUAL(call(SYS_close, (uint64_t)end[1], 0, 0, 0, 0, 0), 0);
	fake_run_ready();
	EXPECT_CQE(&ring, 4, 0);
	CHECK_EQUAL(call(SYS_close, (uint64_t)end[0], 0, 0, 0, 0, 0), 0);

	pipe_open(0);
	add_write(1, BUFFER, PIPE_BYTES_MAX);
	add_write(2, BUFFER, PIPE_BYTES_MAX + 5);	/* waits again in its midst */
	add_write(3, BUFFER, 1);
	CHECK_EQUAL(ring_submit(&ring), 3);
	EXPECT_CQE(&ring, 1, PIPE_BYTES_MAX);
	EXPECT_NO_CQE(&ring);
	CHECK_EQUAL(get(PIPE_BYTES_MAX), PIPE_BYTES_MAX);
	fake_run_ready();
	EXPECT_NO_CQE(&ring);
	CHECK_EQUAL(get(PIPE_BYTES_MAX), PIPE_BYTES_MAX);
	fake_run_ready();
	EXPECT_CQE(&ring, 2, PIPE_BYTES_MAX + 5);
	EXPECT_CQE(&ring, 3, 1);
	CHECK_EQUAL(get(PIPE_BYTES_MAX), 6);
	/* what is cancelled in its midst has written what it has */
	add_write(4, BUFFER, 2 * PIPE_BYTES_MAX);
	CHECK_EQUAL(ring_submit(&ring), 1);
	sqe_of(IORING_OP_ASYNC_CANCEL, 9, 0)->addr = 4;
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_CQE(&ring, 9, 0);
	EXPECT_CQE(&ring, 4, PIPE_BYTES_MAX);
	add_write(5, BUFFER, 1);
	CHECK_EQUAL(ring_submit(&ring), 1);
	CHECK_EQUAL(call(SYS_close, (uint64_t)end[0], 0, 0, 0, 0, 0), 0);
	fake_run_ready();
	EXPECT_CQE(&ring, 5, -EPIPE);
	CHECK_EQUAL(call(SYS_close, (uint64_t)end[1], 0, 0, 0, 0, 0), 0);
	ring_shut(&ring);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "pipe", test_pipe },
	{ "pipe_order", test_pipe_order },
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
