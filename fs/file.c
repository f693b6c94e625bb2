/*
 * Open files: reading, writing and seeking through the kind's own operations.
 *
 * file_read and file_write are on every request's path: they jump on to the kind's
 * call without a stack frame; what is rarer, or dearer anyway, is out of line.
 *
 * Locks: position_lock, over the file's own position, held across the operation
 * that moves it; inside it the inode's lock, for writers of regular files.
 */
#include <string.h>

#include "fs/epoll.h"
#include "fs/open_file.h"
#include "kernel/api/memory.h"
#include "kernel/api/poll.h"

static uint64_t open_files;		/* atomic */

uint64_t vfs_open_files(void)
{
	return __atomic_load_n(&open_files, __ATOMIC_RELAXED);
}

static bool opened_for_reading(const struct file *file)
{
	uint32_t access = file->flags & O_ACCMODE;

	return access == O_RDONLY || access == O_RDWR;
}

static bool opened_for_writing(const struct file *file)
{
	uint32_t access = file->flags & O_ACCMODE;

	return access == O_WRONLY || access == O_RDWR;
}

/* ---- from open to release ------------------------------------------------------- */

struct file *file_create(const struct file_ops *ops, void *private, uint32_t flags)
{
	struct file *file = kernel_alloc(sizeof(*file));

	if (!file)
		return NULL;
	file->ops = ops;
	file->private = private;
	file->flags = flags;
	file->references = 1;
	mutex_init(&file->position_lock);
	__atomic_fetch_add(&open_files, 1, __ATOMIC_RELAXED);
	return file;
}

void file_free(struct file *file)
{
	if (UNLIKELY(file->epolls != NULL))
		epoll_forget(file);
	if (file->ops->release)
		file->ops->release(file);
	if (file->dentry)
		dentry_put(file->dentry);
	__atomic_fetch_sub(&open_files, 1, __ATOMIC_RELAXED);
	kernel_free(file, sizeof(*file));
}

static int check_openable(const struct inode *inode, uint32_t flags)
{
	uint32_t kind = inode->mode & S_IFMT;
	bool writes = (flags & O_ACCMODE) != O_RDONLY || flags & (O_TRUNC | O_CREAT);

	if (kind == S_IFLNK)
		return -ELOOP;		/* O_NOFOLLOW */
	if (kind == S_IFDIR && writes)
		return -EISDIR;
	if (kind != S_IFDIR && flags & O_DIRECTORY)
		return -ENOTDIR;
	if (flags & O_DIRECT && kind != S_IFREG && kind != S_IFBLK)
		return -EINVAL;
	return 0;
}

/* Regular files and block devices have positions; so has a directory, its own. */
static bool has_positions(const struct inode *inode)
{
	return (inode->mode & S_IFMT) != S_IFCHR && (inode->mode & S_IFMT) != S_IFIFO;
}

static int inode_truncate(struct file *file, uint64_t bytes)
{
	struct inode *inode = file->inode;
	int error;

	mutex_lock(&inode->lock);
	error = file->ops->truncate(file, bytes);
	mutex_unlock(&inode->lock);
	return error;
}

int file_open(struct dentry *dentry, uint32_t flags, struct file **result)
{
	struct inode *inode = dentry->inode;
	struct file *file;
	int error = check_openable(inode, flags);

	if (error)
		return error;
	file = file_create(inode->file_ops, inode->device, flags);
	if (!file)
		return -ENOMEM;
	file->dentry = dentry_get(dentry);
	file->inode = inode;
	file->seekable = has_positions(inode);
	if (inode->ops->open)
		error = inode->ops->open(inode, file);
	if (!error && flags & O_TRUNC && inode_is_regular(inode))
		error = inode_truncate(file, 0);
	if (error)
		file_put(file);
	else
		*result = file;
	return error;
}

/* ---- reading and writing ------------------------------------------------------------ */

