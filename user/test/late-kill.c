/*
 * late-kill PROGRAM [ARGUMENT ...]: lets a program of /bin run until it has the worst
 * penalty or 300 ms have passed, starts a neighbour that computes, kills the program, and
 * prints how many milliseconds it took to die.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <uos.h>

#include "program.h"

#define NS_PER_MS	1000000ull
#define PENALTY_ENOUGH	8u
#define LOOKS_MAX	300u

extern char **environ;

static unsigned penalty_of(pid_t pid)
{
	struct uos_process_stats stats = { 0 };

	uos_sys_stats(UOS_STATS_PROCESSES, pid, &stats, sizeof(stats));
	return stats.penalty;
}

int main(int argc, char *argv[])
{
	char *const neighbour[] = { "victim", "yields", "100000", NULL };
	pid_t busy, pid;
	uint64_t start_ns;
	unsigned looks = 0, penalty;
	char path[64];
	int status;

	if (argc < 2)
		return usage("late-kill PROGRAM [ARGUMENT ...]");
	snprintf(path, sizeof(path), "/bin/%s", argv[1]);
	pid = uos_process_spawn(path, argv + 1, environ);
	if (pid < 0)
		return complain("late-kill", path, pid);
	while ((penalty = penalty_of(pid)) < PENALTY_ENOUGH && looks++ < LOOKS_MAX)
		uos_sleep_ns(NS_PER_MS);
	busy = uos_process_spawn("/bin/victim", neighbour, environ);
	if (busy < 0)
		return complain("late-kill", neighbour[0], busy);
	uos_sleep_ns(NS_PER_MS);
	start_ns = uos_clock_ns();
	uos_kill(pid, SIGKILL);
	uos_process_wait(pid, &status);
	printf("penalty %u, dead after %llu ms\n", penalty,
	       (unsigned long long)(uos_clock_ns() - start_ns) / NS_PER_MS);
	uos_kill(busy, SIGKILL);
	uos_process_wait(busy, &status);
	return 0;
}
