/*
 * raise: twice as many programs as there are harts compute at the least urgent level,
 * every other one without ever giving way.  Each in turn is raised for a while, wherever
 * it stands, and put back; prints what share of a hart it had meanwhile.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <uos.h>

#include "abi/sched.h"
#include "program.h"

#define HARTS_MAX	64u
#define LOW		(UOS_SCHED_LEVELS - 1u)
#define HIGH		33u
#define SPAN_NS		60000000ull

extern char **environ;

static pid_t children[2 * HARTS_MAX];
static unsigned count;

static uint64_t run_time_of(pid_t pid)
{
	struct uos_process_stats stats = { 0 };

	uos_sys_stats(UOS_STATS_PROCESSES, pid, &stats, sizeof(stats));
	return stats.run_time_ns;
}

static int start(void)
{
	char *const yields[] = { "victim", "yields", "1000000", NULL };
	char *const spins[] = { "spin", NULL };
	struct uos_system_stats stats = { 0 };

	uos_sys_stats(UOS_STATS_SYSTEM, 0, &stats, sizeof(stats));
	for (count = 0; count < 2 * stats.harts && count < 2 * HARTS_MAX; count++) {
		bool yielding = count % 2;
		int result;

		children[count] = uos_process_spawn(yielding ? "/bin/victim" : "/bin/spin",
						    yielding ? yields : spins, environ);
		result = children[count] < 0 ? children[count] :
			 uos_set_priority(children[count], LOW);
		if (result < 0)
			return result;
	}
	return 0;
}

/* In hundredths. */
static unsigned share_of(pid_t pid)
{
	uint64_t since_ns = uos_clock_ns(), before_ns = run_time_of(pid);

	uos_sleep_ns(SPAN_NS);
	return (unsigned)((run_time_of(pid) - before_ns) * 100 / (uos_clock_ns() - since_ns));
}

int main(void)
{
	int status, result = start();

	for (unsigned i = 0; i < count && result >= 0; i++) {
		result = uos_set_priority(children[i], HIGH);
		printf("raised: %u %%\n", share_of(children[i]));
		if (result >= 0)
			result = uos_set_priority(children[i], LOW);
	}
	while (count--) {
		uos_kill(children[count], SIGKILL);
		uos_process_wait(children[count], &status);
	}
	return result < 0 ? complain("raise", "a level", result) : 0;
}
