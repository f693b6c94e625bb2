/*
 * Pages and the device: what belongs together goes in one request, and all requests
 * of a transfer are in flight at once.
 *
 * A struct page_io is a request with its pages and segments.  A few are always kept,
 * so that with no memory left pages can still be written: who finds none waits for
 * one that comes back.
 *
 * Locks: io_lock, over the kept ones.
 */
#include <string.h>

#include "fs/page.h"
#include "kernel/api/lock.h"
#include "kernel/api/memory.h"

#define SEGMENTS_MAX	32
#define KEPT		8u

struct page_io {
	struct block_request request;
	struct page_io *following;	/* while it is kept */
	uint64_t end;			/* on the device: where the next piece may go on */
	unsigned page_count;
	struct cached_page *pages[PAGE_IO_PAGES_MAX];
	struct pinned_segment segments[SEGMENTS_MAX];
};

/* A transfer while it is put together. */
struct builder {
	struct page_cache *cache;
	enum block_operation operation;
	struct page_io *io;		/* not yet submitted; NULL: none */
};

static struct spinlock io_lock;
static struct page_io *kept;
static unsigned kept_count;
static struct wait_queue io_queue = WAIT_QUEUE_INIT(io_queue);

/* ---- requests ---------------------------------------------------------------------- */

static struct page_io *io_take_kept(void)
{
	struct page_io *io;

	spinlock_acquire(&io_lock);
	io = kept;
	if (io) {
		kept = io->following;
		kept_count--;
	}
	spinlock_release(&io_lock);
	return io;
}

static struct page_io *io_alloc(void)
{
	struct page_io *io = io_take_kept();

	if (!io)
		io = kernel_alloc(sizeof(*io));
	while (!io) {
		WAIT_UNTIL(&io_queue, READ_ONCE(kept) != NULL, false);
		io = io_take_kept();
	}
	io->page_count = 0;
	io->request.segment_count = 0;
	return io;
}

static void io_free(struct page_io *io)
{
	bool keep;

	spinlock_acquire(&io_lock);
	keep = kept_count < KEPT;
	if (keep) {
		io->following = kept;
		kept = io;
		kept_count++;
	}
	spinlock_release(&io_lock);
	if (keep)
		wait_queue_wake_one(&io_queue);
	else
		kernel_free(io, sizeof(*io));
}

/* Interrupt context. */
static void io_done(struct block_request *request)
{
	struct page_io *io = CONTAINER_OF(request, struct page_io, request);

	for (unsigned i = 0; i < io->page_count; i++)
		page_request_done(io->pages[i], request->result);
	io_free(io);
}

static void builder_submit(struct builder *builder)
{
	struct page_io *io = builder->io;

	if (!io)
		return;
	builder->io = NULL;
	io->request.operation = builder->operation;
	io->request.segments = io->segments;
	io->request.done = io_done;
	block_submit(builder->cache->device, &io->request);
}

/* Whether the piece can go on where the request ends. */
static bool builder_fits(const struct builder *builder, uint64_t device_offset)
{
	const struct page_io *io = builder->io;
	int most = MIN(builder->cache->device->segments_max, SEGMENTS_MAX);

	return io && io->end == device_offset && io->request.segment_count < most &&
	       io->page_count < PAGE_IO_PAGES_MAX;
}

static void io_add_page(struct page_io *io, struct cached_page *page)
{
	if (io->page_count && io->pages[io->page_count - 1] == page)
		return;
	io->pages[io->page_count++] = page;
	spinlock_acquire(&page_lock);
	page->requests++;
	spinlock_release(&page_lock);
}

/* A piece of a page's frame, and where it lies on the device. */
static void builder_add(struct builder *builder, struct cached_page *page, uint32_t in_page,
			uint64_t device_offset, uint32_t bytes)
{
	uint64_t physical = physical_of(page->frame) + in_page;
	struct page_io *io;
	struct pinned_segment *last;

	if (!builder_fits(builder, device_offset)) {
		builder_submit(builder);
		builder->io = io_alloc();
		builder->io->request.offset = device_offset;
	}
	io = builder->io;
	io_add_page(io, page);
	io->end = device_offset + bytes;
	last = io->request.segment_count ? &io->segments[io->request.segment_count - 1] : NULL;
	if (last && last->physical + last->bytes == physical)
		last->bytes += bytes;
	else
		io->segments[io->request.segment_count++] =
			(struct pinned_segment){ physical, bytes, 0 };
}

