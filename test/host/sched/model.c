/*
 * Random operations on a payload and on the reference at once: each answer,
 * and from time to time the whole pool, must agree.
 *
 *   model [seed [operations]]
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pool_check.h"
#include "reference.h"

struct run {
	struct uos_sched_pool *pool;
	struct uos_sched_view view;
	struct reference reference;
	uint64_t random;
	uint64_t step;
};

static uint32_t random_below(struct run *run, uint32_t limit)
{
	run->random ^= run->random << 13;
	run->random ^= run->random >> 7;
	run->random ^= run->random << 17;
	return (run->random >> 16) % limit;
}

static uint32_t random_lane(struct run *run)
{
	uint32_t lane = random_below(run, run->reference.lanes + 1);

	return lane < run->reference.lanes ? lane : UOS_SCHED_ANY_LANE;
}

/* Few levels, so that queues are long; now and then all of them. */
static uint32_t random_level(struct run *run)
{
	return random_below(run, 8) ? 30 + random_below(run, 3) : random_below(run, UOS_SCHED_LEVELS);
}

/* The level's, near ones that often are equal, and one beyond the end of time. */
static uint64_t random_deadline(struct run *run)
{
	uint32_t kind = random_below(run, 16);

	return kind < 4 ? 0 : kind < 15 ? random_below(run, 40) : UINT64_MAX - kind;
}

static void expect(struct run *run, const char *what, int64_t got, int64_t wanted)
{
	if (got != wanted)
		test_fail("step %llu: %s answered %lld, the reference %lld",
			  (unsigned long long)run->step, what, (long long)got, (long long)wanted);
}

static void step_add(struct run *run)
{
	uint32_t by = random_lane(run), lane = random_lane(run), level = random_level(run);
	uint64_t cookie = 16 + random_below(run, 1u << 30);
	int32_t number = payload_add(run->pool, by, lane, level, cookie);
	const char *wrong = reference_add(&run->reference, by, lane, level, cookie, number);

	if (wrong)
		test_fail("step %llu: add answered %d, but %s",
			  (unsigned long long)run->step, number, wrong);
}

static void step_wake(struct run *run)
{
	uint32_t by = random_lane(run), lane = random_lane(run);
	uint32_t number = random_below(run, run->reference.tasks_max + 3);

	expect(run, "wake", payload_wake(run->pool, by, lane, number),
	       reference_wake(&run->reference, by, lane, number));
}

static void step_remove(struct run *run)
{
	uint32_t by = random_lane(run), number = random_below(run, run->reference.tasks_max + 3);

	expect(run, "remove", payload_remove(run->pool, by, number),
	       reference_remove(&run->reference, by, number));
}

static void step_set_priority(struct run *run)
{
	uint32_t by = random_lane(run), number = random_below(run, run->reference.tasks_max + 3);
	uint32_t level = random_below(run, 16) ? random_level(run) : 64;
	uint64_t relative = random_deadline(run);

	expect(run, "set_priority", payload_set_priority(run->pool, by, number, level, relative),
	       reference_set_priority(&run->reference, by, number, level, relative));
}

static void step_next(struct run *run)
{
	static const uint32_t how_often[] = {
		UOS_SCHED_YIELD, UOS_SCHED_YIELD, UOS_SCHED_YIELD, UOS_SCHED_YIELD,
		UOS_SCHED_BLOCK, UOS_SCHED_BLOCK, UOS_SCHED_BLOCK, UOS_SCHED_EXIT,
	};
	uint32_t lane = random_below(run, run->reference.lanes);
	uint32_t hart = run->pool->lane[lane].hart;
	uint32_t how = run->reference.lane[lane].current ? how_often[random_below(run, 8)] :
							   UOS_SCHED_PICK;

	static const char *const names[] = {"yield", "block", "exit", "pick"};

	expect(run, names[how], payload_next(run->pool, lane, how),
	       reference_next(&run->reference, lane, how, run->view.hart[hart].best_elsewhere));
}

