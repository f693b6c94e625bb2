/*
 * Directories: finding, adding and erasing names.
 *
 * A directory grows in this order: the new cluster is zero on the disk, then its FAT
 * entry ends the chain, then the chain leads to it; so that whenever the power goes,
 * the directory ends well.
 *
 * Locks: the directory's inode lock; to change, also the volume's.
 */
#include <string.h>

#include "fs/fat_volume.h"

/* Grown by that much at once, where clusters are smaller. */
#define GROW_BYTES	4096u

/* ---- slots ----------------------------------------------------------------------------- */

int fat_slot_get(struct fat_inode *directory, uint32_t slot, struct cached_page **page,
		 uint8_t **bytes)
{
	struct fat_volume *volume = fat_volume_of(&directory->inode);
	uint64_t offset = (uint64_t)slot * FAT_SLOT_BYTES;
	uint32_t cluster, count;
	int error = fat_chain_find(directory, (uint32_t)(offset >> volume->cluster_shift),
				   &cluster, &count);

	if (error)
		return error;
	offset = fat_cluster_offset(volume, cluster) +
		 (offset & (fat_cluster_bytes(volume) - 1));
	error = page_cache_get(&volume->metadata, offset >> PAGE_SHIFT, false, page);
	if (!error)
		*bytes = (uint8_t *)page_cache_memory(*page) + (offset & PAGE_MASK);
	return error;
}

void fat_slot_changed(struct cached_page *page, const uint8_t *bytes)
{
	uint32_t in_page = (uint32_t)((uintptr_t)bytes & PAGE_MASK);

	page_cache_dirty(page, in_page, in_page + FAT_SLOT_BYTES);
}

int fat_slot_offset(struct fat_inode *directory, uint32_t slot, uint64_t *offset)
{
	struct fat_volume *volume = fat_volume_of(&directory->inode);
	uint64_t in_directory = (uint64_t)slot * FAT_SLOT_BYTES;
	uint32_t cluster, count;
	int error = fat_chain_find(directory, (uint32_t)(in_directory >> volume->cluster_shift),
				   &cluster, &count);

	if (!error)
		*offset = fat_cluster_offset(volume, cluster) +
			  (in_directory & (fat_cluster_bytes(volume) - 1));
	return error;
}

static int slot_write(struct fat_inode *directory, uint32_t slot, const void *bytes)
{
	struct cached_page *page;
	uint8_t *place;
	int error = fat_slot_get(directory, slot, &page, &place);

	if (error)
		return error;
	memcpy(place, bytes, FAT_SLOT_BYTES);
	fat_slot_changed(page, place);
	page_cache_put(page);
	return 0;
}

static int slot_read(struct fat_inode *directory, uint32_t slot, void *bytes)
{
	struct cached_page *page;
	uint8_t *place;
	int error = fat_slot_get(directory, slot, &page, &place);

	if (error)
		return error;
	memcpy(bytes, place, FAT_SLOT_BYTES);
	page_cache_put(page);
	return 0;
}

/* ---- finding ------------------------------------------------------------------------------ */

static int long_matches(struct fat_inode *directory, const struct fat_index_item *item,
			const struct fat_name *name, bool *matches)
{
	*matches = item->long_slots == fat_long_slots(name->count);
	for (uint32_t order = 1; order <= item->long_slots && *matches; order++) {
		uint8_t slot[FAT_SLOT_BYTES];
		int error = slot_read(directory, item->slot - order, slot);

		if (error)
			return error;
		*matches = fat_long_matches(slot, name, order);
	}
	return 0;
}

static int item_matches(struct fat_inode *directory, const struct fat_index_item *item,
			const struct fat_name *name, struct fat_found *found, bool *matches)
{
	uint16_t unit[12];
	int error = slot_read(directory, item->slot, &found->entry);

	if (error)
		return error;
	*matches = fat_units_match(unit, fat_short_units(found->entry.name, 0, unit), name);
	if (!*matches && item->long_slots)
		error = long_matches(directory, item, name, matches);
	found->slot = item->slot;
	found->first = item->slot - item->long_slots;
	found->count = item->long_slots + 1u;
	return error;
}

