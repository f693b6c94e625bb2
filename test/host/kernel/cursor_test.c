/*
 * Cursors: random vectors over a user's memory, or over the kernel's, consumed in
 * random pieces, against the same bytes listed one by one; and pins, whose
 * segments must be those bytes' frames.
 */
#include <string.h>

#include "fake.h"
#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/mm/address_space.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/heap.h"
#include "kernel/mm/page_table.h"

#define FRAMES		1024u
#define PAGES		24u
#define SEGMENTS_MAX	9u
#define BYTES_MAX	30000u
#define PINS_MAX	12u
/* on both sides of where one lowest table ends and another begins */
#define BASE		(MMAP_BASE + PAGE_TABLE_BYTES - 10 * PAGE_SIZE)

static struct address_space *space;
static unsigned char *memory;		/* for kernel cursors: PAGES in a row */
static unsigned char truth[PAGES * PAGE_SIZE];
/* some pages are not writable, some are not there at all */
static uint32_t protections[PAGES];

static struct abi_iovec segments[SEGMENTS_MAX];
static uint32_t segment_count;
/* the vector's bytes, as offsets from the base */
static uint64_t order[SEGMENTS_MAX * BYTES_MAX], order_count, order_at;
static bool user;

static void make_memory(void)
{
	space = address_space_create();
	for (unsigned i = 0; i < PAGES; i++) {
		struct region_request request = {
			.address = BASE + i * PAGE_SIZE, .bytes = PAGE_SIZE, .exact = true,
		};
		uint64_t start;

		protections[i] = random_below(12) ? ABI_PROT_READ | ABI_PROT_WRITE :
				 random_below(2) ? ABI_PROT_READ : 0;
		request.protection = protections[i];
		CHECK_EQUAL(address_space_map(space, &request, &start), 0);
	}
	memory = frames_alloc(5);
	memset(memory, 0, PAGES * PAGE_SIZE);
	memset(truth, 0, sizeof(truth));
}

/* The memory that a cursor must have changed: all of it is looked at. */
static void check_memory(void)
{
	unsigned char page[PAGE_SIZE];

	for (unsigned i = 0; i < PAGES; i++) {
		if (!user) {
			memcpy(page, memory + i * PAGE_SIZE, PAGE_SIZE);
		} else if (user_copy_in(space, page, (struct user_address){ BASE + i * PAGE_SIZE },
					PAGE_SIZE)) {
			CHECK(!protections[i]);
			continue;
		}
		CHECK(!memcmp(page, truth + i * PAGE_SIZE, PAGE_SIZE));
	}
}

static void make_vector(struct cursor *cursor)
{
	uint64_t base = user ? BASE : (uint64_t)memory;

	segment_count = (uint32_t)random_below(SEGMENTS_MAX + 1);
	order_count = order_at = 0;
	for (uint32_t i = 0; i < segment_count; i++) {
		uint64_t at = random_below(sizeof(truth));
		uint64_t bytes = random_below(4) ? random_below(BYTES_MAX) : random_below(3);

		if (random_below(3) == 0)
			at = ALIGN_DOWN(at, PAGE_SIZE);
		bytes = MIN(bytes, sizeof(truth) - at);
		segments[i] = (struct abi_iovec){ base + at, bytes };
		for (uint64_t n = 0; n < bytes; n++)
			order[order_count++] = at + n;
	}
	cursor_init_vector(cursor, user ? space : NULL, segments, segment_count);
	CHECK_EQUAL(cursor->remaining, order_count);
	/* who owns a cursor may cut it short */
	if (random_below(2))
		cursor->remaining = order_count = random_below(order_count + 1);
}

/* How many of the next bytes can be had. */
static uint64_t reach(uint64_t bytes, uint32_t protection)
{
	uint64_t done = 0;

	bytes = MIN(bytes, order_count - order_at);
	while (done < bytes &&
	       (!user || protections[order[order_at + done] / PAGE_SIZE] & protection))
		done++;
	return done;
}

