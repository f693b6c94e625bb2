/*
 * Address spaces at their edges: no memory left, long lives, pins that outlive their
 * mapping, the two doors for the kernel alone.
 */
#include <string.h>

#include "fake.h"
#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/mm/address_space.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/heap.h"

#define FRAMES	4096u
#define RW	(ABI_PROT_READ | ABI_PROT_WRITE)

static uint64_t map(struct address_space *space, uint64_t address, uint64_t pages)
{
	struct region_request request = {
		.address = address, .bytes = pages * PAGE_SIZE, .protection = RW,
		.exact = address != 0,
	};
	uint64_t start;

	CHECK_EQUAL(address_space_map(space, &request, &start), 0);
	return start;
}

static void touch(struct address_space *space, uint64_t address)
{
	CHECK_EQUAL(user_copy_out(space, (struct user_address){ address }, "x", 1), 0);
}

static uint64_t all_frames(void)
{
	return machine_free_frames() + heap_frames_held();
}

/* A program that maps and unmaps for ever needs no more memory for ever. */
static void long_life(uint64_t operations)
{
	struct address_space *space = address_space_create();
	uint64_t before = machine_free_frames();

	for (uint64_t i = 0; i < operations; i++) {
		uint64_t pages = 1 + random_below(1024);
		uint64_t start = map(space, 0, pages);

		touch(space, start);
		touch(space, start + (pages - 1) * PAGE_SIZE);
		CHECK_EQUAL(address_space_unmap(space, start, pages * PAGE_SIZE), 0);
	}
	CHECK(machine_free_frames() + 16 > before);
	address_space_put(space);
}

/* A request that runs out of memory half-way leaves nothing behind. */
static void out_of_memory(void)
{
	struct address_space *space = address_space_create();
	struct region_request request = {
		.bytes = 64 * PAGE_SIZE, .protection = RW, .populate = true,
	};
	uint64_t start, kept = map(space, 0x5000000, 3);

	touch(space, kept);
	for (uint64_t left = 0; left < 40; left++) {
		machine_squeeze(left);
		CHECK_EQUAL(address_space_map(space, &request, &start), -ENOMEM);
		CHECK_EQUAL(space->frames, 1);
		machine_relax();
	}
	machine_squeeze(0);
	CHECK_EQUAL(address_space_fault(space, kept + PAGE_SIZE, ABI_PROT_READ), -ENOMEM);
	machine_relax();
	CHECK_EQUAL(address_space_fault(space, kept + PAGE_SIZE, ABI_PROT_READ), 0);
	address_space_put(space);
}

/* Memory can be let go of when there is none; cutting a region in two needs some. */
static void unmap_without_memory(void)
{
	struct address_space *space = address_space_create();
	uint64_t start = map(space, 0x5000000, 5);
	void *taken[200];
	unsigned count = 0;

	touch(space, start);
	touch(space, start + 2 * PAGE_SIZE);
	machine_squeeze(0);
	while ((taken[count] = kernel_alloc(sizeof(struct region))) != NULL)
		CHECK(++count < ARRAY_SIZE(taken));
	CHECK_EQUAL(address_space_unmap(space, start + 2 * PAGE_SIZE, PAGE_SIZE), -ENOMEM);
	CHECK_EQUAL(space->frames, 2);
	CHECK_EQUAL(address_space_unmap(space, start, PAGE_SIZE), 0);
	CHECK_EQUAL(address_space_unmap(space, start, 10 * PAGE_SIZE), 0);
	CHECK_EQUAL(space->frames, 0);
	while (count)
		kernel_free(taken[--count], sizeof(struct region));
	machine_relax();
	address_space_put(space);
}

/* Under a pin a frame is nobody else's, whatever becomes of its mapping. */
static void pin_outlives_mapping(void)
{
	struct address_space *space = address_space_create();
	uint64_t start = map(space, 0, 1);
	struct pinned_segment segments[2];
	struct cursor cursor;
	uint64_t bytes;
	char *frame;

	cursor_init_user(&cursor, space, start + 8, 100);
	CHECK_EQUAL(cursor_pin(&cursor, 100, true, segments, 2, &bytes), 1);
	CHECK_EQUAL(bytes, 100);
	frame = kernel_address_of(segments[0].physical);
	memcpy(frame, "under DMA", 9);
	CHECK_EQUAL(address_space_unmap(space, start, PAGE_SIZE), 0);
	address_space_put(space);
	machine_squeeze(0);
	CHECK(!memcmp(frame, "under DMA", 9));
	machine_relax();
	cursor_unpin(segments, 1);
}

/* What the kernel put there: no access, no unmapping, no mapping over it. */
static void kernels_own(void)
{
	struct address_space *space = address_space_create();
	char *frame = frame_alloc_zeroed();
	struct region_request request = {
		.address = POOL_USER_BASE, .bytes = 2 * PAGE_SIZE, .protection = RW,
		.exact = true, .locked = true,
	};
	uint64_t start;
	char byte;

	CHECK_EQUAL(address_space_map_supervisor(space, TRAP_FRAMES_BASE, frame), 0);
	CHECK_EQUAL(user_copy_in(space, &byte, (struct user_address){ TRAP_FRAMES_BASE }, 1),
		    -EFAULT);
	CHECK_EQUAL(user_copy_out(space, (struct user_address){ TRAP_FRAMES_BASE }, "x", 1),
		    -EFAULT);
	CHECK(!user_frame_pin(space, (struct user_address){ TRAP_FRAMES_BASE }, ABI_PROT_READ));
	CHECK_EQUAL(address_space_fault(space, TRAP_FRAMES_BASE, ABI_PROT_READ), -EFAULT);
	CHECK_EQUAL(address_space_map(space, &request, &start), 0);
	CHECK_EQUAL(start, POOL_USER_BASE);
	touch(space, POOL_USER_BASE + PAGE_SIZE);
	CHECK_EQUAL(address_space_unmap(space, POOL_USER_BASE, PAGE_SIZE), -EINVAL);
	request.locked = false;
	request.replace = true;
	CHECK_EQUAL(address_space_map(space, &request, &start), -ENOMEM);
	address_space_put(space);
	CHECK_EQUAL(frame_references(frame), 1);
	frame_put(frame);
}

/* No page is let go of before the TLBs have forgotten it. */
static void flushed_first(void)
{
	struct address_space *space = address_space_create();
	uint64_t start = map(space, 0, 300), before;

	before = fake_user_flushes;
	CHECK_EQUAL(address_space_unmap(space, start, PAGE_SIZE), 0);
	CHECK_EQUAL(fake_user_flushes, before);
	touch(space, start + PAGE_SIZE);
	CHECK_EQUAL(address_space_unmap(space, start + PAGE_SIZE, PAGE_SIZE), 0);
	CHECK_EQUAL(fake_user_flushes, before + 1);
	address_space_put(space);
}

int main(int count, char **words)
{
	void (*const edges[])(void) = {
		out_of_memory, unmap_without_memory, pin_outlives_mapping, kernels_own,
		flushed_first,
	};
	uint64_t operations, before;

	test_arguments(count, words, &operations);
	machine_start(FRAMES);
	before = all_frames();
	for (unsigned i = 0; i < ARRAY_SIZE(edges); i++) {
		edges[i]();
		CHECK_EQUAL(all_frames(), before);
		CHECK_EQUAL(heap_bytes_used(), 0);
	}
	long_life(operations);
	CHECK_EQUAL(all_frames(), before);
	return 0;
}
