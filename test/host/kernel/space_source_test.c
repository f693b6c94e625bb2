/*
 * Regions that show a source's pages: what is shared, what is copied and when, what is
 * held and let go of; and brk.
 */
#include <string.h>

#include "fake.h"
#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/mm/address_space.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/heap.h"

#define FRAMES	4096u
#define PAGES	4u
#define HOLE	2u			/* the page that is not there until it is written */
#define RW	(ABI_PROT_READ | ABI_PROT_WRITE)

static char *page[PAGES];
static unsigned held;

static int source_page(void *object, uint64_t index, bool fill, void **frame)
{
	CHECK(object == page);
	*frame = NULL;
	if (index >= PAGES)
		return -ENXIO;
	if (!page[index] && fill)
		page[index] = frame_alloc_zeroed();
	if (page[index])
		frame_get(page[index]);
	*frame = page[index];
	return 0;
}

static void source_get(void *object)
{
	CHECK(object == page);
	held++;
}

static void source_put(void *object)
{
	CHECK(object == page && held > 0);
	held--;
}

static const struct region_source source = {
	.page = source_page, .get = source_get, .put = source_put,
};

static uint64_t map(struct address_space *space, enum region_kind kind, uint32_t protection,
		    uint64_t first, uint64_t pages)
{
	struct region_request request = {
		.bytes = pages * PAGE_SIZE, .protection = protection, .kind = kind,
		.source = &source, .object = page, .first = first,
	};
	uint64_t start;

	CHECK_EQUAL(address_space_map(space, &request, &start), 0);
	return start;
}

static int get(struct address_space *space, uint64_t address)
{
	char byte;
	int error = user_copy_in(space, &byte, (struct user_address){ address }, 1);

	return error ? error : byte;
}

static int put(struct address_space *space, uint64_t address, char byte)
{
	return user_copy_out(space, (struct user_address){ address }, &byte, 1);
}

static void shared(struct address_space *space)
{
	uint64_t one = map(space, REGION_SHARED, RW, 0, 6);
	uint64_t other = map(space, REGION_SHARED, ABI_PROT_READ, 1, 3);
	struct region_request request = {
		.bytes = PAGE_SIZE, .protection = ABI_PROT_READ | ABI_PROT_EXEC,
		.kind = REGION_SHARED, .source = &source, .object = page,
	};
	uint64_t start;

	CHECK_EQUAL(get(space, one + PAGE_SIZE), 'b');
	CHECK_EQUAL(put(space, one + PAGE_SIZE, 'x'), 0);
	CHECK_EQUAL(get(space, other), 'x');
	CHECK_EQUAL(page[1][0], 'x');
	page[1][0] = 'b';
	CHECK_EQUAL(get(space, other), 'b');
	CHECK_EQUAL(put(space, other, 'y'), -EFAULT);
	CHECK_EQUAL(address_space_fault(space, one + 4 * PAGE_SIZE, ABI_PROT_READ), -ENXIO);
	CHECK_EQUAL(get(space, one + 5 * PAGE_SIZE), -EFAULT);
	/* discarding lets go of frames, not of what is in them */
	CHECK_EQUAL(address_space_discard(space, one, 2 * PAGE_SIZE), 0);
	CHECK_EQUAL(get(space, one + PAGE_SIZE), 'b');
	CHECK_EQUAL(put(space, one + HOLE * PAGE_SIZE, 'h'), 0);
	CHECK_EQUAL(get(space, other + PAGE_SIZE), 'h');
	/* nobody executes what others may write */
	CHECK_EQUAL(address_space_map(space, &request, &start), -EACCES);
	CHECK_EQUAL(address_space_protect(space, other, PAGE_SIZE, ABI_PROT_EXEC), -EACCES);
}

