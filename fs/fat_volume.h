/*
 * FAT32 from the inside: what the files fs/fat_*.c share.
 *
 *   fat_mount.c      the boot sector, FSInfo, the start
 *   fat_name.c       names
 *   fat_table.c      the FAT: entries, free clusters
 *   fat_chain.c      the clusters of a file or directory
 *   fat_directory.c  slots and the index of a directory
 *   fat_listing.c    reading a directory
 *   fat_inode.c      inodes in memory, and their entries
 *   fat_file.c       contents of files
 *   fat_tree.c       creating, removing, renaming
 *   fat_commit.c     the order in which things reach the disk
 *
 * FAT and directories are pages of the cache `metadata`, by their place on the
 * device; a file's contents are pages of its inode's cache.
 *
 * What is read from the disk is not trusted: a structure that can't be gives -EUCLEAN,
 * and never fails the kernel.
 *
 * Locks, an outer one first: the VFS's inode locks; the volume's lock; chain_lock of an
 * inode; table_lock; map_lock of an inode.  Metadata changes under the volume's lock
 * alone, and a commit holds it until all is on the disk.
 */
#ifndef FS_FAT_VOLUME_H
#define FS_FAT_VOLUME_H

#include "fs/fat.h"
#include "fs/fat_name.h"
#include "fs/page_cache.h"
#include "fs/writeback.h"

#define FAT_ENTRY_MASK		0x0fffffffu	/* the four bits above are not ours */
#define FAT_FREE		0u
#define FAT_END			0x0fffffffu	/* what we write */
#define FAT_END_LEAST		0x0ffffff8u
#define FAT_CLUSTER_FIRST	2u

#define FAT_SLOT_BYTES		32u
#define FAT_SLOTS_MAX		65536u		/* of a directory: 2 MiB */
#define FAT_NAME_SLOTS_MAX	21u		/* 20 long ones and the entry */
#define FAT_FILE_BYTES_MAX	0xffffffffull

#define FAT_ATTRIBUTE_READ_ONLY	0x01
#define FAT_ATTRIBUTE_LABEL	0x08
#define FAT_ATTRIBUTE_DIRECTORY	0x10
#define FAT_ATTRIBUTE_ARCHIVE	0x20
#define FAT_ATTRIBUTE_LONG	0x0f
#define FAT_SLOT_ERASED		0xe5

/* A short entry as it lies on the disk, little-endian. */
struct fat_entry {
	uint8_t name[FAT_SHORT_BYTES];
	uint8_t attributes;
	uint8_t letter_case;
	uint8_t born_centiseconds;
	uint16_t born_time, born_date;
	uint16_t read_date;
	uint16_t cluster_high;
	uint16_t modified_time, modified_date;
	uint16_t cluster_low;
	uint32_t bytes;
};
ABI_CHECK(sizeof(struct fat_entry) == FAT_SLOT_BYTES, "the disk's layout");

/* Clusters that nothing on the disk refers to once the next commit is done: then they
 * are free. */
struct fat_release {
	struct list node;
	uint32_t first, count;
	uint32_t last_kept;		/* its chain ends there from then on; 0: none */
};

/* Slots of a name that has another one now: they go when the new one is on the disk. */
struct fat_erasure {
	struct list node;
	struct fat_inode *directory;	/* one reference */
	uint32_t first, count;		/* slots */
};

struct fat_extent {
	uint32_t index;			/* of its first cluster in the file */
	uint32_t first, count;
};

/* The names of a directory, and which slots are taken.  The directory's lock. */
struct fat_index {
	struct fat_index_item *items;	/* a hash table, open addressing; NULL: not read yet */
	uint32_t capacity;		/* a power of two */
	uint32_t used;			/* items that are not free: names, and where one was */
	uint32_t names;			/* of entries; neither `.` nor `..` */
	uint8_t *taken, *dying;		/* a bit for each slot */
	uint32_t slots;			/* there is room for */
	uint32_t end;			/* slots at or behind were never used */
	uint32_t hint;			/* no free slot is before */
};

