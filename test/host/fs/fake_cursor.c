/*
 * kernel/api/cursor.h on the host.  A user's memory is a range; pins end at page
 * borders, as real ones do where pages are not neighbours.
 */
#include <string.h>

#include "fake.h"
#include "kernel/api/cursor.h"

void cursor_init_kernel(struct cursor *cursor, void *memory, uint64_t bytes)
{
	cursor_init_user(cursor, NULL, (uint64_t)memory, bytes);
}

void cursor_init_user(struct cursor *cursor, struct address_space *space,
		      uint64_t address, uint64_t bytes)
{
	*cursor = (struct cursor){
		.space = space,
		.current = { address, bytes },
		.remaining = bytes,
	};
}

void cursor_init_vector(struct cursor *cursor, struct address_space *space,
			const struct abi_iovec *segments, uint32_t count)
{
	cursor_init_user(cursor, space, 0, 0);
	cursor->segments = segments;
	cursor->segments_left = count;
	for (uint32_t i = 0; i < count; i++)
		cursor->remaining += segments[i].iov_len;
}

/* Bytes at the front that are in one piece and within the space, at most `most`. */
static uint64_t front_bytes(struct cursor *cursor, uint64_t most)
{
	uint64_t start, end;

	while (cursor->current.iov_len == 0 && cursor->segments_left > 0) {
		cursor->current = *cursor->segments++;
		cursor->segments_left--;
	}
	most = MIN(MIN(most, cursor->current.iov_len), cursor->remaining);
	if (!cursor->space)
		return most;
	start = cursor->current.iov_base;
	end = (uint64_t)cursor->space->base + cursor->space->bytes;
	if (start < (uint64_t)cursor->space->base || start >= end)
		return 0;
	return MIN(most, end - start);
}

static void advance(struct cursor *cursor, uint64_t bytes)
{
	cursor->current.iov_base += bytes;
	cursor->current.iov_len -= bytes;
	cursor->remaining -= bytes;
}

enum direction { PUT, TAKE, ZERO };

static ssize_t move(struct cursor *cursor, void *kernel, uint64_t bytes,
		    enum direction direction)
{
	uint64_t done = 0, part;

	bytes = MIN(bytes, cursor->remaining);
	while (done < bytes && (part = front_bytes(cursor, bytes - done)) > 0) {
		void *user = (void *)cursor->current.iov_base;

		if (direction == PUT)
			memcpy(user, (char *)kernel + done, part);
		else if (direction == TAKE)
			memcpy((char *)kernel + done, user, part);
		else
			memset(user, 0, part);
		advance(cursor, part);
		done += part;
	}
	return done || bytes == 0 ? (ssize_t)done : -EFAULT;
}

ssize_t cursor_put(struct cursor *cursor, const void *from, uint64_t bytes)
{
	return move(cursor, (void *)from, bytes, PUT);
}

ssize_t cursor_take(struct cursor *cursor, void *to, uint64_t bytes)
{
	return move(cursor, to, bytes, TAKE);
}

ssize_t cursor_put_zeros(struct cursor *cursor, uint64_t bytes)
{
	return move(cursor, NULL, bytes, ZERO);
}

ssize_t range_put_zeros(struct address_space *space, uint64_t address, uint64_t bytes)
{
	struct cursor cursor;

	cursor_init_user(&cursor, space, address, bytes);
	return cursor_put_zeros(&cursor, bytes);
}

ssize_t range_put(struct address_space *space, uint64_t address, const void *from,
		  uint64_t bytes)
{
	struct cursor cursor;

	cursor_init_user(&cursor, space, address, bytes);
	return cursor_put(&cursor, from, bytes);
}

unsigned fake_pins;

int cursor_pin(struct cursor *cursor, uint64_t bytes, bool device_writes,
	       struct pinned_segment *segments, int most, uint64_t *pinned_bytes)
{
	int count = 0;

	(void)device_writes;
	*pinned_bytes = 0;
	while (*pinned_bytes < bytes && count < most) {
		uint64_t to_page_end = PAGE_SIZE - (cursor->current.iov_base & PAGE_MASK);
		uint64_t part = front_bytes(cursor, MIN(bytes - *pinned_bytes, to_page_end));

		if (part == 0)
			break;
		segments[count++] = (struct pinned_segment){
			.physical = cursor->current.iov_base,
			.bytes = (uint32_t)part,
		};
		advance(cursor, part);
		*pinned_bytes += part;
	}
	fake_pins += (unsigned)count;
	return count ? count : -EFAULT;
}

uint64_t range_pin(struct address_space *space, uint64_t address, uint64_t bytes,
		   bool device_writes)
{
	struct pinned_segment segment;
	struct cursor cursor;
	uint64_t pinned;

	cursor_init_user(&cursor, space, address, bytes);
	if (cursor_pin(&cursor, bytes, device_writes, &segment, 1, &pinned) <= 0)
		return 0;
	if (pinned == bytes)
		return segment.physical;
	cursor_unpin(&segment, 1);
	return 0;
}

void cursor_unpin(struct pinned_segment *segments, int count)
{
	(void)segments;
	CHECK(fake_pins >= (unsigned)count);
	fake_pins -= (unsigned)count;
}
