/*
 * Registered buffers: user memory pinned once, then reached by index.
 *
 * A buffer knows its frames' kernel addresses and holds a reference on each, so
 * it works on whatever the user does with his mapping, and no frame is reused
 * while it stands.  A request holds a reference on the buffer.
 */
#include <string.h>

#include "kernel/api/memory.h"
#include "kernel/ring/object.h"

static size_t buffer_bytes(uint32_t pages)
{
	return sizeof(struct fixed_buffer) + pages * sizeof(struct abi_iovec);
}

void fixed_buffer_put(struct fixed_buffer *buffer)
{
	if (!reference_put(&buffer->references))
		return;
	if (buffer->tag) {
		if (!READ_ONCE(buffer->ring->closing))
			(void)ring_post_message(buffer->ring, buffer->tag, 0, 0);
		ring_put(buffer->ring);
	}
	for (uint32_t i = 0; i < buffer->pages; i++)
		frame_put((void *)ALIGN_DOWN(buffer->page[i].iov_base, PAGE_SIZE));
	kernel_free(buffer, buffer_bytes(buffer->pages));
}

static int pin(struct fixed_buffer *buffer, struct process *process)
{
	uint64_t address = buffer->address, end = address + buffer->bytes;
	uint32_t pages = buffer->pages;

	buffer->pages = 0;
	while (address < end) {
		uint64_t next = MIN(ALIGN_DOWN(address, PAGE_SIZE) + PAGE_SIZE, end);
		void *memory = user_frame_pin(process->space, (struct user_address){ address },
					      ABI_PROT_READ | ABI_PROT_WRITE);

		if (!memory) {
			/* freed by its size: it keeps room for all of them */
			for (uint32_t i = 0; i < buffer->pages; i++)
				frame_put((void *)ALIGN_DOWN(buffer->page[i].iov_base, PAGE_SIZE));
			kernel_free(buffer, buffer_bytes(pages));
			return -EFAULT;
		}
		buffer->page[buffer->pages++] =
			(struct abi_iovec){ (uint64_t)memory, next - address };
		address = next;
	}
	return 0;
}

static int buffer_create(struct ring *ring, struct process *process,
			 const struct abi_iovec *vector,
			 struct fixed_buffer **result)
{
	uint64_t end, pages;
	struct fixed_buffer *buffer;
	int error;

	*result = NULL;
	if (!vector->iov_base)
		return vector->iov_len ? -EFAULT : 0;
	if (!vector->iov_len || vector->iov_len > RING_FIXED_BUFFER_BYTES_MAX)
		return -EFAULT;
	if (__builtin_add_overflow(vector->iov_base, vector->iov_len + PAGE_SIZE - 1, &end))
		return -EOVERFLOW;
	pages = (end >> PAGE_SHIFT) - (vector->iov_base >> PAGE_SHIFT);
	buffer = kernel_alloc(buffer_bytes(pages));
	if (!buffer)
		return -ENOMEM;
	buffer->references = 1;
	buffer->ring = ring;
	buffer->address = vector->iov_base;
	buffer->bytes = vector->iov_len;
	buffer->pages = pages;
	error = pin(buffer, process);
	if (!error)
		*result = buffer;
	return error;
}

/* What the user says of slot `index` of his list. */
static int take_slot(struct ring *ring, struct process *process, const struct fixed_list *list,
		     uint32_t index, struct fixed_buffer **buffer)
{
	struct abi_iovec vector = { 0, 0 };
	uint64_t tag = 0;
	int error = 0;

	*buffer = NULL;
	if (list->data)
		error = user_copy_in(process->space, &vector, (struct user_address){
				     list->data + index * sizeof(vector) }, sizeof(vector));
	if (!error && list->tags)
		error = user_copy_in(process->space, &tag, (struct user_address){
				     list->tags + index * sizeof(tag) }, sizeof(tag));
	if (!error && !vector.iov_base && tag)
		error = -EINVAL;
	if (!error)
		error = buffer_create(ring, process, &vector, buffer);
	if (!error && *buffer && tag) {
		(*buffer)->tag = tag;
		/* clones of it may outlive the ring */
		reference_get(&ring->references);
	}
	return error;
}

int fixed_buffers_register(struct ring *ring, struct process *process,
			   const struct fixed_list *list)
{
	const uint32_t count = list->count;
	int error = 0;

	if (ring->fixed_buffers)
		return -EBUSY;
	if (!count || count > RING_FIXED_BUFFERS_MAX)
		return -EINVAL;
	ring->fixed_buffers = kernel_alloc(count * sizeof(*ring->fixed_buffers));
	if (!ring->fixed_buffers)
		return -ENOMEM;
	ring->fixed_buffer_count = count;
	for (uint32_t i = 0; i < count && !error; i++)
		error = take_slot(ring, process, list, i, &ring->fixed_buffers[i]);
	if (error) {
		for (uint32_t i = 0; i < count; i++) {	/* none of them was there */
			if (!ring->fixed_buffers[i] || !ring->fixed_buffers[i]->tag)
				continue;
			ring->fixed_buffers[i]->tag = 0;
			ring_put(ring);
		}
		(void)fixed_buffers_unregister(ring);
	}
	return error;
}

