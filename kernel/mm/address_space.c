/* Address spaces: life, regions, faults.  See the header. */
#include "kernel/mm/address_space.h"

#include <string.h>

#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/kernel_map.h"
#include "kernel/mm/page_table.h"
#include "kernel/mm/region.h"
#include "kernel/mm/tlb.h"
#include "kernel/mm/user_memory.h"

#define USER_ROOT_ENTRIES	256u
#define UNMAP_BATCH		96u	/* frames let go after one shootdown */

static uint64_t spaces;			/* atomic */

uint64_t address_spaces_count(void)
{
	return __atomic_load_n(&spaces, __ATOMIC_RELAXED);
}

struct address_space *address_space_create(void)
{
	struct address_space *space = kernel_alloc(sizeof(*space));
	uint64_t asid;

	if (!space)
		return NULL;
	space->root = frame_alloc_zeroed();
	if (!space->root) {
		kernel_free(space, sizeof(*space));
		return NULL;
	}
	asid = tlb_asid_alloc();
	kernel_map_share(space->root);
	space->satp = SATP_SV39 | asid << SATP_ASID_SHIFT |
		      physical_of(space->root) >> PAGE_SHIFT;
	space->references = 1;
	space->walked_region = ~0ul;	/* none */
	space->map_hint = MMAP_BASE;
	list_init(&space->regions);
	__atomic_fetch_add(&spaces, 1, __ATOMIC_RELAXED);
	return space;
}

void address_space_get(struct address_space *space)
{
	reference_get(&space->references);
}

void address_space_enter(struct address_space *space, unsigned hart)
{
	uint64_t bit = 1ul << hart;

	/* before the hart's first translation: pairs with the read in shootdown,
	 * which comes after the entries are gone */
	if (!(READ_ONCE(space->harts_active) & bit))
		__atomic_fetch_or(&space->harts_active, bit, __ATOMIC_SEQ_CST);
}

/* ---- unmapping: space->lock is held, or nobody else has the space ----------------- */

struct unmap_batch {
	uint32_t count;
	void *frame[UNMAP_BATCH];
};

static void batch_release(struct address_space *space, struct unmap_batch *batch, bool flush)
{
	if (batch->count == 0)
		return;
	/* the entries are gone; no frame is reused before every TLB has forgotten it */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (flush)
		tlb_flush_user(READ_ONCE(space->harts_active), 0, ~0ul);
	for (uint32_t i = 0; i < batch->count; i++)
		frame_put(batch->frame[i]);
	space->frames -= batch->count;
	batch->count = 0;
}

static void unmap_pages(struct address_space *space, uint64_t start, uint64_t end, bool flush)
{
	struct unmap_batch batch;	/* not cleared: it is long */
	uint64_t at = start, *entry;

	batch.count = 0;
	while ((entry = page_table_next(space->root, &at, end)) != NULL) {
		/* pages lie together: the rest of its table without a search from the root */
		do {
			if (*entry & PTE_USER) {
				batch.frame[batch.count++] = kernel_address_of(PTE_FRAME(*entry));
				*entry = 0;
				if (batch.count == UNMAP_BATCH)
					batch_release(space, &batch, flush);
			}	/* else a trap frame: its owner's */
			entry++;
			at += PAGE_SIZE;
		} while (at < end && at % PAGE_TABLE_BYTES && *entry);
	}
	batch_release(space, &batch, flush);
}

void address_space_put(struct address_space *space)
{
	struct list *node, *following;

	if (!reference_put(&space->references))
		return;
	/* nobody runs in it; whatever a TLB remembers goes before the frames do */
	tlb_flush_user(space->harts_active, 0, ~0ul);
	unmap_pages(space, 0, USER_HALF_END, false);
	LIST_FOR_EACH_SAFE(node, following, &space->regions)
		kernel_free(CONTAINER_OF(node, struct region, node), sizeof(struct region));
	ASSERT(space->frames == 0);
	page_table_free_range(space->root, 0, USER_ROOT_ENTRIES);
	frame_put(space->root);
	tlb_asid_free(space->satp >> SATP_ASID_SHIFT & SATP_ASID_MASK);
	kernel_free(space, sizeof(*space));
	__atomic_fetch_sub(&spaces, 1, __ATOMIC_RELAXED);
}

/* ---- mapping: space->lock is held ---------------------------------------------------- */

