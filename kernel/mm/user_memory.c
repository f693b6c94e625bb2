/*
 * The kernel's hands in a user's memory: translation through the process's own
 * page table, page by page, under the address space's lock; then the direct map.
 * The kernel never dereferences a user's address and never sets SUM.
 */
#include <string.h>

#include "kernel/api/cursor.h"
#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/mm/address_space.h"
#include "kernel/mm/page_table.h"
#include "kernel/mm/user_memory.h"

/* kernel_address_of, seen by the compiler: a walk calls it three times. */
static inline void *table_at(uint64_t entry)
{
	return (void *)(PTE_FRAME(entry) + DIRECT_MAP_BASE);
}

/* The lowest table for an address; NULL: there is none.  space->lock is held. */
static __attribute__((noinline)) const uint64_t *table_of(struct address_space *space,
							   uint64_t address)
{
	uint64_t entry;

	if (UNLIKELY(address >= USER_HALF_END))
		return NULL;
	entry = space->root[address >> 30];
	if (UNLIKELY(!(entry & PTE_VALID)))
		return NULL;
	entry = ((const uint64_t *)table_at(entry))[address >> 21 & 511];
	if (UNLIKELY(!(entry & PTE_VALID)))
		return NULL;
	space->walked_region = address >> 21;
	space->walked_table = table_at(entry);
	return space->walked_table;
}

/* The entry for a page; 0: none.  space->lock is held.  Which table it is in does not
 * change while there is one; the entry itself is read each time. */
static inline uint64_t walk(struct address_space *space, uint64_t address)
{
	const uint64_t *table = space->walked_table;

	if (UNLIKELY(space->walked_region != address >> 21)) {
		table = table_of(space, address);
		if (!table)
			return 0;
	}
	return table[address >> 12 & 511];
}

#define NEED_READ	(PTE_VALID | PTE_USER | PTE_READ)
#define NEED_WRITE	(NEED_READ | PTE_WRITE)

/* Kernel address of a user's byte if its page is there; space->lock is held. */
static inline char *translate_present(struct address_space *space, uint64_t address,
				      uint64_t need)
{
	uint64_t entry = walk(space, address);

	if (UNLIKELY((entry & need) != need))
		return NULL;
	return (char *)table_at(entry) + (address & PAGE_MASK);
}

/* Likewise, filling the page in if the region says so. */
static char *translate(struct address_space *space, uint64_t address, uint32_t protection)
{
	uint64_t need = protection & ABI_PROT_WRITE ? NEED_WRITE : NEED_READ;
	char *byte = translate_present(space, address, need);

	if (LIKELY(byte != NULL) || address >= USER_HALF_END ||
	    address_space_fault_locked(space, address, protection))
		return byte;
	return translate_present(space, address, need);
}

static uint64_t to_page_end(uint64_t address, uint64_t bytes)
{
	return MIN(bytes, PAGE_SIZE - (address & PAGE_MASK));
}

/* Copies as far as it goes: bytes done. */
static uint64_t copy_out(struct address_space *space, uint64_t to, const void *from,
			 uint64_t bytes)
{
	uint64_t done = 0;

	while (done < bytes) {
		uint64_t part = to_page_end(to + done, bytes - done);
		char *page;

		spinlock_acquire(&space->lock);
		page = translate(space, to + done, ABI_PROT_WRITE);
		if (page && from)
			memcpy(page, (const char *)from + done, part);
		else if (page)
			memset(page, 0, part);
		spinlock_release(&space->lock);
		if (!page)
			break;
		done += part;
	}
	return done;
}

static uint64_t copy_in(struct address_space *space, void *to, uint64_t from, uint64_t bytes)
{
	uint64_t done = 0;

	while (done < bytes) {
		uint64_t part = to_page_end(from + done, bytes - done);
		const char *page;

		spinlock_acquire(&space->lock);
		page = translate(space, from + done, ABI_PROT_READ);
		if (page)
			memcpy((char *)to + done, page, part);
		spinlock_release(&space->lock);
		if (!page)
			break;
		done += part;
	}
	return done;
}

int user_copy_in(struct address_space *space, void *to, struct user_address from, uint64_t bytes)
{
	return copy_in(space, to, from.value, bytes) == bytes ? 0 : -EFAULT;
}

int user_copy_out(struct address_space *space, struct user_address to, const void *from,
		  uint64_t bytes)
{
	ASSERT(from != NULL);
	return copy_out(space, to.value, from, bytes) == bytes ? 0 : -EFAULT;
}

ssize_t user_string_in(struct address_space *space, char *to, struct user_address from,
		       uint64_t bytes)
{
	uint64_t done = 0;

	while (done < bytes) {
		uint64_t part = to_page_end(from.value + done, bytes - done);
		const char *end;

		if (copy_in(space, to + done, from.value + done, part) != part)
			return -EFAULT;
		end = memchr(to + done, '\0', part);
		if (end)
			return end - to;
		done += part;
	}
	return -ENAMETOOLONG;
}