int fat_directory_find(struct fat_inode *directory, const struct fat_name *name,
		       struct fat_found *found)
{
	const struct fat_index_item *item;
	uint32_t at = 0;
	int error = fat_index_load(directory);

	while (!error && (item = fat_index_next(&directory->index, name->hash, &at))) {
		bool matches;

		error = item_matches(directory, item, name, found, &matches);
		if (!error && matches)
			return fat_slot_offset(directory, found->slot, &found->offset);
	}
	return error ? error : -ENOENT;
}

/* ---- adding ---------------------------------------------------------------------------------- */

/* Whether some entry has that short name. */
static int short_is_taken(struct fat_inode *directory, const struct fat_short *alias, bool *taken)
{
	const struct fat_index_item *item;
	uint32_t at = 0;

	*taken = false;
	while (!*taken && (item = fat_index_next(&directory->index, fat_short_hash(alias->text),
						 &at))) {
		struct fat_entry entry;
		int error = slot_read(directory, item->slot, &entry);

		if (error)
			return error;
		*taken = memcmp(entry.name, alias->text, FAT_SHORT_BYTES) == 0;
	}
	return 0;
}

static int alias_choose(struct fat_inode *directory, const struct fat_name *name,
			const struct fat_short *basis, struct fat_short *alias)
{
	bool taken = true;
	int error = 0;

	for (uint32_t attempt = 0; taken && !error; attempt++) {
		if (attempt == FAT_SHORT_ATTEMPTS)
			return -ENOSPC;
		fat_short_number(alias, basis, name->hash, attempt);
		error = short_is_taken(directory, alias, &taken);
	}
	return error;
}

int fat_clusters_zero(struct fat_volume *volume, uint32_t first, uint32_t count)
{
	uint64_t from = fat_cluster_offset(volume, first);
	uint64_t to = from + ((uint64_t)count << volume->cluster_shift);

	for (uint64_t at = from; at < to; at = ALIGN_UP(at + 1, PAGE_SIZE)) {
		uint32_t in_page = at & PAGE_MASK;
		uint32_t end = (uint32_t)MIN(to - ALIGN_DOWN(at, PAGE_SIZE), PAGE_SIZE);
		struct cached_page *page;
		int error = page_cache_get(&volume->metadata, at >> PAGE_SHIFT,
					   in_page == 0 && end == PAGE_SIZE, &page);

		if (error)
			return error;
		memset(page_cache_memory(page) + in_page, 0, end - in_page);
		page_cache_dirty(page, in_page, end);
		page_cache_put(page);
	}
	return 0;
}

int fat_clusters_flush(struct fat_volume *volume, uint32_t first, uint32_t count)
{
	uint64_t from = fat_cluster_offset(volume, first);

	return page_cache_flush_range(&volume->metadata, from,
				      from + ((uint64_t)count << volume->cluster_shift), 1, 0);
}

/* The chain's new end is on the disk before anything leads to it. */
static int clusters_settle(struct fat_volume *volume, uint32_t first, uint32_t count)
{
	uint64_t from = volume->fat_offset + 4ull * first;
	int error = fat_clusters_zero(volume, first, count);

	if (!error)
		error = fat_clusters_flush(volume, first, count);
	if (!error)
		error = page_cache_flush_range(&volume->metadata, from, from + 4ull * count,
					       volume->fats, volume->fat_bytes);
	return error ? error : block_flush(volume->device);
}

static int directory_grow(struct fat_inode *directory)
{
	struct fat_volume *volume = fat_volume_of(&directory->inode);
	struct fat_window window = { NULL, 0 };
	uint32_t wanted = MAX(GROW_BYTES >> volume->cluster_shift, 1u);
	uint32_t per_cluster = fat_cluster_bytes(volume) / FAT_SLOT_BYTES;
	uint32_t last, first, count;
	int error;

	wanted = MIN(wanted, (FAT_SLOTS_MAX - directory->index.slots) / per_cluster);
	if (wanted == 0)
		return -ENOSPC;
	error = fat_chain_alloc(directory, wanted, &last, &first, &count);
	if (error)
		return error;
	error = clusters_settle(volume, first, count);
	if (!error)
		error = fat_index_reserve_slots(&directory->index,
						directory->index.slots + count * per_cluster);
	if (!error && last)
		error = fat_table_set(volume, &window, last, first);
	fat_window_close(&window);
	if (error) {
		fat_table_free(volume, first, count);
		return error;
	}
	fat_chain_append(directory, first, count);
	fat_changed(volume, directory);
	return 0;
}

