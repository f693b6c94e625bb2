/*
 * The index of a directory: a hash table of its names (long ones and short ones) and
 * a map of its slots, made when the directory is first looked into.  Names themselves
 * are looked at on the disk's pages: the index says where.
 *
 * Locks: the directory's inode lock.
 */
#include <string.h>

#include "fs/fat_volume.h"
#include "kernel/api/memory.h"

#define CAPACITY_LEAST	16u
#define SLOTS_PER_BREATH	1024u

static size_t map_bytes(uint32_t slots)
{
	return ALIGN_UP(slots, 64) / 8;
}

void fat_index_free(struct fat_index *index)
{
	kernel_free(index->items, index->capacity * sizeof(*index->items));
	kernel_free(index->taken, map_bytes(index->slots));
	kernel_free(index->dying, map_bytes(index->slots));
	memset(index, 0, sizeof(*index));
}

/* ---- the hash table -------------------------------------------------------------------- */

static uint32_t place_of(const struct fat_index *index, uint32_t hash)
{
	return (hash ^ hash >> 15) & (index->capacity - 1);
}

void fat_index_add(struct fat_index *index, uint32_t hash, uint32_t slot, uint32_t long_slots)
{
	uint32_t place = place_of(index, hash);

	while (index->items[place].state == FAT_ITEM_NAME)
		place = (place + 1) & (index->capacity - 1);
	if (index->items[place].state == FAT_ITEM_FREE)
		index->used++;
	index->items[place] = (struct fat_index_item){
		.hash = hash, .slot = (uint16_t)slot, .long_slots = (uint8_t)long_slots,
		.state = FAT_ITEM_NAME };
}

const struct fat_index_item *fat_index_next(const struct fat_index *index, uint32_t hash,
					    uint32_t *at)
{
	while (*at < index->capacity) {
		const struct fat_index_item *item =
			&index->items[(place_of(index, hash) + *at) & (index->capacity - 1)];

		++*at;
		if (item->state == FAT_ITEM_FREE)
			return NULL;
		if (item->state == FAT_ITEM_NAME && item->hash == hash)
			return item;
	}
	return NULL;
}

void fat_index_remove(struct fat_index *index, uint32_t hash, uint32_t slot)
{
	const struct fat_index_item *item;
	uint32_t at = 0;

	while ((item = fat_index_next(index, hash, &at)))
		if (item->slot == slot) {
			index->items[item - index->items].state = FAT_ITEM_GONE;
			return;
		}
}

int fat_index_reserve(struct fat_index *index)
{
	struct fat_index old = *index;
	uint32_t live = 0;

	if (index->items && (index->used + 2) * 4 <= index->capacity * 3)
		return 0;
	for (uint32_t i = 0; i < old.capacity; i++)
		live += old.items[i].state == FAT_ITEM_NAME;
	index->capacity = CAPACITY_LEAST;
	while ((live + 2) * 2 > index->capacity)
		index->capacity *= 2;
	index->items = kernel_alloc(index->capacity * sizeof(*index->items));
	if (!index->items) {
		*index = old;
		return -ENOMEM;
	}
	index->used = 0;
	for (uint32_t i = 0; i < old.capacity; i++)
		if (old.items[i].state == FAT_ITEM_NAME)
			fat_index_add(index, old.items[i].hash, old.items[i].slot,
				      old.items[i].long_slots);
	kernel_free(old.items, old.capacity * sizeof(*old.items));
	return 0;
}

/* ---- the map of slots ---------------------------------------------------------------------- */

static bool bit_get(const uint8_t *map, uint32_t bit)
{
	return map[bit / 8] >> bit % 8 & 1;
}

static void bits_set(uint8_t *map, uint32_t first, uint32_t count, bool value)
{
	for (uint32_t bit = first; bit < first + count; bit++) {
		uint8_t mask = (uint8_t)(1u << bit % 8);

		map[bit / 8] = value ? map[bit / 8] | mask : map[bit / 8] & (uint8_t)~mask;
	}
}

int fat_index_reserve_slots(struct fat_index *index, uint32_t slots)
{
	uint8_t *taken, *dying;

	ASSERT(slots >= index->slots && slots <= FAT_SLOTS_MAX);
	if (map_bytes(slots) != map_bytes(index->slots) || !index->taken) {
		taken = kernel_alloc(map_bytes(slots));
		dying = kernel_alloc(map_bytes(slots));
		if (!taken || !dying) {
			kernel_free(taken, map_bytes(slots));
			kernel_free(dying, map_bytes(slots));
			return -ENOMEM;
		}
		if (index->taken) {
			memcpy(taken, index->taken, map_bytes(index->slots));
			memcpy(dying, index->dying, map_bytes(index->slots));
			kernel_free(index->taken, map_bytes(index->slots));
			kernel_free(index->dying, map_bytes(index->slots));
		}
		index->taken = taken;
		index->dying = dying;
	}
	index->slots = slots;
	return 0;
}

void fat_index_take(struct fat_index *index, uint32_t first, uint32_t count)
{
	bits_set(index->taken, first, count, true);
	index->end = MAX(index->end, first + count);
}

