/*
 * stream-check: pipes between coroutines, by both doors, and between processes; event
 * counters; waiting for either by POLL_ADD.
 * As `stream-check cat` it copies descriptor 0 to descriptor 1.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <uos.h>

#include "abi/poll.h"
#include "check.h"
#include "raw_ring.h"

#define LONG_BYTES	200000u		/* several times what a pipe holds */

struct copy {
	int fd;
	ssize_t bytes;
	uint32_t sum;
};

static uint32_t sum_of(uint32_t sum, const uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sum = sum * 31 + bytes[i];
	return sum;
}

static void read_all(void *argument)
{
	static uint8_t buffer[3000];
	struct copy *copy = argument;
	ssize_t got;

	while ((got = uos_read(copy->fd, buffer, sizeof(buffer), -1)) > 0) {
		copy->sum = sum_of(copy->sum, buffer, (size_t)got);
		copy->bytes += got;
	}
	uos_close(copy->fd);
}

static uint8_t *long_bytes(void)
{
	uint8_t *bytes = malloc(LONG_BYTES);

	for (uint32_t i = 0; i < LONG_BYTES; i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
	return bytes;
}

static void check_long_write(const uint8_t *bytes)
{
	struct copy copy = { 0, 0, 0 };
	struct uos_task *reader;
	int fds[2];

	check_equal("pipe", uos_pipe(fds, 0), 0);
	copy.fd = fds[0];
	reader = uos_spawn(read_all, &copy);
	check_equal("pipe: a long write", uos_write(fds[1], bytes, LONG_BYTES, -1), LONG_BYTES);
	uos_close(fds[1]);
	uos_join(reader);
	check_equal("pipe: all of it", copy.bytes, LONG_BYTES);
	check_equal("pipe: in order", copy.sum, sum_of(0, bytes, LONG_BYTES));
}

static void check_edges(void)
{
	struct statx status;
	char byte = 'x';
	int fds[2];

	check_equal("pipe: flags", uos_sys_pipe(fds, 1 << 30), -EINVAL);
	check_equal("pipe: address", uos_sys_pipe((int *)0x1000, 0), -EFAULT);
	check_equal("pipe: by trap", uos_sys_pipe(fds, O_NONBLOCK | O_CLOEXEC), 0);
	check_equal("pipe: close on exec", uos_sys_fcntl(fds[0], F_GETFD, 0), FD_CLOEXEC);
	check_equal("pipe: fstat", uos_sys_fstat(fds[0], &status), 0);
	check_equal("pipe: is one", status.stx_mode & S_IFMT, S_IFIFO);
	check_equal("pipe: empty", uos_sys_read(fds[0], &byte, 1, -1), -EAGAIN);
	check_equal("pipe: wrong end", uos_sys_write(fds[0], &byte, 1, -1), -EBADF);
	check_equal("pipe: wrong end", uos_sys_read(fds[1], &byte, 1, -1), -EBADF);
	check_equal("pipe: write", uos_sys_write(fds[1], &byte, 1, -1), 1);
	check_equal("pipe: to nowhere", uos_sys_read(fds[0], (void *)0x1000, 1, -1), -EFAULT);
	check_equal("pipe: still there", uos_sys_read(fds[0], &byte, 1, -1), 1);
	uos_sys_close(fds[0]);
	check_equal("pipe: no reader", uos_sys_write(fds[1], &byte, 1, -1), -EPIPE);
	check_equal("pipe: no reader, ring", uos_write(fds[1], &byte, 1, -1), -EPIPE);
	uos_sys_close(fds[1]);
}

static int copy_on(void)
{
	char buffer[512];
	ssize_t got;

	while ((got = uos_sys_read(0, buffer, sizeof(buffer), -1)) > 0)
		if (uos_sys_write(1, buffer, (size_t)got, -1) != got)
			return 1;
	return got < 0;
}

/* Two other processes copy what this one writes and reads. */
static void check_processes(const uint8_t *bytes)
{
	char *argv[] = { "stream-check", "cat", NULL };
	struct copy copy = { 0, 0, 0 };
	struct uos_task *reader;
	pid_t pids[2];
	int in[2], between[2], out[2], status = -1;

	uos_pipe(in, O_CLOEXEC);
	uos_pipe(between, O_CLOEXEC);
	uos_pipe(out, O_CLOEXEC);
	for (int i = 0; i < 2; i++) {
		const struct uos_spawn_file files[] = {
			{ 0, i == 0 ? in[0] : between[0] }, { 1, i == 0 ? between[1] : out[1] },
		};

		pids[i] = uos_process_spawn_files("/bin/stream-check", argv, NULL, files, 2);
		check_true("pipe: spawn", pids[i] > 0);
	}
	uos_close(in[0]);
	uos_close(between[0]);
	uos_close(between[1]);
	uos_close(out[1]);
	copy.fd = out[0];
	reader = uos_spawn(read_all, &copy);
	check_equal("pipe: to a process", uos_write(in[1], bytes, LONG_BYTES, -1), LONG_BYTES);
	uos_close(in[1]);
	uos_join(reader);
	check_equal("pipe: through processes", copy.bytes, LONG_BYTES);
	check_equal("pipe: through processes, in order", copy.sum, sum_of(0, bytes, LONG_BYTES));
	for (int i = 0; i < 2; i++) {
		check_equal("pipe: wait", uos_process_wait(pids[i], &status), 0);
		check_equal("pipe: status", status, 0);
	}
}

/* ---- event counters and poll ---------------------------------------------------- */

static void take_event(void *argument)
{
	int *fd = argument;
	uint64_t value = 0;

	check_equal("eventfd: waited for", uos_read(*fd, &value, sizeof(value), -1), 8);
	check_equal("eventfd: value", (int64_t)value, 5);
}

static void check_eventfd(void)
{
	int fd = uos_eventfd(0, 0);
	struct uos_task *task = uos_spawn(take_event, &fd);
	uint64_t value = 5;

	uos_yield();
	check_equal("eventfd: write", uos_sys_write(fd, &value, sizeof(value), -1), 8);
	uos_join(task);
	uos_close(fd);
	fd = uos_sys_eventfd(2, UOS_EVENTFD_SEMAPHORE | O_NONBLOCK);
	for (int i = 0; i < 2; i++)
		check_equal("eventfd: semaphore", uos_sys_read(fd, &value, 8, -1), 8);
	check_equal("eventfd: one at a time", (int64_t)value, 1);
	check_equal("eventfd: empty", uos_sys_read(fd, &value, 8, -1), -EAGAIN);
	uos_close(fd);
}

static void add_poll(struct raw_ring *ring, uint64_t user_data, int fd, uint32_t flags)
{
	struct io_uring_sqe *sqe = raw_ring_sqe(ring);

	sqe->opcode = IORING_OP_POLL_ADD;
	sqe->fd = fd;
	sqe->poll32_events = ABI_POLLIN;
	sqe->len = flags;
	sqe->user_data = user_data;
}

static void expect(struct raw_ring *ring, const char *name, uint64_t user_data, int result,
		   uint32_t flags)
{
	struct io_uring_cqe cqe = { 0 };

	check_equal(name, raw_ring_wait(ring, &cqe), 0);
	check_equal(name, (int64_t)cqe.user_data, (int64_t)user_data);
	check_equal(name, cqe.res, result);
	check_equal(name, cqe.flags, flags);
}

static void check_poll(void)
{
	static struct raw_ring ring;
	struct io_uring_sqe *sqe;
	int fds[2], event = uos_eventfd(0, O_NONBLOCK);
	char byte = 0;
	uint64_t value;

	check_equal("poll: ring", raw_ring_open(&ring, 8, NULL), 0);
	uos_pipe(fds, 0);
	check_equal("poll: register", uos_sys_io_uring_register(ring.fd, IORING_REGISTER_EVENTFD,
								&event, 1), 0);
	add_poll(&ring, 1, fds[0], 0);
	add_poll(&ring, 2, fds[0], IORING_POLL_ADD_MULTI);
	check_equal("poll: submit", raw_ring_submit(&ring, 0), 2);
	check_equal("poll: no event", uos_sys_read(event, &value, 8, -1), -EAGAIN);
	for (int i = 0; i < 3; i++) {
		uos_write(fds[1], &byte, 1, -1);
		if (i == 0)
			expect(&ring, "poll: once", 1, ABI_POLLIN, 0);
		expect(&ring, "poll: again", 2, ABI_POLLIN, IORING_CQE_F_MORE);
		uos_read(fds[0], &byte, 1, -1);
	}
	check_equal("poll: events", uos_sys_read(event, &value, 8, -1), 8);
	check_equal("poll: each", (int64_t)value, 4);
	uos_close(fds[1]);
	expect(&ring, "poll: closed", 2, ABI_POLLHUP, IORING_CQE_F_MORE);
	sqe = raw_ring_sqe(&ring);
	sqe->opcode = IORING_OP_POLL_REMOVE;
	sqe->addr = 2;
	sqe->user_data = 3;
	raw_ring_submit(&ring, 2);
	expect(&ring, "poll: removed", 2, -ECANCELED, 0);
	expect(&ring, "poll: remove", 3, 0, 0);
	/* what still waits goes with the ring */
	add_poll(&ring, 4, event, IORING_POLL_ADD_MULTI);
	raw_ring_submit(&ring, 0);
	raw_ring_close(&ring);
	uos_close(fds[0]);
	uos_close(event);
}

int main(int argc, char *argv[])
{
	uint8_t *bytes;

	if (argc == 2 && strcmp(argv[1], "cat") == 0)
		return copy_on();
	bytes = long_bytes();
	check_long_write(bytes);
	check_edges();
	check_processes(bytes);
	free(bytes);
	check_eventfd();
	check_poll();
	return check_summary();
}
