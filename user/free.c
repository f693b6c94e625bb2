/*
 * free: how the machine's memory is used, in KiB.  What caches hold counts as available:
 * it is given back when it is needed.
 */
#include <stdio.h>
#include <uos.h>

#include "program.h"
#include "system_stats.h"

#define KIB_PER_FRAME	4ull

int main(int argc, char *argv[])
{
	struct uos_system_stats stats;
	int result = system_stats_read(&stats);
	uint64_t total, available, cached;

	(void)argv;
	if (argc != 1)
		return usage("free");
	if (result < 0)
		return complain("free", "stats", result);
	total = stats.frames_total * KIB_PER_FRAME;
	available = stats.frames_free * KIB_PER_FRAME;
	cached = stats.frames_cached * KIB_PER_FRAME;
	printf("%15s %11s %11s %11s\n", "total", "used", "cache", "available");
	printf("Mem: %10llu %11llu %11llu %11llu\n", (unsigned long long)total,
	       (unsigned long long)(total - available), (unsigned long long)cached,
	       (unsigned long long)available);
	return fflush(stdout) ? 1 : 0;
}