static __attribute__((noinline)) ssize_t read_at_position(struct file *file, struct cursor *to)
{
	ssize_t done;
	int error = mutex_lock_interruptible(&file->position_lock);

	if (error)
		return error;
	done = file->ops->read(file, to, file->position);
	if (done > 0)
		file->position += done;
	mutex_unlock(&file->position_lock);
	return done;
}

/* What every transfer is checked for; `offset` is not -1. */
static int check_range(int64_t offset, uint64_t bytes)
{
	if (offset < 0)
		return -EINVAL;
	return bytes > (uint64_t)INT64_MAX - (uint64_t)offset ? -EOVERFLOW : 0;
}

static void cut_to_limit(struct cursor *cursor)
{
	if (UNLIKELY(cursor->remaining > FILE_TRANSFER_BYTES_MAX))
		cursor->remaining = FILE_TRANSFER_BYTES_MAX;
}

ssize_t file_read(struct file *file, struct cursor *to, int64_t offset)
{
	int error;

	if (UNLIKELY(!opened_for_reading(file)))
		return -EBADF;
	if (UNLIKELY(!file->ops->read))
		return file->inode && inode_is_directory(file->inode) ? -EISDIR : -EINVAL;
	cut_to_limit(to);
	if (!file->seekable)
		return file->ops->read(file, to, -1);
	if (offset == -1)
		return read_at_position(file, to);
	error = check_range(offset, to->remaining);
	return error ? error : file->ops->read(file, to, offset);
}

ssize_t file_read_now(struct file *file, struct cursor *to)
{
	if (UNLIKELY(!opened_for_reading(file)))
		return -EBADF;
	if (UNLIKELY(!file->ops->read_now))
		return FILE_NOT_NOW;
	cut_to_limit(to);
	return file->ops->read_now(file, to);
}

ssize_t file_write_now(struct file *file, struct cursor *from)
{
	if (UNLIKELY(!opened_for_writing(file)))
		return -EBADF;
	if (UNLIKELY(!file->ops->write_now))
		return FILE_NOT_NOW;
	cut_to_limit(from);
	return file->ops->write_now(file, from);
}

/* Writers of a regular file come one at a time, so that O_APPEND finds its end. */
static __attribute__((noinline))
ssize_t write_regular(struct file *file, struct cursor *from, int64_t *offset)
{
	struct inode *inode = file->inode;
	ssize_t done;

	mutex_lock(&inode->lock);
	if (file->flags & O_APPEND)
		*offset = (int64_t)inode->size;
	done = file->ops->write(file, from, *offset);
	mutex_unlock(&inode->lock);
	return done;
}

static ssize_t write_at(struct file *file, struct cursor *from, int64_t *offset)
{
	int error = check_range(*offset, from->remaining);

	if (error)
		return error;
	if (file->inode && inode_is_regular(file->inode))
		return write_regular(file, from, offset);
	return file->ops->write(file, from, *offset);
}

static __attribute__((noinline)) ssize_t write_at_position(struct file *file, struct cursor *from)
{
	ssize_t done;
	int64_t offset;
	int error = mutex_lock_interruptible(&file->position_lock);

	if (error)
		return error;
	offset = file->position;
	done = write_at(file, from, &offset);
	if (done > 0)
		file->position = offset + done;
	mutex_unlock(&file->position_lock);
	return done;
}

static __attribute__((noinline))
ssize_t write_at_offset(struct file *file, struct cursor *from, int64_t offset)
{
	return write_at(file, from, &offset);
}

ssize_t file_write(struct file *file, struct cursor *from, int64_t offset)
{
	if (UNLIKELY(!opened_for_writing(file)))
		return -EBADF;
	if (UNLIKELY(!file->ops->write))
		return -EINVAL;
	cut_to_limit(from);
	if (!file->seekable)
		return file->ops->write(file, from, -1);
	if (offset == -1)
		return write_at_position(file, from);
	return write_at_offset(file, from, offset);
}

