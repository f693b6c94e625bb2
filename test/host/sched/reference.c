#include "reference.h"

#include <errno.h>
#include <string.h>

static void list_append(struct reference_list *list, uint32_t number)
{
	list->number[list->count++] = number;
}

static bool list_take(struct reference_list *list, uint32_t number)
{
	for (uint32_t i = 0; i < list->count; i++) {
		if (list->number[i] != number)
			continue;
		list->count--;
		memmove(&list->number[i], &list->number[i + 1],
			(list->count - i) * sizeof(list->number[0]));
		return true;
	}
	return false;
}

static uint64_t deadline_of(const struct reference *reference, const struct reference_task *task)
{
	uint64_t relative = task->relative_deadline ? task->relative_deadline :
			    (task->level + 1) * reference->level_ticks;

	return relative > UINT64_MAX - task->released ? UINT64_MAX : task->released + relative;
}

static void ready_append(struct reference *reference, uint32_t lane, uint32_t number)
{
	struct reference_task *task = &reference->task[number];

	task->queued_level = task->level;
	task->deadline = deadline_of(reference, task);
	list_append(&reference->lane[lane].ready, number);
}

static void inbox_drain(struct reference *reference, uint32_t lane)
{
	struct reference_list *inbox = &reference->lane[lane].inbox;

	for (uint32_t i = 0; i < inbox->count; i++)
		ready_append(reference, lane, inbox->number[i]);
	inbox->count = 0;
}

/* Whether one goes first, though the other came first. */
static bool precedes(const struct reference *reference, uint32_t one, uint32_t other)
{
	const struct reference_task *task = reference->task;

	switch (reference->policy) {
	case TEST_POLICY_prio:
		return task[one].queued_level < task[other].queued_level;
	case TEST_POLICY_edf:
		return task[one].deadline < task[other].deadline;
	default:
		return false;
	}
}

/* 0: nothing is ready. */
static uint32_t best_of(const struct reference *reference, const struct reference_lane *lane)
{
	uint32_t best = 0;

	for (uint32_t i = 0; i < lane->ready.count; i++)
		if (!best || precedes(reference, lane->ready.number[i], best))
			best = lane->ready.number[i];
	return best;
}

uint32_t reference_best(const struct reference *reference, uint32_t lane)
{
	uint32_t best = best_of(reference, &reference->lane[lane]);

	return best ? reference->task[best].queued_level : UOS_SCHED_LEVEL_NONE;
}

int32_t reference_hold(struct reference *reference, uint32_t lane)
{
	uint32_t best = best_of(reference, &reference->lane[lane]);

	if (reference->task[best].woken)
		best = 0;
	if (best) {
		list_take(&reference->lane[lane].ready, best);
		reference->task[best].state = UOS_SCHED_BLOCKED;
	}
	return (int32_t)best;
}

static uint32_t level_of(const struct reference *reference, uint32_t level)
{
	return reference->policy == TEST_POLICY_fifo ? UOS_SCHED_LEVEL_DEFAULT : level;
}

static void make_ready(struct reference *reference, uint32_t by, uint32_t number)
{
	struct reference_task *task = &reference->task[number];

	task->state = UOS_SCHED_READY;
	task->released = test_time;
	if (task->lane == by)
		ready_append(reference, by, number);
	else
		list_append(&reference->lane[task->lane].inbox, number);
}

/* Whether a record exists that `by` may take: its own, or one never used. */
static bool record_exists(const struct reference *reference, uint32_t by)
{
	for (uint32_t i = 1; i <= reference->tasks_max; i++) {
		const struct reference_task *task = &reference->task[i];

		if (!task->used_once ||
		    (task->state == UOS_SCHED_FREE && task->birth_lane == by))
			return true;
	}
	return false;
}

const char *reference_add(struct reference *reference, uint32_t by, uint32_t lane,
			  uint32_t level, uint64_t cookie, int32_t number)
{
	struct reference_task *task;

	if (number == -EAGAIN)
		return record_exists(reference, by) ? "there was a free record" : NULL;
	if (number < 1 || (uint32_t)number > reference->tasks_max)
		return "no such number";
	task = &reference->task[number];
	if (task->state != UOS_SCHED_FREE)
		return "that number is in use";
	if (!task->used_once)
		task->birth_lane = by < reference->lanes ? by : lane < reference->lanes ? lane : 0;
	task->used_once = true;
	task->woken = false;
	task->level = level_of(reference, level);
	task->relative_deadline = 0;
	task->lane = lane < reference->lanes ? lane : 0;
	task->cookie = cookie;
	reference->tasks++;
	make_ready(reference, by, number);
	return NULL;
}

