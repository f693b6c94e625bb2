/*
 * Page frames as the kernel's own memory management sees them; drivers and file
 * systems use kernel/api/memory.h, which this file completes.
 */
#ifndef KERNEL_MM_FRAME_H
#define KERNEL_MM_FRAME_H

#include "kernel/api/base.h"

/* One frame with one reference, not zeroed; NULL: none left. */
void *frame_alloc(void);
/* Ends the only reference of a frame that is all zero: frame_alloc_zeroed gives it out
 * as it is. */
void frame_put_zeroed(void *address);
/*
 * For whoever has a frame as a table: between which entries it looked for them, both
 * included.  Of a frame that frame_alloc gives it is empty: `first` is above `last`.
 */
struct frame_bounds {
	uint16_t first, last;
};
struct frame_bounds *frame_bounds(const void *address);
uint32_t frame_references(const void *address);
bool frame_is_ram(uint64_t physical);
/* Frames under management, and those of them that nobody has. */
void frames_count(uint64_t *total, uint64_t *free);

/* Boot: RAM from start to end; `records` is memory for that many bytes. */
uint64_t frames_record_bytes(uint64_t ram_start, uint64_t ram_end);
void frames_init(uint64_t ram_start, uint64_t ram_end, void *records);
/* Gives whole frames from start to end (physical) to the allocator. */
void frames_add(uint64_t start, uint64_t end);
/* A frame of the kernel's image gets a reference that is never given back, so that
 * users can map it. */
void frame_adopt(void *address);
/* check=poison: from now on. */
void frames_poison_start(void);

#endif
