/*
 * The program's own ring: how a coroutine asks the kernel and waits.
 *
 * An operation is a record on its coroutine's stack, and its address is the
 * SQE's user_data.  Submitting is a store of the SQ tail; whoever reaps the CQE
 * writes the result there and wakes the task.  uos/ring.h states the memory
 * order.
 *
 * When the kernel is told.  The own ring has SQPOLL's semantics: while the
 * kernel polls it, nothing is to be done.  When NEED_WAKEUP is set it must be
 * knocked at (io_uring_enter), and on one hart that call serves the entries too.
 * So we knock as late as it costs nothing: when there is nothing else to run, or
 * after KNOCK_OPERATIONS operations or KNOCK_TURNS yields, whichever comes first.
 * (A program that does neither is served at the end of its slice.)
 * While a knock is due, `cq_seen` is kept different from the CQ tail, so that
 * switch.S, which compares these two alone, comes to uos_executor_attend().
 *
 * An operation of the only coroutine that could run does not switch: it waits
 * for completions where it stands, and the scheduler is not asked.
 *
 * Each executor has a ring, and a coroutine that has moved meanwhile is woken by the
 * executor that it submitted on.  uos_client_reap() may be called
 * from wherever that executor stands, an interrupt of its own included, if it is
 * not inside another call of it.
 */
#include "libuos/internal.h"

#include <errno.h>

#include "uos/sys.h"

#define KNOCK_OPERATIONS	128
#define KNOCK_TURNS		64
#define WAIT_SHARE		2	/* an idle executor waits for half of what is under way ... */
#define WAIT_USEC_MAX		200	/* ... but not longer than this, if one is there */
#define ALWAYS_DIFFERENT	0x80000000u

/* ---- telling the kernel --------------------------------------------------------- */

void uos_client_update_seen(struct uos_executor *executor)
{
	executor->cq_seen = executor->cq_reaped;
	if (executor->unknocked | executor->given)
		executor->cq_seen ^= ALWAYS_DIFFERENT;
}

static int enter(struct uos_executor *executor, uint32_t wait_count, uint32_t flags,
		 const struct io_uring_getevents_arg *argument)
{
	if (uos_ring_knock_needed(&executor->ring))
		flags |= IORING_ENTER_SQ_WAKEUP;
	executor->unknocked = 0;
	executor->turns_unknocked = 0;
	executor->enters++;
	return uos_sys_io_uring_enter(executor->ring.fd, uos_ring_sq_pending(&executor->ring),
				      wait_count, flags, argument,
				      argument ? sizeof(*argument) : 0);
}

void uos_client_knock(struct uos_executor *executor)
{
	if (uos_ring_knock_needed(&executor->ring))
		enter(executor, 0, 0, NULL);
	executor->unknocked = 0;
	executor->turns_unknocked = 0;
	uos_client_update_seen(executor);
}

/* ---- completions ------------------------------------------------------------------ */

/* After `done` is written, the record may be gone. */
static void complete(struct uos_executor *executor, const struct io_uring_cqe *cqe,
		     const struct uos_task *running)
{
	struct uos_operation *operation = (struct uos_operation *)(uintptr_t)cqe->user_data;
	struct uos_task *task = operation->task;
	uint32_t number = uos_task_number(task);

	operation->result = cqe->res;
	__atomic_store_n(&operation->done, 1, __ATOMIC_RELEASE);
	if (task != running)
		uos_wake(executor, number);
}

/* `running`: a task that waits in operation_wait() and need not be woken. */
static void reap(struct uos_executor *executor, const struct uos_task *running)
{
	struct uos_ring *ring = &executor->ring;
	uint32_t head = executor->cq_reaped, first = head, tail;

	while ((tail = __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE)) != head) {
		do {
			complete(executor, &ring->cqes[head & ring->cq_mask], running);
		} while (++head != tail);
		executor->cq_reaped = head;
		__atomic_store_n(ring->cq_head, head, __ATOMIC_RELEASE);
	}
	executor->completions += head - first;
}

static void reap_all(struct uos_executor *executor, const struct uos_task *running)
{
	reap(executor, running);
	/* What did not fit is held back by the kernel till we ask. */
	while (__builtin_expect(uos_load_relaxed(executor->ring.sq_flags) &
				IORING_SQ_CQ_OVERFLOW, 0)) {
		if (enter(executor, 0, IORING_ENTER_GETEVENTS, NULL) < 0)
			break;
		reap(executor, running);
	}
	uos_client_update_seen(executor);
}

void uos_client_reap(struct uos_executor *executor)
{
	reap_all(executor, NULL);
}

void uos_executor_attend(struct uos_executor *executor, bool yields)
{
	if (uos_load_relaxed(executor->cq_tail) != executor->cq_reaped)
		uos_client_reap(executor);
	if (executor->unknocked && ++executor->turns_unknocked >= KNOCK_TURNS)
		uos_client_knock(executor);
	if (__builtin_expect(executor->shared != NULL, 0))
		executor->shared->attend(executor, yields);
}

