/*
 * The entries of every payload: the states of tasks, the inbox, records, and what
 * next() decides.  abi/sched.h is the specification.  Included once by a payload's
 * .c file, behind the header of its ready structure, which alone says which ready
 * task is the best (levels.h, line.h, heap.h):
 *
 *	struct ready_first	what a look at the lane found: at least `level`
 *	ready_look		looks for the best task
 *	ready_found		false: there may be none, or lane.best is not its level
 *	ready_number		its number
 *	ready_take		takes it out
 *	ready_push		puts a task in, its level as wanted; returns `answer`, so
 *				that entries can end in it
 *	ready_remove		takes any out
 *	ready_settle		makes lane.best exact
 *	ready_best		best()
 *	ready_level		the level that a task counts as
 *	ready_new		a record begins a life
 *	ready_begin_job		a task has just become ready; by whoever made it so
 *	ready_set_deadline	the relative one that is wanted
 *	ready_is_misplaced	a task stands where its level and deadline no longer say
 *	ready_precedes_all	whether a task that is not in would be the best, as far as
 *				lane.best tells
 *	ready_goes_round	whether what yields goes in behind the best one ...
 *	ready_turn		... and does both: puts it in, takes the best one out
 *
 * Who runs it: the kernel on its own pool, and each process on its own, several
 * harts at once, and an interrupt handler of an executor between any two of its
 * instructions.  It runs at any address, without gp, tp or floating point, and
 * holds no state but the pool's.
 *
 * What holds:
 *   - Who changes a task's state, and thereby owns the task until it is ready:
 *     BLOCKED -> READY or FREE: the one whose compare-and-swap wins;
 *     READY -> RUNNING -> READY, BLOCKED or FREE, and READY -> BLOCKED: its lane's
 *     executor.
 *     Others only add WOKEN to RUNNING.
 *   - {lane, queued_level}, read as one word, says whether a task stands among the
 *     ready ones of a lane, or runs: queued_level is below 64 from push to block,
 *     and only the lane's executor pushes.
 *   - lane.best is a level no less urgent than the best task's: it may name the
 *     level of one that is gone.  While nothing runs it is LEVEL_NONE if, and only
 *     if, nothing stands in the ready structure.
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
 *   Argued by RVWMO's rules in test/model/litmus.py: wake_sees_task (1, 2),
 *   stack_is_free (2), inbox (3), summary (4), idle_hart (5).
 */
#ifndef SCHED_SHARED_ENGINE_H
#define SCHED_SHARED_ENGINE_H

#include "sched-shared/payload.h"
#include "sched-shared/pool.h"

/* ---- next ----------------------------------------------------------------- */

/* The whole decision, whatever is ready. */
pool_cold static uint64_t pick_settled(struct uos_sched_pool *pool, struct uos_sched_lane *lane);

static inline uint64_t pick(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
			    char *records)
{
	struct ready_first first = ready_look(lane, records);
	struct uos_sched_task *task;
	int32_t number;

	if (pool_unlikely(!ready_found(&first, lane) ||
			  pool_best_elsewhere(pool, lane) < (uint32_t)first.level))
		return pick_settled(pool, lane);
	number = ready_number(&first);
	task = pool_record(records, number);
	lane->current = number;
	atomic_flip(&task->state, UOS_SCHED_READY ^ UOS_SCHED_RUNNING);
	ready_take(pool, lane, &first, records, task, number);
	return task->cookie;
}

pool_cold static uint64_t pick_settled(struct uos_sched_pool *pool, struct uos_sched_lane *lane)
{
	uint32_t elsewhere = pool_best_elsewhere(pool, lane);

	ready_settle(pool, lane);
	if (lane->best != UOS_SCHED_LEVEL_NONE && elsewhere >= lane->best)
		return pick(pool, lane, pool_records(pool));
	lane->current = 0;
	lane->pauses++;
	return elsewhere < UOS_SCHED_LEVEL_NONE ? UOS_SCHED_SWITCH : UOS_SCHED_IDLE;
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
		ready_push(pool, lane, task, turned, atomic_read(&task->level), 0);
		turned = following;
	}
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

/* Whether the task that yields is its own successor, as far as lane.best tells, and
 * more urgent than who waits elsewhere. */
static inline int yield_stays(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
			      const struct uos_sched_task *task)
{
	uint32_t level = atomic_read(&task->level);

	return !atomic_read(&lane->inbox) && level < pool_best_elsewhere(pool, lane) &&
	       ready_precedes_all(pool, lane, task, level);
}

pool_cold static int is_first(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
			      uint32_t number)
{
	struct ready_first first;

	ready_settle(pool, lane);
	first = ready_look(lane, pool_records(pool));
	return ready_found(&first, lane) && (uint32_t)ready_number(&first) == number;
}

pool_cold static uint64_t yield_behind(struct uos_sched_pool *pool, struct uos_sched_lane *lane)
{
	uint32_t number = lane->current;
	struct uos_sched_task *task = pool_task(pool, number);
	uint32_t level = atomic_read(&task->level);

	ready_settle(pool, lane);
	if (yield_stays(pool, lane, task)) {
		atomic_write_release(&lane->last, number);
		return task->cookie;
	}
	atomic_flip_both_ways(&task->state, UOS_SCHED_READY ^ UOS_SCHED_RUNNING);
	atomic_write_after_both_ways(&lane->last, number);
	ready_push(pool, lane, task, number, level, 0);
	if (atomic_read(&lane->inbox))
		inbox_drain(pool, lane);
	/* its own successor: then it is the turn of an equal elsewhere */
	if (level == pool_best_elsewhere(pool, lane) && is_first(pool, lane, number)) {
		lane->current = 0;
		lane->pauses++;
		return UOS_SCHED_SWITCH;
	}
	return pick(pool, lane, pool_records(pool));
}

