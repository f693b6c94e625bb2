/*
 * Walking a path: from its text to dentries.
 */
#ifndef FS_PATH_H
#define FS_PATH_H

#include "fs/dentry.h"

enum path_last_kind {
	PATH_LAST_NAME,
	PATH_LAST_DOT,
	PATH_LAST_DOT_DOT,
	PATH_LAST_ROOT,			/* the path names the root: only slashes */
};

/* All of a path but the last component has been walked. */
struct path_last {
	struct dentry *parent;		/* a directory; one reference */
	enum path_last_kind kind;
	struct vfs_name name;		/* PATH_LAST_NAME; points into the path, or into `text` */
	bool slash;			/* a slash follows: it must be a directory */
	char *text;			/* what was left to walk when a symbolic link was met */
	size_t text_bytes;
	unsigned links;			/* symbolic links that were followed */
};

/*
 * Symbolic links on the way are followed, the last component is left alone.  -ENOENT
 * (also for an empty path), -ENOTDIR, -ENAMETOOLONG, -ENOMEM, -ELOOP.  path_last_end
 * lets go of what *last holds, if there was no error.
 */
int path_walk_to_last(struct dentry *start, const char *path, struct path_last *last);
void path_last_end(struct path_last *last);
/* The last step; mounts are crossed, a symbolic link is not followed.  One reference.
 * `last` keeps its own. */
int path_last_lookup(const struct path_last *last, struct dentry **result);
/* *found, with its reference, is where `last` leads: if it is a symbolic link, `last` becomes
 * the last step of what that says.  1: look again; 0: it is none; -ELOOP, ..., after which
 * *found is let go of. */
int path_last_follow(struct path_last *last, struct dentry *found);
/* The whole way; `follow`: also behind a symbolic link at its end. */
int path_lookup(struct dentry *start, const char *path, bool follow, struct dentry **result);

#endif
