/*
 * The tree of a FAT volume: looking up, creating, removing, renaming.
 *
 * A renamed file has its new name on the disk before the old one goes: the old one's
 * slots are erased by the commit that wrote the new one, unless both lie in one
 * sector.  Who replaces a file takes over its entry, which is one sector too.
 *
 * Locks: the directories', and that of a directory which ends (fs/inode.h); here the
 * volume's.
 */
#include <string.h>

#include "fs/fat_volume.h"
#include "kernel/api/memory.h"

static int name_take(struct fat_name *name, const struct vfs_name *text)
{
	return fat_name_parse(name, text->text, text->bytes);
}

/* A directory's contents have changed. */
static void directory_changed(struct inode *directory)
{
	inode_touch(directory);
	fat_inode_mark_dirty(fat_inode_of(directory));
}

static int fat_lookup(struct inode *directory, const struct vfs_name *text,
		      struct inode **result)
{
	struct fat_found found;
	struct fat_name name;
	int error;

	if (name_take(&name, text))
		return -ENOENT;		/* there can't be one of that name */
	error = fat_directory_find(fat_inode_of(directory), &name, &found);
	if (error)
		return error;
	return fat_inode_get(fat_volume_of(directory), found.offset, &found.entry, result);
}

/* ---- creating ---------------------------------------------------------------------------- */

static void dot_entry(struct fat_entry *entry, const char *name, uint32_t cluster,
		      const struct fat_entry *like)
{
	*entry = *like;
	memset(entry->name, ' ', sizeof(entry->name));
	memcpy(entry->name, name, strlen(name));
	entry->cluster_high = (uint16_t)(cluster >> 16);
	entry->cluster_low = (uint16_t)cluster;
}

/* What an entry `..` says of its parent. */
static uint32_t parent_cluster(const struct inode *parent)
{
	const struct fat_inode *inode = CONTAINER_OF(parent, struct fat_inode, inode);

	return inode->entry_offset ? inode->first_cluster : 0;
}

/* Writes `.` and `..` into the first cluster of a new directory. */
static int dots_write(struct fat_volume *volume, const struct inode *parent,
		      const struct fat_entry *like)
{
	uint32_t cluster = fat_entry_cluster(like);
	uint64_t offset = fat_cluster_offset(volume, cluster);
	struct cached_page *page;
	struct fat_entry *slots;
	int error = fat_clusters_zero(volume, cluster, 1);

	if (!error)
		error = page_cache_get(&volume->metadata, offset >> PAGE_SHIFT, false, &page);
	if (error)
		return error;
	slots = (struct fat_entry *)(page_cache_memory(page) + (offset & PAGE_MASK));
	dot_entry(&slots[0], ".", cluster, like);
	dot_entry(&slots[1], "..", parent_cluster(parent), like);
	page_cache_dirty(page, offset & PAGE_MASK,
			 (uint32_t)(offset & PAGE_MASK) + 2 * FAT_SLOT_BYTES);
	page_cache_put(page);
	/* before an entry leads there */
	return fat_clusters_flush(volume, cluster, 1);
}

/* A cluster for a new directory, with its dots; the entry then names it. */
static int directory_make(struct fat_volume *volume, const struct inode *parent,
			  struct fat_entry *entry)
{
	uint32_t cluster, count;
	int error = fat_table_alloc(volume, 0, 1, &cluster, &count);

	if (error == -ENOSPC && !list_empty(&volume->releases)) {
		error = fat_commit(volume);
		if (!error)
			error = fat_table_alloc(volume, 0, 1, &cluster, &count);
	}
	if (error)
		return error;
	entry->cluster_high = (uint16_t)(cluster >> 16);
	entry->cluster_low = (uint16_t)cluster;
	error = dots_write(volume, parent, entry);
	if (error)
		fat_table_free(volume, cluster, 1);
	return error;
}

static void entry_make(struct fat_entry *entry, uint32_t mode)
{
	struct inode now = { .mode = mode };

	inode_touch(&now);
	now.born_ns = now.modified_ns;
	memset(entry, 0, sizeof(*entry));
	entry->attributes = (mode & S_IFMT) == S_IFDIR ? FAT_ATTRIBUTE_DIRECTORY :
			    FAT_ATTRIBUTE_ARCHIVE;
	fat_entry_stamp(entry, &now);
}

/* The volume's lock held. */
static int create_locked(struct inode *directory, const struct fat_name *name, uint32_t mode,
			 struct inode **result)
{
	struct fat_volume *volume = fat_volume_of(directory);
	struct fat_found found;
	struct fat_entry entry;
	int error = 0;

	entry_make(&entry, mode);
	if ((mode & S_IFMT) == S_IFDIR)
		error = directory_make(volume, directory, &entry);
	if (error)
		return error;
	error = fat_directory_add(fat_inode_of(directory), name, &entry, &found);
	if (!error) {
		error = fat_inode_get(volume, found.offset, &found.entry, result);
		if (error) {
			fat_directory_forget(fat_inode_of(directory), &found);
			fat_directory_erase(fat_inode_of(directory), found.first, found.count);
		}
	}
	if (error && fat_entry_cluster(&entry))
		fat_table_free(volume, fat_entry_cluster(&entry), 1);
	if (!error)
		fat_changed(volume, fat_inode_of(*result));
	return error;
}