pool_cold static uint64_t yield_whole(struct uos_sched_pool *pool, struct uos_sched_lane *lane)
{
	uint32_t number = lane->current;
	struct uos_sched_task *task = pool_task(pool, number);

	ready_begin_job(task);
	if (!yield_stays(pool, lane, task))
		return yield_behind(pool, lane);
	atomic_write_release(&lane->last, number);
	return task->cookie;
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

static inline uint64_t next_yield(struct uos_sched_pool *pool, struct uos_sched_lane *lane)
{
	char *records = pool_records(pool);
	int32_t number = lane->current, following;
	struct ready_first first = ready_look(lane, records);
	struct uos_sched_task *task = pool_record(records, number);

	if (pool_unlikely(!ready_goes_round(pool, &first, task) || atomic_read(&lane->inbox) ||
			  pool_best_elsewhere(pool, lane) < (uint32_t)first.level))
		return yield_whole(pool, lane);
	atomic_flip_both_ways(&task->state, UOS_SCHED_READY ^ UOS_SCHED_RUNNING);
	atomic_write_after_both_ways(&lane->last, number);
	task = ready_turn(pool, lane, &first, records, task, number, &following);
	lane->current = following;
	atomic_flip(&task->state, UOS_SCHED_READY ^ UOS_SCHED_RUNNING);
	return task->cookie;
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
		/* who always is would never let in what others have sent */
		if (atomic_read(&lane->inbox))
			return yield_whole(pool, lane);
		return task->cookie;
	}
	if (pool_unlikely(atomic_read(&lane->inbox)))
		return pick_with_inbox(pool, lane);
	return pick(pool, lane, records);
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
	ready_begin_job(task);
	if (lane == by)
		return ready_push(pool, pool_lane(pool, by), task, number,
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
	ready_begin_job(task);
	return ready_push(pool, pool_lane(pool, by), task, number, atomic_read(&task->level), 1);
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
	atomic_write_part(&task->level, ready_level(level));
	atomic_write_part(&task->queued_level, POOL_NOT_QUEUED);
	atomic_write_part(&task->lane, target);
	ready_new(task);
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
	level = ready_level(level);
	atomic_write_part(&task->level, level);
	atomic_write_part(&task->lane, by);
	ready_new(task);
	ready_begin_job(task);
	atomic_write(&task->state, UOS_SCHED_READY);
	return ready_push(pool, own, task, number, (int32_t)level, number);
}

/* Whether `task`, not the current one, stands among the ready ones of lane `by`. */
static inline int ready_here(struct uos_sched_pool *pool, uint32_t by,
			     const struct uos_sched_task *task, uint32_t number)
{
	uint32_t word = atomic_read_acquire((const uint32_t *)&task->level);

	/* Little-endian: level, queued_level, lane. */
	return by < pool->lane_count && word >> 16 == by &&
	       (word >> 8 & 0xff) < UOS_SCHED_LEVELS && pool_lane(pool, by)->current != number;
}

/* Kept out of the entries, which have few registers to save. */
pool_cold static void take_out(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
			       struct uos_sched_task *task, uint32_t number)
{
	ready_remove(pool, lane, task, number);
	atomic_write_part(&task->queued_level, POOL_NOT_QUEUED);
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
		if (!ready_here(pool, by, task, number))
			return -POOL_EINVAL;
		take_out(pool, pool_lane(pool, by), task, number);
	}
	pool_record_free(pool, by, number);
	return 0;
}

int32_t payload_set_priority(struct uos_sched_pool *pool, uint32_t by, uint32_t number,
			     uint32_t level, uint64_t relative_deadline_ticks)
{
	struct uos_sched_task *task;

	if (level >= UOS_SCHED_LEVELS)
		return -POOL_EINVAL;
	if (number >= pool->task_capacity)
		return -POOL_ESRCH;
	task = pool_task(pool, number);
	if ((atomic_read(&task->state) & UOS_SCHED_STATE_MASK) == UOS_SCHED_FREE)
		return -POOL_ESRCH;
	atomic_write_part(&task->level, ready_level(level));
	ready_set_deadline(task, relative_deadline_ticks);
	if (ready_here(pool, by, task, number) && ready_is_misplaced(pool, task)) {
		take_out(pool, pool_lane(pool, by), task, number);
		ready_push(pool, pool_lane(pool, by), task, number, atomic_read(&task->level), 0);
	}
	return 0;
}

uint32_t payload_best(const struct uos_sched_pool *pool, uint32_t lane)
{
	struct uos_sched_pool *same = (struct uos_sched_pool *)pool;

	return ready_best(pool_lane(same, lane), pool_records(same));
}

/* The release pairs with the acquire of the wake() that takes it elsewhere: note 1. */
int32_t payload_hold(struct uos_sched_pool *pool, uint32_t lane_number)
{
	struct uos_sched_lane *lane = pool_lane(pool, lane_number);
	char *records = pool_records(pool);
	struct uos_sched_task *task;
	struct ready_first first;
	int32_t number;

	ready_settle(pool, lane);
	first = ready_look(lane, records);
	if (!ready_found(&first, lane))
		return 0;
	number = ready_number(&first);
	task = pool_record(records, number);
	/* marked while it ran: who wakes a blocked one does not look for that */
	if (atomic_read(&task->state) != UOS_SCHED_READY)
		return 0;
	ready_take(pool, lane, &first, records, task, number);
	ready_settle(pool, lane);
	atomic_write_part(&task->queued_level, POOL_NOT_QUEUED);
	atomic_flip_both_ways(&task->state, UOS_SCHED_READY ^ UOS_SCHED_BLOCKED);
	return number;
}

#endif
