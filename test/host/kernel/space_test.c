/*
 * Address spaces against a plain reference: random maps, unmaps, faults and copies,
 * half of them with addresses and lengths that nobody honest would give.
 */
#include <string.h>

#include "fake.h"
#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/heap.h"
#include "kernel/mm/page_table.h"
#include "space_reference.h"

#define FRAMES		16384u
#define COPY_MAX	20000u
#define ROUND		2000u

static struct address_space *space;
static void *object[OBJECT_PAGES];

/* ---- random addresses ---------------------------------------------------------------- */

static uint64_t some_place(void)
{
	static const uint64_t places[] = {
		USER_BASE, 0x40000000 - 4 * PAGE_SIZE, MMAP_BASE, USER_END - 40 * PAGE_SIZE,
	};
	const struct area *area = &areas[random_below(AREAS_MAX)];

	if (area_count && random_below(2)) {
		area = &areas[random_below(area_count)];
		return random_below(2) ? area->start : area->end - PAGE_SIZE;
	}
	return places[random_below(ARRAY_SIZE(places))] + random_below(64) * PAGE_SIZE;
}

static uint64_t hostile_word(void)
{
	static const uint64_t words[] = {
		0, 1, PAGE_SIZE - 1, USER_END - 1, USER_END, USER_END + PAGE_SIZE,
		TRAP_FRAMES_BASE, POOL_USER_BASE, 1ul << 38, 1ul << 39, 1ul << 63, ~0ul,
		~0ul << PAGE_SHIFT, KERNEL_BASE, RAM_START,
	};

	return random_below(4) ? words[random_below(ARRAY_SIZE(words))] : random_word();
}

static uint64_t some_address(void)
{
	return random_below(12) ? some_place() + random_below(PAGE_SIZE) : hostile_word();
}

/* ---- maps ---------------------------------------------------------------------------------- */

static void *frame_at(void *argument, uint64_t index)
{
	CHECK(argument == object && index < OBJECT_PAGES);
	return object[index];
}

static struct region_request some_request(void)
{
	struct region_request request = {
		.address = random_below(10) ? some_place() : hostile_word(),
		.bytes = random_below(10) ? (1 + random_below(24)) * PAGE_SIZE : hostile_word(),
		.protection = (uint32_t)random_below(8),
		.exact = random_below(2), .populate = random_below(8) == 0,
		.locked = random_below(64) == 0,
		.kind = (enum region_kind)random_below(3),
		.slot_shift = (uint8_t)(13 + random_below(3)),
		.object = object, .frame_at = frame_at,
	};

	if (random_below(3) == 0)
		request.address = 0;
	request.replace = request.exact && random_below(3) == 0;
	/* what the kernel itself locks is sound */
	if (request.kind == REGION_FRAMES)
		request.bytes = MIN(request.bytes, OBJECT_PAGES * PAGE_SIZE);
	if (request.bytes > 1u << 20)
		request.populate = false;
	if (request.locked) {
		request.exact = request.replace = false;
		request.address = 0;
		request.protection = ABI_PROT_READ;
	}
	return request;
}

static void do_map(void)
{
	struct region_request request = some_request();
	int wanted = reference_map_check(&request);
	uint64_t place = reference_map_place(&request), start = 0;
	int result = address_space_map(space, &request, &start);

	if (wanted == 0 && result == -ENOMEM) {
		/* only something vast finds no gap */
		CHECK(request.bytes > USER_END / 8 && !request.exact);
		return;
	}
	CHECK_EQUAL(result, wanted);
	if (result)
		return;
	if (place)
		CHECK_EQUAL(start, place);
	else
		CHECK(start >= MMAP_BASE);
	reference_map(&request, start);
}

static void do_unmap(void)
{
	uint64_t start = random_below(10) ? some_place() : hostile_word();
	uint64_t bytes = random_below(10) ? 1 + random_below(20 * PAGE_SIZE) : hostile_word();
	int wanted = reference_unmap(start, bytes);

	CHECK_EQUAL(address_space_unmap(space, start, bytes), wanted);
}

static void do_protect(void)
{
	uint64_t start = random_below(10) ? some_place() : hostile_word();
	uint64_t bytes = random_below(10) ? 1 + random_below(12 * PAGE_SIZE) : hostile_word();
	uint32_t protection = (uint32_t)random_below(8);
	int wanted = reference_protect(start, bytes, protection);

	CHECK_EQUAL(address_space_protect(space, start, bytes, protection), wanted);
}

static void do_discard(void)
{
	uint64_t start = random_below(10) ? some_place() : hostile_word();
	uint64_t bytes = random_below(10) ? 1 + random_below(12 * PAGE_SIZE) : hostile_word();
	int wanted = reference_discard(start, bytes);

	CHECK_EQUAL(address_space_discard(space, start, bytes), wanted);
}

/* ---- memory ---------------------------------------------------------------------------------- */

static void do_fault(void)
{
	uint64_t address = some_address();
	uint32_t protection = 1u << random_below(3);
	int wanted = reference_access(address, protection);

	CHECK_EQUAL(address_space_fault(space, address, protection), wanted);
	if (wanted == 0)
		reference_touch(address);
}

/* How far an access goes; notes what it fills in. */
static uint64_t reach(uint64_t address, uint64_t bytes, uint32_t protection)
{
	uint64_t done = 0;

	while (done < bytes && reference_access(address + done, protection) == 0) {
		reference_touch(address + done);
		done += MIN(bytes - done, PAGE_SIZE - ((address + done) & PAGE_MASK));
	}
	return done;
}

