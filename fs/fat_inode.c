/*
 * Inodes of a FAT volume in memory.
 *
 * An inode is found by the place of its entry on the device.  One that nobody refers
 * to stays for a while, with its pages and its index; the longest unused go first.
 * One whose name has ended is in no table, and goes with its last reference.
 *
 * Locks: table_lock over the table and the lists.  The last reference ends under it,
 * so whoever finds an inode there can keep it.
 */
#include <string.h>

#include "drivers/rtc.h"
#include "fs/fat_volume.h"
#include "kernel/api/memory.h"

#define IDLE_LEAST	256u
#define IDLE_MOST	8192u
#define IDLE_SHARE	16u	/* an idle inode for so many frames */
#define IDLE_LOOKS	4u
#define NS_PER_S	1000000000ull
#define SECONDS_PER_DAY	86400u
#define DAYS_TO_1980	3652u
#define NUMBER_OF_PLACE	(1ull << 48)	/* above all numbers that are counted */

/* ---- times: UTC, as Linux takes them with tz=UTC ---------------------------------------- */

/* Days since 1970-01-01 of a date; month 1 .. 12. */
static uint64_t days_of(uint32_t year, uint32_t month, uint32_t day)
{
	static const uint16_t before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	uint32_t leap_days = (year - 1969) / 4 - (year > 2100);

	return (year - 1970) * 365ull + leap_days + before[month - 1] + day - 1 +
	       (month > 2 && year % 4 == 0 && year != 2100);
}

static uint64_t time_from_fat(uint16_t date, uint16_t time, uint8_t centiseconds)
{
	uint32_t month = MIN(MAX(date >> 5 & 15, 1), 12), day = MAX(date & 31, 1);
	uint64_t seconds = days_of(1980 + (date >> 9), month, (uint32_t)day) * SECONDS_PER_DAY +
			   (time >> 11) * 3600u + (time >> 5 & 63) * 60u + (time & 31) * 2u;

	return seconds * NS_PER_S + MIN(centiseconds, 199) * 10000000ull;
}

static void time_to_fat(uint64_t time_ns, uint16_t *date, uint16_t *time, uint8_t *centiseconds)
{
	uint64_t seconds = time_ns / NS_PER_S;
	uint64_t days = MIN(MAX(seconds / SECONDS_PER_DAY, DAYS_TO_1980),
			    days_of(2107, 12, 31));
	uint32_t in_day = (uint32_t)(seconds % SECONDS_PER_DAY);
	uint32_t year = 1980, month = 1;

	while (days_of(year + 1, 1, 1) <= days)
		year++;
	while (month < 12 && days_of(year, month + 1, 1) <= days)
		month++;
	*date = (uint16_t)((year - 1980) << 9 | month << 5 |
			   (uint32_t)(days - days_of(year, month, 1) + 1));
	*time = (uint16_t)(in_day / 3600 << 11 | in_day / 60 % 60 << 5 | in_day % 60 / 2);
	if (centiseconds)
		*centiseconds = (uint8_t)(in_day % 2 * 100 + time_ns % NS_PER_S / 10000000u);
}

void fat_entry_stamp(struct fat_entry *entry, const struct inode *inode)
{
	time_to_fat(inode->born_ns, &entry->born_date, &entry->born_time,
		    &entry->born_centiseconds);
	time_to_fat(inode->modified_ns, &entry->modified_date, &entry->modified_time, NULL);
	entry->read_date = entry->modified_date;
}

/* ---- the table: table_lock held ------------------------------------------------------------ */

static struct fat_inode **bucket_of(struct fat_volume *volume, uint64_t entry_offset)
{
	uint64_t key = entry_offset / FAT_SLOT_BYTES;

	return &volume->table[(key ^ key >> 8) % FAT_TABLE_BUCKETS];
}

static struct fat_inode *table_find(struct fat_volume *volume, uint64_t entry_offset)
{
	struct fat_inode *inode = *bucket_of(volume, entry_offset);

	while (inode && inode->entry_offset != entry_offset)
		inode = inode->bucket_next;
	return inode;
}

static void table_insert(struct fat_volume *volume, struct fat_inode *inode)
{
	struct fat_inode **bucket = bucket_of(volume, inode->entry_offset);

	inode->bucket_next = *bucket;
	*bucket = inode;
	inode->resident = true;
}

static void table_remove(struct fat_volume *volume, struct fat_inode *inode)
{
	struct fat_inode **link = bucket_of(volume, inode->entry_offset);

	if (!inode->resident)
		return;
	while (*link != inode)
		link = &(*link)->bucket_next;
	*link = inode->bucket_next;
	inode->resident = false;
}

/* A reference to one that may be idle. */
static void revive(struct fat_volume *volume, struct fat_inode *inode)
{
	if (!list_empty(&inode->idle)) {
		list_remove(&inode->idle);
		volume->idle_count--;
	}
	inode_get(&inode->inode);
}

