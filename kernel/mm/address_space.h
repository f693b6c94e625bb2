/*
 * A process's address space: its root table, its regions, and the only ways in
 * which the kernel reaches a user's memory.
 *
 * `lock` guards regions and page tables; it is held for a few instructions a
 * page, never across a suspension.  A frame that is mapped holds one reference
 * for the mapping; pins and the kernel's own uses hold more, so unmapping never
 * frees a frame under DMA.  Frames leave only after every hart's TLB dropped
 * them (address_space_unmap does the shootdown before it lets go).
 */
#ifndef KERNEL_MM_ADDRESS_SPACE_H
#define KERNEL_MM_ADDRESS_SPACE_H

#include "kernel/api/base.h"
#include "kernel/api/cursor.h"
#include "kernel/api/lock.h"

/* A user's address: it does not dereference. */
struct user_address {
	uint64_t value;
};

enum region_kind {
	REGION_ANONYMOUS,	/* zero-filled on demand */
	REGION_STACKS,		/* likewise, in slots with a guard page at the bottom of each */
	REGION_FRAMES,		/* an object's frames (a ring's), all there from the start; each
				 * mapping has a reference on its frame, none on the object */
	REGION_SHARED,		/* a source's frames, on demand */
	REGION_PRIVATE,		/* likewise, until they are written: then a copy */
};

/*
 * Whose pages a shared or private region shows (an open file's).  `page` is called with
 * the address space's lock held, and does not suspend; `put` without a lock, and may.
 */
struct region_source {
	/* Page `index` with a reference of the caller's; *frame NULL: a hole, only if not
	 * `fill`.  0; -ENXIO: behind the end; -ENOMEM. */
	int (*page)(void *object, uint64_t index, bool fill, void **frame);
	void (*get)(void *object);
	void (*put)(void *object);
};

struct region {
	struct list node;		/* address_space.regions, ascending */
	uint64_t start, end;
	uint32_t protection;		/* ABI_PROT_* */
	uint8_t kind;
	uint8_t slot_shift;		/* REGION_STACKS */
	uint8_t allowed;		/* ABI_PROT_*: what mprotect may give */
	bool locked;			/* the kernel put it there: munmap refuses it (-EINVAL) */
	/* REGION_SHARED, REGION_PRIVATE */
	const struct region_source *source;
	void *object;			/* the source's own; a reference */
	uint64_t first;			/* the source's page at `start` */
};

struct address_space {
	struct spinlock lock;
	struct list regions;
	uint32_t region_count;		/* at most REGIONS_MAX */
	uint64_t *root;			/* kernel address of the root table */
	uint64_t satp;			/* mode, ASID, root */
	/* where a walk was last: these 2 MiB, by this table.  (Tables stay until the end.) */
	uint64_t walked_region;
	const uint64_t *walked_table;
	uint64_t frames;		/* resident, page tables not counted */
	uint64_t map_hint;		/* where the search for a gap begins */
	bool both_by_turns;		/* a page may be asked for writing and executing: it is
					 * one at a time, and a fault turns it */
	uint64_t break_start, break_end;	/* brk's memory, in bytes; 0: it has none */
	uint64_t harts_active;		/* atomic; bit per hart that may hold its TLB entries */
	uint32_t references;
};

struct address_space *address_space_create(void);		/* NULL: no memory */
void address_space_get(struct address_space *space);
void address_space_put(struct address_space *space);		/* the last one may suspend */
uint64_t address_spaces_count(void);

/* ---- regions: page-aligned; 0 or -errno as mmap gives it ------------------------ */

/*
 * Adds a region.  `address` 0: wherever there is room.  replace: what stood
 * there goes (MAP_FIXED); else -EEXIST if taken (MAP_FIXED_NOREPLACE) when
 * `exact`, or another place.  *result receives the start.
 */
struct region_request {
	uint64_t address, bytes;
	uint32_t protection;
	enum region_kind kind;
	uint8_t slot_shift;
	bool exact, replace, locked, populate;
	uint64_t alignment;		/* of where it comes to lie, a power of two; 0: a page, or
					 * REGION_STACKS' slot */
	/* REGION_FRAMES: `frame_at(object, n)` gives frame n's kernel address */
	void *object;
	void *(*frame_at)(void *object, uint64_t index);
	/* REGION_SHARED, REGION_PRIVATE: object's pages from `first` on; the region takes
	 * a reference of its own */
	const struct region_source *source;
	uint64_t first;
	uint32_t denied;		/* ABI_PROT_*: what mprotect may never give */
};
int address_space_map(struct address_space *space, const struct region_request *request,
		      uint64_t *result);
int address_space_unmap(struct address_space *space, uint64_t address, uint64_t bytes);
/* mprotect: also -EACCES for what must not be had (W and X; what the file was not opened
 * for), -ENOMEM where nothing is mapped. */
int address_space_protect(struct address_space *space, uint64_t address, uint64_t bytes,
			  uint32_t protection);
/* Lets go of the pages: a region's next access finds it as it was made (MADV_DONTNEED).
 * -ENOMEM where nothing is mapped, the rest is done. */
int address_space_discard(struct address_space *space, uint64_t address, uint64_t bytes);
/* Makes the pages available for `protection`: 0, -ENOMEM, or as address_space_fault. */
int address_space_populate(struct address_space *space, uint64_t address, uint64_t bytes,
			   uint32_t protection);
/* All of it is mapped, if only for nothing. */
bool address_space_covers(struct address_space *space, uint64_t address, uint64_t bytes);
/* The program's memory ends there: brk's begins with the next page. */
void address_space_break_begin(struct address_space *space, uint64_t end);
/* brk: moves the end if it can be moved; where it is. */
uint64_t address_space_break(struct address_space *space, uint64_t wanted);
/*
 * A user's access to `address` trapped, or the kernel needs a page that is not
 * there: makes it available.  0; -EFAULT: no region, or not with that permission;
 * -ENOMEM; -EOVERFLOW: the guard page of a stack; -ENXIO: behind the end of a file.
 */
int address_space_fault(struct address_space *space, uint64_t address, uint32_t protection);
/* Loads nothing: tells that hart `hart` is about to run in it. */
void address_space_enter(struct address_space *space, unsigned hart);

/* A page for S alone (a trap frame), outside all regions.  0 or -ENOMEM.  The
 * frame stays its owner's, who unmaps it before letting go of it, or ends the
 * address space first. */
int address_space_map_supervisor(struct address_space *space, uint64_t address, void *frame);
/* No TLB knows it afterwards. */
void address_space_unmap_supervisor(struct address_space *space, uint64_t address);

/* ---- the kernel's view of user memory; all may fill pages in ---------------------- */

/* All or nothing is not promised: 0, or -EFAULT with a part done. */
int user_copy_in(struct address_space *space, void *to, struct user_address from,
		 uint64_t bytes);
int user_copy_out(struct address_space *space, struct user_address to, const void *from,
		  uint64_t bytes);
/* Copies a NUL-terminated string of at most `bytes` with its NUL.  Its length,
 * -EFAULT, or -ENAMETOOLONG. */
ssize_t user_string_in(struct address_space *space, char *to, struct user_address from,
		       uint64_t bytes);
/* Kernel address of the user's byte with a reference on its frame (frame_put
 * ends it); NULL: not there, or not with that permission (ABI_PROT_*). */
void *user_frame_pin(struct address_space *space, struct user_address address,
		     uint32_t protection);

#endif