/*
 * Bytes [from, to) of the page, wherever they lie, `shift` behind it.  What lies
 * nowhere is zeroed if `reads`.  0 or -errno.
 */
static int builder_add_range(struct builder *builder, struct cached_page *page, uint32_t from,
			     uint32_t to, uint64_t shift)
{
	struct page_cache *cache = page->cache;

	while (from < to) {
		uint64_t device_offset, bytes;
		int error = cache->ops->map(cache, (page->index << PAGE_SHIFT) + from,
					    &device_offset, &bytes);

		if (error == -ENODATA && builder->operation == BLOCK_READ) {
			memset(page->frame + from, 0, to - from);
			return 0;
		}
		if (error)
			return error == -ENODATA ? 0 : error;
		bytes = MIN(bytes, to - from);
		builder_add(builder, page, from, device_offset + shift, (uint32_t)bytes);
		from += (uint32_t)bytes;
	}
	return 0;
}

/* ---- reading -------------------------------------------------------------------------- */

static void builder_fill(struct builder *builder, struct cached_page *page, uint64_t end)
{
	uint64_t start = page->index << PAGE_SHIFT;
	uint32_t limit = 0;
	int error;

	if (end > start)
		limit = (uint32_t)ALIGN_UP(MIN(end - start, PAGE_SIZE),
					   builder->cache->granule_bytes);
	memset(page->frame + limit, 0, PAGE_SIZE - limit);
	error = builder_add_range(builder, page, 0, limit, 0);
	page_request_done(page, error);
}

int page_io_read(struct page_cache *cache, uint64_t first, unsigned count, uint64_t end)
{
	struct builder builder = { .cache = cache, .operation = BLOCK_READ };
	int error = 0;

	for (uint64_t index = first; index < first + count; index++) {
		struct cached_page *page;
		bool created;

		error = page_find_or_add(cache, index, &page, &created);
		if (error)
			break;
		if (created)
			builder_fill(&builder, page, end);
		page_unpin(page);
		if (index == first)
			count = MIN(count, PAGE_IO_PAGES_MAX * 4);
	}
	builder_submit(&builder);
	return error;
}

void page_io_fill(struct cached_page *page, uint64_t end)
{
	struct builder builder = { .cache = page->cache, .operation = BLOCK_READ };

	builder_fill(&builder, page, end);
	builder_submit(&builder);
}

/* ---- writing ---------------------------------------------------------------------------- */

/* It stays in the tree as long as it is busy. */
static struct cached_page *page_on_its_way(struct page_cache *cache, uint64_t index)
{
	struct cached_page *page;

	spinlock_acquire(&page_lock);
	page = page_find(cache, index);
	ASSERT(page && page->state & PAGE_WRITEBACK);
	spinlock_release(&page_lock);
	return page;
}

/* Each run of units that are to be written. */
static int builder_add_units(struct builder *builder, struct cached_page *page, uint64_t shift)
{
	uint32_t unit = 0;
	int error = 0;

	while (unit < 8 && !error) {
		uint32_t first;

		while (unit < 8 && !(page->writing & 1u << unit))
			unit++;
		first = unit;
		while (unit < 8 && page->writing & 1u << unit)
			unit++;
		if (first < unit)
			error = builder_add_range(builder, page, first * PAGE_UNIT_BYTES,
						  unit * PAGE_UNIT_BYTES, shift);
	}
	return error;
}

void page_io_write(struct page_cache *cache, uint64_t first, unsigned count, unsigned copies,
		   uint64_t stride)
{
	struct builder builder = { .cache = cache, .operation = BLOCK_WRITE };
	int error = 0;

	for (unsigned copy = 0; copy < copies && !error; copy++) {
		for (unsigned i = 0; i < count && !error; i++)
			error = builder_add_units(&builder, page_on_its_way(cache, first + i),
						  copy * stride);
		builder_submit(&builder);
	}
	for (unsigned i = 0; i < count; i++)
		page_request_done(page_on_its_way(cache, first + i), error);
}

/* ---- boot --------------------------------------------------------------------------------- */

void page_io_boot(void)
{
	for (unsigned i = 0; i < KEPT; i++) {
		struct page_io *io = kernel_alloc(sizeof(*io));

		if (!io)
			panic("no memory for the page cache");
		io_free(io);
	}
}
