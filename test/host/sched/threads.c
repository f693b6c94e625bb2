/*
 * Lanes run by threads at once, and threads without a lane that only wake.
 *
 * Tokens go round: a task that holds one passes it to another and wakes it, one
 * that holds none blocks.  In the end no token may lie with a blocked task (a lost
 * wake-up), and none may be missing.  With an odd seed each pair of tasks has a
 * token of its own, so that nothing that comes later heals what was lost.
 *
 * Each task has plain memory that whoever runs it writes, also after next() has
 * answered somebody else, as an executor does that still saves registers: the
 * thread sanitizer sees it if two lanes have one task at a time, or a task moves
 * before its stack is free.
 *
 *   threads [seed [steps per lane]]
 */
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pool_check.h"

#define LANES		8
#define WAKERS		2
#define TASKS		64
#define TOKENS		24
#define COOKIE_MAX	15

/* Who holds tokens; lives as long as the test. */
struct body {
	uint32_t number;		/* the payload's, of the task that it is now; atomic */
	uint32_t tokens;		/* atomic */
};

/* A task's plain memory: its cookie. */
struct stack {
	struct body *body;
	uint64_t memory;
};

static struct uos_sched_pool *pool;
static struct uos_sched_view view;
static struct body bodies[TASKS];
static struct stack stacks[TASKS + LANES];	/* the last ones: a spare one for each lane */
static uint64_t seed, steps;
static uint32_t stopping;		/* atomic */
static uint32_t lanes_at_work;		/* atomic */

static uint32_t random_below(uint64_t *random, uint32_t limit)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return (*random >> 16) % limit;
}

static uint32_t number_of(struct body *body)
{
	return __atomic_load_n(&body->number, __ATOMIC_SEQ_CST);
}

static void give_token(const struct body *from, uint64_t *random, uint32_t by)
{
	uint32_t to = seed % 2 ? (from - bodies) ^ 1 : random_below(random, TASKS);
	struct body *body = &bodies[to];
	uint32_t lane = random_below(random, LANES + 1);

	__atomic_fetch_add(&body->tokens, 1, __ATOMIC_SEQ_CST);
	payload_wake(pool, by, lane < LANES ? lane : UOS_SCHED_ANY_LANE, number_of(body));
	if (!random_below(random, 16))
		payload_set_priority(pool, by, number_of(&bodies[random_below(random, TASKS)]),
				     30 + random_below(random, 4), random_below(random, 3) * 50);
}

