/* The reference of address spaces; see the header. */
#include "space_reference.h"

#include <string.h>
#include <sys/mman.h>

#include "fake.h"
#include "kernel/limits.h"

#define PRESENT_MAX	16384u

struct area areas[AREAS_MAX];
unsigned area_count;
unsigned char object_bytes[OBJECT_PAGES][PAGE_SIZE];
uint64_t present_pages;

static unsigned char *truth;		/* USER_END bytes, sparse */
static unsigned char *present;		/* one per page, sparse */
static uint64_t present_list[PRESENT_MAX];

static void *sparse(uint64_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	CHECK(memory != MAP_FAILED);
	return memory;
}

void reference_start(void)
{
	truth = sparse(USER_END);
	present = sparse(USER_END >> PAGE_SHIFT);
}

/* ---- areas --------------------------------------------------------------------------- */

const struct area *area_at(uint64_t address)
{
	for (unsigned i = 0; i < area_count; i++)
		if (areas[i].start <= address && address < areas[i].end)
			return &areas[i];
	return NULL;
}

bool area_taken(uint64_t start, uint64_t end)
{
	for (unsigned i = 0; i < area_count; i++)
		if (areas[i].start < end && start < areas[i].end)
			return true;
	return false;
}

static bool locked_between(uint64_t start, uint64_t end)
{
	for (unsigned i = 0; i < area_count; i++)
		if (areas[i].locked && areas[i].start < end && start < areas[i].end)
			return true;
	return false;
}

static void forget_pages(uint64_t start, uint64_t end)
{
	for (uint64_t i = 0; i < present_pages; i++) {
		uint64_t page = present_list[i];

		if (page < start >> PAGE_SHIFT || page >= end >> PAGE_SHIFT)
			continue;
		present[page] = 0;
		present_list[i--] = present_list[--present_pages];
	}
	madvise(truth + start, end - start, MADV_DONTNEED);
}

static void carve(uint64_t start, uint64_t end)
{
	for (unsigned i = 0; i < area_count; i++) {
		struct area *area = &areas[i], upper = *area;

		if (area->end <= start || area->start >= end)
			continue;
		forget_pages(MAX(area->start, start), MIN(area->end, end));
		if (upper.end > end) {
			upper.first_page += (end - upper.start) >> PAGE_SHIFT;
			upper.start = end;
			areas[area_count++] = upper;
			CHECK(area_count < AREAS_MAX);
		}
		area->end = start;
		if (area->start >= area->end)
			*area = areas[--area_count], i--;
	}
}

void reference_clear(void)
{
	while (area_count) {
		forget_pages(areas[0].start, areas[0].end);
		areas[0] = areas[--area_count];
	}
	CHECK_EQUAL(present_pages, 0);
}

/* ---- requests ---------------------------------------------------------------------------- */

static uint64_t alignment_of(const struct region_request *request)
{
	return request->kind == REGION_STACKS ? 1ul << request->slot_shift : PAGE_SIZE;
}

int reference_map_check(const struct region_request *request)
{
	uint64_t end;

	if (request->bytes == 0 || (request->bytes | request->address) & PAGE_MASK)
		return -EINVAL;
	if (request->bytes > USER_END)
		return -ENOMEM;
	if (request->exact && request->address < USER_BASE)
		return -EPERM;
	if (request->exact && (__builtin_add_overflow(request->address, request->bytes, &end) ||
			       end > USER_END))
		return -ENOMEM;
	if (request->protection & ABI_PROT_EXEC &&
	    (request->protection & ABI_PROT_WRITE || request->kind == REGION_FRAMES))
		return -EACCES;
	if (!request->exact)
		return 0;
	end = request->address + request->bytes;
	if (request->address % alignment_of(request))
		return -EINVAL;
	if (request->replace)
		return locked_between(request->address, end) ? -EINVAL : 0;
	return area_taken(request->address, end) ? -EEXIST : 0;
}

uint64_t reference_map_place(const struct region_request *request)
{
	uint64_t end;

	if (request->exact)
		return request->address;
	if (!request->address || request->address % alignment_of(request) ||
	    __builtin_add_overflow(request->address, request->bytes, &end) || end > USER_END ||
	    area_taken(request->address, end))
		return 0;
	return request->address;
}

void reference_map(const struct region_request *request, uint64_t start)
{
	uint64_t end = start + request->bytes;

	if (request->replace)
		carve(start, end);
	CHECK(!area_taken(start, end) && end <= USER_END);
	CHECK_EQUAL(start % alignment_of(request), 0);
	CHECK(area_count < AREAS_MAX);
	areas[area_count++] = (struct area){
		.start = start, .end = end, .kind = request->kind,
		.slot_shift = request->slot_shift, .locked = request->locked,
		.protection = request->protection |
			      (request->protection & ABI_PROT_WRITE ? ABI_PROT_READ : 0),
	};
	if (!request->protection || (request->kind != REGION_FRAMES && !request->populate))
		return;
	for (uint64_t at = start; at < end; at += PAGE_SIZE)
		if (request->kind == REGION_FRAMES || reference_access(at, 0) == 0)
			reference_touch(at);
}

