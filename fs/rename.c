/*
 * Renaming.  The order of checks, and so which error wins, is Linux's.
 *
 * Locks: between two directories first the rename lock, so that the tree's shape
 * stands still while 'is it below' is asked; then both directories, an ancestor
 * before its descendant, else by address; then a directory that is replaced.
 */
#include <string.h>

#include "fs/path.h"

static struct mutex rename_lock = { .queue = WAIT_QUEUE_INIT(rename_lock.queue) };

struct renaming {
	struct path_last from;
	struct path_last to;
	uint32_t flags;
	struct dentry *moved;		/* one reference */
	struct dentry *replaced;	/* one reference; NULL: the name is free */
};

static void directories_lock(struct dentry *from, struct dentry *to)
{
	struct dentry *first = from, *second = to;

	if (from == to) {
		mutex_lock(&from->inode->lock);
		return;
	}
	mutex_lock(&rename_lock);
	if (dentry_is_below(from, to) || (!dentry_is_below(to, from) && to < from)) {
		first = to;
		second = from;
	}
	mutex_lock(&first->inode->lock);
	mutex_lock(&second->inode->lock);
}

static void directories_unlock(struct dentry *from, struct dentry *to)
{
	mutex_unlock(&from->inode->lock);
	if (from == to)
		return;
	mutex_unlock(&to->inode->lock);
	mutex_unlock(&rename_lock);
}

static bool same_text(const struct renaming *renaming)
{
	const struct vfs_name *from = &renaming->from.name, *to = &renaming->to.name;

	return from->bytes == to->bytes && memcmp(from->text, to->text, from->bytes) == 0;
}

/* Fills in moved and replaced.  Both directories are locked, here and below. */
static int dentries_find(struct renaming *renaming)
{
	int error = dentry_lookup_locked(renaming->from.parent, &renaming->from.name,
					 &renaming->moved);

	if (error)
		return error;
	error = dentry_lookup_locked(renaming->to.parent, &renaming->to.name,
				     &renaming->replaced);
	if (error)
		return error == -ENOENT ? 0 : error;
	if (renaming->replaced == renaming->moved && !same_text(renaming)) {
		/* where case does not count: it only gets to be written another way */
		dentry_put(renaming->replaced);
		renaming->replaced = NULL;
	}
	return 0;
}

static int check_kinds(const struct renaming *renaming)
{
	bool moved_directory = inode_is_directory(renaming->moved->inode);
	bool replaced_directory = renaming->replaced &&
				  inode_is_directory(renaming->replaced->inode);

	if (renaming->replaced && moved_directory && !replaced_directory)
		return -ENOTDIR;
	if (!moved_directory && replaced_directory)
		return -EISDIR;
	return 0;
}

static int check_renamable(const struct renaming *renaming)
{
	struct dentry *moved = renaming->moved, *replaced = renaming->replaced;
	bool slash = renaming->from.slash || renaming->to.slash;
	int error;

	if (replaced && renaming->flags & RENAME_NOREPLACE)
		return -EEXIST;
	if (slash && !inode_is_directory(moved->inode))
		return -ENOTDIR;
	if (dentry_is_below(renaming->to.parent, moved))
		return -EINVAL;
	if (replaced && dentry_is_below(renaming->from.parent, replaced))
		return -ENOTEMPTY;
	if (replaced && replaced->inode == moved->inode)
		return 0;
	if (renaming->to.parent->inode->removed)
		return -ENOENT;
	error = check_kinds(renaming);
	if (error)
		return error;
	if (dentry_is_mount_point(moved) || (replaced && dentry_is_mount_point(replaced)))
		return -EBUSY;
	return renaming->from.parent->inode->ops->rename ? 0 : -EPERM;
}

/* Nothing but the file system and memory can stop it now. */
static int rename_commit(struct renaming *renaming)
{
	struct inode *from = renaming->from.parent->inode, *to = renaming->to.parent->inode;
	struct inode *replaced = renaming->replaced ? renaming->replaced->inode : NULL;
	bool ends_directory = replaced && inode_is_directory(replaced);
	char *new_name = dentry_name_alloc(&renaming->to.name);
	int error;

	if (!new_name)
		return -ENOMEM;
	if (ends_directory)
		mutex_lock(&replaced->lock);
	error = from->ops->rename(from, &renaming->from.name, to, &renaming->to.name,
				  renaming->moved->inode, replaced);
	if (ends_directory) {
		replaced->removed = !error;
		mutex_unlock(&replaced->lock);
	}
	if (error) {
		dentry_name_free(new_name, renaming->to.name.bytes);
		return error;
	}
	if (renaming->replaced)
		dentry_end(renaming->replaced);
	dentry_move(renaming->moved, renaming->to.parent, &renaming->to.name, new_name);
	return 0;
}

static int rename_locked(struct renaming *renaming)
{
	int error = dentries_find(renaming);

	if (!error)
		error = check_renamable(renaming);
	if (error)
		return error;
	if (renaming->replaced && renaming->replaced->inode == renaming->moved->inode)
		return 0;		/* two names of one file: nothing to do, says POSIX */
	return rename_commit(renaming);
}

static int rename_walked(struct renaming *renaming)
{
	struct path_last *from = &renaming->from, *to = &renaming->to;
	int error;

	if (from->parent->inode->filesystem != to->parent->inode->filesystem)
		return -EXDEV;
	if (from->kind != PATH_LAST_NAME)
		return -EBUSY;
	if (to->kind != PATH_LAST_NAME)
		return renaming->flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	directories_lock(from->parent, to->parent);
	error = rename_locked(renaming);
	directories_unlock(from->parent, to->parent);
	if (renaming->moved)
		dentry_put(renaming->moved);
	if (renaming->replaced)
		dentry_put(renaming->replaced);
	return error;
}

int vfs_rename(struct dentry *from_start, const char *from, struct dentry *to_start,
	       const char *to, uint32_t flags)
{
	struct renaming renaming = { .flags = flags };
	int error;

	if (flags & ~(uint32_t)RENAME_NOREPLACE)
		return -EINVAL;
	error = path_walk_to_last(from_start, from, &renaming.from);
	if (error)
		return error;
	error = path_walk_to_last(to_start, to, &renaming.to);
	if (!error) {
		error = rename_walked(&renaming);
		path_last_end(&renaming.to);
	}
	path_last_end(&renaming.from);
	return error;
}