static ssize_t answer(uint64_t done, uint64_t bytes)
{
	return done == 0 && MIN(bytes, order_count - order_at) != 0 ? -EFAULT : (ssize_t)done;
}

static void do_move(struct cursor *cursor, unsigned kind)
{
	static unsigned char bytes[BYTES_MAX];
	uint64_t count = random_below(random_below(3) ? 200 : BYTES_MAX);
	uint64_t done = reach(count, kind == 1 ? ABI_PROT_READ : ABI_PROT_WRITE);

	for (uint64_t i = 0; i < count; i++)
		bytes[i] = kind == 2 ? 0 : (unsigned char)random_word();
	if (kind == 0)
		CHECK_EQUAL(cursor_put(cursor, bytes, count), answer(done, count));
	else if (kind == 1)
		CHECK_EQUAL(cursor_take(cursor, bytes, count), answer(done, count));
	else
		CHECK_EQUAL(cursor_put_zeros(cursor, count), answer(done, count));
	for (uint64_t i = 0; i < done; i++) {
		unsigned char *byte = &truth[order[order_at++]];

		if (kind == 1)
			CHECK(bytes[i] == *byte);
		else
			*byte = bytes[i];
	}
	CHECK_EQUAL(cursor->remaining, order_count - order_at);
}

static void do_pin(struct cursor *cursor)
{
	struct pinned_segment pinned[PINS_MAX];
	int most = (int)(1 + random_below(PINS_MAX));
	bool device_writes = random_below(2);
	uint64_t count = random_below(BYTES_MAX), bytes = 0, seen = 0;
	uint64_t done = reach(count, device_writes ? ABI_PROT_WRITE : ABI_PROT_READ);
	int result = cursor_pin(cursor, count, device_writes, pinned, most, &bytes);

	if (done == 0) {
		CHECK_EQUAL(result, answer(0, count));
		return;
	}
	CHECK(result > 0 && result <= most && bytes <= done);
	CHECK(bytes == done || result == most);
	for (int i = 0; i < result; i++) {
		unsigned char *byte = kernel_address_of(pinned[i].physical);

		for (uint64_t n = 0; n < pinned[i].bytes; n++, byte++, seen++) {
			CHECK(frame_references(byte) >= 2);
			CHECK(*byte == truth[order[order_at + seen]]);
			if (device_writes)
				*byte = truth[order[order_at + seen]] = (unsigned char)random_word();
		}
	}
	CHECK_EQUAL(seen, bytes);
	order_at += bytes;
	CHECK_EQUAL(cursor->remaining, order_count - order_at);
	cursor_unpin(pinned, result);
}

/* A range of one page, or none, is pinned as a whole or not at all. */
static void do_range_pin(void)
{
	uint64_t at = random_below(sizeof(truth)), bytes = random_below(2 * PAGE_SIZE);
	bool device_writes = random_below(2);
	uint32_t need = device_writes ? ABI_PROT_WRITE : ABI_PROT_READ;
	struct pinned_segment segment = { .bytes = (uint32_t)bytes };
	unsigned char *byte;

	segment.physical = range_pin(space, BASE + at, bytes, device_writes);
	if (!segment.physical) {
		/* perhaps it was not there yet */
		CHECK(!bytes || (at & PAGE_MASK) + bytes > PAGE_SIZE ||
		      !(protections[at / PAGE_SIZE] & need) || !truth[at]);
		return;
	}
	CHECK(bytes && (at & PAGE_MASK) + bytes <= PAGE_SIZE &&
	      protections[at / PAGE_SIZE] & need);
	byte = kernel_address_of(segment.physical);
	CHECK(frame_references(byte) >= 2 && *byte == truth[at]);
	if (device_writes)
		*byte = truth[at] = 1;
	cursor_unpin(&segment, 1);
	CHECK(frame_references(byte) >= 1);
}

