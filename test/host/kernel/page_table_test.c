/*
 * Page tables: pages and large pages at random places against a plain list; what
 * the visitor sees, and that every table goes back to the frames.
 */
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/page_table.h"

#define FRAMES		2048u
#define PAGES_MAX	200u
#define LARGE_BYTES	(PAGE_SIZE * 512)

struct page {
	uint64_t address, bytes, physical, flags;
};

static struct page pages[PAGES_MAX];
static unsigned page_count;

/* Sv39: bit 38 is copied upwards. */
static uint64_t canonical(uint64_t address)
{
	return (uint64_t)((int64_t)(address << 25) >> 25);
}

static bool overlaps(uint64_t address, uint64_t bytes)
{
	for (unsigned i = 0; i < page_count; i++)
		if (address < pages[i].address + pages[i].bytes &&
		    pages[i].address < address + bytes)
			return true;
	return false;
}

/* Many share tables, some do not. */
static uint64_t some_address(uint64_t bytes)
{
	static const uint64_t bases[] = {
		0, 0x1000, 0x1fffff000, 0x3fc0000000, 0x3fffffe000, 0xffffffc000000000,
		0xffffffff80000000, 0xffffffffff000000,
	};
	uint64_t base = bases[random_below(ARRAY_SIZE(bases))];

	return ALIGN_DOWN(canonical(base + random_below(1u << 23)), bytes);
}

static void map_some(uint64_t *root)
{
	uint64_t bytes = random_below(8) ? PAGE_SIZE : LARGE_BYTES;
	struct page page = {
		.address = some_address(bytes), .bytes = bytes,
		.physical = ALIGN_DOWN(random_below(1ul << 40), bytes),
		.flags = 1 + random_below(15),
	};
	int result;

	/* a table where a large page would go, empty or not, is the caller's to avoid */
	if (overlaps(ALIGN_DOWN(page.address, LARGE_BYTES), LARGE_BYTES) &&
	    (bytes == LARGE_BYTES || overlaps(page.address, bytes)))
		return;
	page.flags = (page.flags & ~PTE_VALID) | PTE_READ;
	result = bytes == LARGE_BYTES ?
		 page_table_map_large(root, page.address, page.physical, page.flags) :
		 page_table_map(root, page.address, page.physical, page.flags);
	CHECK_EQUAL(result, 0);
	pages[page_count++] = page;
}

struct visited {
	unsigned count;
	uint64_t last_end;
};

static void look(const struct page_table_leaf *leaf, void *argument)
{
	struct visited *visited = argument;

	CHECK(visited->count == 0 || leaf->address >= visited->last_end);
	visited->last_end = leaf->address + leaf->bytes;
	visited->count++;
	for (unsigned i = 0; i < page_count; i++) {
		if (pages[i].address != leaf->address)
			continue;
		CHECK_EQUAL(leaf->bytes, pages[i].bytes);
		CHECK_EQUAL(PTE_FRAME(leaf->entry), pages[i].physical);
		CHECK_EQUAL(leaf->entry & PTE_FLAGS,
			    pages[i].flags | PTE_VALID | PTE_ACCESSED | PTE_DIRTY);
		return;
	}
	panic("a leaf at %#lx that nobody mapped", leaf->address);
}

/* The lowest 4 KiB page of the user's half from `from` on; `end`: none below it. */
static uint64_t lowest_page(uint64_t from, uint64_t end)
{
	uint64_t lowest = end;

	for (unsigned i = 0; i < page_count; i++)
		if (pages[i].bytes == PAGE_SIZE && pages[i].address >= from &&
		    pages[i].address < lowest)
			lowest = pages[i].address;
	return lowest;
}

