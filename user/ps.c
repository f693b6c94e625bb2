/*
 * ps: lists the processes, and what each has cost so far.  Level 32+3: its own is 32, and
 * a penalty makes it three less urgent; under `penalty` is how many it ever had.
 */
#include <stdio.h>
#include <uos.h>

#include "program.h"

#define AT_ONCE		32

static const char *state_name(uint32_t state)
{
	static const char *const names[] = { "?", "running", "waiting", "ended" };

	return names[state < sizeof(names) / sizeof(names[0]) ? state : 0];
}

static void print_process(const struct uos_process_stats *process)
{
	char level[16];

	/* what it has, and what a penalty puts on top */
	snprintf(level, sizeof(level), process->penalty ? "%u+%u" : "%u", process->level,
		 process->penalty);
	printf("%5d %5d %-8s %5s %7llu %5llu %9llu %9llu %9llu %8llu %8u %8llu %8llu %7u  %s\n",
	       process->pid, process->parent_pid, state_name(process->state), level,
	       (unsigned long long)process->frames * 4,
	       (unsigned long long)process->open_files,
	       (unsigned long long)process->traps_syscall,
	       (unsigned long long)process->ring_operations,
	       (unsigned long long)process->task_switches,
	       (unsigned long long)process->timeouts, process->penalties,
	       (unsigned long long)process->page_table_switches,
	       (unsigned long long)(process->run_time_ns / 1000000), process->threads,
	       process->name);
}

int main(int argc, char *argv[])
{
	static struct uos_process_stats processes[AT_ONCE];
	pid_t next = 0;

	(void)argv;
	if (argc != 1)
		return usage("ps");
	printf("%5s %5s %-8s %5s %7s %5s %9s %9s %9s %8s %8s %8s %8s %7s  %s\n", "pid", "ppid",
	       "state", "level", "KiB", "files", "traps", "ring ops", "switches", "timeouts",
	       "penalty", "satp", "ms", "threads", "name");
	for (;;) {
		ssize_t bytes = uos_stats(UOS_STATS_PROCESSES, next, processes, sizeof(processes));
		size_t count = bytes > 0 ? (size_t)bytes / sizeof(processes[0]) : 0;

		if (bytes < 0)
			return complain("ps", "stats", bytes);
		for (size_t i = 0; i < count; i++)
			print_process(&processes[i]);
		if (count < AT_ONCE)
			return 0;
		next = processes[count - 1].pid + 1;
	}
}
