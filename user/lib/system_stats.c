/*
 * The kernel's counters by name.
 */
#include "system_stats.h"

#include <string.h>
#include <uos.h>

#define COUNTER(name)	{ #name, offsetof(struct uos_system_stats, name) }

const struct system_counter system_counts[] = {
	COUNTER(frames_free),
	COUNTER(kernel_stacks),
	COUNTER(kernel_tasks),
	COUNTER(processes),
	COUNTER(address_spaces),
	COUNTER(open_files),
	COUNTER(rings),
	COUNTER(requests),
	COUNTER(heap_bytes),
	COUNTER(timers),
	COUNTER(receivers),
};
const size_t system_counts_length = sizeof(system_counts) / sizeof(system_counts[0]);

const struct system_counter system_events[] = {
	COUNTER(traps_syscall),
	COUNTER(traps_fault),
	COUNTER(traps_timer),
	COUNTER(traps_external),
	COUNTER(traps_software),
	COUNTER(ring_operations),
	COUNTER(ring_served_inline),
	COUNTER(traps_yield),
	COUNTER(task_switches),
	COUNTER(turns),
	COUNTER(timeouts),
	COUNTER(penalties),
	COUNTER(page_table_switches),
	COUNTER(tlb_shootdowns),
	COUNTER(block_requests),
	COUNTER(block_interrupts),
	COUNTER(announcements),
	COUNTER(announced_completions),
	COUNTER(emulated_instructions),
	COUNTER(emulated_deliveries),
	COUNTER(parked_wakes),
	COUNTER(doorbells),
};
const size_t system_events_length = sizeof(system_events) / sizeof(system_events[0]);

int system_stats_read(struct uos_system_stats *stats)
{
	ssize_t bytes;

	memset(stats, 0, sizeof(*stats));
	bytes = uos_stats(UOS_STATS_SYSTEM, 0, stats, sizeof(*stats));
	return bytes < 0 ? (int)bytes : 0;
}
