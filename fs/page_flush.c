/*
 * Writing dirty pages of a cache to its device: see page_cache.h.
 */
#include "fs/page.h"
#include "fs/writeback.h"
#include "kernel/api/memory.h"

/* Pages in one piece of the file that go out together. */
struct run {
	uint64_t first;
	unsigned count;
};

/* The units of a page that lie in bytes [from, to) of its cache. */
static uint8_t units_in(const struct cached_page *page, uint64_t from, uint64_t to)
{
	uint64_t start = page->index << PAGE_SHIFT;
	uint32_t first, last;

	if (from >= start + PAGE_SIZE || to <= start)
		return 0;
	first = from > start ? (uint32_t)(from - start) / PAGE_UNIT_BYTES : 0;
	last = to < start + PAGE_SIZE ?
	       (uint32_t)((to - start + PAGE_UNIT_BYTES - 1) / PAGE_UNIT_BYTES) : 8;
	return (uint8_t)(((1u << (last - first)) - 1) << first);
}

/* page_lock held. */
static bool page_begin(struct cached_page *page, uint64_t from, uint64_t to)
{
	uint8_t units = page ? units_in(page, from, to) : 0;

	if (!page || page->state & PAGE_BUSY || !(page->dirty & units))
		return false;
	page_writeback_begin(page, units);
	return true;
}

/* Starts write-back of `page`, which is dirty and not busy, and of those that follow. */
static struct run run_begin(struct cached_page *page, uint64_t from, uint64_t to)
{
	struct page_cache *cache = page->cache;
	struct run run = { .first = page->index };

	while (run.count < PAGE_IO_PAGES_MAX &&
	       page_begin(page_find(cache, run.first + run.count), from, to))
		run.count++;
	return run;
}

/* The longest dirty page with something in the range; NULL: none.  page_lock held. */
static struct cached_page *dirty_find(struct page_cache *cache, uint64_t from, uint64_t to)
{
	struct list *node;

	LIST_FOR_EACH(node, &cache->dirty) {
		struct cached_page *page = CONTAINER_OF(node, struct cached_page, node);

		if (page->dirty & units_in(page, from, to))
			return page;
	}
	return NULL;
}

/* False: nothing of the range is dirty and not busy. */
static bool run_write(struct page_cache *cache, uint64_t from, uint64_t to, unsigned copies,
		      uint64_t stride)
{
	struct run run = { .count = 0 };
	struct cached_page *page;

	spinlock_acquire(&page_lock);
	page = dirty_find(cache, from, to);
	if (page)
		run = run_begin(page, from, to);
	spinlock_release(&page_lock);
	if (run.count)
		page_io_write(cache, run.first, run.count, copies, stride);
	return run.count != 0;
}

/* The least index of a page in the range that is under write-back, pinned. */
static struct cached_page *writing_find(struct page_cache *cache, uint64_t first, uint64_t last)
{
	struct cached_page *page;

	spinlock_acquire(&page_lock);
	while ((page = radix_next(&cache->pages, first)) && page->index <= last &&
	       !(page->state & PAGE_WRITEBACK))
		first = page->index + 1;
	if (page && page->index > last)
		page = NULL;
	if (page)
		page->pins++;
	spinlock_release(&page_lock);
	return page;
}

int page_cache_flush_range(struct page_cache *cache, uint64_t from, uint64_t to,
			   unsigned copies, uint64_t stride)
{
	uint32_t sequence = READ_ONCE(cache->error_sequence);

	do {
		while (run_write(cache, from, to, copies, stride))
			;
		page_cache_wait_writing(cache);
		/* what was changed while it was written is dirty again */
	} while (run_write(cache, from, to, copies, stride));
	page_cache_wait_writing(cache);
	return page_cache_failed_since(cache, &sequence) ? -EIO : 0;
}

int page_cache_flush(struct page_cache *cache)
{
	return page_cache_flush_range(cache, 0, UINT64_MAX, 1, 0);
}

int page_cache_settle(struct page_cache *cache, uint64_t from, uint64_t to, bool drop)
{
	uint32_t sequence = READ_ONCE(cache->error_sequence);
	struct cached_page *page;

	if (LIKELY(READ_ONCE(cache->page_count) == 0) || from >= to)
		return 0;
	if (drop) {
		/* pages go whole */
		from = ALIGN_DOWN(from, PAGE_SIZE);
		to = ALIGN_UP(to, PAGE_SIZE);
	}
	while (run_write(cache, from, to, 1, 0))
		;
	while ((page = writing_find(cache, from >> PAGE_SHIFT, (to - 1) >> PAGE_SHIFT))) {
		page_wait(page);
		page_unpin(page);
	}
	if (drop)
		page_cache_drop(cache, from, to);
	return page_cache_failed_since(cache, &sequence) ? -EIO : 0;
}

bool page_cache_is_dirty(struct page_cache *cache)
{
	bool dirty;

	spinlock_acquire(&page_lock);
	dirty = !list_empty(&cache->dirty) || cache->writing;
	spinlock_release(&page_lock);
	return dirty;
}

bool page_cache_failed_since(struct page_cache *cache, uint32_t *sequence)
{
	uint32_t now = READ_ONCE(cache->error_sequence);
	bool failed = now != *sequence;

	*sequence = now;
	return failed;
}
