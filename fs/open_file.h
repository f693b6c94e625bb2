/*
 * Opening what a dentry names: the file system's own side of fs/vfs.h.
 */
#ifndef FS_OPEN_FILE_H
#define FS_OPEN_FILE_H

#include "fs/dentry.h"

/* flags: O_*.  O_CREAT and O_EXCL have been dealt with.  One reference; takes
 * one of its own to the dentry. */
int file_open(struct dentry *dentry, uint32_t flags, struct file **result);

#endif
