/*
 * The ready tasks of a lane by deadline: a leftist heap of their records, so no
 * memory but theirs.  Each step is O(log n) in the worst case, without recursion;
 * the look at the first one is O(1).  What engine.h asks of it is said there.
 *
 * Why leftist: a node's rank is the number of steps down its right side to the
 * end, and the left child's is never less than the right one's.  So a node of rank r has
 * at least 2^r - 1 below and including it, and every right side is at most log2(n + 1)
 * long.  Merging walks down right sides alone.  To take any node out is to merge
 * its two children and to correct ranks upwards as long as they change; each
 * changed one is one more than the one below it, so they are log2(n + 1) at most.
 * (A pairing heap would be shorter, but only amortized; a balanced tree longer.)
 *
 * What holds:
 *   - no child precedes its parent: by deadline, then by order of arrival (32 bits of
 *     it: of two with one deadline, 2^31 others may have come between);
 *   - a node's parent is right, the root's is 0; a task that is out has neither
 *     child nor place, whatever its words say;
 *   - lane.best is no less urgent than the root's level.
 */
#ifndef SCHED_SHARED_HEAP_H
#define SCHED_SHARED_HEAP_H

#include "sched-shared/pool.h"

/* Ticks since some time in the past; all harts read the same clock. */
#if defined(__riscv)
static inline uint64_t payload_time(void)
{
	uint64_t ticks;

	__asm__ volatile("rdtime %0" : "=r"(ticks));
	return ticks;
}
#else
uint64_t payload_time(void);		/* the test's */
#endif

struct ready_first {
	int32_t number;			/* 0: nothing is ready */
	int32_t level;
	uint64_t deadline;
};

/* ---- the heap ------------------------------------------------------------- */

/* By their other meaning: a heap's node stands in no queue. */
#define heap_left	queue_next
#define heap_right	queue_previous

static inline int heap_precedes(const struct uos_sched_task *one,
				const struct uos_sched_task *other)
{
	if (one->deadline != other->deadline)
		return one->deadline < other->deadline;
	return (int32_t)(one->order - other->order) < 0;
}

static inline uint32_t heap_rank(char *records, uint32_t number)
{
	return number ? pool_record(records, number)->rank : 0;
}

/* Its children have changed.  False: whoever is above need not know. */
static inline int heap_correct(char *records, struct uos_sched_task *node)
{
	uint32_t left = heap_rank(records, node->heap_left);
	uint32_t right = heap_rank(records, node->heap_right);
	uint32_t before = node->rank, swapped;

	if (left < right) {
		swapped = node->heap_left;
		node->heap_left = node->heap_right;
		node->heap_right = swapped;
		right = left;
	}
	node->rank = right + 1;
	return node->rank != before;
}

/* Two heaps into one: its root, whose parent is 0. */
static uint32_t heap_merge(char *records, uint32_t one, uint32_t other)
{
	uint32_t root = 0, parent = 0, swapped;
	struct uos_sched_task *node, *above = 0;

	while (one && other) {
		if (heap_precedes(pool_record(records, other), pool_record(records, one))) {
			swapped = one;
			one = other;
			other = swapped;
		}
		node = pool_record(records, one);
		node->parent = parent;
		if (above)
			above->heap_right = one;
		else
			root = one;
		above = node;
		parent = one;
		one = node->heap_right;
	}
	one |= other;
	if (one)
		pool_record(records, one)->parent = parent;
	if (!above)
		return one;
	above->heap_right = one;
	for (; parent; parent = above->parent) {
		above = pool_record(records, parent);
		heap_correct(records, above);
	}
	return root;
}

static void heap_insert(struct uos_sched_lane *lane, char *records, uint32_t number)
{
	struct uos_sched_task *task = pool_record(records, number);

	task->order = lane->order++;
	task->heap_left = 0;
	task->heap_right = 0;
	task->rank = 1;
	atomic_write(&lane->root, heap_merge(records, lane->root, number));
}

static void heap_remove(struct uos_sched_lane *lane, char *records, uint32_t number)
{
	const struct uos_sched_task *task = pool_record(records, number);
	uint32_t below = heap_merge(records, task->heap_left, task->heap_right);
	uint32_t parent = task->parent;
	struct uos_sched_task *above;

	if (below)
		pool_record(records, below)->parent = parent;
	if (!parent) {
		atomic_write(&lane->root, below);
		return;
	}
	above = pool_record(records, parent);
	if (above->heap_left == number)
		above->heap_left = below;
	else
		above->heap_right = below;
	while (heap_correct(records, above) && above->parent)
		above = pool_record(records, above->parent);
}