static void do_copy_out(void)
{
	static unsigned char bytes[COPY_MAX];
	struct user_address to = { some_address() };
	uint64_t count = random_below(random_below(4) ? 64 : COPY_MAX);
	uint64_t done = reach(to.value, count, ABI_PROT_WRITE);

	for (uint64_t i = 0; i < count; i++)
		bytes[i] = (unsigned char)random_word();
	CHECK_EQUAL(user_copy_out(space, to, bytes, count), done == count ? 0 : -EFAULT);
	for (uint64_t i = 0; i < done; i++)
		*reference_byte(to.value + i) = bytes[i];
}

static void do_copy_in(void)
{
	static unsigned char bytes[COPY_MAX];
	struct user_address from = { some_address() };
	uint64_t count = random_below(random_below(4) ? 64 : COPY_MAX);
	uint64_t done = reach(from.value, count, ABI_PROT_READ);

	CHECK_EQUAL(user_copy_in(space, bytes, from, count), done == count ? 0 : -EFAULT);
	for (uint64_t i = 0; i < done; i++)
		CHECK(bytes[i] == *reference_byte(from.value + i));
}

static void do_string(void)
{
	static char bytes[COPY_MAX];
	struct user_address from = { some_address() };
	uint64_t count = random_below(COPY_MAX), done = 0;
	ssize_t wanted = -ENAMETOOLONG;

	while (done < count && wanted == -ENAMETOOLONG) {
		uint64_t part = MIN(count - done, PAGE_SIZE - ((from.value + done) & PAGE_MASK));

		if (reach(from.value + done, part, ABI_PROT_READ) < part)
			wanted = -EFAULT;
		for (uint64_t i = 0; i < part && wanted == -ENAMETOOLONG; i++, done++)
			if (!*reference_byte(from.value + done))
				wanted = (ssize_t)done;
	}
	CHECK_EQUAL(user_string_in(space, bytes, from, count), wanted);
	if (wanted >= 0)
		CHECK((ssize_t)strlen(bytes) == wanted);
}

static void do_pin(void)
{
	uint32_t protection = random_below(2) ? ABI_PROT_READ : ABI_PROT_WRITE;
	struct user_address address = { some_address() };
	int wanted = reference_access(address.value, protection);
	unsigned char *byte = user_frame_pin(space, address, protection);

	CHECK(!byte == !!wanted);
	if (wanted)
		return;
	reference_touch(address.value);
	CHECK(*byte == *reference_byte(address.value));
	CHECK(frame_references(byte) >= 2);
	if (protection == ABI_PROT_WRITE)
		*byte = *reference_byte(address.value) = (unsigned char)random_word();
	frame_put(byte);
}

/* ---- the whole --------------------------------------------------------------------------------- */

static void look(const struct page_table_leaf *leaf, void *argument)
{
	uint64_t *leaves = argument;
	uint32_t protection;

	++*leaves;
	CHECK(area_at(leaf->address));
	CHECK(reference_access(leaf->address, 0) == 0);
	protection = area_at(leaf->address)->protection;
	CHECK_EQUAL(!!(leaf->entry & PTE_READ), !!(protection & ABI_PROT_READ));
	CHECK_EQUAL(!!(leaf->entry & PTE_WRITE), !!(protection & ABI_PROT_WRITE));
	CHECK_EQUAL(!!(leaf->entry & PTE_EXECUTE), !!(protection & ABI_PROT_EXEC));
	CHECK(leaf->entry & PTE_USER);
}

static void check_whole(void)
{
	uint64_t leaves = 0, last_end = 0;
	unsigned count = 0;
	struct list *node;

	page_table_visit(space->root, look, &leaves);
	CHECK_EQUAL(leaves, reference_usable_pages());
	LIST_FOR_EACH(node, &space->regions) {
		struct region *region = CONTAINER_OF(node, struct region, node);
		const struct area *area = area_at(region->start);

		CHECK(region->start >= last_end && region->end > region->start);
		CHECK(area && area->start == region->start && area->end == region->end);
		last_end = region->end;
		count++;
	}
	CHECK_EQUAL(count, area_count);
}

static void step(void)
{
	switch (random_below(10)) {
	case 0:
		if (area_count < AREAS_MAX / 4)
			do_map();
		break;
	case 1:
		do_unmap();
		break;
	case 2:
		do_fault();
		break;
	case 3:
		do_copy_in();
		break;
	case 4:
		do_string();
		break;
	case 5:
		do_pin();
		break;
	case 6:
		if (area_count < AREAS_MAX / 2)
			do_protect();
		break;
	case 7:
		do_discard();
		break;
	default:
		do_copy_out();
	}
	CHECK_EQUAL(space->frames, present_pages);
}

static void one_space(uint64_t operations)
{
	space = address_space_create();
	for (uint64_t i = 0; i < operations; i++) {
		step();
		if (i % 64 == 0)
			check_whole();
	}
	check_whole();
	reference_clear();
	address_space_put(space);
	CHECK_EQUAL(address_spaces_count(), 0);
	for (unsigned i = 0; i < OBJECT_PAGES; i++)
		CHECK_EQUAL(frame_references(object[i]), 1);
	CHECK_EQUAL(machine_free_frames() + heap_frames_held() + OBJECT_PAGES, FRAMES);
	CHECK_EQUAL(heap_bytes_used(), 0);
}

int main(int count, char **words)
{
	uint64_t operations;

	test_arguments(count, words, &operations);
	machine_start(FRAMES);
	reference_start();
	for (unsigned i = 0; i < OBJECT_PAGES; i++)
		object[i] = frame_alloc_zeroed();
	for (uint64_t i = 0; i < operations; i += ROUND)
		one_space(ROUND);
	return 0;
}
