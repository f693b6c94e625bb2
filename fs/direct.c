/*
 * O_DIRECT without a coroutine: a block request, and the pins of its memory, in the
 * record of who asked for it.
 *
 * While it is under way the device owns the pinned frames; they are unpinned at its
 * completion, in interrupt context, whatever became of their mapping meanwhile.
 */
#include "fs/direct.h"

#include "drivers/block.h"

/* 4 KiB anywhere, 8 KiB of whole pages, and more where frames lie side by side. */
#define DIRECT_SEGMENTS	3

struct direct_transfer {
	struct block_request request;
	struct page_cache *pages;
	struct pinned_segment segments[DIRECT_SEGMENTS];
};

ABI_CHECK(sizeof(struct direct_transfer) <= sizeof(uint64_t[FILE_TRANSFER_WORDS]),
	  "it lies in a file_transfer");

static struct direct_transfer *direct_of(struct file_transfer *transfer)
{
	return (struct direct_transfer *)transfer->own;
}

static uint64_t bytes_of(const struct direct_transfer *direct)
{
	uint64_t bytes = direct->segments[0].bytes;

	for (int i = 1; UNLIKELY(i < direct->request.segment_count); i++)
		bytes += direct->segments[i].bytes;
	return bytes;
}

static void direct_done(struct block_request *request)
{
	struct direct_transfer *direct = CONTAINER_OF(request, struct direct_transfer, request);
	struct file_transfer *transfer = CONTAINER_OF((void *)direct, struct file_transfer, own);
	int64_t result = LIKELY(!request->result) ? (int64_t)bytes_of(direct) : request->result;

	cursor_unpin(direct->segments, request->segment_count);
	/* who read while we wrote may have put pages there */
	transfer->done(transfer, result, request->operation == BLOCK_WRITE &&
		       READ_ONCE(direct->pages->page_count) != 0);
}

/* In several pages, or in the kernel's memory, or in a page that is not there yet. */
static __attribute__((noinline)) int pin_pages(struct direct_transfer *direct,
					       const struct block_device *device, bool write,
					       struct cursor *cursor, uint64_t bytes)
{
	uint64_t pinned_bytes;
	int count;

	/* the longest that always fits, or nearly: not worth a try otherwise */
	if (bytes > DIRECT_SEGMENTS * PAGE_SIZE)
		return 0;
	count = cursor_pin(cursor, bytes, !write, direct->segments,
			   MIN(device->segments_max, DIRECT_SEGMENTS), &pinned_bytes);
	if (count <= 0)
		return 0;
	if (pinned_bytes == bytes)
		return count;
	cursor_unpin(direct->segments, count);
	return 0;
}

/* Segments for `bytes` from the front; 0: not all of them can be had. */
static inline int pin(struct direct_transfer *direct, const struct block_device *device,
		      bool write, struct cursor *cursor, uint64_t bytes)
{
	uint64_t physical;

	if (LIKELY(cursor->space != NULL) && LIKELY(bytes <= cursor->current.iov_len)) {
		physical = range_pin(cursor->space, cursor->current.iov_base, bytes, !write);
		if (LIKELY(physical)) {
			direct->segments[0] = (struct pinned_segment){ physical,
								       (uint32_t)bytes, 0 };
			return 1;
		}
	}
	return pin_pages(direct, device, write, cursor, bytes);
}

bool direct_begin(struct page_cache *pages, bool write, uint64_t place, struct cursor *cursor,
		  uint64_t bytes, struct file_transfer *transfer)
{
	struct direct_transfer *direct = direct_of(transfer);
	int count = pin(direct, pages->device, write, cursor, bytes);

	if (UNLIKELY(!count))
		return false;
	direct->pages = pages;
	direct->request.operation = write ? BLOCK_WRITE : BLOCK_READ;
	direct->request.quiet = true;
	direct->request.segment_count = (int16_t)count;
	direct->request.offset = place;
	direct->request.segments = direct->segments;
	direct->request.done = direct_done;
	return true;
}

void direct_go(struct file *file, struct file_transfer *transfer)
{
	struct direct_transfer *direct = direct_of(transfer);

	(void)file;
	block_submit(direct->pages->device, &direct->request);
}

int64_t direct_settle(struct file *file, struct file_transfer *transfer, int64_t result)
{
	struct direct_transfer *direct = direct_of(transfer);
	uint64_t place = direct->request.offset;
	int error;

	(void)file;
	error = page_cache_settle(direct->pages, place, place + bytes_of(direct), true);
	return error ? error : result;
}

void vfs_transfers_kick(void)
{
	block_kick_all();
}
