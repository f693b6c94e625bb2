/*
 * Sv39 page tables: three levels of 512 entries.  The owner of a table guards it
 * (address_space.lock, or boot for the kernel's own); no function here flushes
 * a TLB.
 */
#ifndef KERNEL_MM_PAGE_TABLE_H
#define KERNEL_MM_PAGE_TABLE_H

#include "kernel/api/base.h"
#include "kernel/riscv.h"

#define PTE_FRAME(entry)	(((entry) >> 10) << PAGE_SHIFT)
#define PTE_MAKE(physical, flags) ((((physical) >> PAGE_SHIFT) << 10) | (flags))

/* What one table of the lowest level maps; its entries follow one another. */
#define PAGE_TABLE_BYTES	(512 * PAGE_SIZE)

/* The entry for a page, with tables made on the way if `create`; NULL: there is
 * none, or no memory for it. */
uint64_t *page_table_entry(uint64_t *root, uint64_t address, bool create);
/* Maps one page; the entry must be empty.  0 or -ENOMEM. */
int page_table_map(uint64_t *root, uint64_t address, uint64_t physical, uint64_t flags);
/* Maps a 2 MiB page; both aligned. */
int page_table_map_large(uint64_t *root, uint64_t address, uint64_t physical, uint64_t flags);
/*
 * The first page from *address on, below `end`, that a 4 KiB leaf maps: its entry,
 * and *address is where; NULL: none.  Whole tables that are not there are skipped.
 */
uint64_t *page_table_next(uint64_t *root, uint64_t *address, uint64_t end);
/* Frees the tables below root entries [from, to), the lowest of which have been cleared. */
void page_table_free_range(uint64_t *root, unsigned from, unsigned to);

/*
 * Visits each leaf of a root in ascending order.
 */
struct page_table_leaf {
	uint64_t address, bytes, entry;
};
void page_table_visit(uint64_t *root, void (*visit)(const struct page_table_leaf *, void *),
		      void *argument);

#endif
