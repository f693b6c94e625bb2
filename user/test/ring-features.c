/*
 * ring-features: what a ring promises beyond one operation at a time: links,
 * time-outs, cancellation, registered buffers and files, completions out of
 * order, a full completion queue, a polled ring.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <uos.h>

#include "check.h"
#include "raw_ring.h"

#define MS		1000000ull
#define SECOND		1000000000ull

static struct raw_ring ring;

static struct __kernel_timespec time_of_ns(uint64_t ns)
{
	return (struct __kernel_timespec) { (int64_t)(ns / SECOND), (int64_t)(ns % SECOND) };
}

static struct io_uring_sqe *next_sqe(uint64_t user_data, uint8_t flags)
{
	struct io_uring_sqe *sqe = raw_ring_sqe(&ring);

	sqe->user_data = user_data;
	sqe->flags = flags;
	return sqe;
}

static void add_nop(uint64_t user_data, uint8_t flags)
{
	next_sqe(user_data, flags)->opcode = IORING_OP_NOP;
}

static void add_read(uint64_t user_data, uint8_t flags, int fd, void *buffer, uint32_t bytes)
{
	struct io_uring_sqe *sqe = next_sqe(user_data, flags);

	sqe->opcode = IORING_OP_READ;
	sqe->fd = fd;
	sqe->addr = (uint64_t)buffer;
	sqe->len = bytes;
}

static void add_timeout(uint64_t user_data, uint8_t flags, struct __kernel_timespec *time,
			uint32_t count)
{
	struct io_uring_sqe *sqe = next_sqe(user_data, flags);

	sqe->opcode = IORING_OP_TIMEOUT;
	sqe->addr = (uint64_t)time;
	sqe->len = 1;
	sqe->off = count;
}

static void expect_next(const char *name, uint64_t user_data, int result)
{
	struct io_uring_cqe cqe = { 0 };

	check_equal(name, raw_ring_wait(&ring, &cqe), 0);
	check_equal(name, (int64_t)cqe.user_data, (int64_t)user_data);
	check_equal(name, cqe.res, result);
}

static void expect_no_more(const char *name)
{
	struct io_uring_cqe cqe;

	check_equal(name, raw_ring_take(&ring, &cqe), false);
}

static void check_links(void)
{
	char byte;

	add_nop(1, IOSQE_IO_LINK);
	add_nop(2, IOSQE_IO_LINK);
	add_nop(3, 0);
	check_equal("link: submit", raw_ring_submit(&ring, 3), 3);
	for (uint64_t i = 1; i <= 3; i++)
		expect_next("link: in order", i, 0);

	add_read(1, IOSQE_IO_LINK, 999, &byte, 1);
	add_nop(2, IOSQE_IO_LINK);
	add_nop(3, 0);
	add_nop(4, 0);
	raw_ring_submit(&ring, 4);
	for (int i = 0; i < 4; i++) {
		struct io_uring_cqe cqe = { 0 };

		raw_ring_wait(&ring, &cqe);
		check_equal("link: broken chain", cqe.res, cqe.user_data == 1 ? -EBADF :
			    cqe.user_data == 4 ? 0 : -ECANCELED);
	}

	add_read(1, IOSQE_IO_HARDLINK, 999, &byte, 1);
	add_nop(2, 0);
	raw_ring_submit(&ring, 2);
	expect_next("hardlink: the first fails", 1, -EBADF);
	expect_next("hardlink: the next runs", 2, 0);
}

/* A short read breaks a chain, as an error does. */
static void check_short_read_breaks(int file)
{
	char buffer[64];

	add_read(1, IOSQE_IO_LINK, file, buffer, sizeof(buffer));
	add_nop(2, 0);
	raw_ring_submit(&ring, 2);
	expect_next("link: short read", 1, 5);
	expect_next("link: behind a short read", 2, -ECANCELED);
}

static void check_timeouts(void)
{
	struct __kernel_timespec soon = time_of_ns(5 * MS), late = time_of_ns(100 * SECOND);
	uint64_t start_ns = uos_clock_ns();
	struct io_uring_sqe *sqe;

	add_timeout(1, 0, &soon, 0);
	add_nop(2, 0);
	raw_ring_submit(&ring, 2);
	expect_next("timeout: a later operation passes", 2, 0);
	expect_next("timeout: runs out", 1, -ETIME);
	check_true("timeout: not early", uos_clock_ns() - start_ns >= 5 * MS);

	add_timeout(1, 0, &late, 2);
	add_nop(2, 0);
	add_nop(3, 0);
	raw_ring_submit(&ring, 3);
	expect_next("timeout: counted", 2, 0);
	expect_next("timeout: counted", 3, 0);
	expect_next("timeout: the count is reached", 1, 0);

	add_timeout(1, 0, &late, 0);
	raw_ring_submit(&ring, 0);
	sqe = next_sqe(2, 0);
	sqe->opcode = IORING_OP_TIMEOUT_REMOVE;
	sqe->addr = 1;
	raw_ring_submit(&ring, 2);
	for (int i = 0; i < 2; i++) {
		struct io_uring_cqe cqe = { 0 };

		raw_ring_wait(&ring, &cqe);
		check_equal("timeout_remove", cqe.res, cqe.user_data == 1 ? -ECANCELED : 0);
	}
}

