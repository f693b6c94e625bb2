/*
 * Pages of the page cache from the inside: what fs/page.c (their life), page_io.c
 * (the device) and page_cache.c (reading and writing) share.
 *
 * One spinlock, the page lock, is over all trees, lists and states.  Whoever holds
 * it asks for no memory, because the keeper of the last frames takes it too, and
 * touches no user's memory.  It is taken at completions, in interrupt context.
 *
 * A page is busy while a device (or a writer that overwrites it whole) fills it, or
 * a device reads it; it is then in no list, and who needs it waits.  It is in the
 * dirty list of its cache or in the list of clean ones else.
 */
#ifndef FS_PAGE_H
#define FS_PAGE_H

#include "fs/page_cache.h"

#define PAGE_UPTODATE	0x01u	/* its contents are the file's */
#define PAGE_READING	0x02u	/* busy: being filled */
#define PAGE_WRITEBACK	0x04u	/* busy: being written */
#define PAGE_REFERENCED	0x08u	/* used since reclaim looked last */
#define PAGE_ORPHAN	0x10u	/* in no cache any more; goes with its last pin */
#define PAGE_BUSY	(PAGE_READING | PAGE_WRITEBACK)

#define PAGE_UNIT_BYTES	512u	/* a bit of `dirty` */
#define PAGE_UNITS_ALL	0xffu

struct cached_page {
	/* fixed while it is in a cache */
	struct page_cache *cache;
	uint64_t index;
	char *frame;			/* one reference */
	/* page lock */
	struct list node;		/* clean, dirty, or the spare descriptors */
	uint32_t pins;
	int32_t error;			/* of the last attempt to read it */
	uint16_t requests;		/* of the device's that hold a part of it */
	uint8_t state;
	uint8_t dirty;			/* units to be written */
	uint8_t writing;		/* units on their way */
	bool failed;			/* a request of the present transfer has */
};

extern struct spinlock page_lock;

/* ---- page lock held ------------------------------------------------------------------ */

static inline struct cached_page *page_find(struct page_cache *cache, uint64_t index)
{
	return radix_get(&cache->pages, index);
}

/* Puts it into the list where its state belongs. */
void page_relist(struct cached_page *page);
/* Takes it out of its cache: it must not be busy. */
void page_remove(struct cached_page *page);
void page_mark_dirty(struct cached_page *page, uint8_t units);
/* Dirty and not busy: on its way to the device from now on.  One request is held. */
void page_writeback_begin(struct cached_page *page, uint8_t units);

/* ---- not held -------------------------------------------------------------------------- */

/*
 * The page, pinned; if it was not there, a new one that is PAGE_READING and has one
 * request (*created), which the caller must fill.  0 or -ENOMEM.
 */
int page_find_or_add(struct page_cache *cache, uint64_t index, struct cached_page **result,
		     bool *created);
void page_unpin(struct cached_page *page);
/* One of its requests is done; with the last one it is not busy any more. */
void page_request_done(struct cached_page *page, int error);
/* Waits until it is not busy; it is pinned. */
void page_wait(struct cached_page *page);
/* Waits until no page of the cache is under write-back. */
void page_cache_wait_writing(struct page_cache *cache);
/* Waits while there are more dirty pages than there should be; writes some itself. */
void page_throttle(struct page_cache *cache);

/* Starts reading up to `count` pages that are not there, from `first` on.  What lies
 * at or behind `end` (bytes) is zero.  0 or -errno for the first page. */
int page_io_read(struct page_cache *cache, uint64_t first, unsigned count, uint64_t end);
/* Reads one that page_find_or_add has made. */
void page_io_fill(struct cached_page *page, uint64_t end);
/* Starts writing `count` pages from `first` on that are PAGE_WRITEBACK with one request. */
void page_io_write(struct page_cache *cache, uint64_t first, unsigned count, unsigned copies,
		   uint64_t stride);
/* Pages of one transfer at most. */
#define PAGE_IO_PAGES_MAX	32u

void page_io_boot(void);

#endif
