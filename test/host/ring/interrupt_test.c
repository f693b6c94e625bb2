/*
 * When a ring's completions are announced by a user interrupt: interrupt_test NAME runs
 * one scenario, and checks that nothing is left of it.
 */
#include "fake.h"

#include <stdio.h>
#include <string.h>

#include "abi/interrupt.h"
#include "abi/syscall.h"
#include "kernel/ring/object.h"

#define VECTOR		9u
#define ARGUMENT	0x2800u		/* in user memory */

static struct uos_register_interrupt *const argument = (void *)(fake_user + ARGUMENT);
static uint32_t *cq_event;

static int64_t ask(uint32_t op, uint64_t address, unsigned count)
{
	return call(SYS_io_uring_register, (uint64_t)ring.fd, op, address, count, 0, 0);
}

static int64_t ask_interrupt(void)
{
	*argument = (struct uos_register_interrupt){ .vector = VECTOR };
	return ask(UOS_REGISTER_INTERRUPT, ARGUMENT, 1);
}

static void begin(unsigned cq_entries)
{
	ring_open(&ring, 8, cq_entries ? IORING_SETUP_CQSIZE : 0, cq_entries);
	CHECK_EQUAL(ask_interrupt(), 0);
	cq_event = (uint32_t *)((char *)ring.ring->queues.words + argument->cq_event_offset);
	CHECK_EQUAL(*cq_event, argument->cq_event);
	fake_posts[VECTOR] = 0;
}

static void nops(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		sqe_of(IORING_OP_NOP, i, 0);
	CHECK_EQUAL(call(SYS_io_uring_enter, (uint64_t)ring.fd, count, 0, 0, 0, 0), count);
}

/* Takes all, and says that it wants to be told of the next. */
static unsigned reap(bool arms)
{
	struct io_uring_cqe cqe;
	unsigned count = 0;

	while (ring_take(&ring, &cqe))
		count++;
	if (arms)
		*cq_event = ring.ring->queues.words->cq_head;
	return count;
}

static void test_one_shot(void)
{
	begin(0);
	/* a burst is one; then silence until the user arms */
	nops(5);
	CHECK_EQUAL(fake_posts[VECTOR], 1);
	nops(1);
	nops(2);
	CHECK_EQUAL(fake_posts[VECTOR], 1);
	CHECK_EQUAL(reap(false), 8);
	nops(1);
	CHECK_EQUAL(fake_posts[VECTOR], 1);
	CHECK_EQUAL(reap(true), 1);
	nops(1);
	nops(1);
	CHECK_EQUAL(fake_posts[VECTOR], 2);
	/* armed for the third from here */
	CHECK_EQUAL(reap(true), 2);
	*cq_event += 2;
	nops(2);
	CHECK_EQUAL(fake_posts[VECTOR], 2);
	nops(1);
	CHECK_EQUAL(fake_posts[VECTOR], 3);
	/* armed for what has come already: the user has to look for himself */
	*cq_event -= 1;
	nops(1);
	CHECK_EQUAL(fake_posts[VECTOR], 3);
	reap(true);
	/* completions by others: a timer's, in nobody's call */
	add_timeout(1, 5 * MS, 0, 0);
	CHECK_EQUAL(ring_submit(&ring), 1);
	CHECK_EQUAL(fake_posts[VECTOR], 3);
	fake_time_pass(6 * MS);
	CHECK_EQUAL(fake_posts[VECTOR], 4);
	ring_shut(&ring);
	CHECK_EQUAL(fake_context_references(), 1);
}

static void test_overflow(void)
{
	begin(8);
	nops(8);
	CHECK_EQUAL(reap(true), 8);
	/* full, and armed for what is not there: the first that is held back is told of */
	nops(8);
	CHECK_EQUAL(fake_posts[VECTOR], 2);
	*cq_event = ring.ring->queues.words->cq_tail;
	nops(1);
	CHECK_EQUAL(fake_posts[VECTOR], 3);
	nops(3);
	CHECK_EQUAL(fake_posts[VECTOR], 3);
	/* whoever makes room, what gets there passes the event */
	CHECK_EQUAL(reap(false), 8);
	CHECK_EQUAL(call(SYS_io_uring_enter, (uint64_t)ring.fd, 0, 0, IORING_ENTER_GETEVENTS, 0,
			 0), 0);
	CHECK_EQUAL(fake_posts[VECTOR], 4);
	CHECK_EQUAL(reap(true), 4);
	ring_shut(&ring);
}

static void test_registration(void)
{
	begin(0);
	CHECK_EQUAL(ask_interrupt(), -EBUSY);
	CHECK_EQUAL(fake_context_references(), 2);
	CHECK_EQUAL(ask(UOS_UNREGISTER_INTERRUPT, ARGUMENT, 1), -EINVAL);
	CHECK_EQUAL(ask(UOS_UNREGISTER_INTERRUPT, 0, 0), 0);
	CHECK_EQUAL(ask(UOS_UNREGISTER_INTERRUPT, 0, 0), -ENXIO);
	CHECK_EQUAL(fake_context_references(), 1);
	CHECK_EQUAL(ring.ring->listeners, 0);
	nops(3);
	CHECK_EQUAL(fake_posts[VECTOR], 0);
	/* the answer can't be written, or the question not be read: nothing is registered */
	CHECK_EQUAL(ask(UOS_REGISTER_INTERRUPT, 16, 1), -EFAULT);
	CHECK_EQUAL(ask_interrupt(), 0);
	/* what came before is not told of */
	CHECK_EQUAL(fake_posts[VECTOR], 0);
	nops(1);
	CHECK_EQUAL(fake_posts[VECTOR], 1);
	ring_shut(&ring);
	CHECK_EQUAL(fake_context_references(), 1);
}

static void test_wrap(void)
{
	struct ring_words *words;

	begin(0);
	words = ring.ring->queues.words;
	words->cq_head = words->cq_tail = ring.ring->queues.cq_tail = 0xfffffffd;
	ring.ring->queues.cq_limit = words->cq_head + 16;
	ring.ring->cq_checked = words->cq_tail;
	for (unsigned i = 1; i < 8; i++) {
		*cq_event = words->cq_head;
		nops(1);
		CHECK_EQUAL(fake_posts[VECTOR], i);
		reap(false);
	}
	/* over the wrap in one step */
	words->cq_head = words->cq_tail = ring.ring->queues.cq_tail = 0xfffffffd;
	ring.ring->queues.cq_limit = words->cq_head + 16;
	ring.ring->cq_checked = words->cq_tail;
	*cq_event = 1;
	nops(4);
	CHECK_EQUAL(fake_posts[VECTOR], 7);
	nops(1);
	CHECK_EQUAL(fake_posts[VECTOR], 8);
	ring_shut(&ring);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "one_shot", test_one_shot },
	{ "overflow", test_overflow },
	{ "registration", test_registration },
	{ "wrap", test_wrap },
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
