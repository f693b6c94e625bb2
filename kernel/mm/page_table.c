/* Sv39 page tables; see the header. */
#include "kernel/mm/page_table.h"

#include "kernel/api/memory.h"
#include "kernel/mm/frame.h"

#define LEVELS		3
#define ROOT_LEVEL	(LEVELS - 1)
#define ENTRIES		512u
#define BLOCK		8u		/* entries that are looked at together */

static unsigned index_at(uint64_t address, unsigned level)
{
	return (address >> (PAGE_SHIFT + 9 * level)) & (ENTRIES - 1);
}

static uint64_t *table_below(uint64_t entry)
{
	return kernel_address_of(PTE_FRAME(entry));
}

/*
 * Tables are sparse, and are walked when a process ends: each but the root, whose upper
 * half is the kernel's, knows between which entries it was ever used.
 */
static void bounds_widen(uint64_t *table, unsigned index)
{
	struct frame_bounds *bounds = frame_bounds(table);

	if (index < bounds->first)
		bounds->first = (uint16_t)index;
	if (index > bounds->last)
		bounds->last = (uint16_t)index;
}

/* The entry at `level` (0: 4 KiB pages); with `create` it is about to be used. */
static uint64_t *entry_at(uint64_t *root, uint64_t address, unsigned level, bool create)
{
	uint64_t *table = root;

	for (unsigned at = ROOT_LEVEL; at > level; at--) {
		uint64_t *entry = &table[index_at(address, at)];

		if (!(*entry & PTE_VALID)) {
			uint64_t *below = create ? frame_alloc_zeroed() : NULL;

			if (!below)
				return NULL;
			if (at < ROOT_LEVEL)
				bounds_widen(table, index_at(address, at));
			*entry = PTE_MAKE(physical_of(below), PTE_VALID);
		} else if (*entry & PTE_LEAF) {
			return NULL;
		}
		table = table_below(*entry);
	}
	if (create)
		bounds_widen(table, index_at(address, level));
	return &table[index_at(address, level)];
}

uint64_t *page_table_entry(uint64_t *root, uint64_t address, bool create)
{
	return entry_at(root, address, 0, create);
}

int page_table_map(uint64_t *root, uint64_t address, uint64_t physical, uint64_t flags)
{
	uint64_t *entry = entry_at(root, address, 0, true);

	if (!entry)
		return -ENOMEM;
	ASSERT(!(*entry & PTE_VALID));
	*entry = PTE_MAKE(physical, flags | PTE_VALID | PTE_ACCESSED | PTE_DIRTY);
	return 0;
}

int page_table_map_large(uint64_t *root, uint64_t address, uint64_t physical, uint64_t flags)
{
	uint64_t *entry = entry_at(root, address, 1, true);

	if (!entry)
		return -ENOMEM;
	ASSERT(!(*entry & PTE_VALID));
	*entry = PTE_MAKE(physical, flags | PTE_VALID | PTE_ACCESSED | PTE_DIRTY);
	return 0;
}

/* The first entry from `i` on, below `end`, that is not 0, or `end`. */
static unsigned next_used(const uint64_t *table, unsigned i, unsigned end)
{
	const uint64_t *at = table + i, *stop = table + end;

	while (at < stop && !*at) {
		at++;
		while ((uint64_t)at % (BLOCK * sizeof(*at)) == 0 && at + BLOCK <= stop &&
		       !(at[0] | at[1] | at[2] | at[3] | at[4] | at[5] | at[6] | at[7]))
			at += BLOCK;
	}
	return (unsigned)(at - table);
}

/* page_table_next within one table; on failure *address is where its range ends. */
static uint64_t *next_in(uint64_t *table, unsigned level, uint64_t *address, uint64_t end)
{
	const uint64_t bytes = PAGE_SIZE << (9 * level);
	uint64_t base = ALIGN_DOWN(*address, bytes << 9);
	unsigned first = index_at(*address, level), i = first, stop = ENTRIES;

	if (level < ROOT_LEVEL) {
		const struct frame_bounds *bounds = frame_bounds(table);

		i = MAX(i, bounds->first);
		stop = bounds->last + 1u;
	}
	for (; i < stop && (i = next_used(table, i, stop)) < stop; i++) {
		if (i != first)
			*address = base + i * bytes;
		if (*address >= end)
			return NULL;
		if (level == 0)
			return &table[i];
		if (!(table[i] & PTE_LEAF)) {
			uint64_t *entry = next_in(table_below(table[i]), level - 1, address, end);

			if (entry)
				return entry;
		}
	}
	*address = base + ENTRIES * bytes;
	return NULL;
}

uint64_t *page_table_next(uint64_t *root, uint64_t *address, uint64_t end)
{
	return next_in(root, ROOT_LEVEL, address, end);
}

/* A table above the lowest ones: they go, and it.  These map nothing any more; with what
 * is cleared here all of them are zero again. */
static void table_free(uint64_t *table)
{
	const struct frame_bounds *bounds = frame_bounds(table);
	unsigned stop = bounds->last + 1u;

	for (unsigned i = bounds->first; i < stop && (i = next_used(table, i, stop)) < stop; i++) {
		if (!(table[i] & PTE_LEAF))
			frame_put_zeroed(table_below(table[i]));
		table[i] = 0;
	}
	frame_put_zeroed(table);
}

void page_table_free_range(uint64_t *root, unsigned from, unsigned to)
{
	for (unsigned i = from; (i = next_used(root, i, to)) < to; i++) {
		if (!(root[i] & PTE_LEAF))
			table_free(table_below(root[i]));
		root[i] = 0;
	}
}

static void table_visit(uint64_t *table, unsigned level, uint64_t base,
			void (*visit)(const struct page_table_leaf *, void *), void *argument)
{
	uint64_t bytes = PAGE_SIZE << (9 * level);

	for (unsigned i = 0; i < ENTRIES; i++) {
		uint64_t address = base + i * bytes;

		if (!(table[i] & PTE_VALID))
			continue;
		/* Sv39: bit 38 is copied upwards */
		if (level == LEVELS - 1 && i >= ENTRIES / 2)
			address |= ~0ul << 39;
		/* at the lowest level also a page that nobody may touch */
		if (level == 0 || table[i] & PTE_LEAF)
			visit(&(struct page_table_leaf){ address, bytes, table[i] }, argument);
		else
			table_visit(table_below(table[i]), level - 1, address, visit, argument);
	}
}

void page_table_visit(uint64_t *root, void (*visit)(const struct page_table_leaf *, void *),
		      void *argument)
{
	table_visit(root, LEVELS - 1, 0, visit, argument);
}
