/*
 * What is common to block devices: the list of them, and the blocking form of
 * requests for coroutines.  No locks: the list only grows, at boot.
 */
#include <string.h>

#include "drivers/block.h"
#include "kernel/api/memory.h"
#include "kernel/api/wait.h"

/* Segments of one blocking request: they lie on the coroutine's stack. */
#define TRANSFER_SEGMENTS_MAX	60
/* Of one request; bounds what one operation pins at a time. */
#define TRANSFER_BYTES_MAX	(1ul << 20)

uint64_t block_requests;
uint64_t block_interrupts;

static struct block_device *devices;

void block_register(struct block_device *device)
{
	struct block_device **last = &devices;
	char letter = 'a';

	ASSERT(device->sector_bytes >= BLOCK_SECTOR_BYTES && device->sector_bytes <= PAGE_SIZE);
	while (*last) {
		last = &(*last)->following;
		letter++;
	}
	memcpy(device->name, "vda", 4);
	device->name[2] = letter;
	device->following = NULL;
	*last = device;
}

struct block_device *block_device_first(void)
{
	return devices;
}

struct waited_request {
	struct block_request request;
	struct event finished;
};

static void waited_request_done(struct block_request *request)
{
	event_set(&CONTAINER_OF(request, struct waited_request, request)->finished);
}

static int submit_and_wait(struct block_device *device, enum block_operation operation,
			   uint64_t offset, const struct pinned_segment *segments, int count)
{
	struct waited_request waited = {
		.request = {
			.operation = operation,
			.segment_count = count,
			.offset = offset,
			.segments = segments,
			.done = waited_request_done,
		},
	};

	event_init(&waited.finished);
	block_submit(device, &waited.request);
	event_wait(&waited.finished);
	return waited.request.result;
}

/*
 * Pins whole sectors only.  A pin may end within one, where the segments of one
 * request run out or the memory ends; then it is done again, for less.  Number
 * of segments; 0: not one whole sector can be had.
 */
static int pin_sectors(struct cursor *cursor, uint64_t bytes, bool device_writes,
		       uint32_t sector_bytes, int most, struct pinned_segment *segments,
		       uint64_t *pinned_bytes)
{
	struct cursor start = *cursor;
	int count = cursor_pin(cursor, bytes, device_writes, segments, most, pinned_bytes);

	while (UNLIKELY(count > 0 && *pinned_bytes & (sector_bytes - 1))) {
		uint64_t whole = ALIGN_DOWN(*pinned_bytes, sector_bytes);

		cursor_unpin(segments, count);
		*cursor = start;
		if (whole == 0)
			return 0;
		count = cursor_pin(cursor, whole, device_writes, segments, most, pinned_bytes);
	}
	return count;
}

/* One request's worth.  Bytes, as block_transfer. */
static ssize_t transfer_part(struct block_device *device, bool write, uint64_t offset,
			     struct cursor *cursor, uint64_t bytes)
{
	struct pinned_segment segments[TRANSFER_SEGMENTS_MAX];
	uint64_t pinned_bytes;
	int count, result;

	count = pin_sectors(cursor, MIN(bytes, TRANSFER_BYTES_MAX), !write,
			    device->sector_bytes,
			    MIN(device->segments_max, TRANSFER_SEGMENTS_MAX), segments,
			    &pinned_bytes);
	if (count <= 0)
		return count;
	result = submit_and_wait(device, write ? BLOCK_WRITE : BLOCK_READ, offset, segments,
				 count);
	cursor_unpin(segments, count);
	return result ? result : (ssize_t)pinned_bytes;
}

ssize_t block_transfer(struct block_device *device, bool write, uint64_t offset,
		       struct cursor *cursor, uint64_t bytes)
{
	uint64_t done = 0;

	ASSERT(((offset | bytes) & (device->sector_bytes - 1)) == 0);
	ASSERT(offset <= device->bytes && bytes <= device->bytes - offset);
	while (done < bytes) {
		ssize_t part = transfer_part(device, write, offset + done, cursor, bytes - done);

		if (part <= 0)
			return done ? (ssize_t)done : part;
		done += (uint64_t)part;
	}
	return (ssize_t)done;
}

int block_transfer_kernel(struct block_device *device, bool write, uint64_t offset,
			  void *memory, uint32_t bytes)
{
	struct pinned_segment segment = { .physical = physical_of(memory), .bytes = bytes };

	return submit_and_wait(device, write ? BLOCK_WRITE : BLOCK_READ, offset, &segment, 1);
}

int block_flush(struct block_device *device)
{
	return submit_and_wait(device, BLOCK_FLUSH, 0, NULL, 0);
}
