/*
 * Contents of files on a FAT volume.
 *
 * A file has no holes: who writes behind its end fills the gap with zeros.  Clusters
 * are taken when they are written to, so that a full volume is told at once; what a
 * write has taken and not used is given back.
 *
 * Locks: the inode's, held by writers, truncate (fs/file.c) and sync; readers hold none.
 */
#include "fs/direct.h"
#include "fs/fat_volume.h"
#include "kernel/api/memory.h"

#define CHUNK_BYTES	(1ull << 20)	/* written between two looks at everything */

/* ---- O_DIRECT: within the file, whole sectors -------------------------------------------- */

/* `bytes` is a multiple of the sector. */
static ssize_t direct_extents(struct fat_inode *inode, bool write, struct cursor *cursor,
			      uint64_t offset, uint64_t bytes)
{
	uint64_t done = 0;

	while (done < bytes) {
		uint64_t place, run;
		int error = fat_file_map.map(&inode->pages, offset + done, &place, &run);
		ssize_t part;

		if (UNLIKELY(error))
			return done ? (ssize_t)done : error == -ENODATA ? -EUCLEAN : error;
		run = MIN(run, bytes - done);
		part = block_transfer(inode->pages.device, write, place, cursor, run);
		if (part <= 0)
			return done ? (ssize_t)done : part;
		done += (uint64_t)part;
		if ((uint64_t)part < run)
			break;
	}
	return (ssize_t)done;
}

static ssize_t direct_read(struct fat_inode *inode, struct cursor *to, uint64_t offset,
			   uint64_t bytes, uint64_t size)
{
	uint64_t whole = ALIGN_DOWN(bytes, inode->pages.device->sector_bytes);
	ssize_t done = 0, tail;
	int error = page_cache_settle(&inode->pages, offset, offset + bytes, false);

	if (UNLIKELY(error))
		return error;
	if (LIKELY(whole))
		done = direct_extents(inode, false, to, offset, whole);
	if (LIKELY(whole == bytes) || done != (ssize_t)whole)
		return done;
	/* the file ends within a sector */
	tail = page_cache_read(&inode->pages, to, offset + whole, bytes - whole, size);
	return tail > 0 ? done + tail : done ? done : tail;
}

static ssize_t direct_write(struct fat_inode *inode, struct cursor *from, uint64_t offset,
			    uint64_t bytes)
{
	int error = page_cache_settle(&inode->pages, offset, offset + bytes, true);
	ssize_t done;

	if (error)
		return error;
	done = direct_extents(inode, true, from, offset, bytes);
	/* who read meanwhile may have put pages there */
	error = page_cache_settle(&inode->pages, offset, offset + bytes, true);
	return error ? error : done;
}

/* ---- reading ------------------------------------------------------------------------------- */

static ssize_t fat_read(struct file *file, struct cursor *to, int64_t offset)
{
	struct fat_inode *inode = fat_inode_of(file->inode);
	uint64_t at = (uint64_t)offset, size = READ_ONCE(inode->inode.size), bytes;

	if (UNLIKELY(file->flags & O_DIRECT) &&
	    !direct_possible(inode->pages.device->sector_bytes, to, at))
		return -EINVAL;
	if (at >= size || to->remaining == 0)
		return 0;
	bytes = MIN(to->remaining, size - at);
	if (UNLIKELY(file->flags & O_DIRECT))
		return direct_read(inode, to, at, bytes, size);
	return page_cache_read(&inode->pages, to, at, bytes, size);
}

static ssize_t fat_read_range(struct file *file, struct address_space *space, uint64_t address,
			      uint64_t bytes, uint64_t offset)
{
	struct fat_inode *inode = fat_inode_of(file->inode);

	if (UNLIKELY(file->flags & O_DIRECT))
		return FILE_NOT_NOW;
	return page_cache_read_range(&inode->pages, space, address, bytes, offset,
				     READ_ONCE(inode->inode.size));
}

/* What fat_read would do for O_DIRECT, in one piece of the file that has been mapped.
 * (Who writes holds the inode's lock meanwhile, which takes a coroutine.) */
static bool fat_begin(struct file *file, struct cursor *cursor, uint64_t at, bool write,
		      struct file_transfer *transfer)
{
	struct fat_inode *inode = fat_inode_of(file->inode);
	const struct fat_volume *volume = fat_volume_of(file->inode);
	const uint64_t size = READ_ONCE(inode->inode.size), bytes = cursor->remaining;
	const uint32_t in_cluster = at & (fat_cluster_bytes(volume) - 1);
	uint32_t cluster, count;

