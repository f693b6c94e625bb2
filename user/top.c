/*
 * top [-n COUNT] [-d SECONDS]: who uses the harts, each second anew, the busiest first;
 * q and return ends it.  With -n so many times, one below the other, without q.
 *
 * A coroutine shows and sleeps, another waits for what is typed.  `switches` of a process
 * within it, between it and others, and by time-out are those of abi/stats.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "process_list.h"
#include "program.h"
#include "system_stats.h"

#define NS_PER_SECOND		1000000000ull
#define COUNT_MAX		1000000000
#define SECONDS_MIN		0.01
#define SECONDS_MAX		1e6
#define USAGE			"top [-n COUNT] [-d SECONDS]"
#define CLEAR_SCREEN		"\033[H\033[J"

struct reading {
	struct uos_system_stats system;
	struct process_list list;
};

/* What one process did between two readings. */
struct row {
	const struct uos_process_stats *process;
	uint64_t run_ns, within, between, timeouts, traps;
};

static uint64_t delay_ns = NS_PER_SECOND;
static uint64_t times;			/* 0: for ever */
static struct uos_task *shower;
static bool leaving;			/* q was typed */

/* ---- reading ----------------------------------------------------------------------- */

static int reading_take(struct reading *reading)
{
	int error = system_stats_read(&reading->system);

	return error ? error : process_list_read(&reading->list);
}

/* The reading of a process that runs meanwhile may be a little behind the one before. */
static uint64_t grown(uint64_t before, uint64_t after)
{
	return after > before ? after - before : 0;
}

static uint64_t traps_of(const struct uos_process_stats *process)
{
	return process->traps_syscall + process->traps_yield + process->traps_fault +
	       process->traps_timer + process->traps_external;
}

static struct row row_make(const struct uos_process_stats *before,
			   const struct uos_process_stats *after)
{
	return (struct row){
		.process = after,
		.run_ns = grown(before->run_time_ns, after->run_time_ns),
		.within = grown(before->task_switches, after->task_switches),
		.between = grown(before->turns, after->turns),
		.timeouts = grown(before->timeouts, after->timeouts),
		.traps = grown(traps_of(before), traps_of(after)),
	};
}

/* Both lists ascend; a process that is in the later one alone began in between. */
static void rows_make(const struct process_list *before, const struct process_list *after,
		      struct row *rows)
{
	static const struct uos_process_stats nothing;
	size_t old = 0;

	for (size_t i = 0; i < after->count; i++) {
		const struct uos_process_stats *process = &after->process[i];

		while (old < before->count && before->process[old].pid < process->pid)
			old++;
		if (old < before->count && before->process[old].pid == process->pid)
			rows[i] = row_make(&before->process[old], process);
		else
			rows[i] = row_make(&nothing, process);
	}
}

static int row_compare(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	if (a->run_ns != b->run_ns)
		return a->run_ns < b->run_ns ? 1 : -1;
	return a->process->pid < b->process->pid ? -1 : 1;
}

/* ---- showing ------------------------------------------------------------------------- */

static unsigned long long per_second(uint64_t count, uint64_t elapsed_ns)
{
	return elapsed_ns ? (unsigned long long)((double)count * 1e9 / (double)elapsed_ns + 0.5) :
			    0;
}

static double percent(uint64_t part_ns, uint64_t whole_ns)
{
	return whole_ns ? 100.0 * (double)part_ns / (double)whole_ns : 0;
}

static uint64_t system_traps(const struct uos_system_stats *stats)
{
	return stats->traps_syscall + stats->traps_yield + stats->traps_fault +
	       stats->traps_timer + stats->traps_external + stats->traps_software;
}

