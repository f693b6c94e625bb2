/*
 * Coroutines: spawn, the first and the last steps of each, join, cancel.
 *
 * A task's record is freed by whoever joins it, or by itself if it is detached.
 * `join` decides between the one that ends and the one that joins, by one
 * exchange on each side; the loser finds what the winner left:
 *     the task ends:     swaps TASK_DONE in; finds nobody, a joiner, or DETACHED
 *     somebody joins:    UNJOINED -> its own task, or finds DONE
 *     it is detached:    UNJOINED -> DETACHED, or finds DONE
 * After the swap the ended task touches its record no more.
 */
#include "libuos/internal.h"

#include <errno.h>

#include "libuos/line.h"
#include "libuos/start.h"

#define NS_PER_SECOND	1000000000ull

static inline void task_free(struct uos_executor *executor, struct uos_task *task)
{
	if (__builtin_expect(task->owner == executor, 1)) {
		task->free_next = executor->task_free;
		executor->task_free = task;
	} else {
		executor->shared->return_task(task);
	}
}

/* The two failures stand apart, so that the way without them saves few registers. */
static __attribute__((noinline, cold)) struct uos_task *
make_record(struct uos_executor *executor, void (*entry)(void *argument), void *argument,
	    uint32_t level)
{
	if (!uos_task_record_more(executor))
		return NULL;
	return uos_task_make(executor, entry, argument, level);
}

static __attribute__((noinline, cold)) struct uos_task *not_added(struct uos_task *task,
								  int32_t number)
{
	if (number == UOS_ADDED_ELSEWHERE)
		return task;
	task_free(uos_executor_self(), task);
	return NULL;
}

static inline struct uos_task *task_make(struct uos_executor *executor,
					 void (*entry)(void *argument), void *argument,
					 uint32_t level)
{
	struct uos_task *task = executor->task_free;
	int32_t number;

	if (__builtin_expect(!task, 0))
		return make_record(executor, entry, argument, level);
	executor->task_free = task->free_next;
	/* an interrupt may need it before the task has taken a stack */
	task->sp = executor->sp;
	task->ra = (uint64_t)(uintptr_t)uos_switch_first;
	task->tp = (uint64_t)(uintptr_t)(&executor->no_slot + 1);
	task->entry = entry;
	task->argument = argument;
	task->level = level;
	task->join = TASK_UNJOINED;
	task->waiting = WAITING_NOT;
	number = executor->add(executor->pool, executor->lane, executor->lane, level,
			       (uint64_t)(uintptr_t)task);
	if (__builtin_expect(number < 0, 0))
		return not_added(task, number);
	uos_store_relaxed(&task->number, (uint32_t)number);
	return task;
}

struct uos_task *uos_task_make(struct uos_executor *executor, void (*entry)(void *argument),
			       void *argument, uint32_t level)
{
	return task_make(executor, entry, argument, level);
}

struct uos_task *uos_spawn(void (*entry)(void *argument), void *argument)
{
	return task_make(uos_executor_self(), entry, argument, uos_task_self()->level);
}

/* The stack is given back while it is still in use: the next task takes it only
 * after the switch, and until then nobody else runs on this executor. */
static void task_end(void)
{
	struct uos_executor *executor = uos_executor_self();
	struct uos_task *task = uos_task_self();
	struct uos_stack_slot *slot = (struct uos_stack_slot *)task->tp - 1;
	uintptr_t joiner;

	if (__builtin_expect(slot->owner == executor, 1)) {
		slot->free_next = executor->stack_free;
		executor->stack_free = slot;
	} else {
		executor->shared->return_stack(executor, slot);
	}
	joiner = __atomic_exchange_n(&task->join, TASK_DONE, __ATOMIC_ACQ_REL);
	if (joiner == TASK_DETACHED)
		task_free(executor, task);
	else if (joiner != TASK_UNJOINED)
		uos_wake(executor, uos_task_number((struct uos_task *)joiner));
	/* asked for anew, here and above: what is kept over a call has to be saved first */
	uos_switch_exit(uos_executor_self());
}

/* As before a yield: a program whose tasks never do is told of completions, too, and of
 * executors that have nothing to run. */
static inline void look_around(void)
{
	struct uos_executor *executor = uos_executor_self();

	if (__builtin_expect(uos_load_relaxed(executor->cq_tail) != executor->cq_seen, 0))
		uos_executor_attend(executor, false);
}

void uos_task_main(struct uos_task *task)
{
	uos_tls_init((uint64_t *)(uintptr_t)task->tp);
	uos_check_due();
	task->entry(task->argument);
	uos_line_task_ends();
	look_around();
	task_end();
	__builtin_unreachable();
}

/* It has returned: its record is free. */
static int join_done(struct uos_task *task)
{
	task_free(uos_executor_self(), task);
	return 0;
}

