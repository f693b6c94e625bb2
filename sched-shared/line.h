/*
 * The ready tasks of a lane in one queue, whatever their level: that of the
 * lane's default level.  Every step is O(1).  What engine.h asks of it is said
 * there.
 *
 * What holds: lane.best is the default level if the queue has a task, and for a
 * while after its last one (ready_settle); else LEVEL_NONE.
 */
#ifndef SCHED_SHARED_LINE_H
#define SCHED_SHARED_LINE_H

#include "sched-shared/queue.h"

static inline struct uos_sched_queue *line(struct uos_sched_lane *lane)
{
	return lane_queue(lane, UOS_SCHED_LEVEL_DEFAULT);
}

/* Nobody is more urgent than another here, so nobody is to others. */
static inline uint32_t ready_level(uint32_t level)
{
	(void)level;
	return UOS_SCHED_LEVEL_DEFAULT;
}

static inline struct ready_first ready_look(struct uos_sched_lane *lane, char *records)
{
	struct ready_first first = { .queue = line(lane), .level = UOS_SCHED_LEVEL_DEFAULT };

	(void)records;
	first.tail = number_at(&first.queue->tail);
	return first;
}

static inline int ready_goes_round(struct uos_sched_pool *pool, const struct ready_first *first,
				   struct uos_sched_task *task)
{
	(void)pool;
	(void)task;
	return first->tail;
}

static inline struct uos_sched_task *ready_turn(struct uos_sched_pool *pool,
						struct uos_sched_lane *lane,
						const struct ready_first *first, char *records,
						struct uos_sched_task *task, int32_t number,
						int32_t *following)
{
	(void)pool;
	(void)lane;
	atomic_write_part(&task->queued_level, UOS_SCHED_LEVEL_DEFAULT);
	return queue_turn(first->queue, records, first->tail, task, number, following);
}

pool_cold static void ready_settle(struct uos_sched_pool *pool, struct uos_sched_lane *lane)
{
	uint32_t before = lane->best;

	if (before != UOS_SCHED_LEVEL_NONE && !line(lane)->tail)
		pool_best_is_worse(pool, lane, before, UOS_SCHED_LEVEL_NONE);
}

pool_cold static int32_t line_opens(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
				    int32_t answer)
{
	pool_best_is_better(pool, lane, UOS_SCHED_LEVEL_DEFAULT);
	return answer;
}

static inline int32_t ready_push(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
				 struct uos_sched_task *task, int32_t number, long level,
				 int32_t answer)
{
	(void)level;
	atomic_write_part(&task->queued_level, UOS_SCHED_LEVEL_DEFAULT);
	if (queue_append(pool, line(lane), task, number))
		return answer;
	if (pool_unlikely(lane->best == UOS_SCHED_LEVEL_NONE))
		return line_opens(pool, lane, answer);
	return answer;
}

static inline void ready_remove(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
				const struct uos_sched_task *task, uint32_t number)
{
	if (!queue_remove(pool, line(lane), task, number))
		ready_settle(pool, lane);
}

static inline int ready_is_misplaced(struct uos_sched_pool *pool,
				     const struct uos_sched_task *task)
{
	(void)pool;
	(void)task;
	return 0;
}

static inline int ready_precedes_all(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
				     const struct uos_sched_task *task, uint32_t level)
{
	(void)pool;
	(void)task;
	(void)level;
	return lane->best == UOS_SCHED_LEVEL_NONE;
}

static inline uint32_t ready_best(struct uos_sched_lane *lane, char *records)
{
	(void)records;
	return atomic_read(&line(lane)->tail) ? UOS_SCHED_LEVEL_DEFAULT : UOS_SCHED_LEVEL_NONE;
}

#endif