/* A walk finds each page once, in order, and no other; every third one goes meanwhile. */
static void walk(uint64_t *root, uint64_t start, uint64_t end)
{
	uint64_t at = start, wanted = lowest_page(start, end), *entry;
	unsigned found = 0;

	while ((entry = page_table_next(root, &at, end)) != NULL) {
		CHECK_EQUAL(at, wanted);
		CHECK(entry == page_table_entry(root, at, false));
		if (++found % 3 == 0) {
			*entry = 0;
			for (unsigned i = 0; i < page_count; i++)
				if (pages[i].address == at)
					pages[i] = pages[--page_count];
		}
		at += PAGE_SIZE;
		wanted = lowest_page(at, end);
	}
	CHECK_EQUAL(wanted, end);
}

static void walks(uint64_t *root)
{
	for (unsigned i = 0; i < 8; i++) {
		uint64_t start = some_address(PAGE_SIZE) % USER_HALF_END;
		uint64_t end = some_address(PAGE_SIZE) % USER_HALF_END;

		if (start < end)
			walk(root, start, end);
	}
	walk(root, 0, USER_HALF_END);
}

static void clear(const struct page_table_leaf *leaf, void *root)
{
	uint64_t *entry = page_table_entry(root, leaf->address, false);

	if (entry)	/* not a large one's */
		*entry = 0;
}

/* As its owner does: the lowest tables are cleared first, and all go back as zeroed ones. */
static void free_all(uint64_t *root)
{
	page_table_visit(root, clear, root);
	page_table_free_range(root, 0, 512);
	for (unsigned i = 0; i < 512; i++)
		CHECK_EQUAL(root[i], 0);
}

static void one_table(void)
{
	uint64_t *root = frame_alloc_zeroed();
	struct visited visited = { 0 };

	page_count = 0;
	for (unsigned i = 0; i < PAGES_MAX; i++)
		map_some(root);
	page_table_visit(root, look, &visited);
	CHECK_EQUAL(visited.count, page_count);
	for (unsigned i = 0; i < page_count; i++) {
		uint64_t *entry = page_table_entry(root, pages[i].address, false);

		if (pages[i].bytes == LARGE_BYTES)
			CHECK(!entry);	/* it has no 4 KiB entries, and gets none */
		else
			CHECK_EQUAL(PTE_FRAME(*entry), pages[i].physical);
	}
	walks(root);
	free_all(root);
	visited = (struct visited){ 0 };
	page_table_visit(root, look, &visited);
	CHECK_EQUAL(visited.count, 0);
	frame_put(root);
}

/* Half a table's way: what was made stays, and goes with the rest. */
static void out_of_memory(void)
{
	uint64_t *root = frame_alloc_zeroed();

	for (uint64_t left = 0; left < 3; left++) {
		machine_squeeze(left);
		CHECK_EQUAL(page_table_map(root, 0x5000 + (left << 30), RAM_START, PTE_READ),
			    left == 2 ? 0 : -ENOMEM);
		machine_relax();
	}
	free_all(root);
	frame_put(root);
}

/* A leaf without permissions is a leaf at the lowest level all the same. */
static void no_permission(void)
{
	uint64_t *root = frame_alloc_zeroed(), *data = frame_alloc_zeroed();

	memset(data, 0xff, PAGE_SIZE);
	CHECK_EQUAL(page_table_map(root, 0x5000, physical_of(data), 0), 0);
	pages[0] = (struct page){ 0x5000, PAGE_SIZE, physical_of(data), 0 };
	page_count = 1;
	page_table_visit(root, look, &(struct visited){ 0 });
	free_all(root);
	frame_put(data);
	frame_put(root);
}

int main(int count, char **words)
{
	uint64_t operations, before;

	test_arguments(count, words, &operations);
	machine_start(FRAMES);
	before = machine_free_frames();
	for (uint64_t i = 0; i < operations; i++)
		one_table();
	CHECK_EQUAL(machine_free_frames(), before);
	out_of_memory();
	CHECK_EQUAL(machine_free_frames(), before);
	no_permission();
	CHECK_EQUAL(machine_free_frames(), before);
	return 0;
}
