/* What may become of memory that is mapped: its protection, its pages, brk's end. */
#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/mm/page_table.h"
#include "kernel/mm/pages.h"
#include "kernel/mm/region.h"
#include "kernel/mm/tlb.h"

/* A range as mprotect and madvise take it; -EINVAL, -ENOMEM. */
static int check_range(uint64_t address, uint64_t *bytes)
{
	if (address & PAGE_MASK)
		return -EINVAL;
	if (*bytes > USER_END || ALIGN_UP(*bytes, PAGE_SIZE) > USER_END ||
	    address > USER_END - ALIGN_UP(*bytes, PAGE_SIZE))
		return -ENOMEM;
	*bytes = ALIGN_UP(*bytes, PAGE_SIZE);
	return 0;
}

/* ---- space->lock is held ------------------------------------------------------------ */

/* The region behind `region`, if it begins where that ends. */
static struct region *neighbour(struct address_space *space, const struct region *region)
{
	struct region *next;

	if (region->node.next == &space->regions)
		return NULL;
	next = CONTAINER_OF(region->node.next, struct region, node);
	return next->start == region->end ? next : NULL;
}

static struct region *region_at(struct address_space *space, uint64_t address)
{
	struct region *region = region_from(space, address);

	return region && region->start <= address ? region : NULL;
}

static int check_protection(struct address_space *space, uint64_t start, uint64_t end,
			    uint32_t protection)
{
	struct region *region = region_at(space, start);

	for (; region; region = neighbour(space, region)) {
		if (region->locked || protection & ~region->allowed)
			return -EACCES;
		if (region->end >= end)
			return 0;
	}
	return -ENOMEM;
}

/* A region begins at `address` if one lies there. */
static void cut_at(struct address_space *space, uint64_t address, struct region **spare)
{
	struct region *region = region_at(space, address);

	if (region && region->start < address)
		region_split(space, region, address, spare);
}

/* The entries of a region whose protection has changed. */
static bool change_pages(struct address_space *space, const struct region *region)
{
	const uint64_t access = PTE_VALID | PTE_LEAF;
	uint64_t flags = pages_entry_flags(region->protection), at = region->start, *entry;
	bool changed = false;

	if (flags & PTE_LEAF)
		flags |= PTE_VALID;
	while ((entry = page_table_next(space->root, &at, region->end)) != NULL) {
		uint64_t wanted = *entry & PTE_BORROWED ? flags & ~PTE_WRITE : flags;

		changed = changed || (*entry ^ wanted) & access;
		*entry = (*entry & ~access) | (wanted & access);
		at += PAGE_SIZE;
	}
	return changed;
}

/* Whole regions from `start` to `end`. */
static void change_regions(struct address_space *space, uint64_t start, uint64_t end,
			   uint32_t protection)
{
	struct region *region = region_at(space, start);
	bool changed = false;

	for (; region && region->start < end; region = neighbour(space, region)) {
		region->protection = pages_protection(protection);
		/* what is executed is no frame that a file shares */
		if (region->kind == REGION_PRIVATE && protection & ABI_PROT_EXEC)
			pages_drop_borrowed(space, region);
		changed |= change_pages(space, region);
	}
	/* after the entries: whoever translates from here on finds the new ones */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (changed)
		tlb_flush_user(READ_ONCE(space->harts_active), 0, ~0ul);
}

/* ---- mprotect, madvise ------------------------------------------------------------------ */

int address_space_protect(struct address_space *space, uint64_t address, uint64_t bytes,
			  uint32_t protection)
{
	struct region *spare[2];
	int error = check_range(address, &bytes);

	if (error || bytes == 0)
		return error;
	if (protection & ABI_PROT_WRITE && protection & ABI_PROT_EXEC && !space->both_by_turns)
		return -EACCES;
	spare[0] = kernel_alloc(sizeof(*spare[0]));
	spare[1] = kernel_alloc(sizeof(*spare[1]));
	spinlock_acquire(&space->lock);
	error = spare[0] && spare[1] && space->region_count + 2 <= REGIONS_MAX ?
		check_protection(space, address, address + bytes, protection) : -ENOMEM;
	if (!error) {
		cut_at(space, address, &spare[0]);
		cut_at(space, address + bytes, &spare[1]);
		change_regions(space, address, address + bytes, protection);
	}
	spinlock_release(&space->lock);
	kernel_free(spare[0], sizeof(*spare[0]));
	kernel_free(spare[1], sizeof(*spare[1]));
	return error;
}

