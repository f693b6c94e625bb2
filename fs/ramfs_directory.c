/*
 * Ramfs: names.  A directory is a hash table, for looking up, and an array of
 * slots, for listing: see struct ramfs_directory.
 *
 * Locks: the directory's inode lock, held by all callers but readdir, which
 * takes it.
 */
#include <string.h>

#include "fs/dentry.h"
#include "fs/ramfs_inode.h"
#include "kernel/api/memory.h"

#define BUCKETS_LEAST		8u
#define BUCKETS_MOST		(1u << 16)

/* Positions of `.` and `..`; the entry in slot n follows at n + 2. */
#define DIRECTORY_SLOT_POSITION	2

static struct ramfs_directory *directory_of(struct inode *inode)
{
	return &ramfs_inode_of(inode)->directory;
}

/* ---- the hash table ------------------------------------------------------------- */

static struct ramfs_entry **bucket_of(struct ramfs_directory *directory, uint32_t hash)
{
	return &directory->buckets[hash & (directory->bucket_count - 1)];
}

static struct ramfs_entry *entry_find(struct ramfs_directory *directory,
				      const struct vfs_name *name)
{
	struct ramfs_entry *entry;

	if (!directory->buckets)
		return NULL;
	entry = *bucket_of(directory, name->hash);
	while (entry && !(entry->hash == name->hash && entry->name_bytes == name->bytes &&
			  memcmp(entry->name, name->text, name->bytes) == 0))
		entry = entry->bucket_next;
	return entry;
}

/* Room for one more entry at about one per bucket.  0 or -ENOMEM. */
static int buckets_grow(struct ramfs_directory *directory)
{
	struct ramfs_directory old = *directory;
	uint32_t count = old.buckets ? old.bucket_count * 2 : BUCKETS_LEAST;

	if (old.entry_count < old.bucket_count || old.bucket_count == BUCKETS_MOST)
		return 0;
	directory->buckets = kernel_alloc(count * sizeof(*directory->buckets));
	if (!directory->buckets) {
		directory->buckets = old.buckets;
		return old.buckets ? 0 : -ENOMEM;	/* longer chains will do */
	}
	directory->bucket_count = count;
	for (uint32_t i = 0; i < old.bucket_count; i++) {
		struct ramfs_entry *entry = old.buckets[i], *following;

		for (; entry; entry = following) {
			struct ramfs_entry **bucket = bucket_of(directory, entry->hash);

			following = entry->bucket_next;
			entry->bucket_next = *bucket;
			*bucket = entry;
		}
	}
	kernel_free(old.buckets, old.bucket_count * sizeof(*old.buckets));
	return 0;
}

/* ---- slots: a used one points to its entry, a free one is a tagged link ------------- */

static bool slot_is_free(const void *value)
{
	return ((uintptr_t)value & 1) != 0;
}

/* Gives the entry a slot.  0 or -ENOMEM. */
static int slot_take(struct ramfs_directory *directory, struct ramfs_entry *entry)
{
	uint64_t slot = directory->free_slot ? directory->free_slot - 1 : directory->slot_limit;
	uintptr_t link = (uintptr_t)radix_get(&directory->slots, slot);

	if (radix_set(&directory->slots, slot, entry))
		return -ENOMEM;
	if (directory->free_slot)
		directory->free_slot = link >> 1;
	else
		directory->slot_limit++;
	entry->slot = slot;
	return 0;
}

static void slot_give_back(struct ramfs_directory *directory, uint64_t slot)
{
	int error = radix_set(&directory->slots, slot,
			      (void *)(uintptr_t)(directory->free_slot << 1 | 1));

	ASSERT(error == 0);		/* its node is there */
	directory->free_slot = slot + 1;
}

/* ---- entries ---------------------------------------------------------------------------- */

static void entry_free(struct ramfs_entry *entry)
{
	kernel_free(entry, sizeof(*entry) + entry->name_bytes);
}

int ramfs_directory_add(struct inode *inode, const struct vfs_name *name,
			struct ramfs_inode *target)
{
	struct ramfs_directory *directory = directory_of(inode);
	struct ramfs_entry *entry = kernel_alloc(sizeof(*entry) + name->bytes);
	struct ramfs_entry **bucket;

	if (!entry || buckets_grow(directory) || slot_take(directory, entry)) {
		kernel_free(entry, sizeof(*entry) + name->bytes);
		inode_put(&target->inode);
		return -ENOMEM;
	}
	entry->target = target;
	entry->hash = name->hash;
	entry->name_bytes = name->bytes;
	memcpy(entry->name, name->text, name->bytes);
	bucket = bucket_of(directory, name->hash);
	entry->bucket_next = *bucket;
	*bucket = entry;
	directory->entry_count++;
	if (inode_is_directory(&target->inode))
		inode->links++;		/* its `..` */
	inode_touch(inode);
	return 0;
}

/* Takes a name out; its reference to the inode is now the caller's. */
static struct ramfs_inode *directory_take(struct inode *inode, const struct vfs_name *name)
{
	struct ramfs_directory *directory = directory_of(inode);
	struct ramfs_entry *entry = entry_find(directory, name);
	struct ramfs_entry **link = bucket_of(directory, name->hash);
	struct ramfs_inode *target;

	ASSERT(entry);
	while (*link != entry)
		link = &(*link)->bucket_next;
	*link = entry->bucket_next;
	slot_give_back(directory, entry->slot);
	directory->entry_count--;
	target = entry->target;
	if (inode_is_directory(&target->inode))
		inode->links--;
	inode_touch(inode);
	entry_free(entry);
	return target;
}

bool ramfs_directory_has(struct inode *inode, const struct vfs_name *name)
{
	return entry_find(directory_of(inode), name) != NULL;
}

