/*
 * The pages of an address space, entry by entry: what mapping, faults and changes of
 * protection share.  space->lock is held by whoever calls.
 *
 * An entry of a user's page names its frame, with a reference, also where nobody may
 * touch it (mprotect to nothing): then it is not valid, but not 0 either.
 */
#ifndef KERNEL_MM_PAGES_H
#define KERNEL_MM_PAGES_H

#include "kernel/mm/address_space.h"

/* A bit that the hardware leaves to software: the frame is the source's, and a write
 * makes a copy of it first. */
#define PTE_BORROWED	(1ul << 8)

/* What a protection comes to: the hardware has no page that is written and not read. */
uint32_t pages_protection(uint32_t wanted);
/* Without PTE_VALID.  What may be written and executed is one of them at a time: it is
 * mapped to be written, and a fault of the other kind turns it round (fault.c). */
uint64_t pages_entry_flags(uint32_t protection);
/* Maps one page; takes over the reference on the frame.  0 or -ENOMEM. */
int pages_map(struct address_space *space, uint64_t address, void *frame, uint64_t flags);
/* Brings in the page of `address`, which has no entry, for `protection`.  0, -ENOMEM, -ENXIO. */
int pages_fill(struct address_space *space, const struct region *region, uint64_t address,
	       uint32_t protection);
/* Takes all pages of [start, end) away and lets go of them, when (`flush`) each TLB
 * has forgotten them. */
void pages_unmap(struct address_space *space, uint64_t start, uint64_t end, bool flush);
/* Takes those pages of a private region away that are not its own. */
void pages_drop_borrowed(struct address_space *space, const struct region *region);

#endif
