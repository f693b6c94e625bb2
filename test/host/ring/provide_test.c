/*
 * Buffers that are given in advance: lists, rings, reading into them once and again.
 * provide_test NAME runs one scenario, and checks that nothing is left of it.
 */
#include "fake.h"

#include <stdio.h>
#include <string.h>

#include "abi/syscall.h"
#include "kernel/ring/object.h"

#define FDS		0x7000u		/* in user memory */
#define REGISTER	0x7100u
#define BUFFERS		0x10000u
#define BUFFER_RING	0x20000u
#define SIZE		64u

static int32_t end[2];

static void pipe_open(void)
{
	CHECK_EQUAL(call(SYS_pipe2, FDS, 0, 0, 0, 0, 0), 0);
	memcpy(end, fake_user + FDS, sizeof(end));
}

static void close_end(int i)
{
	CHECK_EQUAL(call(SYS_close, (uint64_t)end[i], 0, 0, 0, 0, 0), 0);
}

static void put(const char *text)
{
	memcpy(fake_user + BUFFER, text, strlen(text));
	CHECK_EQUAL(call(SYS_write, (uint64_t)end[1], BUFFER, strlen(text), 0, 0, 0),
		    (int64_t)strlen(text));
	fake_run_ready();
}

static void add_provide(uint64_t user_data, uint16_t group, uint32_t count, uint16_t first)
{
	struct io_uring_sqe *sqe = sqe_of(IORING_OP_PROVIDE_BUFFERS, user_data, 0);

	sqe->fd = (int32_t)count;
	sqe->addr = BUFFERS + first * SIZE;
	sqe->len = SIZE;
	sqe->off = first;
	sqe->buf_group = group;
}

static struct io_uring_sqe *add_select(uint8_t opcode, uint64_t user_data, uint16_t group)
{
	struct io_uring_sqe *sqe = sqe_of(opcode, user_data, IOSQE_BUFFER_SELECT);

	sqe->fd = end[0];
	sqe->buf_group = group;
	return sqe;
}

#define MORE	IORING_CQE_F_MORE
static void expect(uint64_t user_data, int32_t res, int id, uint32_t flags)
{
	struct io_uring_cqe cqe = { 0 };

	if (id >= 0)
		flags |= IORING_CQE_F_BUFFER | (uint32_t)id << IORING_CQE_BUFFER_SHIFT;
	CHECK(ring_take(&ring, &cqe));
	CHECK_EQUAL(cqe.user_data, user_data);
	CHECK_EQUAL(cqe.res, res);
	CHECK_EQUAL(cqe.flags, flags);
}

static void expect_bytes(int id, const char *text)
{
	CHECK(memcmp(fake_user + BUFFERS + id * SIZE, text, strlen(text)) == 0);
}

static void test_list(void)
{
	ring_open(&ring, 16, 0, 0);
	pipe_open();
	add_select(IORING_OP_READ, 1, 7);
	add_provide(2, 7, 3, 4);
	CHECK_EQUAL(ring_submit(&ring), 2);
	EXPECT_CQE(&ring, 2, 0);
	EXPECT_NO_CQE(&ring);			/* it has no buffer while it waits */
	put("hello");
	expect(1, 5, 4, 0);
	expect_bytes(4, "hello");
	/* at most so much */
	add_select(IORING_OP_READ, 3, 7)->len = 2;
	put("hello");
	CHECK_EQUAL(ring_submit(&ring), 1);
	expect(3, 2, 5, 0);
	struct abi_iovec vector = { 0, 2 };
	memcpy(fake_user + TIMES, &vector, sizeof(vector));
	struct io_uring_sqe *sqe = add_select(IORING_OP_READV, 4, 7);
	sqe->addr = TIMES;
	sqe->len = 1;
	CHECK_EQUAL(ring_submit(&ring), 1);
	expect(4, 2, 6, 0);
	add_select(IORING_OP_READ, 5, 7);
	add_select(IORING_OP_READ, 6, 8);
	sqe_of(IORING_OP_NOP, 7, IOSQE_BUFFER_SELECT);
	CHECK_EQUAL(ring_submit(&ring), 3);
	expect(5, -ENOBUFS, -1, 0);
	expect(6, -ENOBUFS, -1, 0);
	expect(7, -EOPNOTSUPP, -1, 0);
	/* what was not filled is given back */
	add_provide(1, 7, 2, 1);
	add_select(IORING_OP_READ, 2, 7)->fd = FD_DIRECTORY;
	CHECK_EQUAL(ring_submit(&ring), 2);
	EXPECT_CQE(&ring, 1, 0);
	expect(2, -EINVAL, -1, 0);
	sqe = sqe_of(IORING_OP_REMOVE_BUFFERS, 3, 0);
	sqe->fd = 9;
	sqe->buf_group = 7;
	sqe = sqe_of(IORING_OP_REMOVE_BUFFERS, 4, 0);
	sqe->fd = 1;
	sqe->buf_group = 9;
	CHECK_EQUAL(ring_submit(&ring), 2);
	EXPECT_CQE(&ring, 3, 2);
	EXPECT_CQE(&ring, 4, -ENOENT);
	add_provide(1, 9, 2, 1);		/* what is left goes with the ring */
	CHECK_EQUAL(ring_submit(&ring), 1);
	close_end(0);
	close_end(1);
	ring_shut(&ring);
}

static int64_t buffer_ring(uint32_t op, struct io_uring_buf_reg reg)
{
	memcpy(fake_user + REGISTER, &reg, sizeof(reg));
	return call(SYS_io_uring_register, (uint64_t)ring.fd, op, REGISTER, 1, 0, 0);
}

