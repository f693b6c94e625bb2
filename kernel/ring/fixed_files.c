/*
 * Registered files: a table of references that requests name by index.
 *
 * The table comes and goes with the ring's turn held and under ring->lock; a slot changes
 * under the lock.  A request takes a reference of its own, so a slot can be changed while
 * one is in flight.  Who leaves a slot that has a tag has a completion of that name.
 */
#include "kernel/api/memory.h"
#include "kernel/ring/object.h"

#define TABLE_BYTES(count)	((count) * sizeof(struct fixed_file))

/* Ends what a slot has held; it is in no table any more. */
static void slot_end(struct ring *ring, struct fixed_file *slot)
{
	if (slot->file)
		file_put(slot->file);
	if (slot->file && slot->tag && !READ_ONCE(ring->closing))
		(void)ring_post_message(ring, slot->tag, 0, 0);
}

/* A ring that is registered with a ring would keep it open for ever: -EBADF. */
static int take_file(struct process *process, int32_t fd, struct file **file)
{
	*file = files_get(process->files, fd);
	if (!*file)
		return -EBADF;
	if (ring_of(*file)) {
		file_put(*file);
		*file = NULL;
		return -EBADF;
	}
	return 0;
}

static int take_word(struct process *process, uint64_t address, void *word, uint64_t bytes,
		     uint32_t index)
{
	return user_copy_in(process->space, word,
			    (struct user_address){ address + bytes * index }, bytes);
}

/* What the user says of slot `index` of his list. */
static int take_slot(struct process *process, const struct fixed_list *list, uint32_t index,
		     int32_t *fd, struct fixed_file *slot)
{
	int error = 0;

	*slot = (struct fixed_file){ 0 };
	*fd = -1;
	if (list->data)
		error = take_word(process, list->data, fd, sizeof(*fd), index);
	if (!error && list->tags)
		error = take_word(process, list->tags, &slot->tag, sizeof(slot->tag), index);
	if (!error && (*fd == -1 || *fd == IORING_REGISTER_FILES_SKIP))
		return slot->tag ? -EINVAL : 0;
	return error ? error : take_file(process, *fd, &slot->file);
}

/* ---- the table; turn held --------------------------------------------------------------- */

int fixed_files_register(struct ring *ring, struct process *process,
			 const struct fixed_list *list)
{
	const uint32_t count = list->count;
	struct fixed_file *table;
	int error = 0;

	if (ring->fixed_files)
		return -EBUSY;
	if (!count)
		return -EINVAL;
	if (count > RING_FIXED_FILES_MAX)
		return -EMFILE;
	table = kernel_alloc(TABLE_BYTES(count));
	if (!table)
		return -ENOMEM;
	for (uint32_t i = 0; i < count && !error; i++) {
		int32_t fd;

		error = take_slot(process, list, i, &fd, &table[i]);
	}
	if (error) {
		for (uint32_t i = 0; i < count; i++)
			if (table[i].file)
				file_put(table[i].file);
		kernel_free(table, TABLE_BYTES(count));
		return error;
	}
	spinlock_acquire(&ring->lock);
	ring->fixed_files = table;
	ring->fixed_file_count = ring->fixed_file_alloc_end = count;
	ring->fixed_file_alloc_start = 0;
	spinlock_release(&ring->lock);
	return 0;
}

int fixed_files_unregister(struct ring *ring)
{
	struct fixed_file *table;
	uint32_t count;

	spinlock_acquire(&ring->lock);
	table = ring->fixed_files;
	count = ring->fixed_file_count;
	ring->fixed_files = NULL;
	ring->fixed_file_count = 0;
	spinlock_release(&ring->lock);
	if (!table)
		return -ENXIO;
	for (uint32_t i = 0; i < count; i++)
		slot_end(ring, &table[i]);
	kernel_free(table, TABLE_BYTES(count));
	return 0;
}

int fixed_files_set_range(struct ring *ring, struct process *process, uint64_t address)
{
	struct io_uring_file_index_range range;
	uint32_t end;

	if (user_copy_in(process->space, &range, (struct user_address){ address }, sizeof(range)))
		return -EFAULT;
	if (__builtin_add_overflow(range.off, range.len, &end))
		return -EOVERFLOW;
	if (range.resv || end > ring->fixed_file_count)
		return -EINVAL;
	spinlock_acquire(&ring->lock);
	ring->fixed_file_alloc_start = range.off;
	ring->fixed_file_alloc_end = end;
	spinlock_release(&ring->lock);
	return 0;
}

