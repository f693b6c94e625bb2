/*
 * Dentries: names in the tree that somebody holds right now.  Each (parent, name)
 * has at most one; a name that nobody holds has none, and is asked of its file
 * system again.
 *
 * Locks: the dentry table's spinlock over parent, name, the table and the mount
 * links; the parent's inode lock over which names there are.  The count becomes
 * 0 only under the table's lock, so whoever finds a dentry there can keep it.
 */
#ifndef FS_DENTRY_H
#define FS_DENTRY_H

#include "fs/inode.h"

struct dentry {
	/* atomic */
	uint32_t references;
	/* fixed; one reference */
	struct inode *inode;
	/* table lock */
	struct dentry *parent;		/* one reference; NULL: root of a file system */
	struct dentry *bucket_next;
	bool listed;			/* in the table; false once its name has ended */
	char *name;			/* with a NUL; NULL: root of a file system */
	uint32_t name_bytes;		/* without it */
	uint32_t hash;			/* of the name */
	struct dentry *mounted;		/* root of what is mounted here; one reference */
	struct dentry *covers;		/* a mounted root: the name it covers; one reference */
};

/* The root of a file system.  Takes over the inode's reference.  NULL: no memory. */
struct dentry *dentry_create_root(struct inode *inode);

/*
 * The name below a directory, whatever is mounted there: one reference.  _locked:
 * the caller holds the directory's inode lock; the other takes it if need be.
 */
int dentry_lookup(struct dentry *parent, const struct vfs_name *name,
		  struct dentry **result);
int dentry_lookup_locked(struct dentry *parent, const struct vfs_name *name,
			 struct dentry **result);

/*
 * For a name that is about to be made: all that can fail is done first.  NULL: no
 * memory.  Then one of the two: attach gives it the inode, whose reference it
 * takes over, with the directory's lock held; discard frees it.
 */
struct dentry *dentry_prepare(struct dentry *parent, const struct vfs_name *name);
void dentry_attach(struct dentry *prepared, struct inode *inode);
void dentry_discard(struct dentry *prepared);

/* The name has ended; open files may still hold the dentry. */
void dentry_end(struct dentry *dentry);
/* A dentry gets another name; `new_name` is from dentry_name_alloc and now its. */
void dentry_move(struct dentry *dentry, struct dentry *parent, const struct vfs_name *name,
		 char *new_name);
char *dentry_name_alloc(const struct vfs_name *name);		/* NULL: no memory */
void dentry_name_free(char *text, uint32_t name_bytes);

/* `..`: the directory above, across mounts; the root's is itself.  One reference. */
struct dentry *dentry_parent(struct dentry *dentry);
/* What is mounted on it, else itself; gives up the one reference for the other. */
struct dentry *dentry_mounted(struct dentry *dentry);
bool dentry_is_mount_point(struct dentry *dentry);
/* Whether `ancestor` is `dentry` or above it, in the same file system. */
bool dentry_is_below(struct dentry *dentry, struct dentry *ancestor);
/* Mounts: both references are taken over. */
void dentry_mount(struct dentry *covered, struct dentry *root);

#endif