static uint64_t entry_flags(uint32_t protection)
{
	uint64_t flags = PTE_USER;

	if (protection & (ABI_PROT_READ | ABI_PROT_WRITE))
		flags |= PTE_READ;
	if (protection & ABI_PROT_WRITE)
		flags |= PTE_WRITE;
	if (protection & ABI_PROT_EXEC)
		flags |= PTE_EXECUTE;
	return flags;
}

static int map_page(struct address_space *space, uint64_t address, void *frame, uint64_t flags)
{
	int result = page_table_map(space->root, address, physical_of(frame), flags);

	if (result == 0)
		space->frames++;
	return result;
}

static int fill_page(struct address_space *space, const struct region *region, uint64_t address)
{
	void *frame = frame_alloc_zeroed();
	int result;

	if (!frame)
		return -ENOMEM;
	result = map_page(space, address, frame, entry_flags(region->protection));
	if (result)
		frame_put(frame);
	return result;
}

static int map_object(struct address_space *space, const struct region *region,
		      const struct region_request *request)
{
	for (uint64_t at = region->start; at < region->end; at += PAGE_SIZE) {
		void *frame = request->frame_at(request->object,
						(at - region->start) >> PAGE_SHIFT);
		int result;

		frame_get(frame);
		result = map_page(space, at, frame, entry_flags(region->protection));
		if (result) {
			frame_put(frame);
			return result;
		}
	}
	return 0;
}

static bool is_guard(const struct region *region, uint64_t address)
{
	return region->kind == REGION_STACKS &&
	       (address & ((1ul << region->slot_shift) - 1)) < PAGE_SIZE;
}

static int populate(struct address_space *space, const struct region *region)
{
	for (uint64_t at = region->start; at < region->end; at += PAGE_SIZE) {
		int result = is_guard(region, at) ? 0 : fill_page(space, region, at);

		if (result)
			return result;
	}
	return 0;
}

/* Takes [start, end) out of the regions; `spare` is for the case that one region
 * is cut in two, and is NULL afterwards if it was used.  Where it is NULL before,
 * that case is -ENOMEM. */
static int carve(struct address_space *space, uint64_t start, uint64_t end,
		 struct region **spare)
{
	struct list *node, *following;

	LIST_FOR_EACH(node, &space->regions) {
		struct region *region = CONTAINER_OF(node, struct region, node);

		if (region->locked && region->start < end && region->end > start)
			return -EINVAL;
		if (!*spare && region->start < start && region->end > end)
			return -ENOMEM;
	}
	unmap_pages(space, start, end, true);
	LIST_FOR_EACH_SAFE(node, following, &space->regions) {
		struct region *region = CONTAINER_OF(node, struct region, node);

		if (region->end <= start || region->start >= end)
			continue;
		if (region->start < start && region->end > end) {
			struct region *upper = *spare;

			*spare = NULL;
			*upper = *region;
			upper->start = end;
			region->end = start;
			region_insert(space, upper);
		} else if (region->start < start) {
			region->end = start;
		} else if (region->end > end) {
			region->start = end;
		} else {
			list_remove(&region->node);
			space->region_count--;
			kernel_free(region, sizeof(*region));
		}
	}
	return 0;
}

/* The address is an order, not a wish. */
static bool is_fixed(const struct region_request *request)
{
	return request->exact || request->replace;
}

static bool fits(const struct region_request *request)
{
	return request->address <= USER_END - request->bytes;
}

static int place(struct address_space *space, const struct region_request *request,
		 struct region **spare, uint64_t *start)
{
	uint64_t alignment = request->kind == REGION_STACKS ? 1ul << request->slot_shift :
			     PAGE_SIZE;
	uint64_t address = request->address;

	if (address && address % alignment == 0 && (is_fixed(request) || fits(request))) {
		if (request->replace) {
			int result = carve(space, address, address + request->bytes, spare);

			*start = address;
			return result;
		}
		if (region_is_free(space, address, address + request->bytes)) {
			*start = address;
			return 0;
		}
	}
	if (is_fixed(request))
		return address % alignment ? -EINVAL : -EEXIST;
	*start = region_gap(space, request->bytes, alignment);
	return *start ? 0 : -ENOMEM;
}

