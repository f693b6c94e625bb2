/*
 * stats: the kernel's counters; `stats PROGRAM ...` runs a program and prints
 * what was counted meanwhile, in the whole system, this program's own few
 * operations included.  Below stands how the time of each address space, or of the
 * program's, was cut: abi/stats.h says what the columns mean.
 */
#include <stdio.h>
#include <uos.h>

#include "program.h"
#include "run_program.h"
#include "system_stats.h"

static void print_row(const char *name, uint64_t value)
{
	printf("%-20s %12llu\n", name, (unsigned long long)value);
}

/* ---- address spaces --------------------------------------------------------------- */

static void print_spaces_heading(void)
{
	printf("\n%5s %10s %10s %8s %10s %8s %10s %8s  %s\n", "pid", "within", "between",
	       "timeouts", "per turn", "per s", "yields", "penalty", "name");
}

/* timeouts per turn in thousandths, and per second that it ran. */
static void print_space(const struct uos_process_stats *process)
{
	uint64_t thousandths = process->turns ? process->timeouts * 1000 / process->turns : 0;
	uint64_t run_ms = process->run_time_ns / 1000000;

	printf("%5d %10llu %10llu %8llu %6llu.%03llu %8llu %10llu %8u  %s\n", process->pid,
	       (unsigned long long)process->task_switches, (unsigned long long)process->turns,
	       (unsigned long long)process->timeouts, (unsigned long long)thousandths / 1000,
	       (unsigned long long)thousandths % 1000,
	       (unsigned long long)(run_ms ? process->timeouts * 1000 / run_ms : 0),
	       (unsigned long long)process->traps_yield, process->penalties, process->name);
}

static int print_spaces(void)
{
	struct uos_process_stats process = { .pid = 0 };
	ssize_t bytes;

	print_spaces_heading();
	while ((bytes = uos_stats(UOS_STATS_PROCESSES, process.pid + 1, &process,
				  sizeof(process))) > 0)
		print_space(&process);
	return bytes < 0 ? complain("stats", "reading", bytes) : 0;
}

/* ---- the system ------------------------------------------------------------------------ */

static void print_ratio(const char *name, uint64_t value, uint64_t operations)
{
	uint64_t thousandths = operations ? value * 1000 / operations : 0;

	printf("%-20s %8llu.%03llu\n", name, (unsigned long long)thousandths / 1000,
	       (unsigned long long)thousandths % 1000);
}

/* Completions of rings that have a user interrupt. */
static void print_interrupt_ratio(uint64_t completions, uint64_t interrupts)
{
	if (interrupts)
		print_ratio("compl. per interrupt", completions, interrupts);
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
	print_interrupt_ratio(stats.announced_completions, stats.announcements);
	return print_spaces();
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
	print_interrupt_ratio(after->announced_completions - before->announced_completions,
			      after->announcements - before->announcements);
}

int main(int argc, char *argv[])
{
	struct uos_system_stats before, after;
	struct uos_process_stats process;
	int result, status;

	if (argc == 1)
		return print_all();
	result = system_stats_read(&before);
	status = program_run(argv + 1, &process);
	if (status < 0)
		return complain("stats", argv[1], status);
	if (result == 0)
		result = system_stats_read(&after);
	if (result < 0)
		return complain("stats", "reading", result);
	print_difference(&before, &after);
	print_spaces_heading();
	print_space(&process);
	return status;
}
