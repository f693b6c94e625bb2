/*
 * A cursor: memory that an operation reads from or writes to, a user's vectors
 * or a kernel buffer, consumed from the front.  It is the only way in which
 * file systems and drivers touch a user's memory.
 *
 * User addresses are resolved through the process's page table at the moment of
 * use, page by page, with the permission that the direction needs; memory not
 * there yet is filled in.  A short count means that the next byte can't be had.
 * Coroutine context; calls may suspend; no spinlock held.
 */
#ifndef KERNEL_API_CURSOR_H
#define KERNEL_API_CURSOR_H

#include "abi/file.h"
#include "kernel/api/base.h"

struct address_space;

struct cursor {
	struct address_space *space;		/* NULL: kernel memory */
	const struct abi_iovec *segments;	/* kernel copy of those after `current` */
	uint32_t segments_left;			/* after `current`; 0: just that */
	struct abi_iovec current;		/* what is left of the first segment */
	uint64_t remaining;			/* bytes, all segments */
};

void cursor_init_kernel(struct cursor *cursor, void *memory, uint64_t bytes);
/* One user range.  The address is not looked at before use. */
void cursor_init_user(struct cursor *cursor, struct address_space *space,
		      uint64_t address, uint64_t bytes);
/* `segments` (checked, total below 2^63) must outlive the cursor. */
void cursor_init_vector(struct cursor *cursor, struct address_space *space,
			const struct abi_iovec *segments, uint32_t count);

/* Copies into / out of the cursor's memory, and moves on.  Bytes done, which is
 * less than asked at its end; -EFAULT if the first byte can't be had. */
ssize_t cursor_put(struct cursor *cursor, const void *from, uint64_t bytes);
ssize_t cursor_take(struct cursor *cursor, void *to, uint64_t bytes);
ssize_t cursor_put_zeros(struct cursor *cursor, uint64_t bytes);

/* As cursor_put_zeros, to one range of a user's: what few bytes cost counts here. */
ssize_t range_put_zeros(struct address_space *space, uint64_t address, uint64_t bytes);
ssize_t range_put(struct address_space *space, uint64_t address, const void *from,
		  uint64_t bytes);

/* A piece of memory that a device may use; pinned until cursor_unpin. */
struct pinned_segment {
	uint64_t physical;
	uint32_t bytes;
	uint32_t reserved;
};

/*
 * Pins up to `bytes` from the front as at most `most` physical segments
 * (neighbouring pages are merged), and moves on.  device_writes: the memory
 * must be writable by the user.  Number of segments; -EFAULT if the first byte
 * can't be had.  *pinned_bytes receives the bytes covered.  A pinned frame is
 * not reused before cursor_unpin, whatever becomes of its mapping.
 */
int cursor_pin(struct cursor *cursor, uint64_t bytes, bool device_writes,
	       struct pinned_segment *segments, int most, uint64_t *pinned_bytes);
void cursor_unpin(struct pinned_segment *segments, int count);
/* The physical address of one range of a user's, pinned as cursor_pin does (one segment);
 * 0, and nothing is pinned: it does not lie in one page that is there. */
uint64_t range_pin(struct address_space *space, uint64_t address, uint64_t bytes,
		   bool device_writes);

#endif
