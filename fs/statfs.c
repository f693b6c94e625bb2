/*
 * What is told of a file system as a whole: its kind, and the space in it.
 */
#include <string.h>

#include "fs/inode.h"
#include "fs/path.h"

#define BLOCK_BYTES	4096u

static void filesystem_statfs(struct filesystem *filesystem, struct abi_statfs *result)
{
	memset(result, 0, sizeof(*result));
	result->f_bsize = BLOCK_BYTES;
	result->f_namelen = VFS_NAME_BYTES_MAX;
	result->f_fsid[0] = (int32_t)filesystem->number;
	if (filesystem->space)
		filesystem->space(filesystem, result);
	result->f_frsize = result->f_bsize;
	result->f_bavail = result->f_bfree;
}

int vfs_statfs(struct dentry *start, const char *path, struct abi_statfs *result)
{
	struct dentry *dentry;
	int error = path_lookup(start, path, true, &dentry);

	if (error)
		return error;
	filesystem_statfs(dentry->inode->filesystem, result);
	dentry_put(dentry);
	return 0;
}

void file_statfs(struct file *file, struct abi_statfs *result)
{
	if (file->inode) {
		filesystem_statfs(file->inode->filesystem, result);
		return;
	}
	memset(result, 0, sizeof(*result));
	result->f_type = ABI_ANON_INODE_FS_MAGIC;
	result->f_bsize = result->f_frsize = BLOCK_BYTES;
	result->f_namelen = VFS_NAME_BYTES_MAX;
}
