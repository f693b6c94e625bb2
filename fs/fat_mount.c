/*
 * Mounting a FAT32 volume: what its boot sector says is checked here, once, so that
 * all others can count on it.
 */
#include <string.h>

#include "fs/fat_volume.h"
#include "kernel/api/memory.h"

/* The BIOS parameter block's places in the boot sector. */
#define BOOT_SECTOR_BYTES	11
#define BOOT_CLUSTER_SECTORS	13
#define BOOT_RESERVED		14
#define BOOT_FATS		16
#define BOOT_ROOT_ENTRIES	17
#define BOOT_SECTORS_16		19
#define BOOT_FAT_SECTORS_16	22
#define BOOT_SECTORS_32		32
#define BOOT_FAT_SECTORS_32	36
#define BOOT_FLAGS		40
#define BOOT_VERSION		42
#define BOOT_ROOT_CLUSTER	44
#define BOOT_INFO_SECTOR	48
#define BOOT_STATE		65
#define BOOT_SIGNATURE		510

#define FLAG_ONE_FAT		0x80	/* bits 3:0 say which; the others are not kept up */

#define INFO_SIGNATURE_1	0x41615252u
#define INFO_SIGNATURE_2	0x61417272u
#define INFO_SIGNATURE_3	0xaa550000u

static uint32_t little16(const uint8_t *at)
{
	return (uint32_t)(at[0] | at[1] << 8);
}

static uint32_t little32(const uint8_t *at)
{
	return little16(at) | little16(at + 2) << 16;
}

static bool is_power_of_two(uint32_t value)
{
	return value && !(value & (value - 1));
}

/* Whether this is the boot sector of a FAT32 volume at all; then it has to be sound. */
static bool boot_is_fat32(const uint8_t *boot)
{
	return boot[BOOT_SIGNATURE] == 0x55 && boot[BOOT_SIGNATURE + 1] == 0xaa &&
	       is_power_of_two(little16(boot + BOOT_SECTOR_BYTES)) &&
	       is_power_of_two(boot[BOOT_CLUSTER_SECTORS]) &&
	       boot[BOOT_FATS] >= 1 && boot[BOOT_FATS] <= 4 &&
	       little16(boot + BOOT_RESERVED) > 0 &&
	       little16(boot + BOOT_ROOT_ENTRIES) == 0 &&
	       little16(boot + BOOT_FAT_SECTORS_16) == 0 &&
	       little32(boot + BOOT_FAT_SECTORS_32) > 0;
}

/* The sizes of the volume's parts. */
static int geometry_read(struct fat_volume *volume, const uint8_t *boot)
{
	uint32_t sector_bytes = little16(boot + BOOT_SECTOR_BYTES);
	uint64_t cluster_bytes = (uint64_t)sector_bytes * boot[BOOT_CLUSTER_SECTORS];
	uint64_t sectors = little16(boot + BOOT_SECTORS_16);
	uint64_t clusters;

	if (!sectors)
		sectors = little32(boot + BOOT_SECTORS_32);
	if (sector_bytes < volume->device->sector_bytes || sector_bytes > PAGE_SIZE ||
	    cluster_bytes > 65536 || little16(boot + BOOT_VERSION))
		return -EUCLEAN;
	volume->sector_bytes = sector_bytes;
	volume->cluster_shift = (uint32_t)__builtin_ctzll(cluster_bytes);
	volume->fats = boot[BOOT_FATS];
	volume->fat_bytes = (uint64_t)little32(boot + BOOT_FAT_SECTORS_32) * sector_bytes;
	volume->fat_offset = (uint64_t)little16(boot + BOOT_RESERVED) * sector_bytes;
	volume->data_offset = volume->fat_offset + volume->fats * volume->fat_bytes;
	volume->end_offset = sectors * sector_bytes;
	if (volume->data_offset >= volume->end_offset ||
	    volume->end_offset > volume->device->bytes)
		return -EUCLEAN;
	clusters = (volume->end_offset - volume->data_offset) >> volume->cluster_shift;
	clusters = MIN(clusters, volume->fat_bytes / 4 - MIN(volume->fat_bytes / 4, 2ull));
	volume->cluster_limit = (uint32_t)MIN(clusters, 0x0ffffff5ull) + FAT_CLUSTER_FIRST;
	volume->end_offset = fat_cluster_offset(volume, volume->cluster_limit);
	return clusters ? 0 : -EUCLEAN;
}

/* One FAT alone may be in use. */
static int fats_read(struct fat_volume *volume, const uint8_t *boot)
{
	uint32_t flags = little16(boot + BOOT_FLAGS);

	if (!(flags & FLAG_ONE_FAT))
		return 0;
	if ((flags & 15) >= volume->fats)
		return -EUCLEAN;
	volume->fat_offset += (flags & 15) * volume->fat_bytes;
	volume->fats = 1;
	return 0;
}