static int fat_create(struct inode *directory, const struct vfs_name *text, uint32_t mode,
		      struct inode **result)
{
	struct fat_volume *volume = fat_volume_of(directory);
	struct fat_name name;
	int error = fat_check_writable(volume);

	if (!error)
		error = name_take(&name, text);
	if (error)
		return error;
	fat_lock(volume);
	error = create_locked(directory, &name, mode, result);
	fat_unlock(volume);
	if (!error)
		directory_changed(directory);
	fat_commit_if_many(volume);
	return error;
}

/* ---- removing -------------------------------------------------------------------- */

static int check_empty(struct inode *directory)
{
	int error = fat_index_load(fat_inode_of(directory));

	if (error)
		return error;
	return fat_inode_of(directory)->index.names ? -ENOTEMPTY : 0;
}

/* The name's slots, if it is the entry of that inode. */
static int found_of(struct inode *directory, const struct fat_name *name,
		    const struct inode *inode, struct fat_found *found)
{
	int error = fat_directory_find(fat_inode_of(directory), name, found);

	if (error)
		return error == -ENOENT ? -EUCLEAN : error;
	return found->offset == CONTAINER_OF(inode, struct fat_inode, inode)->entry_offset ?
	       0 : -EUCLEAN;
}

/* The name ends; its clusters are released when nobody has the file open any more. */
static void victim_end(struct inode *victim, struct fat_release *release)
{
	struct fat_inode *inode = fat_inode_of(victim);

	inode->release = release;
	fat_inode_unname(inode);
}

static int unlink_locked(struct inode *directory, const struct fat_name *name,
			 struct inode *victim, struct fat_release *release)
{
	struct fat_found found;
	int error = found_of(directory, name, victim, &found);

	if (error)
		return error;
	fat_directory_forget(fat_inode_of(directory), &found);
	error = fat_directory_erase(fat_inode_of(directory), found.first, found.count);
	if (!error)
		victim_end(victim, release);
	return error;
}

static int fat_unlink(struct inode *directory, const struct vfs_name *text,
		      struct inode *victim)
{
	struct fat_volume *volume = fat_volume_of(directory);
	struct fat_release *release;
	struct fat_name name;
	int error = fat_check_writable(volume);

	if (!error)
		error = name_take(&name, text);
	if (!error && inode_is_directory(victim))
		error = check_empty(victim);
	if (error)
		return error;
	release = kernel_alloc(sizeof(*release));
	if (!release)
		return -ENOMEM;
	fat_lock(volume);
	error = unlink_locked(directory, &name, victim, release);
	fat_unlock(volume);
	if (error)
		kernel_free(release, sizeof(*release));
	else
		directory_changed(directory);
	fat_commit_if_many(volume);
	return error;
}

/* ---- renaming: the volume's lock held -------------------------------------------- */

struct moving {
	struct fat_volume *volume;
	struct inode *from, *to, *moved, *replaced;
	struct fat_name from_name, to_name;
	struct fat_found old, new;
	/* had before anything is changed */
	struct fat_release *release;
	struct fat_erasure *erasure;
};

/* The entry that the moved file has now, with another's name. */
static void entry_take_over(struct fat_entry *entry, const struct fat_entry *moved)
{
	uint8_t name[FAT_SHORT_BYTES], letter_case = entry->letter_case;

	memcpy(name, entry->name, sizeof(name));
	*entry = *moved;
	memcpy(entry->name, name, sizeof(name));
	entry->letter_case = letter_case;
}

/* The replaced file's entry becomes the moved one's. */
static int entry_replace(struct moving *moving)
{
	struct cached_page *page;
	uint8_t *bytes;
	int error = found_of(moving->to, &moving->to_name, moving->replaced, &moving->new);

	if (!error)
		error = fat_slot_get(fat_inode_of(moving->to), moving->new.slot, &page, &bytes);
	if (error)
		return error;
	entry_take_over((struct fat_entry *)bytes, &moving->old.entry);
	fat_slot_changed(page, bytes);
	page_cache_put(page);
	victim_end(moving->replaced, moving->release);
	moving->release = NULL;
	return 0;
}

/* A directory that moves has another parent. */
static int parent_update(struct moving *moving)
{
	struct fat_inode *directory = fat_inode_of(moving->moved);
	uint32_t parent = parent_cluster(moving->to);
	struct cached_page *page;
	struct fat_entry *entry;
	uint8_t *bytes;
	int error = fat_index_load(directory);

	if (!error)
		error = fat_slot_get(directory, 1, &page, &bytes);
	if (error)
		return error;
	entry = (struct fat_entry *)bytes;
	if (memcmp(entry->name, "..         ", FAT_SHORT_BYTES) == 0) {
		entry->cluster_high = (uint16_t)(parent >> 16);
		entry->cluster_low = (uint16_t)parent;
		fat_slot_changed(page, bytes);
	}
	page_cache_put(page);
	return 0;
}

