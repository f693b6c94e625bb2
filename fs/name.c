/*
 * What is done to names: open, mkdir, unlink, rmdir, stat.  The order of checks,
 * and so which error wins, is Linux's.  Renaming is fs/rename.c.
 *
 * Locks: the inode lock of the directory that changes; for rmdir also that of
 * the directory which goes, taken second.
 */
#include "fs/open_file.h"
#include "fs/path.h"

#define MODE_PERMISSIONS	07777u
#define MODE_MKDIR		01777u

static int inode_create(struct inode *directory, const struct vfs_name *name, uint32_t mode,
			struct inode **result)
{
	if (!directory->ops->create)
		return (mode & S_IFMT) == S_IFDIR ? -EPERM : -EACCES;
	if (directory->removed)
		return -ENOENT;
	return directory->ops->create(directory, name, mode, result);
}

/* A new name, and its dentry.  The parent's inode lock held. */
static int name_create(struct dentry *parent, const struct vfs_name *name, uint32_t mode,
		       struct dentry **result)
{
	struct dentry *dentry = dentry_prepare(parent, name);
	struct inode *inode;
	int error;

	if (!dentry)
		return -ENOMEM;
	error = inode_create(parent->inode, name, mode, &inode);
	if (error) {
		dentry_discard(dentry);
		return error;
	}
	dentry_attach(dentry, inode);
	*result = dentry;
	return 0;
}

/* ---- open ----------------------------------------------------------------------- */

/* Finds the file or makes it; *created tells which. */
static int lookup_or_create(const struct path_last *last, uint32_t flags, uint32_t mode,
			    struct dentry **result, bool *created)
{
	struct dentry *parent = last->parent;
	int error;

	mutex_lock(&parent->inode->lock);
	error = dentry_lookup_locked(parent, &last->name, result);
	if (error == -ENOENT) {
		error = name_create(parent, &last->name, S_IFREG | (mode & MODE_PERMISSIONS),
				    result);
		*created = !error;
	}
	mutex_unlock(&parent->inode->lock);
	if (error || *created)
		return error;
	if (flags & O_EXCL) {
		dentry_put(*result);
		return -EEXIST;
	}
	*result = dentry_mounted(*result);
	return 0;
}

static int lookup_creating(struct dentry *start, const char *path, uint32_t flags,
			   uint32_t mode, struct dentry **result, bool *created)
{
	struct path_last last;
	int error = path_walk_to_last(start, path, &last);

	if (error)
		return error;
	do {
		if (last.kind != PATH_LAST_NAME)
			error = flags & O_EXCL ? -EEXIST : -EISDIR;
		else if (last.slash)
			error = -EISDIR;
		else
			error = lookup_or_create(&last, flags, mode, result, created);
	} while (!error && !(flags & O_NOFOLLOW) &&
		 (error = path_last_follow(&last, *result)) > 0);
	path_last_end(&last);
	return error;
}

int vfs_open(struct dentry *start, const char *path, uint32_t flags, uint32_t mode,
	     struct file **result)
{
	struct dentry *dentry;
	bool created = false;
	int error;

	if (flags & O_CREAT && flags & O_DIRECTORY)
		return -EINVAL;
	if (flags & O_CREAT)
		error = lookup_creating(start, path, flags, mode, &dentry, &created);
	else
		error = path_lookup(start, path, !(flags & O_NOFOLLOW), &dentry);
	if (error)
		return error;
	/* a file that was just made is empty */
	error = file_open(dentry, created ? flags & ~(uint32_t)O_TRUNC : flags, result);
	dentry_put(dentry);
	return error;
}

int vfs_directory(struct dentry *start, const char *path, struct dentry **result)
{
	int error = path_lookup(start, path, true, result);

	if (error)
		return error;
	if (inode_is_directory((*result)->inode))
		return 0;
	dentry_put(*result);
	return -ENOTDIR;
}

