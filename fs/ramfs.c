/*
 * Ramfs: inodes, and the contents of files.
 *
 * A reader takes a reference to a page's frame under the file's spinlock and
 * copies outside it, so a page that is cut off meanwhile lives on until the
 * reader is done.  Writers and truncate come one at a time (the inode's lock).
 */
#include <string.h>

#include "fs/ramfs.h"
#include "fs/ramfs_inode.h"
#include "kernel/api/memory.h"

#define FILE_BYTES_MAX		(1ull << 60)
#define PAGES_AT_ONCE		64	/* cut off per hold of the lock */
#define PAGES_PER_BREATH	64

/* ---- pages ---------------------------------------------------------------------- */

static inline __attribute__((always_inline)) void *page_get_inline(struct ramfs_file *file,
								     uint64_t index)
{
	void *frame;

	spinlock_acquire(&file->lock);
	frame = radix_get(&file->pages, index);
	if (frame)
		frame_get(frame);
	spinlock_release(&file->lock);
	return frame;
}

static void *page_get(struct ramfs_file *file, uint64_t index)
{
	return page_get_inline(file, index);
}

/* As page_get, but fills a hole.  NULL: no memory. */
static void *page_get_filled(struct ramfs_file *file, uint64_t index)
{
	void *fresh = NULL, *frame = page_get(file, index);

	if (frame)
		return frame;
	fresh = frame_alloc_zeroed();
	if (!fresh)
		return NULL;
	spinlock_acquire(&file->lock);
	frame = radix_get(&file->pages, index);
	if (!frame && radix_set(&file->pages, index, fresh) == 0) {
		file->page_count++;
		frame = fresh;
		fresh = NULL;
	}
	if (frame)
		frame_get(frame);
	spinlock_release(&file->lock);
	if (fresh)
		frame_put(fresh);
	return frame;
}

static void *ramfs_page(struct inode *inode, uint64_t index, bool allocate)
{
	struct ramfs_file *file = &ramfs_inode_of(inode)->file;

	return allocate ? page_get_filled(file, index) : page_get(file, index);
}

static uint64_t ramfs_blocks(struct inode *inode)
{
	if (!inode_is_regular(inode))
		return 0;
	return READ_ONCE(ramfs_inode_of(inode)->file.page_count) * (PAGE_SIZE / 512);
}

/* Lets go of all pages from `first` on. */
static void pages_cut(struct ramfs_file *file, uint64_t first)
{
	void *frames[PAGES_AT_ONCE];
	unsigned count;

	do {
		spinlock_acquire(&file->lock);
		count = radix_take_from(&file->pages, first, frames, PAGES_AT_ONCE);
		file->page_count -= count;
		spinlock_release(&file->lock);
		for (unsigned i = 0; i < count; i++)
			frame_put(frames[i]);
		if (count == PAGES_AT_ONCE)
			task_breathe();		/* the work must be finished, come what may */
	} while (count == PAGES_AT_ONCE);
}

/* ---- files ------------------------------------------------------------------------ */

/* At most one page's worth.  Bytes, or -errno. */
static ssize_t read_part(struct ramfs_file *file, struct cursor *to, uint64_t offset,
			 uint64_t bytes)
{
	uint64_t in_page = offset & PAGE_MASK;
	uint64_t part = MIN(bytes, PAGE_SIZE - in_page);
	char *frame = page_get(file, offset >> PAGE_SHIFT);
	ssize_t done;

	if (!frame)
		return cursor_put_zeros(to, part);
	done = cursor_put(to, frame + in_page, part);
	frame_put(frame);
	return done;
}

static ssize_t ramfs_read(struct file *file, struct cursor *to, int64_t offset)
{
	struct ramfs_inode *ramfs = ramfs_inode_of(file->inode);
	uint64_t at = (uint64_t)offset, done = 0;

	for (unsigned pages = 1; to->remaining > 0; pages++) {
		uint64_t size = READ_ONCE(ramfs->inode.size);
		uint64_t asked;
		ssize_t part;

		if (at >= size)
			break;
		asked = MIN(to->remaining, size - at);
		part = read_part(&ramfs->file, to, at, asked);
		if (part <= 0)
			return done ? (ssize_t)done : part;
		done += (uint64_t)part;
		at += (uint64_t)part;
		if ((uint64_t)part < asked && (at & PAGE_MASK) != 0)
			break;			/* the user's memory has ended */
		if (pages % PAGES_PER_BREATH == 0 && task_breathe())
			break;
	}
	return (ssize_t)done;
}

