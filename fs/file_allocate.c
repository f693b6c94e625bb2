/* Setting space aside in a regular file. */
#include "fs/inode.h"
#include "kernel/api/memory.h"

/* Pages of a file in memory are there from now on. */
static int make_pages(struct inode *inode, uint64_t start, uint64_t end)
{
	for (uint64_t page = start / PAGE_SIZE; page * PAGE_SIZE < end; page++) {
		void *frame = inode->ops->page(inode, page, true);

		if (!frame)
			return -ENOSPC;
		frame_put(frame);
		if (page % 64 == 63 && task_breathe())
			return -EINTR;
	}
	return 0;
}

int file_allocate(struct file *file, uint64_t start, uint64_t end)
{
	struct inode *inode = file->inode;
	int error = 0;

	if ((file->flags & O_ACCMODE) == O_RDONLY)
		return -EBADF;
	if (!inode || (inode->mode & S_IFMT) == S_IFIFO)
		return -ESPIPE;
	if (!inode_is_regular(inode))
		return -ENODEV;
	/* a file system that has no pages of its own sets the space aside itself */
	if (READ_ONCE(inode->size) < end)
		error = file_truncate(file, (int64_t)end);
	if (!error && inode->ops->page)
		error = make_pages(inode, start, end);
	return error;
}
