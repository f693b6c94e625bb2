# The file layer and its file systems: paths from the top.
KERNEL_SOURCES += \
	fs/block_file.c \
	fs/console.c \
	fs/cpio.c \
	fs/dentry.c \
	fs/devfs.c \
	fs/fat_chain.c \
	fs/fat_commit.c \
	fs/fat_directory.c \
	fs/fat_file.c \
	fs/fat_index.c \
	fs/fat_inode.c \
	fs/fat_listing.c \
	fs/fat_mount.c \
	fs/fat_name.c \
	fs/fat_table.c \
	fs/fat_tree.c \
	fs/file.c \
	fs/initramfs.c \
	fs/inode.c \
	fs/line.c \
	fs/memory_file.c \
	fs/mount.c \
	fs/name.c \
	fs/page.c \
	fs/page_cache.c \
	fs/page_flush.c \
	fs/page_io.c \
	fs/path.c \
	fs/pipe.c \
	fs/radix.c \
	fs/ramfs.c \
	fs/ramfs_directory.c \
	fs/rename.c \
	fs/statfs.c \
	fs/stream.c \
	fs/writeback.c
