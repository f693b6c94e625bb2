/*
 * urgent: a coroutine that sleeps, above one that always yields and is less urgent than
 * another program may be (level 50).  While the first sleeps, the program stands as low
 * as the second; its time-out's completion has to bring it back at once.  Prints how
 * late the latest of its sleeps ended.
 */
#include <stdbool.h>
#include <stdio.h>
#include <uos.h>

#define SLEEPS		20u
#define SLEEP_NS	5000000ull
#define LOW_LEVEL	50u

static bool over;

static void yield_always(void *argument)
{
	(void)argument;
	while (!over)
		uos_yield();
}

int main(void)
{
	struct uos_task *low = uos_spawn(yield_always, NULL);
	uint64_t latest_ns = 0;

	uos_task_set_priority(low, LOW_LEVEL);
	for (unsigned i = 0; i < SLEEPS; i++) {
		uint64_t start_ns = uos_clock_ns(), late_ns;

		uos_sleep_ns(SLEEP_NS);
		late_ns = uos_clock_ns() - start_ns - SLEEP_NS;
		if (late_ns > latest_ns)
			latest_ns = late_ns;
	}
	over = true;
	uos_join(low);
	printf("%u sleeps, the latest %llu us late\n", SLEEPS,
	       (unsigned long long)latest_ns / 1000);
	return 0;
}
