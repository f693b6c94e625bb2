/*
 * Streams under the rings: pipes, event counters, waiting for either.  stream_test NAME
 * runs one scenario, and checks that nothing is left of it.
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

/* ---- event counters -------------------------------------------------------------------- */

static int64_t event_put(int64_t fd, uint64_t value)
{
	memcpy(fake_user + BUFFER, &value, sizeof(value));
	return call(SYS_write, (uint64_t)fd, BUFFER, sizeof(value), 0, 0, 0);
}

static int64_t event_get(int64_t fd, uint64_t *value)
{
	int64_t got = call(SYS_read, (uint64_t)fd, BUFFER, sizeof(*value), 0, 0, 0);

	memcpy(value, fake_user + BUFFER, sizeof(*value));
	return got;
}

static void test_eventfd(void)
{
	uint64_t value = 0;
	int64_t fd = call(SYS_eventfd2, 3, O_NONBLOCK, 0, 0, 0, 0);

	CHECK_EQUAL(event_put(fd, 4), 8);
	CHECK_EQUAL(event_get(fd, &value), 8);
	CHECK_EQUAL(value, 7);
	CHECK_EQUAL(event_get(fd, &value), -EAGAIN);
	CHECK_EQUAL(event_put(fd, ~0ul), -EINVAL);
	CHECK_EQUAL(event_put(fd, ~0ul - 1), 8);
	CHECK_EQUAL(event_put(fd, 1), -EAGAIN);
	CHECK_EQUAL(call(SYS_read, (uint64_t)fd, BUFFER, 7, 0, 0, 0), -EINVAL);
	CHECK_EQUAL(call(SYS_write, (uint64_t)fd, BUFFER, 7, 0, 0, 0), -EINVAL);
	CHECK_EQUAL(call(SYS_write, (uint64_t)fd, 16, 8, 0, 0, 0), -EFAULT);
	CHECK_EQUAL(call(SYS_close, (uint64_t)fd, 0, 0, 0, 0, 0), 0);

	fd = call(SYS_eventfd2, 2, 1, 0, 0, 0, 0);	/* a semaphore */
	CHECK_EQUAL(event_get(fd, &value), 8);
	CHECK_EQUAL(value, 1);
	ring_open(&ring, 8, 0, 0);
	for (uint64_t i = 1; i <= 3; i++)
		add_read(i, (int)fd, 8, 0)->addr = BUFFER + 4096;
	CHECK_EQUAL(ring_submit(&ring), 3);
	EXPECT_CQE(&ring, 1, 8);
	EXPECT_NO_CQE(&ring);
	CHECK_EQUAL(event_put(fd, 2), 8);
	fake_run_ready();
	EXPECT_CQE(&ring, 2, 8);
	EXPECT_CQE(&ring, 3, 8);
	ring_shut(&ring);
	CHECK_EQUAL(call(SYS_close, (uint64_t)fd, 0, 0, 0, 0, 0), 0);
	CHECK_EQUAL(call(SYS_eventfd2, 0, 2, 0, 0, 0, 0), -EINVAL);
}

/* ---- poll ------------------------------------------------------------------------------- */

static void add_poll(uint64_t user_data, int fd, uint32_t events, uint32_t flags)
{
	struct io_uring_sqe *sqe = sqe_of(IORING_OP_POLL_ADD, user_data, 0);

	sqe->fd = fd;
	sqe->poll32_events = events;
	sqe->len = flags;
}

static struct io_uring_sqe *add_poll_remove(uint64_t user_data, uint64_t target, uint32_t flags)
{
	struct io_uring_sqe *sqe = sqe_of(IORING_OP_POLL_REMOVE, user_data, 0);

	sqe->addr = target;
	sqe->len = flags;
	return sqe;
}

#define EXPECT_MORE(test, data, result) do {				\
	struct io_uring_cqe more_;					\
									\
	CHECK(ring_take(test, &more_));					\
	CHECK_EQUAL(more_.user_data, data);				\
	CHECK_EQUAL(more_.res, result);					\
	CHECK_EQUAL(more_.flags, IORING_CQE_F_MORE);			\
} while (0)

#define IN	(ABI_POLLIN | ABI_POLLRDNORM)

