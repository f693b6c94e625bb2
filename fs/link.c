/*
 * Names that lead to other names: symbolic links, and further names of one file.
 *
 * Locks: the inode lock of the directory that gets the name; inside it that of a file
 * that gets one more.
 */
#include <string.h>

#include "fs/path.h"
#include "kernel/api/memory.h"

/* Either `text`, or an inode that is there. */
struct new_name {
	const char *text;
	struct inode *inode;
};

static int new_inode(struct inode *directory, const struct vfs_name *name,
		     const struct new_name *what, struct inode **result)
{
	int error;

	if (directory->removed)
		return -ENOENT;
	if (what->text)
		return directory->ops->symlink ?
		       directory->ops->symlink(directory, name, what->text, result) : -EPERM;
	if (!directory->ops->link)
		return -EPERM;
	error = directory->ops->link(directory, name, what->inode);
	if (!error) {
		inode_get(what->inode);
		*result = what->inode;
	}
	return error;
}

/* The parent's inode lock held. */
static int name_add(const struct path_last *last, const struct new_name *what)
{
	struct dentry *dentry;
	struct inode *inode;
	int error = dentry_lookup_locked(last->parent, &last->name, &dentry);

	if (!error) {
		dentry_put(dentry);
		return -EEXIST;
	}
	if (error != -ENOENT)
		return error;
	if (last->slash)
		return -ENOENT;
	dentry = dentry_prepare(last->parent, &last->name);
	if (!dentry)
		return -ENOMEM;
	error = new_inode(last->parent->inode, &last->name, what, &inode);
	if (error) {
		dentry_discard(dentry);
		return error;
	}
	dentry_attach(dentry, inode);
	dentry_put(dentry);
	return 0;
}

static int name_make(struct dentry *start, const char *path, const struct new_name *what)
{
	struct path_last last;
	int error = path_walk_to_last(start, path, &last);

	if (error)
		return error;
	if (last.kind != PATH_LAST_NAME) {
		error = -EEXIST;
	} else if (what->inode && what->inode->filesystem != last.parent->inode->filesystem) {
		error = -EXDEV;
	} else {
		mutex_lock(&last.parent->inode->lock);
		error = name_add(&last, what);
		mutex_unlock(&last.parent->inode->lock);
	}
	path_last_end(&last);
	return error;
}

int vfs_symlink(const char *text, struct dentry *start, const char *path)
{
	const struct new_name what = { .text = text };

	return name_make(start, path, &what);
}

int vfs_link(struct dentry *from_start, const char *from, struct dentry *to_start,
	     const char *to, uint32_t flags)
{
	struct new_name what = { .text = NULL };
	struct dentry *dentry;
	int error = 0;

	if (from[0] == '\0' && flags & AT_EMPTY_PATH)
		dentry = dentry_get(from_start);
	else
		error = path_lookup(from_start, from, flags & AT_SYMLINK_FOLLOW, &dentry);
	if (error)
		return error;
	what.inode = dentry->inode;
	error = inode_is_directory(dentry->inode) ? -EPERM : name_make(to_start, to, &what);
	dentry_put(dentry);
	return error;
}

ssize_t vfs_readlink(struct dentry *start, const char *path, char *text)
{
	struct dentry *dentry;
	ssize_t bytes = -EINVAL;
	int error = path_lookup(start, path, false, &dentry);

	if (error)
		return error;
	if (inode_is_link(dentry->inode)) {
		const char *target = dentry->inode->ops->target(dentry->inode);

		bytes = (ssize_t)strlen(target);
		memcpy(text, target, (size_t)bytes);
	}
	dentry_put(dentry);
	return bytes;
}