/* What is held is woken by others, or soon. */
static void step_hold(struct run *run)
{
	uint32_t lane = random_below(run, run->reference.lanes);
	int32_t wanted;

	if (!run->reference.lane[lane].current)
		return;
	wanted = reference_hold(&run->reference, lane);
	expect(run, "hold", payload_hold(run->pool, lane), wanted);
	if (wanted && random_below(run, 2)) {
		uint32_t to = random_lane(run);

		expect(run, "wake", payload_wake(run->pool, lane, to, (uint32_t)wanted),
		       reference_wake(&run->reference, lane, to, (uint32_t)wanted));
	}
}

static void step_elsewhere(struct run *run)
{
	uint32_t hart = random_below(run, UOS_SCHED_VIEW_HARTS);

	run->pool->lane[random_below(run, run->reference.lanes)].hart = hart;
	run->view.hart[hart].best_elsewhere =
		random_below(run, 3) ? UOS_SCHED_LEVEL_NONE : random_level(run);
}

static void check(struct run *run)
{
	test_pool_check(run->pool, run->reference.tasks);
	for (uint32_t i = 0; i < run->reference.lanes; i++) {
		expect(run, "best", payload_best(run->pool, i), reference_best(&run->reference, i));
		expect(run, "next_calls", run->pool->lane[i].next_calls,
		       run->reference.lane[i].next_calls);
		expect(run, "pauses", run->pool->lane[i].pauses, run->reference.lane[i].pauses);
		expect(run, "last", run->pool->lane[i].last, run->reference.lane[i].last);
		expect(run, "current", run->pool->lane[i].current, run->reference.lane[i].current);
	}
	for (uint32_t i = 1; i <= run->reference.tasks_max; i++)
		if (run->reference.task[i].state != UOS_SCHED_FREE)
			expect(run, "state", test_pool_task(run->pool, i)->state,
			       run->reference.task[i].state |
				       (run->reference.task[i].woken ? UOS_SCHED_WOKEN : 0));
}

static void run_steps(struct run *run, uint64_t steps)
{
	for (run->step = 0; run->step < steps; run->step++) {
		uint32_t kind = random_below(run, 64);

		/* often several things happen in a tick */
		test_time += random_below(run, 3) / 2 * random_below(run, 4);
		if (kind < 34)
			step_next(run);
		else if (kind < 36)
			step_hold(run);
		else if (kind < 50)
			step_wake(run);
		else if (kind < 58)
			step_add(run);
		else if (kind < 61)
			step_set_priority(run);
		else if (kind < 63)
			step_remove(run);
		else
			step_elsewhere(run);
		if (run->step % 16 == 0)
			check(run);
	}
}

int main(int count, char **arguments)
{
	uint64_t seed = count > 1 ? strtoull(arguments[1], NULL, 0) : 1;
	uint64_t operations = count > 2 ? strtoull(arguments[2], NULL, 0) : 400000;
	static struct run run;

	printf("model of " TEST_POLICY_NAME ": seed %llu, %llu operations\n", (unsigned long long)seed,
	       (unsigned long long)operations);
	fflush(stdout);
	for (uint32_t lanes = 1; lanes <= REFERENCE_LANES; lanes++) {
		memset(&run, 0, sizeof(run));
		run.random = seed * 0x9e3779b97f4a7c15ull + lanes;
		run.reference.policy = TEST_POLICY;
		run.reference.level_ticks = 2000 / 1000 + 1;
		run.reference.lanes = lanes;
		run.reference.tasks_max = random_below(&run, REFERENCE_TASKS) + 1;
		for (uint32_t i = 0; i < UOS_SCHED_VIEW_HARTS; i++)
			run.view.hart[i].best_elsewhere = UOS_SCHED_LEVEL_NONE;
		run.view.hart[0].timebase_hz = 2000;
		run.pool = test_pool_make(lanes, run.reference.tasks_max, &run.view);
		run_steps(&run, operations / REFERENCE_LANES);
		check(&run);
		free(run.pool);
	}
	return 0;
}