static int request_check(const struct region_request *request)
{
	if (request->bytes == 0 || (request->bytes | request->address) & PAGE_MASK)
		return -EINVAL;
	if (request->bytes > USER_END)
		return -ENOMEM;
	if (is_fixed(request) && request->address < USER_BASE)
		return -EPERM;
	if (is_fixed(request) && !request->locked && !fits(request))
		return -ENOMEM;
	/* W^X holds for users too, also by way of two maps of one object */
	if ((request->protection & ABI_PROT_EXEC) &&
	    (request->protection & ABI_PROT_WRITE ||
	     (request->kind == REGION_FRAMES && !request->locked)))
		return -EACCES;
	return 0;
}

static int region_fill(struct address_space *space, const struct region *region,
		       const struct region_request *request)
{
	/* an entry that grants nothing would not be a leaf */
	if (request->protection == 0)
		return 0;
	if (request->kind == REGION_FRAMES)
		return map_object(space, region, request);
	return request->populate ? populate(space, region) : 0;
}

int address_space_map(struct address_space *space, const struct region_request *request,
		      uint64_t *result)
{
	struct region *region, *spare = NULL;
	int error = request_check(request);

	if (error)
		return error;
	region = kernel_alloc(sizeof(*region));
	if (request->replace)
		spare = kernel_alloc(sizeof(*spare));
	spinlock_acquire(&space->lock);
	error = region && (spare || !request->replace) && space->region_count < REGIONS_MAX ?
		place(space, request, &spare, &region->start) : -ENOMEM;
	if (!error) {
		region->end = region->start + request->bytes;
		/* the hardware has no page that is written and not read */
		region->protection = request->protection |
				     (request->protection & ABI_PROT_WRITE ? ABI_PROT_READ : 0);
		region->kind = request->kind;
		region->slot_shift = request->slot_shift;
		region->locked = request->locked;
		*result = region->start;
		error = region_fill(space, region, request);
		if (error)
			unmap_pages(space, region->start, region->end, true);
		else
			region_insert(space, region);
	}
	spinlock_release(&space->lock);
	if (error)
		kernel_free(region, sizeof(*region));
	kernel_free(spare, sizeof(*spare));
	return error;
}

int address_space_unmap(struct address_space *space, uint64_t address, uint64_t bytes)
{
	struct region *spare;
	int error;

	bytes = ALIGN_UP(bytes, PAGE_SIZE);
	if (address & PAGE_MASK || bytes == 0 || address >= USER_END ||
	    bytes > USER_END - address)
		return -EINVAL;
	/* mostly it is not needed: who has no memory left can give some back */
	spare = kernel_alloc(sizeof(*spare));
	spinlock_acquire(&space->lock);
	error = carve(space, address, address + bytes, &spare);
	/* the next map goes where tables are already: they stay until the end */
	if (!error && address >= MMAP_BASE)
		space->map_hint = MIN(space->map_hint, address);
	spinlock_release(&space->lock);
	kernel_free(spare, sizeof(*spare));
	return error;
}

int address_space_map_supervisor(struct address_space *space, uint64_t address, void *frame)
{
	int result;

	spinlock_acquire(&space->lock);
	result = page_table_map(space->root, address, physical_of(frame), PTE_READ | PTE_WRITE);
	spinlock_release(&space->lock);
	return result;
}

void address_space_unmap_supervisor(struct address_space *space, uint64_t address)
{
	uint64_t *entry;

	spinlock_acquire(&space->lock);
	entry = page_table_entry(space->root, address, false);
	ASSERT(entry && *entry & PTE_VALID && !(*entry & PTE_USER));
	*entry = 0;
	/* as in batch_release */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	tlb_flush_user(READ_ONCE(space->harts_active), address, PAGE_SIZE);
	spinlock_release(&space->lock);
}

/* ---- faults ---------------------------------------------------------------------------- */

static bool is_present(struct address_space *space, uint64_t address)
{
	const uint64_t *entry = page_table_entry(space->root, address, false);

	return entry && *entry & PTE_VALID;
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
		if (!is_present(space, page) && fill_page(space, region, page))
			return;
}

int address_space_fault_locked(struct address_space *space, uint64_t address,
			       uint32_t protection)
{
	struct region *region = region_from(space, address);
	uint64_t *entry;
	int error;

	if (!region || region->start > address || (region->protection & protection) != protection)
		return -EFAULT;
	if (is_guard(region, address))
		return -EOVERFLOW;
	entry = page_table_entry(space->root, address, false);
	if (entry && *entry & PTE_VALID)
		return 0;	/* somebody else was faster, or a stale TLB entry */
	if (region->kind == REGION_FRAMES)
		return -EFAULT;
	error = fill_page(space, region, ALIGN_DOWN(address, PAGE_SIZE));
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
