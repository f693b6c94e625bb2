/*
 * The file layer as the kernel's operations use it: open files, paths, names.
 *
 * Coroutine context throughout; calls may suspend.  Results are 0 or more, or
 * -errno as Linux gives it.  Paths are kernel strings, already copied in.
 */
#ifndef FS_VFS_H
#define FS_VFS_H

#include "abi/file.h"
#include "kernel/api/base.h"
#include "kernel/api/cursor.h"
#include "kernel/api/lock.h"
#include "kernel/api/wait.h"

#define FILE_NOT_NOW	INT64_MIN

struct epoll_item;
struct poll_queue;
struct dentry;		/* a name in the tree: parent, mount, inode; reference-counted */
struct inode;
struct file;

#define VFS_PATH_BYTES_MAX	4096	/* with the NUL: ENAMETOOLONG */
#define VFS_NAME_BYTES_MAX	255

/* Most bytes of one read or write, as Linux has it: the result fits 31 bits. */
#define FILE_TRANSFER_BYTES_MAX	0x7ffff000ul

/* Moves bytes between a file and one range of a user's memory, at `offset` (any number; a
 * file without positions ignores it), if that is plain and needs no waiting: their number,
 * -EFAULT, or FILE_NOT_NOW with nothing done. */
typedef ssize_t file_range_fn(struct file *file, struct address_space *space,
			      uint64_t address, uint64_t bytes, uint64_t offset);

/*
 * A transfer that goes on by itself: nobody waits for it on a stack.  The record is the
 * caller's, and is lent to the file from `begin` until `done`, which is called once,
 * perhaps before `go` has returned, in any context, with no lock held, and must not
 * suspend.  `unsettled`: a coroutine has to call the kind's `settle` for the result.
 */
#define FILE_TRANSFER_WORDS	13
struct file_transfer {
	void (*done)(struct file_transfer *transfer, int64_t result, bool unsettled);
	uint64_t own[FILE_TRANSFER_WORDS];	/* the kind's */
};

/*
 * What a kind of file can do.  A missing call gives the errno in brackets.
 * write and truncate of a regular file are called with its inode's lock held.
 */
struct file_ops {
	const char *kind;
	bool prompt;			/* read_now and write_now are there, as far as read and write are */
	bool maps_zeros;		/* mmap of it is anonymous memory */
	/* offset -1: a stream without positions is read at its front; files with
	 * positions never see -1 (file_read resolves it).  [-EINVAL] */
	ssize_t (*read)(struct file *file, struct cursor *to, int64_t offset);
	ssize_t (*write)(struct file *file, struct cursor *from, int64_t offset);
	/* Likewise, of a file without positions, if that needs no waiting; FILE_NOT_NOW, with
	 * nothing done, if it might */
	ssize_t (*read_now)(struct file *file, struct cursor *to);
	ssize_t (*write_now)(struct file *file, struct cursor *from);
	/* What can be done now (POLL*), and in *queue who is told of changes: kernel/api/poll.h.
	 * Takes locks of the file's own;
	 * no lock of a ring is held.  [anything, at any time] */
	uint32_t (*poll)(struct file *file, struct poll_queue **queue);
	/* [no shorter way than the others] */
	file_range_fn *read_range;
	file_range_fn *write_range;
	/*
	 * The plain case of read and write on a file with positions, without waiting
	 * [never].  begin finds out whether it is one, and takes the memory it needs;
	 * false: nothing has been done.  After true `go` must follow, which hands it to
	 * the device; vfs_transfers_kick makes sure that the device has been told.
	 */
	bool (*begin)(struct file *file, struct cursor *cursor, uint64_t offset, bool write,
		      struct file_transfer *transfer);
	void (*go)(struct file *file, struct file_transfer *transfer);
	int64_t (*settle)(struct file *file, struct file_transfer *transfer, int64_t result);
	int (*sync)(struct file *file, bool data_only);			/* [-EINVAL] */
	int (*truncate)(struct file *file, uint64_t bytes);		/* [-EINVAL] */
	/* fills linux_dirent64 records from the file's position; bytes */
	ssize_t (*readdir)(struct file *file, struct cursor *to);	/* [-ENOTDIR] */
	int (*stat)(struct file *file, struct statx *result);		/* inode's */
	/* ioctl: a command's argument, in kernel memory (kernel/ring/op_ioctl.c).
	 * -ENOTTY: no such command.  [-ENOTTY] */
	int (*control)(struct file *file, uint32_t command, void *argument);
	/* [a file with positions: as lseek; a stream: -ESPIPE] */
	int64_t (*seek)(struct file *file, int64_t offset, int whence);
	void (*release)(struct file *file);				/* last reference is gone */
};

