/*
 * The payload `prio`: 64 levels, the most urgent first, round robin within a
 * level.  Every entry is O(1).  abi/sched.h is the specification.
 *
 * Who runs it: the kernel on its own pool, and each process on its own, several
 * harts at once, and an interrupt handler of an executor between any two of its
 * instructions.  It runs at any address, without gp, tp or floating point, and
 * holds no state but the pool's.
 *
 * What holds:
 *   - Who changes a task's state, and thereby owns the task until it is queued:
 *     BLOCKED -> READY or FREE: the one whose compare-and-swap wins;
 *     READY -> RUNNING -> READY, BLOCKED or FREE: its lane's executor.
 *     Others only add WOKEN to RUNNING.
 *
 * Memory order, each barrier with its partner:
 *   1. next() leaves READY or BLOCKED by a read-modify-write with release; the
 *      winner of wake()'s exchange acquires it.  So who wakes a task sees all
 *      that the task did, and lane.last below.
 *   2. lane.last is written with release by the executor's following call, when
 *      the stack of the task before is no longer in use; move_allowed() reads
 *      it with acquire before a task leaves its lane.  A task that blocks writes
 *      it before its state, so whoever wakes it finds its number or a later one.
 *   3. pool_list_push() releases, atomic_take() acquires: a task goes through
 *      an inbox or a returns list with all that was written to it.
 *   4. summary: pool_summary_recompute() tells.
 *   5. An executor that is told IDLE looked at its inbox after its state was
 *      written; a wake after that look is the waker's to announce (interrupt,
 *      user interrupt), since wake() answers 1.
 */
#include "sched-shared/levels.h"
#include "sched-shared/payload.h"

/* ---- next ----------------------------------------------------------------- */

/* The whole decision, whatever is ready. */
pool_cold static uint64_t pick_settled(struct uos_sched_pool *pool, struct uos_sched_lane *lane);

/* best may be LEVEL_NONE, whose queue is empty. */
static inline uint64_t pick(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
			    char *records)
{
	int32_t best = lane->best;
	struct uos_sched_queue *queue = lane_queue(lane, best);
	int32_t number, tail = number_at(&queue->tail);
	struct uos_sched_task *task;

	if (pool_unlikely(!tail || pool_best_elsewhere(pool, lane) < (uint32_t)best))
		return pick_settled(pool, lane);
	number = number_at(&queue->head);
	task = pool_record(records, number);
	lane->current = number;
	atomic_flip(&task->state, UOS_SCHED_READY ^ UOS_SCHED_RUNNING);
	if (number == tail)
		queue->tail = 0;
	else
		queue->head = task->queue_next;
	return task->cookie;
}

pool_cold static uint64_t pick_settled(struct uos_sched_pool *pool, struct uos_sched_lane *lane)
{
	uint32_t elsewhere = pool_best_elsewhere(pool, lane);

	settle(pool, lane);
	if (lane->best != UOS_SCHED_LEVEL_NONE && elsewhere >= lane->best)
		return pick(pool, lane, pool_records(pool));
	lane->current = 0;
	lane->pauses++;
	return elsewhere < UOS_SCHED_LEVEL_NONE ? UOS_SCHED_SWITCH : UOS_SCHED_IDLE;
}

/* Any call, when the short ways do not suffice; the current task is queued or
 * gone. */
pool_cold static uint64_t pick_with_inbox(struct uos_sched_pool *pool,
					  struct uos_sched_lane *lane)
{
	if (atomic_read(&lane->inbox))
		inbox_drain(pool, lane);
	return pick(pool, lane, pool_records(pool));
}

pool_cold static uint64_t yield_whole(struct uos_sched_pool *pool, struct uos_sched_lane *lane)
{
	uint32_t number = lane->current;
	struct uos_sched_task *task = pool_task(pool, number);
	uint32_t level = atomic_read(&task->level);

	while (!atomic_read(&lane->inbox) && level <= pool_best_elsewhere(pool, lane)) {
		if (level < lane->best) {
			atomic_write_release(&lane->last, number);
			return task->cookie;
		}
		if (lane_queue(lane, lane->best)->tail)
			break;
		settle(pool, lane);
	}
	atomic_flip_both_ways(&task->state, UOS_SCHED_READY ^ UOS_SCHED_RUNNING);
	atomic_write_after_both_ways(&lane->last, number);
	queue_push(pool, lane, task, number, level, 0);
	return pick_with_inbox(pool, lane);
}