void fat_index_give_back(struct fat_index *index, uint32_t first, uint32_t count)
{
	bits_set(index->taken, first, count, false);
	bits_set(index->dying, first, count, false);
	index->hint = MIN(index->hint, first);
}

bool fat_slot_is_dying(const struct fat_inode *directory, uint32_t slot)
{
	return bit_get(directory->index.dying, slot);
}

void fat_slots_let_die(struct fat_inode *directory, uint32_t first, uint32_t count)
{
	bits_set(directory->index.dying, first, count, true);
}

static uint32_t room_from(const struct fat_index *index, uint32_t from, uint32_t count)
{
	uint32_t run = 0;

	for (uint32_t slot = from; slot < index->slots; slot++) {
		if (slot % 8 == 0 && index->taken[slot / 8] == 0xff) {
			slot += 7;
			run = 0;
			continue;
		}
		run = bit_get(index->taken, slot) ? 0 : run + 1;
		if (run == count)
			return slot + 1 - count;
	}
	return index->slots;
}

uint32_t fat_index_find_room(struct fat_index *index, uint32_t count)
{
	uint32_t first = room_from(index, index->hint, count);

	if (first == index->slots && index->hint > 0)
		first = room_from(index, 0, count);
	if (first < index->slots)
		index->hint = first + count;
	return first;
}

/* ---- reading a directory --------------------------------------------------------- */

/* Long slots on the way to their entry. */
struct scan {
	uint32_t hash;
	uint32_t expected;		/* order of the next slot; 0: the entry comes */
	uint32_t count;			/* seen; 0: none, or they don't fit together */
	uint8_t checksum;
};

static void scan_long(struct scan *scan, const uint8_t *slot)
{
	uint16_t unit[FAT_LONG_SLOT_UNITS];
	uint32_t order = slot[0] & ~FAT_LONG_LAST & 0xffu;

	if (slot[0] & FAT_LONG_LAST) {
		*scan = (struct scan){ .expected = order, .checksum = slot[13] };
		if (order == 0 || order >= FAT_NAME_SLOTS_MAX)
			return;
	} else if (scan->count == 0 || order != scan->expected || order == 0 ||
		   slot[13] != scan->checksum) {
		scan->count = 0;
		return;
	}
	scan->hash += fat_part_hash(unit, fat_long_take(slot, unit), order);
	scan->count++;
	scan->expected = order - 1;
}

uint32_t fat_short_hash(const uint8_t text[FAT_SHORT_BYTES])
{
	uint16_t unit[12];

	return fat_part_hash(unit, fat_short_units(text, 0, unit), 1);
}

static int scan_entry(struct fat_index *index, const struct scan *scan, uint32_t slot,
		      const struct fat_entry *entry)
{
	bool is_long = scan->count && scan->expected == 0 &&
		       scan->checksum == fat_short_checksum(entry->name);
	int error = fat_index_reserve(index);

	if (error || entry->attributes & FAT_ATTRIBUTE_LABEL || entry->name[0] == '.')
		return error;
	if (is_long)
		fat_index_add(index, scan->hash, slot, scan->count);
	fat_index_add(index, fat_short_hash(entry->name), slot, is_long ? scan->count : 0);
	index->names++;
	return 0;
}

static int scan_slot(struct fat_index *index, struct scan *scan, uint32_t slot,
		     const uint8_t *bytes)
{
	int error = 0;

	if (bytes[0] == FAT_SLOT_ERASED) {
		scan->count = 0;
		return 0;
	}
	fat_index_take(index, slot, 1);
	if ((bytes[11] & 0x3f) == FAT_ATTRIBUTE_LONG) {
		scan_long(scan, bytes);
		return 0;
	}
	error = scan_entry(index, scan, slot, (const struct fat_entry *)bytes);
	scan->count = 0;
	return error;
}

static int directory_scan(struct fat_inode *directory)
{
	struct fat_index *index = &directory->index;
	struct scan scan = { .count = 0 };
	struct cached_page *page;
	uint8_t *bytes;

	for (uint32_t slot = 0; slot < index->slots; slot++) {
		int error = fat_slot_get(directory, slot, &page, &bytes);
		bool end;

		if (error)
			return error;
		end = bytes[0] == 0;
		if (!end)
			error = scan_slot(index, &scan, slot, bytes);
		page_cache_put(page);
		if (end || error)
			return error;
		if (slot % SLOTS_PER_BREATH == 0)
			task_breathe();
	}
	return 0;
}

int fat_index_load(struct fat_inode *directory)
{
	struct fat_volume *volume = fat_volume_of(&directory->inode);
	struct fat_index *index = &directory->index;
	int error;

	if (LIKELY(index->items != NULL))
		return 0;
	error = fat_chain_measure(directory);
	if (!error)
		error = fat_index_reserve_slots(index, (uint32_t)
			(((uint64_t)directory->clusters << volume->cluster_shift) /
			 FAT_SLOT_BYTES));
	if (!error)
		error = fat_index_reserve(index);
	if (!error)
		error = directory_scan(directory);
	if (error)
		fat_index_free(index);
	return error;
}