/* What lies in one page that is there. */
static ssize_t ramfs_read_range(struct file *file, struct address_space *space,
				uint64_t address, uint64_t bytes, uint64_t offset)
{
	struct ramfs_inode *ramfs = ramfs_inode_of(file->inode);
	const uint64_t in_page = offset & PAGE_MASK, size = READ_ONCE(ramfs->inode.size);
	ssize_t done;
	char *frame;

	if (UNLIKELY(bytes > PAGE_SIZE - in_page) || UNLIKELY(bytes > size) ||
	    UNLIKELY(offset > size - bytes))
		return FILE_NOT_NOW;
	frame = page_get_inline(&ramfs->file, offset >> PAGE_SHIFT);
	if (UNLIKELY(!frame))
		return FILE_NOT_NOW;
	done = range_put(space, address, frame + in_page, bytes);
	frame_put(frame);
	return done;
}

static ssize_t write_part(struct ramfs_file *file, struct cursor *from, uint64_t offset)
{
	uint64_t in_page = offset & PAGE_MASK;
	char *frame = page_get_filled(file, offset >> PAGE_SHIFT);
	ssize_t done;

	if (!frame)
		return -ENOSPC;
	done = cursor_take(from, frame + in_page, MIN(from->remaining, PAGE_SIZE - in_page));
	frame_put(frame);
	return done;
}

static ssize_t ramfs_write(struct file *file, struct cursor *from, int64_t offset)
{
	struct ramfs_inode *ramfs = ramfs_inode_of(file->inode);
	uint64_t at = (uint64_t)offset, done = 0;

	for (unsigned pages = 1; from->remaining > 0; pages++) {
		ssize_t part = at >= FILE_BYTES_MAX ? -EFBIG :
			       write_part(&ramfs->file, from, at);

		if (part <= 0) {
			if (done == 0)
				return part;
			break;
		}
		done += (uint64_t)part;
		at += (uint64_t)part;
		if (at > ramfs->inode.size)
			WRITE_ONCE(ramfs->inode.size, at);
		if (from->remaining > 0 && (at & PAGE_MASK) != 0)
			break;			/* the user's memory has ended */
		if (pages % PAGES_PER_BREATH == 0 && task_breathe())
			break;
	}
	if (done)
		inode_touch(&ramfs->inode);
	return (ssize_t)done;
}

static int ramfs_truncate(struct file *file, uint64_t bytes)
{
	struct ramfs_inode *ramfs = ramfs_inode_of(file->inode);

	if (bytes > FILE_BYTES_MAX)
		return -EFBIG;
	if (bytes < ramfs->inode.size) {
		WRITE_ONCE(ramfs->inode.size, bytes);
		pages_cut(&ramfs->file, (bytes + PAGE_MASK) >> PAGE_SHIFT);
		if (bytes & PAGE_MASK) {
			char *frame = page_get(&ramfs->file, bytes >> PAGE_SHIFT);

			/* what lies behind the end reads as zero if the file grows again */
			if (frame) {
				memset(frame + (bytes & PAGE_MASK), 0,
				       PAGE_SIZE - (bytes & PAGE_MASK));
				frame_put(frame);
			}
		}
	}
	WRITE_ONCE(ramfs->inode.size, bytes);
	inode_touch(&ramfs->inode);
	return 0;
}

static int ramfs_sync(struct file *file, bool data_only)
{
	(void)file;
	(void)data_only;
	return 0;
}

static const struct file_ops ramfs_file_ops = {
	.kind = "file",
	.read = ramfs_read,
	.read_range = ramfs_read_range,
	.write = ramfs_write,
	.sync = ramfs_sync,
	.truncate = ramfs_truncate,
};

/* ---- inodes ------------------------------------------------------------------------- */

struct ramfs_inode *ramfs_inode_create(struct filesystem *filesystem, uint32_t mode)
{
	struct ramfs_inode *ramfs = kernel_alloc(sizeof(*ramfs));

	if (!ramfs)
		return NULL;
	inode_init(&ramfs->inode, &ramfs_inode_ops, filesystem, mode);
	ramfs->inode.file_ops = inode_is_directory(&ramfs->inode) ?
				&ramfs_directory_file_ops : &ramfs_file_ops;
	return ramfs;
}

static int ramfs_create_name(struct inode *directory, const struct vfs_name *name,
			     uint32_t mode, struct inode **result)
{
	struct ramfs_inode *ramfs = ramfs_inode_create(directory->filesystem, mode);
	int error;

	if (!ramfs)
		return -ENOMEM;
	inode_get(&ramfs->inode);	/* the caller's */
	error = ramfs_directory_add(directory, name, ramfs);
	if (error) {
		inode_put(&ramfs->inode);
		return error;
	}
	*result = &ramfs->inode;
	return 0;
}