static void private(struct address_space *space)
{
	uint64_t one = map(space, REGION_PRIVATE, RW, 0, 6);
	uint64_t fence = fake_user_flushes;

	CHECK_EQUAL(get(space, one), 'a');
	page[0][0] = 'A';
	CHECK_EQUAL(get(space, one), 'A');
	CHECK_EQUAL(put(space, one + 1, '1'), 0);
	CHECK(fake_user_flushes > fence);	/* others may have read the old frame */
	CHECK_EQUAL(page[0][1], 0);
	page[0][0] = 'a';
	CHECK_EQUAL(get(space, one), 'A');
	CHECK_EQUAL(get(space, one + 1), '1');
	CHECK_EQUAL(address_space_protect(space, one, PAGE_SIZE, ABI_PROT_READ), 0);
	CHECK_EQUAL(put(space, one, 'z'), -EFAULT);
	CHECK_EQUAL(get(space, one + 1), '1');
	CHECK_EQUAL(address_space_discard(space, one, PAGE_SIZE), 0);
	CHECK_EQUAL(get(space, one + 1), 0);
	/* a write before any read, to a page and to a hole */
	CHECK_EQUAL(put(space, one + 3 * PAGE_SIZE, 'q'), 0);
	CHECK_EQUAL(get(space, one + 3 * PAGE_SIZE + 1), 'D');
	CHECK_EQUAL(put(space, one + HOLE * PAGE_SIZE, 'q'), 0);
	CHECK(!page[HOLE] || page[HOLE][0] != 'q');
	CHECK_EQUAL(page[3][0], 'd');
	CHECK_EQUAL(put(space, one + 4 * PAGE_SIZE, 'q'), -EFAULT);
}

/* Borrowed pages are read-only also after a change of protection and back. */
static void borrowed(struct address_space *space)
{
	uint64_t one = map(space, REGION_PRIVATE, ABI_PROT_READ, 0, PAGES);
	unsigned references;

	CHECK_EQUAL(get(space, one), 'a');
	references = frame_references(page[0]);
	CHECK(references >= 2);
	CHECK_EQUAL(address_space_protect(space, one, PAGE_SIZE, 0), 0);
	CHECK_EQUAL(get(space, one), -EFAULT);
	CHECK_EQUAL(frame_references(page[0]), references);
	CHECK_EQUAL(address_space_protect(space, one, PAGE_SIZE, RW), 0);
	CHECK_EQUAL(put(space, one, 'w'), 0);
	CHECK_EQUAL(page[0][0], 'a');
	CHECK_EQUAL(frame_references(page[0]), references - 1);
	/* what is executed is a copy */
	CHECK_EQUAL(get(space, one + PAGE_SIZE), 'b');
	references = frame_references(page[1]);
	CHECK_EQUAL(address_space_protect(space, one + PAGE_SIZE, PAGE_SIZE,
					  ABI_PROT_READ | ABI_PROT_EXEC), 0);
	CHECK_EQUAL(frame_references(page[1]), references - 1);
	CHECK_EQUAL(address_space_fault(space, one + PAGE_SIZE, ABI_PROT_EXEC), 0);
	CHECK_EQUAL(frame_references(page[1]), references - 1);
	CHECK_EQUAL(get(space, one + PAGE_SIZE), 'b');
}

/* Each region has a reference of its own, however it was cut. */
static void cut(struct address_space *space)
{
	unsigned before = held;
	uint64_t one = map(space, REGION_PRIVATE, ABI_PROT_READ, 0, PAGES);

	CHECK_EQUAL(held, before + 1);
	CHECK_EQUAL(address_space_unmap(space, one + PAGE_SIZE, PAGE_SIZE), 0);
	CHECK_EQUAL(held, before + 2);
	CHECK_EQUAL(get(space, one + 3 * PAGE_SIZE), 'd');
	CHECK_EQUAL(address_space_protect(space, one + 3 * PAGE_SIZE, PAGE_SIZE, RW), 0);
	CHECK_EQUAL(held, before + 3);
	CHECK_EQUAL(put(space, one + 3 * PAGE_SIZE, 'e'), 0);
	CHECK_EQUAL(address_space_protect(space, one, 4 * PAGE_SIZE, RW), -ENOMEM);
	CHECK_EQUAL(address_space_unmap(space, one, 3 * PAGE_SIZE), 0);
	CHECK_EQUAL(held, before + 1);
	CHECK_EQUAL(get(space, one + 3 * PAGE_SIZE), 'e');
}

/* One that may be written and executed is one at a time. */
static void by_turns(struct address_space *space)
{
	struct region_request request = {
		.bytes = PAGE_SIZE, .protection = RW | ABI_PROT_EXEC,
	};
	uint64_t start, flushes;

	CHECK_EQUAL(address_space_map(space, &request, &start), -EACCES);
	space->both_by_turns = true;
	CHECK_EQUAL(address_space_map(space, &request, &start), 0);
	CHECK_EQUAL(put(space, start, 'c'), 0);
	flushes = fake_user_flushes;
	CHECK_EQUAL(address_space_fault(space, start, ABI_PROT_EXEC), 0);
	CHECK_EQUAL(fake_user_flushes, flushes + 1);
	CHECK_EQUAL(address_space_fault(space, start, ABI_PROT_EXEC), 0);
	CHECK_EQUAL(fake_user_flushes, flushes + 1);
	CHECK_EQUAL(put(space, start, 'd'), 0);
	CHECK_EQUAL(fake_user_flushes, flushes + 2);
	CHECK_EQUAL(get(space, start), 'd');
}

