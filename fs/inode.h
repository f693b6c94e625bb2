/*
 * Inodes: files, directories and devices without their names; and what a file
 * system does for them.
 *
 * Locks, in the order in which they are taken (an outer one first):
 *   1. the rename lock (fs/rename.c): one rename between directories at a time;
 *   2. inode locks of directories, an ancestor before its descendants; two that
 *      are not related, by address, and only under the rename lock;
 *   3. the inode lock of a file: writers, truncate; readers do without;
 *   4. spinlocks: the dentry table's, a file system's own.
 * 1 to 3 are mutexes, held across suspensions.
 */
#ifndef FS_INODE_H
#define FS_INODE_H

#include "fs/vfs.h"

/* One component of a path: not ended by a NUL. */
struct vfs_name {
	const char *text;
	uint32_t bytes;			/* 1 .. VFS_NAME_BYTES_MAX */
	uint32_t hash;			/* vfs_name_hash(text, bytes) */
};

uint32_t vfs_name_hash(const char *text, size_t bytes);
struct vfs_name vfs_name_of(const char *text);	/* a NUL-terminated one */

struct filesystem {
	const char *kind;
	uint32_t number;		/* st_dev's minor number, the mount's id */
	uint64_t next_inode_number;	/* atomic */
	/* Where names that differ may be the same (their case does not count): equal ones
	 * have equal hashes.  NULL: only equal names are the same. */
	uint32_t (*name_hash)(const char *text, size_t bytes);
	bool (*name_equal)(const char *one, size_t one_bytes, const char *other,
			   size_t other_bytes);
	/* f_type, f_bsize, the counts of blocks, f_flags.  NULL: it has none. */
	void (*space)(struct filesystem *filesystem, struct abi_statfs *result);
};

void filesystem_init(struct filesystem *filesystem, const char *kind);

/*
 * What a file system does.  A missing call gives the errno in brackets.  The
 * directories' locks are held, and that of a directory that ends.  Coroutine
 * context; may suspend.
 */
struct inode_ops {
	/* The inode of that name, with a reference of the caller's. */
	int (*lookup)(struct inode *directory, const struct vfs_name *name,
		      struct inode **result);
	/* A new file or directory (mode says which); the name is free.  [-EACCES,
	 * -EPERM for a directory] */
	int (*create)(struct inode *directory, const struct vfs_name *name, uint32_t mode,
		      struct inode **result);
	/* A new symbolic link; the name is free.  [-EPERM] */
	int (*symlink)(struct inode *directory, const struct vfs_name *name, const char *text,
		       struct inode **result);
	/* One more name for a file; the name is free.  [-EPERM] */
	int (*link)(struct inode *directory, const struct vfs_name *name, struct inode *inode);
	/* What a symbolic link says; stays as long as the inode. */
	const char *(*target)(struct inode *inode);
	/* Ends a name; a directory must be empty: -ENOTEMPTY.  [-EPERM] */
	int (*unlink)(struct inode *directory, const struct vfs_name *name,
		      struct inode *victim);
	/* replaced: who has the new name now; NULL: nobody; an empty directory if
	 * `moved` is one: -ENOTEMPTY.  [-EPERM] */
	int (*rename)(struct inode *from, const struct vfs_name *from_name, struct inode *to,
		      const struct vfs_name *to_name, struct inode *moved,
		      struct inode *replaced);
	/* A file is being opened: `private` may be set.  [nothing to do] */
	int (*open)(struct inode *inode, struct file *file);
	/* Space in use, in units of 512 bytes.  [0] */
	uint64_t (*blocks)(struct inode *inode);
	/* The frame that holds a page of a regular file, with a reference of the
	 * caller's; NULL: a hole, or no memory.  What mmap of a file stands on. */
	void *(*page)(struct inode *inode, uint64_t index, bool allocate);
	/* The last reference is gone: frees the inode, and, if it has no link, what
	 * it holds. */
	void (*evict)(struct inode *inode);
	/* Instead, where inodes stay in a table of the file system's: ends what may be
	 * the last reference under its own lock, where a lookup may take another. */
	void (*let_go)(struct inode *inode);
};

struct inode {
	/* fixed */
	const struct inode_ops *ops;
	const struct file_ops *file_ops;	/* of a file opened here */
	struct filesystem *filesystem;
	void *device;			/* S_IFCHR, S_IFBLK: file_ops' own */
	uint64_t number;
	uint32_t device_major, device_minor;
	uint32_t mode;			/* S_IFMT and permission bits */
	/* atomic */
	uint32_t references;
	/* written under lock; read at any time */
	uint64_t size;
	/* lock */
	struct mutex lock;
	uint32_t links;
	bool removed;			/* a directory without a name: takes no new ones */
	/* times, since 1970; a torn reading is nobody's loss */
	uint64_t born_ns;
	uint64_t changed_ns;
	uint64_t modified_ns;
};

/* One reference. */
void inode_init(struct inode *inode, const struct inode_ops *ops,
		struct filesystem *filesystem, uint32_t mode);
static inline void inode_get(struct inode *inode)
{
	reference_get(&inode->references);
}
/* Ends a reference, but the last.  False: it may be the last, and is still there. */
bool inode_put_unless_last(struct inode *inode);
void inode_put(struct inode *inode);		/* may suspend: the last one evicts */
void inode_stat(struct inode *inode, struct statx *result);
/* Contents (and so the inode) have changed, now. */
void inode_touch(struct inode *inode);

static inline bool inode_is_directory(const struct inode *inode)
{
	return (inode->mode & S_IFMT) == S_IFDIR;
}

static inline bool inode_is_link(const struct inode *inode)
{
	return (inode->mode & S_IFMT) == S_IFLNK;
}

static inline bool inode_is_regular(const struct inode *inode)
{
	return (inode->mode & S_IFMT) == S_IFREG;
}

#endif
