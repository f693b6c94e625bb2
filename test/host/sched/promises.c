/*
 * What each payload promises of starvation, priority inversion and deadlines, and
 * what it does not: told at the head of its .c file, and played here, one lane, one
 * turn a tick.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pool_check.h"

#define TASKS_MAX	64
#define TURNS		20000
#define NEVER		UINT64_MAX
#define IS(policy)	(TEST_POLICY == TEST_POLICY_##policy)

static struct uos_sched_pool *pool;
static struct uos_sched_view view;
static uint32_t running;		/* 0: nobody */
static uint64_t turns_of[TASKS_MAX + 1];

static void start(void)
{
	free(pool);
	for (uint32_t i = 0; i < UOS_SCHED_VIEW_HARTS; i++)
		view.hart[i].best_elsewhere = UOS_SCHED_LEVEL_NONE;
	view.hart[0].timebase_hz = 10000;	/* ten ticks a millisecond, about */
	pool = test_pool_make(1, TASKS_MAX, &view);
	running = 0;
	memset(turns_of, 0, sizeof(turns_of));
}

static uint32_t add(uint32_t level)
{
	static uint64_t added;
	int32_t number = payload_add(pool, 0, 0, level, TEST_COOKIE(++added));

	if (number < 0)
		test_fail("add answered %d", number);
	return number;
}

/* A tick passes, and what ran does `how`; who runs now. */
static uint32_t turn(uint32_t how)
{
	test_time++;
	payload_next(pool, 0, running ? how : UOS_SCHED_PICK);
	running = pool->lane[0].current;
	turns_of[running]++;
	return running;
}

/* Turns until `task` runs, while all others yield; NEVER. */
static uint64_t turns_until(uint32_t task)
{
	for (uint64_t turns = 1; turns <= TURNS; turns++)
		if (turn(UOS_SCHED_YIELD) == task)
			return turns;
	return NEVER;
}

static void expect(const char *what, bool holds, uint64_t number)
{
	printf("%s: %s: %s (%lld)\n", TEST_POLICY_NAME, what, holds ? "yes" : "NO",
	       (long long)number);
	if (!holds)
		test_fail("%s: not so: %s (%lld)", TEST_POLICY_NAME, what, (long long)number);
}

/* ---- starvation --------------------------------------------------------------- */

static void equals_take_turns(void)
{
	uint64_t least = NEVER, most = 0;

	start();
	for (int i = 0; i < TASKS_MAX; i++)
		add(20);
	for (int i = 0; i < 100 * TASKS_MAX; i++)
		turn(UOS_SCHED_YIELD);
	for (uint32_t i = 1; i <= TASKS_MAX; i++) {
		least = turns_of[i] < least ? turns_of[i] : least;
		most = turns_of[i] > most ? turns_of[i] : most;
	}
	expect("equals: each has its turn before anybody has a second", most == least, most - least);
}

static void less_urgent_beside_busy(void)
{
	uint32_t low;
	uint64_t turns;

	start();
	low = add(50);
	for (int i = 0; i < 4; i++)
		add(10);
	turns = turns_until(low);
	if (IS(prio))
		expect("a less urgent task starves beside busy ones", turns == NEVER, turns);
	else if (IS(fifo))
		expect("a less urgent task has the first turn: it was first", turns == 1, turns);
	else
		expect("a less urgent task runs once its deadline is nearest",
		       turns <= 51 * pool->level_ticks, turns);
	turns = turns_until(low);
	if (IS(fifo))
		expect("and again after each other one's turn", turns == 5, turns);
	if (IS(edf))
		expect("and again", turns <= 51 * pool->level_ticks, turns);
}

/* Each that ends makes another: newcomers do not keep out who waits. */
static void newcomers(void)
{
	uint32_t old;
	uint64_t turns = 0;

	start();
	add(32);
	old = add(32);
	turn(UOS_SCHED_YIELD);
	while (running != old && turns++ < TURNS) {
		add(32);
		turn(UOS_SCHED_EXIT);
	}
	expect("newcomers do not keep out who waits", turns <= 2, turns);
}

/* ---- priority inversion ---------------------------------------------------------- */

/*
 * `low` holds what `high` waits for, and needs three turns to give it back; others
 * in between are busy.  Turns until `high` runs.
 */
