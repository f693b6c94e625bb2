/*
 * steady: how often a program that reads all the time enters the kernel.
 *
 *	steady OPERATIONS DEPTH FILE
 *
 * DEPTH coroutines read FILE, 1 byte at a time from /dev/zero and 4 KiB otherwise.  Printed
 * are the traps of the window, after a tenth of it to warm up, by the kernel's count and
 * libuos's, and how often the executor slept in user mode.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "program.h"

#define DEPTH_MAX	1024u
#define BLOCK_BYTES	4096u

static uint64_t wanted, begun, warm;
static uint32_t bytes = 1;
static int fd;
static bool failed, counting;
static struct uos_process_stats before, after;
static uint64_t of_reading;		/* traps: what reading the counts costs itself */
static struct uos_executor_stats own_before, own_after;

static void read_counts(struct uos_process_stats *stats, struct uos_executor_stats *own)
{
	uos_executor_stats(own);
	uos_sys_stats(UOS_STATS_PROCESSES, uos_sys_getpid(), stats, sizeof(*stats));
}

static void reader(void *argument)
{
	char buffer[BLOCK_BYTES];

	(void)argument;
	while (begun < wanted && !failed) {
		begun++;
		if (begun == warm && !counting) {
			counting = true;
			read_counts(&after, &own_after);
			read_counts(&before, &own_before);
			of_reading = before.traps_syscall - after.traps_syscall;
		}
		if (uos_read(fd, buffer, bytes, bytes == 1 ? -1 : 0) != (int)bytes)
			failed = true;
	}
}

static void print_row(const char *name, uint64_t count)
{
	printf("%-24s %10llu\n", name, (unsigned long long)count);
}

int main(int argc, char *argv[])
{
	struct uos_task *tasks[DEPTH_MAX];
	uint64_t depth;

	if (argc != 4 || !number_parse(argv[1], 1ull << 40, &wanted) ||
	    !number_parse(argv[2], DEPTH_MAX, &depth) || !depth)
		return usage("steady OPERATIONS DEPTH FILE");
	fd = uos_open(argv[3], O_RDONLY, 0);
	if (fd < 0)
		return 1;
	if (strcmp(argv[3], "/dev/zero"))
		bytes = BLOCK_BYTES;
	warm = wanted / 10;
	wanted += warm;
	for (uint64_t i = 0; i < depth; i++)
		tasks[i] = uos_spawn(reader, NULL);
	for (uint64_t i = 0; i < depth; i++)
		uos_join(tasks[i]);
	read_counts(&after, &own_after);
	print_row("operations", own_after.operations - own_before.operations);
	print_row("traps_syscall", after.traps_syscall - before.traps_syscall - of_reading);
	print_row("traps_fault", after.traps_fault - before.traps_fault);
	print_row("traps_timer", after.traps_timer - before.traps_timer);
	print_row("traps_external", after.traps_external - before.traps_external);
	print_row("traps_yield", after.traps_yield - before.traps_yield);
	print_row("announcements", after.announcements - before.announcements);
	print_row("sleeps", own_after.sleeps - own_before.sleeps);
	print_row("interrupts", own_after.interrupts - own_before.interrupts);
	return failed;
}
