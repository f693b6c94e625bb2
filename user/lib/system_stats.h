/*
 * The kernel's counters by name, in the order in which they are printed.
 */
#ifndef USER_LIB_SYSTEM_STATS_H
#define USER_LIB_SYSTEM_STATS_H

#include <stddef.h>
#include <stdint.h>

#include "abi/stats.h"

struct system_counter {
	const char *name;
	size_t offset;			/* in struct uos_system_stats, of a uint64_t */
};

/* What exists now: equal before and after, or something leaked. */
extern const struct system_counter system_counts[];
extern const size_t system_counts_length;
/* What has happened since boot: only grows. */
extern const struct system_counter system_events[];
extern const size_t system_events_length;

static inline uint64_t system_counter_value(const struct uos_system_stats *stats,
					    const struct system_counter *counter)
{
	return *(const uint64_t *)((const char *)stats + counter->offset);
}

/* 0 or -errno. */
int system_stats_read(struct uos_system_stats *stats);

#endif
