/*
 * What is mounted where: / and /tmp in memory, /dev with the devices.
 */
#include "fs/dentry.h"
#include "fs/devfs.h"
#include "fs/ramfs.h"

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

void vfs_init(void)
{
	struct inode *root_inode = ramfs_create("rootfs", ROOT_MODE);

	root_dentry = root_inode ? dentry_create_root(root_inode) : NULL;
	if (!root_dentry)
		panic("no memory for /");
	mount_at("/tmp", ramfs_create("tmpfs", TMP_MODE));
	mount_at("/dev", devfs_create());
}
