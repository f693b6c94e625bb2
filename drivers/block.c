/*
 * What is common to block devices: the list of them, and the blocking form of
 * requests for coroutines.  No locks: the list only grows, at boot.
 */
#include <string.h>

#include "drivers/block.h"
#include "kernel/api/memory.h"
#include "kernel/api/wait.h"

/* Segments of one blocking request: they lie on the coroutine's stack. */
#define TRANSFER_SEGMENTS_MAX	BLOCK_SEGMENTS_MAX
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
	ASSERT(device->segments_max > 0 && device->segments_max <= BLOCK_SEGMENTS_MAX);
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

void block_kick_all(void)
{
	for (struct block_device *device = devices; device; device = device->following)
		if (device->kick)
			device->kick(device);
}

struct waited_request {
	struct block_request request;
	struct event finished;
};

static void waited_request_done(struct block_request *request)
{
	event_set(&CONTAINER_OF(request, struct waited_request, request)->finished);
}

static inline __attribute__((always_inline))
int submit_and_wait(struct block_device *device, enum block_operation operation,
		    uint64_t offset, const struct pinned_segment *segments, int count)
{
	struct waited_request waited;	/* what is the driver's is not filled in */

	waited.request.operation = (uint8_t)operation;
	waited.request.quiet = false;
	waited.request.segment_count = (int16_t)count;
	waited.request.offset = offset;
	waited.request.segments = segments;
	waited.request.done = waited_request_done;
	event_init(&waited.finished);
	block_submit(device, &waited.request);
	event_wait(&waited.finished);
	return waited.request.result;
}

/* One request's worth of aligned memory.  Bytes, or -errno. */
static inline __attribute__((always_inline))
ssize_t transfer_once(struct block_device *device, bool write, uint64_t offset,
		      struct cursor *cursor, uint64_t bytes)
{
	struct pinned_segment segments[TRANSFER_SEGMENTS_MAX];
	uint64_t pinned_bytes;
	int count, result;

	count = cursor_pin(cursor, MIN(bytes, TRANSFER_BYTES_MAX), !write, segments,
			   device->segments_max, &pinned_bytes);
	if (UNLIKELY(count <= 0))
		return count;
	result = submit_and_wait(device, write ? BLOCK_WRITE : BLOCK_READ, offset, segments,
				 count);
	cursor_unpin(segments, count);
	return UNLIKELY(result) ? result : (ssize_t)pinned_bytes;
}

/* After the first `done` bytes.  Out of line: most transfers are one request. */
static __attribute__((noinline))
ssize_t transfer_rest(struct block_device *device, bool write, uint64_t offset,
		      struct cursor *cursor, uint64_t bytes, uint64_t done)
{
	while (done < bytes) {
		ssize_t part = transfer_once(device, write, offset + done, cursor, bytes - done);

		if (part <= 0)
			break;
		done += (uint64_t)part;
	}
	return (ssize_t)done;
}

ssize_t block_transfer(struct block_device *device, bool write, uint64_t offset,
		       struct cursor *cursor, uint64_t bytes)
{
	ssize_t done = transfer_once(device, write, offset, cursor, bytes);

	if (LIKELY(done == (ssize_t)bytes) || done <= 0)
		return done;
	return transfer_rest(device, write, offset, cursor, bytes, (uint64_t)done);
}

/*
 * Pins whole sectors only.  A pin may end within one, where the segments of one
 * request run out or the memory ends; then it is done again, for less.  Number
 * of segments; 0: not one whole sector can be had.
 */
static int pin_sectors(struct block_device *device, bool write, struct cursor *cursor,
		       uint64_t bytes, struct pinned_segment *segments,
		       uint64_t *pinned_bytes)
{
	struct cursor start = *cursor;
	int count = cursor_pin(cursor, bytes, !write, segments, device->segments_max,
			       pinned_bytes);

	while (count > 0 && *pinned_bytes & (device->sector_bytes - 1)) {
		uint64_t whole = ALIGN_DOWN(*pinned_bytes, device->sector_bytes);

		cursor_unpin(segments, count);
		*cursor = start;
		if (whole == 0)
			return 0;
		count = cursor_pin(cursor, whole, !write, segments, device->segments_max,
				   pinned_bytes);
	}
	return count;
}

ssize_t block_transfer_unaligned(struct block_device *device, bool write, uint64_t offset,
				 struct cursor *cursor, uint64_t bytes)
{
	struct pinned_segment segments[TRANSFER_SEGMENTS_MAX];
	uint64_t done = 0, part;
	ssize_t result = 0;

	while (done < bytes) {
		int count = pin_sectors(device, write, cursor,
					MIN(bytes - done, TRANSFER_BYTES_MAX), segments, &part);

		result = count;
		if (count <= 0)
			break;
		result = submit_and_wait(device, write ? BLOCK_WRITE : BLOCK_READ,
					 offset + done, segments, count);
		cursor_unpin(segments, count);
		if (result)
			break;
		done += part;
	}
	return done ? (ssize_t)done : result;
}

int block_transfer_kernel(struct block_device *device, bool write, uint64_t offset,
			  void *memory, uint32_t bytes)
{
	struct pinned_segment segment = { .physical = physical_of(memory), .bytes = bytes };

	return submit_and_wait(device, write ? BLOCK_WRITE : BLOCK_READ, offset, &segment, 1);
}

int block_flush(struct block_device *device)
{
	if (!device->write_cache)
		return 0;
	return submit_and_wait(device, BLOCK_FLUSH, 0, NULL, 0);
}