static inline uint64_t next_exit(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
				 uint32_t lane_number)
{
	char *records = pool_records(pool);

	pool_record_free(pool, lane_number, lane->current);
	atomic_write_release(&lane->last, 0);
	if (pool_unlikely(atomic_read(&lane->inbox)))
		return pick_with_inbox(pool, lane);
	return pick(pool, lane, records);
}

static inline uint64_t next_block(struct uos_sched_pool *pool, struct uos_sched_lane *lane)
{
	char *records = pool_records(pool);
	int32_t number = lane->current;
	struct uos_sched_task *task = pool_record(records, number);

	atomic_write_release(&lane->last, number);
	atomic_write_part(&task->queued_level, POOL_NOT_QUEUED);
	if (pool_unlikely(atomic_exchange_if(&task->state, UOS_SCHED_RUNNING,
					     UOS_SCHED_BLOCKED) != UOS_SCHED_RUNNING)) {
		/* Woken meanwhile.  Nobody else writes the state of a task that runs and
		 * bears the mark. */
		atomic_write(&task->state, UOS_SCHED_RUNNING);
		return task->cookie;
	}
	if (pool_unlikely(atomic_read(&lane->inbox)))
		return pick_with_inbox(pool, lane);
	return pick(pool, lane, records);
}

static inline uint64_t next_yield(struct uos_sched_pool *pool, struct uos_sched_lane *lane)
{
	char *records = pool_records(pool);
	int32_t number = lane->current, level = lane->best, head, tail;
	struct uos_sched_queue *queue = lane_queue(lane, level);
	struct uos_sched_task *task = pool_record(records, number), *first;

	tail = number_at(&queue->tail);
	if (pool_unlikely(atomic_read(&task->level) != level || !tail ||
			  atomic_read(&lane->inbox) ||
			  pool_best_elsewhere(pool, lane) < (uint32_t)level))
		return yield_whole(pool, lane);

	/* Behind its equals, and the first of them runs: nothing else changes. */
	atomic_write_part(&task->queued_level, level);
	task->queue_previous = tail;
	pool_record(records, tail)->queue_next = number;
	queue->tail = number;
	atomic_flip_both_ways(&task->state, UOS_SCHED_READY ^ UOS_SCHED_RUNNING);
	atomic_write_after_both_ways(&lane->last, number);
	head = number_at(&queue->head);
	first = pool_record(records, head);
	queue->head = first->queue_next;
	lane->current = head;
	atomic_flip(&first->state, UOS_SCHED_READY ^ UOS_SCHED_RUNNING);
	return first->cookie;
}

uint64_t payload_next(struct uos_sched_pool *pool, uint32_t lane_number, uint32_t how)
{
	struct uos_sched_lane *lane = pool_lane(pool, lane_number);

	lane->next_calls++;
	if (how == UOS_SCHED_YIELD)
		return next_yield(pool, lane);
	if (how == UOS_SCHED_BLOCK)
		return next_block(pool, lane);
	if (how == UOS_SCHED_EXIT)
		return next_exit(pool, lane, lane_number);
	return pick_with_inbox(pool, lane);
}

/* ---- wake ----------------------------------------------------------------- */

/* A task may leave its lane when no executor there can still be on its stack. */
static inline int move_allowed(struct uos_sched_pool *pool, uint32_t own, uint32_t number)
{
	return atomic_read_acquire(&pool_lane(pool, own)->last) != number;
}

