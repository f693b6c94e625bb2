/* Pages of an address space: how one comes in, by a fault or before it. */
#include <string.h>

#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/mm/page_table.h"
#include "kernel/mm/pages.h"
#include "kernel/mm/region.h"
#include "kernel/mm/tlb.h"
#include "kernel/mm/user_memory.h"

uint32_t pages_protection(uint32_t wanted)
{
	return wanted & ABI_PROT_WRITE ? wanted | ABI_PROT_READ : wanted;
}

uint64_t pages_entry_flags(uint32_t protection)
{
	uint64_t flags = PTE_USER;

	if (protection & (ABI_PROT_READ | ABI_PROT_WRITE))
		flags |= PTE_READ;
	if (protection & ABI_PROT_WRITE)
		flags |= PTE_WRITE;
	if (protection & ABI_PROT_EXEC && !(protection & ABI_PROT_WRITE))
		flags |= PTE_EXECUTE;
	return flags;
}

int pages_map(struct address_space *space, uint64_t address, void *frame, uint64_t flags)
{
	int result = page_table_map(space->root, address, physical_of(frame), flags);

	if (result == 0)
		space->frames++;
	return result;
}

/* A private page starts as the source's own, if it is only read; what is executed is a
 * copy from the start, because the source's frames can be written by another name. */
static int private_frame(const struct region *region, uint64_t index, uint32_t protection,
			 void **frame, uint64_t *flags)
{
	void *shared = NULL;
	int error = region->source->page(region->object, index, false, &shared);

	if (error)
		return error;
	if (shared && !(protection & ABI_PROT_WRITE) && !(region->protection & ABI_PROT_EXEC)) {
		*frame = shared;
		*flags = (*flags & ~PTE_WRITE) | PTE_BORROWED;
		return 0;
	}
	*frame = shared ? frames_alloc(0) : frame_alloc_zeroed();
	if (*frame && shared)
		memcpy(*frame, shared, PAGE_SIZE);
	if (shared)
		frame_put(shared);
	return *frame ? 0 : -ENOMEM;
}

static int source_frame(const struct region *region, uint64_t address, uint32_t protection,
			void **frame, uint64_t *flags)
{
	uint64_t index = region->first + ((address - region->start) >> PAGE_SHIFT);

	if (region->kind == REGION_SHARED)
		return region->source->page(region->object, index, true, frame);
	return private_frame(region, index, protection, frame, flags);
}

int pages_fill(struct address_space *space, const struct region *region, uint64_t address,
	       uint32_t protection)
{
	uint64_t flags = pages_entry_flags(region->protection);
	void *frame;
	int result = 0;

	if (region->source)
		result = source_frame(region, address, protection, &frame, &flags);
	else
		frame = frame_alloc_zeroed();
	if (result || !frame)
		return result ? result : -ENOMEM;
	result = pages_map(space, address, frame, flags);
	if (result)
		frame_put(frame);
	return result;
}

/* ---- faults ---------------------------------------------------------------------------- */

static bool is_present(struct address_space *space, uint64_t address)
{
	const uint64_t *entry = page_table_entry(space->root, address, false);

	return entry && *entry;
}

/* Many stacks are taken into use one after the other, and each by a fault: the first
 * page of one that follows another brings those of the next few along, if there is
 * memory for them. */
static void fill_next_stacks(struct address_space *space, const struct region *region,
			     uint64_t page)
{
	uint64_t slot_bytes = 1ul << region->slot_shift;
	uint64_t end = page + STACKS_FILLED_AHEAD * slot_bytes;

	if ((page + PAGE_SIZE) & (slot_bytes - 1) || page < region->start + slot_bytes ||
	    !is_present(space, page - slot_bytes))
		return;
	for (page += slot_bytes; page <= end && page < region->end; page += slot_bytes)
		if (!is_present(space, page) && pages_fill(space, region, page, region->protection))
			return;
}

/* The page is a source's and is about to be written: it becomes a copy. */
static int copy_borrowed(struct address_space *space, uint64_t address, uint64_t *entry,
			 uint32_t protection)
{
	void *shared = kernel_address_of(PTE_FRAME(*entry));
	void *frame = frames_alloc(0);

	if (!frame)
		return -ENOMEM;
	memcpy(frame, shared, PAGE_SIZE);
	*entry = PTE_MAKE(physical_of(frame), pages_entry_flags(protection) | PTE_VALID |
			  PTE_ACCESSED | PTE_DIRTY);
	/* as in batch_release: nobody reads the old frame by this name any more */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	tlb_flush_user(READ_ONCE(space->harts_active), ALIGN_DOWN(address, PAGE_SIZE), PAGE_SIZE);
	frame_put(shared);
	return 0;
}

/* A page that may be written and executed is one of them at a time.  After the flushes no
 * hart writes what another executes, and each fetches what was written. */
static void turn(struct address_space *space, uint64_t address, uint64_t *entry,
		 uint32_t protection)
{
	const uint64_t other = protection & ABI_PROT_EXEC ? PTE_WRITE : PTE_EXECUTE;
	const uint64_t wanted = protection & ABI_PROT_EXEC ? PTE_EXECUTE : PTE_WRITE;

	*entry = (*entry & ~other) | wanted;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	tlb_flush_user(READ_ONCE(space->harts_active), ALIGN_DOWN(address, PAGE_SIZE), PAGE_SIZE);
	tlb_flush_instructions(READ_ONCE(space->harts_active));
}

int address_space_fault_locked(struct address_space *space, uint64_t address,
			       uint32_t protection)
{
	struct region *region = region_from(space, address);
	uint64_t *entry;
	int error;

	if (!region || region->start > address || (region->protection & protection) != protection)
		return -EFAULT;
	if (region_is_guard(region, address))
		return -EOVERFLOW;
	entry = page_table_entry(space->root, address, false);
	if (entry && *entry & PTE_BORROWED && protection & ABI_PROT_WRITE)
		return copy_borrowed(space, address, entry, region->protection);
	if (entry && *entry & PTE_VALID) {
		if ((protection & ABI_PROT_WRITE && !(*entry & PTE_WRITE)) ||
		    (protection & ABI_PROT_EXEC && !(*entry & PTE_EXECUTE)))
			turn(space, address, entry, protection);
		return 0;	/* else somebody else was faster, or a stale TLB entry */
	}
	if (region->kind == REGION_FRAMES)
		return -EFAULT;
	error = pages_fill(space, region, ALIGN_DOWN(address, PAGE_SIZE), protection);
	if (!error && region->kind == REGION_STACKS)
		fill_next_stacks(space, region, ALIGN_DOWN(address, PAGE_SIZE));
	return error;
}

int address_space_fault(struct address_space *space, uint64_t address, uint32_t protection)
{
	int result;

	spinlock_acquire(&space->lock);
	result = address_space_fault_locked(space, address, protection);
	spinlock_release(&space->lock);
	/* a TLB may remember that nothing was there, and the user would fault for ever */
	if (result == 0)
		tlb_flush_page(address);
	return result;
}