/* ---- making and freeing ---------------------------------------------------------- */

static void inode_free(struct fat_inode *inode)
{
	ASSERT(list_empty(&inode->idle) && list_empty(&inode->dirty));
	page_cache_drop(&inode->pages, 0, UINT64_MAX);
	fat_chain_forget(inode);
	fat_index_free(&inode->index);
	kernel_free(inode->release, sizeof(*inode->release));
	kernel_free(inode, sizeof(*inode));
}

static struct fat_inode *inode_create(struct fat_volume *volume, uint32_t mode)
{
	struct fat_inode *inode = kernel_alloc(sizeof(*inode));

	if (!inode)
		return NULL;
	inode_init(&inode->inode, &fat_inode_ops, &volume->filesystem, mode);
	inode->inode.file_ops = inode_is_directory(&inode->inode) ? &fat_directory_file_ops :
				&fat_file_ops;
	list_init(&inode->idle);
	list_init(&inode->dirty);
	mutex_init(&inode->chain_lock);
	page_cache_init(&inode->pages, &fat_file_map, volume->device, volume->sector_bytes);
	return inode;
}

/* What the entry says; what it can't say is for who uses it to find out. */
static void inode_fill(struct fat_inode *inode, uint64_t entry_offset,
		       const struct fat_entry *entry)
{
	struct fat_volume *volume = fat_volume_of(&inode->inode);

	inode->entry_offset = entry_offset;
	inode->first_cluster = fat_entry_cluster(entry) & FAT_ENTRY_MASK;
	inode->inode.modified_ns = time_from_fat(entry->modified_date, entry->modified_time, 0);
	inode->inode.changed_ns = inode->inode.modified_ns;
	inode->inode.born_ns = time_from_fat(entry->born_date, entry->born_time,
					     entry->born_centiseconds);
	if (inode_is_directory(&inode->inode))
		return;
	inode->inode.size = inode->entry_bytes = entry->bytes;
	inode->clusters = MIN(fat_clusters_for(volume, entry->bytes),
			      volume->cluster_limit - FAT_CLUSTER_FIRST);
}

struct fat_inode *fat_root_create(struct fat_volume *volume, uint32_t cluster)
{
	struct fat_inode *inode = inode_create(volume, S_IFDIR | 0755);

	if (inode)
		inode->first_cluster = cluster;
	return inode;
}

/* One that has been idle for long and has nothing to write, taken out; NULL: the next
 * few all have.  table_lock held. */
static struct fat_inode *idle_victim(struct fat_volume *volume)
{
	for (unsigned looks = 0; looks < IDLE_LOOKS && !list_empty(&volume->idle); looks++) {
		struct fat_inode *inode = CONTAINER_OF(list_pop_front(&volume->idle),
						       struct fat_inode, idle);

		if (list_empty(&inode->dirty) && !page_cache_is_dirty(&inode->pages)) {
			volume->idle_count--;
			table_remove(volume, inode);
			return inode;
		}
		list_push_back(&volume->idle, &inode->idle);
	}
	return NULL;
}

static void idle_trim(struct fat_volume *volume)
{
	uint64_t most = MIN(MAX(frames_total() / IDLE_SHARE, IDLE_LEAST), IDLE_MOST);

	while (READ_ONCE(volume->idle_count) > most) {
		struct fat_inode *victim;

		spinlock_acquire(&volume->table_lock);
		victim = idle_victim(volume);
		spinlock_release(&volume->table_lock);
		if (!victim)
			return;
		inode_free(victim);
	}
}

int fat_inode_get(struct fat_volume *volume, uint64_t entry_offset,
		  const struct fat_entry *entry, struct inode **result)
{
	bool is_directory = entry->attributes & FAT_ATTRIBUTE_DIRECTORY;
	uint32_t permissions = entry->attributes & FAT_ATTRIBUTE_READ_ONLY ? 0555 : 0755;
	struct fat_inode *fresh = NULL, *inode;

	for (;;) {
		spinlock_acquire(&volume->table_lock);
		inode = table_find(volume, entry_offset);
		if (inode)
			revive(volume, inode);
		else if (fresh)
			table_insert(volume, inode = fresh);
		spinlock_release(&volume->table_lock);
		if (inode || fresh)
			break;
		fresh = inode_create(volume, (is_directory ? S_IFDIR : S_IFREG) | permissions);
		if (!fresh)
			return -ENOMEM;
		inode_fill(fresh, entry_offset, entry);
	}
	if (fresh && inode != fresh)
		inode_free(fresh);
	*result = &inode->inode;
	idle_trim(volume);
	return 0;
}

/* ---- the last reference ---------------------------------------------------------- */

