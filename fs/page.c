/*
 * The life of a cached page: see fs/page.h.
 *
 * Clean pages are in one list, the longest unused first but for those that were
 * used since they were looked at last; when frames run out, the frame allocator
 * takes from its front (page_reclaim), in any context.  Descriptors of pages that
 * went so are kept as spares: the allocator of kernel objects may be the one who
 * needs the frame.
 */
#include "fs/page.h"
#include "fs/writeback.h"
#include "kernel/api/memory.h"

#define QUEUES			64u	/* a power of two */
#define SPARES_MAX		256u
#define DIRTY_SHARE		8u	/* of all frames, before writers wait */
#define BACKGROUND_SHARE	16u	/* ... before write-back starts early */

struct spinlock page_lock;
static struct list clean_pages = { &clean_pages, &clean_pages };
static struct list spares = { &spares, &spares };
static uint64_t spare_count, cached_count, dirty_count;

/* Who waits for a page, or for a cache: static, so that whoever wakes them may do so
 * after the page has gone. */
static struct wait_queue queues[QUEUES];
static struct wait_queue throttled;

static struct wait_queue *queue_of(const void *what)
{
	return &queues[((uintptr_t)what >> 5) % QUEUES];
}

uint64_t page_cache_frames(void)
{
	return READ_ONCE(cached_count);
}

uint64_t page_cache_dirty_frames(void)
{
	return READ_ONCE(dirty_count);
}

static uint64_t dirty_limit(void)
{
	return frames_total() / DIRTY_SHARE;
}

/* ---- page_lock held ----------------------------------------------------------------- */

void page_relist(struct cached_page *page)
{
	list_remove(&page->node);
	if (page->state & (PAGE_BUSY | PAGE_ORPHAN))
		return;
	list_push_back(page->dirty ? &page->cache->dirty : &clean_pages, &page->node);
}

/* Its frame and its descriptor go. */
static void page_free(struct cached_page *page)
{
	ASSERT(page->pins == 0 && !(page->state & PAGE_BUSY));
	list_remove(&page->node);
	frame_put(page->frame);
	page->frame = NULL;
	list_push_front(&spares, &page->node);
	spare_count++;
}

/* What it counted for as a dirty page. */
static void uncount_dirty(struct cached_page *page)
{
	ASSERT(dirty_count > 0);
	page->dirty = 0;
	dirty_count--;
}

void page_remove(struct cached_page *page)
{
	ASSERT(!(page->state & (PAGE_BUSY | PAGE_ORPHAN)));
	radix_remove(&page->cache->pages, page->index);
	page->cache->page_count--;
	cached_count--;
	if (page->dirty)
		uncount_dirty(page);
	page->state |= PAGE_ORPHAN;
	list_remove(&page->node);
	if (page->pins == 0)
		page_free(page);
}

void page_mark_dirty(struct cached_page *page, uint8_t units)
{
	if (page->state & PAGE_ORPHAN)
		return;
	if (!page->dirty && !page->writing)
		dirty_count++;
	page->state |= PAGE_REFERENCED;
	if (page->dirty) {
		page->dirty |= units;
		return;
	}
	page->dirty = units;
	page_relist(page);
}

void page_writeback_begin(struct cached_page *page, uint8_t units)
{
	ASSERT(page->dirty & units && !(page->state & PAGE_BUSY));
	page->writing = page->dirty & units;
	page->dirty &= (uint8_t)~units;
	page->state |= PAGE_WRITEBACK;
	page->requests = 1;
	page->failed = false;
	page->cache->writing++;
	page_relist(page);
}

/* The last request of a page is done. */
static void page_transfer_end(struct cached_page *page)
{
	struct page_cache *cache = page->cache;

	if (page->state & PAGE_WRITEBACK) {
		cache->writing--;
		page->writing = 0;
		if (page->failed)
			cache->error_sequence++;
		if (!page->dirty)
			dirty_count--;
	} else if (!page->failed) {
		page->state |= PAGE_UPTODATE;
	}
	page->state &= (uint8_t)~PAGE_BUSY;
	page_relist(page);
}

/* ---- reclaim: any context ---------------------------------------------------------------- */

static uint64_t page_reclaim(uint64_t frames)
{
	uint64_t done = 0, looks = 0, looks_max;
	struct list *node;

	spinlock_acquire(&page_lock);
	looks_max = 4 * frames + 64 + cached_count;
	while (done < frames && looks++ < looks_max && (node = list_pop_front(&clean_pages))) {
		struct cached_page *page = CONTAINER_OF(node, struct cached_page, node);
		/* a second chance, as long as others can be expected to do without one */
		bool spared = page->state & PAGE_REFERENCED && looks < 4 * frames + 64;

		if (page->pins || spared) {
			page->state &= (uint8_t)~PAGE_REFERENCED;
			list_push_back(&clean_pages, node);
			continue;
		}
		page_remove(page);
		done++;
	}
	spinlock_release(&page_lock);
	return done;
}

/* ---- finding and making -------------------------------------------------------------------- */

static struct cached_page *descriptor_alloc(void)
{
	struct list *node;

