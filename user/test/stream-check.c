/*
 * stream-check: pipes between coroutines, by both doors, and between processes.
 * As `stream-check cat` it copies descriptor 0 to descriptor 1.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <uos.h>

#include "check.h"

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
	check_equal("pipe: empty, ring", uos_read(fds[0], &byte, 1, -1), -EAGAIN);
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
	return check_summary();
}
