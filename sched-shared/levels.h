/*
 * The ready tasks of a lane by level: 64 queues and a bitmap of them.  Every step
 * is O(1).  What engine.h asks of it is said there.
 *
 * What holds: where a task stands in queue n of a lane, the queue has a tail and
 * bit n is set; lane.best is the lowest bit.  A bit may outlast its last task: the
 * next call that meets it clears it (ready_settle).  So a queue that is filled and
 * emptied in turn costs no bitmap.
 */
#ifndef SCHED_SHARED_LEVELS_H
#define SCHED_SHARED_LEVELS_H

#include "sched-shared/queue.h"

/* The core has no count-zeros instruction: a power of two times this sequence
 * has a number of its own in its six top bits (every window of six is unique). */
static const uint64_t window_sequence = 0x0218a392cd3d5dbfull;
static const uint8_t window_level[64] = {
	 0,  1,  2,  7,  3, 13,  8, 19,  4, 25, 14, 28,  9, 34, 20, 40,
	 5, 17, 26, 38, 15, 46, 29, 48, 10, 31, 35, 54, 21, 50, 41, 57,
	63,  6, 12, 18, 24, 27, 33, 39, 16, 37, 45, 47, 30, 53, 49, 56,
	62, 11, 23, 32, 36, 44, 52, 55, 61, 22, 43, 51, 60, 42, 59, 58,
};

static inline uint32_t best_level(uint64_t ready_levels)
{
	if (!ready_levels)
		return UOS_SCHED_LEVEL_NONE;
	return window_level[((ready_levels & -ready_levels) * window_sequence) >> 58];
}

static inline uint32_t ready_level(uint32_t level)
{
	return level % UOS_SCHED_LEVELS;
}

/* best may be LEVEL_NONE, whose queue is empty. */
static inline struct ready_first ready_look(struct uos_sched_lane *lane, char *records)
{
	struct ready_first first;

	(void)records;
	first.level = lane->best;
	first.queue = lane_queue(lane, first.level);
	first.tail = number_at(&first.queue->tail);
	return first;
}

static inline int ready_goes_round(struct uos_sched_pool *pool, const struct ready_first *first,
				   struct uos_sched_task *task)
{
	(void)pool;
	return atomic_read(&task->level) == first->level && first->tail;
}

static inline struct uos_sched_task *ready_turn(struct uos_sched_pool *pool,
						struct uos_sched_lane *lane,
						const struct ready_first *first, char *records,
						struct uos_sched_task *task, int32_t number,
						int32_t *following)
{
	(void)pool;
	(void)lane;
	atomic_write_part(&task->queued_level, first->level);
	return queue_turn(first->queue, records, first->tail, task, number, following);
}

/* lane.best stands for an empty queue: finds the next that is not. */
pool_cold static void ready_settle(struct uos_sched_pool *pool, struct uos_sched_lane *lane)
{
	uint32_t before = lane->best, best = before;
	uint64_t levels = lane->ready_levels;

	while (levels && !lane_queue(lane, best)->tail) {
		levels &= levels - 1;
		best = best_level(levels);
	}
	if (best == before)
		return;
	atomic_write(&lane->ready_levels, levels);
	pool_best_is_worse(pool, lane, before, best);
}

/* The first task at this level, and it is not the best level. */
pool_cold static int32_t level_open(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
				    uint32_t level, int32_t answer)
{
	atomic_write(&lane->ready_levels, lane->ready_levels | 1ull << level);
	if (level < lane->best)
		pool_best_is_better(pool, lane, level);
	return answer;
}

static inline int32_t ready_push(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
				 struct uos_sched_task *task, int32_t number, long level,
				 int32_t answer)
{
	atomic_write_part(&task->queued_level, level);
	if (queue_append(pool, lane_queue(lane, level), task, number))
		return answer;
	if (pool_unlikely(level != (int32_t)lane->best))
		return level_open(pool, lane, level, answer);
	return answer;
}

static inline void ready_remove(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
				const struct uos_sched_task *task, uint32_t number)
{
	if (!queue_remove(pool, &lane->queue[task->queued_level], task, number))
		ready_settle(pool, lane);
}

static inline int ready_is_misplaced(struct uos_sched_pool *pool,
				     const struct uos_sched_task *task)
{
	(void)pool;
	return task->queued_level != atomic_read(&task->level);
}

static inline int ready_precedes_all(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
				     const struct uos_sched_task *task, uint32_t level)
{
	(void)pool;
	(void)task;
	return level < lane->best;
}

static inline uint32_t ready_best(struct uos_sched_lane *lane, char *records)
{
	uint64_t levels;
	int32_t best = atomic_read(&lane->best);

	(void)records;
	if (atomic_read(&lane_queue(lane, best)->tail))
		return best;
	levels = atomic_read(&lane->ready_levels);
	while (levels &= levels - 1) {
		best = best_level(levels);
		if (atomic_read(&lane_queue(lane, best)->tail))
			return best;
	}
	return UOS_SCHED_LEVEL_NONE;
}

#endif