/* Whether the old entry and all that is new of the new name are in one sector, which
 * reaches the disk whole or not at all. */
static bool is_one_sector(const struct moving *moving)
{
	uint64_t sector = moving->old.offset / moving->volume->sector_bytes;
	uint64_t first = moving->new.offset;

	if (!moving->replaced &&
	    fat_slot_offset(fat_inode_of(moving->to), moving->new.first, &first))
		return false;
	return first / moving->volume->sector_bytes == sector &&
	       moving->new.offset / moving->volume->sector_bytes == sector;
}

static int old_name_end(struct moving *moving)
{
	struct fat_inode *from = fat_inode_of(moving->from);
	const struct fat_found *old = &moving->old;
	struct fat_erasure *erasure = moving->erasure;

	fat_directory_forget(from, old);
	if (is_one_sector(moving))
		return fat_directory_erase(from, old->first, old->count);
	fat_slots_let_die(from, old->first, old->count);
	inode_get(&from->inode);
	*erasure = (struct fat_erasure){ .directory = from, .first = old->first,
					 .count = old->count };
	list_push_back(&moving->volume->erasures, &erasure->node);
	moving->erasure = NULL;
	return 0;
}

static int rename_locked(struct moving *moving)
{
	struct fat_entry *entry = &moving->old.entry;
	bool changes_parent = moving->from != moving->to && inode_is_directory(moving->moved);
	int error = found_of(moving->from, &moving->from_name, moving->moved, &moving->old);

	if (!error && changes_parent)
		error = parent_update(moving);
	if (!error && moving->replaced)
		error = entry_replace(moving);
	else if (!error)
		error = fat_directory_add(fat_inode_of(moving->to), &moving->to_name, entry,
					  &moving->new);
	if (error)
		return error;
	error = old_name_end(moving);
	fat_inode_move(fat_inode_of(moving->moved), moving->new.offset);
	return error;
}

/* What a rename may need: its memory can't be refused later. */
static struct moving *moving_alloc(const struct inode *replaced)
{
	struct moving *moving = kernel_alloc(sizeof(*moving));

	if (!moving)
		return NULL;
	moving->erasure = kernel_alloc(sizeof(*moving->erasure));
	if (replaced)
		moving->release = kernel_alloc(sizeof(*moving->release));
	if (moving->erasure && (moving->release || !replaced))
		return moving;
	kernel_free(moving->erasure, sizeof(*moving->erasure));
	kernel_free(moving->release, sizeof(*moving->release));
	kernel_free(moving, sizeof(*moving));
	return NULL;
}

static void moving_free(struct moving *moving)
{
	kernel_free(moving->erasure, sizeof(*moving->erasure));
	kernel_free(moving->release, sizeof(*moving->release));
	kernel_free(moving, sizeof(*moving));
}

static int fat_rename(struct inode *from, const struct vfs_name *from_text, struct inode *to,
		      const struct vfs_name *to_text, struct inode *moved,
		      struct inode *replaced)
{
	struct fat_volume *volume = fat_volume_of(from);
	struct moving *moving;
	int error = fat_check_writable(volume);

	if (!error && replaced && inode_is_directory(replaced))
		error = check_empty(replaced);
	if (error)
		return error;
	moving = moving_alloc(replaced);
	if (!moving)
		return -ENOMEM;
	moving->volume = volume;
	moving->from = from;
	moving->to = to;
	moving->moved = moved;
	moving->replaced = replaced;
	error = name_take(&moving->from_name, from_text);
	if (!error)
		error = name_take(&moving->to_name, to_text);
	if (!error) {
		fat_lock(volume);
		error = rename_locked(moving);
		fat_unlock(volume);
	}
	moving_free(moving);
	if (error)
		return error;
	moved->changed_ns = moved->modified_ns;
	directory_changed(from);
	directory_changed(to);
	fat_commit_if_many(volume);
	return 0;
}

/* ---- the rest -------------------------------------------------------------------- */

static int fat_open(struct inode *inode, struct file *file)
{
	/* failed writes from here on are told to this file's fsync */
	if (inode_is_regular(inode))
		file->private = (void *)(uintptr_t)fat_inode_of(inode)->pages.error_sequence;
	return 0;
}

static uint64_t fat_blocks(struct inode *inode)
{
	return ((uint64_t)READ_ONCE(fat_inode_of(inode)->clusters) <<
		fat_volume_of(inode)->cluster_shift) / 512;
}

const struct inode_ops fat_inode_ops = {
	.lookup = fat_lookup,
	.create = fat_create,
	.unlink = fat_unlink,
	.rename = fat_rename,
	.open = fat_open,
	.blocks = fat_blocks,
	.let_go = fat_inode_let_go,
};
