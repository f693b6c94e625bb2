#include "pool_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t test_time = 1;

uint64_t payload_time(void);

uint64_t payload_time(void)
{
	return __atomic_load_n(&test_time, __ATOMIC_RELAXED);
}

void test_fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	abort();
}

struct uos_sched_pool *test_pool_make(uint32_t lanes, uint32_t tasks,
				      const struct uos_sched_view *view)
{
	size_t bytes = sizeof(struct uos_sched_pool) + lanes * sizeof(struct uos_sched_lane) +
		       (tasks + 1) * sizeof(struct uos_sched_task);
	struct uos_sched_pool *pool = aligned_alloc(64, bytes);

	memset(pool, 0, bytes);
	if (payload_init(pool, bytes, lanes, view))
		test_fail("init failed");
	return pool;
}

struct uos_sched_task *test_pool_task(struct uos_sched_pool *pool, uint32_t number)
{
	return (struct uos_sched_task *)((char *)pool + pool->tasks_offset) + number;
}

static void check_ready(struct uos_sched_task *task, uint32_t number, uint32_t lane)
{
	if ((task->state & UOS_SCHED_STATE_MASK) != UOS_SCHED_READY)
		test_fail("task %u is listed as ready, but its state is %#x", number, task->state);
	if (task->lane != lane)
		test_fail("task %u of lane %u stands in lane %u", number, task->lane, lane);
}

static void check_number(const struct uos_sched_pool *pool, uint32_t lane, uint32_t number,
			 uint32_t count)
{
	if (!number || number >= pool->task_capacity || count > pool->task_capacity)
		test_fail("lane %u: its ready tasks break at %u", lane, number);
}

/* Tasks in the queue of a level. */
static uint32_t check_queue(struct uos_sched_pool *pool, uint32_t lane, uint32_t level)
{
	struct uos_sched_queue queue = pool->lane[lane].queue[level];
	uint32_t count = 0, number = queue.head, before = 0;
	struct uos_sched_task *task;

	if (!queue.tail)
		return 0;
	for (;;) {
		check_number(pool, lane, number, count);
		task = test_pool_task(pool, number);
		check_ready(task, number, lane);
		if (task->queued_level != level)
			test_fail("task %u stands in %u, not %u", number, level, task->queued_level);
		if (before && task->queue_previous != before)
			test_fail("task %u does not know the one before it", number);
		count++;
		if (number == queue.tail)
			return count;
		before = number;
		number = task->queue_next;
	}
}

static uint32_t check_levels(struct uos_sched_pool *pool, uint32_t number)
{
	struct uos_sched_lane *lane = &pool->lane[number];
	uint32_t count = 0, best = UOS_SCHED_LEVEL_NONE, in_queue;

	for (uint32_t level = 0; level < UOS_SCHED_LEVELS; level++) {
		in_queue = check_queue(pool, number, level);
		if (in_queue && !(lane->ready_levels >> level & 1))
			test_fail("lane %u: bit %u does not tell the queue", number, level);
		if (lane->ready_levels >> level & 1 && best == UOS_SCHED_LEVEL_NONE)
			best = level;
		count += in_queue;
	}
	if (best != lane->best)
		test_fail("lane %u: best is %u, not %u", number, best, lane->best);
	return count;
}

/* Tasks below and including `number`; *rank: steps down the right side. */
static uint32_t check_heap(struct uos_sched_pool *pool, uint32_t lane, uint32_t number,
			   uint32_t parent, uint32_t *rank)
{
	struct uos_sched_task *task, *above = test_pool_task(pool, parent);
	uint32_t left, right, count;

	*rank = 0;
	if (!number)
		return 0;
	check_number(pool, lane, number, 0);
	task = test_pool_task(pool, number);
	check_ready(task, number, lane);
	if (task->parent != parent)
		test_fail("task %u: its parent is %u, not %u", number, parent, task->parent);
	if (parent && (task->deadline < above->deadline ||
		       (task->deadline == above->deadline && task->order < above->order)))
		test_fail("task %u precedes its parent, %u", number, parent);
	count = check_heap(pool, lane, task->queue_next, number, &left) +
		check_heap(pool, lane, task->queue_previous, number, &right) + 1;
	if (left < right || task->rank != right + 1)
		test_fail("task %u: rank %u above %u and %u", number, task->rank, left, right);
	*rank = right + 1;
	return count;
}

static uint32_t check_ready_of(struct uos_sched_pool *pool, uint32_t number)
{
	uint32_t rank;

	switch (TEST_POLICY) {
	case TEST_POLICY_prio:
		return check_levels(pool, number);
	case TEST_POLICY_fifo:
		return check_queue(pool, number, UOS_SCHED_LEVEL_DEFAULT);
	default:
		return check_heap(pool, number, pool->lane[number].root, 0, &rank);
	}
}

static uint32_t check_lane(struct uos_sched_pool *pool, uint32_t number)
{
	struct uos_sched_lane *lane = &pool->lane[number];
	uint32_t count = check_ready_of(pool, number), best = payload_best(pool, number);

	if (best < lane->best)
		test_fail("lane %u: best is %u, but %u is ready", number, lane->best, best);
	if ((best == UOS_SCHED_LEVEL_NONE) != (count == 0))
		test_fail("lane %u: %u are ready, of which the best has level %u", number, count,
			  best);
	if (!lane->current && lane->next_calls &&
	    (lane->best == UOS_SCHED_LEVEL_NONE) != (count == 0))
		test_fail("lane %u: nothing runs, %u are ready, but best is %u", number, count,
			  lane->best);
	for (uint32_t task = lane->inbox; task; task = test_pool_task(pool, task)->inbox_next) {
		check_ready(test_pool_task(pool, task), task, number);
		count++;
	}
	return count;
}

void test_pool_check(struct uos_sched_pool *pool, uint32_t tasks)
{
	uint32_t listed = 0, ready = 0, used = 0, best = UOS_SCHED_LEVEL_NONE, state;

	for (uint32_t i = 0; i < pool->lane_count; i++) {
		listed += check_lane(pool, i);
		if (pool->lane[i].best < best)
			best = pool->lane[i].best;
	}
	for (uint32_t i = 1; i < pool->task_capacity; i++) {
		state = test_pool_task(pool, i)->state & UOS_SCHED_STATE_MASK;
		ready += state == UOS_SCHED_READY;
		used += state != UOS_SCHED_FREE;
	}
	if (listed != ready)
		test_fail("%u tasks are ready, %u are listed", ready, listed);
	if (used != tasks)
		test_fail("%u records are in use, not %u", used, tasks);
	if (pool->summary > best)
		test_fail("summary %u hides the best, %u", pool->summary, best);
}