/* Another root may be more urgent to others; that it is less is found when it matters. */
static inline void heap_tell(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
			     char *records)
{
	uint32_t level;

	if (!lane->root)
		return;
	level = pool_record(records, lane->root)->queued_level;
	if (pool_unlikely(level < lane->best))
		pool_best_is_better(pool, lane, level);
}

/* ---- jobs ----------------------------------------------------------------- */

static inline uint64_t job_deadline(struct uos_sched_pool *pool,
				    const struct uos_sched_task *task)
{
	uint64_t relative = atomic_read(&task->relative_deadline);
	uint64_t deadline;

	if (!relative)
		relative = (atomic_read(&task->level) + 1) * pool->level_ticks;
	deadline = task->released + relative;
	return deadline < relative ? UINT64_MAX : deadline;
}

/* ---- what engine.h asks for ----------------------------------------------- */

static inline uint32_t ready_level(uint32_t level)
{
	return level % UOS_SCHED_LEVELS;
}

static inline void ready_new(struct uos_sched_task *task)
{
	atomic_write(&task->relative_deadline, 0);
}

static inline void ready_begin_job(struct uos_sched_task *task)
{
	task->released = payload_time();
}

static inline void ready_set_deadline(struct uos_sched_task *task, uint64_t relative_ticks)
{
	atomic_write(&task->relative_deadline, relative_ticks);
}

static inline struct ready_first ready_look(struct uos_sched_lane *lane, char *records)
{
	const struct uos_sched_task *task = pool_record(records, lane->root);
	struct ready_first first = { .number = lane->root, .level = task->queued_level,
				     .deadline = task->deadline };

	return first;
}

static inline int ready_found(const struct ready_first *first, const struct uos_sched_lane *lane)
{
	return first->number && first->level == (int32_t)lane->best;
}

static inline int32_t ready_number(const struct ready_first *first)
{
	return first->number;
}

static inline void ready_take(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
			      const struct ready_first *first, char *records,
			      const struct uos_sched_task *task, int32_t number)
{
	(void)first;
	(void)number;
	atomic_write(&lane->root, heap_merge(records, task->heap_left, task->heap_right));
	heap_tell(pool, lane, records);
}

static inline int32_t ready_push(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
				 struct uos_sched_task *task, int32_t number, long level,
				 int32_t answer)
{
	char *records = pool_records(pool);

	task->deadline = job_deadline(pool, task);
	atomic_write_part(&task->queued_level, level);
	heap_insert(lane, records, number);
	heap_tell(pool, lane, records);
	return answer;
}

static inline int ready_goes_round(struct uos_sched_pool *pool, const struct ready_first *first,
				   struct uos_sched_task *task)
{
	ready_begin_job(task);
	return first->number && first->deadline <= job_deadline(pool, task);
}

static inline struct uos_sched_task *ready_turn(struct uos_sched_pool *pool,
						struct uos_sched_lane *lane,
						const struct ready_first *first, char *records,
						struct uos_sched_task *task, int32_t number,
						int32_t *following)
{
	struct uos_sched_task *best = pool_record(records, first->number);

	*following = first->number;
	atomic_write(&lane->root, heap_merge(records, best->heap_left, best->heap_right));
	ready_push(pool, lane, task, number, atomic_read(&task->level), 0);
	return best;
}

pool_cold static void ready_settle(struct uos_sched_pool *pool, struct uos_sched_lane *lane)
{
	uint32_t before = lane->best, best = UOS_SCHED_LEVEL_NONE;

	if (lane->root)
		best = pool_task(pool, lane->root)->queued_level;
	if (best != before)
		pool_best_is_worse(pool, lane, before, best);
}

static inline void ready_remove(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
				const struct uos_sched_task *task, uint32_t number)
{
	char *records = pool_records(pool);

	(void)task;
	heap_remove(lane, records, number);
	heap_tell(pool, lane, records);
	ready_settle(pool, lane);
}

static inline int ready_is_misplaced(struct uos_sched_pool *pool,
				     const struct uos_sched_task *task)
{
	return task->queued_level != atomic_read(&task->level) ||
	       task->deadline != job_deadline(pool, task);
}

static inline int ready_precedes_all(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
				     const struct uos_sched_task *task, uint32_t level)
{
	(void)level;
	return !lane->root ? lane->best == UOS_SCHED_LEVEL_NONE :
	       job_deadline(pool, task) < pool_task(pool, lane->root)->deadline;
}

static inline uint32_t ready_best(struct uos_sched_lane *lane, char *records)
{
	uint32_t root = atomic_read(&lane->root), level;

	if (!root)
		return UOS_SCHED_LEVEL_NONE;
	level = atomic_read(&pool_record(records, root)->queued_level);
	/* others may see it when it is no more the root, nor anywhere */
	return level < UOS_SCHED_LEVELS ? level : UOS_SCHED_LEVEL_NONE;
}

#endif
