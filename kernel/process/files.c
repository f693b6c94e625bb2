/* Descriptor tables; see the header.  `lock` guards all of a table; a file is let
 * go of only after the lock is, because its release may suspend. */
#include "kernel/process/files.h"

#include <string.h>

#include "abi/process.h"
#include "kernel/api/lock.h"
#include "kernel/api/memory.h"

#define FIRST_CAPACITY	32u

struct descriptor {
	struct file *file;		/* NULL: free */
	bool close_on_exec;
};

struct files {
	struct spinlock lock;
	uint32_t capacity;
	uint32_t lowest_free;		/* no lower descriptor is free */
	struct descriptor *slots;
	struct file *ring_file;		/* at UOS_RING_FD */
};

struct files *files_create(void)
{
	struct files *files = kernel_alloc(sizeof(*files));

	if (!files)
		return NULL;
	files->capacity = FIRST_CAPACITY;
	files->slots = kernel_alloc(FIRST_CAPACITY * sizeof(*files->slots));
	if (!files->slots) {
		kernel_free(files, sizeof(*files));
		return NULL;
	}
	return files;
}

void files_destroy(struct files *files)
{
	for (uint32_t i = 0; i < files->capacity; i++)
		if (files->slots[i].file)
			file_put(files->slots[i].file);
	if (files->ring_file)
		file_put(files->ring_file);
	kernel_free(files->slots, files->capacity * sizeof(*files->slots));
	kernel_free(files, sizeof(*files));
}

/* Makes room for descriptor `fd`; called without the lock. */
static int grow(struct files *files, uint32_t fd)
{
	uint32_t capacity = READ_ONCE(files->capacity);
	struct descriptor *slots, *old = NULL;
	uint32_t old_capacity = 0;

	while (capacity <= fd)
		capacity *= 2;
	slots = kernel_alloc(capacity * sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	spinlock_acquire(&files->lock);
	if (files->capacity < capacity) {
		memcpy(slots, files->slots, files->capacity * sizeof(*slots));
		old = files->slots;
		old_capacity = files->capacity;
		files->slots = slots;
		files->capacity = capacity;
	} else {
		old = slots;
		old_capacity = capacity;
	}
	spinlock_release(&files->lock);
	kernel_free(old, old_capacity * sizeof(*old));
	return 0;
}

struct file *files_get(struct files *files, int32_t fd)
{
	struct file *file = NULL;

	spinlock_acquire(&files->lock);
	if (LIKELY((uint32_t)fd < files->capacity))
		file = files->slots[fd].file;
	else if (fd == UOS_RING_FD)
		file = files->ring_file;
	if (LIKELY(file != NULL))
		file_get(file);
	spinlock_release(&files->lock);
	return file;
}

int files_install_from(struct files *files, struct file *file, uint32_t least,
		       bool close_on_exec)
{
	for (;;) {
		uint32_t fd;
		bool found;
		int error;

		spinlock_acquire(&files->lock);
		fd = MAX(files->lowest_free, least);
		while (fd < files->capacity && files->slots[fd].file)
			fd++;
		found = fd < files->capacity;
		if (found) {
			files->slots[fd] = (struct descriptor){ file, close_on_exec };
			if (least <= files->lowest_free)
				files->lowest_free = fd + 1;
		}
		spinlock_release(&files->lock);
		if (found)
			return (int)fd;
		if (fd >= FILES_MAX)
			return -EMFILE;
		error = grow(files, fd);
		if (error)
			return error;
	}
}

int files_install(struct files *files, struct file *file, bool close_on_exec)
{
	return files_install_from(files, file, 0, close_on_exec);
}

int files_install_at(struct files *files, struct file *file, int32_t fd, bool close_on_exec)
{
	struct file *old;
	int error;

	if (fd < 0 || fd >= FILES_MAX)
		return -EBADF;
	if ((uint32_t)fd >= READ_ONCE(files->capacity)) {
		error = grow(files, (uint32_t)fd);
		if (error)
			return error;
	}
	spinlock_acquire(&files->lock);
	old = files->slots[fd].file;
	files->slots[fd] = (struct descriptor){ file, close_on_exec };
	spinlock_release(&files->lock);
	if (old)
		file_put(old);
	return fd;
}

int files_close(struct files *files, int32_t fd)
{
	struct file *file = NULL;

	spinlock_acquire(&files->lock);
	if (fd >= 0 && (uint32_t)fd < files->capacity) {
		file = files->slots[fd].file;
		files->slots[fd].file = NULL;
		if (file && (uint32_t)fd < files->lowest_free)
			files->lowest_free = (uint32_t)fd;
	}
	spinlock_release(&files->lock);
	if (!file)
		return -EBADF;
	file_put(file);
	return 0;
}

int files_inherit(struct files *to, struct files *from)
{
	int32_t fd = 0;

	for (;; fd++) {
		struct file *file = NULL;
		int result;

		spinlock_acquire(&from->lock);
		while ((uint32_t)fd < from->capacity &&
		       (!from->slots[fd].file || from->slots[fd].close_on_exec))
			fd++;
		if ((uint32_t)fd < from->capacity) {
			file = from->slots[fd].file;
			file_get(file);
		}
		spinlock_release(&from->lock);
		if (!file)
			return 0;
		result = files_install_at(to, file, fd, false);
		if (result < 0) {
			file_put(file);
			return result;
		}
	}
}

uint32_t files_count(struct files *files)
{
	uint32_t count = 0;

	spinlock_acquire(&files->lock);
	for (uint32_t i = 0; i < files->capacity; i++)
		count += files->slots[i].file != NULL;
	spinlock_release(&files->lock);
	return count;
}

uint32_t files_limit(struct files *files)
{
	return READ_ONCE(files->capacity);
}

int files_close_on_exec(struct files *files, int32_t fd)
{
	int result = -EBADF;

	if (fd == UOS_RING_FD && files->ring_file)
		return 1;
	spinlock_acquire(&files->lock);
	if (fd >= 0 && (uint32_t)fd < files->capacity && files->slots[fd].file)
		result = files->slots[fd].close_on_exec;
	spinlock_release(&files->lock);
	return result;
}

int files_set_close_on_exec(struct files *files, int32_t fd, bool on)
{
	int result = -EBADF;

	spinlock_acquire(&files->lock);
	if (fd >= 0 && (uint32_t)fd < files->capacity && files->slots[fd].file) {
		files->slots[fd].close_on_exec = on;
		result = 0;
	}
	spinlock_release(&files->lock);
	return result;
}

void files_set_ring(struct files *files, struct file *ring_file)
{
	ASSERT(files->ring_file == NULL);
	files->ring_file = ring_file;
}
