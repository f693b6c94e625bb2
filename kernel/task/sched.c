/* Loading the scheduler payload, and the kernel's pool; see the header. */
#include "kernel/task/sched.h"

#include <stdio.h>
#include <string.h>

#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/mm/frame.h"
#include "kernel/task/hart.h"
#include "kernel/task/timer.h"

extern const char payload_image_start[];

struct sched_entries sched;
struct uos_sched_pool *sched_pool;
static struct uos_sched_view *view;
static char refusal[SCHED_NAME_BYTES + SCHED_WHY_BYTES];	/* why there is no image */

const struct uos_sched_header *sched_image(void)
{
	return (const struct uos_sched_header *)payload_image_start;
}

struct uos_sched_view *sched_view(void)
{
	return view;
}

void sched_refuse(const char *name, const char *why)
{
	snprintf(refusal, sizeof(refusal), "%s: %s", name, why);
}

void sched_load(const char *name, const void *image, uint64_t bytes)
{
	/* the image's own pages are constant to everybody else */
	char *place = kernel_address_of(physical_of(payload_image_start));
	char why[SCHED_WHY_BYTES];

	if (!sched_image_check(image, bytes, why)) {
		sched_refuse(name, why);
		return;
	}
	memcpy(place, image, bytes);
	__asm__ volatile("fence.i" : : : "memory");
}

static void *entry(enum uos_sched_entry which)
{
	return (void *)(uintptr_t)(payload_image_start + sched_image()->entry_offset[which]);
}

/* Nothing is elsewhere. */
static struct uos_sched_view *view_make(void)
{
	struct uos_sched_view *made = frame_alloc_zeroed();

	if (!made)
		panic("no memory for the scheduler's view");
	for (unsigned i = 0; i < UOS_SCHED_VIEW_HARTS; i++) {
		made->hart[i].best_elsewhere = UOS_SCHED_LEVEL_NONE;
		made->hart[i].timebase_hz = (uint32_t)timer_timebase_hz();
	}
	made->hart[0].doorbell_heard = 1;	/* until somebody says otherwise (boot/uintr.c) */
	return made;
}

static void pool_init(unsigned lanes, uint64_t ram_bytes)
{
	uint64_t fixed = sizeof(struct uos_sched_pool) + lanes * sizeof(struct uos_sched_lane);
	/* whatever suspends holds a stack, so this many tasks never exist at once; and of
	 * stacks there is an end too */
	uint64_t tasks = MIN(ram_bytes / KERNEL_STACK_BYTES,
			     (TASK_POOL_BYTES_MAX - fixed) / sizeof(struct uos_sched_task));
	uint64_t bytes = fixed + tasks * sizeof(struct uos_sched_task);
	/* the kernel's own view: nothing is elsewhere for it, it sees all */
	struct uos_sched_view *none = view_make();
	unsigned order = 0;

	while ((PAGE_SIZE << order) < bytes)
		order++;
	sched_pool = frames_alloc(order);
	if (!sched_pool)
		panic("no memory for the kernel's task pool (%lu bytes)", bytes);
	memset(sched_pool, 0, PAGE_SIZE << order);
	if (sched.init(sched_pool, PAGE_SIZE << order, lanes, none))
		panic("the scheduler image refused a pool of %lu bytes", PAGE_SIZE << order);
}

void sched_init(unsigned lanes, uint64_t ram_bytes)
{
	if (refusal[0])
		panic("the scheduler is refused: %s", refusal);
	sched.init = entry(UOS_SCHED_ENTRY_INIT);
	sched.add = entry(UOS_SCHED_ENTRY_ADD);
	sched.remove = entry(UOS_SCHED_ENTRY_REMOVE);
	sched.wake = entry(UOS_SCHED_ENTRY_WAKE);
	sched.next = entry(UOS_SCHED_ENTRY_NEXT);
	sched.set_priority = entry(UOS_SCHED_ENTRY_SET_PRIORITY);
	sched.best = entry(UOS_SCHED_ENTRY_BEST);
	pool_init(lanes, ram_bytes);
	for (uint64_t at = 0; at < sched_image()->image_bytes; at += PAGE_SIZE)
		frame_adopt(kernel_address_of(physical_of(payload_image_start + at)));
	view = view_make();
	for (unsigned i = 0; i < lanes; i++) {
		harts[i].lane = &sched_pool->lane[i];
		harts[i].best_elsewhere = &view->hart[i].best_elsewhere;
	}
}

unsigned sched_best_waiting(const struct uos_sched_lane *lane)
{
	unsigned best = sched_best_ready(lane);
	/* pairs with the release of the push */
	uint32_t number = __atomic_load_n(&lane->inbox, __ATOMIC_ACQUIRE);

	for (; number; number = sched_records()[number].inbox_next)
		best = MIN(best, sched_level_of(number));
	return best;
}
