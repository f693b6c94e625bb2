/*
 * Event counters; see the header.  Reads and writes of 8 bytes; who waits has turns
 * (fs/stream.h): readers for a count above 0, writers until the sum is below 2^64 - 1.
 */
#include <string.h>

#include "fs/eventfd.h"
#include "fs/stream.h"
#include "kernel/api/memory.h"
#include "kernel/api/poll.h"

struct eventfd {
	struct spinlock lock;
	bool semaphore;			/* fixed */
	/* lock */
	uint64_t count;
	struct stream_end reading, writing;
	/* own lock */
	struct poll_queue changes;
};

static bool is_readable(const struct stream_end *end, uint64_t need)
{
	(void)need;
	return CONTAINER_OF(end, struct eventfd, reading)->count > 0;
}

static bool is_writable(const struct stream_end *end, uint64_t need)
{
	return need < UINT64_MAX - CONTAINER_OF(end, struct eventfd, writing)->count;
}

/* ---- reading ------------------------------------------------------------------------- */

/* The turn is ours; lock held, but not afterwards. */
static ssize_t take(struct eventfd *event, struct cursor *to)
{
	uint64_t value = event->semaphore ? 1 : event->count;
	ssize_t done;

	event->count -= value;
	stream_leave(&event->reading);
	stream_update(&event->reading);
	stream_update(&event->writing);
	spinlock_release(&event->lock);
	poll_tell(&event->changes, POLL_WRITABLE);
	/* as on Linux, what can't be delivered is gone */
	done = cursor_put(to, &value, sizeof(value));
	return done == sizeof(value) || done < 0 ? done : -EFAULT;
}

static ssize_t eventfd_read_now(struct file *file, struct cursor *to)
{
	struct eventfd *event = file->private;

	spinlock_acquire(&event->lock);
	if (to->remaining < sizeof(uint64_t) || !stream_is_free(&event->reading) ||
	    !event->count) {
		spinlock_release(&event->lock);
		return FILE_NOT_NOW;
	}
	return take(event, to);
}

static ssize_t eventfd_read(struct file *file, struct cursor *to, int64_t offset)
{
	struct eventfd *event = file->private;
	int error;

	(void)offset;
	if (to->remaining < sizeof(uint64_t))
		return -EINVAL;
	spinlock_acquire(&event->lock);
	error = stream_enter(&event->reading, &event->lock, 0, !(file->flags & O_NONBLOCK));
	if (!error)
		return take(event, to);
	spinlock_release(&event->lock);
	return error;
}

/* ---- writing --------------------------------------------------------------------------- */

/* The turn is ours; lock held, but not afterwards. */
static void add(struct eventfd *event, uint64_t value, uint32_t source)
{
	event->count += value;
	stream_leave(&event->writing);
	stream_update(&event->writing);
	stream_update(&event->reading);
	spinlock_release(&event->lock);
	if (value)
		poll_tell(&event->changes, POLL_READABLE | source);
}

static ssize_t take_value(struct cursor *from, uint64_t *value)
{
	ssize_t got;

	if (from->remaining < sizeof(*value))
		return -EINVAL;
	got = cursor_take(from, value, sizeof(*value));
	if (got != sizeof(*value))
		return -EFAULT;
	return *value == UINT64_MAX ? -EINVAL : 0;
}

static ssize_t eventfd_write(struct file *file, struct cursor *from, int64_t offset)
{
	struct eventfd *event = file->private;
	uint64_t value;
	ssize_t error = take_value(from, &value);

	(void)offset;
	if (error)
		return error;
	spinlock_acquire(&event->lock);
	error = stream_enter(&event->writing, &event->lock, value, !(file->flags & O_NONBLOCK));
	if (error) {
		spinlock_release(&event->lock);
		return error;
	}
	add(event, value, 0);
	return sizeof(value);
}

static ssize_t eventfd_write_now(struct file *file, struct cursor *from)
{
	struct eventfd *event = file->private;
	struct cursor copy = *from;
	uint64_t value;
	ssize_t error = take_value(&copy, &value);

	if (error)
		return error;
	spinlock_acquire(&event->lock);
	if (!stream_is_free(&event->writing) || !is_writable(&event->writing, value)) {
		spinlock_release(&event->lock);
		return FILE_NOT_NOW;
	}
	add(event, value, 0);
	*from = copy;
	return sizeof(value);
}

void eventfd_signal(struct file *file, uint32_t source)
{
	struct eventfd *event = file->private;

	spinlock_acquire(&event->lock);
	if (event->count < UINT64_MAX - 1)
		event->count++;
	stream_update(&event->reading);
	spinlock_release(&event->lock);
	poll_tell(&event->changes, POLL_READABLE | source);
}

/* ---- the rest ---------------------------------------------------------------------------- */

static uint32_t eventfd_poll(struct file *file, struct poll_queue **queue)
{
	struct eventfd *event = file->private;
	uint64_t count = READ_ONCE(event->count);

	*queue = &event->changes;
	return (count > 0 ? ABI_POLLIN : 0) | (count < UINT64_MAX - 1 ? ABI_POLLOUT : 0);
}

static void eventfd_release(struct file *file)
{
	kernel_free(file->private, sizeof(struct eventfd));
}

static const struct file_ops eventfd_ops = {
	.kind = "eventfd",
	.prompt = true,
	.read = eventfd_read,
	.write = eventfd_write,
	.read_now = eventfd_read_now,
	.write_now = eventfd_write_now,
	.poll = eventfd_poll,
	.release = eventfd_release,
};

bool file_is_eventfd(const struct file *file)
{
	return file->ops == &eventfd_ops;
}

struct file *eventfd_create(uint32_t count, uint32_t flags)
{
	struct eventfd *event = kernel_alloc(sizeof(*event));
	struct file *file;

	if (!event)
		return NULL;
	event->count = count;
	event->semaphore = flags & EFD_SEMAPHORE;
	stream_end_init(&event->reading, is_readable);
	stream_end_init(&event->writing, is_writable);
	poll_queue_init(&event->changes);
	file = file_create(&eventfd_ops, event, O_RDWR | (flags & O_NONBLOCK));
	if (!file)
		kernel_free(event, sizeof(*event));
	return file;
}
