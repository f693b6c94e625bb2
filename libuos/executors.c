/*
 * Several executors in one program: opening them, sharing work, waking.
 *
 * Work.  A new task is put into the lane of an executor that sleeps, and a woken one if
 * the waker's own lane has something ready besides; else it stays with the waker, who
 * looks again at the next yield.  An executor that is about to sleep asks one that has
 * ready tasks; that one, the next time that a task of it yields, blocks or ends, gives every
 * other of them: it takes it out of its lane (abi/sched.h, `hold`) and wakes it in the other
 * one.  Nobody takes anything out of a lane that is not his.
 *
 * Sleeping.  `idle` has a bit for each lane whose executor sleeps in io_uring_enter,
 * or is about to:
 *	sleeper: sets its bit; fence 1; looks at its inbox, its completion queue, and
 *		whether the task on whose stack it stands was woken; sleeps.
 *	waker:	puts the task into the inbox, or marks it woken; fence 2; takes the bit
 *		away: if it was there, sends a message (MSG_RING), a completion that ends
 *		the sleep whether it has begun or not.
 * One of the two sees the other (idle_executor in test/model/litmus.py, and sleep.pml
 * there).  A message that comes late ends a sleep for nothing.
 *
 * Records and stacks belong to the executor that made them, and go back to it by lists
 * that anybody pushes to and the owner takes whole (release, acquire).
 */
#include <errno.h>
#include <string.h>

#include "libuos/internal.h"
#include "libuos/waiter.h"
#include "uos/sys.h"

#define RING_SQ_ENTRIES	256u
#define RING_CQ_ENTRIES	1024u
#define RING_IDLE_MS	1u
#define STACK_SHIFT	16
#define STACK_BYTES	(1ul << STACK_SHIFT)
#define LANE_BIT(lane)	(1ul << (lane))
#define GIVEN_MAX	64u	/* tasks at a time */

/* A program may define its own. */
const unsigned int uos_executors_max __attribute__((weak)) = 8;

static struct {
	struct uos_wait_list lock;	/* opening */
	uint32_t count;			/* atomic; set after by_lane */
	/* fixed once `count` is above */
	struct uos_executor *by_lane[UOS_EXECUTORS_LIMIT];
	uos_sched_add_fn *add;
	uos_sched_wake_fn *wake;
	uint64_t idle;			/* atomic: see above */
} executors = { .count = 1, .by_lane = { &uos_executor_first } };

/* ---- waking -------------------------------------------------------------------------- */

static struct uos_sched_task *record_of(uint32_t number)
{
	struct uos_sched_pool *pool = uos_executor_first.pool;

	return (struct uos_sched_task *)((char *)pool + pool->tasks_offset) + number;
}

static void message_send(struct uos_executor *executor)
{
	struct uos_executor *self = uos_executor_self();
	int result;

	__atomic_fetch_add(&executor->messages, 1, __ATOMIC_RELAXED);
	uos_hold(self);
	do {
		result = uos_sys_msg_ring(executor->ring.fd,
					  (uint64_t)(uintptr_t)&executor->message, 0);
		/* no memory to hold it back: the others must take theirs first */
	} while (result == -EOVERFLOW && uos_sys_sleep_ns(1000000) >= 0);
	uos_let_go(self);
	if (result < 0)
		uos_fatal("an executor's ring is gone");
}

/* Something was put into its inbox, or its task was marked. */
static void executor_rouse(struct uos_executor *executor)
{
	uint64_t bit = LANE_BIT(executor->lane);

	/* fence 2 */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(&executors.idle, __ATOMIC_RELAXED) & bit &&
	    __atomic_fetch_and(&executors.idle, ~bit, __ATOMIC_ACQ_REL) & bit)
		message_send(executor);
}

/* Bits of those who sleep, but `own`. */
static uint64_t sleepers(uint32_t own)
{
	return __atomic_load_n(&executors.idle, __ATOMIC_RELAXED) & ~LANE_BIT(own);
}

/* Who sleeps, if the caller's lane has ready tasks enough; else the caller's own, whose
 * executor looks again when a task yields: then it had more than one that can run. */
static uint32_t lane_choose(struct uos_sched_pool *pool, uint32_t own)
{
	struct uos_executor *executor = executors.by_lane[own];
	uint64_t idle = sleepers(own);

	if (!idle)
		return own;
	if (executor->best(pool, own) != UOS_SCHED_LEVEL_NONE)
		return (uint32_t)__builtin_ctzl(idle);
	if (!executor->watches) {
		executor->watches = 1;
		uos_client_update_seen(executor);
	}
	return own;
}

