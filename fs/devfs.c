/*
 * The devices of /dev, with Linux's numbers.
 */
#include "drivers/block.h"
#include "fs/devfs.h"
#include "fs/ramfs.h"

#define DEVFS_MODE		0755u
#define MEMORY_MAJOR		1
#define TTY_MAJOR		5
#define VIRTIO_BLOCK_MAJOR	254
#define VIRTIO_BLOCK_MINORS	16	/* a disk and its partitions */

static const struct ramfs_node character_devices[] = {
	{ .name = "console", .mode = S_IFCHR | 0600, .file_ops = &console_file_ops,
	  .major = TTY_MAJOR, .minor = 1 },
	{ .name = "null", .mode = S_IFCHR | 0666, .file_ops = &null_file_ops,
	  .major = MEMORY_MAJOR, .minor = 3 },
	{ .name = "random", .mode = S_IFCHR | 0666, .file_ops = &random_file_ops,
	  .major = MEMORY_MAJOR, .minor = 8 },
	{ .name = "urandom", .mode = S_IFCHR | 0666, .file_ops = &random_file_ops,
	  .major = MEMORY_MAJOR, .minor = 9 },
	{ .name = "zero", .mode = S_IFCHR | 0666, .file_ops = &zero_file_ops,
	  .major = MEMORY_MAJOR, .minor = 5 },
};

static int block_devices_create(struct inode *root)
{
	uint32_t minor = 0;
	int error = 0;

	for (struct block_device *device = block_device_first(); device && !error;
	     device = device->following, minor += VIRTIO_BLOCK_MINORS) {
		struct block_node *node = block_node_create(device);

		error = !node ? -ENOMEM : ramfs_node_create(root, &(struct ramfs_node){
			.name = device->name,
			.mode = S_IFBLK | (device->read_only ? 0440 : 0660),
			.file_ops = &block_file_ops,
			.device = node,
			.major = VIRTIO_BLOCK_MAJOR,
			.minor = minor,
			.bytes = device->bytes,
		});
	}
	return error;
}

struct inode *devfs_create(void)
{
	struct inode *root = ramfs_create("devfs", DEVFS_MODE);
	int error = 0;

	if (!root)
		return NULL;
	for (unsigned i = 0; i < ARRAY_SIZE(character_devices) && !error; i++)
		error = ramfs_node_create(root, &character_devices[i]);
	if (!error)
		error = block_devices_create(root);
	if (error)
		return NULL;		/* the caller panics */
	console_init();
	return root;
}
