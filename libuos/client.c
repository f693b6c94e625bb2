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
 * So we knock as late as it costs nothing: when there is nothing else to run, or only
 * less urgent ones, or after KNOCK_OPERATIONS operations or KNOCK_TURNS yields, whichever
 * comes first.
 * (A program that does neither is served at the end of its slice.)
 * While a knock is due, `cq_seen` is kept different from the CQ tail, so that
 * switch.S, which compares these two alone, comes to uos_executor_attend().
 *
 * An operation of the only coroutine that could run does not switch: it waits
 * for completions where it stands, and the scheduler is not asked.
 *
 * Each executor has a ring, and a coroutine that has moved meanwhile is woken by the
 * executor that it submitted on.
 *
 * INTERRUPTS, where the kernel can send them (docs/uintr.md).  Completions are taken by
 * the executor, or by its interrupt handler between any two of its instructions, never by
 * both: while `busy` is set the handler leaves them alone.  Whoever takes them arms: says up
 * to where it has come, in the ring's cq_event, and the kernel announces what is beyond
 * that, once.  The executor does so in this order, so that nothing is missed:
 *	busy = 1; takes; cq_event; busy = 0; fence (g); looks at the tail again
 * What is announced before busy = 0 is found by that look, and what comes later by the
 * handler.  While it waits in the kernel it is disarmed: the kernel wakes it anyway.
 */
#include "libuos/internal.h"

#include <errno.h>

#include "uos/interrupt.h"
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
	if (executor->unknocked | executor->watches |
	    (uos_load_relaxed(&executor->asked) != 0))
		executor->cq_seen ^= ALWAYS_DIFFERENT;
}

/* Where the kernel sleeps beside an idle hart a user interrupt wakes it: then the caller need
 * not trap.  If one idles still after the bell was rung, it has heard it: a hart that stops
 * idling says so and looks after that (kernel/boot/uintr.c: looks; uintr_look before it picks). */
static inline bool ring_doorbell(const struct uos_executor *executor)
{
	const struct uos_sched_view *view =
		(const struct uos_sched_view *)(uintptr_t)executor->pool->view;

	if (!executor->doorbell || !uos_load_relaxed(&view->hart[0].doorbell_heard))
		return false;
	uos_interrupt_send(executor->doorbell - 1);
#if defined(__riscv)
	__asm__ volatile("fence o, r" : : : "memory");
#endif
	return uos_load_relaxed(&view->hart[0].doorbell_heard);
}

static int enter(struct uos_executor *executor, uint32_t wait_count, uint32_t flags,
		 const struct io_uring_getevents_arg *argument)
{
	int result;

	if (uos_ring_knock_needed(&executor->ring))
		flags |= IORING_ENTER_SQ_WAKEUP;
	executor->unknocked = 0;
	executor->turns_unknocked = 0;
	executor->enters++;
	uos_hold(executor);
	result = uos_sys_io_uring_enter(executor->ring.fd, uos_ring_sq_pending(&executor->ring),
					wait_count, flags, argument,
					argument ? sizeof(*argument) : 0);
	uos_let_go(executor);
	return result;
}

void uos_client_knock(struct uos_executor *executor)
{
	if (__builtin_expect(!executor->interrupts_asked, 0))
		uos_interrupts_begin(executor);
	if (uos_ring_knock_needed(&executor->ring) && !ring_doorbell(executor))
		enter(executor, 0, 0, NULL);
	executor->unknocked = 0;
	executor->turns_unknocked = 0;
	uos_client_update_seen(executor);
}

/* ---- completions ------------------------------------------------------------------ */

/* After `done` is written, the record may be gone. */
static inline __attribute__((always_inline)) void
complete(struct uos_executor *executor, const struct io_uring_cqe *cqe,
	 const struct uos_task *running)
{
	struct uos_operation *operation = (struct uos_operation *)(uintptr_t)cqe->user_data;
	struct uos_task *task = operation->task;
	uint32_t number = uos_task_number(task);

	operation->result = cqe->res;
	__atomic_store_n(&operation->done, 1, __ATOMIC_RELEASE);
	if (task == running)
		return;
	if (running && task->level < running->level)
		executor->due = 1;
	uos_wake(executor, number);
}

/* `running`: a task that waits in operation_wait() and need not be woken. */
static inline __attribute__((always_inline)) void reap(struct uos_executor *executor,
						       const struct uos_task *running)
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

/* What did not fit is held back by the kernel till we ask. */
static inline bool held_back(struct uos_executor *executor)
{
	return __builtin_expect(uos_load_relaxed(executor->ring.sq_flags) &
				IORING_SQ_CQ_OVERFLOW, 0) &&
	       enter(executor, 0, IORING_ENTER_GETEVENTS, NULL) >= 0;
}

