/* Loading the scheduler payload, and the kernel's pool; see the header. */
#include "kernel/task/sched.h"

#include <string.h>

#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/mm/frame.h"
#include "kernel/task/timer.h"

extern const char payload_image_start[], payload_image_end[];

struct sched_entries sched;
struct uos_sched_pool *sched_pool;
static struct uos_sched_view *view;

const struct uos_sched_header *sched_image(void)
{
	return (const struct uos_sched_header *)payload_image_start;
}

struct uos_sched_view *sched_view(void)
{
	return view;
}

static void image_check(const struct uos_sched_header *header, uint64_t bytes)
{
	if (header->magic != UOS_SCHED_MAGIC)
		panic("scheduler image: magic %#lx, not %#lx: no scheduler, or of another byte order",
		      header->magic, (uint64_t)UOS_SCHED_MAGIC);
	if (header->version != UOS_SCHED_VERSION)
		panic("scheduler image: ABI version %u, this kernel's is %u", header->version,
		      UOS_SCHED_VERSION);
	if (header->header_bytes != sizeof(*header) ||
	    header->pool_header_bytes != sizeof(struct uos_sched_pool) ||
	    header->lane_bytes != sizeof(struct uos_sched_lane) ||
	    header->task_bytes != sizeof(struct uos_sched_task))
		panic("scheduler image: its structures differ in size from abi/sched.h");
	if (header->image_bytes != bytes || bytes & PAGE_MASK ||
	    header->text_offset & PAGE_MASK || header->text_offset >= bytes)
		panic("scheduler image: says %u bytes with code from %u, but has %lu",
		      header->image_bytes, header->text_offset, bytes);
	if (header->relocation_bytes || header->address_bytes)
		panic("scheduler image: holds %u bytes of relocations, %u of addresses; it must "
		      "run anywhere", header->relocation_bytes, header->address_bytes);
	if (header->writable_bytes)
		panic("scheduler image: has %u bytes of variables, but its pages are read-only",
		      header->writable_bytes);
	for (unsigned i = 0; i < UOS_SCHED_ENTRY_COUNT; i++)
		if (header->entry_offset[i] < header->text_offset ||
		    header->entry_offset[i] >= bytes)
			panic("scheduler image: entry %u lies outside its code", i);
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
	return made;
}

static void pool_init(unsigned lanes, uint64_t ram_bytes)
{
	/* whatever suspends holds a stack, so this many tasks never exist at once */
	uint64_t tasks = ram_bytes / KERNEL_STACK_BYTES;
	uint64_t bytes = sizeof(struct uos_sched_pool) + lanes * sizeof(struct uos_sched_lane) +
			 tasks * sizeof(struct uos_sched_task);
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
	image_check(sched_image(), (uint64_t)(payload_image_end - payload_image_start));
	sched.init = entry(UOS_SCHED_ENTRY_INIT);
	sched.add = entry(UOS_SCHED_ENTRY_ADD);
	sched.remove = entry(UOS_SCHED_ENTRY_REMOVE);
	sched.wake = entry(UOS_SCHED_ENTRY_WAKE);
	sched.next = entry(UOS_SCHED_ENTRY_NEXT);
	sched.set_priority = entry(UOS_SCHED_ENTRY_SET_PRIORITY);
	sched.best = entry(UOS_SCHED_ENTRY_BEST);
	pool_init(lanes, ram_bytes);
	for (const char *page = payload_image_start; page < payload_image_end; page += PAGE_SIZE)
		frame_adopt(kernel_address_of(physical_of(page)));
	view = view_make();
}