/* The caller has just made the task ready, so it alone says where it goes. */
pool_cold static int32_t wake_elsewhere(struct uos_sched_pool *pool, uint32_t by, uint32_t lane,
					uint32_t number)
{
	struct uos_sched_task *task = pool_task(pool, number);
	uint32_t own = atomic_read(&task->lane);

	if (lane != own && lane < pool->lane_count && move_allowed(pool, own, number))
		atomic_write_part(&task->lane, lane);
	else
		lane = own;
	if (lane == by)
		return queue_push(pool, pool_lane(pool, by), task, number,
				  atomic_read(&task->level), 1);
	pool_list_push(pool, &pool_lane(pool, lane)->inbox, number);
	atomic_minimum(&pool->summary, atomic_read(&task->level));
	return 1;
}

/* A running task is marked; it may block, and lose the race, at any instant. */
pool_cold static int32_t wake_not_blocked(struct uos_sched_pool *pool, uint32_t by, uint32_t lane,
					  uint32_t number)
{
	struct uos_sched_task *task = pool_task(pool, number);
	uint32_t seen;

	do {
		seen = atomic_exchange_if(&task->state, UOS_SCHED_RUNNING,
					  UOS_SCHED_RUNNING | UOS_SCHED_WOKEN);
		if (seen == UOS_SCHED_BLOCKED &&
		    atomic_exchange_if(&task->state, UOS_SCHED_BLOCKED, UOS_SCHED_READY) == seen)
			return wake_elsewhere(pool, by, lane, number);
	} while (seen == UOS_SCHED_BLOCKED);
	return seen == UOS_SCHED_FREE ? -POOL_ESRCH : 0;
}

int32_t payload_wake(struct uos_sched_pool *pool, uint32_t by, uint32_t lane, uint32_t number)
{
	struct uos_sched_task *task;

	if (pool_unlikely(number >= pool->task_capacity))
		return -POOL_ESRCH;
	task = pool_task(pool, number);
	if (pool_unlikely(atomic_exchange_if(&task->state, UOS_SCHED_BLOCKED,
					     UOS_SCHED_READY) != UOS_SCHED_BLOCKED))
		return wake_not_blocked(pool, by, lane, number);
	if (pool_unlikely((int32_t)task->lane != (int32_t)by || lane != by))
		return wake_elsewhere(pool, by, lane, number);
	return queue_push(pool, pool_lane(pool, by), task, number, atomic_read(&task->level), 1);
}

/* ---- the rest ------------------------------------------------------------- */

int32_t payload_init(struct uos_sched_pool *pool, uint64_t bytes, uint32_t lanes,
		     const struct uos_sched_view *view)
{
	uint64_t records_at = sizeof(*pool) + (uint64_t)lanes * sizeof(pool->lane[0]);
	uint64_t records;

	if (!lanes || lanes > UINT16_MAX || bytes < records_at)
		return -POOL_EINVAL;
	records = (bytes - records_at) / sizeof(struct uos_sched_task);
	if (records < 2)	/* number 0 is never given out */
		return -POOL_EINVAL;
	if (records > INT32_MAX)
		records = INT32_MAX;
	pool->version = UOS_SCHED_VERSION;
	pool->lane_count = lanes;
	pool->bytes = bytes;
	pool->task_capacity = records;
	pool->tasks_offset = records_at;
	pool->view = (uint64_t)view;
	pool->level_ticks = view->hart[0].timebase_hz / LEVELS_PER_SECOND + 1;
	pool->summary = UOS_SCHED_LEVEL_NONE;
	pool->task_fresh = 1;
	for (uint32_t i = 0; i < lanes; i++)
		pool_lane(pool, i)->best = UOS_SCHED_LEVEL_NONE;
	__atomic_store_n(&pool->magic, UOS_SCHED_MAGIC, __ATOMIC_RELEASE);
	return 0;
}

