/*
 * Registered files and buffers, with tags; files passed on; bytes from pipe to pipe.
 * registered_test NAME runs one scenario, and checks that nothing is left of it.
 */
#include "fake.h"

#include <stdio.h>
#include <string.h>

#include "abi/syscall.h"
#include "kernel/ring/object.h"

#define LIST	0x7000u		/* in user memory */
#define TAGS	0x7100u
#define REGISTER 0x7200u

static int64_t do_register(struct test_ring *test, uint32_t op, const void *argument, size_t bytes,
			   uint32_t count)
{
	memcpy(fake_user + REGISTER, argument, bytes);
	return call(SYS_io_uring_register, (uint64_t)test->fd, op, REGISTER, count, 0, 0);
}

static void set_list(int32_t one, int32_t other, uint64_t tag, uint64_t other_tag)
{
	memcpy(fake_user + LIST, (int32_t[]){ one, other }, 8);
	memcpy(fake_user + TAGS, (uint64_t[]){ tag, other_tag }, 16);
}

static int64_t update_files(uint32_t offset)
{
	const struct io_uring_rsrc_update2 update = { .offset = offset, .data = LIST, .tags = TAGS,
						      .nr = 1 };

	return do_register(&ring, IORING_REGISTER_FILES_UPDATE2, &update, sizeof(update),
			   sizeof(update));
}

static void check_tags(void)
{
	const struct io_uring_rsrc_register wanted = { .nr = 2, .data = LIST, .tags = TAGS };
	struct io_uring_rsrc_register sparse = { .nr = 2, .flags = IORING_RSRC_REGISTER_SPARSE,
						 .data = LIST };

	CHECK_EQUAL(do_register(&ring, IORING_REGISTER_FILES2, &sparse, sizeof(sparse),
				sizeof(sparse)), -EINVAL);
	set_list(FD_ZERO_FILE, FD_CLOSED, 1, 2);
	CHECK_EQUAL(do_register(&ring, IORING_REGISTER_FILES2, &wanted, sizeof(wanted),
				sizeof(wanted)), -EBADF);
	set_list(FD_ZERO_FILE, -1, 1, 2);		/* a tag for nothing */
	CHECK_EQUAL(do_register(&ring, IORING_REGISTER_FILES2, &wanted, sizeof(wanted),
				sizeof(wanted)), -EINVAL);
	set_list(FD_ZERO_FILE, FD_SHORT, 61, 62);
	CHECK_EQUAL(do_register(&ring, IORING_REGISTER_FILES2, &wanted, sizeof(wanted),
				sizeof(wanted)), 0);
	EXPECT_NO_CQE(&ring);
	set_list(FD_SHORT, 0, 63, 0);
	CHECK_EQUAL(update_files(0), 1);
	EXPECT_CQE(&ring, 61, 0);
	set_list(-1, 0, 0, 0);
	CHECK_EQUAL(update_files(1), 1);
	EXPECT_CQE(&ring, 62, 0);
	CHECK_EQUAL(update_files(2), -EINVAL);
	CHECK_EQUAL(call(SYS_io_uring_register, (uint64_t)ring.fd, IORING_UNREGISTER_FILES, 0, 0, 0,
			 0), 0);
	EXPECT_CQE(&ring, 63, 0);
}

static struct io_uring_sqe *add_update(uint64_t user_data, uint32_t count, uint64_t offset)
{
	struct io_uring_sqe *sqe = sqe_of(IORING_OP_FILES_UPDATE, user_data, 0);

	sqe->addr = LIST;
	sqe->len = count;
	sqe->off = offset;
	return sqe;
}

