/*
 * A pool for a test, and a check of everything that must hold in one while no
 * entry runs: each returns or aborts with a line that says what is wrong.
 */
#ifndef TEST_POOL_CHECK_H
#define TEST_POOL_CHECK_H

#include "policy.h"
#include "sched-shared/payload.h"

#define TEST_COOKIE(number)	(0x1000ull + (number))

/* The records, and no byte more: the sanitizer sees a step beyond. */
struct uos_sched_pool *test_pool_make(uint32_t lanes, uint32_t tasks,
				      const struct uos_sched_view *view);

/* `tasks` counts the records in use; ready ones must be found exactly once. */
void test_pool_check(struct uos_sched_pool *pool, uint32_t tasks);

struct uos_sched_task *test_pool_task(struct uos_sched_pool *pool, uint32_t number);

void test_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