/* From a hart without a lane, from an interrupt, or for another lane. */
pool_cold static int32_t add_elsewhere(struct uos_sched_pool *pool, uint32_t by, uint32_t lane,
				       uint32_t level, uint64_t cookie)
{
	uint32_t target = lane < pool->lane_count ? lane : 0, number;
	struct uos_sched_task *task;

	if (by == UOS_SCHED_ANY_LANE)
		number = pool_record_fresh(pool, target);
	else
		number = pool_record_take(pool, by);
	if (!number)
		return -POOL_EAGAIN;
	task = pool_task(pool, number);
	task->cookie = cookie;
	atomic_write_part(&task->level, level % UOS_SCHED_LEVELS);
	atomic_write_part(&task->queued_level, POOL_NOT_QUEUED);
	atomic_write_part(&task->lane, target);
	atomic_write(&task->state, UOS_SCHED_READY);
	wake_elsewhere(pool, by, UOS_SCHED_ANY_LANE, number);
	return number;
}

/* No record at hand: finds some, and begins again. */
pool_cold static int32_t add_refill(struct uos_sched_pool *pool, uint32_t by, uint32_t level,
				    uint64_t cookie)
{
	if (!pool_record_refill(pool, by))
		return -POOL_EAGAIN;
	return payload_add(pool, by, by, level, cookie);
}

int32_t payload_add(struct uos_sched_pool *pool, uint32_t by, uint32_t lane, uint32_t level,
		    uint64_t cookie)
{
	struct uos_sched_lane *own = pool_lane(pool, lane);
	struct uos_sched_task *task;
	int32_t number;

	if (pool_unlikely(lane != by || by == UOS_SCHED_ANY_LANE))
		return add_elsewhere(pool, by, lane, level, cookie);
	number = number_at(&own->free_head);
	if (pool_unlikely(!number))
		return add_refill(pool, by, level, cookie);
	task = pool_task(pool, number);
	own->free_head = task->inbox_next;
	task->cookie = cookie;
	level %= UOS_SCHED_LEVELS;
	atomic_write_part(&task->level, level);
	atomic_write_part(&task->lane, by);
	atomic_write(&task->state, UOS_SCHED_READY);
	return queue_push(pool, own, task, number, (int32_t)level, number);
}

int32_t payload_remove(struct uos_sched_pool *pool, uint32_t by, uint32_t number)
{
	struct uos_sched_task *task;
	uint32_t seen;

	if (number >= pool->task_capacity)
		return -POOL_ESRCH;
	task = pool_task(pool, number);
	seen = atomic_exchange_if(&task->state, UOS_SCHED_BLOCKED, UOS_SCHED_FREE);
	if (seen == UOS_SCHED_FREE)
		return -POOL_ESRCH;
	if (seen != UOS_SCHED_BLOCKED) {
		if (by < pool->lane_count)
			inbox_drain(pool, pool_lane(pool, by));
		if (!queue_holds(pool, by, task, number))
			return -POOL_EINVAL;
		queue_remove(pool, pool_lane(pool, by), task, number);
	}
	pool_record_free(pool, by, number);
	return 0;
}

/* A bit of ready_levels may outlast its last task. */
uint32_t payload_best(const struct uos_sched_pool *pool, uint32_t lane_number)
{
	struct uos_sched_lane *lane = pool_lane((struct uos_sched_pool *)pool, lane_number);
	uint64_t levels = atomic_read(&lane->ready_levels);
	uint32_t best = best_level(levels);

	while (levels && !atomic_read(&lane_queue(lane, best)->tail)) {
		levels &= levels - 1;
		best = best_level(levels);
	}
	return best;
}

int32_t payload_set_priority(struct uos_sched_pool *pool, uint32_t by, uint32_t number,
			     uint32_t level, uint64_t relative_deadline_ticks)
{
	struct uos_sched_task *task;

	(void)relative_deadline_ticks;
	if (level >= UOS_SCHED_LEVELS)
		return -POOL_EINVAL;
	if (number >= pool->task_capacity)
		return -POOL_ESRCH;
	task = pool_task(pool, number);
	if ((atomic_read(&task->state) & UOS_SCHED_STATE_MASK) == UOS_SCHED_FREE)
		return -POOL_ESRCH;
	atomic_write_part(&task->level, level);
	if (queue_holds(pool, by, task, number) && task->queued_level != level) {
		queue_remove(pool, pool_lane(pool, by), task, number);
		queue_push(pool, pool_lane(pool, by), task, number, level, 0);
	}
	return 0;
}