static void check_poll_once(void)
{
	add_poll(1, end[1], ABI_POLLOUT, 0);		/* now */
	add_poll(2, end[0], ABI_POLLIN, 0);
	add_poll(3, end[0], ABI_POLLIN, 0);
	add_poll(4, FD_CLOSED, ABI_POLLIN, 0);
	add_poll(5, FD_ZERO_FILE, ABI_POLLIN, 0);	/* it is always so */
	add_poll(6, FD_ZERO_FILE, ABI_POLLPRI, 0);	/* never */
	CHECK_EQUAL(ring_submit(&ring), 6);
	EXPECT_CQE(&ring, 1, ABI_POLLOUT);
	EXPECT_CQE(&ring, 4, -EBADF);
	EXPECT_CQE(&ring, 5, ABI_POLLIN);
	EXPECT_NO_CQE(&ring);
	CHECK_EQUAL(fake_tasks_alive(), 0);	/* parked */
	add_poll_remove(9, 3, 0);
	add_poll_remove(10, 3, 0);
	sqe_of(IORING_OP_ASYNC_CANCEL, 11, 0)->addr = 6;
	CHECK_EQUAL(ring_submit(&ring), 3);
	EXPECT_CQE(&ring, 3, -ECANCELED);
	EXPECT_CQE(&ring, 9, 0);
	EXPECT_CQE(&ring, 10, -ENOENT);
	EXPECT_CQE(&ring, 6, -ECANCELED);
	EXPECT_CQE(&ring, 11, 0);
	CHECK_EQUAL(put("x", 1), 1);
	EXPECT_CQE(&ring, 2, ABI_POLLIN);
	CHECK_EQUAL(get(1), 1);
}

static void check_poll_update(void)
{
	add_poll(1, end[0], ABI_POLLPRI, 0);
	CHECK_EQUAL(ring_submit(&ring), 1);
	CHECK_EQUAL(put("x", 1), 1);
	EXPECT_NO_CQE(&ring);
	add_poll_remove(9, 1, IORING_POLL_UPDATE_USER_DATA)->off = 2;
	add_poll_remove(10, 2, IORING_POLL_UPDATE_EVENTS)->poll32_events = ABI_POLLIN;
	add_poll_remove(11, 2, IORING_POLL_UPDATE_EVENTS)->poll32_events = ABI_POLLIN;
	CHECK_EQUAL(ring_submit(&ring), 3);
	EXPECT_CQE(&ring, 9, 0);
	EXPECT_CQE(&ring, 2, ABI_POLLIN);
	EXPECT_CQE(&ring, 10, 0);
	EXPECT_CQE(&ring, 11, -ENOENT);
	CHECK_EQUAL(get(1), 1);
	add_poll_remove(1, 1, IORING_POLL_ADD_MULTI);
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_CQE(&ring, 1, -EINVAL);
}

static void check_poll_multishot(void)
{
	struct io_uring_cqe cqe = { 0 };

	add_poll(1, end[0], ABI_POLLIN, IORING_POLL_ADD_MULTI);
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_NO_CQE(&ring);
	for (int i = 0; i < 3; i++) {
		CHECK_EQUAL(put("x", 1), 1);
		EXPECT_MORE(&ring, 1, ABI_POLLIN);
		EXPECT_NO_CQE(&ring);
	}
	/* a full CQ ends it */
	for (int i = 0; i < 40; i++)
		CHECK_EQUAL(put("x", 1), 1);
	CHECK_EQUAL(ring_submit_and_wait(&ring, 1), 0);
	for (int i = 0; i < 16; i++)
		EXPECT_MORE(&ring, 1, ABI_POLLIN);
	CHECK_EQUAL(ring_submit_and_wait(&ring, 1), 0);
	CHECK(ring_take(&ring, &cqe));
	CHECK_EQUAL(cqe.flags, 0);
	CHECK_EQUAL(cqe.res, ABI_POLLIN);
	EXPECT_NO_CQE(&ring);
	/* an end that is closed is told, and it stays */
	add_poll(2, end[0], ABI_POLLPRI, IORING_POLL_ADD_MULTI | IORING_POLL_ADD_LEVEL);
	CHECK_EQUAL(ring_submit(&ring), 1);
	CHECK_EQUAL(call(SYS_close, (uint64_t)end[1], 0, 0, 0, 0, 0), 0);
	EXPECT_MORE(&ring, 2, ABI_POLLHUP);
	/* the file is the request's when the descriptor is closed */
	CHECK_EQUAL(call(SYS_close, (uint64_t)end[0], 0, 0, 0, 0, 0), 0);
	sqe_of(IORING_OP_ASYNC_CANCEL, 9, 0)->addr = 2;
	CHECK_EQUAL(ring_submit(&ring), 1);
	fake_run_ready();
	CHECK_EQUAL(ring_submit(&ring), 0);
	EXPECT_CQE(&ring, 9, 0);
	EXPECT_CQE(&ring, 2, -ECANCELED);
}

static void test_poll(void)
{
	ring_open(&ring, 8, 0, 0);
	pipe_open(0);
	check_poll_once();
	check_poll_update();
	check_poll_multishot();
	/* what waits when the ring goes, goes with it */
	pipe_open(0);
	add_poll(3, end[0], ABI_POLLIN, 0);
	add_poll(4, end[0], ABI_POLLIN, IORING_POLL_ADD_MULTI);
	CHECK_EQUAL(ring_submit(&ring), 2);
	pipe_shut();
	ring_shut(&ring);
}