struct fat_inode {
	struct inode inode;
	/* table_lock */
	struct fat_inode *bucket_next;
	struct list idle;		/* in the volume's list while nobody refers to it */
	struct list dirty;		/* in the volume's list while its entry is behind it */
	bool resident;			/* in the table */
	/* volume's lock */
	uint64_t entry_offset;		/* of its entry, on the device; 0: the root, or none */
	uint64_t entry_bytes;		/* the size that the entry says */
	uint64_t changed_in;		/* number of its last change */
	uint32_t cuts;			/* counts truncations; read at any time */
	struct fat_release *release;	/* for when the last reference goes */
	uint64_t cut_in;		/* number of the change that cut its chain in the middle */
	/* inode's lock and volume's lock to change, one of the two to read */
	uint32_t first_cluster;		/* 0: none */
	uint32_t clusters;		/* that it has; what the chain says behind is not its */
	/* chain_lock: who maps more of the chain */
	struct mutex chain_lock;
	/* map_lock */
	struct spinlock map_lock;
	struct fat_extent *extents;
	uint32_t extent_count, extent_room;
	uint32_t mapped;		/* clusters from the start that the extents cover */
	/* contents of a file */
	struct page_cache pages;
	/* directories */
	struct fat_index index;
};

#define FAT_TABLE_BUCKETS	256u
#define FAT_GROUP_SHIFT		10		/* FAT entries that are counted together */
#define FAT_GROUP_UNKNOWN	0xffffu

struct fat_volume {
	/* fixed at mount */
	struct filesystem filesystem;
	struct block_device *device;
	uint32_t sector_bytes;
	uint32_t cluster_shift;
	uint32_t cluster_limit;		/* clusters are FAT_CLUSTER_FIRST .. limit - 1 */
	unsigned fats;			/* copies that are written */
	uint64_t fat_offset, fat_bytes;	/* of the one that is read */
	uint64_t data_offset, end_offset;
	uint64_t info_offset;		/* of FSInfo; 0: none */
	bool dirty_at_mount;		/* and stays so, until it is checked */
	/* lock */
	struct mutex lock;
	struct page_cache metadata;
	uint16_t *group_free;		/* free entries of each group */
	uint32_t groups;
	uint32_t free_clusters;
	uint32_t rotor;			/* where the search for a free one goes on */
	struct list releases;		/* of struct fat_release */
	struct list erasures;
	struct list spent;		/* erasures that are done; see fat_unlock */
	uint64_t changes, committed;	/* numbers of the last change, and of the last on disk */
	bool dirty_on_disk;		/* the boot sector says so */
	bool failed;			/* a write of metadata has: nothing is changed any more */
	/* table_lock */
	struct spinlock table_lock;
	struct fat_inode *table[FAT_TABLE_BUCKETS];
	struct list idle;
	uint32_t idle_count;
	struct list dirty;
	/* write-back */
	struct writeback_client client;
};

static inline struct fat_volume *fat_volume_of(const struct inode *inode)
{
	return CONTAINER_OF(inode->filesystem, struct fat_volume, filesystem);
}

static inline struct fat_inode *fat_inode_of(struct inode *inode)
{
	return CONTAINER_OF(inode, struct fat_inode, inode);
}

static inline uint32_t fat_cluster_bytes(const struct fat_volume *volume)
{
	return 1u << volume->cluster_shift;
}

static inline bool fat_cluster_is_valid(const struct fat_volume *volume, uint32_t cluster)
{
	return cluster >= FAT_CLUSTER_FIRST && cluster < volume->cluster_limit;
}

static inline uint64_t fat_cluster_offset(const struct fat_volume *volume, uint32_t cluster)
{
	return volume->data_offset +
	       ((uint64_t)(cluster - FAT_CLUSTER_FIRST) << volume->cluster_shift);
}

static inline uint32_t fat_clusters_for(const struct fat_volume *volume, uint64_t bytes)
{
	return (uint32_t)((bytes + fat_cluster_bytes(volume) - 1) >> volume->cluster_shift);
}

static inline uint32_t fat_entry_cluster(const struct fat_entry *entry)
{
	return (uint32_t)entry->cluster_high << 16 | entry->cluster_low;
}

/* ---- fat_table.c: the volume's lock held, but for fat_table_get ------------------------- */

/* A page of the FAT that is kept from one entry to the next; all zero to begin with. */
struct fat_window {
	struct cached_page *page;
	uint64_t index;
};
void fat_window_close(struct fat_window *window);

