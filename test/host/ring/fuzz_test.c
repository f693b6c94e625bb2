/*
 * fuzz_test SEED ROUNDS: hostile SQEs and ring words, with time, data and children
 * coming and going.  Each accepted SQE has one CQE (none if it asked for that), the
 * kernel holds what it asserts, and afterwards nothing is left.
 */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/syscall.h"
#include "kernel/ring/object.h"

#define ENTRIES		16u
#define MESSAGE		0x5adf00d5u	/* user_data of what no SQE of ours completes with */

static uint64_t accepted, completed, skippable;

static uint64_t below(uint64_t bound)
{
	return random_word() % bound;
}

static uint64_t odd_word(void)
{
	switch (below(8)) {
	case 0: return ~0ull;
	case 1: return random_word();
	case 2: return USER_BYTES - below(64);
	case 3: return 1ull << below(64);
	case 4: return below(128);
	case 5: return (uint64_t)AT_FDCWD;
	default: return USER_FIRST + below(USER_BYTES - USER_FIRST);
	}
}

static uint8_t some_opcode(void)
{
	for (;;) {
		uint8_t opcode = random_word();

		if (opcode != UOS_OP_POWEROFF && opcode != UOS_OP_RESTRICT &&
		    (operation_table[opcode] || below(200) == 0))
			return opcode;
	}
}

static void plausible(struct io_uring_sqe *sqe)
{
	static const uint8_t flags[] = { 0, 0, 0, IOSQE_IO_LINK, IOSQE_IO_HARDLINK, IOSQE_ASYNC,
					 IOSQE_IO_DRAIN, IOSQE_CQE_SKIP_SUCCESS | IOSQE_IO_LINK };
	static const uint32_t plain_flags[] = { 0, 0, 0, 0, 0, 1, 2 };

	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = some_opcode();
	sqe->flags = flags[below(ARRAY_SIZE(flags))];
	sqe->fd = (int32_t)below(9);
	sqe->addr = USER_FIRST + below(1000) * 8;
	sqe->off = below(3) ? 0 : ~0ull;
	sqe->len = 1;
	sqe->op_flags = plain_flags[below(ARRAY_SIZE(plain_flags))];
	sqe->user_data = below(32);
	if (sqe->opcode == IORING_OP_WAITID)
		sqe->addr = 0, sqe->off = 0, sqe->len = (uint32_t)below(2),
		sqe->file_index = ABI_WEXITED;
	if (sqe->opcode == IORING_OP_FUTEX_WAIT || sqe->opcode == IORING_OP_FUTEX_WAKE)
		sqe->fd = 2, sqe->off = below(2), sqe->addr3 = 1 + below(3), sqe->len = 0;
	if (sqe->opcode == IORING_OP_MSG_RING && below(2))
		sqe->fd = ring.fd, sqe->addr = 0, sqe->op_flags = 0;
	if (sqe->opcode == IORING_OP_MSG_RING)
		sqe->off = MESSAGE;
	/* a ring's own descriptors must stay, or the program has none to use */
	if (sqe->opcode == IORING_OP_CLOSE || sqe->opcode == UOS_OP_DUP)
		sqe->fd = 50;
}

static void hostile(struct io_uring_sqe *sqe)
{
	uint64_t *word = (uint64_t *)sqe;
	uint8_t opcode = sqe->opcode;

	for (unsigned changes = 1 + (unsigned)below(3); changes; changes--)
		word[below(8)] = odd_word();
	if (opcode == IORING_OP_CLOSE || opcode == UOS_OP_DUP)
		sqe->fd = 50, sqe->file_index = 41;
	sqe->opcode = opcode;
	if (opcode == IORING_OP_MSG_RING)
		sqe->off = MESSAGE;
}

static void fill_batch(void)
{
	for (unsigned count = (unsigned)below(ENTRIES); count; count--) {
		struct io_uring_sqe *sqe = ring_sqe(&ring);

		plausible(sqe);
		if (below(3) == 0)
			hostile(sqe);
		skippable += (sqe->flags & IOSQE_CQE_SKIP_SUCCESS) != 0;
	}
}

static void take_all(void)
{
	struct io_uring_cqe cqe;

	while (ring_take(&ring, &cqe))
		completed += cqe.user_data != MESSAGE && !(cqe.flags & IORING_CQE_F_MORE);
}

static void outside_world(void)
{
	switch (below(7)) {
	case 0:
		fake_stream_feed();
		break;
	case 1:
		fake_device_done();
		break;
	case 2:
		fake_time_pass(below(3000000000));
		break;
	case 3:
		fake_child_end((int32_t)below(8));
		break;
	case 4:
		(void)fake_disk_done(below(4) ? 0 : -EIO, below(4) == 0);
		break;
	default:
		break;
	}
	fake_run_ready();
}

static void round_of(unsigned round)
{
	const struct ring_words *words = ring.ring->queues.words;
	int64_t result;

	fill_batch();
	if (below(16) == 0)
		fake_allocations_to_fail = (unsigned)below(4);
	while (words->sq_head != words->sq_tail) {
		result = ring_submit(&ring);
		CHECK(!call_blocked);
		CHECK(result > 0 || result == -EAGAIN);
		accepted += result > 0 ? (uint64_t)result : 0;
	}
	fake_allocations_to_fail = 0;
	outside_world();
	if (round % 8 == 0) {
		CHECK_EQUAL(ring_submit(&ring), 0);
		take_all();
	}
}

/* Whatever is still there ends, but what waits for ever; that goes with the ring. */
static void settle(void)
{
	for (unsigned i = 0; i < 2000; i++) {
		fake_stream_feed();
		fake_device_done();
		(void)fake_disk_done(0, below(4) == 0);
		fake_run_ready();
	}
	fake_time_pass(1000000000000ull);
	for (unsigned i = 0; i < 64; i++) {
		CHECK_EQUAL(ring_submit(&ring), 0);
		take_all();
	}
}

int main(int argc, char **argv)
{
	unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 1000;
	uint64_t left;

	random_state = argc > 1 ? strtoull(argv[1], NULL, 0) * 2 + 1 : 1;
	for (unsigned part = 0; part < rounds; part += 100) {
		fake_process_start();
		for (int32_t pid = 1; pid < 8; pid++)
			fake_child_add(pid);
		for (uint64_t i = USER_FIRST; i < USER_FIRST + 16384; i++)
			fake_user[i] = (char)(below(4) ? 0 : random_word());
		accepted = completed = skippable = 0;
		fake_harts = 1 + (part / 100) % 2;
		ring_open(&ring, ENTRIES, 0, 0);
		for (unsigned round = 0; round < 100; round++)
			round_of(round);
		settle();
		left = ring_request_count();
		CHECK(completed + left <= accepted);
		CHECK(completed + left + 4 * skippable >= accepted);
		ring_shut(&ring);
		check_nothing_left();
	}
	return 0;
}
