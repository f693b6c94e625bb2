/*
 * Path walking: see path.h.  There are no symbolic links yet; where one would be
 * followed is the end of step_down.
 */
#include <string.h>

#include "fs/path.h"

/* Replaces *at by what `..` means there. */
static void step_up(struct dentry **at)
{
	struct dentry *parent = dentry_parent(*at);

	dentry_put(*at);
	*at = parent;
}

/* Replaces *at by the name below it, with what is mounted there. */
static int step_down(struct dentry **at, const struct vfs_name *name)
{
	struct dentry *child;
	int error = dentry_lookup(*at, name, &child);

	if (error)
		return error;
	dentry_put(*at);
	*at = dentry_mounted(child);
	return 0;
}

static int step(struct dentry **at, enum path_last_kind kind, const struct vfs_name *name)
{
	switch (kind) {
	case PATH_LAST_DOT:
	case PATH_LAST_ROOT:
		return 0;
	case PATH_LAST_DOT_DOT:
		step_up(at);
		return 0;
	case PATH_LAST_NAME:
		return step_down(at, name);
	}
	return -EINVAL;
}

/* Reads the component at *path, and moves on behind it and its slashes. */
static int component_read(const char **path, struct path_last *last)
{
	const char *text = *path;
	size_t bytes = strcspn(text, "/");
	size_t slashes = strspn(text + bytes, "/");

	if (bytes > VFS_NAME_BYTES_MAX)
		return -ENAMETOOLONG;
	*path = text + bytes + slashes;
	last->slash = slashes > 0;
	if (bytes == 1 && text[0] == '.') {
		last->kind = PATH_LAST_DOT;
	} else if (bytes == 2 && text[0] == '.' && text[1] == '.') {
		last->kind = PATH_LAST_DOT_DOT;
	} else {
		last->kind = PATH_LAST_NAME;
		last->name = (struct vfs_name){
			.text = text,
			.bytes = (uint32_t)bytes,
			.hash = vfs_name_hash(text, bytes),
		};
	}
	return 0;
}

/* *at is a directory before and after; `path` is not empty. */
static int components_walk(struct dentry **at, const char *path, struct path_last *last)
{
	for (;;) {
		int error = component_read(&path, last);

		if (error || *path == '\0')
			return error;
		error = step(at, last->kind, &last->name);
		if (error)
			return error;
		if (!inode_is_directory((*at)->inode))
			return -ENOTDIR;
	}
}

int path_walk_to_last(struct dentry *start, const char *path, struct path_last *last)
{
	struct dentry *at;
	int error = 0;

	if (path[0] == '\0')
		return -ENOENT;
	if (strnlen(path, VFS_PATH_BYTES_MAX) == VFS_PATH_BYTES_MAX)
		return -ENAMETOOLONG;
	if (path[0] == '/')
		start = vfs_root();
	if (!inode_is_directory(start->inode))
		return -ENOTDIR;
	at = dentry_get(start);
	path += strspn(path, "/");
	if (*path == '\0') {
		last->kind = PATH_LAST_ROOT;
		last->slash = true;
	} else {
		error = components_walk(&at, path, last);
	}
	if (error)
		dentry_put(at);
	last->parent = at;
	return error;
}

int path_last_lookup(const struct path_last *last, struct dentry **result)
{
	struct dentry *at = dentry_get(last->parent);
	int error = step(&at, last->kind, &last->name);

	if (!error && last->slash && !inode_is_directory(at->inode))
		error = -ENOTDIR;
	if (error)
		dentry_put(at);
	else
		*result = at;
	return error;
}

int path_lookup(struct dentry *start, const char *path, struct dentry **result)
{
	struct path_last last;
	int error = path_walk_to_last(start, path, &last);

	if (error)
		return error;
	error = path_last_lookup(&last, result);
	dentry_put(last.parent);
	return error;
}