int fixed_buffers_update(struct ring *ring, struct process *process,
			 const struct fixed_list *list)
{
	uint32_t done = 0, end;
	int error = 0;

	if (__builtin_add_overflow(list->offset, list->count, &end))
		return -EOVERFLOW;
	if (!ring->fixed_buffers)
		return -ENXIO;
	if (end > ring->fixed_buffer_count)
		return -EINVAL;
	while (done < list->count) {
		struct fixed_buffer **slot = &ring->fixed_buffers[list->offset + done];
		struct fixed_buffer *made, *before = *slot;

		error = take_slot(ring, process, list, done, &made);
		if (error)
			break;
		*slot = made;
		if (before)
			fixed_buffer_put(before);
		done++;
	}
	return done ? (int)done : error;
}

/* ---- cloning ------------------------------------------------------------------------------ */

/* A table like `from`'s, with references. */
static int copy_table(struct ring *from, struct fixed_buffer ***table, uint32_t *count)
{
	int error = -ENXIO;

	turn_take(&from->turn);
	*count = from->fixed_buffer_count;
	if (from->fixed_buffers) {
		*table = kernel_alloc(*count * sizeof(**table));
		error = *table ? 0 : -ENOMEM;
	}
	for (uint32_t i = 0; !error && i < *count; i++) {
		(*table)[i] = from->fixed_buffers[i];
		/* the tag is told once, when the last has let go */
		if ((*table)[i])
			reference_get(&(*table)[i]->references);
	}
	turn_leave(&from->turn);
	return error;
}

static int clone_from(struct ring *ring, struct ring *from)
{
	struct fixed_buffer **table;
	uint32_t count;
	bool busy;
	int error = copy_table(from, &table, &count);

	if (error)
		return error;
	turn_take(&ring->turn);
	busy = ring->fixed_buffers;
	if (!busy) {
		ring->fixed_buffers = table;
		ring->fixed_buffer_count = count;
	}
	turn_leave(&ring->turn);
	if (!busy)
		return 0;
	for (uint32_t i = 0; i < count; i++)
		if (table[i])
			fixed_buffer_put(table[i]);
	kernel_free(table, count * sizeof(*table));
	return -EBUSY;
}

int fixed_buffers_clone(struct ring *ring, struct process *process, uint64_t address,
			uint32_t count)
{
	struct io_uring_clone_buffers wanted;
	struct file *file;
	int error = 0;

	if (count != 1 || !address)
		return -EINVAL;
	if (user_copy_in(process->space, &wanted, (struct user_address){ address }, sizeof(wanted)))
		return -EFAULT;
	/* of Linux 6.12: all of them, into an empty table */
	if (wanted.flags & ~IORING_REGISTER_SRC_REGISTERED || wanted.src_off | wanted.dst_off |
	    wanted.nr | wanted.pad[0] | wanted.pad[1] | wanted.pad[2])
		return -EINVAL;
	if (wanted.flags & IORING_REGISTER_SRC_REGISTERED)
		error = ring_fds_get(process, wanted.src_fd, &file);
	else
		error = (file = files_get(process->files, (int32_t)wanted.src_fd)) ? 0 : -EBADF;
	if (error)
		return error;
	error = -EOPNOTSUPP;
	if (ring_of(file))
		error = ring->fixed_buffers ? -EBUSY : clone_from(ring, ring_of(file));
	file_put(file);
	return error;
}

int fixed_buffers_unregister(struct ring *ring)
{
	if (!ring->fixed_buffers)
		return -ENXIO;
	for (uint32_t i = 0; i < ring->fixed_buffer_count; i++)
		if (ring->fixed_buffers[i])
			fixed_buffer_put(ring->fixed_buffers[i]);
	kernel_free(ring->fixed_buffers,
		    ring->fixed_buffer_count * sizeof(*ring->fixed_buffers));
	ring->fixed_buffers = NULL;
	ring->fixed_buffer_count = 0;
	return 0;
}

struct fixed_buffer *fixed_buffer_get(struct ring *ring, uint32_t index)
{
	struct fixed_buffer *buffer;

	if (index >= ring->fixed_buffer_count)
		return NULL;
	buffer = ring->fixed_buffers[index];
	if (buffer)
		reference_get(&buffer->references);
	return buffer;
}

int fixed_buffer_cursor(const struct fixed_buffer *buffer, uint64_t address, uint32_t bytes,
			struct cursor *cursor)
{
	uint64_t offset = address - buffer->address, skipped;
	uint64_t first;

	if (address < buffer->address || offset > buffer->bytes ||
	    bytes > buffer->bytes - offset)
		return -EFAULT;
	first = (address >> PAGE_SHIFT) - (buffer->address >> PAGE_SHIFT);
	cursor_init_kernel(cursor, NULL, 0);
	cursor->remaining = bytes;
	if (first >= buffer->pages)	/* nothing, at its very end */
		return 0;
	skipped = first == 0 ? offset : address & PAGE_MASK;
	cursor->current = buffer->page[first];
	cursor->current.iov_base += skipped;
	cursor->current.iov_len -= skipped;
	cursor->segments = &buffer->page[first + 1];
	cursor->segments_left = buffer->pages - first - 1;
	return 0;
}
