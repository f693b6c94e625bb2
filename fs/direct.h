/*
 * O_DIRECT: what it asks of offsets and memory, and transfers that go on by themselves.
 */
#ifndef FS_DIRECT_H
#define FS_DIRECT_H

#include "fs/page_cache.h"
#include "fs/vfs.h"
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

/*
 * Prepares moving `bytes` (aligned, not 0) between the cursor's memory and `place` on
 * the device of `pages`, which hold nothing of the range: pins the memory.  False, and
 * nothing has been done: it lies in too many pieces, or is not all there.
 */
bool direct_begin(struct page_cache *pages, bool write, uint64_t place, struct cursor *cursor,
		  uint64_t bytes, struct file_transfer *transfer);
/* The kinds' `go`. */
void direct_go(struct file *file, struct file_transfer *transfer);
/* A kind's `settle` if `place` is the offset in `pages`: what others have read into them
 * while it was written goes.  Coroutine context. */
int64_t direct_settle(struct file *file, struct file_transfer *transfer, int64_t result);

#endif