static void check_cancel(void)
{
	struct __kernel_timespec late = time_of_ns(100 * SECOND);
	struct io_uring_sqe *sqe;
	unsigned canceled = 0, others = 0;

	for (uint64_t i = 0; i < 4; i++)
		add_timeout(7, 0, &late, 0);
	raw_ring_submit(&ring, 0);
	sqe = next_sqe(8, 0);
	sqe->opcode = IORING_OP_ASYNC_CANCEL;
	sqe->addr = 7;
	sqe->cancel_flags = IORING_ASYNC_CANCEL_ALL;
	raw_ring_submit(&ring, 0);
	for (int i = 0; i < 5; i++) {
		struct io_uring_cqe cqe = { 0 };

		raw_ring_wait(&ring, &cqe);
		if (cqe.user_data == 7 && cqe.res == -ECANCELED)
			canceled++;
		else
			others = (unsigned)cqe.res;
	}
	check_equal("cancel: all of them", canceled, 4);
	check_equal("cancel: says how many", others, 4);
}

static int ring_register(uint32_t op, const void *argument, uint32_t count)
{
	return uos_sys_io_uring_register(ring.fd, op, (void *)(uintptr_t)argument, count);
}

static void check_registered_buffers(int zero)
{
	static char buffers[2][8192];
	struct abi_iovec vector[2] = {
		{ (uint64_t)buffers[0], sizeof(buffers[0]) },
		{ (uint64_t)buffers[1], sizeof(buffers[1]) },
	};
	struct io_uring_sqe *sqe;

	memset(buffers, 0xff, sizeof(buffers));
	check_equal("buffers: register", ring_register(IORING_REGISTER_BUFFERS, vector, 2), 0);
	check_equal("buffers: twice", ring_register(IORING_REGISTER_BUFFERS, vector, 2), -EBUSY);
	sqe = next_sqe(1, 0);
	uos_prep_read_fixed(sqe, zero, buffers[1] + 100, 4096, 0, 1);
	raw_ring_submit(&ring, 1);
	expect_next("buffers: read", 0, 4096);
	check_true("buffers: bytes arrived", buffers[1][99] != 0 && buffers[1][100] == 0 &&
		   buffers[1][4195] == 0 && buffers[1][4196] != 0);
	uos_prep_read_fixed(next_sqe(1, 0), zero, buffers[1] + 100, 8192, 0, 1);
	raw_ring_submit(&ring, 1);
	expect_next("buffers: behind its end", 0, -EFAULT);
	uos_prep_read_fixed(next_sqe(1, 0), zero, buffers[0], 1, 0, 2);
	raw_ring_submit(&ring, 1);
	expect_next("buffers: no such index", 0, -EFAULT);
	check_equal("buffers: unregister", ring_register(IORING_UNREGISTER_BUFFERS, NULL, 0), 0);
}

static void check_registered_files(int zero)
{
	int32_t files[2] = { -1, zero };
	char byte = 1;

	check_equal("files: register", ring_register(IORING_REGISTER_FILES, files, 2), 0);
	add_read(1, IOSQE_FIXED_FILE, 1, &byte, 1);
	raw_ring_submit(&ring, 1);
	expect_next("files: read", 1, 1);
	check_equal("files: byte arrived", byte, 0);
	add_read(2, IOSQE_FIXED_FILE, 0, &byte, 1);
	raw_ring_submit(&ring, 1);
	expect_next("files: empty slot", 2, -EBADF);
	check_equal("files: unregister", ring_register(IORING_UNREGISTER_FILES, NULL, 0), 0);
}

/* More completions than the queue has room for: none is lost. */
static void check_full_queue(void)
{
	uint32_t total = 3 * ring.params.cq_entries;

	for (uint32_t i = 0; i < total; i++) {
		add_nop(i, 0);
		check_equal("full queue: submit", raw_ring_submit(&ring, 0), 1);
	}
	for (uint32_t i = 0; i < total; i++)
		expect_next("full queue: none is lost", i, 0);
	expect_no_more("full queue: none twice");
}

static void check_skip(void)
{
	char byte;

	add_nop(1, IOSQE_CQE_SKIP_SUCCESS);
	add_nop(2, 0);
	raw_ring_submit(&ring, 1);
	expect_next("skip: the quiet one", 2, 0);
	add_read(3, IOSQE_CQE_SKIP_SUCCESS, 999, &byte, 1);
	raw_ring_submit(&ring, 1);
	expect_next("skip: a failure is told", 3, -EBADF);
	expect_no_more("skip");
}