void *user_frame_pin(struct address_space *space, struct user_address address,
		     uint32_t protection)
{
	char *byte;

	spinlock_acquire(&space->lock);
	byte = translate(space, address.value, protection);
	if (byte)
		frame_get(byte);
	spinlock_release(&space->lock);
	return byte;
}

/* ---- cursors ------------------------------------------------------------------------ */

void cursor_init_kernel(struct cursor *cursor, void *memory, uint64_t bytes)
{
	cursor_init_user(cursor, NULL, (uint64_t)memory, bytes);
}

void cursor_init_user(struct cursor *cursor, struct address_space *space, uint64_t address,
		      uint64_t bytes)
{
	cursor->space = space;
	cursor->segments = NULL;
	cursor->segments_left = 0;
	cursor->current.iov_base = address;
	cursor->current.iov_len = bytes;
	cursor->remaining = bytes;
}

void cursor_init_vector(struct cursor *cursor, struct address_space *space,
			const struct abi_iovec *segments, uint32_t count)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < count; i++)
		total += segments[i].iov_len;
	cursor_init_user(cursor, space, 0, 0);
	if (count) {
		cursor->current = segments[0];
		cursor->segments = segments + 1;
		cursor->segments_left = count - 1;
	}
	cursor->remaining = total;
}

static void cursor_advance(struct cursor *cursor, uint64_t bytes)
{
	cursor->current.iov_base += bytes;
	cursor->current.iov_len -= bytes;
	cursor->remaining -= bytes;
}

/* The bytes at hand in one piece: moves to the next segment that has any. */
static uint64_t cursor_piece(struct cursor *cursor, uint64_t bytes)
{
	while (cursor->current.iov_len == 0 && cursor->segments_left) {
		cursor->current = *cursor->segments++;
		cursor->segments_left--;
	}
	return MIN(bytes, cursor->current.iov_len);
}

enum direction { PUT, TAKE, ZERO };

static uint64_t move_piece(struct cursor *cursor, char *kernel, uint64_t bytes,
			   enum direction direction)
{
	uint64_t address = cursor->current.iov_base;

	if (cursor->space)
		return direction == TAKE ? copy_in(cursor->space, kernel, address, bytes) :
		       copy_out(cursor->space, address, direction == PUT ? kernel : NULL, bytes);
	if (direction == PUT)
		memcpy((void *)address, kernel, bytes);
	else if (direction == TAKE)
		memcpy(kernel, (void *)address, bytes);
	else
		memset((void *)address, 0, bytes);
	return bytes;
}

static ssize_t cursor_move(struct cursor *cursor, char *kernel, uint64_t bytes,
			   enum direction direction)
{
	uint64_t done = 0;

	bytes = MIN(bytes, cursor->remaining);
	while (done < bytes) {
		uint64_t piece = cursor_piece(cursor, bytes - done);
		uint64_t moved = move_piece(cursor, kernel + done, piece, direction);

		cursor_advance(cursor, moved);
		done += moved;
		if (moved < piece)
			break;
	}
	return done == 0 && bytes != 0 ? -EFAULT : (ssize_t)done;
}

/*
 * The short way: all of it lies in one user page that is there.  NULL: it doesn't.
 * Else the lock is held, and cursor_short_end lets it go and moves on.
 */
static inline char *cursor_short(const struct cursor *cursor, uint64_t bytes, uint64_t need)
{
	uint64_t address = cursor->current.iov_base;
	char *byte;

	if (UNLIKELY(!cursor->space || bytes - 1 >= cursor->current.iov_len ||
		     bytes > cursor->remaining ||	/* it may have been cut short */
		     (address & PAGE_MASK) + bytes > PAGE_SIZE))
		return NULL;
	spinlock_acquire(&cursor->space->lock);
	byte = translate_present(cursor->space, address, need);
	if (UNLIKELY(!byte))
		spinlock_release(&cursor->space->lock);
	return byte;
}

static inline ssize_t cursor_short_end(struct cursor *cursor, uint64_t bytes)
{
	spinlock_release(&cursor->space->lock);
	cursor_advance(cursor, bytes);
	return (ssize_t)bytes;
}

static inline void copy_few(char *to, const char *from, uint64_t bytes)
{
	if (bytes == 1)
		*to = *from;
	else
		memcpy(to, from, bytes);
}

ssize_t cursor_put(struct cursor *cursor, const void *from, uint64_t bytes)
{
	char *byte = cursor_short(cursor, bytes, NEED_WRITE);

	if (UNLIKELY(!byte))
		return cursor_move(cursor, (char *)(uintptr_t)from, bytes, PUT);
	copy_few(byte, from, bytes);
	return cursor_short_end(cursor, bytes);
}

ssize_t cursor_take(struct cursor *cursor, void *to, uint64_t bytes)
{
	const char *byte = cursor_short(cursor, bytes, NEED_READ);

	if (UNLIKELY(!byte))
		return cursor_move(cursor, to, bytes, TAKE);
	copy_few(to, byte, bytes);
	return cursor_short_end(cursor, bytes);
}

