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
	struct vfs_name name;		/* PATH_LAST_NAME; points into the path */
	bool slash;			/* a slash follows: it must be a directory */
};

/* -ENOENT (also for an empty path), -ENOTDIR, -ENAMETOOLONG, -ENOMEM. */
int path_walk_to_last(struct dentry *start, const char *path, struct path_last *last);
/* The last step; mounts are crossed.  One reference.  `last` keeps its own. */
int path_last_lookup(const struct path_last *last, struct dentry **result);
/* The whole way. */
int path_lookup(struct dentry *start, const char *path, struct dentry **result);

#endif