	if (write || !(file->flags & O_DIRECT) ||
	    UNLIKELY(!page_cache_is_written(&inode->pages)) ||
	    UNLIKELY(!direct_possible(inode->pages.device->sector_bytes, cursor, at)))
		return false;
	if (UNLIKELY(bytes == 0) || UNLIKELY(bytes > size) || UNLIKELY(at > size - bytes) ||
	    UNLIKELY(!fat_chain_find_mapped(inode, (uint32_t)(at >> volume->cluster_shift),
					    &cluster, &count)) ||
	    UNLIKELY(((uint64_t)count << volume->cluster_shift) - in_cluster < bytes))
		return false;
	return direct_begin(&inode->pages, false, fat_cluster_offset(volume, cluster) + in_cluster,
			    cursor, bytes, transfer);
}

/* ---- writing: the inode's lock held ---------------------------------------------------------- */

/*
 * Who may take clusters has first what it needs to give them back: a file has none behind its
 * size when the write is over.  *release: NULL if `end` is within those that it has.
 */
static int release_prepare(const struct fat_inode *inode, uint64_t end,
			   struct fat_release **release)
{
	*release = NULL;
	if (LIKELY(fat_clusters_for(fat_volume_of(&inode->inode), end) <= inode->clusters))
		return 0;
	*release = kernel_alloc(sizeof(**release));
	return *release ? 0 : -ENOMEM;
}

/* Gives back what lies behind the size. */
static void surplus_release(struct fat_inode *inode, struct fat_release *release)
{
	struct fat_volume *volume = fat_volume_of(&inode->inode);
	uint32_t kept = fat_clusters_for(volume, inode->inode.size);

	if (LIKELY(!release))
		return;
	if (kept >= inode->clusters) {
		kernel_free(release, sizeof(*release));
		return;
	}
	fat_lock(volume);
	fat_chain_cut(inode, kept, release);
	fat_unlock(volume);
}

/* Clusters for `end` bytes.  0; -ENOSPC: for *end bytes only. */
static int space_take(struct fat_inode *inode, uint64_t *end)
{
	struct fat_volume *volume = fat_volume_of(&inode->inode);
	uint32_t wanted = fat_clusters_for(volume, *end);
	int error;

	if (LIKELY(wanted <= inode->clusters))
		return 0;
	fat_lock(volume);
	error = fat_chain_grow(inode, wanted);
	fat_unlock(volume);
	*end = MIN(*end, (uint64_t)inode->clusters << volume->cluster_shift);
	return error;
}

/* What lies between the end and `offset` is zero from now on. */
static int gap_fill(struct fat_inode *inode, uint64_t offset)
{
	uint64_t size = inode->inode.size;
	int error = page_cache_zero(&inode->pages, size, offset, size);

	if (!error)
		WRITE_ONCE(inode->inode.size, offset);
	return error;
}

/* At most CHUNK_BYTES behind the gap. */
static ssize_t chunk_write(struct fat_inode *inode, struct cursor *from, uint64_t at)
{
	uint64_t size = inode->inode.size;
	uint64_t end = at + MIN(from->remaining, CHUNK_BYTES);
	int error = space_take(inode, &end);
	ssize_t done;

	if (end <= at)
		return error ? error : -ENOSPC;
	if (at > size) {
		error = gap_fill(inode, at);
		if (error)
			return error;
		size = at;
	}
	done = page_cache_write(&inode->pages, from, at, end - at, size);
	if (done > 0 && at + (uint64_t)done > size)
		WRITE_ONCE(inode->inode.size, at + (uint64_t)done);
	return done;
}

static ssize_t write_chunks(struct fat_inode *inode, struct cursor *from, uint64_t at)
{
	uint64_t done = 0;

	while (from->remaining > 0) {
		uint64_t wanted = MIN(from->remaining, CHUNK_BYTES);
		ssize_t part = at + done >= FAT_FILE_BYTES_MAX ? -EFBIG :
			       chunk_write(inode, from, at + done);

		if (part <= 0) {
			if (done == 0)
				return part;
			break;
		}
		done += (uint64_t)part;
		if ((uint64_t)part < wanted)
			break;
	}
	return (ssize_t)done;
}

static int sync_locked(struct file *file, bool data_only);

static ssize_t fat_write(struct file *file, struct cursor *from, int64_t offset)
{
	struct fat_inode *inode = fat_inode_of(file->inode);
	struct fat_volume *volume = fat_volume_of(file->inode);
	uint64_t at = (uint64_t)offset;
	struct fat_release *release;
	bool direct = file->flags & O_DIRECT;
	ssize_t done;
	int error = fat_check_writable(volume);

	if (error || from->remaining == 0)
		return error;
	if (direct && !direct_possible(inode->pages.device->sector_bytes, from, at))
		return -EINVAL;
	if (at < FAT_FILE_BYTES_MAX)
		from->remaining = MIN(from->remaining, FAT_FILE_BYTES_MAX - at);
	if (direct && at + from->remaining <= inode->inode.size) {
		done = direct_write(inode, from, at, from->remaining);
	} else {
		error = release_prepare(inode, at + from->remaining, &release);
		if (UNLIKELY(error))
			return error;
		done = write_chunks(inode, from, at);
		surplus_release(inode, release);
		if (direct && done > 0)
			error = page_cache_settle(&inode->pages, at, at + (uint64_t)done, true);
	}
	if (done > 0) {
		inode_touch(&inode->inode);
		fat_inode_mark_dirty(inode);
		if (UNLIKELY(file->flags & O_DSYNC) && !error)
			error = sync_locked(file, true);
	}
	fat_commit_if_many(volume);
	return error ? error : done;
}