static inline __attribute__((always_inline)) void
wait_for(struct uos_executor *executor, uint64_t count)
{
	struct io_uring_getevents_arg argument = { .min_wait_usec = WAIT_USEC_MAX };
	int result = enter(executor, count, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG,
			   &argument);

	if (result < 0 && result != -EINTR && result != -ETIME && result != -EAGAIN &&
	    result != -EBUSY)
		uos_fatal("io_uring_enter refuses the program's own ring");
}

void uos_client_sleep(struct uos_executor *executor)
{
	wait_for(executor, 1);
}

/* Nothing is under way, or very much, or others may wake this executor. */
static __attribute__((noinline, cold)) void wait_unusually(struct uos_executor *executor,
							   uint64_t in_flight)
{
	if (executor->shared)
		executor->shared->wait(executor);
	else if (!in_flight)
		uos_fatal("every coroutine waits for another one");
	else
		wait_for(executor, executor->ring.cq_entries);
}

void uos_client_wait(struct uos_executor *executor)
{
	uint64_t in_flight = executor->operations - executor->completions;
	uint64_t wanted = in_flight / WAIT_SHARE;

	if (__builtin_expect(!in_flight, 0) || __builtin_expect(wanted >= executor->wait_limit, 0))
		wait_unusually(executor, in_flight);
	else
		wait_for(executor, wanted ? wanted : 1);
}

/* ---- operations --------------------------------------------------------------------- */

/* Whether no other task of this lane can run, whatever the payload (abi/sched.h). */
static inline __attribute__((always_inline)) bool alone(const struct uos_executor *executor)
{
	const struct uos_sched_lane *lane = &executor->pool->lane[executor->lane];

	return !lane->queue[lane->best].tail &&
	       !((lane->ready_levels & (lane->ready_levels - 1)) | lane->root) &&
	       !uos_load_relaxed(&lane->inbox);
}

/* Apart from its caller, which would save all registers on its account. */
static __attribute__((noinline)) void operation_block(const struct uos_operation *operation)
{
	while (!__atomic_load_n(&operation->done, __ATOMIC_ACQUIRE) && !alone(uos_executor_self()))
		uos_block();
}

static inline void operation_wait(const struct uos_operation *operation, struct uos_task *self)
{
	struct uos_executor *executor;

	while (!__atomic_load_n(&operation->done, __ATOMIC_ACQUIRE)) {
		executor = uos_executor_self();
		if (uos_load_relaxed(executor->cq_tail) != executor->cq_reaped) {
			reap_all(executor, self);
		} else if (alone(executor)) {
			uos_client_wait(executor);
			reap_all(executor, self);
		} else {
			operation_block(operation);
		}
	}
}

/* The SQ is full.  The server consumes without waiting for anybody, so this is
 * short. */
static __attribute__((noinline, cold)) void room_wait(void)
{
	struct uos_executor *executor = uos_executor_self();

	enter(executor, 0, IORING_ENTER_SQ_WAIT, NULL);
	uos_client_reap(executor);
	uos_yield();
}

static __attribute__((noinline, cold)) int32_t operation_later(uint64_t word0, uint64_t offset,
							       uint64_t address, uint64_t word3,
							       uint64_t word5, uint64_t word6)
{
	room_wait();
	return uos_operation(word0, offset, address, word3, word5, word6);
}

/* The kernel sleeps: it is told later, of many at once. */
static inline void knock_later(struct uos_executor *executor)
{
	uint32_t unknocked = ++executor->unknocked;

	if (unknocked == 1)
		executor->cq_seen = executor->cq_reaped ^ ALWAYS_DIFFERENT;
	else if (unknocked >= KNOCK_OPERATIONS)
		uos_client_knock(executor);
}

/* Who waits for an operation lends the program its urgency: sqe.ioprio.  Nothing is
 * said where the level is everybody's. */
static inline uint64_t priority_word(const struct uos_task *task)
{
	if (__builtin_expect(task->level == UOS_SCHED_LEVEL_DEFAULT, 1))
		return 0;
	return (uint64_t)UOS_IOPRIO_LEVEL(task->level) << 16;
}

int32_t uos_operation(uint64_t word0, uint64_t offset, uint64_t address, uint64_t word3,
		      uint64_t word5, uint64_t word6)
{
	struct uos_task *self = uos_task_self();
	struct uos_executor *executor = uos_executor_self();
	struct uos_ring *ring = &executor->ring;
	struct uos_operation operation;
	uint64_t *words = (uint64_t *)(void *)uos_ring_get_sqe(ring);

	if (__builtin_expect(!words, 0))
		return operation_later(word0, offset, address, word3, word5, word6);
	words[0] = word0 | priority_word(self);
	words[1] = offset;
	words[2] = address;
	words[3] = word3;
	words[4] = (uint64_t)(uintptr_t)&operation;
	words[5] = word5;
	words[6] = word6;
	words[7] = 0;
	operation.task = self;
	operation.done = 0;
	uos_store_relaxed(&self->waiting, (uintptr_t)&operation);
	uos_ring_publish(ring);
	executor->operations++;
	if (uos_ring_knock_needed(ring))
		knock_later(executor);
	operation_wait(&operation, self);
	uos_store_relaxed(&self->waiting, WAITING_NOT);
	return operation.result;
}