uint32_t file_poll(struct file *file, struct poll_queue **queue)
{
	*queue = NULL;
	return file->ops->poll ? file->ops->poll(file, queue) : POLL_READABLE | POLL_WRITABLE;
}

bool file_begin(struct file *file, struct cursor *cursor, int64_t offset, bool write,
		struct file_transfer *transfer)
{
	if (UNLIKELY(!(write ? opened_for_writing(file) : opened_for_reading(file))))
		return false;
	/* -1, the own position, is among the negative ones */
	if (UNLIKELY(!file->seekable) || UNLIKELY(check_range(offset, cursor->remaining)))
		return false;
	return file->ops->begin(file, cursor, (uint64_t)offset, write, transfer);
}

int file_sync(struct file *file, bool data_only)
{
	return file->ops->sync ? file->ops->sync(file, data_only) : -EINVAL;
}

int file_truncate(struct file *file, int64_t bytes)
{
	if (bytes < 0 || !opened_for_writing(file) || !file->ops->truncate)
		return -EINVAL;
	if (!file->inode || !inode_is_regular(file->inode))
		return file->ops->truncate(file, (uint64_t)bytes);
	return inode_truncate(file, (uint64_t)bytes);
}

ssize_t file_readdir(struct file *file, struct cursor *to)
{
	ssize_t done;
	int error;

	if (!file->ops->readdir)
		return -ENOTDIR;
	error = mutex_lock_interruptible(&file->position_lock);
	if (error)
		return error;
	cut_to_limit(to);
	done = file->ops->readdir(file, to);
	mutex_unlock(&file->position_lock);
	return done;
}

/* ---- memory ------------------------------------------------------------------------- */

enum file_mapping file_mapping(const struct file *file)
{
	if (file->ops->maps_zeros)
		return FILE_MAPS_ZEROS;
	if (!file->inode || !inode_is_regular(file->inode))
		return FILE_MAPS_NOTHING;
	return file->inode->ops->page ? FILE_MAPS_PAGES : FILE_MAPS_COPY;
}

int file_page(struct file *file, uint64_t index, bool fill, void **frame)
{
	struct inode *inode = file->inode;
	uint64_t pages = (READ_ONCE(inode->size) + PAGE_MASK) >> PAGE_SHIFT;

	*frame = NULL;
	if (index >= pages)
		return -ENXIO;
	*frame = inode->ops->page(inode, index, fill);
	return *frame || !fill ? 0 : -ENOMEM;
}

/* ---- position and status ---------------------------------------------------------------- */

/* Where `whence` counts from; -EINVAL if it is none.  position_lock held. */
static int64_t seek_base(struct file *file, int whence)
{
	switch (whence) {
	case SEEK_SET:
		return 0;
	case SEEK_CUR:
		return file->position;
	case SEEK_END:
		return file->inode ? (int64_t)READ_ONCE(file->inode->size) : -EINVAL;
	default:
		return -EINVAL;
	}
}

int64_t file_seek(struct file *file, int64_t offset, int whence)
{
	int64_t position;

	if (file->ops->seek)
		return file->ops->seek(file, offset, whence);
	if (!file->seekable)
		return -ESPIPE;
	mutex_lock(&file->position_lock);
	position = seek_base(file, whence);
	if (position >= 0) {
		if (__builtin_add_overflow(position, offset, &position))
			position = -EOVERFLOW;
		else if (position < 0)
			position = -EINVAL;
		else
			file->position = position;
	}
	mutex_unlock(&file->position_lock);
	return position;
}

int file_stat(struct file *file, struct statx *result)
{
	if (file->ops->stat)
		return file->ops->stat(file, result);
	if (file->inode) {
		inode_stat(file->inode, result);
		return 0;
	}
	memset(result, 0, sizeof(*result));
	result->stx_mask = STATX_TYPE | STATX_MODE | STATX_SIZE;
	result->stx_mode = 0600;
	return 0;
}
