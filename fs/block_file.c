/*
 * A block device as a file: /dev/vda.
 *
 * With O_DIRECT offsets, lengths and addresses are multiples of the sector
 * (-EINVAL otherwise, as on Linux) and the device works on the user's pages.
 * Without, so do the whole sectors of a transfer; its edges go through a bounce
 * sector.  There is no cache: what was written is on the device.
 *
 * Locks: the inode's, held by writers without O_DIRECT, so that nobody's sector
 * is read, changed and written back around another's write.
 */
#include "drivers/block.h"
#include "fs/devfs.h"
#include "kernel/api/memory.h"

static struct block_device *device_of(const struct file *file)
{
	return file->private;
}

/* O_DIRECT: the offset, and each piece of the cursor's memory, start and end on a
 * multiple of the sector. */
static inline bool direct_possible(const struct block_device *device,
				   const struct cursor *cursor, uint64_t offset)
{
	uint64_t bits = offset | cursor->current.iov_base | cursor->current.iov_len;

	for (uint32_t i = 0; UNLIKELY(i < cursor->segments_left); i++)
		bits |= cursor->segments[i].iov_base | cursor->segments[i].iov_len;
	/* file_read's limit is a multiple too, so what it cuts off changes nothing */
	return (bits & (device->sector_bytes - 1)) == 0;
}

static bool range_aligned(uint64_t offset, uint64_t bytes, uint32_t sector_bytes)
{
	return ((offset | bytes) & (sector_bytes - 1)) == 0;
}

/* ---- through a bounce sector ------------------------------------------------------- */

/* What one transfer without O_DIRECT works with. */
struct buffered {
	struct block_device *device;
	struct cursor *cursor;
	bool write;
	char *bounce;			/* one sector */
};

/* Moves at most the rest of one sector.  Bytes or -errno. */
static ssize_t bounce_part(struct buffered *buffered, uint64_t offset, uint64_t bytes)
{
	struct block_device *device = buffered->device;
	uint32_t in_sector = offset & (device->sector_bytes - 1);
	uint64_t sector = offset - in_sector;
	uint64_t part = MIN(bytes, device->sector_bytes - in_sector);
	ssize_t done;
	int error;

	error = block_transfer_kernel(device, false, sector, buffered->bounce,
				      device->sector_bytes);
	if (error)
		return error;
	if (!buffered->write)
		return cursor_put(buffered->cursor, buffered->bounce + in_sector, part);
	done = cursor_take(buffered->cursor, buffered->bounce + in_sector, part);
	if (done <= 0)
		return done;
	error = block_transfer_kernel(device, true, sector, buffered->bounce,
				      device->sector_bytes);
	return error ? error : done;
}

/* Whole sectors at once where that is possible, else a part of one. */
static ssize_t buffered_part(struct buffered *buffered, uint64_t offset, uint64_t bytes)
{
	struct block_device *device = buffered->device;
	uint64_t whole = ALIGN_DOWN(bytes, device->sector_bytes);

	if (range_aligned(offset, 0, device->sector_bytes) && whole > 0) {
		ssize_t done = block_transfer_unaligned(device, buffered->write, offset,
							buffered->cursor, whole);

		/* memory that ends within a sector: as far as it goes, by the bounce */
		if (done != 0 && done != -EFAULT)
			return done;
	}
	return bounce_part(buffered, offset, bytes);
}

static __attribute__((noinline))
ssize_t buffered_transfer(struct block_device *device, bool write, uint64_t offset,
			  struct cursor *cursor, uint64_t bytes)
{
	struct buffered buffered = {
		.device = device,
		.cursor = cursor,
		.write = write,
		.bounce = frames_alloc(0),
	};
	uint64_t done = 0;
	ssize_t part = 0;

	if (!buffered.bounce)
		return -ENOMEM;
	while (done < bytes) {
		part = buffered_part(&buffered, offset + done, bytes - done);
		if (part <= 0)
			break;
		done += (uint64_t)part;
	}
	frames_free(buffered.bounce, 0);
	return done ? (ssize_t)done : part;
}

/* ---- the file ------------------------------------------------------------------------ */

static ssize_t block_read(struct file *file, struct cursor *to, int64_t offset)
{
	struct block_device *device = device_of(file);
	uint64_t at = (uint64_t)offset, bytes;
	bool direct = file->flags & O_DIRECT;

	if (direct && UNLIKELY(!direct_possible(device, to, at)))
		return -EINVAL;
	if (UNLIKELY(at >= device->bytes || to->remaining == 0))
		return 0;
	bytes = MIN(to->remaining, device->bytes - at);
	if (LIKELY(direct))
		return block_transfer(device, false, at, to, bytes);
	return buffered_transfer(device, false, at, to, bytes);
}

static ssize_t block_write(struct file *file, struct cursor *from, int64_t offset)
{
	struct block_device *device = device_of(file);
	uint64_t at = (uint64_t)offset, bytes;
	ssize_t done;

	if (device->read_only)
		return -EPERM;
	if (from->remaining == 0)
		return 0;
	if (at >= device->bytes)
		return -ENOSPC;
	if (file->flags & O_DIRECT && !direct_possible(device, from, at))
		return -EINVAL;
	bytes = MIN(from->remaining, device->bytes - at);
	if (LIKELY(file->flags & O_DIRECT))
		return block_transfer(device, true, at, from, bytes);
	mutex_lock(&file->inode->lock);
	done = buffered_transfer(device, true, at, from, bytes);
	mutex_unlock(&file->inode->lock);
	return done;
}

static int block_sync(struct file *file, bool data_only)
{
	(void)data_only;
	return block_flush(device_of(file));
}

static int block_stat(struct file *file, struct statx *result)
{
	inode_stat(file->inode, result);
	result->stx_mask |= STATX_DIOALIGN;
	result->stx_dio_mem_align = device_of(file)->sector_bytes;
	result->stx_dio_offset_align = device_of(file)->sector_bytes;
	return 0;
}

const struct file_ops block_file_ops = {
	.kind = "block device",
	.read = block_read,
	.write = block_write,
	.sync = block_sync,
	.stat = block_stat,
};
