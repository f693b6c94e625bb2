/*
 * What every payload needs of a pool: where lanes and records lie, the free
 * lists, the inbox, and the summary word.  No policy: which ready task is best
 * is the ready structure's business (levels.h, line.h, heap.h).
 *
 * Who may include it: payloads alone.
 *
 * Numbers are turned into addresses as signed words: RISC-V passes and loads 32
 * bits sign-extended, so this spares the instructions that would clear the top.
 */
#ifndef SCHED_SHARED_POOL_H
#define SCHED_SHARED_POOL_H

#include "abi/sched.h"
#include "sched-shared/atomic.h"
#include "sched-shared/layout.h"

_Static_assert(UOS_SCHED_VERSION == LAYOUT_VERSION, "header.S");
_Static_assert(sizeof(struct uos_sched_header) == LAYOUT_HEADER_BYTES, "header.S");
_Static_assert(sizeof(struct uos_sched_pool) == LAYOUT_POOL_HEADER_BYTES, "header.S");
_Static_assert(sizeof(struct uos_sched_lane) == LAYOUT_LANE_BYTES, "header.S");
_Static_assert(sizeof(struct uos_sched_task) == LAYOUT_TASK_BYTES, "header.S");

/* Linux's numbers; the payload includes abi/ alone, and only what it uses. */
#define POOL_ESRCH	3
#define POOL_EAGAIN	11
#define POOL_EINVAL	22

/* The default deadlines: a millisecond for level 0, one more for each further. */
#define LEVELS_PER_SECOND	1000

/* task.queued_level of a task that stands in no queue of its lane. */
#define POOL_NOT_QUEUED	0xff

#define pool_likely(condition)		__builtin_expect(!!(condition), 1)
#define pool_unlikely(condition)	__builtin_expect(!!(condition), 0)
#define pool_cold			__attribute__((noinline, cold))

/* Keeps the compiler from working out the same address from its parts again. */
#define pool_opaque(pointer)		__asm__("" : "+r"(pointer))

static inline struct uos_sched_lane *pool_lane(struct uos_sched_pool *pool, uint32_t number)
{
	char *base = (char *)pool + (int32_t)number * sizeof(struct uos_sched_lane);

	pool_opaque(base);
	return (struct uos_sched_lane *)(base + sizeof(struct uos_sched_pool));
}

static inline char *pool_records(struct uos_sched_pool *pool)
{
	char *records = (char *)pool + (int32_t)pool->tasks_offset;

	pool_opaque(records);
	return records;
}

static inline struct uos_sched_task *pool_record(char *records, uint32_t number)
{
	struct uos_sched_task *task = (struct uos_sched_task *)records + (int32_t)number;

	pool_opaque(task);
	return task;
}

static inline struct uos_sched_task *pool_task(struct uos_sched_pool *pool, uint32_t number)
{
	return pool_record(pool_records(pool), number);
}

/* A task's number as it is loaded, sign-extended. */
static inline int32_t number_at(const uint32_t *link)
{
	return *(const int32_t *)link;
}

/* Level of the most urgent task outside this address space, for this lane. */
static inline uint32_t pool_best_elsewhere(const struct uos_sched_pool *pool,
					   const struct uos_sched_lane *lane)
{
	const struct uos_sched_view *view = (const struct uos_sched_view *)pool->view;

	return atomic_read(&view->hart[(int32_t)atomic_read(&lane->hart)].best_elsewhere);
}

/* ---- lists that anybody pushes to and one takes whole --------------------- */

/* The release pairs with the acquire of the atomic_take() that empties it.
 * Only pushes and takes of all: no ABA. */
static inline void pool_list_push(struct uos_sched_pool *pool, uint32_t *list, uint32_t number)
{
	struct uos_sched_task *task = pool_task(pool, number);
	uint32_t seen, first = atomic_read(list);

	for (;;) {
		task->inbox_next = first;
		seen = atomic_exchange_if(list, first, number);
		if (pool_likely(seen == first))
			return;
		first = seen;
	}
}

/* ---- free records --------------------------------------------------------- */

/* A record never used, or 0.  The read first keeps the counter from wrapping
 * however often a full pool is asked. */