int vfs_stat(struct dentry *start, const char *path, uint32_t flags, struct statx *result)
{
	struct dentry *dentry;
	int error = 0;

	if (path[0] == '\0' && flags & AT_EMPTY_PATH)
		dentry = dentry_get(start);
	else
		error = path_lookup(start, path, !(flags & AT_SYMLINK_NOFOLLOW), &dentry);
	if (error)
		return error;
	inode_stat(dentry->inode, result);
	dentry_put(dentry);
	return 0;
}

/* ---- mkdir ------------------------------------------------------------------------ */

/* The parent's inode lock held. */
static int directory_create(struct dentry *parent, const struct vfs_name *name,
			    uint32_t mode)
{
	struct dentry *dentry;
	int error = dentry_lookup_locked(parent, name, &dentry);

	if (!error) {
		dentry_put(dentry);
		return -EEXIST;
	}
	if (error != -ENOENT)
		return error;
	error = name_create(parent, name, S_IFDIR | (mode & MODE_MKDIR), &dentry);
	if (!error)
		dentry_put(dentry);
	return error;
}

int vfs_mkdir(struct dentry *start, const char *path, uint32_t mode)
{
	struct path_last last;
	int error = path_walk_to_last(start, path, &last);

	if (error)
		return error;
	if (last.kind == PATH_LAST_NAME) {
		mutex_lock(&last.parent->inode->lock);
		error = directory_create(last.parent, &last.name, mode);
		mutex_unlock(&last.parent->inode->lock);
	} else {
		error = -EEXIST;
	}
	path_last_end(&last);
	return error;
}

/* ---- unlink and rmdir ----------------------------------------------------------------- */

static int check_removable(const struct path_last *last, struct dentry *victim,
			   bool directory)
{
	bool is_directory = inode_is_directory(victim->inode);

	if (directory && !is_directory)
		return -ENOTDIR;
	if (!directory && is_directory)
		return -EISDIR;
	if (!directory && last->slash)
		return -ENOTDIR;
	if (dentry_is_mount_point(victim))
		return -EBUSY;
	return last->parent->inode->ops->unlink ? 0 : -EPERM;
}

/* The parent's inode lock held. */
static int victim_unlink(const struct path_last *last, struct dentry *victim, bool directory)
{
	struct inode *parent = last->parent->inode;
	int error = check_removable(last, victim, directory);

	if (error)
		return error;
	if (directory)
		mutex_lock(&victim->inode->lock);
	error = parent->ops->unlink(parent, &last->name, victim->inode);
	if (directory) {
		victim->inode->removed = !error;
		mutex_unlock(&victim->inode->lock);
	}
	if (!error)
		dentry_end(victim);
	return error;
}

static int name_remove(const struct path_last *last, bool directory)
{
	struct inode *parent = last->parent->inode;
	struct dentry *victim;
	int error;

	mutex_lock(&parent->lock);
	error = dentry_lookup_locked(last->parent, &last->name, &victim);
	if (error) {
		mutex_unlock(&parent->lock);
		return error;
	}
	error = victim_unlink(last, victim, directory);
	mutex_unlock(&parent->lock);
	dentry_put(victim);	/* outside the lock: to free a large file takes its time */
	return error;
}

/* What rmdir and unlink say of a path that does not end in a name. */
static int unremovable(enum path_last_kind kind, bool directory)
{
	if (!directory)
		return -EISDIR;
	if (kind == PATH_LAST_DOT)
		return -EINVAL;
	return kind == PATH_LAST_DOT_DOT ? -ENOTEMPTY : -EBUSY;
}

int vfs_unlink(struct dentry *start, const char *path, bool directory)
{
	struct path_last last;
	int error = path_walk_to_last(start, path, &last);

	if (error)
		return error;
	if (last.kind == PATH_LAST_NAME)
		error = name_remove(&last, directory);
	else
		error = unremovable(last.kind, directory);
	path_last_end(&last);
	return error;
}