/* The entry of a valid cluster.  0 or -errno. */
int fat_table_get(struct fat_volume *volume, struct fat_window *window, uint32_t cluster,
		  uint32_t *value);
int fat_table_set(struct fat_volume *volume, struct fat_window *window, uint32_t cluster,
		  uint32_t value);
/*
 * Takes up to `wanted` free clusters that follow each other, if possible from `near` on,
 * and chains them.  *count: how many.  0, -ENOSPC, or -errno.
 */
int fat_table_alloc(struct fat_volume *volume, uint32_t near, uint32_t wanted,
		    uint32_t *first, uint32_t *count);
/* Frees `count` clusters of a chain; ends early where there is no chain.  0 or -errno. */
int fat_table_free(struct fat_volume *volume, uint32_t first, uint32_t count);
/* Counts all that is free. */
int fat_table_count(struct fat_volume *volume);

/* ---- fat_chain.c ------------------------------------------------------------------------ */

extern const struct page_cache_ops fat_file_map;

/* Where cluster `index` is, and how many follow it there.  May suspend.  0; -ENODATA:
 * it has no such cluster; -EUCLEAN; -errno. */
/* Likewise as far as the chain has been walked: true, or false.  Any context. */
bool fat_chain_find_mapped(struct fat_inode *inode, uint32_t index, uint32_t *cluster,
			   uint32_t *count);
int fat_chain_find(struct fat_inode *inode, uint32_t index, uint32_t *cluster,
		   uint32_t *count);
/* Puts a run that is chained already at its end; there is room (fat_chain_reserve). */
void fat_chain_append(struct fat_inode *inode, uint32_t first, uint32_t count);
int fat_chain_reserve(struct fat_inode *inode);
/* fat_table_alloc behind the last cluster, and after a commit if there is no free one. */
int fat_chain_alloc(struct fat_inode *inode, uint32_t wanted, uint32_t *last,
		    uint32_t *first, uint32_t *count);
/* Maps it to its end, for who does not know how long it is (clusters is then set). */
int fat_chain_measure(struct fat_inode *inode);
/* Its clusters become `wanted` or more.  Inode's and volume's lock.  -ENOSPC: it has as
 * many as there were. */
int fat_chain_grow(struct fat_inode *inode, uint32_t wanted);
/* Its clusters become `kept`; the others are released by the next commit.  Inode's and
 * volume's lock. */
void fat_chain_cut(struct fat_inode *inode, uint32_t kept, struct fat_release *release);
void fat_chain_forget(struct fat_inode *inode);

/* ---- fat_directory.c: the directory's lock held --------------------------------------------- */

struct fat_found {
	uint32_t slot;			/* of the entry */
	uint32_t first, count;		/* slots, its own included */
	uint64_t offset;		/* of the entry, on the device */
	struct fat_entry entry;
};

#define FAT_ITEM_FREE	0
#define FAT_ITEM_NAME	1
#define FAT_ITEM_GONE	2
struct fat_index_item {
	uint32_t hash;
	uint16_t slot;			/* of the entry */
	uint8_t long_slots;		/* before it */
	uint8_t state;			/* FAT_ITEM_* */
};

/* fat_index.c.  Reads the directory if that was not done yet.  0 or -errno. */
int fat_index_load(struct fat_inode *directory);
void fat_index_free(struct fat_index *index);
/* Room for two more names in the hash table; for that many slots in all. */
int fat_index_reserve(struct fat_index *index);
int fat_index_reserve_slots(struct fat_index *index, uint32_t slots);
void fat_index_add(struct fat_index *index, uint32_t hash, uint32_t slot, uint32_t long_slots);
void fat_index_remove(struct fat_index *index, uint32_t hash, uint32_t slot);
/* The items of that hash, one after the other; *at begins with 0.  NULL: no more. */
const struct fat_index_item *fat_index_next(const struct fat_index *index, uint32_t hash,
					    uint32_t *at);
void fat_index_take(struct fat_index *index, uint32_t first, uint32_t count);
void fat_index_give_back(struct fat_index *index, uint32_t first, uint32_t count);
/* `count` free slots in a row; index->slots: there are none. */
uint32_t fat_index_find_room(struct fat_index *index, uint32_t count);
uint32_t fat_short_hash(const uint8_t text[FAT_SHORT_BYTES]);

