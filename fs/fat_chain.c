/*
 * The clusters of a file or directory, in order.
 *
 * The FAT is a linked list; what was walked once is kept as extents, so that a seek
 * is a binary search.  More of it is walked when it is asked for.  A file's chain
 * ends where its size says, whatever the FAT says behind that: after a power cut the
 * clusters there may be somebody else's.
 *
 * Locks: chain_lock while the chain is walked; map_lock over the extents.
 */
#include <string.h>

#include "fs/fat_volume.h"
#include "kernel/api/memory.h"

#define EXTENTS_LEAST	4u
#define CLUSTERS_PER_BREATH	4096u
#define EXTENTS_MOST	65536u		/* of one file: what kernel_alloc gives at once */

/* ---- extents: map_lock held ----------------------------------------------------------- */

static bool extent_find(const struct fat_inode *inode, uint32_t index, uint32_t *cluster,
			uint32_t *count)
{
	uint32_t low = 0, high = inode->extent_count;

	if (index >= inode->mapped)
		return false;
	while (high - low > 1) {
		uint32_t middle = (low + high) / 2;

		if (inode->extents[middle].index <= index)
			low = middle;
		else
			high = middle;
	}
	*cluster = inode->extents[low].first + (index - inode->extents[low].index);
	*count = inode->extents[low].count - (index - inode->extents[low].index);
	return true;
}

/* There is room. */
static void extent_add(struct fat_inode *inode, uint32_t first, uint32_t count)
{
	struct fat_extent *last = inode->extents + inode->extent_count - 1;

	if (inode->extent_count && last->first + last->count == first) {
		last->count += count;
	} else {
		ASSERT(inode->extent_count < inode->extent_room);
		inode->extents[inode->extent_count++] = (struct fat_extent){
			.index = inode->mapped, .first = first, .count = count };
	}
	inode->mapped += count;
}

static void extents_cut(struct fat_inode *inode, uint32_t kept)
{
	while (inode->extent_count &&
	       inode->extents[inode->extent_count - 1].index >= kept)
		inode->extent_count--;
	if (inode->extent_count) {
		struct fat_extent *last = &inode->extents[inode->extent_count - 1];

		last->count = MIN(last->count, kept - last->index);
	}
	inode->mapped = MIN(inode->mapped, kept);
}

/* ---- room for one more extent; chain_lock or volume's lock held ------------------------- */

int fat_chain_reserve(struct fat_inode *inode)
{
	uint32_t old_room = inode->extent_room, room = MAX(2 * old_room, EXTENTS_LEAST);
	struct fat_extent *old, *extents;

	if (inode->extent_count < old_room)
		return 0;
	if (room > EXTENTS_MOST)
		return -ENOMEM;
	extents = kernel_alloc(room * sizeof(*extents));
	if (!extents)
		return -ENOMEM;
	spinlock_acquire(&inode->map_lock);
	old = inode->extents;
	if (old)
		memcpy(extents, old, inode->extent_count * sizeof(*extents));
	inode->extents = extents;
	inode->extent_room = room;
	spinlock_release(&inode->map_lock);
	kernel_free(old, old_room * sizeof(*old));
	return 0;
}

void fat_chain_forget(struct fat_inode *inode)
{
	kernel_free(inode->extents, inode->extent_room * sizeof(*inode->extents));
	inode->extents = NULL;
	inode->extent_count = inode->extent_room = inode->mapped = 0;
}

/* ---- walking: chain_lock held ---------------------------------------------------------------- */

static int mapped_add(struct fat_inode *inode, uint32_t cluster)
{
	int error = fat_chain_reserve(inode);

	if (error)
		return error;
	spinlock_acquire(&inode->map_lock);
	extent_add(inode, cluster, 1);
	spinlock_release(&inode->map_lock);
	return 0;
}

/* The cluster behind what is mapped; 0: the chain ends. */
static int next_cluster(struct fat_inode *inode, struct fat_window *window, uint32_t *next)
{
	struct fat_volume *volume = fat_volume_of(&inode->inode);
	const struct fat_extent *last;
	int error;

	if (inode->mapped == 0) {
		*next = inode->first_cluster;
	} else {
		last = &inode->extents[inode->extent_count - 1];
		error = fat_table_get(volume, window, last->first + last->count - 1, next);
		if (error)
			return error;
		if (*next >= FAT_END_LEAST)
			*next = 0;
		else if (!fat_cluster_is_valid(volume, *next))
			return -EUCLEAN;
	}
	return *next && !fat_cluster_is_valid(volume, *next) ? -EUCLEAN : 0;
}

/* Until `wanted` clusters are mapped, or the chain ends. */
static int chain_walk(struct fat_inode *inode, uint32_t wanted)
{
	struct fat_window window = { NULL, 0 };
	uint32_t next = 1;
	int error = 0;

	while (inode->mapped < wanted) {
		error = next_cluster(inode, &window, &next);
		if (error || !next)
			break;
		error = mapped_add(inode, next);
		if (error)
			break;
		if (inode->mapped % CLUSTERS_PER_BREATH == 0)
			task_breathe();
	}
	fat_window_close(&window);
	return error;
}

/* ---- what others call ------------------------------------------------------------ */

bool fat_chain_find_mapped(struct fat_inode *inode, uint32_t index, uint32_t *cluster,
			   uint32_t *count)
{
	bool found;

	spinlock_acquire(&inode->map_lock);
	found = extent_find(inode, index, cluster, count);
	spinlock_release(&inode->map_lock);
	return found;
}

