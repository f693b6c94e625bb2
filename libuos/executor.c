/*
 * The executor itself, what it counts, and the numbers that switch.S relies on.
 */
#include "libuos/internal.h"
#include "libuos/offsets.h"

#define OFFSET_CHECK(type, field, number) \
	_Static_assert(offsetof(struct type, field) == (number), "offsets.h")

OFFSET_CHECK(uos_task, sp, TASK_SP);
OFFSET_CHECK(uos_task, ra, TASK_RA);
OFFSET_CHECK(uos_task, s0, TASK_S0);
OFFSET_CHECK(uos_task, tp, TASK_TP);
OFFSET_CHECK(uos_executor, pool, EXECUTOR_POOL);
OFFSET_CHECK(uos_executor, next, EXECUTOR_NEXT);
OFFSET_CHECK(uos_executor, cq_tail, EXECUTOR_CQ_TAIL);
OFFSET_CHECK(uos_executor, lane, EXECUTOR_LANE);
OFFSET_CHECK(uos_executor, cq_reaped, EXECUTOR_CQ_REAPED);
OFFSET_CHECK(uos_executor, cq_seen, EXECUTOR_CQ_SEEN);
OFFSET_CHECK(uos_executor, due, EXECUTOR_DUE);
OFFSET_CHECK(uos_executor, stack_free, EXECUTOR_STACK_FREE);
OFFSET_CHECK(uos_executor, sp, EXECUTOR_SP);
OFFSET_CHECK(uos_task, number, TASK_NUMBER);
OFFSET_CHECK(uos_sched_pool, lane[0].current, POOL_LANE_CURRENT);
_Static_assert(sizeof(struct uos_sched_lane) == 1 << LANE_SHIFT, "offsets.h");
OFFSET_CHECK(uos_stack_slot, free_next, SLOT_FREE_NEXT);
OFFSET_CHECK(uos_stack_slot, executor, SLOT_EXECUTOR);
OFFSET_CHECK(uos_stack_slot, task, SLOT_TASK);
_Static_assert(sizeof(struct uos_stack_slot) == SLOT_BYTES, "offsets.h");
_Static_assert(UOS_SCHED_YIELD == 0 && UOS_SCHED_BLOCK == 1 && UOS_SCHED_EXIT == 2 &&
	       UOS_SCHED_PICK == 3, "offsets.h");

struct uos_executor uos_executor_first;

void uos_executor_stats(struct uos_executor_stats *stats)
{
	const struct uos_executor *executor = uos_executor_self();
	const struct uos_sched_lane *lane = &executor->pool->lane[executor->lane];

	stats->next_calls = lane->next_calls;
	stats->pauses = lane->pauses;
	stats->operations = executor->operations;
	/* a message is no operation's */
	stats->completions = executor->completions -
			     __atomic_load_n(&executor->messages, __ATOMIC_RELAXED);
	stats->enters = executor->enters;
	stats->stacks = uos_stacks_made();
	stats->interrupts = executor->interrupts;
	stats->sleeps = executor->sleeps;
}
