/* The list of an address space's regions; see the header. */
#include "kernel/mm/region.h"

#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/mm/address_space.h"

struct region *region_from(struct address_space *space, uint64_t address)
{
	struct list *node;

	LIST_FOR_EACH(node, &space->regions) {
		struct region *region = CONTAINER_OF(node, struct region, node);

		if (region->end > address)
			return region;
	}
	return NULL;
}

bool region_is_free(struct address_space *space, uint64_t start, uint64_t end)
{
	struct region *region = region_from(space, start);

	return !region || region->start >= end;
}

void region_insert(struct address_space *space, struct region *region)
{
	struct region *after = region_from(space, region->start);

	list_insert_before(after ? &after->node : &space->regions, &region->node);
	space->region_count++;
}

void region_split(struct address_space *space, struct region *region, uint64_t at,
		  struct region **spare)
{
	struct region *upper = *spare;

	*spare = NULL;
	*upper = *region;
	upper->start = at;
	upper->first += (at - region->start) >> PAGE_SHIFT;
	region->end = at;
	if (upper->source)
		upper->source->get(upper->object);
	region_insert(space, upper);
}

bool region_is_guard(const struct region *region, uint64_t address)
{
	return region->kind == REGION_STACKS &&
	       (address & ((1ul << region->slot_shift) - 1)) < PAGE_SIZE;
}

void regions_free(struct list *regions)
{
	struct list *node;

	while ((node = list_pop_front(regions)) != NULL) {
		struct region *region = CONTAINER_OF(node, struct region, node);

		if (region->source)
			region->source->put(region->object);
		kernel_free(region, sizeof(*region));
	}
}

/* The first gap at or above `at`; each region is looked at once.  0: none. */
static uint64_t gap_from(struct address_space *space, uint64_t at, uint64_t bytes,
			 uint64_t alignment)
{
	struct region *region = region_from(space, at);
	struct list *node = region ? &region->node : &space->regions;

	for (; node != &space->regions; node = node->next) {
		region = CONTAINER_OF(node, struct region, node);
		if (region->start >= at + bytes)
			break;
		if (region->end > at)
			at = ALIGN_UP(region->end, alignment);
	}
	return at + bytes <= USER_END ? at : 0;
}

uint64_t region_gap(struct address_space *space, uint64_t bytes, uint64_t alignment)
{
	uint64_t at = gap_from(space, ALIGN_UP(space->map_hint, alignment), bytes, alignment);

	if (!at)
		at = gap_from(space, ALIGN_UP(MMAP_BASE, alignment), bytes, alignment);
	if (at)
		space->map_hint = at + bytes;
	return at;
}