/* Nobody has it any more, and nothing names it. */
static void inode_end(struct fat_inode *inode)
{
	struct fat_volume *volume = fat_volume_of(&inode->inode);
	struct fat_release *release = inode->release;

	page_cache_drop(&inode->pages, 0, UINT64_MAX);
	if (release && inode->first_cluster) {
		inode->release = NULL;
		fat_lock(volume);
		if (inode_is_directory(&inode->inode) && !inode->clusters)
			(void)fat_chain_measure(inode);
		release->first = inode->first_cluster;
		release->count = inode->clusters;
		fat_changed(volume, inode);
		fat_release_later(volume, release);
		fat_unlock(volume);
	}
	inode_free(inode);
}

void fat_inode_let_go(struct inode *vfs_inode)
{
	struct fat_inode *inode = fat_inode_of(vfs_inode);
	struct fat_volume *volume = fat_volume_of(vfs_inode);
	bool ends;

	spinlock_acquire(&volume->table_lock);
	ends = reference_put(&vfs_inode->references);
	if (ends && inode->resident) {
		list_push_back(&volume->idle, &inode->idle);
		volume->idle_count++;
		ends = false;
	} else if (ends) {
		list_remove(&inode->dirty);
	}
	spinlock_release(&volume->table_lock);
	if (ends)
		inode_end(inode);
}

/* ---- entries: the volume's lock held --------------------------------------------- */

void fat_inode_move(struct fat_inode *inode, uint64_t entry_offset)
{
	struct fat_volume *volume = fat_volume_of(&inode->inode);

	spinlock_acquire(&volume->table_lock);
	table_remove(volume, inode);
	inode->entry_offset = entry_offset;
	table_insert(volume, inode);
	spinlock_release(&volume->table_lock);
	fat_changed(volume, inode);
}

void fat_inode_unname(struct fat_inode *inode)
{
	struct fat_volume *volume = fat_volume_of(&inode->inode);

	spinlock_acquire(&volume->table_lock);
	table_remove(volume, inode);
	list_remove(&inode->dirty);
	inode->entry_offset = 0;
	spinlock_release(&volume->table_lock);
	inode->inode.links = 0;
	fat_changed(volume, inode);
}

int fat_entry_update(struct fat_inode *inode, uint64_t bytes)
{
	struct fat_volume *volume = fat_volume_of(&inode->inode);
	uint32_t first = bytes || inode_is_directory(&inode->inode) ? inode->first_cluster : 0;
	struct cached_page *page;
	struct fat_entry *entry;
	uint32_t in_page;
	int error;

	if (!inode->entry_offset)
		return 0;
	error = page_cache_get(&volume->metadata, inode->entry_offset >> PAGE_SHIFT, false,
			       &page);
	if (error)
		return error;
	in_page = inode->entry_offset & PAGE_MASK;
	entry = (struct fat_entry *)(page_cache_memory(page) + in_page);
	fat_entry_stamp(entry, &inode->inode);
	entry->cluster_high = (uint16_t)(first >> 16);
	entry->cluster_low = (uint16_t)first;
	entry->bytes = (uint32_t)bytes;
	if (!inode_is_directory(&inode->inode))
		entry->attributes |= FAT_ATTRIBUTE_ARCHIVE;
	page_cache_dirty(page, in_page, in_page + FAT_SLOT_BYTES);
	page_cache_put(page);
	inode->entry_bytes = bytes;
	fat_changed(volume, inode);
	return 0;
}

/* ---- what is behind -------------------------------------------------------------- */

void fat_inode_mark_dirty(struct fat_inode *inode)
{
	struct fat_volume *volume = fat_volume_of(&inode->inode);

	if (!list_empty(&inode->dirty))
		return;
	spinlock_acquire(&volume->table_lock);
	if (list_empty(&inode->dirty) && inode->resident)
		list_push_back(&volume->dirty, &inode->dirty);
	spinlock_release(&volume->table_lock);
	writeback_note();
}

struct fat_inode *fat_inode_take_dirty(struct fat_volume *volume)
{
	struct fat_inode *inode = NULL;
	struct list *node;

	spinlock_acquire(&volume->table_lock);
	node = list_pop_front(&volume->dirty);
	if (node) {
		inode = CONTAINER_OF(node, struct fat_inode, dirty);
		revive(volume, inode);
	}
	spinlock_release(&volume->table_lock);
	return inode;
}

uint64_t fat_inode_number(struct fat_volume *volume, uint64_t entry_offset)
{
	struct fat_inode *inode;
	uint64_t number = NUMBER_OF_PLACE | entry_offset / FAT_SLOT_BYTES;

	spinlock_acquire(&volume->table_lock);
	inode = table_find(volume, entry_offset);
	if (inode)
		number = inode->inode.number;
	spinlock_release(&volume->table_lock);
	return number;
}