/* The next completion is to be announced. */
static inline void arm(const struct uos_executor *executor)
{
	uos_store_relaxed(executor->cq_event, executor->cq_reaped);
}

static inline bool is_reaped(const struct uos_executor *executor)
{
	return uos_load_relaxed(executor->cq_tail) == uos_load_relaxed(&executor->cq_reaped);
}

/* The handler leaves the completions alone, till busy_end(). */
static inline void busy_begin(struct uos_executor *executor)
{
	uos_store_relaxed(&executor->busy, 1);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static inline void busy_end(struct uos_executor *executor)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	uos_store_relaxed(&executor->busy, 0);
	/* (g): cq_event before the tail; the kernel: the tail before cq_event */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Apart, so that who has no interrupts does not save registers for them. */
static __attribute__((noinline)) void reap_and_arm(struct uos_executor *executor,
						   const struct uos_task *running)
{
	do {
		busy_begin(executor);
		do {
			reap(executor, running);
		} while (held_back(executor));
		arm(executor);
		busy_end(executor);
	} while (!is_reaped(executor));
}

static void reap_all(struct uos_executor *executor, const struct uos_task *running)
{
	if (executor->cq_event)
		reap_and_arm(executor, running);
	else
		do {
			reap(executor, running);
		} while (held_back(executor));
	uos_client_update_seen(executor);
}

/* As complete(), maybe between two instructions of the payload: then by ANY_LANE. */
static inline uint32_t complete_interrupted(struct uos_executor *executor,
					    const struct io_uring_cqe *cqe, uint32_t by)
{
	struct uos_operation *operation = (struct uos_operation *)(uintptr_t)cqe->user_data;
	struct uos_task *task = operation->task;
	uint32_t number = uos_task_number(task), level = task->level;

	operation->result = cqe->res;
	__atomic_store_n(&operation->done, 1, __ATOMIC_RELEASE);
	executor->wake(executor->pool, by, executor->lane, number);
	return level;
}

uint32_t uos_client_reap_interrupted(struct uos_executor *executor, uint32_t by)
{
	struct uos_ring *ring = &executor->ring;
	uint32_t urgent = UOS_SCHED_LEVEL_NONE, level, head;

	do {
		do {
			for (head = executor->cq_reaped;
			     head != __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE); head++) {
				level = complete_interrupted(executor,
							     &ring->cqes[head & ring->cq_mask], by);
				if (level < urgent)
					urgent = level;
			}
			executor->completions += head - executor->cq_reaped;
			executor->cq_reaped = head;
			__atomic_store_n(ring->cq_head, head, __ATOMIC_RELEASE);
		} while (held_back(executor));
		arm(executor);
		/* (g) */
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	} while (!is_reaped(executor));
	uos_client_update_seen(executor);
	return urgent;
}

void uos_client_reap(struct uos_executor *executor)
{
	reap_all(executor, NULL);
}

void uos_executor_attend(struct uos_executor *executor, bool yields)
{
	if (uos_load_relaxed(executor->cq_tail) != executor->cq_reaped)
		uos_client_reap(executor);
	else
		uos_client_update_seen(executor);
	if (executor->unknocked && ++executor->turns_unknocked >= KNOCK_TURNS)
		uos_client_knock(executor);
	if (__builtin_expect(executor->shared != NULL, 0))
		executor->shared->attend(executor, yields);
}

/* ---- waiting ------------------------------------------------------------------------ */

static inline __attribute__((always_inline)) void
wait_for(struct uos_executor *executor, uint64_t count)
{
	struct io_uring_getevents_arg argument = { .min_wait_usec = WAIT_USEC_MAX };
	int result;

	if (count == 1)		/* there is no shorter wait */
		result = enter(executor, 1, IORING_ENTER_GETEVENTS, NULL);
	else
		result = enter(executor, count, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG,
			       &argument);
	if (result < 0 && result != -EINTR && result != -ETIME && result != -EAGAIN &&
	    result != -EBUSY)
		uos_fatal("io_uring_enter refuses the program's own ring");
}

/* Whether there is something to do after all: the handler may have come in between.
 * Takes away the mark that the task on whose stack we stand was woken. */
static bool has_news(const struct uos_executor *executor)
{
	const struct uos_sched_lane *lane = &executor->pool->lane[executor->lane];
	struct uos_sched_task *records =
		(struct uos_sched_task *)((char *)executor->pool + executor->pool->tasks_offset);

	if (uos_load_relaxed(&lane->inbox) || !is_reaped(executor))
		return true;
	/* not by next(), which may go on with what has come into the inbox meanwhile */
	return lane->current &&
	       uos_load_relaxed(&records[lane->current].state) & UOS_SCHED_WOKEN &&
	       __atomic_fetch_and(&records[lane->current].state, ~UOS_SCHED_WOKEN,
				  __ATOMIC_ACQUIRE) & UOS_SCHED_WOKEN;
}