/* As the payload's wake(), and whoever is to run it knows. */
static int32_t wake_and_rouse(struct uos_sched_pool *pool, uint32_t by, uint32_t lane,
			      uint32_t number)
{
	int32_t result = executors.wake(pool, by, lane, number);
	uint32_t found;

	if (result < 0)
		return result;
	/* it may run, and move, meanwhile: then nobody needs to be told */
	found = __atomic_load_n(&record_of(number)->lane, __ATOMIC_RELAXED);
	if (found != by)
		executor_rouse(executors.by_lane[found]);
	return result;
}

static int32_t shared_wake(struct uos_sched_pool *pool, uint32_t by, uint32_t lane,
			   uint32_t number)
{
	if (number & UOS_THREAD_NUMBER)
		return uos_thread_wake(number);
	if (lane == by)
		lane = lane_choose(pool, by);
	return wake_and_rouse(pool, by, lane, number);
}

int32_t uos_shared_wake_from_outside(uint32_t number)
{
	if (number & UOS_THREAD_NUMBER)
		return uos_thread_wake(number);
	return wake_and_rouse(uos_executor_first.pool, UOS_SCHED_ANY_LANE, UOS_SCHED_ANY_LANE,
			      number);
}

/* A new task goes to who sleeps: it has waited for nothing yet, so nothing is lost. */
static int32_t shared_add(struct uos_sched_pool *pool, uint32_t by, uint32_t lane,
			  uint32_t level, uint64_t cookie)
{
	uint64_t idle = sleepers(by);
	struct uos_task *task = (struct uos_task *)(uintptr_t)cookie;
	uint32_t unknown = 0;
	int32_t number;

	if (!idle)
		return executors.add(pool, by, lane, level, cookie);
	lane = (uint32_t)__builtin_ctzl(idle);
	task->ra = (uint64_t)(uintptr_t)uos_switch_first_elsewhere;
	task->sp = executors.by_lane[lane]->sp;
	uos_store_relaxed(&task->number, 0);
	number = executors.add(pool, by, lane, level, cookie);
	if (number < 0)
		return number;
	/* it has said so itself if it runs already, and may be another by now */
	__atomic_compare_exchange_n(&task->number, &unknown, (uint32_t)number, false,
				    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	executor_rouse(executors.by_lane[lane]);
	return UOS_ADDED_ELSEWHERE;
}

/* ---- sleeping, asking, giving ------------------------------------------------------------ */

/* An executor that has more than it runs is told that this one has nothing. */
static void ask(struct uos_executor *executor)
{
	uint32_t count = __atomic_load_n(&executors.count, __ATOMIC_ACQUIRE);
	uint64_t idle = __atomic_load_n(&executors.idle, __ATOMIC_RELAXED);

	/* the newest one runs before it is counted */
	if (count <= executor->lane)
		count = executor->lane + 1;
	for (uint32_t i = 1; i < count; i++) {
		uint32_t lane = (executor->lane + i) % count;
		struct uos_executor *other = executors.by_lane[lane];
		uint64_t before;

		if (idle & LANE_BIT(lane) ||
		    executor->best(executor->pool, lane) == UOS_SCHED_LEVEL_NONE)
			continue;
		before = __atomic_fetch_or(&other->asked, LANE_BIT(executor->lane),
					   __ATOMIC_ACQ_REL);
		if (!before)
			message_send(other);
		return;
	}
}

/* A task that has not run starts on whatever its record names: it is ours till then. */
static void make_fit(struct uos_task *task, struct uos_executor *executor)
{
	if (task->ra != (uint64_t)(uintptr_t)uos_switch_first &&
	    task->ra != (uint64_t)(uintptr_t)uos_switch_first_elsewhere)
		return;
	task->sp = executor->sp;
	task->tp = (uint64_t)(uintptr_t)(&executor->no_slot + 1);
}

/* Every other of the ready tasks, the best first, but not more than GIVEN_MAX, goes on in
 * that lane.  Those in between go behind their equals. */
static void give(struct uos_executor *executor, uint32_t lane, bool keeps_first)
{
	struct uos_sched_pool *pool = executor->pool;
	struct uos_executor *other = executors.by_lane[lane];
	uint32_t kept[GIVEN_MAX + 1], kept_count = 0, given = 0;
	bool keep = keeps_first;
	int32_t number;

	for (; given < GIVEN_MAX && (number = executor->hold(pool, executor->lane)) != 0;
	     keep = !keep) {
		if (keep) {
			kept[kept_count++] = (uint32_t)number;
			continue;
		}
		make_fit((struct uos_task *)(uintptr_t)record_of((uint32_t)number)->cookie, other);
		executors.wake(pool, executor->lane, lane, (uint32_t)number);
		given++;
	}
	for (uint32_t i = 0; i < kept_count; i++)
		executors.wake(pool, executor->lane, executor->lane, kept[i]);
	if (given)
		executor_rouse(other);
}

/* A task of this executor runs, so nobody stands on the stack of one that is ready, and
 * each that has run has saved where it goes on. */
static void shared_attend(struct uos_executor *executor, bool yields)
{
	uint64_t lanes = 0;

	if (executor->watches && yields) {
		executor->watches = 0;
		lanes = sleepers(executor->lane);
	}
	if (__atomic_load_n(&executor->asked, __ATOMIC_RELAXED))
		lanes |= __atomic_exchange_n(&executor->asked, 0, __ATOMIC_ACQ_REL);
	uos_client_update_seen(executor);
	/* who has got something since he asked would be given what others wait for */
	lanes &= sleepers(executor->lane);
	if (lanes && executor->best(executor->pool, executor->lane) != UOS_SCHED_LEVEL_NONE)
		give(executor, (uint32_t)__builtin_ctzl(lanes), !yields);
}

/* The task that runs, on whose stack we stand, has been woken: not to be slept over.
 * Takes the mark away, which nobody else does while it runs. */
static bool current_is_woken(const struct uos_executor *executor)
{
	const struct uos_sched_lane *lane = &executor->pool->lane[executor->lane];

	return lane->current &&
	       __atomic_fetch_and(&record_of(lane->current)->state, ~UOS_SCHED_WOKEN,
				  __ATOMIC_ACQUIRE) & UOS_SCHED_WOKEN;
}

static bool has_news(const struct uos_executor *executor)
{
	const struct uos_sched_lane *lane = &executor->pool->lane[executor->lane];

	return __atomic_load_n(&lane->inbox, __ATOMIC_ACQUIRE) ||
	       __atomic_load_n(executor->cq_tail, __ATOMIC_ACQUIRE) != executor->cq_reaped;
}

static void shared_wait(struct uos_executor *executor)
{
	uint64_t bit = LANE_BIT(executor->lane);

	__atomic_fetch_or(&executors.idle, bit, __ATOMIC_RELAXED);
	/* fence 1 */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	/* who is asked looks whether this one still sleeps */
	ask(executor);
	if (!current_is_woken(executor) && !has_news(executor))
		uos_client_sleep(executor);
	__atomic_fetch_and(&executors.idle, ~bit, __ATOMIC_RELAXED);
}

/* ---- cancelling --------------------------------------------------------------------------- */

static int cancel_on(const struct uos_executor *executor, uint64_t operation)
{
	struct io_uring_sync_cancel_reg cancel = { .addr = operation };
	int result = uos_sys_io_uring_register(executor->ring.fd, IORING_REGISTER_SYNC_CANCEL,
					       &cancel, 1);

	/* it can't be ended, and we did not wait for it */
	return result == -ETIME ? -EALREADY : result;
}

static int shared_cancel(uint64_t operation)
{
	uint32_t count = __atomic_load_n(&executors.count, __ATOMIC_ACQUIRE);
	int result = -ENOENT;

	for (uint32_t i = 0; i < count && count > 1 && result == -ENOENT; i++)
		result = cancel_on(executors.by_lane[i], operation);
	return result;
}

/* ---- what goes back to its owner ----------------------------------------------------------- */

static void return_task(struct uos_task *task)
{
	struct uos_task **list = &task->owner->task_returns;
	struct uos_task *first = __atomic_load_n(list, __ATOMIC_RELAXED);

	do {
		task->free_next = first;
	} while (!__atomic_compare_exchange_n(list, &first, task, true, __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
}

static bool take_tasks(struct uos_executor *executor)
{
	executor->task_free = __atomic_exchange_n(&executor->task_returns, NULL,
						  __ATOMIC_ACQUIRE);
	return executor->task_free != NULL;
}

/* The caller still stands on it, so the owner gets it when the next task ends here. */
static void return_stack(struct uos_executor *executor, struct uos_stack_slot *slot)
{
	struct uos_stack_slot *left = executor->stack_leaving, *first, **list;

	executor->stack_leaving = slot;
	if (!left)
		return;
	list = &left->owner->stack_returns;
	first = __atomic_load_n(list, __ATOMIC_RELAXED);
	do {
		left->free_next = first;
	} while (!__atomic_compare_exchange_n(list, &first, left, true, __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
}

static bool take_stacks(struct uos_executor *executor)
{
	executor->stack_free = __atomic_exchange_n(&executor->stack_returns, NULL,
						   __ATOMIC_ACQUIRE);
	return executor->stack_free != NULL;
}

/* ---- opening -------------------------------------------------------------------------------- */

const struct uos_shared uos_shared = {
	.wait = shared_wait, .attend = shared_attend, .cancel = shared_cancel,
	.return_task = return_task, .return_stack = return_stack,
	.take_tasks = take_tasks, .take_stacks = take_stacks,
};

static void make_shared(struct uos_executor *executor)
{
	executor->shared = &uos_shared;
	executor->add = shared_add;
	executor->wake = shared_wake;
	executor->wait_limit = 0;
}

void uos_shared_begin(void)
{
	struct uos_executor *first = &uos_executor_first;

	if (uos_program_is_shared())
		return;
	executors.add = first->add;
	executors.wake = first->wake;
	make_shared(first);
}

static int ring_open(struct uos_executor *executor)
{
	struct io_uring_params params;
	int result;

	memset(&params, 0, sizeof(params));
	params.flags = IORING_SETUP_SQPOLL | IORING_SETUP_NO_SQARRAY | IORING_SETUP_SUBMIT_ALL |
		       IORING_SETUP_CQSIZE;
	params.cq_entries = RING_CQ_ENTRIES;
	params.sq_thread_idle = RING_IDLE_MS;
	result = uos_ring_init(&executor->ring, RING_SQ_ENTRIES, &params);
	if (result < 0)
		return result;
	uos_executor_set_ring(executor);
	return 0;
}

static void executor_prepare(struct uos_executor *executor, uint32_t lane)
{
	const struct uos_executor *first = &uos_executor_first;

	executor->pool = first->pool;
	executor->lane = lane;
	executor->next = first->next;
	executor->set_priority = first->set_priority;
	executor->best = first->best;
	executor->hold = first->hold;
}

static int thread_start(struct uos_executor *executor)
{
	const struct uos_thread_start start = {
		.entry = (uint64_t)(uintptr_t)uos_executor_entry,
		.stack = (uint64_t)(uintptr_t)executor & -16ul,
		.tp = (uint64_t)(uintptr_t)(&executor->no_slot + 1),
		.argument = (uint64_t)(uintptr_t)executor,
		.lane = (uint64_t)(uintptr_t)&executor->pool->lane[executor->lane],
		.level = UOS_LEVEL_INHERIT,
	};

	return uos_sys_thread(&start);
}

/* Where its thread begins, on its own stack. */
void uos_executor_main(struct uos_executor *executor) __attribute__((noreturn));

void uos_executor_main(struct uos_executor *executor)
{
	uos_interrupts_begin(executor);
	uos_switch_start(executor);
}

/* Under the lock.  The executor lies at the end of its own stack. */
static int executor_open(uint32_t lane)
{
	struct uos_executor *executor;
	void *memory = NULL;
	int result = uos_sys_mmap(&memory, STACK_BYTES, ABI_PROT_READ | ABI_PROT_WRITE,
				  ABI_MAP_PRIVATE | ABI_MAP_ANONYMOUS | UOS_MAP_STACKS |
				  (int)(STACK_SHIFT << UOS_MAP_SLOT_SHIFT), -1, 0);

	if (result < 0)
		return result;
	executor = (struct uos_executor *)((char *)memory + STACK_BYTES) - 1;
	executor_prepare(executor, lane);
	result = ring_open(executor);
	if (result < 0) {
		uos_sys_munmap(memory, STACK_BYTES);
		return result;
	}
	make_shared(executor);
	executors.by_lane[lane] = executor;
	result = thread_start(executor);
	if (result >= 0) {
		__atomic_store_n(&executors.count, lane + 1, __ATOMIC_RELEASE);
	} else {
		uos_ring_exit(&executor->ring);
		uos_sys_munmap(memory, STACK_BYTES);
	}
	return result;
}

int uos_executors_open(unsigned int count)
{
	uint32_t open;
	int result = 0;

	if (!count || count > uos_executors_max)
		return -EINVAL;
	if (count > 1)
		uos_shared_begin();
	uos_wait_list_lock(&executors.lock);
	while (executors.count < count && result >= 0)
		result = executor_open(executors.count);
	open = executors.count;
	uos_wait_list_unlock(&executors.lock);
	return result < 0 ? result : (int)open;
}