static void heap(struct address_space *space)
{
	uint64_t start = 0x40000, frames;
	struct region_request request = {
		.address = start + 64 * PAGE_SIZE, .bytes = PAGE_SIZE, .protection = RW,
		.exact = true,
	};
	uint64_t mapped;

	address_space_break_begin(space, start - 100);
	CHECK_EQUAL(address_space_break(space, 0), start);
	CHECK_EQUAL(address_space_break(space, start + 5000), start + 5000);
	CHECK_EQUAL(put(space, start + 8191, 'h'), 0);
	CHECK_EQUAL(put(space, start + 8192, 'h'), -EFAULT);
	CHECK_EQUAL(address_space_break(space, start + 20 * PAGE_SIZE), start + 20 * PAGE_SIZE);
	CHECK_EQUAL(space->region_count, 1);
	CHECK_EQUAL(get(space, start + 8191), 'h');
	frames = space->frames;
	CHECK_EQUAL(address_space_break(space, start + 1), start + 1);
	CHECK_EQUAL(space->frames, frames - 1);
	CHECK_EQUAL(address_space_break(space, start - 1), start + 1);
	/* what is in the way stays */
	CHECK_EQUAL(address_space_map(space, &request, &mapped), 0);
	CHECK_EQUAL(address_space_break(space, start + 70 * PAGE_SIZE), start + 1);
	CHECK_EQUAL(address_space_break(space, start + 64 * PAGE_SIZE), start + 64 * PAGE_SIZE);
	/* nor does it grow into what was made of it */
	CHECK_EQUAL(address_space_protect(space, start + 63 * PAGE_SIZE, PAGE_SIZE,
					  ABI_PROT_READ), 0);
	CHECK_EQUAL(address_space_break(space, start), start);
	CHECK_EQUAL(address_space_break(space, start + PAGE_SIZE), start + PAGE_SIZE);
	CHECK_EQUAL(put(space, start, 'n'), 0);
}

/* As huge pages are: aligned, and all there. */
static void aligned(struct address_space *space)
{
	struct region_request request = {
		.bytes = 2ul << 20, .protection = RW, .alignment = 2ul << 20, .populate = true,
	};
	uint64_t start;

	CHECK_EQUAL(address_space_map(space, &(struct region_request){
		.bytes = PAGE_SIZE, .protection = RW }, &start), 0);
	CHECK_EQUAL(address_space_map(space, &request, &start), 0);
	CHECK_EQUAL(start % request.alignment, 0);
	CHECK_EQUAL(space->frames, 512);
	request.address = start + PAGE_SIZE;
	request.exact = true;
	CHECK_EQUAL(address_space_map(space, &request, &start), -EINVAL);
}

int main(int count, char **words)
{
	void (*const tests[])(struct address_space *space) = {
		shared, private, borrowed, cut, by_turns, heap, aligned,
	};
	uint64_t operations, before;

	test_arguments(count, words, &operations);
	machine_start(FRAMES);
	before = machine_free_frames() + heap_frames_held();
	for (unsigned i = 0; i < ARRAY_SIZE(tests); i++) {
		struct address_space *space = address_space_create();

		for (unsigned at = 0; at < PAGES; at++) {
			page[at] = at == HOLE ? NULL : frame_alloc_zeroed();
			if (page[at]) {
				page[at][0] = (char)('a' + at);
				page[at][1] = at ? (char)('A' + at) : '\0';
			}
		}
		tests[i](space);
		address_space_put(space);
		CHECK_EQUAL(held, 0);
		for (unsigned at = 0; at < PAGES; at++) {
			CHECK(!page[at] || frame_references(page[at]) == 1);
			if (page[at])
				frame_put(page[at]);
		}
		CHECK_EQUAL(machine_free_frames() + heap_frames_held(), before);
		CHECK_EQUAL(heap_bytes_used(), 0);
	}
	return 0;
}
