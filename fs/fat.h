/*
 * FAT32, as the rest of the file layer sees it.
 */
#ifndef FS_FAT_H
#define FS_FAT_H

#include "drivers/block.h"
#include "fs/inode.h"

/*
 * Its root, one reference.  -EINVAL: there is no FAT32 volume on it; -EUCLEAN: there
 * was one; -EIO, -ENOMEM.  Boot; coroutine context.
 */
int fat_mount(struct block_device *device, struct inode **root);

#endif
