/*
 * stats: the kernel's counters; `stats PROGRAM ...` runs a program and prints
 * what was counted meanwhile, in the whole system, this program's own few
 * operations included.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <uos.h>

#include "program.h"
#include "system_stats.h"

#define PATH_BYTES_MAX	256

extern char **environ;

static void print_row(const char *name, uint64_t value)
{
	printf("%-20s %12llu\n", name, (unsigned long long)value);
}

static int print_all(void)
{
	struct uos_system_stats stats;
	int result = system_stats_read(&stats);

	if (result < 0)
		return complain("stats", "reading", result);
	print_row("uptime_ms", stats.uptime_ns / 1000000);
	print_row("harts", stats.harts);
	print_row("isolation", stats.isolation);
	print_row("frames_total", stats.frames_total);
	for (size_t i = 0; i < system_counts_length; i++)
		print_row(system_counts[i].name, system_counter_value(&stats, &system_counts[i]));
	for (size_t i = 0; i < system_events_length; i++)
		print_row(system_events[i].name, system_counter_value(&stats, &system_events[i]));
	return 0;
}

static void print_ratio(const char *name, uint64_t value, uint64_t operations)
{
	uint64_t thousandths = operations ? value * 1000 / operations : 0;

	printf("%-20s %8llu.%03llu\n", name, (unsigned long long)thousandths / 1000,
	       (unsigned long long)thousandths % 1000);
}

static void print_difference(const struct uos_system_stats *before,
			     const struct uos_system_stats *after)
{
	uint64_t operations = after->ring_operations - before->ring_operations;
	uint64_t syscalls = after->traps_syscall - before->traps_syscall;
	uint64_t faults = after->traps_fault - before->traps_fault;

	print_row("elapsed_us", (after->uptime_ns - before->uptime_ns) / 1000);
	for (size_t i = 0; i < system_events_length; i++)
		print_row(system_events[i].name,
			  system_counter_value(after, &system_events[i]) -
			  system_counter_value(before, &system_events[i]));
	print_ratio("traps per operation", syscalls + faults, operations);
	print_ratio("syscalls per op", syscalls, operations);
}

/* The program's exit status, or -errno. */
static int run(char *const argv[])
{
	char path[PATH_BYTES_MAX];
	int status, result;
	pid_t pid;

	snprintf(path, sizeof(path), "%s%s", strchr(argv[0], '/') ? "" : "/bin/", argv[0]);
	pid = uos_process_spawn(path, argv, environ);
	if (pid < 0)
		return pid;
	result = uos_process_wait(pid, &status);
	if (result < 0)
		return result;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char *argv[])
{
	struct uos_system_stats before, after;
	int result, status;

	if (argc == 1)
		return print_all();
	result = system_stats_read(&before);
	status = run(argv + 1);
	if (status < 0)
		return complain("stats", argv[1], status);
	if (result == 0)
		result = system_stats_read(&after);
	if (result < 0)
		return complain("stats", "reading", result);
	print_difference(&before, &after);
	return status;
}
