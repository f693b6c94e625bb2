/*
 * What is mounted where: / and /tmp in memory, /dev with the devices, and at /files
 * the first disk if it has a FAT32 volume; one that has none stays as it is.
 */
#include "drivers/block.h"
#include "fs/dentry.h"
#include "fs/devfs.h"
#include "fs/fat.h"
#include "fs/page_cache.h"
#include "fs/ramfs.h"
#include "fs/writeback.h"

#define FILES_PATH	"/files"

#define ROOT_MODE	0755u
#define TMP_MODE	01777u

static struct dentry *root_dentry;	/* fixed after vfs_init */

struct dentry *vfs_root(void)
{
	return root_dentry;
}

/* Makes the directory below the root, and puts the file system on it. */
static void mount_at(const char *path, struct inode *root_inode)
{
	struct dentry *covered, *root;

	if (!root_inode)
		panic("no memory for %s", path);
	root = dentry_create_root(root_inode);
	if (!root || vfs_mkdir(root_dentry, path, ROOT_MODE) ||
	    vfs_directory(root_dentry, path, &covered))
		panic("no memory for %s", path);
	dentry_mount(covered, root);
}

static void files_mount(void)
{
	struct block_device *device = block_device_first();
	struct inode *root;
	int error = device ? fat_mount(device, &root) : -ENODEV;

	if (!error) {
		mount_at(FILES_PATH, root);
		block_file_claim(device);
		kernel_log("%s: FAT32, at " FILES_PATH, device->name);
	} else if (error != -ENODEV && error != -EINVAL) {
		kernel_log("%s: its FAT32 volume can't be mounted: error %d", device->name,
			   -error);
	}
}

void vfs_finish(void)
{
	writeback_finish();
}

uint64_t vfs_cached_frames(void)
{
	return page_cache_frames();
}

void vfs_init(void)
{
	struct inode *root_inode = ramfs_create("rootfs", ROOT_MODE);

	page_cache_boot();
	writeback_boot();

	root_dentry = root_inode ? dentry_create_root(root_inode) : NULL;
	if (!root_dentry)
		panic("no memory for /");
	mount_at("/tmp", ramfs_create("tmpfs", TMP_MODE));
	mount_at("/dev", devfs_create());
	files_mount();
}