int fat_chain_find(struct fat_inode *inode, uint32_t index, uint32_t *cluster,
		   uint32_t *count)
{
	int error = 0;

	if (LIKELY(fat_chain_find_mapped(inode, index, cluster, count)))
		return 0;
	mutex_lock(&inode->chain_lock);
	if (index >= inode->clusters)
		error = -ENODATA;
	if (!error)
		error = chain_walk(inode, index + 1);
	if (!error) {
		spinlock_acquire(&inode->map_lock);
		if (!extent_find(inode, index, cluster, count))
			error = -EUCLEAN;	/* it ends before the size does */
		spinlock_release(&inode->map_lock);
	}
	mutex_unlock(&inode->chain_lock);
	return error;
}

int fat_chain_measure(struct fat_inode *inode)
{
	struct fat_volume *volume = fat_volume_of(&inode->inode);
	uint32_t most = fat_clusters_for(volume, FAT_SLOTS_MAX * FAT_SLOT_BYTES);
	uint32_t next;
	struct fat_window window = { NULL, 0 };
	int error;

	if (!inode->first_cluster)
		return -EUCLEAN;
	mutex_lock(&inode->chain_lock);
	error = chain_walk(inode, most);
	if (!error && inode->mapped == most) {
		error = next_cluster(inode, &window, &next);
		if (!error && next)
			error = -EUCLEAN;	/* too long: a circle, most likely */
		fat_window_close(&window);
	}
	if (!error)
		inode->clusters = inode->mapped;
	mutex_unlock(&inode->chain_lock);
	return error;
}

void fat_chain_append(struct fat_inode *inode, uint32_t first, uint32_t count)
{
	mutex_lock(&inode->chain_lock);
	spinlock_acquire(&inode->map_lock);
	ASSERT(inode->mapped == inode->clusters);
	extent_add(inode, first, count);
	inode->clusters += count;
	spinlock_release(&inode->map_lock);
	mutex_unlock(&inode->chain_lock);
	if (!inode->first_cluster)
		inode->first_cluster = first;
}

/* The last cluster, and all of the chain mapped; *last 0: it has none. */
static int last_find(struct fat_inode *inode, uint32_t *last)
{
	uint32_t count;

	*last = 0;
	return inode->clusters ? fat_chain_find(inode, inode->clusters - 1, last, &count) : 0;
}

int fat_chain_alloc(struct fat_inode *inode, uint32_t wanted, uint32_t *last,
		    uint32_t *first, uint32_t *count)
{
	struct fat_volume *volume = fat_volume_of(&inode->inode);
	int error = last_find(inode, last);

	if (!error)
		error = fat_chain_reserve(inode);
	/* its chain is still longer on the disk: it must end there before it goes on */
	if (!error && inode->cut_in > volume->committed)
		error = fat_commit(volume);
	if (!error)
		error = fat_table_alloc(volume, *last + 1, wanted, first, count);
	if (error == -ENOSPC && !list_empty(&volume->releases)) {
		error = fat_commit(volume);
		if (!error)
			error = fat_table_alloc(volume, *last + 1, wanted, first, count);
	}
	return error;
}

int fat_chain_grow(struct fat_inode *inode, uint32_t wanted)
{
	struct fat_volume *volume = fat_volume_of(&inode->inode);
	uint32_t before = inode->clusters;
	int error = 0;

	while (inode->clusters < wanted) {
		struct fat_window window = { NULL, 0 };
		uint32_t last, first, count;

		error = fat_chain_alloc(inode, wanted - inode->clusters, &last, &first, &count);
		if (!error && last) {
			error = fat_table_set(volume, &window, last, first);
			fat_window_close(&window);
			if (error)
				fat_table_free(volume, first, count);
		}
		if (error)
			break;
		fat_chain_append(inode, first, count);
	}
	if (inode->clusters != before)
		fat_changed(volume, inode);
	return error;
}

void fat_chain_cut(struct fat_inode *inode, uint32_t kept, struct fat_release *release)
{
	struct fat_volume *volume = fat_volume_of(&inode->inode);
	uint32_t count;

	ASSERT(kept < inode->clusters);
	/* where the chain is damaged, nothing is released, but the file ends all the same */
	if (fat_chain_find(inode, kept, &release->first, &count) ||
	    (kept && fat_chain_find(inode, kept - 1, &release->last_kept, &count)))
		release->last_kept = 0;
	else
		release->count = inode->clusters - kept;
	mutex_lock(&inode->chain_lock);
	spinlock_acquire(&inode->map_lock);
	inode->clusters = kept;
	extents_cut(inode, kept);
	spinlock_release(&inode->map_lock);
	mutex_unlock(&inode->chain_lock);
	if (!kept)
		inode->first_cluster = 0;
	fat_changed(volume, inode);
	if (release->last_kept)
		inode->cut_in = inode->changed_in;
	fat_release_later(volume, release);
}

/* ---- pages of a file ------------------------------------------------------------- */

static int file_map(struct page_cache *cache, uint64_t offset, uint64_t *device_offset,
		    uint64_t *bytes)
{
	struct fat_inode *inode = CONTAINER_OF(cache, struct fat_inode, pages);
	struct fat_volume *volume = fat_volume_of(&inode->inode);
	uint32_t in_cluster = offset & (fat_cluster_bytes(volume) - 1);
	uint32_t cluster, count;
	int error = fat_chain_find(inode, (uint32_t)(offset >> volume->cluster_shift), &cluster,
				   &count);

	if (error)
		return error;
	*device_offset = fat_cluster_offset(volume, cluster) + in_cluster;
	*bytes = ((uint64_t)count << volume->cluster_shift) - in_cluster;
	return 0;
}

const struct page_cache_ops fat_file_map = { .map = file_map };
