/*
 * Boot's view of RAM: what the allocator gets is all of it but the firmware, the
 * kernel's image, the device tree, the initramfs, and the allocator's own records.
 */
#include "kernel/boot/memory.h"

#include "kernel/api/memory.h"
#include "kernel/boot/device_tree.h"
#include "kernel/limits.h"
#include "kernel/mm/frame.h"

#define RESERVED_MAX	32

extern char kernel_image_start[], kernel_image_end[];

static struct memory_range reserved[RESERVED_MAX];
static unsigned reserved_count;
static struct memory_range ram;

static void reserve(uint64_t start, uint64_t end)
{
	if (reserved_count == RESERVED_MAX)
		panic("the device tree reserves more than %d ranges", RESERVED_MAX);
	reserved[reserved_count++] = (struct memory_range){
		ALIGN_DOWN(start, PAGE_SIZE), ALIGN_UP(end, PAGE_SIZE) };
}

static void reserve_all(void)
{
	struct memory_range range = device_tree_range();

	reserve(range.start, range.end);
	/* below the image is the firmware, whether its node says so or not */
	reserve(ram.start, physical_of(kernel_image_end));
	if (device_tree_initrd(&range))
		reserve(range.start, range.end);
	for (unsigned n = 0; device_tree_reserved(n, &range); n++)
		reserve(range.start, range.end);
}

/* The end of the free piece that starts at `at`, or `at` if it is reserved, in
 * which case *after is where to go on. */
static uint64_t free_until(uint64_t at, uint64_t end, uint64_t *after)
{
	for (unsigned i = 0; i < reserved_count; i++) {
		if (at >= reserved[i].start && at < reserved[i].end) {
			*after = reserved[i].end;
			return at;
		}
		if (reserved[i].start > at && reserved[i].start < end)
			end = reserved[i].start;
	}
	*after = end;
	return end;
}

static uint64_t find_room(uint64_t bytes)
{
	uint64_t after;

	for (uint64_t at = ram.start; at < ram.end; at = after)
		if (free_until(at, ram.end, &after) - at >= bytes)
			return at;
	panic("no %lu bytes of RAM in one piece for the frame records", bytes);
}

static void add_free(const struct memory_range *range)
{
	uint64_t after;
	uint64_t last = ALIGN_DOWN(range->end, PAGE_SIZE);

	for (uint64_t at = ALIGN_UP(range->start, PAGE_SIZE); at < last; at = after) {
		uint64_t end = free_until(at, last, &after);

		if (end > at)
			frames_add(at, end);
	}
}

struct memory_range boot_memory_init(void)
{
	struct memory_range range;
	uint64_t record_bytes, records;

	ram = (struct memory_range){ ~0ul, 0 };
	for (unsigned n = 0; device_tree_memory(n, &range); n++) {
		ram.start = MIN(ram.start, range.start);
		ram.end = MAX(ram.end, range.end);
	}
	if (ram.start >= ram.end)
		panic("the device tree names no memory");
	reserve_all();
	record_bytes = frames_record_bytes(ram.start, ram.end);
	records = find_room(record_bytes);
	reserve(records, records + record_bytes);
	frames_init(ram.start, ram.end, kernel_address_of(records));
	for (unsigned n = 0; device_tree_memory(n, &range); n++)
		add_free(&range);
	return ram;
}
