/*
 * A lane's level queues: 64 doubly linked lists and a bitmap of them.  Written by
 * the lane's executor alone.  For the payload that has levels (prio.c).
 *
 * What holds:
 *   - Where a task stands in queue n of a lane, the queue has a tail and bit n is
 *     set; lane.best is the lowest bit.  A bit may outlast its last task: the next
 *     call that meets it clears it (settle).  So a queue that is filled and
 *     emptied in turn costs no bitmap, and summary may name the level of the task
 *     that runs; when nothing runs it is exact.
 *   - {lane, queued_level}, read as one word, says whether a task stands in a
 *     queue of this lane: queued_level is below 64 from push to block, and only
 *     the lane's executor pushes.
 */
#ifndef SCHED_SHARED_LEVELS_H
#define SCHED_SHARED_LEVELS_H

#include <stddef.h>

#include "sched-shared/pool.h"

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

/* From the lane's unshifted base (pool_lane), so that the distance to the queues
 * is a constant in the loads. */
static inline struct uos_sched_queue *lane_queue(struct uos_sched_lane *lane, long level)
{
	char *base = (char *)lane - sizeof(struct uos_sched_pool) +
		     level * sizeof(struct uos_sched_queue);

	pool_opaque(base);
	return (struct uos_sched_queue *)(base + sizeof(struct uos_sched_pool) +
					  offsetof(struct uos_sched_lane, queue));
}

/* A task's number as it is loaded, sign-extended. */
static inline int32_t number_at(const uint32_t *link)
{
	return *(const int32_t *)link;
}

/* lane.best stands for an empty queue: finds the next that is not. */
pool_cold static void settle(struct uos_sched_pool *pool, struct uos_sched_lane *lane)
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
	atomic_write(&lane->best, best);
	if (pool->lane_count == 1) {
		atomic_write(&pool->summary, best);
		atomic_fence_full();
		if (!atomic_read(&lane->inbox))
			return;
	} else if (before > atomic_read(&pool->summary)) {
		return;
	}
	pool_summary_recompute(pool);
}

/* The first task at this level, and it is not the best level. */
pool_cold static int32_t level_open(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
				    uint32_t level, int32_t answer)
{
	atomic_write(&lane->ready_levels, lane->ready_levels | 1ull << level);
	if (level < lane->best) {
		atomic_write(&lane->best, level);
		atomic_minimum(&pool->summary, level);
	}
	return answer;
}

/* Returns `answer`, so that the entries can end in it. */
static inline int32_t queue_push(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
				 struct uos_sched_task *task, int32_t number, long level,
				 int32_t answer)
{
	struct uos_sched_queue *queue = lane_queue(lane, level);
	int32_t tail = number_at(&queue->tail);

	atomic_write_part(&task->queued_level, level);
	queue->tail = number;
	if (tail) {
		pool_task(pool, tail)->queue_next = number;
		task->queue_previous = tail;
		return answer;
	}
	queue->head = number;
	if (pool_unlikely(level != (int32_t)lane->best))
		return level_open(pool, lane, level, answer);
	return answer;
}

/* Takes a task out of the middle of its queue, or from either end. */
static void queue_remove(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
			 struct uos_sched_task *task, uint32_t number)
{
	struct uos_sched_queue *queue = &lane->queue[task->queued_level];

	if (queue->head == number && queue->tail == number) {
		queue->tail = 0;
		settle(pool, lane);
	} else if (queue->head == number) {
		queue->head = task->queue_next;
	} else if (queue->tail == number) {
		queue->tail = task->queue_previous;
	} else {
		pool_task(pool, task->queue_previous)->queue_next = task->queue_next;
		pool_task(pool, task->queue_next)->queue_previous = task->queue_previous;
	}
	atomic_write_part(&task->queued_level, POOL_NOT_QUEUED);
}

/* Whether `task`, not the current one, stands in a queue of lane `by`. */
static inline int queue_holds(struct uos_sched_pool *pool, uint32_t by,
			      const struct uos_sched_task *task, uint32_t number)
{
	uint32_t word = atomic_read_acquire((const uint32_t *)&task->level);

	/* Little-endian: level, queued_level, lane. */
	return by < pool->lane_count && word >> 16 == by &&
	       (word >> 8 & 0xff) < UOS_SCHED_LEVELS && pool_lane(pool, by)->current != number;
}

/* The inbox lies in the opposite order of arrival. */
pool_cold static void inbox_drain(struct uos_sched_pool *pool, struct uos_sched_lane *lane)
{
	uint32_t number = atomic_take(&lane->inbox), turned = 0, following;
	struct uos_sched_task *task;

	while (number) {
		following = pool_task(pool, number)->inbox_next;
		pool_task(pool, number)->inbox_next = turned;
		turned = number;
		number = following;
	}
	while (turned) {
		task = pool_task(pool, turned);
		following = task->inbox_next;
		queue_push(pool, lane, task, turned, atomic_read(&task->level), 0);
		turned = following;
	}
}

#endif