static void show_system(const struct uos_system_stats *before, const struct uos_system_stats *after)
{
	uint64_t elapsed_ns = after->uptime_ns - before->uptime_ns;

	printf("up %llu.%llu s, %u hart%s %.1f %% busy, %llu processes, %llu of %llu KiB free\n",
	       (unsigned long long)(after->uptime_ns / NS_PER_SECOND),
	       (unsigned long long)(after->uptime_ns / (NS_PER_SECOND / 10) % 10), after->harts,
	       after->harts == 1 ? "" : "s",
	       percent(grown(before->run_time_ns, after->run_time_ns), elapsed_ns * after->harts),
	       (unsigned long long)after->processes, (unsigned long long)after->frames_free * 4,
	       (unsigned long long)after->frames_total * 4);
	printf("per second: %llu turns, %llu time-outs, %llu penalties, %llu traps, "
	       "%llu ring operations\n",
	       per_second(grown(before->turns, after->turns), elapsed_ns),
	       per_second(grown(before->timeouts, after->timeouts), elapsed_ns),
	       per_second(grown(before->penalties, after->penalties), elapsed_ns),
	       per_second(grown(system_traps(before), system_traps(after)), elapsed_ns),
	       per_second(grown(before->ring_operations, after->ring_operations), elapsed_ns));
}

static void show_row(const struct row *row, uint64_t elapsed_ns)
{
	const struct uos_process_stats *process = row->process;

	printf("%5d %5u %7u %6.1f %10llu %9llu %9llu %9llu %8llu %7u  %s\n", process->pid,
	       process->level, process->penalty, percent(row->run_ns, elapsed_ns),
	       per_second(row->within, elapsed_ns), per_second(row->between, elapsed_ns),
	       per_second(row->timeouts, elapsed_ns), per_second(row->traps, elapsed_ns),
	       (unsigned long long)process->frames * 4, process->threads, process->name);
}

static int show(const struct reading *before, const struct reading *after)
{
	struct row *rows = malloc(after->list.count * sizeof(*rows));

	if (!rows)
		return -ENOMEM;
	rows_make(&before->list, &after->list, rows);
	qsort(rows, after->list.count, sizeof(*rows), row_compare);
	if (!times)
		printf(CLEAR_SCREEN);
	show_system(&before->system, &after->system);
	printf("\n%5s %5s %7s %6s %10s %9s %9s %9s %8s %7s  %s\n", "pid", "level", "penalty",
	       "%cpu", "within/s", "between/s", "timeout/s", "traps/s", "KiB", "threads", "name");
	for (size_t i = 0; i < after->list.count; i++)
		show_row(&rows[i], after->system.uptime_ns - before->system.uptime_ns);
	printf(times ? "\n" : "\nq and return: ends\n");
	fflush(stdout);
	free(rows);
	return 0;
}

/* 0 or -errno. */
static int run(void)
{
	static struct reading readings[2];
	struct reading *before = &readings[0], *after = &readings[1];
	int error = reading_take(before);

	for (uint64_t shown = 0; !error && !leaving && (!times || shown < times); shown++) {
		struct reading *swap = before;

		if (uos_sleep_ns(delay_ns) != 0)
			continue;
		error = reading_take(after);
		if (!error && !leaving)
			error = show(before, after);
		before = after;
		after = swap;
	}
	return error;
}

/* ---- typing -------------------------------------------------------------------------- */

/* Waits for a line that begins with q; without an input for ever. */
static void key_task(void *argument)
{
	char line[128];

	(void)argument;
	while (uos_read(0, line, sizeof(line), -1) > 0) {
		if (line[0] != 'q')
			continue;
		leaving = true;
		uos_cancel(shower);
		return;
	}
}

static bool arguments_parse(int argc, char *argv[])
{
	for (int i = 1; i < argc; i += 2) {
		char *end;
		double seconds;

		if (i + 1 == argc)
			return false;
		if (strcmp(argv[i], "-n") == 0) {
			if (!number_parse(argv[i + 1], COUNT_MAX, &times) || !times)
				return false;
			continue;
		}
		seconds = strtod(argv[i + 1], &end);
		if (strcmp(argv[i], "-d") != 0 || *end || end == argv[i + 1] ||
		    !(seconds >= SECONDS_MIN && seconds <= SECONDS_MAX))
			return false;
		delay_ns = (uint64_t)(seconds * 1e9);
	}
	return true;
}

int main(int argc, char *argv[])
{
	struct uos_task *keys = NULL;
	int error;

	if (!arguments_parse(argc, argv))
		return usage(USAGE);
	shower = uos_task_self();
	if (!times && (keys = uos_spawn(key_task, NULL)))
		uos_detach(keys);
	error = run();
	return error ? complain("top", "reading", error) : 0;
}