static void check_drain(void)
{
	struct __kernel_timespec soon = time_of_ns(5 * MS);

	add_timeout(1, 0, &soon, 0);
	add_nop(2, IOSQE_IO_DRAIN);
	add_nop(3, 0);
	raw_ring_submit(&ring, 3);
	expect_next("drain: what was before", 1, -ETIME);
	expect_next("drain: then it", 2, 0);
	expect_next("drain: then the rest", 3, 0);
}

static void check_wait_timeout(void)
{
	struct __kernel_timespec soon = time_of_ns(5 * MS);
	struct io_uring_getevents_arg argument = { .ts = (uint64_t)&soon };
	uint64_t start_ns = uos_clock_ns();
	int result = uos_sys_io_uring_enter(ring.fd, 0, 1, IORING_ENTER_GETEVENTS |
					    IORING_ENTER_EXT_ARG, &argument, sizeof(argument));

	check_equal("enter: time-out", result, -ETIME);
	check_true("enter: not early", uos_clock_ns() - start_ns >= 5 * MS);
}

static void check_probe(void)
{
	static struct {
		struct io_uring_probe probe;
		struct io_uring_probe_op ops[256];
	} answer;
	static const uint8_t wanted[] = {
		IORING_OP_NOP, IORING_OP_READV, IORING_OP_WRITEV, IORING_OP_FSYNC,
		IORING_OP_READ_FIXED, IORING_OP_WRITE_FIXED, IORING_OP_TIMEOUT,
		IORING_OP_TIMEOUT_REMOVE, IORING_OP_ASYNC_CANCEL, IORING_OP_OPENAT,
		IORING_OP_CLOSE, IORING_OP_STATX, IORING_OP_READ, IORING_OP_WRITE,
		IORING_OP_RENAMEAT, IORING_OP_UNLINKAT, IORING_OP_MKDIRAT, IORING_OP_WAITID,
		IORING_OP_FTRUNCATE, UOS_OP_SPAWN, UOS_OP_KILL, UOS_OP_READDIR, UOS_OP_MMAP,
		UOS_OP_MUNMAP, UOS_OP_CHDIR, UOS_OP_SET_PRIORITY, UOS_OP_POWEROFF,
	};

	check_equal("probe", ring_register(IORING_REGISTER_PROBE, &answer, 256), 0);
	for (size_t i = 0; i < sizeof(wanted); i++)
		check_equal("probe: supported", answer.ops[wanted[i]].flags & IO_URING_OP_SUPPORTED,
			    IO_URING_OP_SUPPORTED);
	check_equal("probe: not supported", answer.ops[191].flags & IO_URING_OP_SUPPORTED, 0);
}

/* The kernel polls: submitting is a store, and a knock when it sleeps. */
static void check_polled_ring(void)
{
	struct io_uring_params setup = { .flags = IORING_SETUP_SQPOLL, .sq_thread_idle = 10 };
	struct io_uring_cqe cqe = { 0 };

	check_equal("polled: open", raw_ring_open(&ring, 8, &setup), 0);
	for (uint64_t i = 0; i < 20; i++) {
		uint64_t until_ns = uos_clock_ns() + 10 * SECOND;

		add_nop(i, 0);
		raw_ring_publish(&ring);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (__atomic_load_n(ring.sq_flags, __ATOMIC_RELAXED) & IORING_SQ_NEED_WAKEUP)
			raw_ring_enter(&ring, 0, 0, IORING_ENTER_SQ_WAKEUP);
		while (!raw_ring_take(&ring, &cqe) && uos_clock_ns() < until_ns)
			;
		check_equal("polled: completes", (int64_t)cqe.user_data, (int64_t)i);
		if (i % 5 == 4)
			uos_sleep_ns(30 * MS);
	}
	raw_ring_close(&ring);
}

static int make_file(void)
{
	int file = uos_sys_open("/tmp/ring-features", O_RDWR | O_CREAT | O_TRUNC, 0644);

	uos_sys_write(file, "hello", 5, 0);
	return file;
}

int main(void)
{
	int zero = uos_sys_open("/dev/zero", O_RDWR, 0), file = make_file();

	if (raw_ring_open(&ring, 16, NULL) < 0) {
		printf("FAIL no ring\n");
		return 1;
	}
	check_links();
	check_short_read_breaks(file);
	check_timeouts();
	check_cancel();
	check_registered_buffers(zero);
	check_registered_files(zero);
	check_full_queue();
	check_skip();
	check_drain();
	check_wait_timeout();
	check_probe();
	raw_ring_close(&ring);
	check_polled_ring();
	uos_sys_close(file);
	uos_sys_unlink("/tmp/ring-features");
	return check_summary();
}
