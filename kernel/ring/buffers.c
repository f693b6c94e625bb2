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

static int buffer_create(struct process *process, const struct abi_iovec *vector,
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
	buffer->address = vector->iov_base;
	buffer->bytes = vector->iov_len;
	buffer->pages = pages;
	error = pin(buffer, process);
	if (!error)
		*result = buffer;
	return error;
}

int fixed_buffers_register(struct ring *ring, struct process *process, uint64_t address,
			   uint32_t count)
{
	int error = 0;

	if (ring->fixed_buffers)
		return -EBUSY;
	if (!count || count > RING_FIXED_BUFFERS_MAX)
		return -EINVAL;
	ring->fixed_buffers = kernel_alloc(count * sizeof(*ring->fixed_buffers));
	if (!ring->fixed_buffers)
		return -ENOMEM;
	ring->fixed_buffer_count = count;
	for (uint32_t i = 0; i < count && !error; i++) {
		const struct user_address from = { address + i * sizeof(struct abi_iovec) };
		struct abi_iovec vector;

		error = user_copy_in(process->space, &vector, from, sizeof(vector));
		if (!error)
			error = buffer_create(process, &vector, &ring->fixed_buffers[i]);
	}
	if (error)
		(void)fixed_buffers_unregister(ring);
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
