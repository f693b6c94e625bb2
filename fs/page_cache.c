/*
 * Reading and writing through the page cache: see page_cache.h.
 */
#include "fs/page_cache.h"

#include <string.h>

#include "fs/page.h"
#include "fs/vfs.h"
#include "fs/writeback.h"
#include "kernel/api/memory.h"

#define AHEAD_PAGES_MAX		64u	/* read at once: 256 KiB */
#define AHEAD_PAGES_LEAST	4u
#define PAGES_PER_BREATH	16u
#define NO_TRIGGER		UINT64_MAX

void page_cache_init(struct page_cache *cache, const struct page_cache_ops *ops,
		     struct block_device *device, uint32_t granule_bytes)
{
	*cache = (struct page_cache){ .ops = ops, .device = device,
				      .granule_bytes = granule_bytes,
				      .ahead_trigger = NO_TRIGGER };
	list_init(&cache->dirty);
}

/* ---- reading ahead -------------------------------------------------------------------- */

/*
 * Reads from `index` on: at least the `wanted` pages, and more, twice as many as the
 * last time, if that is where the last reader was expected.  The middle of what is
 * read triggers the next window.
 */
static int window_read(struct page_cache *cache, uint64_t index, uint64_t wanted, uint64_t end)
{
	uint64_t pages = (end + PAGE_MASK) >> PAGE_SHIFT, count;

	spinlock_acquire(&page_lock);
	if (index == cache->ahead_next)
		cache->ahead_pages = MIN(MAX(2 * cache->ahead_pages, AHEAD_PAGES_LEAST),
					 AHEAD_PAGES_MAX);
	else
		cache->ahead_pages = 0;
	count = MIN(MAX(wanted, cache->ahead_pages), AHEAD_PAGES_MAX);
	count = index < pages ? MIN(count, pages - index) : 1;
	cache->ahead_next = index + count;
	cache->ahead_trigger = count > 1 && cache->ahead_next < pages ? index + count / 2 :
			       NO_TRIGGER;
	spinlock_release(&page_lock);
	return page_io_read(cache, index, (unsigned)count, end);
}

/* A reader has come to the trigger: the next window, of which he needs nothing yet. */
static __attribute__((noinline)) void window_read_next(struct page_cache *cache, uint64_t end)
{
	uint64_t next;

	spinlock_acquire(&page_lock);
	cache->ahead_trigger = NO_TRIGGER;
	next = cache->ahead_next;
	spinlock_release(&page_lock);
	if (next << PAGE_SHIFT < end)
		(void)window_read(cache, next, 1, end);
}

/* ---- one page ---------------------------------------------------------------------------- */

/* Whether it is as the file has it now; if so, with a reference to its frame. */
static inline char *frame_if_uptodate(struct page_cache *cache, uint64_t index, bool *triggers)
{
	struct cached_page *page;
	char *frame = NULL;

	spinlock_acquire(&page_lock);
	page = page_find(cache, index);
	if (LIKELY(page && page->state & PAGE_UPTODATE)) {
		page->state |= PAGE_REFERENCED;
		frame = page->frame;
		frame_get(frame);
	}
	*triggers = index == cache->ahead_trigger;
	spinlock_release(&page_lock);
	return frame;
}

/* Waits for a pinned page's contents.  0 or what its reading ended with; -EAGAIN: it
 * went meanwhile. */
static int page_wait_uptodate(struct cached_page *page)
{
	int error = 0;

	for (;;) {
		bool reading;

		spinlock_acquire(&page_lock);
		reading = page->state & PAGE_READING;
		if (page->state & PAGE_ORPHAN)
			error = -EAGAIN;
		else if (!reading && !(page->state & PAGE_UPTODATE))
			error = page->failed ? page->error : -EAGAIN;
		spinlock_release(&page_lock);
		if (!reading || error)
			return error;
		page_wait(page);
	}
}

/* What was to be overwritten whole has been, or not: then it is read after all. */
static void page_fresh_end(struct cached_page *page, bool whole)
{
	page_request_done(page, whole ? 0 : -EAGAIN);
}

/* A pinned page whose contents are there, or, if it is new and `fresh`, still to be
 * filled by the caller (*created). */
static int page_get(struct page_cache *cache, uint64_t index, bool fresh, uint64_t end,
		    struct cached_page **result, bool *created)
{
	int error;

