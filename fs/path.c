/*
 * Path walking: see path.h.  A symbolic link is no recursion: what it says is put before
 * what is left of the path, and the walk goes on with that.
 */
#include <string.h>

#include "fs/path.h"
#include "kernel/api/memory.h"

#define LINKS_MAX	40u		/* followed in one walk, as on Linux */

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

/* What the link says, then `rest`: last->text; *at is where that begins. */
static int link_follow(struct path_last *last, struct inode *link, const char *rest,
		       struct dentry **at)
{
	const char *target = link->ops->target(link);
	size_t target_bytes = strlen(target), rest_bytes = strlen(rest);
	size_t bytes = target_bytes + 1 + rest_bytes + 1;
	char *text;

	if (++last->links > LINKS_MAX)
		return -ELOOP;
	if (bytes > VFS_PATH_BYTES_MAX)
		return -ENAMETOOLONG;
	text = kernel_alloc(bytes);
	if (!text)
		return -ENOMEM;
	memcpy(text, target, target_bytes);
	if (rest_bytes) {
		text[target_bytes] = '/';
		memcpy(text + target_bytes + 1, rest, rest_bytes);
	} else if (last->slash) {
		text[target_bytes] = '/';
	}
	/* `rest` may lie in the old one */
	kernel_free(last->text, last->text_bytes);
	last->text = text;
	last->text_bytes = bytes;
	if (text[0] == '/') {
		dentry_put(*at);
		*at = dentry_get(vfs_root());
	}
	return 0;
}

/* A step that is not the last: *path moves to what a link says. */
static int step_between(struct dentry **at, struct path_last *last, const char **path)
{
	struct dentry *from = dentry_get(*at);
	int error = step(at, last->kind, &last->name);

	if (!error && inode_is_link((*at)->inode)) {
		struct dentry *link = *at;

		*at = dentry_get(from);
		error = link_follow(last, link->inode, *path, at);
		dentry_put(link);
		if (!error)
			*path = last->text + strspn(last->text, "/");
	} else if (!error && !inode_is_directory((*at)->inode)) {
		error = -ENOTDIR;
	}
	dentry_put(from);
	return error;
}

/* *at is a directory before and after; `path` is not empty. */
static int components_walk(struct dentry **at, const char *path, struct path_last *last)
{
	for (;;) {
		int error;

		if (*path == '\0') {
			/* a link to / was all that was left */
			last->kind = PATH_LAST_ROOT;
			last->slash = true;
			return 0;
		}
		error = component_read(&path, last);
		if (error || *path == '\0')
			return error;
		error = step_between(at, last, &path);
		if (error)
			return error;
	}
}

void path_last_end(struct path_last *last)
{
	dentry_put(last->parent);
	kernel_free(last->text, last->text_bytes);
}

int path_walk_to_last(struct dentry *start, const char *path, struct path_last *last)
{
	struct dentry *at;
	int error;

	*last = (struct path_last){ .kind = PATH_LAST_ROOT };
	if (path[0] == '\0')
		return -ENOENT;
	if (strnlen(path, VFS_PATH_BYTES_MAX) == VFS_PATH_BYTES_MAX)
		return -ENAMETOOLONG;
	if (path[0] == '/')
		start = vfs_root();
	if (!inode_is_directory(start->inode))
		return -ENOTDIR;
	at = dentry_get(start);
	error = components_walk(&at, path + strspn(path, "/"), last);
	last->parent = at;
	if (error)
		path_last_end(last);
	return error;
}

int path_last_lookup(const struct path_last *last, struct dentry **result)
{
	struct dentry *at = dentry_get(last->parent);
	int error = step(&at, last->kind, &last->name);

	if (!error && last->slash && !inode_is_directory(at->inode) && !inode_is_link(at->inode))
		error = -ENOTDIR;
	if (error)
		dentry_put(at);
	else
		*result = at;
	return error;
}

int path_last_follow(struct path_last *last, struct dentry *found)
{
	int error;

	if (!inode_is_link(found->inode))
		return 0;
	error = link_follow(last, found->inode, "", &last->parent);
	dentry_put(found);
	if (!error)
		error = components_walk(&last->parent, last->text + strspn(last->text, "/"), last);
	return error ? error : 1;
}

int path_lookup(struct dentry *start, const char *path, bool follow, struct dentry **result)
{
	struct path_last last;
	int error = path_walk_to_last(start, path, &last);

	if (error)
		return error;
	do
		error = path_last_lookup(&last, result);
	while (!error && (follow || last.slash) && (error = path_last_follow(&last, *result)) > 0);
	path_last_end(&last);
	return error;
}
