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

static void queue_append(struct reference *reference, uint32_t lane, uint32_t number)
{
	list_append(&reference->lane[lane].queue[reference->task[number].level], number);
}

static void inbox_drain(struct reference *reference, uint32_t lane)
{
	struct reference_list *inbox = &reference->lane[lane].inbox;

	for (uint32_t i = 0; i < inbox->count; i++)
		queue_append(reference, lane, inbox->number[i]);
	inbox->count = 0;
}

/* The level at which it stands; another lane may have changed the wanted one. */
static uint32_t queue_of(const struct reference *reference, uint32_t lane, uint32_t number)
{
	for (uint32_t level = 0; level < UOS_SCHED_LEVELS; level++)
		for (uint32_t i = 0; i < reference->lane[lane].queue[level].count; i++)
			if (reference->lane[lane].queue[level].number[i] == number)
				return level;
	return UOS_SCHED_LEVEL_NONE;
}

static bool queues_take(struct reference *reference, uint32_t lane, uint32_t number)
{
	for (uint32_t level = 0; level < UOS_SCHED_LEVELS; level++)
		if (list_take(&reference->lane[lane].queue[level], number))
			return true;
	return false;
}

static uint32_t best_here(const struct reference_lane *lane)
{
	for (uint32_t level = 0; level < UOS_SCHED_LEVELS; level++)
		if (lane->queue[level].count)
			return level;
	return UOS_SCHED_LEVEL_NONE;
}

static void make_ready(struct reference *reference, uint32_t by, uint32_t number)
{
	struct reference_task *task = &reference->task[number];

	task->state = UOS_SCHED_READY;
	if (task->lane == by)
		queue_append(reference, by, number);
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
	task->level = level;
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
		queues_take(reference, by, number);
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
			       uint32_t level)
{
	struct reference_task *task;

	if (level >= UOS_SCHED_LEVELS)
		return -EINVAL;
	if (number > reference->tasks_max || reference->task[number].state == UOS_SCHED_FREE)
		return -ESRCH;
	task = &reference->task[number];
	task->level = level;
	if (task->state == UOS_SCHED_READY && task->lane == by &&
	    queue_of(reference, by, number) != level && queues_take(reference, by, number))
		queue_append(reference, by, number);
	return 0;
}

static uint64_t pick(struct reference *reference, struct reference_lane *lane, uint32_t elsewhere)
{
	uint32_t best = best_here(lane), number;

	lane->current = 0;
	if (elsewhere < best || best == UOS_SCHED_LEVEL_NONE) {
		lane->pauses++;
		return elsewhere < UOS_SCHED_LEVEL_NONE ? UOS_SCHED_SWITCH : UOS_SCHED_IDLE;
	}
	number = lane->queue[best].number[0];
	list_take(&lane->queue[best], number);
	lane->current = number;
	reference->task[number].state = UOS_SCHED_RUNNING;
	return reference->task[number].cookie;
}

uint64_t reference_next(struct reference *reference, uint32_t lane_number, uint32_t how,
			uint32_t elsewhere)
{
	struct reference_lane *lane = &reference->lane[lane_number];
	struct reference_task *task = &reference->task[lane->current];

	lane->next_calls++;
	switch (how) {
	case UOS_SCHED_YIELD:
		task->state = UOS_SCHED_READY;
		queue_append(reference, lane_number, lane->current);
		lane->last = lane->current;
		break;
	case UOS_SCHED_BLOCK:
		lane->last = lane->current;
		if (task->woken) {
			task->woken = false;
			return task->cookie;
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
	return pick(reference, lane, elsewhere);
}