/* FSInfo is a hint: it is believed if the volume was left in order. */
static int info_read(struct fat_volume *volume, const uint8_t *boot)
{
	uint64_t offset = (uint64_t)little16(boot + BOOT_INFO_SECTOR) * volume->sector_bytes;
	uint32_t clusters = volume->cluster_limit - FAT_CLUSTER_FIRST;
	struct cached_page *page;
	const uint8_t *info;
	bool believed = false;
	int error;

	volume->rotor = FAT_CLUSTER_FIRST;
	if (offset == 0 || offset + volume->sector_bytes > volume->fat_offset)
		return fat_table_count(volume);
	error = page_cache_get(&volume->metadata, offset >> PAGE_SHIFT, false, &page);
	if (error)
		return error;
	info = (const uint8_t *)page_cache_memory(page) + (offset & PAGE_MASK);
	if (little32(info) == INFO_SIGNATURE_1 && little32(info + 484) == INFO_SIGNATURE_2 &&
	    little32(info + 508) == INFO_SIGNATURE_3) {
		volume->info_offset = offset;
		volume->free_clusters = little32(info + 488);
		believed = volume->free_clusters <= clusters && !volume->dirty_at_mount;
		if (fat_cluster_is_valid(volume, little32(info + 492)))
			volume->rotor = little32(info + 492);
	}
	page_cache_put(page);
	return believed ? 0 : fat_table_count(volume);
}

/* The metadata's pages lie where they lie. */
static int metadata_map(struct page_cache *cache, uint64_t offset, uint64_t *device_offset,
			uint64_t *bytes)
{
	if (offset >= cache->device->bytes)
		return -ENODATA;
	*device_offset = offset;
	*bytes = cache->device->bytes - offset;
	return 0;
}

static const struct page_cache_ops metadata_ops = { .map = metadata_map };

static void fat_space(struct filesystem *filesystem, struct abi_statfs *result)
{
	struct fat_volume *volume = CONTAINER_OF(filesystem, struct fat_volume, filesystem);

	result->f_type = ABI_MSDOS_SUPER_MAGIC;
	result->f_bsize = fat_cluster_bytes(volume);
	result->f_blocks = volume->cluster_limit - FAT_CLUSTER_FIRST;
	result->f_bfree = READ_ONCE(volume->free_clusters);
	if (fat_check_writable(volume))
		result->f_flags = ABI_ST_RDONLY;
}

static void volume_init(struct fat_volume *volume, struct block_device *device)
{
	volume->device = device;
	filesystem_init(&volume->filesystem, "vfat");
	volume->filesystem.name_hash = fat_text_hash;
	volume->filesystem.name_equal = fat_text_equal;
	volume->filesystem.space = fat_space;
	mutex_init(&volume->lock);
	list_init(&volume->releases);
	list_init(&volume->erasures);
	list_init(&volume->spent);
	list_init(&volume->idle);
	list_init(&volume->dirty);
	volume->client.run = fat_writeback;
	page_cache_init(&volume->metadata, &metadata_ops, device, device->sector_bytes);
}

static int groups_create(struct fat_volume *volume)
{
	volume->groups = (volume->cluster_limit + (1u << FAT_GROUP_SHIFT) - 1) >> FAT_GROUP_SHIFT;
	volume->group_free = kernel_alloc(volume->groups * sizeof(*volume->group_free));
	if (!volume->group_free)
		return -ENOMEM;
	for (uint32_t i = 0; i < volume->groups; i++)
		volume->group_free[i] = FAT_GROUP_UNKNOWN;
	return 0;
}

static int volume_read(struct fat_volume *volume, const uint8_t *boot, uint32_t *root)
{
	int error = geometry_read(volume, boot);

	if (!error)
		error = fats_read(volume, boot);
	if (error)
		return error;
	*root = little32(boot + BOOT_ROOT_CLUSTER);
	if (!fat_cluster_is_valid(volume, *root))
		return -EUCLEAN;
	volume->metadata.granule_bytes = volume->sector_bytes;
	volume->dirty_at_mount = boot[BOOT_STATE] & 1;
	error = groups_create(volume);
	return error ? error : info_read(volume, boot);
}

static void volume_free(struct fat_volume *volume)
{
	page_cache_drop(&volume->metadata, 0, UINT64_MAX);
	kernel_free(volume->group_free, volume->groups * sizeof(*volume->group_free));
	kernel_free(volume, sizeof(*volume));
}

static int volume_open(struct fat_volume *volume, struct fat_inode **root)
{
	struct cached_page *page;
	uint32_t root_cluster;
	const uint8_t *boot;
	int error;

	if (volume->device->bytes < PAGE_SIZE)
		return -EINVAL;
	error = page_cache_get(&volume->metadata, 0, false, &page);
	if (error)
		return error;
	boot = (const uint8_t *)page_cache_memory(page);
	error = boot_is_fat32(boot) ? volume_read(volume, boot, &root_cluster) : -EINVAL;
	page_cache_put(page);
	if (error)
		return error;
	*root = fat_root_create(volume, root_cluster);
	return *root ? 0 : -ENOMEM;
}

int fat_mount(struct block_device *device, struct inode **root)
{
	struct fat_volume *volume = kernel_alloc(sizeof(*volume));
	struct fat_inode *root_inode;
	int error;

	if (!volume)
		return -ENOMEM;
	volume_init(volume, device);
	error = volume_open(volume, &root_inode);
	if (error) {
		volume_free(volume);
		return error;
	}
	writeback_register(&volume->client);
	*root = &root_inode->inode;
	if (volume->dirty_at_mount)
		kernel_log("fat: %s was not left in order; fsck.vfat can check it", device->name);
	return 0;
}
