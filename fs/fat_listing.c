/*
 * Reading a directory.  The position is 0 for `.`, 1 for `..`, else a slot and two: it
 * stays good while names come and go.
 *
 * Locks: the directory's inode lock.
 */
#include <string.h>

#include "fs/dentry.h"
#include "fs/fat_volume.h"
#include "kernel/api/memory.h"

#define SLOT_POSITION		2u
#define SLOTS_PER_BREATH	512u

/* From the heap: it is too large for a stack. */
struct listing {
	struct cursor *to;
	uint64_t bytes;			/* put so far */
	int error;			/* why it ended early */
	/* the long name on its way, from its end to its start */
	uint32_t expected, long_slots;
	uint32_t unit_count;
	uint8_t checksum;
	uint16_t unit[FAT_NAME_SLOTS_MAX * FAT_LONG_SLOT_UNITS];
	char text[VFS_NAME_BYTES_MAX];
	struct {
		struct linux_dirent64 head;
		char room[VFS_NAME_BYTES_MAX + 9];
	} record;
};

/* Puts one record.  False: there is no room, or the memory can't be had. */
static bool record_put(struct listing *listing, uint64_t number, bool directory,
		       const char *name, size_t name_bytes, uint64_t following)
{
	const size_t at = offsetof(struct linux_dirent64, d_name);
	size_t bytes = ALIGN_UP(at + name_bytes + 1, 8);
	char *record = (char *)&listing->record;

	if (bytes > listing->to->remaining) {
		listing->error = -EINVAL;
		return false;
	}
	memset(record, 0, bytes);
	listing->record.head.d_ino = number;
	listing->record.head.d_off = (int64_t)following;
	listing->record.head.d_reclen = (uint16_t)bytes;
	listing->record.head.d_type = directory ? ABI_DT_DIR : ABI_DT_REG;
	memcpy(record + at, name, name_bytes);
	if (cursor_put(listing->to, record, bytes) != (ssize_t)bytes) {
		listing->error = -EFAULT;
		return false;
	}
	listing->bytes += bytes;
	return true;
}

static void long_slot_take(struct listing *listing, const uint8_t *slot)
{
	uint32_t order = slot[0] & ~FAT_LONG_LAST & 0xffu;
	uint16_t *place = listing->unit + (order - 1) * FAT_LONG_SLOT_UNITS;

	if (slot[0] & FAT_LONG_LAST) {
		listing->long_slots = order;
		listing->checksum = slot[13];
	} else if (order != listing->expected || slot[13] != listing->checksum) {
		order = 0;
	}
	if (order == 0 || order >= FAT_NAME_SLOTS_MAX) {
		listing->long_slots = 0;
		listing->expected = 0;
		return;
	}
	if (slot[0] & FAT_LONG_LAST)
		listing->unit_count = (order - 1) * FAT_LONG_SLOT_UNITS +
				      fat_long_take(slot, place);
	else
		(void)fat_long_take(slot, place);
	listing->expected = order - 1;
}

/* The name to show: the long one if there is one that fits, else the short one. */
static int name_make(struct listing *listing, const struct fat_entry *entry)
{
	bool is_long = listing->long_slots && listing->expected == 0 &&
		       listing->checksum == fat_short_checksum(entry->name) &&
		       listing->unit_count > 0;
	int bytes = -ENAMETOOLONG;

	listing->long_slots = 0;
	if (is_long)
		bytes = fat_units_to_text(listing->unit, listing->unit_count, listing->text,
					  sizeof(listing->text));
	if (bytes < 0)
		bytes = fat_units_to_text(listing->unit,
					  fat_short_units(entry->name, entry->letter_case,
							  listing->unit),
					  listing->text, sizeof(listing->text));
	for (int i = 0; i < bytes; i++)
		if (listing->text[i] == '/' || listing->text[i] == '\0')
			listing->text[i] = '_';
	return bytes;
}