	do {
		error = page_find_or_add(cache, index, result, created);
		if (error || (*created && fresh))
			return error;
		if (*created)
			page_io_fill(*result, end);
		*created = false;
		error = page_wait_uptodate(*result);
		if (error)
			page_unpin(*result);
	} while (error == -EAGAIN);
	return error;
}

static char *frame_read(struct page_cache *cache, uint64_t index, uint64_t wanted, uint64_t end,
			int *error)
{
	struct cached_page *page;
	bool created;
	char *frame;

	*error = window_read(cache, index, wanted, end);
	if (!*error)
		*error = page_get(cache, index, false, end, &page, &created);
	if (*error)
		return NULL;
	frame = page->frame;
	frame_get(frame);
	page_unpin(page);
	return frame;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* At most the rest of one page. */
static ssize_t read_part(struct page_cache *cache, struct cursor *to, uint64_t offset,
			 uint64_t bytes, uint64_t end)
{
	uint64_t index = offset >> PAGE_SHIFT, in_page = offset & PAGE_MASK;
	uint64_t part = MIN(bytes, PAGE_SIZE - in_page);
	bool triggers;
	char *frame = frame_if_uptodate(cache, index, &triggers);
	ssize_t done;
	int error;

	if (UNLIKELY(!frame)) {
		uint64_t last = (offset + bytes - 1) >> PAGE_SHIFT;

		frame = frame_read(cache, index, last - index + 1, end, &error);
		if (!frame)
			return error;
	} else if (UNLIKELY(triggers)) {
		window_read_next(cache, end);
	}
	done = cursor_put(to, frame + in_page, part);
	frame_put(frame);
	return done;
}

ssize_t page_cache_read(struct page_cache *cache, struct cursor *to, uint64_t offset,
			uint64_t bytes, uint64_t end)
{
	uint64_t done = 0;

	for (unsigned pages = 1; done < bytes; pages++) {
		ssize_t part = read_part(cache, to, offset + done, bytes - done, end);

		if (part <= 0)
			return done ? (ssize_t)done : part;
		done += (uint64_t)part;
		if (done < bytes && ((offset + done) & PAGE_MASK) != 0)
			break;			/* the user's memory has ended */
		if (pages % PAGES_PER_BREATH == 0 && done < bytes && task_breathe())
			break;
	}
	return (ssize_t)done;
}

ssize_t page_cache_read_range(struct page_cache *cache, struct address_space *space,
			      uint64_t address, uint64_t bytes, uint64_t offset, uint64_t end)
{
	const uint64_t in_page = offset & PAGE_MASK;
	bool triggers;
	ssize_t done;
	char *frame;

	if (UNLIKELY(bytes > PAGE_SIZE - in_page) || UNLIKELY(bytes > end) ||
	    UNLIKELY(offset > end - bytes))
		return FILE_NOT_NOW;
	frame = frame_if_uptodate(cache, offset >> PAGE_SHIFT, &triggers);
	if (UNLIKELY(!frame))
		return FILE_NOT_NOW;
	if (UNLIKELY(triggers)) {
		frame_put(frame);
		return FILE_NOT_NOW;
	}
	done = range_put(space, address, frame + in_page, bytes);
	frame_put(frame);
	return done;
}

/* ---- writing --------------------------------------------------------------------- */

/* The units that hold bytes [from, to), in whole granules. */
static uint8_t units_of(const struct page_cache *cache, uint32_t from, uint32_t to)
{
	uint32_t first = (uint32_t)ALIGN_DOWN(from, cache->granule_bytes) / PAGE_UNIT_BYTES;
	uint32_t last = (uint32_t)ALIGN_UP(to, cache->granule_bytes) / PAGE_UNIT_BYTES;

	return (uint8_t)(((1u << (last - first)) - 1) << first);
}

void page_cache_dirty(struct cached_page *page, uint32_t from, uint32_t to)
{
	spinlock_acquire(&page_lock);
	page_mark_dirty(page, units_of(page->cache, from, to));
	spinlock_release(&page_lock);
	writeback_note();
}

/* Takes from the cursor, or zeroes if there is none.  Bytes or -errno. */
static ssize_t change(struct cached_page *page, struct cursor *from, uint32_t in_page,
		      uint32_t bytes)
{
	if (from)
		return cursor_take(from, page->frame + in_page, bytes);
	memset(page->frame + in_page, 0, bytes);
	return bytes;
}

/* At most the rest of one page. */
static ssize_t write_part(struct page_cache *cache, struct cursor *from, uint64_t offset,
			  uint64_t bytes, uint64_t end)
{
	uint32_t in_page = offset & PAGE_MASK;
	uint32_t part = (uint32_t)MIN(bytes, PAGE_SIZE - in_page);
	struct cursor start;
	struct cached_page *page;
	bool created;
	ssize_t done;
	int error = page_get(cache, offset >> PAGE_SHIFT, part == PAGE_SIZE, end, &page, &created);

	if (error)
		return error;
	if (created && from)
		start = *from;
	done = change(page, from, in_page, part);
	if (created) {
		page_fresh_end(page, done == (ssize_t)part);
		if (done != (ssize_t)part) {
			/* once more, on what is there: by one byte less than a page */
			page_unpin(page);
			*from = start;
			return done > 0 ? write_part(cache, from, offset, (uint64_t)done, end) :
			       done;
		}
	}
	if (done > 0)
		page_cache_dirty(page, in_page, in_page + (uint32_t)done);
	page_unpin(page);
	return done;
}

static ssize_t write_all(struct page_cache *cache, struct cursor *from, uint64_t offset,
			 uint64_t bytes, uint64_t end)
{
	uint64_t done = 0;

	for (unsigned pages = 1; done < bytes; pages++) {
		ssize_t part = write_part(cache, from, offset + done, bytes - done, end);

		if (part <= 0)
			return done ? (ssize_t)done : part;
		done += (uint64_t)part;
		page_throttle(cache);
		if (done < bytes && ((offset + done) & PAGE_MASK) != 0)
			break;			/* the user's memory has ended */
		if (pages % PAGES_PER_BREATH == 0 && done < bytes && task_breathe() && from)
			break;
	}
	return (ssize_t)done;
}

ssize_t page_cache_write(struct page_cache *cache, struct cursor *from, uint64_t offset,
			 uint64_t bytes, uint64_t end)
{
	return write_all(cache, from, offset, bytes, end);
}

int page_cache_zero(struct page_cache *cache, uint64_t from, uint64_t to, uint64_t end)
{
	ssize_t done = from < to ? write_all(cache, NULL, from, to - from, end) : 0;

	return done < 0 ? (int)done : 0;
}

/* ---- single pages ---------------------------------------------------------------- */

int page_cache_get(struct page_cache *cache, uint64_t index, bool fresh,
		   struct cached_page **result)
{
	bool created;
	int error = page_get(cache, index, fresh, cache->device->bytes, result, &created);

	if (!error && created) {
		memset((*result)->frame, 0, PAGE_SIZE);
		page_fresh_end(*result, true);
	}
	return error;
}

void page_cache_put(struct cached_page *page)
{
	page_unpin(page);
}

char *page_cache_memory(const struct cached_page *page)
{
	return page->frame;
}

/* ---- away ------------------------------------------------------------------------ */

/* A page of the range that is busy, pinned; else what is there has been removed. */
static struct cached_page *range_remove(struct page_cache *cache, uint64_t first, uint64_t last)
{
	for (unsigned count = 0; count < PAGES_PER_BREATH; count++) {
		struct cached_page *page = radix_next(&cache->pages, first);

		if (!page || page->index > last)
			return NULL;
		if (page->state & PAGE_BUSY) {
			page->pins++;
			return page;
		}
		page_remove(page);
	}
	return NULL;
}

static bool range_is_empty(struct page_cache *cache, uint64_t first, uint64_t last)
{
	struct cached_page *page;
	bool empty;

	spinlock_acquire(&page_lock);
	page = radix_next(&cache->pages, first);
	empty = !page || page->index > last;
	spinlock_release(&page_lock);
	return empty;
}

void page_cache_drop(struct page_cache *cache, uint64_t from, uint64_t to)
{
	uint64_t first = from >> PAGE_SHIFT, last = (to - 1) >> PAGE_SHIFT;

	if (from >= to)
		return;
	while (!range_is_empty(cache, first, last)) {
		struct cached_page *busy;

		spinlock_acquire(&page_lock);
		busy = range_remove(cache, first, last);
		spinlock_release(&page_lock);
		if (busy) {
			page_wait(busy);
			page_unpin(busy);
		} else {
			task_breathe();
		}
	}
}