struct file {
	/* fixed at open */
	const struct file_ops *ops;
	struct dentry *dentry;		/* NULL for a file without a name (a ring, a pipe) */
	struct inode *inode;		/* likewise */
	struct epoll_item *epolls;	/* fs/epoll.c: who watches it */
	void *private;			/* the kind's own */
	uint32_t flags;			/* O_*; access mode */
	bool seekable;			/* has a position of its own */
	/* atomic */
	uint32_t references;
	/* position_lock */
	int64_t position;
	struct mutex position_lock;
};

/* ---- open files ------------------------------------------------------------- */

/* A file of a kind without a name in the tree.  One reference.  NULL: no memory. */
struct file *file_create(const struct file_ops *ops, void *private, uint32_t flags);
static inline void file_get(struct file *file)
{
	reference_get(&file->references);
}
/* Ends a reference unless it is the last one: false, and it is still there.  Any
 * context. */
static inline bool file_put_unless_last(struct file *file)
{
	if (LIKELY(!reference_put(&file->references)))
		return true;
	/* nobody has it any more who could give it to others */
	file->references = 1;
	return false;
}
/* Ends a reference; the last one runs `release`, which may suspend. */
void file_free(struct file *file);		/* by file_put */
static inline void file_put(struct file *file)
{
	if (UNLIKELY(reference_put(&file->references)))
		file_free(file);
}

/*
 * offset -1: the file's own position, moved on under its lock; -EBADF if not
 * open for it; -EINVAL for another negative offset; a stream ignores offsets
 * (-ESPIPE is pread's to give, not ours: io_uring reads streams at any offset).
 */
ssize_t file_read(struct file *file, struct cursor *to, int64_t offset);
ssize_t file_write(struct file *file, struct cursor *from, int64_t offset);
/* Without waiting, and without a position: FILE_NOT_NOW, with nothing done, if that can't
 * be; -EBADF. */
ssize_t file_read_now(struct file *file, struct cursor *to);
ssize_t file_write_now(struct file *file, struct cursor *from);
/* What can be done now; *queue NULL: that never changes. */
uint32_t file_poll(struct file *file, struct poll_queue **queue);
/* Waits until one of the events (POLL*), an error or a hang-up is there: 0, -ECANCELED. */
int file_wait(struct file *file, uint32_t events);
/* Likewise, or until then: -ETIME; ~0: never. */
int file_wait_until(struct file *file, uint32_t events, uint64_t deadline_ns);
/* The kind's read_range (writes: write_range), if the file is open for it, or NULL. */
static inline file_range_fn *file_range(const struct file *file, bool writes)
{
	const uint32_t access = file->flags & O_ACCMODE;

	if (writes)
		return LIKELY(access == O_WRONLY || access == O_RDWR) ? file->ops->write_range :
									NULL;
	return LIKELY(access == O_RDONLY || access == O_RDWR) ? file->ops->read_range : NULL;
}
/* Checks what file_read and file_write check, and calls the kind's `begin`, which there
 * must be.  Does not suspend.  False: it takes file_read or file_write. */
bool file_begin(struct file *file, struct cursor *cursor, int64_t offset, bool write,
		struct file_transfer *transfer);