int32_t reference_remove(struct reference *reference, uint32_t by, uint32_t number)
{
	struct reference_task *task;

	if (number > reference->tasks_max)
		return -ESRCH;
	task = &reference->task[number];
	if (task->state == UOS_SCHED_FREE)
		return -ESRCH;
	if (task->state != UOS_SCHED_BLOCKED) {
		if (by < reference->lanes)
			inbox_drain(reference, by);
		if (task->state != UOS_SCHED_READY || task->lane != by)
			return -EINVAL;
		list_take(&reference->lane[by].ready, number);
	}
	task->state = UOS_SCHED_FREE;
	reference->tasks--;
	return 0;
}

int32_t reference_wake(struct reference *reference, uint32_t by, uint32_t lane, uint32_t number)
{
	struct reference_task *task;

	if (number > reference->tasks_max)
		return -ESRCH;
	task = &reference->task[number];
	switch (task->state) {
	case UOS_SCHED_FREE:
		return -ESRCH;
	case UOS_SCHED_RUNNING:
		task->woken = true;
		return 0;
	case UOS_SCHED_READY:
		return 0;
	}
	if (lane < reference->lanes && reference->lane[task->lane].last != number)
		task->lane = lane;
	make_ready(reference, by, number);
	return 1;
}

int32_t reference_set_priority(struct reference *reference, uint32_t by, uint32_t number,
			       uint32_t level, uint64_t relative_deadline)
{
	struct reference_task *task;

	if (level >= UOS_SCHED_LEVELS)
		return -EINVAL;
	if (number > reference->tasks_max || reference->task[number].state == UOS_SCHED_FREE)
		return -ESRCH;
	task = &reference->task[number];
	task->level = level_of(reference, level);
	task->relative_deadline = relative_deadline;
	if (task->state != UOS_SCHED_READY || task->lane != by)
		return 0;
	if (task->queued_level == task->level && (reference->policy != TEST_POLICY_edf ||
						  task->deadline == deadline_of(reference, task)))
		return 0;
	if (list_take(&reference->lane[by].ready, number))
		ready_append(reference, by, number);
	return 0;
}

static uint64_t pick(struct reference *reference, struct reference_lane *lane, uint32_t elsewhere)
{
	uint32_t number = best_of(reference, lane);

	lane->current = 0;
	if (!number || elsewhere < reference->task[number].queued_level) {
		lane->pauses++;
		return elsewhere < UOS_SCHED_LEVEL_NONE ? UOS_SCHED_SWITCH : UOS_SCHED_IDLE;
	}
	list_take(&lane->ready, number);
	lane->current = number;
	reference->task[number].state = UOS_SCHED_RUNNING;
	return reference->task[number].cookie;
}

uint64_t reference_next(struct reference *reference, uint32_t lane_number, uint32_t how,
			uint32_t elsewhere)
{
	struct reference_lane *lane = &reference->lane[lane_number];
	struct reference_task *task = &reference->task[lane->current];
	uint32_t yields = how == UOS_SCHED_YIELD ? lane->current : 0;

	lane->next_calls++;
	switch (how) {
	case UOS_SCHED_YIELD:
		task->state = UOS_SCHED_READY;
		task->released = test_time;
		ready_append(reference, lane_number, lane->current);
		lane->last = lane->current;
		break;
	case UOS_SCHED_BLOCK:
		lane->last = lane->current;
		if (task->woken) {
			task->woken = false;
			if (!lane->inbox.count)
				return task->cookie;
			task->state = UOS_SCHED_READY;
			task->released = test_time;
			yields = lane->current;
			ready_append(reference, lane_number, lane->current);
			break;
		}
		task->state = UOS_SCHED_BLOCKED;
		break;
	case UOS_SCHED_EXIT:
		task->state = UOS_SCHED_FREE;
		reference->tasks--;
		lane->last = 0;
		break;
	}
	inbox_drain(reference, lane_number);
	if (yields && best_of(reference, lane) == yields && elsewhere == task->queued_level) {
		/* nobody here but itself: an equal elsewhere has its turn */
		lane->current = 0;
		lane->pauses++;
		return UOS_SCHED_SWITCH;
	}
	return pick(reference, lane, elsewhere);
}
