/*
 * leak: prints the counts that must be equal before and after anything.
 *
 * It waits first, so that who started it has come to rest in waiting for it, and
 * reads by trap, so that it has no operation under way itself.
 */
#include <stdio.h>
#include <uos.h>

#include "program.h"
#include "system_stats.h"

#define REST_NS		20000000

int main(void)
{
	struct uos_system_stats stats;
	int result;

	uos_sys_sleep_ns(REST_NS);
	result = uos_sys_stats(UOS_STATS_SYSTEM, 0, &stats, sizeof(stats));
	if (result < 0)
		return complain("leak", "reading", result);
	for (size_t i = 0; i < system_counts_length; i++)
		printf("%s %llu\n", system_counts[i].name,
		       (unsigned long long)system_counter_value(&stats, &system_counts[i]));
	return 0;
}
