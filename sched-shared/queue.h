/*
 * A queue of tasks: a doubly linked list through their records, in order of
 * arrival.  Who owns the queue is the includer's business: a lane's executor.  And
 * what levels.h and line.h, which have queues, answer to engine.h alike: no jobs, no
 * deadlines, and the best task is the first of the best queue.
 *
 * What holds: an empty queue has no tail, and its head means nothing; the first
 * task's queue_previous and the last one's queue_next mean nothing.
 */
#ifndef SCHED_SHARED_QUEUE_H
#define SCHED_SHARED_QUEUE_H

#include <stddef.h>

#include "sched-shared/pool.h"

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

/* To the end.  False: it is the first. */
static inline int queue_append(struct uos_sched_pool *pool, struct uos_sched_queue *queue,
			       struct uos_sched_task *task, int32_t number)
{
	int32_t tail = number_at(&queue->tail);

	atomic_write(&queue->tail, number);
	if (tail) {
		pool_task(pool, tail)->queue_next = number;
		task->queue_previous = tail;
		return 1;
	}
	queue->head = number;
	return 0;
}

/* The first one, out of its queue; `tail` is the queue's. */
static inline void queue_take_first(struct uos_sched_queue *queue, int32_t tail,
				    const struct uos_sched_task *first, int32_t number)
{
	if (number == tail)
		atomic_write(&queue->tail, 0);
	else
		queue->head = first->queue_next;
}

/* To the end of a queue that has others, and the first one out: nothing else
 * changes. */
static inline struct uos_sched_task *queue_turn(struct uos_sched_queue *queue, char *records,
						int32_t tail, struct uos_sched_task *task,
						int32_t number, int32_t *first)
{
	struct uos_sched_task *following;

	task->queue_previous = tail;
	pool_record(records, tail)->queue_next = number;
	atomic_write(&queue->tail, number);
	*first = number_at(&queue->head);
	following = pool_record(records, *first);
	queue->head = following->queue_next;
	return following;
}

/* Out of the middle of its queue, or from either end.  False: it was the only one. */
static inline int queue_remove(struct uos_sched_pool *pool, struct uos_sched_queue *queue,
			       const struct uos_sched_task *task, uint32_t number)
{
	if (queue->head == number && queue->tail == number) {
		atomic_write(&queue->tail, 0);
		return 0;
	}
	if (queue->head == number) {
		queue->head = task->queue_next;
	} else if (queue->tail == number) {
		atomic_write(&queue->tail, task->queue_previous);
	} else {
		pool_task(pool, task->queue_previous)->queue_next = task->queue_next;
		pool_task(pool, task->queue_next)->queue_previous = task->queue_previous;
	}
	return 1;
}

/* ---- what every structure of queues answers to engine.h ------------------- */

struct ready_first {
	struct uos_sched_queue *queue;
	int32_t level;
	int32_t tail;
};

static inline void ready_new(struct uos_sched_task *task)
{
	(void)task;
}

static inline void ready_begin_job(struct uos_sched_task *task)
{
	(void)task;
}

static inline void ready_set_deadline(struct uos_sched_task *task, uint64_t relative_ticks)
{
	(void)task;
	(void)relative_ticks;
}

static inline int ready_found(const struct ready_first *first, const struct uos_sched_lane *lane)
{
	(void)lane;
	return first->tail;
}

static inline int32_t ready_number(const struct ready_first *first)
{
	return number_at(&first->queue->head);
}

static inline void ready_take(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
			      const struct ready_first *first, char *records,
			      const struct uos_sched_task *task, int32_t number)
{
	(void)pool;
	(void)lane;
	(void)records;
	queue_take_first(first->queue, first->tail, task, number);
}

#endif
