/*
 * O_DIRECT: what it asks of offsets and memory.
 */
#ifndef FS_DIRECT_H
#define FS_DIRECT_H

#include "kernel/api/cursor.h"

/* The offset, and each piece of the cursor's memory, start and end on a multiple of
 * the sector. */
static inline bool direct_possible(uint32_t sector_bytes, const struct cursor *cursor,
				   uint64_t offset)
{
	uint64_t bits = offset | cursor->current.iov_base | cursor->current.iov_len;

	for (uint32_t i = 0; UNLIKELY(i < cursor->segments_left); i++)
		bits |= cursor->segments[i].iov_base | cursor->segments[i].iov_len;
	/* file_read's limit is a multiple too, so what it cuts off changes nothing */
	return (bits & (sector_bytes - 1)) == 0;
}

#endif
