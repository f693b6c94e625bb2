/*
 * A kernel for libuos on the host: serves the own ring when it is awake or knocked
 * at, completes out of order and late, cancels, and holds back what does not fit
 * into the CQ.  fake.h says what it offers.
 */
#include "fake.h"

#include <errno.h>
#include <stdlib.h>

#include "libuos/internal.h"
#include "uos/sys.h"

#define SQ_ENTRIES	8u
#define CQ_ENTRIES	16u
#define HELD_MAX	8192u

/* Small, so that both queues are full now and then. */
static struct {
	uint32_t sq_head, sq_tail, sq_flags, cq_head, cq_tail;
	uint32_t array[SQ_ENTRIES];
	struct io_uring_cqe cqes[CQ_ENTRIES];
} ring;
static struct io_uring_sqe sqes[SQ_ENTRIES];

static struct io_uring_sqe held[HELD_MAX];	/* accepted, not completed */
static uint32_t held_count;
static struct io_uring_cqe backlog[HELD_MAX];	/* did not fit into the CQ */
static uint32_t backlog_count;

uint32_t fake_kernel_held(void)
{
	return held_count + backlog_count;
}

void fake_kernel_init(void)
{
	struct io_uring_params params = {
		.sq_entries = SQ_ENTRIES,
		.cq_entries = CQ_ENTRIES,
		.flags = IORING_SETUP_SQPOLL,
		.sq_off = {
			.head = offsetof(__typeof__(ring), sq_head),
			.tail = offsetof(__typeof__(ring), sq_tail),
			.flags = offsetof(__typeof__(ring), sq_flags),
			.array = offsetof(__typeof__(ring), array),
		},
		.cq_off = {
			.head = offsetof(__typeof__(ring), cq_head),
			.tail = offsetof(__typeof__(ring), cq_tail),
			.cqes = offsetof(__typeof__(ring), cqes),
		},
	};

	uos_ring_attach(&uos_executor_first.ring, 7, &params, &ring, sqes);
	ring.sq_flags = IORING_SQ_NEED_WAKEUP;
}

static void post(uint64_t user_data, int32_t result)
{
	struct io_uring_cqe cqe = { .user_data = user_data, .res = result };

	if (backlog_count || ring.cq_tail - ring.cq_head == CQ_ENTRIES) {
		backlog[backlog_count++] = cqe;
		ring.sq_flags |= IORING_SQ_CQ_OVERFLOW;
		return;
	}
	ring.cqes[ring.cq_tail++ % CQ_ENTRIES] = cqe;
}

static void backlog_flush(void)
{
	uint32_t count = 0;

	while (count < backlog_count && ring.cq_tail - ring.cq_head < CQ_ENTRIES)
		ring.cqes[ring.cq_tail++ % CQ_ENTRIES] = backlog[count++];
	backlog_count -= count;
	for (uint32_t i = 0; i < backlog_count; i++)
		backlog[i] = backlog[i + count];
	if (!backlog_count)
		ring.sq_flags &= ~IORING_SQ_CQ_OVERFLOW;
}

static void held_end(uint32_t place, int32_t result)
{
	uint64_t user_data = held[place].user_data;

	held[place] = held[--held_count];
	post(user_data, result);
}

static void cancel(const struct io_uring_sqe *sqe)
{
	for (uint32_t i = 0; i < held_count; i++) {
		if (held[i].user_data != sqe->addr)
			continue;
		if (!fake_random(4)) {
			post(sqe->user_data, -EALREADY);
			held[i].off = 0;	/* it completes after all */
			return;
		}
		held_end(i, -ECANCELED);
		post(sqe->user_data, 0);
		return;
	}
	post(sqe->user_data, -ENOENT);
}

/* Takes what was submitted; some of it completes, in any order. */
static void serve(void)
{
	while (ring.sq_head != ring.sq_tail) {
		const struct io_uring_sqe *sqe = &sqes[ring.array[ring.sq_head % SQ_ENTRIES]];

		if (sqe->opcode == IORING_OP_ASYNC_CANCEL)
			cancel(sqe);
		else if (held_count == HELD_MAX)
			fake_fail("the fake kernel holds too much");
		else
			held[held_count++] = *sqe;
		ring.sq_head++;
	}
}

static bool complete_one(void)
{
	uint32_t first = held_count ? fake_random(held_count) : 0;

	for (uint32_t i = 0; i < held_count; i++) {
		uint32_t place = (first + i) % held_count;

		if (held[place].off)
			continue;
		held_end(place, (int32_t)held[place].len);
		return true;
	}
	return false;
}

/* Between any two switches the server may wake, serve, and fall asleep. */
void fake_kernel_turn(void)
{
	if (!(ring.sq_flags & IORING_SQ_NEED_WAKEUP)) {
		serve();
		if (!fake_random(4))
			ring.sq_flags |= IORING_SQ_NEED_WAKEUP;
	}
	if (!fake_random(3))
		complete_one();
}

int uos_sys_io_uring_enter(int fd, unsigned int to_submit, unsigned int min_complete,
			   unsigned int flags, const void *argument, size_t argument_bytes)
{
	(void)to_submit;
	(void)argument;
	(void)argument_bytes;
	if (fd != 7)
		fake_fail("another descriptor");
	if (flags & (IORING_ENTER_SQ_WAKEUP | IORING_ENTER_SQ_WAIT)) {
		if (!fake_random(2))
			ring.sq_flags &= ~IORING_SQ_NEED_WAKEUP;
		serve();
	} else if (!(ring.sq_flags & IORING_SQ_NEED_WAKEUP)) {
		serve();
	}
	backlog_flush();
	if (!(flags & IORING_ENTER_GETEVENTS))
		return 0;
	if (!fake_random(16))
		return -EINTR;
	while (ring.cq_tail - ring.cq_head < min_complete)
		if (!complete_one())
			break;
	if (min_complete && ring.cq_tail == ring.cq_head)
		fake_fail("the executor waits, and nothing will ever complete");
	return 0;
}

int uos_sys_sleep_ns(uint64_t duration_ns)
{
	fake_fail("nobody holds a lock for %u ns", (unsigned)duration_ns);
}

void uos_sys_yield(void)
{
	fake_kernel_turn();
}

int uos_sys_mmap(void **address, size_t bytes, int protection, int flags, int fd, off_t offset)
{
	(void)protection;
	(void)flags;
	(void)fd;
	(void)offset;
	*address = calloc(1, bytes);
	return *address ? 0 : -ENOMEM;
}

int uos_sys_munmap(void *address, size_t bytes)
{
	(void)bytes;
	free(address);
	return 0;
}

int uos_sys_close(int fd)
{
	(void)fd;
	return 0;
}

int uos_sys_io_uring_setup(unsigned int entries, struct io_uring_params *params)
{
	(void)entries;
	(void)params;
	return -ENOSYS;
}

int32_t fake_operation(int32_t result, int for_ever)
{
	return uos_operation(operation_on(IORING_OP_NOP, -1), for_ever, 0, (uint32_t)result, 0, 0);
}
