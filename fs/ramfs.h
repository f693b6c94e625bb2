/*
 * A file system in memory: files are sparse arrays of frames, directories are
 * hash tables.  It lasts until the power goes.
 */
#ifndef FS_RAMFS_H
#define FS_RAMFS_H

#include "fs/inode.h"

/* A new, empty one: its root directory, one reference.  NULL: no memory. */
struct inode *ramfs_create(const char *kind, uint32_t root_mode);

/* What a device's inode says of itself. */
struct ramfs_node {
	const char *name;
	uint32_t mode;			/* S_IFCHR or S_IFBLK, and permission bits */
	const struct file_ops *file_ops;
	void *device;			/* an open file's `private` */
	uint32_t major, minor;
	uint64_t bytes;
};

/* Puts a device into a directory.  0, -EEXIST, -ENOMEM. */
int ramfs_node_create(struct inode *directory, const struct ramfs_node *node);

#endif