static bool covers(struct address_space *space, uint64_t start, uint64_t end)
{
	struct region *region = region_at(space, start);

	while (region && region->end < end)
		region = neighbour(space, region);
	return region != NULL;
}

bool address_space_covers(struct address_space *space, uint64_t address, uint64_t bytes)
{
	bool result;

	if (check_range(address, &bytes))
		return false;
	spinlock_acquire(&space->lock);
	result = bytes == 0 || covers(space, address, address + bytes);
	spinlock_release(&space->lock);
	return result;
}

int address_space_discard(struct address_space *space, uint64_t address, uint64_t bytes)
{
	int error = check_range(address, &bytes);
	struct list *node;

	if (error || bytes == 0)
		return error;
	spinlock_acquire(&space->lock);
	if (!covers(space, address, address + bytes))
		error = -ENOMEM;
	LIST_FOR_EACH(node, &space->regions) {
		struct region *region = CONTAINER_OF(node, struct region, node);
		uint64_t start = MAX(region->start, address);
		uint64_t end = MIN(region->end, address + bytes);

		if (start >= end)
			continue;
		if (region->locked || region->kind == REGION_FRAMES)
			error = -EINVAL;
		else
			pages_unmap(space, start, end, true);
	}
	spinlock_release(&space->lock);
	return error;
}

int address_space_populate(struct address_space *space, uint64_t address, uint64_t bytes,
			   uint32_t protection)
{
	int error = check_range(address, &bytes);

	for (uint64_t done = 0; done < bytes && !error; done += PAGE_SIZE)
		error = address_space_fault(space, address + done, protection);
	return error;
}

/* ---- brk -------------------------------------------------------------------------------------- */

void address_space_break_begin(struct address_space *space, uint64_t end)
{
	space->break_start = space->break_end = ALIGN_UP(end, PAGE_SIZE);
}

/* space->lock held.  The pages of [start, end) follow those that there are. */
static bool break_grow(struct address_space *space, uint64_t start, uint64_t end,
		       struct region **spare)
{
	struct region *last = start > space->break_start ? region_at(space, start - 1) : NULL;

	if (!region_is_free(space, start, end))
		return false;
	if (last && last->end == start && last->kind == REGION_ANONYMOUS && !last->locked &&
	    last->protection == (ABI_PROT_READ | ABI_PROT_WRITE)) {
		last->end = end;
		return true;
	}
	if (!*spare || space->region_count == REGIONS_MAX)
		return false;
	**spare = (struct region){
		.start = start, .end = end, .kind = REGION_ANONYMOUS, .allowed = ~0,
		.protection = ABI_PROT_READ | ABI_PROT_WRITE,
	};
	region_insert(space, *spare);
	*spare = NULL;
	return true;
}

uint64_t address_space_break(struct address_space *space, uint64_t wanted)
{
	struct region *spare = kernel_alloc(sizeof(*spare));
	uint64_t start, end, result, surplus = 0;
	bool possible = true;

	spinlock_acquire(&space->lock);
	result = space->break_end;
	start = ALIGN_UP(result, PAGE_SIZE);
	end = ALIGN_UP(wanted, PAGE_SIZE);
	if (wanted < space->break_start || wanted > MMAP_BASE)
		possible = false;
	else if (end > start)
		possible = break_grow(space, start, end, &spare);
	else
		surplus = start - end;
	if (possible)
		space->break_end = result = wanted;
	spinlock_release(&space->lock);
	kernel_free(spare, sizeof(*spare));
	if (possible && surplus)
		(void)address_space_unmap(space, end, surplus);
	return result;
}