ssize_t cursor_put_zeros(struct cursor *cursor, uint64_t bytes)
{
	char *byte = cursor_short(cursor, bytes, NEED_WRITE);

	if (UNLIKELY(!byte))
		return cursor_move(cursor, NULL, bytes, ZERO);
	if (bytes == 1)
		*byte = 0;
	else
		memset(byte, 0, bytes);
	return cursor_short_end(cursor, bytes);
}

/* In several pages, or in one that is not there yet.  `from` NULL: zeros. */
static __attribute__((noinline)) ssize_t range_put_slowly(struct address_space *space,
							  uint64_t address, const void *from,
							  uint64_t bytes)
{
	uint64_t done = copy_out(space, address, from, bytes);

	return done == 0 && bytes != 0 ? -EFAULT : (ssize_t)done;
}

/* The byte, with the space's lock held, if all of the range lies in one page that is
 * there; else NULL. */
static inline char *range_short(struct address_space *space, uint64_t address, uint64_t bytes)
{
	char *byte;

	if (UNLIKELY(bytes - 1 >= PAGE_SIZE - (address & PAGE_MASK)))
		return NULL;
	spinlock_acquire(&space->lock);
	byte = translate_present(space, address, NEED_WRITE);
	if (UNLIKELY(!byte))
		spinlock_release(&space->lock);
	return byte;
}

ssize_t range_put_zeros(struct address_space *space, uint64_t address, uint64_t bytes)
{
	char *byte = range_short(space, address, bytes);

	if (UNLIKELY(!byte))
		return range_put_slowly(space, address, NULL, bytes);
	if (bytes == 1)
		*byte = 0;
	else
		memset(byte, 0, bytes);
	spinlock_release(&space->lock);
	return (ssize_t)bytes;
}

ssize_t range_put(struct address_space *space, uint64_t address, const void *from,
		  uint64_t bytes)
{
	char *byte = range_short(space, address, bytes);

	if (UNLIKELY(!byte))
		return range_put_slowly(space, address, from, bytes);
	copy_few(byte, from, bytes);
	spinlock_release(&space->lock);
	return (ssize_t)bytes;
}

/* ---- pins ------------------------------------------------------------------------------ */

/* A reference on the frame of the cursor's next byte; 0: it can't be had. */
static uint64_t pin_page(struct cursor *cursor, bool device_writes)
{
	uint64_t address = cursor->current.iov_base;
	void *byte;

	if (cursor->space) {
		byte = user_frame_pin(cursor->space, (struct user_address){ address },
				      device_writes ? ABI_PROT_WRITE : ABI_PROT_READ);
		if (!byte)
			return 0;
	} else {
		byte = (void *)address;
		frame_get(byte);
	}
	return physical_of(byte);
}

int cursor_pin(struct cursor *cursor, uint64_t bytes, bool device_writes,
	       struct pinned_segment *segments, int most, uint64_t *pinned_bytes)
{
	int count = 0;
	uint64_t done = 0;

	bytes = MIN(bytes, cursor->remaining);
	while (done < bytes) {
		uint64_t piece = cursor_piece(cursor, bytes - done);
		uint64_t part = to_page_end(cursor->current.iov_base, piece);
		struct pinned_segment *last = count ? &segments[count - 1] : NULL;
		uint64_t physical = pin_page(cursor, device_writes);

		if (physical == 0)
			break;
		/* each page of a segment has one reference, also where two pieces
		 * share a page: so only whole following pages are merged */
		if (last && last->physical + last->bytes == physical &&
		    (physical & PAGE_MASK) == 0) {
			last->bytes += part;
		} else if (count < most) {
			segments[count++] = (struct pinned_segment){ physical, part, 0 };
		} else {
			frame_put(kernel_address_of(physical));
			break;
		}
		cursor_advance(cursor, part);
		done += part;
	}
	*pinned_bytes = done;
	return count == 0 && bytes != 0 ? -EFAULT : count;
}

uint64_t range_pin(struct address_space *space, uint64_t address, uint64_t bytes,
		   bool device_writes)
{
	char *byte;

	if (UNLIKELY(bytes - 1 >= PAGE_SIZE - (address & PAGE_MASK)))
		return 0;
	spinlock_acquire(&space->lock);
	byte = translate_present(space, address, device_writes ? NEED_WRITE : NEED_READ);
	if (LIKELY(byte != NULL))
		frame_get(byte);
	spinlock_release(&space->lock);
	return LIKELY(byte != NULL) ? (uint64_t)byte - DIRECT_MAP_BASE : 0;
}

void cursor_unpin(struct pinned_segment *segments, int count)
{
	if (LIKELY(count == 1) &&
	    LIKELY((segments->physical & PAGE_MASK) + segments->bytes <= PAGE_SIZE)) {
		frame_put((void *)(segments->physical + DIRECT_MAP_BASE));
		return;
	}
	for (int i = 0; i < count; i++) {
		uint64_t first = ALIGN_DOWN(segments[i].physical, PAGE_SIZE);
		uint64_t end = segments[i].physical + segments[i].bytes;

		for (uint64_t at = first; at < end; at += PAGE_SIZE)
			frame_put(kernel_address_of(at));
	}
}