/* Whether the hart may sleep in this program: nobody else waits for it, and the ring is
 * served without us. */
static bool sleeps_here(const struct uos_executor *executor)
{
	const struct uos_sched_view *view =
		(const struct uos_sched_view *)(uintptr_t)executor->pool->view;
	uint32_t hart = executor->pool->lane[executor->lane].hart;

	if (!executor->sleeps_in_wfi ||
	    uos_load_relaxed(&view->hart[hart].best_elsewhere) < UOS_SCHED_LEVEL_NONE)
		return false;
	/* whom we have sent to may wait in the kernel, with no hart that idles and hears it */
	if (executor->listens && !uos_load_relaxed(&view->hart[0].doorbell_heard))
		return false;
	return !uos_ring_sq_pending(&executor->ring) || !uos_ring_knock_needed(&executor->ring) ||
	       ring_doorbell(executor);
}

/* As wait_for(), where a handler may have reaped what it would wait for. */
static __attribute__((noinline)) void wait_interruptible(struct uos_executor *executor,
							 uint64_t share)
{
	uint64_t in_flight, wanted;

	busy_begin(executor);
	if (executor->listens | executor->sleeps_in_wfi)
		uos_interrupts_off();
	in_flight = executor->operations - executor->completions;
	if (has_news(executor)) {
		/* the caller takes it */
	} else if (!in_flight && !executor->listens && !executor->shared) {
		uos_fatal("every coroutine waits for another one");
	} else if (sleeps_here(executor)) {
		uos_interrupt_sleep(executor);
	} else {
		wanted = in_flight / share;
		if (wanted > executor->ring.cq_entries)
			wanted = executor->ring.cq_entries;
		/* disarmed: the kernel ends the wait anyway */
		uos_store_relaxed(executor->cq_event, executor->cq_reaped - 1);
		wait_for(executor, wanted ? wanted : 1);
	}
	if (executor->listens | executor->sleeps_in_wfi)
		uos_interrupts_on();
	busy_end(executor);
}

void uos_client_sleep(struct uos_executor *executor)
{
	if (executor->cq_event)
		wait_interruptible(executor, ~0ull);
	else
		wait_for(executor, 1);
}

/* Nothing is under way, or very much, or others may wake this executor. */
static __attribute__((noinline, cold)) void wait_unusually(struct uos_executor *executor,
							   uint64_t in_flight)
{
	if (executor->shared)
		executor->shared->wait(executor);
	else if (executor->cq_event)
		wait_interruptible(executor, WAIT_SHARE);
	else if (!in_flight)
		uos_fatal("every coroutine waits for another one");
	else
		wait_for(executor, executor->ring.cq_entries);
}

void uos_client_wait(struct uos_executor *executor)
{
	uint64_t in_flight, wanted;

	/* not in between: it might take what the wait is for */
	if (__builtin_expect(!executor->interrupts_asked, 0))
		uos_interrupts_begin(executor);
	in_flight = executor->operations - executor->completions;
	wanted = in_flight / WAIT_SHARE;
	if (__builtin_expect(!in_flight, 0) || __builtin_expect(wanted >= executor->wait_limit, 0))
		wait_unusually(executor, in_flight);
	else if (executor->cq_event)
		wait_interruptible(executor, WAIT_SHARE);
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

/* Who is less urgent and runs now may compute for long: what was asked for is not to wait
 * until he is through. */
static inline void knock_before_less_urgent(struct uos_executor *executor)
{
	const struct uos_sched_lane *lane = &executor->pool->lane[executor->lane];
	uint32_t level = uos_task_self()->level;

	/* an equal is ready, most of the time: seen without asking the payload */
	if (executor->unknocked && !lane->queue[level].tail &&
	    executor->best(executor->pool, executor->lane) > level)
		uos_client_knock(executor);
}

/* Apart from its caller, which would save all registers on its account. */
static __attribute__((noinline)) void operation_block(const struct uos_operation *operation)
{
	while (!__atomic_load_n(&operation->done, __ATOMIC_ACQUIRE) && !alone(uos_executor_self())) {
		knock_before_less_urgent(uos_executor_self());
		uos_block();
	}
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
	uint32_t unknocked;

	if (ring_doorbell(executor))
		return;
	unknocked = ++executor->unknocked;
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
	uos_check_due();
	return operation.result;
}
