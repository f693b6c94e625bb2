/*
 * The page cache: pages of files and devices in memory, read ahead and written
 * back, over the asynchronous block driver.
 *
 * A struct page_cache is the pages of one inode or device.  Who writes to one
 * (page_cache_write, _zero, _get + _dirty, _drop) holds its owner's lock, one at a
 * time; readers need none.  Bytes behind the owner's end of file are nobody's:
 * whoever moves the end zeroes them (page_cache_zero).
 *
 * Coroutine context; calls may suspend.  A frame that a reader copies from lives
 * on until he is done, whatever becomes of the page.
 */
#ifndef FS_PAGE_CACHE_H
#define FS_PAGE_CACHE_H

#include "drivers/block.h"
#include "fs/radix.h"
#include "kernel/api/cursor.h"
#include "kernel/api/wait.h"

struct page_cache;

struct page_cache_ops {
	/*
	 * Where the bytes at `offset` lie: *device_offset and how many *bytes follow
	 * it there in one piece.  May suspend.  0; -ENODATA: nowhere (they read as
	 * zeros and are not written); else an errno, which fails the page.
	 */
	int (*map)(struct page_cache *cache, uint64_t offset, uint64_t *device_offset,
		   uint64_t *bytes);
};

struct page_cache {
	/* fixed */
	const struct page_cache_ops *ops;
	struct block_device *device;
	uint32_t granule_bytes;		/* what is written at least: 512 .. 4096 */
	/* the page lock (fs/page.c) */
	struct radix pages;		/* of struct cached_page */
	struct list dirty;		/* pages that have to be written and are not busy */
	uint64_t page_count;
	uint64_t writing;		/* pages under write-back */
	uint32_t error_sequence;	/* counts failed writes */
	/* read-ahead: the page lock; wrong guesses cost time alone */
	uint64_t ahead_next;		/* the index at which a sequential reader goes on */
	uint64_t ahead_trigger;		/* reaching it starts the next window */
	uint32_t ahead_pages;
};

void page_cache_init(struct page_cache *cache, const struct page_cache_ops *ops,
		     struct block_device *device, uint32_t granule_bytes);
/* Before anything else of this file, once. */
void page_cache_boot(void);

/*
 * `end`: the owner's size in bytes; nothing is read from the device behind it, and
 * a write there finds zeros.  At most `bytes`, all before `end`.  Bytes done, or
 * -errno for the first.
 */
ssize_t page_cache_read(struct page_cache *cache, struct cursor *to, uint64_t offset,
			uint64_t bytes, uint64_t end);
/* Likewise into one range of a user's memory, as file_range_fn has it. */
ssize_t page_cache_read_range(struct page_cache *cache, struct address_space *space,
			      uint64_t address, uint64_t bytes, uint64_t offset, uint64_t end);
ssize_t page_cache_write(struct page_cache *cache, struct cursor *from, uint64_t offset,
			 uint64_t bytes, uint64_t end);
/* Zeroes [from, to).  0 or -errno. */
int page_cache_zero(struct page_cache *cache, uint64_t from, uint64_t to, uint64_t end);

/* ---- single pages, for who looks into them himself --------------------------------- */

struct cached_page;

/*
 * The page with its contents, pinned until page_cache_put; `fresh`: they will be
 * overwritten whole, and are not read.  0 or -errno.
 */
int page_cache_get(struct page_cache *cache, uint64_t index, bool fresh,
		   struct cached_page **result);
void page_cache_put(struct cached_page *page);
char *page_cache_memory(const struct cached_page *page);
/* Bytes [from, to) of the page have been changed. */
void page_cache_dirty(struct cached_page *page, uint32_t from, uint32_t to);

/* ---- to the device and away ------------------------------------------------------------ */

/*
 * Writes all that is dirty, and waits for it.  0, or -EIO if some of it failed.
 * The device may still hold it in its own cache: block_flush.
 */
int page_cache_flush(struct page_cache *cache);
/*
 * Likewise for bytes [from, to), and `copies` times: copy n goes `stride` * n behind
 * where the bytes lie.
 */
int page_cache_flush_range(struct page_cache *cache, uint64_t from, uint64_t to,
			   unsigned copies, uint64_t stride);
/* Lets go of pages that hold bytes of [from, to), written or not. */
void page_cache_drop(struct page_cache *cache, uint64_t from, uint64_t to);
/* For O_DIRECT: what is in the device is what was written; `drop`: and no page of the
 * range is kept. */
int page_cache_settle(struct page_cache *cache, uint64_t from, uint64_t to, bool drop);
bool page_cache_is_dirty(struct page_cache *cache);
/* A hint, but never wrong about writes that were over before: nothing is in the cache
 * that the device has not. */
static inline bool page_cache_is_written(const struct page_cache *cache)
{
	return READ_ONCE(cache->page_count) == 0 ||
	       (READ_ONCE(cache->dirty.next) == &cache->dirty && READ_ONCE(cache->writing) == 0);
}
/* True if writes have failed since *sequence was read last; reads it anew. */
bool page_cache_failed_since(struct page_cache *cache, uint32_t *sequence);

/* Frames in use for pages; how many of them wait to be written. */
uint64_t page_cache_frames(void);
uint64_t page_cache_dirty_frames(void);

#endif
