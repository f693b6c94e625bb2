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
extern const struct file_ops block_file_ops;	/* private: struct block_device */

/* Takes the UART's input from here on. */
void console_init(void);

#endif
