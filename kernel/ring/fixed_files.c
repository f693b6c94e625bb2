/*
 * Registered files: a table of references that requests name by index.
 *
 * The ring's turn guards it.  A request takes a reference of its own, so a slot
 * can be changed while one is in flight.
 */
#include "kernel/api/memory.h"
#include "kernel/ring/object.h"

#define SLOT_BYTES(count)	((count) * sizeof(struct file *))

static int take_fd(struct process *process, uint64_t address, uint32_t index, int32_t *fd)
{
	return user_copy_in(process->space, fd,
			    (struct user_address){ address + 4ul * index }, sizeof(*fd));
}

/* A ring that is registered with a ring would keep it open for ever: -EBADF. */
static int take_file(struct process *process, int32_t fd, struct file **file)
{
	*file = files_get(process->files, fd);
	if (!*file)
		return -EBADF;
	if (ring_of(*file)) {
		file_put(*file);
		return -EBADF;
	}
	return 0;
}

static int fill(struct ring *ring, struct process *process, uint64_t address)
{
	for (uint32_t i = 0; i < ring->fixed_file_count; i++) {
		int32_t fd;
		int error = take_fd(process, address, i, &fd);

		if (!error && fd != -1)
			error = take_file(process, fd, &ring->fixed_files[i]);
		if (error) {
			ring->fixed_files[i] = NULL;
			return error;
		}
	}
	return 0;
}

int fixed_files_register(struct ring *ring, struct process *process, uint64_t address,
			 uint32_t count)
{
	int error;

	if (ring->fixed_files)
		return -EBUSY;
	if (!count)
		return -EINVAL;
	if (count > RING_FIXED_FILES_MAX)
		return -EMFILE;
	ring->fixed_files = kernel_alloc(SLOT_BYTES(count));
	if (!ring->fixed_files)
		return -ENOMEM;
	ring->fixed_file_count = count;
	error = fill(ring, process, address);
	if (error)
		(void)fixed_files_unregister(ring);
	return error;
}

int fixed_files_unregister(struct ring *ring)
{
	struct file **files = ring->fixed_files;
	uint32_t count = ring->fixed_file_count;

	if (!files)
		return -ENXIO;
	ring->fixed_files = NULL;
	ring->fixed_file_count = 0;
	for (uint32_t i = 0; i < count; i++)
		if (files[i])
			file_put(files[i]);
	kernel_free(files, SLOT_BYTES(count));
	return 0;
}

static void replace(struct ring *ring, uint32_t index, struct file *file)
{
	struct file *old = ring->fixed_files[index];

	ring->fixed_files[index] = file;
	if (old)
		file_put(old);
}

static int update_slot(struct ring *ring, struct process *process, uint32_t index, int32_t fd)
{
	struct file *file = NULL;
	int error = 0;

	if (fd == IORING_REGISTER_FILES_SKIP)
		return 0;
	if (fd != -1)
		error = take_file(process, fd, &file);
	/* as on Linux the slot is emptied also when the new file is none */
	replace(ring, index, error ? NULL : file);
	return error;
}

int fixed_files_update(struct ring *ring, struct process *process, uint64_t address,
		       uint32_t count)
{
	struct io_uring_files_update update;
	uint32_t done = 0, end;
	int error = 0;

	if (!count)
		return -EINVAL;
	if (user_copy_in(process->space, &update, (struct user_address){ address },
			 sizeof(update)))
		return -EFAULT;
	if (update.resv)
		return -EINVAL;
	if (__builtin_add_overflow(update.offset, count, &end))
		return -EOVERFLOW;
	if (!ring->fixed_files)
		return -ENXIO;
	if (end > ring->fixed_file_count)
		return -EINVAL;
	while (done < count && !error) {
		int32_t fd;

		error = take_fd(process, update.fds, done, &fd);
		if (!error)
			error = update_slot(ring, process, update.offset + done, fd);
		done += !error;
	}
	return done ? (int)done : error;
}

struct file *fixed_file_get(struct ring *ring, uint32_t index)
{
	struct file *file;

	if (index >= ring->fixed_file_count)
		return NULL;
	file = ring->fixed_files[index];
	if (file)
		file_get(file);
	return file;
}

static int free_slot(const struct ring *ring)
{
	for (uint32_t i = 0; i < ring->fixed_file_count; i++)
		if (!ring->fixed_files[i])
			return i;
	return -ENFILE;
}

int fixed_file_install(struct ring *ring, struct file *file, uint32_t slot)
{
	if (!ring->fixed_files)
		return slot == IORING_FILE_INDEX_ALLOC ? -ENFILE : -ENXIO;
	if (slot == IORING_FILE_INDEX_ALLOC) {
		int index = free_slot(ring);

		if (index >= 0)
			replace(ring, index, file);
		return index;
	}
	if (slot > ring->fixed_file_count)
		return -EINVAL;
	replace(ring, slot - 1, file);
	return 0;
}

int fixed_file_close(struct ring *ring, uint32_t slot)
{
	if (!ring->fixed_files)
		return -ENXIO;
	if (slot > ring->fixed_file_count)
		return -EINVAL;
	if (!ring->fixed_files[slot - 1])
		return -EBADF;
	replace(ring, slot - 1, NULL);
	return 0;
}