static uint64_t inversion(bool lifts)
{
	uint32_t low, high, middle;
	uint64_t held = 3;

	start();
	low = add(50);
	turn(UOS_SCHED_YIELD);
	middle = add(30);
	high = add(10);
	while (turn(UOS_SCHED_YIELD) != high)
		;
	/* it finds the lock taken */
	if (lifts)
		payload_set_priority(pool, 0, low, 10, 0);
	turn(UOS_SCHED_BLOCK);
	for (uint64_t turns = 1; turns <= TURNS; turns++) {
		if (running == low && !--held) {
			payload_set_priority(pool, 0, low, 50, 0);
			payload_wake(pool, 0, 0, high);
		}
		if (running == high)
			return turns;
		if (running != low && running != middle)
			test_fail("%u runs", running);
		turn(UOS_SCHED_YIELD);
	}
	return NEVER;
}

static void priority_inversion(void)
{
	uint64_t alone = inversion(false), lifted = inversion(true);

	if (IS(prio))
		expect("inversion: not lifted, the holder keeps out who waits for it",
		       alone == NEVER, alone);
	else if (IS(fifo))
		expect("inversion: the holder has its turns", alone <= 8, alone);
	else
		expect("inversion: the holder has its turns by its deadlines",
		       alone <= 4 * 51 * pool->level_ticks, alone);
	if (IS(edf))
		/* three jobs at level 10, among those of level 30 */
		expect("inversion: lifted, by the nearer deadlines",
		       lifted <= 4 * 11 * pool->level_ticks && lifted <= alone, lifted);
	else
		expect("inversion: lifted, it gives back at once", lifted <= (IS(prio) ? 4 : 8),
		       lifted);
}

/* ---- deadlines --------------------------------------------------------------------- */

#define PERIODIC	3

/*
 * Three tasks with periods of 2, 8 and 8 turns and one, two and two turns' work in
 * each: every turn is used.  The deadlines are the periods' ends; the levels are as
 * a careless programmer set them, the longest the most urgent.  Missed ones.
 */
static uint64_t deadlines_missed(void)
{
	static const uint64_t period[PERIODIC] = { 2, 8, 8 }, work[PERIODIC] = { 1, 2, 2 };
	uint64_t left[PERIODIC] = { 0 }, missed = 0;
	uint32_t task[PERIODIC], i;

	start();
	for (i = 0; i < PERIODIC; i++) {
		task[i] = add(30 - i);
		payload_set_priority(pool, 0, task[i], 30 - i, period[i]);
	}
	/* all of them block first: a job begins with a wake */
	turn(UOS_SCHED_YIELD);
	for (i = 0; i < PERIODIC; i++)
		turn(UOS_SCHED_BLOCK);
	for (uint64_t tick = 0; tick < 8 * 100; tick++, test_time++) {
		for (i = 0; i < PERIODIC; i++) {
			if (tick % period[i])
				continue;
			missed += left[i] > 0;
			left[i] += work[i];
			payload_wake(pool, 0, 0, task[i]);
		}
		/* a turn's end is a look at who is ready, but no new job: a yield
		 * would begin one, so the deadline is told again from the old start */
		if (running)
			payload_set_priority(pool, 0, running, 30 - (running - task[0]),
					     period[running - task[0]] -
					     tick % period[running - task[0]]);
		payload_next(pool, 0, running ? UOS_SCHED_YIELD : UOS_SCHED_PICK);
		running = pool->lane[0].current;
		if (!running)
			continue;
		i = running - task[0];
		if (!--left[i]) {
			payload_set_priority(pool, 0, running, 30 - i, period[i]);
			payload_next(pool, 0, UOS_SCHED_BLOCK);
			running = pool->lane[0].current;
			/* that one has the next turn: this tick is used */
		}
	}
	return missed;
}

int main(void)
{
	uint64_t missed;

	equals_take_turns();
	less_urgent_beside_busy();
	newcomers();
	priority_inversion();
	missed = deadlines_missed();
	if (IS(edf))
		expect("deadlines that can be met are met", missed == 0, missed);
	else
		expect("deadlines are missed that edf meets", missed > 0, missed);
	free(pool);
	return 0;
}
