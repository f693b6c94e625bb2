/*
 * /dev/null, /dev/zero, /dev/random and /dev/urandom.  Streams: positions mean
 * nothing.  No locks.
 */
#include "drivers/random.h"
#include "fs/devfs.h"

#define BYTES_PER_BREATH	65536u
#define RANDOM_PART_BYTES	256u	/* lies on the stack */

static ssize_t null_read(struct file *file, struct cursor *to, int64_t offset)
{
	(void)file;
	(void)to;
	(void)offset;
	return 0;
}

static ssize_t null_read_now(struct file *file, struct cursor *to)
{
	return null_read(file, to, -1);
}

static ssize_t null_read_range(struct file *file, struct address_space *space,
			       uint64_t address, uint64_t bytes, uint64_t offset)
{
	(void)file;
	(void)space;
	(void)address;
	(void)bytes;
	(void)offset;
	return 0;
}

static ssize_t null_write_range(struct file *file, struct address_space *space,
				uint64_t address, uint64_t bytes, uint64_t offset)
{
	(void)file;
	(void)space;
	(void)address;
	(void)offset;
	return (ssize_t)bytes;
}

static ssize_t null_write(struct file *file, struct cursor *from, int64_t offset)
{
	(void)file;
	(void)offset;
	return (ssize_t)from->remaining;	/* not looked at, as on Linux */
}

static ssize_t null_write_now(struct file *file, struct cursor *from)
{
	return null_write(file, from, -1);
}

/* In parts, so that others run meanwhile.  Out of line: most reads are short. */
static __attribute__((noinline)) ssize_t zero_read_long(struct cursor *to)
{
	ssize_t done = 0;

	while (to->remaining > 0) {
		uint64_t asked = MIN(to->remaining, BYTES_PER_BREATH);
		ssize_t part = cursor_put_zeros(to, asked);

		if (part < 0 && done == 0)
			return part;
		if (part > 0)
			done += part;
		if (part != (ssize_t)asked || task_breathe())
			break;
	}
	return done;
}

static ssize_t zero_read(struct file *file, struct cursor *to, int64_t offset)
{
	(void)file;
	(void)offset;
	if (LIKELY(to->remaining <= BYTES_PER_BREATH))
		return cursor_put_zeros(to, to->remaining);
	return zero_read_long(to);
}

static ssize_t zero_read_now(struct file *file, struct cursor *to)
{
	return zero_read(file, to, -1);
}

static ssize_t zero_read_range(struct file *file, struct address_space *space,
			       uint64_t address, uint64_t bytes, uint64_t offset)
{
	(void)file;
	(void)offset;
	if (UNLIKELY(bytes > PAGE_SIZE))
		return FILE_NOT_NOW;
	return range_put_zeros(space, address, bytes);
}

static ssize_t random_read(struct file *file, struct cursor *to, int64_t offset)
{
	uint8_t bytes[RANDOM_PART_BYTES];
	ssize_t done = 0;

	(void)file;
	(void)offset;
	while (to->remaining > 0) {
		uint64_t asked = MIN(to->remaining, sizeof(bytes));
		ssize_t part;

		random_fill(bytes, asked);
		part = cursor_put(to, bytes, asked);
		if (part < 0 && done == 0)
			return part;
		if (part > 0)
			done += part;
		if (part != (ssize_t)asked)
			break;
		if (done % BYTES_PER_BREATH == 0 && task_breathe())
			break;
	}
	return done;
}

/* The first of what a user writes is mixed in. */
static ssize_t random_write(struct file *file, struct cursor *from, int64_t offset)
{
	uint8_t bytes[RANDOM_PART_BYTES];
	ssize_t bytes_all = (ssize_t)from->remaining;
	ssize_t part = cursor_take(from, bytes, MIN(from->remaining, sizeof(bytes)));

	(void)file;
	(void)offset;
	if (part < 0)
		return part;
	random_seed_add(bytes, (size_t)part);
	return bytes_all;
}

/* As Linux: any position is fine, and it is 0. */
static int64_t memory_seek(struct file *file, int64_t offset, int whence)
{
	(void)file;
	(void)offset;
	(void)whence;
	return 0;
}

const struct file_ops null_file_ops = {
	.kind = "null",
	.prompt = true,
	.read = null_read,
	.write = null_write,
	.read_now = null_read_now,
	.read_range = null_read_range,
	.write_range = null_write_range,
	.write_now = null_write_now,
	.seek = memory_seek,
};

const struct file_ops zero_file_ops = {
	.kind = "zero",
	.prompt = true,
	.maps_zeros = true,
	.read = zero_read,
	.write = null_write,
	.read_now = zero_read_now,
	.read_range = zero_read_range,
	.write_range = null_write_range,
	.write_now = null_write_now,
	.seek = memory_seek,
};

const struct file_ops random_file_ops = {
	.kind = "random",
	.read = random_read,
	.write = random_write,
	.seek = memory_seek,
};