static int ramfs_symlink(struct inode *directory, const struct vfs_name *name,
			 const char *text, struct inode **result)
{
	struct ramfs_inode *ramfs = ramfs_inode_create(directory->filesystem, S_IFLNK | 0777);
	size_t bytes = strlen(text);
	int error = -ENOMEM;

	if (!ramfs)
		return error;
	ramfs->target = kernel_alloc(bytes + 1);
	ramfs->inode.size = ramfs->target ? bytes : 0;
	inode_get(&ramfs->inode);	/* the caller's */
	if (ramfs->target) {
		memcpy(ramfs->target, text, bytes + 1);
		error = ramfs_directory_add(directory, name, ramfs);
	} else {
		inode_put(&ramfs->inode);
	}
	if (error) {
		inode_put(&ramfs->inode);
		return error;
	}
	*result = &ramfs->inode;
	return 0;
}

static const char *ramfs_target(struct inode *inode)
{
	return ramfs_inode_of(inode)->target;
}

static int ramfs_link(struct inode *directory, const struct vfs_name *name,
		      struct inode *inode)
{
	int error;

	/* a file whose last name is going gets no new one */
	mutex_lock(&inode->lock);
	error = inode->links == 0 ? -ENOENT : 0;
	if (!error)
		inode->links++;
	mutex_unlock(&inode->lock);
	if (error)
		return error;
	inode_get(inode);
	error = ramfs_directory_add(directory, name, ramfs_inode_of(inode));
	if (error) {
		mutex_lock(&inode->lock);
		inode->links--;
		mutex_unlock(&inode->lock);
	}
	return error;
}

int ramfs_node_create(struct inode *directory, const struct ramfs_node *node)
{
	struct vfs_name name = vfs_name_of(node->name);
	struct ramfs_inode *ramfs = ramfs_inode_create(directory->filesystem, node->mode);
	int error;

	if (!ramfs)
		return -ENOMEM;
	ramfs->inode.file_ops = node->file_ops;
	ramfs->inode.device = node->device;
	ramfs->inode.device_major = node->major;
	ramfs->inode.device_minor = node->minor;
	ramfs->inode.size = node->bytes;
	mutex_lock(&directory->lock);
	if (ramfs_directory_has(directory, &name)) {
		inode_put(&ramfs->inode);
		error = -EEXIST;
	} else {
		error = ramfs_directory_add(directory, &name, ramfs);
	}
	mutex_unlock(&directory->lock);
	return error;
}

static void ramfs_evict(struct inode *inode)
{
	struct ramfs_inode *ramfs = ramfs_inode_of(inode);

	if (inode_is_regular(inode))
		pages_cut(&ramfs->file, 0);
	else if (inode_is_directory(inode))
		ramfs_directory_free(&ramfs->directory);
	else if (inode_is_link(inode) && ramfs->target)
		kernel_free(ramfs->target, inode->size + 1);
	kernel_free(ramfs, sizeof(*ramfs));
}

const struct inode_ops ramfs_inode_ops = {
	.lookup = ramfs_lookup,
	.create = ramfs_create_name,
	.symlink = ramfs_symlink,
	.link = ramfs_link,
	.target = ramfs_target,
	.unlink = ramfs_unlink,
	.rename = ramfs_rename,
	.blocks = ramfs_blocks,
	.page = ramfs_page,
	.evict = ramfs_evict,
};

/* There is room in it as long as there is memory. */
static void ramfs_space(struct filesystem *filesystem, struct abi_statfs *result)
{
	(void)filesystem;
	result->f_type = ABI_TMPFS_MAGIC;
	result->f_bsize = PAGE_SIZE;
	result->f_blocks = frames_total();
	result->f_bfree = MIN(frames_unused() + vfs_cached_frames(), result->f_blocks);
}

struct inode *ramfs_create(const char *kind, uint32_t root_mode)
{
	struct filesystem *filesystem = kernel_alloc(sizeof(*filesystem));
	struct ramfs_inode *root;

	if (!filesystem)
		return NULL;
	filesystem_init(filesystem, kind);
	filesystem->space = ramfs_space;
	root = ramfs_inode_create(filesystem, S_IFDIR | root_mode);
	if (!root) {
		kernel_free(filesystem, sizeof(*filesystem));
		return NULL;
	}
	return &root->inode;
}
