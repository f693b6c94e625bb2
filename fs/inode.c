/*
 * What inodes of all file systems have in common: see inode.h.
 */
#include <string.h>

#include "drivers/rtc.h"
#include "fs/inode.h"

#define NS_PER_S	1000000000ull
#define BLOCK_BYTES	4096u		/* what stat calls the best size for I/O */

/* st_dev numbers: 0 is nobody's, as on Linux. */
static uint32_t filesystem_count;

uint32_t vfs_name_hash(const char *text, size_t bytes)
{
	uint32_t hash = 2166136261u;	/* FNV-1a */

	for (size_t i = 0; i < bytes; i++)
		hash = (hash ^ (uint8_t)text[i]) * 16777619u;
	return hash;
}

struct vfs_name vfs_name_of(const char *text)
{
	size_t bytes = strlen(text);

	ASSERT(bytes >= 1 && bytes <= VFS_NAME_BYTES_MAX);
	return (struct vfs_name){
		.text = text,
		.bytes = (uint32_t)bytes,
		.hash = vfs_name_hash(text, bytes),
	};
}

void filesystem_init(struct filesystem *filesystem, const char *kind)
{
	filesystem->kind = kind;
	filesystem->number = __atomic_add_fetch(&filesystem_count, 1, __ATOMIC_RELAXED);
	filesystem->next_inode_number = 1;
}

/* Where there is no clock, time starts at boot. */
static uint64_t wall_clock_ns(void)
{
	uint64_t now_ns = rtc_now_ns();

	return now_ns ? now_ns : time_now_ns();
}

void inode_init(struct inode *inode, const struct inode_ops *ops,
		struct filesystem *filesystem, uint32_t mode)
{
	memset(inode, 0, sizeof(*inode));
	inode->ops = ops;
	inode->filesystem = filesystem;
	inode->number = __atomic_fetch_add(&filesystem->next_inode_number, 1,
					   __ATOMIC_RELAXED);
	inode->mode = mode;
	inode->references = 1;
	inode->links = inode_is_directory(inode) ? 2 : 1;
	mutex_init(&inode->lock);
	inode_touch(inode);
	inode->born_ns = inode->changed_ns;
}

bool inode_put_unless_last(struct inode *inode)
{
	uint32_t count = __atomic_load_n(&inode->references, __ATOMIC_RELAXED);

	while (count > 1)
		if (__atomic_compare_exchange_n(&inode->references, &count, count - 1, true,
						__ATOMIC_RELEASE, __ATOMIC_RELAXED))
			return true;
	return false;
}

void inode_put(struct inode *inode)
{
	if (inode->ops->let_go) {
		if (!inode_put_unless_last(inode))
			inode->ops->let_go(inode);
		return;
	}
	if (reference_put(&inode->references))
		inode->ops->evict(inode);
}

void inode_touch(struct inode *inode)
{
	inode->modified_ns = inode->changed_ns = wall_clock_ns();
}

static struct statx_timestamp timestamp_of(uint64_t time_ns)
{
	return (struct statx_timestamp){
		.tv_sec = (int64_t)(time_ns / NS_PER_S),
		.tv_nsec = (uint32_t)(time_ns % NS_PER_S),
	};
}

void inode_stat(struct inode *inode, struct statx *result)
{
	memset(result, 0, sizeof(*result));
	result->stx_mask = STATX_BASIC_STATS;
	result->stx_blksize = BLOCK_BYTES;
	result->stx_nlink = READ_ONCE(inode->links);
	result->stx_mode = (uint16_t)inode->mode;
	result->stx_ino = inode->number;
	result->stx_size = READ_ONCE(inode->size);
	result->stx_blocks = inode->ops->blocks ? inode->ops->blocks(inode) : 0;
	/* reading leaves no trace: the time of access is that of the contents */
	result->stx_atime = timestamp_of(inode->modified_ns);
	result->stx_btime = timestamp_of(inode->born_ns);
	result->stx_ctime = timestamp_of(inode->changed_ns);
	result->stx_mtime = timestamp_of(inode->modified_ns);
	result->stx_rdev_major = inode->device_major;
	result->stx_rdev_minor = inode->device_minor;
	result->stx_dev_minor = inode->filesystem->number;
	result->stx_mnt_id = inode->filesystem->number;
}
