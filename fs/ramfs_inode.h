/*
 * Ramfs from the inside: what ramfs.c (inodes, contents of files) and
 * ramfs_directory.c (names) share.
 */
#ifndef FS_RAMFS_INODE_H
#define FS_RAMFS_INODE_H

#include "fs/inode.h"
#include "fs/radix.h"
#include "kernel/api/lock.h"

/* A name in a directory.  Holds one reference to its inode. */
struct ramfs_entry {
	struct ramfs_entry *bucket_next;
	struct ramfs_inode *target;
	uint64_t slot;
	uint32_t hash;
	uint32_t name_bytes;
	char name[];			/* without a NUL */
};

/* Writers hold the inode's lock throughout. */
struct ramfs_file {
	struct spinlock lock;		/* pages */
	struct radix pages;		/* frames, one reference each; NULL: a hole */
	uint64_t page_count;
};

/*
 * All under the inode's lock.  An entry keeps its slot while it lives, so that
 * a position in the directory (slot + DIRECTORY_SLOT_POSITION) stays good while
 * names come and go.
 */
struct ramfs_directory {
	struct ramfs_entry **buckets;	/* by hash; NULL while there is no entry */
	uint32_t bucket_count;		/* a power of two */
	uint64_t entry_count;
	struct radix slots;		/* entries; a free one is a tagged link */
	uint64_t slot_limit;		/* slots at or above were never used */
	uint64_t free_slot;		/* first of the free ones + 1; 0: none */
};

struct ramfs_inode {
	struct inode inode;
	union {
		struct ramfs_file file;
		struct ramfs_directory directory;
		char *target;		/* a symbolic link's text; inode.size bytes and a NUL */
	};
};

static inline struct ramfs_inode *ramfs_inode_of(struct inode *inode)
{
	return CONTAINER_OF(inode, struct ramfs_inode, inode);
}

extern const struct inode_ops ramfs_inode_ops;
extern const struct file_ops ramfs_directory_file_ops;

/* An inode without a name, one reference; NULL: no memory. */
struct ramfs_inode *ramfs_inode_create(struct filesystem *filesystem, uint32_t mode);

/* Names a new inode; takes over its reference, also on failure.  The directory's
 * lock held; the name is free.  0 or -ENOMEM. */
int ramfs_directory_add(struct inode *directory, const struct vfs_name *name,
			struct ramfs_inode *target);
bool ramfs_directory_has(struct inode *directory, const struct vfs_name *name);
/* Frees what an empty directory still holds. */
void ramfs_directory_free(struct ramfs_directory *directory);

/* inode_ops on directories. */
int ramfs_lookup(struct inode *directory, const struct vfs_name *name,
		 struct inode **result);
int ramfs_unlink(struct inode *directory, const struct vfs_name *name,
		 struct inode *victim);
int ramfs_rename(struct inode *from, const struct vfs_name *from_name, struct inode *to,
		 const struct vfs_name *to_name, struct inode *moved, struct inode *replaced);

#endif
