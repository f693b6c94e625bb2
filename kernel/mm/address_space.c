/* Address spaces: life, mapping and unmapping.  See the header. */
#include "kernel/mm/address_space.h"

#include <string.h>

#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/kernel_map.h"
#include "kernel/mm/page_table.h"
#include "kernel/mm/pages.h"
#include "kernel/mm/region.h"
#include "kernel/mm/tlb.h"

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

void pages_unmap(struct address_space *space, uint64_t start, uint64_t end, bool flush)
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
			} else if (!flush) {
				*entry = 0;	/* a trap frame, its owner's; the table goes */
			}
			entry++;
			at += PAGE_SIZE;
		} while (at < end && at % PAGE_TABLE_BYTES && *entry);
	}
	batch_release(space, &batch, flush);
}

void pages_drop_borrowed(struct address_space *space, const struct region *region)
{
	uint64_t at = region->start, *entry;

	while ((entry = page_table_next(space->root, &at, region->end)) != NULL) {
		if (*entry & PTE_BORROWED)
			pages_unmap(space, at, at + PAGE_SIZE, true);
		at += PAGE_SIZE;
	}
}

void address_space_put(struct address_space *space)
{
	if (!reference_put(&space->references))
		return;
	/* nobody runs in it; whatever a TLB remembers goes before the frames do */
	tlb_flush_user(space->harts_active, 0, ~0ul);
	pages_unmap(space, 0, USER_HALF_END, false);
	regions_free(&space->regions);
	ASSERT(space->frames == 0);
	page_table_free_range(space->root, 0, USER_ROOT_ENTRIES);
	kernel_map_unshare(space->root);
	frame_put_zeroed(space->root);
	tlb_asid_free(space->satp >> SATP_ASID_SHIFT & SATP_ASID_MASK);
	kernel_free(space, sizeof(*space));
	__atomic_fetch_sub(&spaces, 1, __ATOMIC_RELAXED);
}

/* ---- mapping: space->lock is held ---------------------------------------------------- */

static int map_object(struct address_space *space, const struct region *region,
		      const struct region_request *request)
{
	for (uint64_t at = region->start; at < region->end; at += PAGE_SIZE) {
		void *frame = request->frame_at(request->object,
						(at - region->start) >> PAGE_SHIFT);
		int result;

		frame_get(frame);
		result = pages_map(space, at, frame, pages_entry_flags(region->protection));
		if (result) {
			frame_put(frame);
			return result;
		}
	}
	return 0;
}

static int populate(struct address_space *space, const struct region *region)
{
	for (uint64_t at = region->start; at < region->end; at += PAGE_SIZE) {
		int result = region_is_guard(region, at) ? 0 :
			     pages_fill(space, region, at, region->protection);

		if (result)
			return result;
	}
	return 0;
}

/* Takes [start, end) out of the regions; `spare` is for the case that one region
 * is cut in two, and is NULL afterwards if it was used.  Where it is NULL before,
 * that case is -ENOMEM.  `gone` receives what regions_free has to free. */
static int carve(struct address_space *space, uint64_t start, uint64_t end,
		 struct region **spare, struct list *gone)
{
	struct list *node, *following;