	spinlock_acquire(&page_lock);
	node = list_pop_front(&spares);
	spare_count -= node != NULL;
	spinlock_release(&page_lock);
	return node ? CONTAINER_OF(node, struct cached_page, node) :
		      kernel_alloc(sizeof(struct cached_page));
}

static void descriptor_free(struct cached_page *page)
{
	if (page->frame)
		frame_put(page->frame);
	kernel_free(page, sizeof(*page));
}

/* Takes what reclaim has left behind, when it is much. */
static void spares_trim(void)
{
	while (READ_ONCE(spare_count) > SPARES_MAX) {
		struct cached_page *page = descriptor_alloc();

		if (page)
			kernel_free(page, sizeof(*page));
	}
}

static struct cached_page *page_create(struct page_cache *cache, uint64_t index)
{
	struct cached_page *page = descriptor_alloc();

	if (!page)
		return NULL;
	*page = (struct cached_page){ .cache = cache, .index = index, .pins = 1,
				      .requests = 1, .state = PAGE_READING };
	list_init(&page->node);
	page->frame = frames_alloc(0);
	if (page->frame)
		return page;
	descriptor_free(page);
	return NULL;
}

/* Another may have been quicker: then that one.  -ENOMEM: the reserve is too small. */
static int page_insert(struct cached_page *fresh, struct radix_reserve *reserve,
		       struct cached_page **result)
{
	struct page_cache *cache = fresh->cache;
	int error = 0;

	spinlock_acquire(&page_lock);
	*result = page_find(cache, fresh->index);
	if (*result) {
		(*result)->pins++;
	} else {
		error = radix_set_reserved(&cache->pages, fresh->index, fresh, reserve);
		if (!error) {
			*result = fresh;
			cache->page_count++;
			cached_count++;
		}
	}
	spinlock_release(&page_lock);
	return error;
}

static int page_add(struct page_cache *cache, uint64_t index, struct cached_page **result,
		    bool *created)
{
	struct radix_reserve reserve = { .count = 0 };
	struct cached_page *fresh = page_create(cache, index);
	int error;

	if (!fresh)
		return -ENOMEM;
	error = page_insert(fresh, &reserve, result);
	for (unsigned nodes = 2; error && nodes <= RADIX_RESERVE_MAX; nodes *= 2) {
		if (radix_reserve_fill(&reserve, nodes))
			break;
		error = page_insert(fresh, &reserve, result);
	}
	radix_reserve_free(&reserve);
	*created = !error && *result == fresh;
	if (!*created)
		descriptor_free(fresh);
	return error;
}

int page_find_or_add(struct page_cache *cache, uint64_t index, struct cached_page **result,
		     bool *created)
{
	struct cached_page *page;

	*created = false;
	spinlock_acquire(&page_lock);
	page = page_find(cache, index);
	if (page) {
		page->pins++;
		page->state |= PAGE_REFERENCED;
		/* one whose reading has failed is read again */
		if (!(page->state & (PAGE_UPTODATE | PAGE_READING))) {
			page->state |= PAGE_READING;
			page->requests = 1;
			page->failed = false;
			page_relist(page);
			*created = true;
		}
	}
	spinlock_release(&page_lock);
	*result = page;
	return page ? 0 : page_add(cache, index, result, created);
}

void page_unpin(struct cached_page *page)
{
	spinlock_acquire(&page_lock);
	ASSERT(page->pins > 0);
	page->pins--;
	if (page->pins == 0 && page->state & PAGE_ORPHAN)
		page_free(page);
	spinlock_release(&page_lock);
}

/* ---- transfers ------------------------------------------------------------------- */

void page_request_done(struct cached_page *page, int error)
{
	struct page_cache *cache = page->cache;
	bool done;

	spinlock_acquire(&page_lock);
	ASSERT(page->requests > 0 && page->state & PAGE_BUSY);
	if (error) {
		page->failed = true;
		page->error = error;
	}
	done = --page->requests == 0;
	if (done)
		page_transfer_end(page);
	spinlock_release(&page_lock);
	if (!done)
		return;
	/* page and cache may be gone: from here on they are but numbers */
	wait_queue_wake_all(queue_of(page));
	wait_queue_wake_all(queue_of(cache));
	wait_queue_wake_all(&throttled);
}

void page_wait(struct cached_page *page)
{
	WAIT_UNTIL(queue_of(page), !(READ_ONCE(page->state) & PAGE_BUSY), false);
}

void page_cache_wait_writing(struct page_cache *cache)
{
	WAIT_UNTIL(queue_of(cache), READ_ONCE(cache->writing) == 0, false);
}

void page_throttle(struct page_cache *cache)
{
	spares_trim();
	if (LIKELY(READ_ONCE(dirty_count) <= frames_total() / BACKGROUND_SHARE))
		return;
	writeback_kick();
	if (READ_ONCE(dirty_count) <= dirty_limit())
		return;
	page_cache_flush(cache);
	WAIT_UNTIL(&throttled, READ_ONCE(dirty_count) <= dirty_limit(), false);
}

/* ---- boot ------------------------------------------------------------------------ */

void page_cache_boot(void)
{
	for (unsigned i = 0; i < QUEUES; i++)
		wait_queue_init(&queues[i]);
	wait_queue_init(&throttled);
	page_io_boot();
	frames_reclaim_register(page_reclaim);
}