static bool entry_put(struct listing *listing, struct fat_inode *directory, uint32_t slot,
		      const struct fat_entry *entry)
{
	struct fat_volume *volume = fat_volume_of(&directory->inode);
	uint64_t place;
	int bytes;

	if (entry->attributes & FAT_ATTRIBUTE_LABEL || entry->name[0] == '.')
		return true;
	bytes = name_make(listing, entry);
	listing->error = bytes > 0 ? fat_slot_offset(directory, slot, &place) : 0;
	return bytes <= 0 ||
	       (!listing->error &&
		record_put(listing, fat_inode_number(volume, place),
			   entry->attributes & FAT_ATTRIBUTE_DIRECTORY, listing->text,
			   (size_t)bytes, slot + SLOT_POSITION + 1));
}

/* One slot.  False: that was all that fits; *end: there are no more. */
static bool slot_put(struct listing *listing, struct fat_inode *directory, uint32_t slot,
		     bool *end)
{
	struct cached_page *page;
	uint8_t *bytes;
	bool put = true;
	int error = fat_slot_get(directory, slot, &page, &bytes);

	if (error) {
		listing->error = error;
		return false;
	}
	*end = bytes[0] == 0;
	if (*end || bytes[0] == FAT_SLOT_ERASED || fat_slot_is_dying(directory, slot))
		listing->long_slots = listing->expected = 0;
	else if ((bytes[11] & 0x3f) == FAT_ATTRIBUTE_LONG)
		long_slot_take(listing, bytes);
	else
		put = entry_put(listing, directory, slot, (struct fat_entry *)bytes);
	page_cache_put(page);
	return put;
}

/* Position after the last that was put. */
static uint64_t slots_put(struct listing *listing, struct fat_inode *directory,
			  uint64_t position)
{
	uint64_t slot = position - SLOT_POSITION;
	bool end = false;

	for (; slot < directory->index.slots; slot++) {
		uint64_t before = listing->bytes;

		if (!slot_put(listing, directory, (uint32_t)slot, &end))
			return position;
		if (end)
			return slot + SLOT_POSITION;
		if (listing->bytes != before)
			position = slot + SLOT_POSITION + 1;
		if (slot % SLOTS_PER_BREATH == 0)
			task_breathe();
	}
	return slot + SLOT_POSITION;
}

static bool dots_put(struct listing *listing, struct file *file, uint64_t *position)
{
	struct dentry *parent;
	bool put = true;

	if (*position == 0)
		put = record_put(listing, file->inode->number, true, ".", 1, ++*position);
	if (put && *position == 1) {
		parent = dentry_parent(file->dentry);
		put = record_put(listing, parent->inode->number, true, "..", 2, ++*position);
		dentry_put(parent);
	}
	if (!put)
		--*position;
	return put;
}

static ssize_t list(struct listing *listing, struct file *file)
{
	struct fat_inode *directory = fat_inode_of(file->inode);
	uint64_t position = (uint64_t)file->position;
	int error = fat_index_load(directory);

	if (error || file->inode->removed)
		return error;		/* not even `.` is left of one that was removed */
	if (dots_put(listing, file, &position))
		position = slots_put(listing, directory, position);
	if (listing->bytes == 0 && listing->error)
		return listing->error;
	file->position = (int64_t)position;
	return (ssize_t)listing->bytes;
}

/* The file's position_lock is held. */
static ssize_t fat_readdir(struct file *file, struct cursor *to)
{
	struct listing *listing = kernel_alloc(sizeof(*listing));
	ssize_t done;

	if (!listing)
		return -ENOMEM;
	listing->to = to;
	mutex_lock(&file->inode->lock);
	done = list(listing, file);
	mutex_unlock(&file->inode->lock);
	kernel_free(listing, sizeof(*listing));
	return done;
}

static int directory_sync(struct file *file, bool data_only)
{
	struct fat_volume *volume = fat_volume_of(file->inode);
	int error;

	(void)data_only;
	fat_lock(volume);
	error = fat_commit(volume);
	fat_unlock(volume);
	return error;
}

const struct file_ops fat_directory_file_ops = {
	.kind = "directory",
	.readdir = fat_readdir,
	.sync = directory_sync,
};