static bool take_token(struct body *body)
{
	uint32_t tokens = __atomic_load_n(&body->tokens, __ATOMIC_SEQ_CST);

	while (tokens)
		if (__atomic_compare_exchange_n(&body->tokens, &tokens, tokens - 1, false,
						__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return true;
	return false;
}

/* A task for a body, on a stack that nobody uses, here or elsewhere. */
static void start_task(struct body *body, struct stack *stack, uint64_t *random, uint32_t by,
		       uint32_t lane)
{
	int32_t number;

	stack->body = body;
	number = payload_add(pool, by, lane, 30 + random_below(random, 4), (uint64_t)stack);
	if (number < 0)
		test_fail("no record is left");
}

static struct stack *pick(uint32_t lane, struct stack *still_on)
{
	uint64_t answer;

	while ((answer = payload_next(pool, lane, UOS_SCHED_PICK)) <= COOKIE_MAX) {
		if (still_on)
			still_on->memory++;
		if (__atomic_load_n(&stopping, __ATOMIC_RELAXED))
			return NULL;
		sched_yield();
	}
	return (struct stack *)answer;
}

/* As an executor that gives some of its ready tasks to another. */
static void give_some(uint64_t *random, uint32_t lane)
{
	uint32_t to = random_below(random, LANES), count = random_below(random, 4);
	int32_t number;

	while (count-- && (number = payload_hold(pool, lane)) != 0)
		payload_wake(pool, lane, count % 2 ? lane : to, (uint32_t)number);
}

/* What the current task does; next()'s answer.  *spare changes when it ends: its
 * body goes on as another task, maybe elsewhere, before this call is over. */
static uint64_t turn(struct stack *stack, struct stack **spare, uint64_t *random, uint32_t lane)
{
	struct stack *fresh = *spare;

	stack->memory++;
	__atomic_fetch_add(&test_time, 1, __ATOMIC_RELAXED);
	/* Before it looks for a token: who gives one reads the number after that. */
	__atomic_store_n(&stack->body->number, pool->lane[lane].current, __ATOMIC_SEQ_CST);
	/* Own lane: exact; another: a hint, but a level. */
	if (payload_best(pool, random_below(random, LANES)) > UOS_SCHED_LEVEL_NONE)
		test_fail("best() is no level");
	if (!random_below(random, 8))
		give_some(random, lane);
	if (!take_token(stack->body))
		return payload_next(pool, lane, UOS_SCHED_BLOCK);
	give_token(stack->body, random, lane);
	if (random_below(random, 8))
		return payload_next(pool, lane, UOS_SCHED_YIELD);
	*spare = stack;
	start_task(stack->body, fresh, random, lane, random_below(random, LANES));
	return payload_next(pool, lane, UOS_SCHED_EXIT);
}

static void *lane_main(void *argument)
{
	uint32_t lane = (uint32_t)(uintptr_t)argument;
	uint64_t random = seed * 0x9e3779b97f4a7c15ull + lane + 1, answer;
	struct stack *spare = &stacks[TASKS + lane], *before;
	struct stack *stack = pick(lane, NULL);

	for (uint64_t step = 0; stack; step++) {
		if (step == steps && !__atomic_sub_fetch(&lanes_at_work, 1, __ATOMIC_SEQ_CST))
			__atomic_store_n(&stopping, 1, __ATOMIC_SEQ_CST);
		if (__atomic_load_n(&stopping, __ATOMIC_RELAXED))
			break;
		before = stack;
		answer = turn(stack, &spare, &random, lane);
		stack = answer > COOKIE_MAX ? (struct stack *)answer : pick(lane, before);
		if (stack != before)
			before->memory++;	/* its registers are still being saved */
	}
	return NULL;
}

/* As an interrupt handler of some hart: wakes at random, moves no token.  With even
 * seeds alone. */
static void *waker_main(void *argument)
{
	uint64_t random = seed + 77 + (uintptr_t)argument;

	if (seed % 2)
		return NULL;	/* it would heal what a lane loses */
	while (!__atomic_load_n(&stopping, __ATOMIC_RELAXED))
		payload_wake(pool, UOS_SCHED_ANY_LANE, UOS_SCHED_ANY_LANE,
			     number_of(&bodies[random_below(&random, TASKS)]));
	return NULL;
}

static void start(void)
{
	uint64_t random = seed;

	for (uint32_t i = 0; i < UOS_SCHED_VIEW_HARTS; i++)
		view.hart[i].best_elsewhere = UOS_SCHED_LEVEL_NONE;
	/* Each lane may keep as many free records as there are tasks. */
	pool = test_pool_make(LANES, LANES * TASKS, &view);
	for (uint32_t i = 0; i < TASKS; i++)
		start_task(&bodies[i], &stacks[i], &random, 0, 0);
	for (uint32_t i = 0; i < TOKENS; i++)
		bodies[2 * i].tokens++;
}

static void check(void)
{
	uint32_t tokens = 0;

	test_pool_check(pool, TASKS);
	for (uint32_t i = 0; i < TASKS; i++)
		tokens += bodies[i].tokens;
	for (uint32_t i = 1; i < pool->task_capacity; i++) {
		struct uos_sched_task *task = test_pool_task(pool, i);
		struct stack *stack = (struct stack *)task->cookie;

		if (task->state == UOS_SCHED_BLOCKED && stack->body->tokens)
			test_fail("task %u is blocked and holds a token", i);
	}
	if (tokens != TOKENS)
		test_fail("%u tokens, not %u", tokens, TOKENS);
}

int main(int count, char **arguments)
{
	pthread_t lanes[LANES], wakers[WAKERS];

	seed = count > 1 ? strtoull(arguments[1], NULL, 0) : 1;
	steps = count > 2 ? strtoull(arguments[2], NULL, 0) : 50000;
	printf("threads on " TEST_POLICY_NAME ": seed %llu, %llu steps\n", (unsigned long long)seed,
	       (unsigned long long)steps);
	fflush(stdout);
	start();
	lanes_at_work = LANES;
	for (uintptr_t i = 0; i < LANES; i++)
		pthread_create(&lanes[i], NULL, lane_main, (void *)i);
	for (uintptr_t i = 0; i < WAKERS; i++)
		pthread_create(&wakers[i], NULL, waker_main, (void *)i);
	for (int i = 0; i < LANES; i++)
		pthread_join(lanes[i], NULL);
	for (int i = 0; i < WAKERS; i++)
		pthread_join(wakers[i], NULL);
	check();
	free(pool);
	return 0;
}