int fat_directory_find(struct fat_inode *directory, const struct fat_name *name,
		       struct fat_found *found);
/* Puts an entry with that name, of which the rest is filled in; volume's lock.  Fills in
 * `found` and entry->name. */
int fat_directory_add(struct fat_inode *directory, const struct fat_name *name,
		      const struct fat_entry *entry, struct fat_found *found);
/* The name is not found any more; its slots are still taken. */
void fat_directory_forget(struct fat_inode *directory, const struct fat_found *found);
/* Erases slots on the disk; volume's lock. */
int fat_directory_erase(struct fat_inode *directory, uint32_t first, uint32_t count);
bool fat_slot_is_dying(const struct fat_inode *directory, uint32_t slot);
void fat_slots_let_die(struct fat_inode *directory, uint32_t first, uint32_t count);
/* A slot's page, pinned, and its bytes.  -ENODATA: behind the directory's end. */
int fat_slot_get(struct fat_inode *directory, uint32_t slot, struct cached_page **page,
		 uint8_t **bytes);
/* Where it lies on the device. */
int fat_slot_offset(struct fat_inode *directory, uint32_t slot, uint64_t *offset);
void fat_slot_changed(struct cached_page *page, const uint8_t *bytes);
/* Zeroes clusters, in the cache. */
int fat_clusters_zero(struct fat_volume *volume, uint32_t first, uint32_t count);
/* Writes what the cache has of clusters that nothing leads to yet, and waits. */
int fat_clusters_flush(struct fat_volume *volume, uint32_t first, uint32_t count);

/* ---- fat_listing.c --------------------------------------------------------------- */

extern const struct file_ops fat_directory_file_ops;

/* ---- fat_inode.c ----------------------------------------------------------------- */

/* The inode of an entry, one reference. */
int fat_inode_get(struct fat_volume *volume, uint64_t entry_offset,
		  const struct fat_entry *entry, struct inode **result);
struct fat_inode *fat_root_create(struct fat_volume *volume, uint32_t cluster);
/* Its entry has moved; volume's lock. */
void fat_inode_move(struct fat_inode *inode, uint64_t entry_offset);
/* Its entry has gone; volume's lock. */
void fat_inode_unname(struct fat_inode *inode);
/* Writes size, first cluster and time into its entry; volume's lock.  `bytes`: the size
 * to say. */
int fat_entry_update(struct fat_inode *inode, uint64_t bytes);
void fat_entry_stamp(struct fat_entry *entry, const struct inode *inode);
/* Its entry is behind it. */
void fat_inode_mark_dirty(struct fat_inode *inode);
/* Number of an inode in memory; else one made from the place of its entry. */
uint64_t fat_inode_number(struct fat_volume *volume, uint64_t entry_offset);
/* Takes one that is dirty, with a reference; NULL: none is. */
struct fat_inode *fat_inode_take_dirty(struct fat_volume *volume);
void fat_inode_let_go(struct inode *inode);
/* Metadata has changed for this inode; volume's lock. */
static inline void fat_changed(struct fat_volume *volume, struct fat_inode *inode)
{
	inode->changed_in = ++volume->changes;
}

extern const struct inode_ops fat_inode_ops;	/* fat_tree.c */
extern const struct file_ops fat_file_ops;	/* fat_file.c */

/* ---- fat_commit.c ---------------------------------------------------------------- */

/* The volume's lock.  When it is let go of, so are directories that a commit was the
 * last to need: that may suspend, and takes the lock again. */
void fat_lock(struct fat_volume *volume);
void fat_unlock(struct fat_volume *volume);
/* All changes of metadata so far are on the disk; volume's lock.  0 or -EIO. */
int fat_commit(struct fat_volume *volume);
/* Contents, then entry, of one inode. */
int fat_inode_flush(struct fat_inode *inode);
bool fat_writeback(struct writeback_client *client, bool last);
void fat_release_later(struct fat_volume *volume, struct fat_release *release);
/* Whether it may be changed: 0, -EROFS, -EIO. */
int fat_check_writable(const struct fat_volume *volume);
/* Makes fewer changes wait for a commit, when they are many; no lock held. */
void fat_commit_if_many(struct fat_volume *volume);

#endif