	LIST_FOR_EACH(node, &space->regions) {
		struct region *region = CONTAINER_OF(node, struct region, node);

		if (region->locked && region->start < end && region->end > start)
			return -EINVAL;
		if (!*spare && region->start < start && region->end > end)
			return -ENOMEM;
	}
	pages_unmap(space, start, end, true);
	LIST_FOR_EACH_SAFE(node, following, &space->regions) {
		struct region *region = CONTAINER_OF(node, struct region, node);

		if (region->end <= start || region->start >= end)
			continue;
		if (region->start < start && region->end > end) {
			region_split(space, region, end, spare);
			region->end = start;
		} else if (region->start < start) {
			region->end = start;
		} else if (region->end > end) {
			region->first += (end - region->start) >> PAGE_SHIFT;
			region->start = end;
		} else {
			list_remove(&region->node);
			space->region_count--;
			list_push_back(gone, &region->node);
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
		 struct region **spare, struct list *gone, uint64_t *start)
{
	uint64_t alignment = request->kind == REGION_STACKS ? 1ul << request->slot_shift :
			     MAX(request->alignment, PAGE_SIZE);
	uint64_t address = request->address;

	if (address && address % alignment == 0 && (is_fixed(request) || fits(request))) {
		if (request->replace) {
			int result = carve(space, address, address + request->bytes, spare,
					   gone);

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

static int request_check(const struct address_space *space,
			 const struct region_request *request)
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
	if (request->protection & ABI_PROT_EXEC && request->protection & ABI_PROT_WRITE &&
	    !(space->both_by_turns && (request->kind == REGION_ANONYMOUS ||
				       request->kind == REGION_PRIVATE)))
		return -EACCES;
	if ((request->protection & ABI_PROT_EXEC) &&
	    (
	     request->kind == REGION_SHARED ||
	     (request->kind == REGION_FRAMES && !request->locked)))
		return -EACCES;
	if (request->protection & request->denied)
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

static void region_set(struct region *region, const struct region_request *request)
{
	bool is_shared = request->kind == REGION_FRAMES || request->kind == REGION_SHARED;

	region->end = region->start + request->bytes;
	region->protection = pages_protection(request->protection);
	region->kind = request->kind;
	region->slot_shift = request->slot_shift;
	region->locked = request->locked;
	region->allowed = (uint8_t)~(request->denied | (is_shared ? ABI_PROT_EXEC : 0));
	region->source = request->source;
	region->object = request->source ? request->object : NULL;
	region->first = request->first;
}

int address_space_map(struct address_space *space, const struct region_request *request,
		      uint64_t *result)
{
	struct region *region, *spare = NULL;
	struct list gone;
	int error = request_check(space, request);

	if (error)
		return error;
	list_init(&gone);
	region = kernel_alloc(sizeof(*region));
	if (request->replace)
		spare = kernel_alloc(sizeof(*spare));
	spinlock_acquire(&space->lock);
	error = region && (spare || !request->replace) && space->region_count < REGIONS_MAX ?
		place(space, request, &spare, &gone, &region->start) : -ENOMEM;
	if (!error) {
		region_set(region, request);
		*result = region->start;
		error = region_fill(space, region, request);
		if (error)
			pages_unmap(space, region->start, region->end, true);
		else
			region_insert(space, region);
	}
	if (!error && region->source)
		region->source->get(region->object);
	spinlock_release(&space->lock);
	if (error)
		kernel_free(region, sizeof(*region));
	kernel_free(spare, sizeof(*spare));
	regions_free(&gone);
	return error;
}

/* Done with a lock of its own; 0 or as address_space_unmap. */
static int unmap(struct address_space *space, uint64_t start, uint64_t end, struct list *gone)
{
	struct region *spare;
	int error;

	/* mostly it is not needed: who has no memory left can give some back */
	spare = kernel_alloc(sizeof(*spare));
	spinlock_acquire(&space->lock);
	error = carve(space, start, end, &spare, gone);
	/* the next map goes where tables are already: they stay until the end */
	if (!error && start >= MMAP_BASE)
		space->map_hint = MIN(space->map_hint, start);
	spinlock_release(&space->lock);
	kernel_free(spare, sizeof(*spare));
	return error;
}

int address_space_unmap(struct address_space *space, uint64_t address, uint64_t bytes)
{
	struct list gone;
	int error;

	bytes = ALIGN_UP(bytes, PAGE_SIZE);
	if (address & PAGE_MASK || bytes == 0 || address >= USER_END ||
	    bytes > USER_END - address)
		return -EINVAL;
	list_init(&gone);
	error = unmap(space, address, address + bytes, &gone);
	regions_free(&gone);
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