static void check_operations(void)
{
	const struct io_uring_rsrc_register sparse = { .nr = 4,
						       .flags = IORING_RSRC_REGISTER_SPARSE };
	const struct io_uring_file_index_range range = { .off = 2, .len = 2 };
	int32_t slots[2];
	struct io_uring_cqe cqe;

	CHECK_EQUAL(do_register(&ring, IORING_REGISTER_FILES2, &sparse, sizeof(sparse),
				sizeof(sparse)), 0);
	CHECK_EQUAL(do_register(&ring, IORING_REGISTER_FILE_ALLOC_RANGE, &range, sizeof(range), 0),
		    0);
	set_list(FD_ZERO_FILE, FD_SHORT, 0, 0);
	add_update(1, 2, IORING_FILE_INDEX_ALLOC);
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_CQE(&ring, 1, 2);
	memcpy(slots, fake_user + LIST, sizeof(slots));
	CHECK_EQUAL(slots[0], 2);
	CHECK_EQUAL(slots[1], 3);
	set_list(FD_ZERO_FILE, FD_SHORT, 0, 0);
	add_update(2, 2, IORING_FILE_INDEX_ALLOC);
	add_update(3, 2, 0);
	add_update(4, 2, 3);
	add_read(5, 1, 4, IOSQE_FIXED_FILE);		/* the short one */
	sqe_of(IORING_OP_FIXED_FD_INSTALL, 6, IOSQE_FIXED_FILE)->fd = 0;
	sqe_of(IORING_OP_FIXED_FD_INSTALL, 7, 0);
	CHECK_EQUAL(ring_submit(&ring), 6);
	EXPECT_CQE(&ring, 2, -ENFILE);
	EXPECT_CQE(&ring, 3, 2);
	EXPECT_CQE(&ring, 4, -EINVAL);
	EXPECT_CQE(&ring, 5, 3);
	CHECK(ring_take(&ring, &cqe));
	CHECK(cqe.user_data == 6 && cqe.res >= 0);
	CHECK_EQUAL(call(SYS_close, (uint64_t)cqe.res, 0, 0, 0, 0, 0), 0);
	EXPECT_CQE(&ring, 7, -EBADF);
}

static void check_passing(void)
{
	const struct io_uring_rsrc_register sparse = { .nr = 2,
						       .flags = IORING_RSRC_REGISTER_SPARSE };
	struct test_ring other;
	struct io_uring_sqe *sqe;

	ring_open(&other, 8, 0, 0);
	CHECK_EQUAL(do_register(&other, IORING_REGISTER_FILES2, &sparse, sizeof(sparse),
				sizeof(sparse)), 0);
	for (int i = 0; i < 3; i++) {
		sqe = sqe_of(IORING_OP_MSG_RING, 1, 0);
		sqe->fd = i < 2 ? other.fd : ring.fd;
		sqe->addr = IORING_MSG_SEND_FD;
		sqe->off = 55;
		sqe->file_index = IORING_FILE_INDEX_ALLOC;
		sqe->msg_ring_flags = i == 1 ? IORING_MSG_RING_CQE_SKIP : 0;
	}
	CHECK_EQUAL(ring_submit(&ring), 3);
	EXPECT_CQE(&ring, 1, 0);
	EXPECT_CQE(&ring, 1, 1);
	EXPECT_CQE(&ring, 1, -EINVAL);
	EXPECT_CQE(&other, 55, 0);
	EXPECT_NO_CQE(&other);
	ring_shut(&other);
}

static void test_files(void)
{
	ring_open(&ring, 8, 0, 0);
	check_tags();
	check_operations();
	check_passing();
	ring_shut(&ring);
}

/* A buffer's tag completes when nobody has it any more, behind who had it last. */
static void test_buffers(void)
{
	struct abi_iovec vectors[2] = { { BUFFER, 64 }, { 0, 0 } };
	const struct io_uring_rsrc_register wanted = { .nr = 2, .data = LIST, .tags = TAGS };
	const struct io_uring_rsrc_update2 update = { .data = LIST, .tags = TAGS, .nr = 1 };
	struct io_uring_clone_buffers clone = { .src_fd = 0 };
	struct test_ring other;
	struct io_uring_sqe *sqe;

	ring_open(&ring, 8, 0, 0);
	memcpy(fake_user + LIST, vectors, sizeof(vectors));
	memcpy(fake_user + TAGS, (uint64_t[]){ 71, 0 }, 16);
	CHECK_EQUAL(do_register(&ring, IORING_REGISTER_BUFFERS2, &wanted, sizeof(wanted),
				sizeof(wanted)), 0);
	sqe = add_read(1, FD_STREAM, 1, 0);
	sqe->opcode = IORING_OP_READ_FIXED;
	CHECK_EQUAL(ring_submit(&ring), 1);
	memcpy(fake_user + TAGS, (uint64_t[]){ 72, 0 }, 16);
	CHECK_EQUAL(do_register(&ring, IORING_REGISTER_BUFFERS_UPDATE, &update, sizeof(update),
				sizeof(update)), 1);
	EXPECT_NO_CQE(&ring);
	fake_stream_feed();
	fake_run_ready();
	EXPECT_CQE(&ring, 1, 1);
	EXPECT_CQE(&ring, 71, 0);
	/* a clone keeps it */
	ring_open(&other, 8, 0, 0);
	clone.src_fd = (uint32_t)ring.fd;
	CHECK_EQUAL(do_register(&other, IORING_REGISTER_CLONE_BUFFERS, &clone, sizeof(clone), 1), 0);
	CHECK_EQUAL(do_register(&other, IORING_REGISTER_CLONE_BUFFERS, &clone, sizeof(clone), 1),
		    -EBUSY);
	CHECK_EQUAL(call(SYS_io_uring_register, (uint64_t)ring.fd, IORING_UNREGISTER_BUFFERS, 0, 0,
			 0, 0), 0);
	EXPECT_NO_CQE(&ring);
	clone.src_fd = (uint32_t)ring.fd;
	CHECK_EQUAL(do_register(&ring, IORING_REGISTER_CLONE_BUFFERS, &clone, sizeof(clone), 1),
		    -ENXIO);
	ring_shut(&ring);
	ring_shut(&other);
}