/* Zeros to one range, which may end behind the memory; the user's bytes are `truth`. */
static void do_range(void)
{
	uint64_t at = random_below(sizeof(truth)), done = 0;
	uint64_t bytes = random_below(random_below(3) ? 20 : 3 * PAGE_SIZE);

	while (done < bytes && at + done < sizeof(truth) &&
	       protections[(at + done) / PAGE_SIZE] & ABI_PROT_WRITE)
		truth[at + done++] = 0;
	CHECK_EQUAL(range_put_zeros(space, BASE + at, bytes), done || !bytes ? (int64_t)done : -EFAULT);
}

/* What was just there is looked up anew each time. */
static void unmapped(void)
{
	const uint64_t at = BASE + random_below(PAGES) * PAGE_SIZE, other = at + 2 * PAGE_TABLE_BYTES;
	struct region_request request = { .address = at, .bytes = PAGE_SIZE, .replace = true,
					  .exact = true, .protection = ABI_PROT_READ | ABI_PROT_WRITE };
	uint64_t start;
	char byte;

	CHECK_EQUAL(address_space_map(space, &request, &start), 0);
	CHECK_EQUAL(range_put_zeros(space, at, 1), 1);
	CHECK_EQUAL(range_put_zeros(space, other, 1), -EFAULT);
	CHECK_EQUAL(range_put_zeros(space, at, 1), 1);
	CHECK_EQUAL(address_space_unmap(space, at, PAGE_SIZE), 0);
	CHECK_EQUAL(range_put_zeros(space, at, 1), -EFAULT);
	request.protection = ABI_PROT_READ;
	CHECK_EQUAL(address_space_map(space, &request, &start), 0);
	CHECK_EQUAL(user_copy_in(space, &byte, (struct user_address){ at }, 1), 0);
	CHECK_EQUAL(range_put_zeros(space, at, 1), -EFAULT);
}

static void one_vector(void)
{
	struct cursor cursor;

	user = random_below(3);
	/* what is in one memory is not in the other */
	memset(truth, 0, sizeof(truth));
	cursor_init_kernel(&cursor, memory, sizeof(truth));
	CHECK_EQUAL(cursor_put_zeros(&cursor, ~0ul), sizeof(truth));
	for (unsigned i = 0; i < PAGES; i++)
		if (protections[i] & ABI_PROT_WRITE)
			CHECK_EQUAL(user_copy_out(space,
				(struct user_address){ BASE + i * PAGE_SIZE }, truth, PAGE_SIZE), 0);
	make_vector(&cursor);
	for (unsigned i = 0; i < 12; i++) {
		unsigned kind = (unsigned)random_below(5);

		if (kind < 3)
			do_move(&cursor, kind);
		else
			do_pin(&cursor);
	}
	for (unsigned i = 0; user && i < 6; i++)
		random_below(2) ? do_range() : do_range_pin();
	check_memory();
}

/* What no vector should hold harms nobody. */
static void hostile(void)
{
	const struct abi_iovec vector[] = { { ~0ul - 3, 8 }, { 1ul << 38, 8 }, { 0, 8 } };
	char bytes[24];
	struct cursor cursor;

	for (unsigned i = 0; i < ARRAY_SIZE(vector); i++) {
		cursor_init_vector(&cursor, space, vector + i, 1);
		CHECK_EQUAL(cursor_take(&cursor, bytes, 8), -EFAULT);
		CHECK_EQUAL(cursor_put(&cursor, bytes, 8), -EFAULT);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(vector); i++)
		CHECK_EQUAL(range_put_zeros(space, vector[i].iov_base, vector[i].iov_len), -EFAULT);
	CHECK_EQUAL(range_put_zeros(space, ~0ul, 0), 0);
	cursor_init_user(&cursor, space, BASE, ~0ul);
	CHECK(cursor_put_zeros(&cursor, ~0ul >> 1) <= (ssize_t)sizeof(truth));
}

int main(int count, char **words)
{
	uint64_t operations, before;

	test_arguments(count, words, &operations);
	machine_start(FRAMES);
	before = machine_free_frames();
	while (operations--) {
		make_memory();
		one_vector();
		one_vector();
		hostile();
		unmapped();
		frames_free(memory, 5);
		address_space_put(space);
		CHECK_EQUAL(machine_free_frames() + heap_frames_held(), before);
	}
	return 0;
}