void ramfs_directory_free(struct ramfs_directory *directory)
{
	void *free_slots[64];

	ASSERT(directory->entry_count == 0);
	while (radix_take_from(&directory->slots, 0, free_slots, ARRAY_SIZE(free_slots)))
		;
	kernel_free(directory->buckets, directory->bucket_count * sizeof(*directory->buckets));
}

/* ---- inode_ops ----------------------------------------------------------------------------- */

int ramfs_lookup(struct inode *directory, const struct vfs_name *name,
		 struct inode **result)
{
	struct ramfs_entry *entry = entry_find(directory_of(directory), name);

	if (!entry)
		return -ENOENT;
	*result = &entry->target->inode;
	inode_get(*result);
	return 0;
}

/* The name is gone: the inode has one link less. */
static void link_end(struct inode *inode)
{
	/* a directory that goes is locked already; a file may be losing another name */
	if (inode_is_directory(inode)) {
		inode->links -= 2;
	} else {
		mutex_lock(&inode->lock);
		inode->links--;
		mutex_unlock(&inode->lock);
	}
	inode_touch(inode);
	inode_put(inode);
}

static bool is_full_directory(struct inode *inode)
{
	return inode_is_directory(inode) && directory_of(inode)->entry_count > 0;
}

int ramfs_unlink(struct inode *directory, const struct vfs_name *name, struct inode *victim)
{
	if (is_full_directory(victim))
		return -ENOTEMPTY;
	link_end(&directory_take(directory, name)->inode);
	return 0;
}

int ramfs_rename(struct inode *from, const struct vfs_name *from_name, struct inode *to,
		 const struct vfs_name *to_name, struct inode *moved, struct inode *replaced)
{
	struct ramfs_inode *target = ramfs_inode_of(moved);

	if (!replaced) {
		int error;

		inode_get(moved);
		error = ramfs_directory_add(to, to_name, target);
		if (error)
			return error;
	} else {
		struct ramfs_entry *entry = entry_find(directory_of(to), to_name);

		ASSERT(entry && &entry->target->inode == replaced);
		if (is_full_directory(replaced))
			return -ENOTEMPTY;
		inode_get(moved);
		entry->target = target;		/* a directory gives way to a directory */
		inode_touch(to);
		link_end(replaced);
	}
	inode_put(&directory_take(from, from_name)->inode);
	moved->changed_ns = from->changed_ns;
	return 0;
}

/* ---- listing ---------------------------------------------------------------------------------- */

struct listing {
	struct cursor *to;
	uint64_t bytes;			/* put so far */
	int error;			/* why it ended early */
};

static uint8_t dirent_kind(const struct inode *inode)
{
	return (uint8_t)(inode->mode >> 12);	/* d_type is st_mode's top bits */
}

/* Puts one record.  False: there is no room, or the memory can't be had. */
static bool listing_put(struct listing *listing, const struct inode *inode, const char *name,
			uint32_t name_bytes, int64_t following)
{
	struct {
		struct linux_dirent64 head;
		char room[VFS_NAME_BYTES_MAX + 1];
	} record;
	size_t used = offsetof(struct linux_dirent64, d_name) + name_bytes + 1;
	size_t bytes = ALIGN_UP(used, 8);
	ssize_t put;

	if (bytes > listing->to->remaining) {
		listing->error = -EINVAL;
		return false;
	}
	memset((char *)&record + bytes - 8, 0, 8);
	record.head.d_ino = inode->number;
	record.head.d_off = following;
	record.head.d_reclen = (uint16_t)bytes;
	record.head.d_type = dirent_kind(inode);
	memcpy((char *)&record + offsetof(struct linux_dirent64, d_name), name, name_bytes);
	((char *)&record)[used - 1] = '\0';
	put = cursor_put(listing->to, &record, bytes);
	if (put != (ssize_t)bytes) {
		listing->error = -EFAULT;
		return false;
	}
	listing->bytes += bytes;
	return true;
}

/* The record at a position; true also if there is none there. */
static bool listing_put_at(struct listing *listing, struct file *file, uint64_t position)
{
	struct ramfs_entry *entry;
	struct dentry *parent;
	bool put;

	switch (position) {
	case 0:
		return listing_put(listing, file->inode, ".", 1, 1);
	case 1:
		parent = dentry_parent(file->dentry);
		put = listing_put(listing, parent->inode, "..", 2, 2);
		dentry_put(parent);
		return put;
	default:
		entry = radix_get(&directory_of(file->inode)->slots,
				  position - DIRECTORY_SLOT_POSITION);
		return !entry || slot_is_free(entry) ||
		       listing_put(listing, &entry->target->inode, entry->name,
				   entry->name_bytes, (int64_t)position + 1);
	}
}

/* The file's position_lock is held. */
static ssize_t ramfs_readdir(struct file *file, struct cursor *to)
{
	struct ramfs_directory *directory = directory_of(file->inode);
	struct listing listing = { .to = to };
	uint64_t position = (uint64_t)file->position;

	mutex_lock(&file->inode->lock);
	if (file->inode->removed)
		position = UINT64_MAX;		/* not even `.` is left */
	while (position < directory->slot_limit + DIRECTORY_SLOT_POSITION &&
	       listing_put_at(&listing, file, position))
		position++;
	mutex_unlock(&file->inode->lock);
	if (listing.bytes == 0 && listing.error)
		return listing.error;
	if (position != UINT64_MAX)
		file->position = (int64_t)position;
	return (ssize_t)listing.bytes;
}

static int directory_sync(struct file *file, bool data_only)
{
	(void)file;
	(void)data_only;
	return 0;
}

const struct file_ops ramfs_directory_file_ops = {
	.kind = "directory",
	.readdir = ramfs_readdir,
	.sync = directory_sync,
};
