/*
 * An address space's regions: a list by ascending address, none overlapping
 * another.  space->lock is held by whoever calls, but of regions_free.
 */
#ifndef KERNEL_MM_REGION_H
#define KERNEL_MM_REGION_H

#include "kernel/api/base.h"

struct address_space;
struct region;

/* The first region that ends above `address`; NULL: none. */
struct region *region_from(struct address_space *space, uint64_t address);
bool region_is_free(struct address_space *space, uint64_t start, uint64_t end);
void region_insert(struct address_space *space, struct region *region);
/* Cuts a region in two at `at`; the upper one is *spare, which is NULL afterwards. */
void region_split(struct address_space *space, struct region *region, uint64_t at,
		  struct region **spare);
/* The guard page of a stack. */
bool region_is_guard(const struct region *region, uint64_t address);
/* Frees regions that stand in no address space, and lets go of their sources: without
 * the lock, may suspend. */
void regions_free(struct list *regions);
/* Where `bytes` have room, from map_hint on, then from the start; 0: nowhere. */
uint64_t region_gap(struct address_space *space, uint64_t bytes, uint64_t alignment);

#endif
