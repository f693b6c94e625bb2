/*
 * A block device as a file: /dev/vda.
 *
 * With O_DIRECT offsets, lengths and addresses are multiples of the sector
 * (-EINVAL otherwise, as on Linux) and the device works on the user's pages.
 * Without, reads and writes go through the page cache.  The two see each other's
 * writes.
 *
 * While a file system has the device, it can be read, but not written (-EBUSY).
 *
 * Locks: the inode's, held by who writes to the cache.
 */
#include "drivers/block.h"
#include "fs/devfs.h"
#include "fs/direct.h"
#include "fs/page_cache.h"
#include "fs/writeback.h"
#include "kernel/api/memory.h"

struct block_node {
	struct block_device *device;
	struct page_cache pages;
	struct writeback_client client;
	struct block_node *following;
	uint32_t error_sequence;	/* failed writes that fsync has told of */
	bool claimed;			/* by a file system */
};

static struct block_node *nodes;	/* fixed after boot */

static struct block_node *node_of(const struct file *file)
{
	return file->private;
}

static int block_map(struct page_cache *cache, uint64_t offset, uint64_t *device_offset,
		     uint64_t *bytes)
{
	if (offset >= cache->device->bytes)
		return -ENODATA;
	*device_offset = offset;
	*bytes = cache->device->bytes - offset;
	return 0;
}

static const struct page_cache_ops block_map_ops = { .map = block_map };

static bool block_writeback(struct writeback_client *client, bool last)
{
	struct block_node *node = CONTAINER_OF(client, struct block_node, client);

	(void)last;
	if (!page_cache_is_dirty(&node->pages))
		return false;
	/* a failure is told by fsync */
	(void)page_cache_flush(&node->pages);
	(void)block_flush(node->device);
	return false;
}

struct block_node *block_node_create(struct block_device *device)
{
	struct block_node *node = kernel_alloc(sizeof(*node));

	if (!node)
		return NULL;
	node->device = device;
	node->client.run = block_writeback;
	page_cache_init(&node->pages, &block_map_ops, device, device->sector_bytes);
	writeback_register(&node->client);
	node->following = nodes;
	nodes = node;
	return node;
}

void block_file_claim(struct block_device *device)
{
	for (struct block_node *node = nodes; node; node = node->following)
		if (node->device == device)
			node->claimed = true;
}

/* ---- the file ------------------------------------------------------------------------ */

/* O_DIRECT while there are pages in the cache. */
static __attribute__((noinline))
ssize_t direct_settled(struct block_node *node, bool write, uint64_t at, struct cursor *cursor,
		       uint64_t bytes)
{
	int error = page_cache_settle(&node->pages, at, at + bytes, write);
	ssize_t done;

	if (error)
		return error;
	done = block_transfer(node->device, write, at, cursor, bytes);
	/* who read meanwhile may have put pages there */
	if (write)
		error = page_cache_settle(&node->pages, at, at + bytes, true);
	return error ? error : done;
}

static inline ssize_t direct_transfer(struct block_node *node, bool write, uint64_t at,
				      struct cursor *cursor, uint64_t bytes)
{
	ssize_t done;

	if (UNLIKELY(READ_ONCE(node->pages.page_count) != 0))
		return direct_settled(node, write, at, cursor, bytes);
	done = block_transfer(node->device, write, at, cursor, bytes);
	if (write && UNLIKELY(READ_ONCE(node->pages.page_count) != 0))
		(void)page_cache_settle(&node->pages, at, at + bytes, true);
	return done;
}

