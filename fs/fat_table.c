/*
 * The FAT: entries, and the search for free ones.
 *
 * Entries are counted in groups of 1,024: a group's free entries are counted when
 * the search comes to it first, and from then on full groups are skipped without a
 * look.  The search goes on where it ended.
 */
#include "fs/fat_volume.h"

#define GROUP_ENTRIES	(1u << FAT_GROUP_SHIFT)

void fat_window_close(struct fat_window *window)
{
	if (window->page)
		page_cache_put(window->page);
	window->page = NULL;
}

/* The entry's place in memory, as long as the window stays on its page. */
static int entry_at(struct fat_volume *volume, struct fat_window *window, uint32_t cluster,
		    uint32_t **entry)
{
	uint64_t offset = volume->fat_offset + 4ull * cluster;
	uint64_t index = offset >> PAGE_SHIFT;

	ASSERT(cluster < volume->cluster_limit);
	if (!window->page || window->index != index) {
		int error;

		fat_window_close(window);
		error = page_cache_get(&volume->metadata, index, false, &window->page);
		if (error) {
			window->page = NULL;
			return error;
		}
		window->index = index;
	}
	*entry = (uint32_t *)(page_cache_memory(window->page) + (offset & PAGE_MASK));
	return 0;
}

int fat_table_get(struct fat_volume *volume, struct fat_window *window, uint32_t cluster,
		  uint32_t *value)
{
	uint32_t *entry;
	int error = entry_at(volume, window, cluster, &entry);

	if (!error)
		*value = READ_ONCE(*entry) & FAT_ENTRY_MASK;
	return error;
}

static void count_change(struct fat_volume *volume, uint32_t cluster, int change)
{
	uint16_t *group = &volume->group_free[cluster >> FAT_GROUP_SHIFT];

	if (*group != FAT_GROUP_UNKNOWN)
		*group = (uint16_t)(*group + change);
	if (change > 0 || volume->free_clusters > 0)
		volume->free_clusters += (uint32_t)change;
}

int fat_table_set(struct fat_volume *volume, struct fat_window *window, uint32_t cluster,
		  uint32_t value)
{
	uint32_t *entry, old, in_page;
	int error = entry_at(volume, window, cluster, &entry);

	if (error)
		return error;
	old = *entry;
	WRITE_ONCE(*entry, (old & ~FAT_ENTRY_MASK) | value);
	in_page = (uint32_t)((uintptr_t)entry & PAGE_MASK);
	page_cache_dirty(window->page, in_page, in_page + 4);
	old &= FAT_ENTRY_MASK;
	if ((old == FAT_FREE) != (value == FAT_FREE))
		count_change(volume, cluster, value == FAT_FREE ? 1 : -1);
	return 0;
}

/* ---- the search ---------------------------------------------------------------------- */

static uint32_t group_end(const struct fat_volume *volume, uint32_t group)
{
	return MIN((group + 1) << FAT_GROUP_SHIFT, volume->cluster_limit);
}

static uint32_t group_start(uint32_t group)
{
	return MAX(group << FAT_GROUP_SHIFT, FAT_CLUSTER_FIRST);
}

static int group_count(struct fat_volume *volume, struct fat_window *window, uint32_t group)
{
	uint32_t end = group_end(volume, group), value;
	uint16_t count = 0;

	for (uint32_t cluster = group_start(group); cluster < end; cluster++) {
		int error = fat_table_get(volume, window, cluster, &value);

		if (error)
			return error;
		count += value == FAT_FREE;
	}
	volume->group_free[group] = count;
	return 0;
}

/* The first free entry of [from, end); `end` if there is none. */
static int range_search(struct fat_volume *volume, struct fat_window *window, uint32_t from,
			uint32_t end, uint32_t *found)
{
	uint32_t value;

	for (*found = from; *found < end; ++*found) {
		int error = fat_table_get(volume, window, *found, &value);

		if (error)
			return error;
		if (value == FAT_FREE)
			break;
	}
	return 0;
}

/* The first free cluster from `from` on, around the end.  0, -ENOSPC, -errno. */
static int free_find(struct fat_volume *volume, struct fat_window *window, uint32_t from,
		     uint32_t *found)
{
	uint32_t group = from >> FAT_GROUP_SHIFT;

	/* the first group twice: what lies before `from` comes last */
	for (uint32_t i = 0; i <= volume->groups; i++, group = (group + 1) % volume->groups) {
		uint32_t start = i == 0 ? from : group_start(group);
		uint32_t end = group_end(volume, group);
		int error = 0;

		if (volume->group_free[group] == FAT_GROUP_UNKNOWN)
			error = group_count(volume, window, group);
		if (!error && volume->group_free[group])
			error = range_search(volume, window, start, end, found);
		else
			*found = end;
		if (error || *found < end)
			return error;
	}
	return -ENOSPC;
}

/* Chains what is free from `first` on. */
static int run_take(struct fat_volume *volume, struct fat_window *window, uint32_t first,
		    uint32_t wanted, uint32_t *count)
{
	uint32_t cluster = first, value;
	int error = fat_table_set(volume, window, cluster, FAT_END);

	if (error)
		return error;
	*count = 1;
	while (*count < wanted && cluster + 1 < volume->cluster_limit) {
		error = fat_table_get(volume, window, cluster + 1, &value);
		if (error || value != FAT_FREE)
			break;
		error = fat_table_set(volume, window, cluster + 1, FAT_END);
		if (!error)
			error = fat_table_set(volume, window, cluster, cluster + 1);
		if (error)
			break;
		cluster++;
		++*count;
	}
	volume->rotor = cluster;
	/* what was had is had */
	return 0;
}

int fat_table_alloc(struct fat_volume *volume, uint32_t near, uint32_t wanted,
		    uint32_t *first, uint32_t *count)
{
	struct fat_window window = { NULL, 0 };
	uint32_t from = fat_cluster_is_valid(volume, near) ? near : volume->rotor;
	int error = free_find(volume, &window, from, first);

	if (error == -ENOSPC)
		volume->free_clusters = 0;
	if (!error)
		error = run_take(volume, &window, *first, wanted, count);
	fat_window_close(&window);
	return error;
}

int fat_table_free(struct fat_volume *volume, uint32_t first, uint32_t count)
{
	struct fat_window window = { NULL, 0 };
	int error = 0;

	while (count-- > 0 && fat_cluster_is_valid(volume, first)) {
		uint32_t next;

		error = fat_table_get(volume, &window, first, &next);
		if (error || next == FAT_FREE)
			break;
		error = fat_table_set(volume, &window, first, FAT_FREE);
		if (error)
			break;
		first = next;
	}
	fat_window_close(&window);
	return error;
}

int fat_table_count(struct fat_volume *volume)
{
	struct fat_window window = { NULL, 0 };
	uint32_t total = 0;
	int error = 0;

	for (uint32_t group = 0; group < volume->groups && !error; group++) {
		error = group_count(volume, &window, group);
		if (!error)
			total += volume->group_free[group];
		task_breathe();
	}
	fat_window_close(&window);
	volume->free_clusters = total;
	return error;
}