/* ---- completions that are events themselves --------------------------------------------- */

static int64_t eventfd_register(uint32_t op, int64_t fd)
{
	int32_t word = (int32_t)fd;

	memcpy(fake_user + FDS, &word, sizeof(word));
	return call(SYS_io_uring_register, (uint64_t)ring.fd, op, FDS, 1, 0, 0);
}

static void check_eventfd_register(int64_t fd)
{
	uint64_t value = 0;

	CHECK_EQUAL(eventfd_register(IORING_REGISTER_EVENTFD, FD_CLOSED), -EBADF);
	CHECK_EQUAL(eventfd_register(IORING_REGISTER_EVENTFD, FD_ZERO_FILE), -EINVAL);
	CHECK_EQUAL(eventfd_register(IORING_REGISTER_EVENTFD, fd), 0);
	CHECK_EQUAL(eventfd_register(IORING_REGISTER_EVENTFD_ASYNC, fd), -EBUSY);
	sqe_of(IORING_OP_NOP, 1, 0);
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_CQE(&ring, 1, 0);
	CHECK_EQUAL(event_get(fd, &value), 8);
	CHECK_EQUAL(value, 1);
	ring.ring->queues.words->cq_flags = IORING_CQ_EVENTFD_DISABLED;
	sqe_of(IORING_OP_NOP, 2, 0);
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_CQE(&ring, 2, 0);
	CHECK_EQUAL(event_get(fd, &value), -EAGAIN);
	ring.ring->queues.words->cq_flags = 0;
	CHECK_EQUAL(call(SYS_io_uring_register, (uint64_t)ring.fd, IORING_UNREGISTER_EVENTFD, 0, 0,
			 0, 0), 0);
	CHECK_EQUAL(call(SYS_io_uring_register, (uint64_t)ring.fd, IORING_UNREGISTER_EVENTFD, 0, 0,
			 0, 0), -ENXIO);
	/* only what completes later */
	CHECK_EQUAL(eventfd_register(IORING_REGISTER_EVENTFD_ASYNC, fd), 0);
	sqe_of(IORING_OP_NOP, 3, 0);
	add_poll(4, end[0], ABI_POLLIN, 0);
	CHECK_EQUAL(ring_submit(&ring), 2);
	EXPECT_CQE(&ring, 3, 0);
	CHECK_EQUAL(event_get(fd, &value), -EAGAIN);
	CHECK_EQUAL(put("x", 1), 1);
	EXPECT_CQE(&ring, 4, ABI_POLLIN);
	CHECK_EQUAL(event_get(fd, &value), 8);
}

static void test_poll_ring(void)
{
	int64_t fd = call(SYS_eventfd2, 0, O_NONBLOCK, 0, 0, 0, 0);
	struct test_ring other;

	ring_open(&ring, 8, 0, 0);
	ring_open(&other, 8, 0, 0);
	pipe_open(0);
	check_eventfd_register(fd);
	/* the ring's own event completes a request of its own: once */
	add_poll(5, (int)fd, ABI_POLLIN, IORING_POLL_ADD_MULTI);
	CHECK_EQUAL(ring_submit(&ring), 1);
	add_poll(6, end[1], ABI_POLLOUT, 0);
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_CQE(&ring, 6, ABI_POLLOUT);
	EXPECT_NO_CQE(&ring);			/* it completed at once */
	CHECK_EQUAL(event_put(fd, 1), 8);
	fake_run_ready();
	EXPECT_MORE(&ring, 5, ABI_POLLIN);
	EXPECT_CQE(&ring, 5, ABI_POLLIN);
	EXPECT_NO_CQE(&ring);
	/* another ring waits for this one's completions */
	struct io_uring_sqe *sqe = ring_sqe(&other);
	sqe->opcode = IORING_OP_POLL_ADD;
	sqe->fd = ring.fd;
	sqe->poll32_events = ABI_POLLIN;
	sqe->user_data = 7;
	CHECK_EQUAL(ring_submit(&other), 1);
	EXPECT_NO_CQE(&other);
	sqe_of(IORING_OP_NOP, 8, 0);
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_CQE(&other, 7, ABI_POLLIN);
	pipe_shut();
	ring_shut(&other);
	ring_shut(&ring);
	CHECK_EQUAL(call(SYS_close, (uint64_t)fd, 0, 0, 0, 0, 0), 0);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "eventfd", test_eventfd },
	{ "pipe", test_pipe },
	{ "pipe_order", test_pipe_order },
	{ "poll", test_poll },
	{ "poll_ring", test_poll_ring },
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