pool_cold static uint32_t pool_record_fresh(struct uos_sched_pool *pool, uint32_t birth_lane)
{
	uint32_t number;

	if (atomic_read(&pool->task_fresh) >= pool->task_capacity)
		return 0;
	number = atomic_add(&pool->task_fresh, 1);
	if (number >= pool->task_capacity)
		return 0;
	pool_task(pool, number)->birth_lane = birth_lane;
	return number;
}

/* Puts what other lanes gave back, or a fresh record, on lane's own list.  False:
 * the pool is full.  For lane's executor alone. */
pool_cold static int pool_record_refill(struct uos_sched_pool *pool, uint32_t lane)
{
	struct uos_sched_lane *own = pool_lane(pool, lane);
	uint32_t number = 0;

	if (atomic_read(&own->returns))
		number = atomic_take(&own->returns);
	if (!number) {
		number = pool_record_fresh(pool, lane);
		pool_task(pool, number)->inbox_next = 0;
	}
	own->free_head = number;
	return number != 0;
}

/* Likewise.  A record, or 0. */
static inline uint32_t pool_record_take(struct uos_sched_pool *pool, uint32_t lane)
{
	struct uos_sched_lane *own = pool_lane(pool, lane);
	uint32_t number = own->free_head;

	if (!number) {
		if (!pool_record_refill(pool, lane))
			return 0;
		number = own->free_head;
	}
	own->free_head = pool_task(pool, number)->inbox_next;
	return number;
}

/* `by` is the caller's lane, or UOS_SCHED_ANY_LANE.  The state goes first: who
 * wakes this number from now on gets -ESRCH. */
static inline void pool_record_free(struct uos_sched_pool *pool, uint32_t by, uint32_t number)
{
	struct uos_sched_task *task = pool_task(pool, number);
	struct uos_sched_lane *own = pool_lane(pool, by);

	atomic_write_part(&task->queued_level, POOL_NOT_QUEUED);
	atomic_write(&task->state, UOS_SCHED_FREE);
	if (pool_unlikely((int32_t)task->birth_lane != (int32_t)by)) {
		pool_list_push(pool, &pool_lane(pool, task->birth_lane)->returns, number);
		return;
	}
	task->inbox_next = own->free_head;
	own->free_head = number;
}

/* ---- the summary word ----------------------------------------------------- */

/* Best level over all lanes: what stands in their queues, and the first of what
 * lies in their inboxes. */
static inline uint32_t pool_best_of_lanes(struct uos_sched_pool *pool)
{
	uint32_t best = UOS_SCHED_LEVEL_NONE, level, first;

	for (uint32_t i = 0; i < pool->lane_count; i++) {
		level = atomic_read(&pool_lane(pool, i)->best);
		if (level < best)
			best = level;
		first = atomic_read(&pool_lane(pool, i)->inbox);
		level = atomic_read(&pool_task(pool, first)->level);
		if (first && level < best)
			best = level;
	}
	return best;
}

/* Some lane's best has just become less urgent.  The second look closes the race
 * with a lane that became more urgent between our look and our write: it wrote
 * lane.best (or its inbox) before its atomic_minimum() (.rl there), we write the
 * summary before we look again (the fence here); one of us sees the other.  (On
 * RISC-V the .aq of the exchange's lr would do: summary_second_look in
 * test/model/litmus.py; where the summary is a plain store, the fence: summary.) */
pool_cold static void pool_summary_recompute(struct uos_sched_pool *pool)
{
	uint32_t seen, best;

	do {
		seen = atomic_read(&pool->summary);
		best = pool_best_of_lanes(pool);
	} while (atomic_exchange_if(&pool->summary, seen, best) != seen);
	atomic_fence_full();
	best = pool_best_of_lanes(pool);
	if (best < atomic_read(&pool->summary))
		atomic_minimum(&pool->summary, best);
}

/* lane.best, which all may read, and with it the summary.  For the lane's executor. */
static inline void pool_best_is_better(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
				       uint32_t best)
{
	atomic_write(&lane->best, best);
	atomic_minimum(&pool->summary, best);
}

/* Likewise; it was `before`. */
static inline void pool_best_is_worse(struct uos_sched_pool *pool, struct uos_sched_lane *lane,
				      uint32_t before, uint32_t best)
{
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

#endif
