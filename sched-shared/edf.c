/*
 * The payload `edf`: the ready task with the earliest deadline first, the one that
 * became ready first among equals.  Every entry is O(log n) in the lane's ready
 * tasks, in the worst case.
 *
 * A job begins when its task becomes ready: by add, wake or yield.  Its deadline
 * is that moment plus the task's relative deadline: what set_priority() gave, else
 * (level + 1) milliseconds.  Towards other address spaces a task has its level,
 * which says nothing of deadlines.
 *
 * What it promises: of a lane's ready tasks the most urgent in time runs at each
 * switch; so if any order meets all deadlines of tasks that yield, this one does.
 * Nobody starves: once a task's deadline has passed, no job that begins later
 * precedes it.  What it does not: a deadline is never checked or enforced, a task
 * that does not yield is not cut off for another's, and who holds what another
 * waits for does not inherit its deadline.
 */
#include "sched-shared/heap.h"
#include "sched-shared/payload.h"

PAYLOAD_HEADER_FLAGS(UOS_SCHED_BY_DEADLINE);

#include "sched-shared/engine.h"