/* Whoever calls `go` calls this before he waits for anything.  Any context. */
void vfs_transfers_kick(void);
/* pread and pwrite make sense: it has positions, or (/dev/zero) answers at each. */
static inline bool file_takes_offsets(const struct file *file)
{
	return file->seekable || file->ops->seek;
}
int file_sync(struct file *file, bool data_only);
int file_truncate(struct file *file, int64_t bytes);
/* Space for the bytes from `start` to `end`, and a size of no less than `end`.  -EBADF, -ENODEV (no
 * regular file), -ESPIPE, -ENOSPC, -ENOMEM. */
int file_allocate(struct file *file, uint64_t start, uint64_t end);
ssize_t file_readdir(struct file *file, struct cursor *to);
int64_t file_seek(struct file *file, int64_t offset, int whence);
int file_stat(struct file *file, struct statx *result);

/* mmap: what of the file can be seen as memory. */
enum file_mapping {
	FILE_MAPS_NOTHING,
	FILE_MAPS_ZEROS,		/* as anonymous memory */
	FILE_MAPS_PAGES,		/* its own frames: file_page */
	FILE_MAPS_COPY,			/* what file_read finds */
};
enum file_mapping file_mapping(const struct file *file);
/* FILE_MAPS_PAGES: page `index` with a reference of the caller's; NULL: a hole, only if not
 * `fill`.  0, -ENXIO (behind the end), -ENOMEM.  Any context; does not suspend. */
int file_page(struct file *file, uint64_t index, bool fill, void **frame);

/* ---- names ------------------------------------------------------------------- */

struct dentry *dentry_get(struct dentry *dentry);
void dentry_put(struct dentry *dentry);
struct dentry *vfs_root(void);			/* no reference taken */

/* `start` is where a relative path begins. */
int vfs_open(struct dentry *start, const char *path, uint32_t flags, uint32_t mode,
	     struct file **result);
int vfs_directory(struct dentry *start, const char *path, struct dentry **result);
int vfs_mkdir(struct dentry *start, const char *path, uint32_t mode);
int vfs_unlink(struct dentry *start, const char *path, bool directory);
int vfs_rename(struct dentry *from_start, const char *from, struct dentry *to_start,
	       const char *to, uint32_t flags);
/* The last component of `path` is a name for `text`, whatever that leads to. */
int vfs_symlink(const char *text, struct dentry *start, const char *path);
/* flags: AT_SYMLINK_FOLLOW, AT_EMPTY_PATH (`from` is what from_start is). */
int vfs_link(struct dentry *from_start, const char *from, struct dentry *to_start,
	     const char *to, uint32_t flags);
/* What a symbolic link says: bytes, without a NUL; `text` has VFS_PATH_BYTES_MAX.  An empty
 * path is the link that `start` is.  -EINVAL: it is none. */
ssize_t vfs_readlink(struct dentry *start, const char *path, char *text);
int vfs_stat(struct dentry *start, const char *path, uint32_t flags, struct statx *result);
/* The file system that a path leads to, or an open file is in. */
int vfs_statfs(struct dentry *start, const char *path, struct abi_statfs *result);
void file_statfs(struct file *file, struct abi_statfs *result);
/* The path of a directory from the root.  Bytes with NUL, or -ERANGE, -ENOENT. */
ssize_t vfs_path_of(struct dentry *dentry, char *path, size_t bytes);

/* ---- boot ------------------------------------------------------------------------ */

/* Mounts /, /tmp and /dev, and a FAT32 volume on the first disk as /files.  Panics when
 * there is no memory for it. */
void vfs_init(void);
/* What was written is on the disks, and they are left in order.  Coroutine context. */
void vfs_finish(void);
/* Frames that hold what is on a disk too, or soon will be. */
uint64_t vfs_cached_frames(void);
/* Unpacks a cpio archive (newc) below /.  -EINVAL if it is none. */
int initramfs_unpack(const void *archive, size_t bytes);
/* Open files now, for leak counts. */
uint64_t vfs_open_files(void);

#endif
