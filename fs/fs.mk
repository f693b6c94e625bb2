# The file layer and its file systems: paths from the top.
KERNEL_SOURCES += \
	fs/block_file.c \
	fs/console.c \
	fs/cpio.c \
	fs/dentry.c \
	fs/devfs.c \
	fs/file.c \
	fs/initramfs.c \
	fs/inode.c \
	fs/line.c \
	fs/memory_file.c \
	fs/mount.c \
	fs/name.c \
	fs/path.c \
	fs/radix.c \
	fs/ramfs.c \
	fs/ramfs_directory.c \
	fs/rename.c
