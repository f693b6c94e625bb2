/*
 * leak: prints the counts that must be equal before and after anything.
 */
#include <stdio.h>

#include "program.h"
#include "system_stats.h"

int main(void)
{
	struct uos_system_stats stats;
	int result = system_stats_read(&stats);

	if (result < 0)
		return complain("leak", "reading", result);
	for (size_t i = 0; i < system_counts_length; i++)
		printf("%s %llu\n", system_counts[i].name,
		       (unsigned long long)system_counter_value(&stats, &system_counts[i]));
	return 0;
}