static ssize_t block_read(struct file *file, struct cursor *to, int64_t offset)
{
	struct block_node *node = node_of(file);
	struct block_device *device = node->device;
	uint64_t at = (uint64_t)offset, bytes;
	bool direct = file->flags & O_DIRECT;

	if (direct && UNLIKELY(!direct_possible(device->sector_bytes, to, at)))
		return -EINVAL;
	if (UNLIKELY(at >= device->bytes || to->remaining == 0))
		return 0;
	bytes = MIN(to->remaining, device->bytes - at);
	if (LIKELY(direct))
		return direct_transfer(node, false, at, to, bytes);
	/* the file system's writes are not seen here: what is kept may be old */
	if (node->claimed)
		page_cache_drop(&node->pages, at, at + bytes);
	return page_cache_read(&node->pages, to, at, bytes, device->bytes);
}

static ssize_t block_read_range(struct file *file, struct address_space *space,
				uint64_t address, uint64_t bytes, uint64_t offset)
{
	struct block_node *node = node_of(file);

	if (UNLIKELY(file->flags & O_DIRECT) || UNLIKELY(node->claimed))
		return FILE_NOT_NOW;
	return page_cache_read_range(&node->pages, space, address, bytes, offset,
				     node->device->bytes);
}

/* What block_read and block_write would do for O_DIRECT while nothing in the cache is
 * newer; to write, while it is empty. */
static bool block_begin(struct file *file, struct cursor *cursor, uint64_t at, bool write,
			struct file_transfer *transfer)
{
	struct block_node *node = node_of(file);
	struct block_device *device = node->device;
	uint64_t bytes = cursor->remaining;

	if (!(file->flags & O_DIRECT) || UNLIKELY(!page_cache_is_written(&node->pages)) ||
	    UNLIKELY(!direct_possible(device->sector_bytes, cursor, at)))
		return false;
	if (UNLIKELY(bytes == 0) || UNLIKELY(at >= device->bytes) ||
	    UNLIKELY(bytes > device->bytes - at))
		return false;
	if (write && (UNLIKELY(device->read_only) || UNLIKELY(node->claimed) ||
		      UNLIKELY(READ_ONCE(node->pages.page_count) != 0)))
		return false;
	return direct_begin(&node->pages, write, at, cursor, bytes, transfer);
}

static ssize_t block_write(struct file *file, struct cursor *from, int64_t offset)
{
	struct block_node *node = node_of(file);
	struct block_device *device = node->device;
	uint64_t at = (uint64_t)offset, bytes;
	ssize_t done;

	if (device->read_only)
		return -EPERM;
	if (node->claimed)
		return -EBUSY;
	if (from->remaining == 0)
		return 0;
	if (at >= device->bytes)
		return -ENOSPC;
	if (file->flags & O_DIRECT && !direct_possible(device->sector_bytes, from, at))
		return -EINVAL;
	bytes = MIN(from->remaining, device->bytes - at);
	if (LIKELY(file->flags & O_DIRECT))
		return direct_transfer(node, true, at, from, bytes);
	mutex_lock(&file->inode->lock);
	done = page_cache_write(&node->pages, from, at, bytes, device->bytes);
	mutex_unlock(&file->inode->lock);
	return done;
}

static int block_sync(struct file *file, bool data_only)
{
	struct block_node *node = node_of(file);
	int error = page_cache_flush(&node->pages);
	int flush_error = block_flush(node->device);

	(void)data_only;
	/* also what failed in the background */
	if (page_cache_failed_since(&node->pages, &node->error_sequence))
		error = -EIO;
	return error ? error : flush_error;
}

static int block_stat(struct file *file, struct statx *result)
{
	uint32_t sector_bytes = node_of(file)->device->sector_bytes;

	inode_stat(file->inode, result);
	result->stx_mask |= STATX_DIOALIGN;
	result->stx_dio_mem_align = sector_bytes;
	result->stx_dio_offset_align = sector_bytes;
	return 0;
}

const struct file_ops block_file_ops = {
	.kind = "block device",
	.read = block_read,
	.write = block_write,
	.read_range = block_read_range,
	.begin = block_begin,
	.go = direct_go,
	.settle = direct_settle,
	.sync = block_sync,
	.stat = block_stat,
};