/* ---- truncate: the inode's lock held --------------------------------------------- */

static int file_shrink(struct fat_inode *inode, uint64_t bytes)
{
	struct fat_volume *volume = fat_volume_of(&inode->inode);
	struct fat_release *release = kernel_alloc(sizeof(*release));
	uint64_t next_page = ALIGN_UP(bytes, PAGE_SIZE);
	int error = 0;

	if (!release)
		return -ENOMEM;
	WRITE_ONCE(inode->cuts, inode->cuts + 1);
	WRITE_ONCE(inode->inode.size, bytes);
	page_cache_drop(&inode->pages, next_page, UINT64_MAX);
	/* a page may lie in clusters that stay and in others */
	(void)page_cache_settle(&inode->pages, bytes, next_page, false);
	fat_lock(volume);
	if (fat_clusters_for(volume, bytes) < inode->clusters)
		fat_chain_cut(inode, fat_clusters_for(volume, bytes), release);
	else
		kernel_free(release, sizeof(*release));
	/* what the entry did not tell of yet may not be on the disk yet */
	if (inode->entry_bytes > bytes)
		error = fat_entry_update(inode, bytes);
	fat_unlock(volume);
	return error;
}

static int file_extend(struct fat_inode *inode, uint64_t bytes)
{
	uint64_t end = bytes;
	struct fat_release *release;
	int error = release_prepare(inode, end, &release);

	if (error)
		return error;
	error = space_take(inode, &end);
	if (!error)
		error = gap_fill(inode, bytes);
	surplus_release(inode, release);
	return error;
}

static int fat_truncate(struct file *file, uint64_t bytes)
{
	struct fat_inode *inode = fat_inode_of(file->inode);
	struct fat_volume *volume = fat_volume_of(file->inode);
	int error = fat_check_writable(volume);

	if (!error && bytes > FAT_FILE_BYTES_MAX)
		error = -EFBIG;
	if (!error && bytes < inode->inode.size)
		error = file_shrink(inode, bytes);
	else if (!error && bytes > inode->inode.size)
		error = file_extend(inode, bytes);
	if (error)
		return error;
	inode_touch(&inode->inode);
	fat_inode_mark_dirty(inode);
	fat_commit_if_many(volume);
	return 0;
}

/* ---- sync ------------------------------------------------------------------------ */

/* Everything that it takes to read the file back, or only that (data_only). */
static int metadata_sync(struct fat_inode *inode, bool data_only)
{
	struct fat_volume *volume = fat_volume_of(&inode->inode);
	bool grown = inode->entry_bytes != inode->inode.size;
	int error = 0;

	fat_lock(volume);
	if (inode->entry_offset && (grown || !data_only))
		error = fat_entry_update(inode, inode->inode.size);
	if (!error && inode->changed_in > volume->committed)
		error = fat_commit(volume);
	else if (!error)
		error = block_flush(volume->device);
	fat_unlock(volume);
	return error;
}

/* The inode's lock held. */
static int sync_locked(struct file *file, bool data_only)
{
	struct fat_inode *inode = fat_inode_of(file->inode);
	uint32_t sequence = (uint32_t)(uintptr_t)file->private;
	int error = page_cache_flush(&inode->pages);

	if (!error)
		error = metadata_sync(inode, data_only);
	/* also what failed in the background since this file was asked last */
	if (page_cache_failed_since(&inode->pages, &sequence) && !error)
		error = -EIO;
	file->private = (void *)(uintptr_t)sequence;
	return error;
}

static int fat_sync(struct file *file, bool data_only)
{
	int error;

	mutex_lock(&file->inode->lock);
	error = sync_locked(file, data_only);
	mutex_unlock(&file->inode->lock);
	return error;
}

static int fat_stat(struct file *file, struct statx *result)
{
	inode_stat(file->inode, result);
	result->stx_mask |= STATX_DIOALIGN;
	result->stx_dio_mem_align = fat_volume_of(file->inode)->device->sector_bytes;
	result->stx_dio_offset_align = fat_volume_of(file->inode)->device->sector_bytes;
	return 0;
}

const struct file_ops fat_file_ops = {
	.kind = "file",
	.read = fat_read,
	.read_range = fat_read_range,
	.begin = fat_begin,
	.go = direct_go,
	.write = fat_write,
	.sync = fat_sync,
	.truncate = fat_truncate,
	.stat = fat_stat,
};