int reference_unmap(uint64_t start, uint64_t bytes)
{
	uint64_t end;

	if (start & PAGE_MASK || bytes == 0 || bytes > USER_END)
		return -EINVAL;
	end = ALIGN_UP(start + bytes, PAGE_SIZE);
	if (start > USER_END || end > USER_END || locked_between(start, end))
		return -EINVAL;
	carve(start, end);
	return 0;
}

static int check_range(uint64_t start, uint64_t bytes)
{
	if (start & PAGE_MASK)
		return -EINVAL;
	if (bytes > USER_END || ALIGN_UP(bytes, PAGE_SIZE) > USER_END ||
	    start > USER_END - ALIGN_UP(bytes, PAGE_SIZE))
		return -ENOMEM;
	return 0;
}

static void cut_at(uint64_t address)
{
	struct area *area = (struct area *)area_at(address);

	if (!area || area->start == address)
		return;
	CHECK(area_count < AREAS_MAX);
	areas[area_count] = *area;
	areas[area_count].first_page += (address - area->start) >> PAGE_SHIFT;
	areas[area_count++].start = address;
	area->end = address;
}

int reference_protect(uint64_t start, uint64_t bytes, uint32_t protection)
{
	uint64_t end = start + ALIGN_UP(bytes, PAGE_SIZE);
	int error = check_range(start, bytes);

	if (error || bytes == 0)
		return error;
	if (protection & ABI_PROT_WRITE && protection & ABI_PROT_EXEC)
		return -EACCES;
	for (uint64_t at = start; at < end; at = area_at(at)->end) {
		const struct area *area = area_at(at);

		if (!area)
			return -ENOMEM;
		if (area->locked || (protection & ABI_PROT_EXEC && area->kind == REGION_FRAMES))
			return -EACCES;
	}
	cut_at(start);
	cut_at(end);
	for (unsigned i = 0; i < area_count; i++)
		if (areas[i].start >= start && areas[i].end <= end)
			areas[i].protection = protection |
				(protection & ABI_PROT_WRITE ? ABI_PROT_READ : 0);
	return 0;
}

int reference_discard(uint64_t start, uint64_t bytes)
{
	uint64_t end = start + ALIGN_UP(bytes, PAGE_SIZE), covered = 0;
	int error = check_range(start, bytes);
	bool refused = false;

	if (error || bytes == 0)
		return error;
	for (unsigned i = 0; i < area_count; i++) {
		uint64_t from = MAX(areas[i].start, start), to = MIN(areas[i].end, end);

		if (from >= to)
			continue;
		covered += to - from;
		if (areas[i].locked || areas[i].kind == REGION_FRAMES)
			refused = true;
		else
			forget_pages(from, to);
	}
	return refused ? -EINVAL : covered < end - start ? -ENOMEM : 0;
}

uint64_t reference_usable_pages(void)
{
	uint64_t count = 0;

	for (uint64_t i = 0; i < present_pages; i++)
		count += area_at(present_list[i] << PAGE_SHIFT)->protection != 0;
	return count;
}

/* ---- memory ------------------------------------------------------------------------------- */

int reference_access(uint64_t address, uint32_t protection)
{
	const struct area *area = area_at(address);

	if (!area || (area->protection & protection) != protection)
		return -EFAULT;
	if (area->kind == REGION_STACKS &&
	    address % (1ul << area->slot_shift) < PAGE_SIZE)
		return -EOVERFLOW;
	/* what was not mapped at once because it was mapped for nothing */
	if (area->kind == REGION_FRAMES && !present[address >> PAGE_SHIFT])
		return -EFAULT;
	return 0;
}

static bool touch(uint64_t page)
{
	if (present[page])
		return false;
	CHECK(present_pages < PRESENT_MAX);
	present[page] = 1;
	present_list[present_pages++] = page;
	return true;
}

void reference_touch(uint64_t address)
{
	const struct area *area = area_at(address);
	uint64_t page = address >> PAGE_SHIFT, slot_pages;

	if (!touch(page) || !area || area->kind != REGION_STACKS)
		return;
	/* the first page of a stack behind another brings those of the next ones */
	slot_pages = 1ul << (area->slot_shift - PAGE_SHIFT);
	if (page < slot_pages + (area->start >> PAGE_SHIFT) || !present[page - slot_pages])
		return;
	for (unsigned i = 1; (page + 1) % slot_pages == 0 && i <= STACKS_FILLED_AHEAD; i++)
		if (page + i * slot_pages < area->end >> PAGE_SHIFT)
			touch(page + i * slot_pages);
}

unsigned char *reference_byte(uint64_t address)
{
	const struct area *area = area_at(address);

	if (area->kind == REGION_FRAMES)
		return object_bytes[(address - area->start) / PAGE_SIZE + area->first_page] +
		       (address & PAGE_MASK);
	return truth + address;
}