/* What lies behind the end of the directory may be anything: it has to stay behind. */
static int end_keep(struct fat_inode *directory, uint32_t end)
{
	static const uint8_t zeros[FAT_SLOT_BYTES];
	uint8_t slot[FAT_SLOT_BYTES];
	int error;

	if (end <= directory->index.end || end >= directory->index.slots)
		return 0;
	error = slot_read(directory, end, slot);
	return error || slot[0] == 0 ? error : slot_write(directory, end, zeros);
}

static int room_find(struct fat_inode *directory, uint32_t count, uint32_t *first)
{
	int error = fat_index_reserve(&directory->index);

	while (!error) {
		*first = fat_index_find_room(&directory->index, count);
		if (*first < directory->index.slots)
			return end_keep(directory, *first + count);
		error = directory_grow(directory);
	}
	return error;
}

static int slots_fill(struct fat_inode *directory, const struct fat_name *name,
		      const struct fat_found *found)
{
	uint8_t checksum = fat_short_checksum(found->entry.name);
	uint32_t long_slots = found->count - 1;
	int error = 0;

	for (uint32_t order = long_slots; order > 0 && !error; order--) {
		uint8_t slot[FAT_SLOT_BYTES];

		fat_long_put(slot, name, order, checksum);
		error = slot_write(directory, found->slot - order, slot);
	}
	return error ? error : slot_write(directory, found->slot, &found->entry);
}

int fat_directory_add(struct fat_inode *directory, const struct fat_name *name,
		      const struct fat_entry *entry, struct fat_found *found)
{
	struct fat_short basis, alias;
	bool exact = fat_short_make(&basis, name);
	uint32_t long_slots = exact ? 0 : fat_long_slots(name->count);
	int error = fat_index_load(directory);

	alias = basis;
	if (!error && !exact)
		error = alias_choose(directory, name, &basis, &alias);
	if (!error)
		error = room_find(directory, long_slots + 1, &found->first);
	if (error)
		return error;
	found->count = long_slots + 1;
	found->slot = found->first + long_slots;
	found->entry = *entry;
	memcpy(found->entry.name, alias.text, FAT_SHORT_BYTES);
	found->entry.letter_case = alias.letter_case;
	error = fat_slot_offset(directory, found->slot, &found->offset);
	if (!error)
		error = slots_fill(directory, name, found);
	if (error)
		return error;
	fat_index_take(&directory->index, found->first, found->count);
	if (long_slots)
		fat_index_add(&directory->index, name->hash, found->slot, long_slots);
	fat_index_add(&directory->index, fat_short_hash(alias.text), found->slot, long_slots);
	directory->index.names++;
	return 0;
}

/* ---- erasing --------------------------------------------------------------------- */

void fat_directory_forget(struct fat_inode *directory, const struct fat_found *found)
{
	uint32_t hash = 0;

	for (uint32_t order = 1; order < found->count; order++) {
		uint16_t unit[FAT_LONG_SLOT_UNITS];
		uint8_t slot[FAT_SLOT_BYTES];

		if (slot_read(directory, found->slot - order, slot) == 0)
			hash += fat_part_hash(unit, fat_long_take(slot, unit), order);
	}
	if (found->count > 1)
		fat_index_remove(&directory->index, hash, found->slot);
	fat_index_remove(&directory->index, fat_short_hash(found->entry.name), found->slot);
	directory->index.names--;
}

int fat_directory_erase(struct fat_inode *directory, uint32_t first, uint32_t count)
{
	/* the entry first: long slots without one mean nothing */
	for (uint32_t slot = first + count; slot-- > first;) {
		struct cached_page *page;
		uint8_t *bytes;
		int error = fat_slot_get(directory, slot, &page, &bytes);

		if (error)
			return error;
		bytes[0] = FAT_SLOT_ERASED;
		fat_slot_changed(page, bytes);
		page_cache_put(page);
	}
	fat_index_give_back(&directory->index, first, count);
	return 0;
}