static struct io_uring_sqe *add_splice(uint8_t opcode, uint64_t user_data, int in, int out)
{
	struct io_uring_sqe *sqe = sqe_of(opcode, user_data, 0);

	sqe->splice_fd_in = in;
	sqe->fd = out;
	sqe->len = 10000;
	sqe->off = sqe->splice_off_in = opcode == IORING_OP_TEE ? 0 : ~0ull;
	return sqe;
}

static void test_splice(void)
{
	int32_t one[2], other[2];

	ring_open(&ring, 16, 0, 0);
	CHECK_EQUAL(call(SYS_pipe2, LIST, 0, 0, 0, 0, 0), 0);
	memcpy(one, fake_user + LIST, sizeof(one));
	CHECK_EQUAL(call(SYS_pipe2, LIST, 0, 0, 0, 0, 0), 0);
	memcpy(other, fake_user + LIST, sizeof(other));
	add_splice(IORING_OP_SPLICE, 1, FD_ZERO_FILE, FD_ZERO_FILE);
	add_splice(IORING_OP_SPLICE, 2, FD_CLOSED, one[1]);
	add_splice(IORING_OP_SPLICE, 3, one[0], one[1]);
	add_splice(IORING_OP_SPLICE, 4, one[0], other[1])->off = 0;
	add_splice(IORING_OP_SPLICE, 5, one[1], other[1]);
	add_splice(IORING_OP_TEE, 6, FD_ZERO_FILE, other[1]);
	add_splice(IORING_OP_SPLICE, 7, one[0], other[1])->splice_flags = 2;
	add_splice(IORING_OP_TEE, 8, one[0], other[1]);		/* waits */
	CHECK_EQUAL(ring_submit(&ring), 8);
	EXPECT_CQE(&ring, 1, -EINVAL);
	EXPECT_CQE(&ring, 2, -EBADF);
	EXPECT_CQE(&ring, 3, -EINVAL);
	EXPECT_CQE(&ring, 4, -ESPIPE);
	EXPECT_CQE(&ring, 5, -EBADF);
	EXPECT_CQE(&ring, 6, -EINVAL);
	EXPECT_CQE(&ring, 7, -EAGAIN);
	EXPECT_NO_CQE(&ring);
	for (uint32_t i = 0; i < 5000; i++)
		fake_user[BUFFER + i] = (char)(i % 251);
	CHECK_EQUAL(call(SYS_write, (uint64_t)one[1], BUFFER, 5000, 0, 0, 0), 5000);
	fake_run_ready();
	EXPECT_CQE(&ring, 8, 5000);
	add_splice(IORING_OP_SPLICE, 9, one[0], other[1]);
	CHECK_EQUAL(ring_submit(&ring), 1);
	EXPECT_CQE(&ring, 9, 5000);
	for (int twice = 0; twice < 2; twice++) {
		memset(fake_user + BUFFER, 0, 5000);
		CHECK_EQUAL(call(SYS_read, (uint64_t)other[0], BUFFER, 5000, 0, 0, 0), 5000);
		for (uint32_t i = 0; i < 5000; i++)
			CHECK_EQUAL(fake_user[BUFFER + i], (char)(i % 251));
	}
	/* one that waits when the ring goes */
	add_splice(IORING_OP_SPLICE, 10, one[0], other[1]);
	CHECK_EQUAL(ring_submit(&ring), 1);
	ring_shut(&ring);
	for (int i = 0; i < 2; i++) {
		CHECK_EQUAL(call(SYS_close, (uint64_t)one[i], 0, 0, 0, 0, 0), 0);
		CHECK_EQUAL(call(SYS_close, (uint64_t)other[i], 0, 0, 0, 0, 0), 0);
	}
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "buffers", test_buffers },
	{ "files", test_files },
	{ "splice", test_splice },
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
