/*
 * The order in which changes reach the disk, so that whenever the power goes the
 * volume can be mounted, and what fsync was told of is whole.
 *
 * A directory entry never leads to what is not there yet, nor to what is somebody
 * else's already:
 *
 *   1. the boot sector says that the volume is in use;
 *   2. contents of files, before the entry that gives their size (fat_inode_flush);
 *   3. the FAT, all copies; flush;
 *   4. directory entries; flush;
 *   5. names that have another one by now are erased; flush;
 *   6. clusters that no entry leads to any more become free, in memory: only from now
 *      on can somebody else have them.
 *
 * 3 to 6 are a commit.  The volume's lock is held throughout, so what a commit writes
 * belongs together.  Some time after the last change the volume is left in order:
 * FSInfo is right and the boot sector says so.
 */
#include "fs/fat_volume.h"
#include "kernel/api/memory.h"

#define BOOT_STATE_BYTE		0x41	/* as Linux and Windows use it */
#define BOOT_STATE_DIRTY	1
#define INFO_FREE		488
#define INFO_NEXT		492
#define CHANGES_MANY		4096u	/* not committed yet: a bound for dirty metadata */

int fat_check_writable(const struct fat_volume *volume)
{
	if (READ_ONCE(volume->failed))
		return -EIO;
	return volume->device->read_only ? -EROFS : 0;
}

void fat_release_later(struct fat_volume *volume, struct fat_release *release)
{
	list_push_back(&volume->releases, &release->node);
	writeback_note();
}

/* ---- steps: the volume's lock held ----------------------------------------------------- */

static int fat_flush(struct fat_volume *volume)
{
	return page_cache_flush_range(&volume->metadata, volume->fat_offset,
				      volume->fat_offset + volume->fat_bytes, volume->fats,
				      volume->fat_bytes);
}

static int directories_flush(struct fat_volume *volume)
{
	int error = page_cache_flush_range(&volume->metadata, volume->data_offset,
					   volume->end_offset, 1, 0);

	return error ? error : block_flush(volume->device);
}

/* Bytes of a sector in front of the FAT, in the cache and on the disk. */
static int sector_write(struct fat_volume *volume, uint64_t offset, uint32_t bytes)
{
	return page_cache_flush_range(&volume->metadata, offset, offset + bytes, 1, 0);
}

static int state_write(struct fat_volume *volume, bool dirty)
{
	struct cached_page *page;
	uint8_t *state;
	int error = page_cache_get(&volume->metadata, 0, false, &page);

	if (error)
		return error;
	state = (uint8_t *)page_cache_memory(page) + BOOT_STATE_BYTE;
	if (!volume->dirty_at_mount)
		*state = dirty ? *state | BOOT_STATE_DIRTY : *state & (uint8_t)~BOOT_STATE_DIRTY;
	page_cache_dirty(page, BOOT_STATE_BYTE, BOOT_STATE_BYTE + 1);
	page_cache_put(page);
	error = sector_write(volume, 0, volume->sector_bytes);
	if (!error)
		error = block_flush(volume->device);
	if (!error)
		volume->dirty_on_disk = dirty;
	return error;
}

static int info_write(struct fat_volume *volume)
{
	struct cached_page *page;
	uint32_t in_page = volume->info_offset & PAGE_MASK;
	char *info;
	int error;

	if (!volume->info_offset)
		return 0;
	error = page_cache_get(&volume->metadata, volume->info_offset >> PAGE_SHIFT, false,
			       &page);
	if (error)
		return error;
	info = page_cache_memory(page) + in_page;
	*(uint32_t *)(info + INFO_FREE) = volume->free_clusters;
	*(uint32_t *)(info + INFO_NEXT) = volume->rotor;
	page_cache_dirty(page, in_page + INFO_FREE, in_page + INFO_NEXT + 4);
	page_cache_put(page);
	return sector_write(volume, volume->info_offset, volume->sector_bytes);
}

static int erasures_apply(struct fat_volume *volume)
{
	struct list *node;
	int result = 0;

	if (list_empty(&volume->erasures))
		return 0;
	while ((node = list_pop_front(&volume->erasures))) {
		struct fat_erasure *erasure = CONTAINER_OF(node, struct fat_erasure, node);
		int error = fat_directory_erase(erasure->directory, erasure->first,
						erasure->count);

		result = result ? result : error;
		list_push_back(&volume->spent, node);
	}
	return result ? result : directories_flush(volume);
}