/* ---- slots ---------------------------------------------------------------------------------- */

/* *slot goes there, and comes back as what was there.  False: there is no such slot. */
static bool exchange(struct ring *ring, uint32_t index, struct fixed_file *slot)
{
	struct fixed_file before;
	bool there;

	spinlock_acquire(&ring->lock);
	there = index < ring->fixed_file_count;
	if (there) {
		before = ring->fixed_files[index];
		ring->fixed_files[index] = *slot;
		*slot = before;
	}
	spinlock_release(&ring->lock);
	return there;
}

/* Into any free slot of the range: its index, or -ENFILE. */
static int put_anywhere(struct ring *ring, const struct fixed_file *slot)
{
	int result = -ENFILE;

	spinlock_acquire(&ring->lock);
	for (uint32_t i = ring->fixed_file_alloc_start;
	     ring->fixed_files && i < ring->fixed_file_alloc_end && result < 0; i++) {
		if (ring->fixed_files[i].file)
			continue;
		ring->fixed_files[i] = *slot;
		result = (int)i;
	}
	spinlock_release(&ring->lock);
	return result;
}

static int update_slot(struct ring *ring, struct process *process, const struct fixed_list *list,
		       uint32_t i)
{
	struct fixed_file slot;
	int32_t fd;
	int error = take_slot(process, list, i, &fd, &slot);

	if (fd == IORING_REGISTER_FILES_SKIP || (error && !(error == -EBADF)))
		return error;
	/* as on Linux the slot is emptied also when the new file is none */
	if (error)
		slot = (struct fixed_file){ 0 };
	if (exchange(ring, list->offset + i, &slot))
		slot_end(ring, &slot);
	return error;
}

int fixed_files_update(struct ring *ring, struct process *process, const struct fixed_list *list)
{
	uint32_t done = 0, end;
	int error = 0;

	if (__builtin_add_overflow(list->offset, list->count, &end))
		return -EOVERFLOW;
	if (!ring->fixed_files)
		return -ENXIO;
	if (end > ring->fixed_file_count)
		return -EINVAL;
	while (done < list->count && !error) {
		error = update_slot(ring, process, list, done);
		done += !error;
	}
	return done ? (int)done : error;
}

int fixed_files_allocate(struct ring *ring, struct process *process, uint64_t address,
			 uint32_t count)
{
	const struct fixed_list list = { .data = address, .count = count };
	uint32_t done = 0;
	int result = 0;

	for (; done < count; done++) {
		const struct user_address at = { address + done * sizeof(int32_t) };
		struct fixed_file slot;
		int32_t fd;

		result = take_slot(process, &list, done, &fd, &slot);
		if (!result && !slot.file)
			result = -EBADF;
		if (result)
			break;
		result = put_anywhere(ring, &slot);
		if (result < 0) {
			file_put(slot.file);
			break;
		}
		fd = result;
		if (user_copy_out(process->space, at, &fd, sizeof(fd))) {
			(void)fixed_file_close(ring, (uint32_t)fd + 1);
			result = -EFAULT;
			break;
		}
	}
	return done ? (int)done : result;
}

struct file *fixed_file_get(struct ring *ring, uint32_t index)
{
	struct file *file = NULL;

	spinlock_acquire(&ring->lock);
	if (index < ring->fixed_file_count)
		file = ring->fixed_files[index].file;
	if (file)
		file_get(file);
	spinlock_release(&ring->lock);
	return file;
}

int fixed_file_install(struct ring *ring, struct file *file, uint32_t slot)
{
	struct fixed_file made = { .file = file };

	if (slot == IORING_FILE_INDEX_ALLOC)
		return put_anywhere(ring, &made);
	if (!READ_ONCE(ring->fixed_files))
		return -ENXIO;
	if (!exchange(ring, slot - 1, &made))
		return -EINVAL;
	slot_end(ring, &made);
	return 0;
}

int fixed_file_close(struct ring *ring, uint32_t slot)
{
	struct fixed_file none = { 0 };

	if (!READ_ONCE(ring->fixed_files))
		return -ENXIO;
	if (!exchange(ring, slot - 1, &none))
		return -EINVAL;
	if (!none.file)
		return -EBADF;
	slot_end(ring, &none);
	return 0;
}