int uos_join_begin(struct uos_task *task)
{
	struct uos_task *self = uos_task_self();
	uintptr_t seen = TASK_UNJOINED;

	if (task == self)
		return -EDEADLK;
	uos_store_relaxed(&self->waiting, WAITING_INTERRUPTIBLE);
	if (__atomic_compare_exchange_n(&task->join, &seen, (uintptr_t)self, false,
					__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return 1;
	uos_store_relaxed(&self->waiting, WAITING_NOT);
	return join_done(task);
}

/* The task may end, and somebody may cancel the wait, at the same time: what
 * stands in `join` decides. */
int uos_join_again(struct uos_task *task)
{
	struct uos_task *self = uos_task_self();
	uintptr_t seen = __atomic_load_n(&task->join, __ATOMIC_ACQUIRE);

	if (seen != TASK_DONE) {
		if (uos_load_relaxed(&self->waiting) != WAITING_CANCELLED)
			return 1;
		if (__atomic_compare_exchange_n(&task->join, &seen, TASK_UNJOINED, false,
						__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
			uos_store_relaxed(&self->waiting, WAITING_NOT);
			return -ECANCELED;
		}
	}
	uos_store_relaxed(&self->waiting, WAITING_NOT);
	return join_done(task);
}

void uos_detach(struct uos_task *task)
{
	uintptr_t seen = TASK_UNJOINED;

	if (!__atomic_compare_exchange_n(&task->join, &seen, TASK_DETACHED, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE) &&
	    seen == TASK_DONE)
		task_free(uos_executor_self(), task);
}

int uos_cancel(struct uos_task *task)
{
	uintptr_t seen = __atomic_load_n(&task->waiting, __ATOMIC_ACQUIRE);
	struct uos_executor *executor;
	int result;

	if (seen == WAITING_INTERRUPTIBLE &&
	    __atomic_compare_exchange_n(&task->waiting, &seen, WAITING_CANCELLED, false,
					__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		uos_wake(uos_executor_self(), uos_task_number(task));
		return 0;
	}
	if (seen <= WAITING_KIND_MAX)
		return seen == WAITING_CANCELLED ? 0 : -ENOENT;
	/* Should the operation end meanwhile and the task begin another at the same
	 * place, that one is cancelled: it is what the task waits for now. */
	result = uos_operation(operation_on(IORING_OP_ASYNC_CANCEL, -1), 0, seen, 0, 0, 0);
	executor = uos_executor_self();
	if (result == -ENOENT && executor->shared)
		result = executor->shared->cancel(seen);
	return result;
}

/* ---- priority ----------------------------------------------------------------------- */

/* Tasks that others made ready lie in the inbox till the next decision.  Only this executor
 * takes them out of it. */
static bool outranked(const struct uos_executor *executor, uint32_t level)
{
	const struct uos_sched_pool *pool = executor->pool;
	const struct uos_sched_task *records =
		(const struct uos_sched_task *)((const char *)pool + pool->tasks_offset);
	uint32_t number = __atomic_load_n(&pool->lane[executor->lane].inbox, __ATOMIC_ACQUIRE);

	if (executor->best(pool, executor->lane) < level)
		return true;
	while (number && records[number].level >= level)
		number = records[number].inbox_next;
	return number != 0;
}

void uos_executor_due(void)
{
	struct uos_executor *executor = uos_executor_self();

	executor->due = 0;
	if (outranked(executor, uos_task_self()->level))
		uos_yield();
}

/* A payload without deadlines leaves 0 there. */
static uint64_t deadline_of(uint32_t number)
{
	const struct uos_sched_pool *pool = uos_executor_first.pool;
	const char *records = (const char *)pool + pool->tasks_offset;

	return ((const struct uos_sched_task *)records)[number].relative_deadline;
}

/* A thread has none: its number is not among the pool's. */
static int set_priority(const struct uos_task *task, uint32_t level, const uint64_t *ticks)
{
	const struct uos_executor *executor = uos_executor_self();
	uint32_t number = uos_task_number(task);

	if (number & UOS_THREAD_NUMBER)
		return -EINVAL;
	return executor->set_priority(executor->pool, executor->lane, number, level,
				      ticks ? *ticks : deadline_of(number));
}

int uos_task_set_priority(struct uos_task *task, unsigned int level)
{
	if (level >= UOS_SCHED_LEVELS)
		return -EINVAL;
	if (!task)
		task = uos_task_self();
	task->level = level;
	return set_priority(task, level, NULL);
}

int uos_task_set_deadline(struct uos_task *task, uint64_t deadline_ns)
{
	uint64_t ticks = deadline_ns / NS_PER_SECOND * uos_timebase_hz +
			 deadline_ns % NS_PER_SECOND * uos_timebase_hz / NS_PER_SECOND;

	if (deadline_ns && !ticks)
		ticks = 1;
	if (!task)
		task = uos_task_self();
	return set_priority(task, task->level, &ticks);
}