static int releases_apply(struct fat_volume *volume)
{
	struct fat_window window = { NULL, 0 };
	struct list *node;
	int error = 0;

	while ((node = list_pop_front(&volume->releases))) {
		struct fat_release *release = CONTAINER_OF(node, struct fat_release, node);

		if (!error && release->last_kept)
			error = fat_table_set(volume, &window, release->last_kept, FAT_END);
		fat_window_close(&window);
		if (!error)
			error = fat_table_free(volume, release->first, release->count);
		kernel_free(release, sizeof(*release));
	}
	return error;
}

static int commit_steps(struct fat_volume *volume)
{
	int error = volume->dirty_on_disk ? 0 : state_write(volume, true);

	if (!error)
		error = fat_flush(volume);
	if (!error)
		error = block_flush(volume->device);
	if (!error)
		error = directories_flush(volume);
	if (!error)
		error = erasures_apply(volume);
	return error ? error : releases_apply(volume);
}

int fat_commit(struct fat_volume *volume)
{
	uint64_t changes = volume->changes;
	int error = fat_check_writable(volume);

	if (error || volume->committed == changes)
		return error;
	error = commit_steps(volume);
	if (error) {
		kernel_log("fat: %s: error %d as metadata was written: read-only from now on",
			   volume->device->name, -error);
		WRITE_ONCE(volume->failed, true);
		return -EIO;
	}
	volume->committed = changes;
	return 0;
}

/* ---- inodes -------------------------------------------------------------------------------- */

int fat_inode_flush(struct fat_inode *inode)
{
	struct fat_volume *volume = fat_volume_of(&inode->inode);
	uint64_t bytes = READ_ONCE(inode->inode.size);
	uint32_t cuts = READ_ONCE(inode->cuts);
	int error = page_cache_flush(&inode->pages);

	if (error)
		return error;
	fat_lock(volume);
	if (inode->cuts == cuts)
		error = fat_entry_update(inode, bytes);
	else
		fat_inode_mark_dirty(inode);	/* it was cut meanwhile: another time */
	fat_unlock(volume);
	return error;
}

/* ---- write-back ------------------------------------------------------------------ */

/* Those that become dirty meanwhile wait for the next time. */
static void inodes_flush(struct fat_volume *volume)
{
	struct fat_inode *inode;
	struct list *node;
	uint64_t count = 0;

	spinlock_acquire(&volume->table_lock);
	LIST_FOR_EACH(node, &volume->dirty)
		count++;
	spinlock_release(&volume->table_lock);
	while (count-- > 0 && (inode = fat_inode_take_dirty(volume))) {
		/* what can't be written has been counted: fsync tells of it */
		(void)fat_inode_flush(inode);
		inode_put(&inode->inode);
	}
}

/* Leaves all in order, if nothing has changed for a while. */
static int leave_in_order(struct fat_volume *volume)
{
	int error = fat_flush(volume);

	if (!error)
		error = info_write(volume);
	if (!error)
		error = block_flush(volume->device);
	return error ? error : state_write(volume, false);
}

bool fat_writeback(struct writeback_client *client, bool last)
{
	struct fat_volume *volume = CONTAINER_OF(client, struct fat_volume, client);
	bool changed, again;
	int error = 0;

	inodes_flush(volume);
	fat_lock(volume);
	changed = volume->changes != volume->committed;
	if (changed)
		error = fat_commit(volume);
	if (!error && volume->dirty_on_disk && !volume->failed && (last || !changed) &&
	    volume->changes == volume->committed)
		error = leave_in_order(volume);
	again = volume->dirty_on_disk && !volume->failed && !error;
	fat_unlock(volume);
	return again;
}

/* ---- the lock -------------------------------------------------------------------- */

void fat_lock(struct fat_volume *volume)
{
	mutex_lock(&volume->lock);
}

void fat_unlock(struct fat_volume *volume)
{
	struct list *node;

	if (LIKELY(list_empty(&volume->spent))) {
		mutex_unlock(&volume->lock);
		return;
	}
	node = list_pop_front(&volume->spent);
	mutex_unlock(&volume->lock);
	do {
		struct fat_erasure *erasure = CONTAINER_OF(node, struct fat_erasure, node);

		inode_put(&erasure->directory->inode);
		kernel_free(erasure, sizeof(*erasure));
		mutex_lock(&volume->lock);
		node = list_pop_front(&volume->spent);
		mutex_unlock(&volume->lock);
	} while (node);
}

void fat_commit_if_many(struct fat_volume *volume)
{
	if (LIKELY(READ_ONCE(volume->changes) - READ_ONCE(volume->committed) < CHANGES_MANY))
		return;
	fat_lock(volume);
	if (volume->changes - volume->committed >= CHANGES_MANY)
		(void)fat_commit(volume);
	fat_unlock(volume);
}
