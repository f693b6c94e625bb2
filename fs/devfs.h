/*
 * /dev: a ramfs that is born with the machine's devices.
 */
#ifndef FS_DEVFS_H
#define FS_DEVFS_H

#include "fs/inode.h"

/* Its root, one reference; NULL: no memory.  After the devices were probed. */
struct inode *devfs_create(void);

/* The kinds of device files. */
extern const struct file_ops null_file_ops;
extern const struct file_ops zero_file_ops;
extern const struct file_ops random_file_ops;
extern const struct file_ops console_file_ops;
extern const struct file_ops block_file_ops;	/* private: struct block_node */

/* What /dev has for a block device: the device with its pages.  NULL: no memory. */
struct block_device;
struct block_node *block_node_create(struct block_device *device);
/* A file system has the device from now on: nobody else writes to it (-EBUSY). */
void block_file_claim(struct block_device *device);

/* Takes the UART's input from here on. */
void console_init(void);

#endif