static void ring_add(uint16_t id)
{
	struct io_uring_buf *entries = (void *)(fake_user + BUFFER_RING);
	uint16_t tail = entries[0].resv;

	entries[tail % 4].addr = BUFFERS + id * SIZE;
	entries[tail % 4].len = SIZE;
	entries[tail % 4].bid = id;
	entries[0].resv = tail + 1;
}

static void check_registration(void)
{
	const struct io_uring_buf_reg good = { .ring_addr = BUFFER_RING, .ring_entries = 4,
					       .bgid = 3 };
	struct io_uring_buf_reg bad = good;

	bad.ring_entries = 3;
	CHECK_EQUAL(buffer_ring(IORING_REGISTER_PBUF_RING, bad), -EINVAL);
	bad.ring_entries = 65536;
	CHECK_EQUAL(buffer_ring(IORING_REGISTER_PBUF_RING, bad), -EINVAL);
	bad = good;
	bad.ring_addr += 8;
	CHECK_EQUAL(buffer_ring(IORING_REGISTER_PBUF_RING, bad), -EINVAL);
	bad.ring_addr = 0;
	CHECK_EQUAL(buffer_ring(IORING_REGISTER_PBUF_RING, bad), -EFAULT);
	bad.ring_addr = 1ul << 40;
	CHECK_EQUAL(buffer_ring(IORING_REGISTER_PBUF_RING, bad), -EFAULT);
	bad = good;
	bad.flags = 4;
	CHECK_EQUAL(buffer_ring(IORING_REGISTER_PBUF_RING, bad), -EINVAL);
	CHECK_EQUAL(buffer_ring(IORING_UNREGISTER_PBUF_RING, good), -ENOENT);
	CHECK_EQUAL(buffer_ring(IORING_REGISTER_PBUF_RING, good), 0);
	CHECK_EQUAL(buffer_ring(IORING_REGISTER_PBUF_RING, good), -EEXIST);
	add_provide(1, 3, 1, 1);
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_CQE(&ring, 1, -EINVAL);
}

/* Bit by bit. */
static void check_increments(void)
{
	const struct io_uring_buf_reg increments = {
		.ring_addr = BUFFER_RING, .ring_entries = 4, .bgid = 4, .flags = IOU_PBUF_RING_INC,
	};

	CHECK_EQUAL(buffer_ring(IORING_UNREGISTER_PBUF_RING, (struct io_uring_buf_reg){ .bgid = 3 }),
		    0);
	memset(fake_user + BUFFER_RING, 0, PAGE_SIZE);
	CHECK_EQUAL(buffer_ring(IORING_REGISTER_PBUF_RING, increments), 0);
	ring_add(20);
	ring_add(21);
	add_select(IORING_OP_READ_MULTISHOT, 5, 4);
	CHECK_EQUAL(ring_submit(&ring), 1);
	put("0123456789");
	expect(5, 10, 20, MORE | IORING_CQE_F_BUF_MORE);
	put("abc");
	expect(5, 3, 20, MORE | IORING_CQE_F_BUF_MORE);
	expect_bytes(20, "0123456789abc");
	put("---------------------------------------------------------------");
	expect(5, SIZE - 13, 20, MORE);
	expect(5, 12, 21, MORE | IORING_CQE_F_BUF_MORE);
	close_end(1);
	fake_run_ready();
	expect(5, 0, -1, 0);
}

static void test_ring(void)
{
	struct io_uring_buf_status status = { .buf_group = 3 };

	memset(fake_user + BUFFER_RING, 0, PAGE_SIZE);
	ring_open(&ring, 8, 0, 0);
	pipe_open();
	check_registration();
	for (uint16_t id = 10; id < 13; id++)
		ring_add(id);
	sqe_of(IORING_OP_READ_MULTISHOT, 1, 0)->fd = end[0];
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_CQE(&ring, 1, -EINVAL);
	add_select(IORING_OP_READ_MULTISHOT, 2, 3);
	CHECK_EQUAL(ring_submit(&ring), 1);
	put("one");
	put("two");
	expect(2, 3, 10, MORE);
	expect(2, 3, 11, MORE);
	expect_bytes(11, "two");
	ring_add(13);
	ring_add(14);
	put("three");
	put("four");
	expect(2, 5, 12, MORE);
	expect(2, 4, 13, MORE);
	memcpy(fake_user + REGISTER, &status, sizeof(status));
	CHECK_EQUAL(call(SYS_io_uring_register, (uint64_t)ring.fd, IORING_REGISTER_PBUF_STATUS,
			 REGISTER, 1, 0, 0), 0);
	CHECK_EQUAL(((struct io_uring_buf_status *)(fake_user + REGISTER))->head, 4);
	put("five");
	put("six");
	expect(2, 4, 14, MORE);
	expect(2, -ENOBUFS, -1, 0);
	ring_add(15);
	add_select(IORING_OP_READ_MULTISHOT, 3, 3);
	CHECK_EQUAL(ring_submit(&ring), 1);
	expect(3, 3, 15, MORE);
	ring_add(10);
	sqe_of(IORING_OP_ASYNC_CANCEL, 4, 0)->addr = 3;
	CHECK_EQUAL(ring_submit(&ring), 1);
	fake_run_ready();
	EXPECT_CQE(&ring, 4, 0);
	expect(3, -ECANCELED, -1, 0);
	check_increments();
	close_end(0);
	ring_shut(&ring);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "list", test_list },
	{ "ring", test_ring },
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
