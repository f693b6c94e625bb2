/*
 * Pipes.
 *
 * What is between the ends is a queue of up to 16 pages: made when they are written,
 * freed when they have been read, but for one that is kept.  A page that was read in
 * part takes nothing more behind its end, as on Linux.
 *
 * Readers and writers have their turns (fs/stream.h): a write of up to PIPE_BUF bytes
 * waits until all of it fits; no other write comes between the parts of one.  One
 * reader and one writer copy at the same time, outside the lock: who reads owns the
 * bytes from head to tail, who writes owns those behind.
 */
#include <string.h>

#include "fs/pipe.h"
#include "fs/stream.h"
#include "kernel/api/memory.h"
#include "kernel/api/poll.h"

struct pipe {
	struct spinlock lock;
	/* lock */
	uint32_t head, tail;		/* bytes read and written since it was last empty */
	bool has_reader, has_writer;	/* that end is open */
	struct stream_end reading, writing;
	char *pages[PIPE_PAGES];	/* of byte b: b / PAGE_SIZE % PIPE_PAGES */
	char *spare;
	/* own locks */
	struct poll_queue changes;
	uint32_t references;		/* atomic: the ends */
};

static char **page_of(struct pipe *pipe, uint32_t byte)
{
	return &pipe->pages[byte / PAGE_SIZE % PIPE_PAGES];
}

/* Bytes that can be written now. */
static inline uint32_t room_of(const struct pipe *pipe)
{
	if (pipe->head == pipe->tail)
		return PIPE_BYTES_MAX;
	return PIPE_BYTES_MAX - (pipe->tail - (uint32_t)ALIGN_DOWN(pipe->head, PAGE_SIZE));
}

static bool is_readable(const struct stream_end *end, uint64_t need)
{
	const struct pipe *pipe = CONTAINER_OF(end, struct pipe, reading);

	(void)need;
	return pipe->head != pipe->tail || !pipe->has_writer;
}

static bool is_writable(const struct stream_end *end, uint64_t need)
{
	const struct pipe *pipe = CONTAINER_OF(end, struct pipe, writing);

	return room_of(pipe) >= need || !pipe->has_reader;
}

static void page_free(struct pipe *pipe, char **page)
{
	if (!pipe->spare)
		pipe->spare = *page;
	else
		frame_put(*page);
	*page = NULL;
}

/* ---- reading ------------------------------------------------------------------------ */

static void consume(struct pipe *pipe, uint32_t bytes)
{
	uint32_t head = pipe->head;

	pipe->head = head + bytes;
	if ((head & PAGE_MASK) + bytes == PAGE_SIZE)
		page_free(pipe, page_of(pipe, head));
}

/* The turn is ours; lock held on both sides. */
static ssize_t take_out(struct pipe *pipe, struct cursor *to)
{
	ssize_t done = 0, got = 0;
	uint32_t part = 0;

	while (to->remaining && pipe->head != pipe->tail && got == (ssize_t)part) {
		const uint32_t head = pipe->head, place = head & PAGE_MASK;
		const char *from = *page_of(pipe, head) + place;

		part = MIN(pipe->tail - head, (uint32_t)PAGE_SIZE - place);
		part = MIN(part, to->remaining);
		spinlock_release(&pipe->lock);
		got = cursor_put(to, from, part);
		spinlock_acquire(&pipe->lock);
		if (got > 0) {
			consume(pipe, (uint32_t)got);
			done += got;
		}
	}
	return done || got >= 0 ? done : got;
}

/* It is our turn; lock held. */
static ssize_t read_in_turn(struct pipe *pipe, struct cursor *to)
{
	ssize_t done = take_out(pipe, to);

	stream_leave(&pipe->reading);
	stream_update(&pipe->reading);
	stream_update(&pipe->writing);
	spinlock_release(&pipe->lock);
	if (LIKELY(done > 0))
		poll_tell(&pipe->changes, POLL_WRITABLE);
	return done;
}

static ssize_t pipe_read_now(struct file *file, struct cursor *to)
{
	struct pipe *pipe = file->private;

	spinlock_acquire(&pipe->lock);
	if (!stream_is_free(&pipe->reading) || pipe->head == pipe->tail) {
		spinlock_release(&pipe->lock);
		return FILE_NOT_NOW;
	}
	pipe->reading.busy = true;
	return read_in_turn(pipe, to);
}

static ssize_t pipe_read(struct file *file, struct cursor *to, int64_t offset)
{
	struct pipe *pipe = file->private;
	int error;

	(void)offset;
	if (!to->remaining)
		return 0;
	spinlock_acquire(&pipe->lock);
	error = stream_enter(&pipe->reading, &pipe->lock, 1, !(file->flags & O_NONBLOCK));
	if (!error)
		return read_in_turn(pipe, to);
	spinlock_release(&pipe->lock);
	return error;
}

/* As take_out, of what is on the page at the head and behind; nothing is consumed. */
static ssize_t copy_out(struct pipe *pipe, uint32_t skip, struct cursor *to)
{
	const uint32_t tail = pipe->tail;
	uint32_t head = pipe->head + MIN(skip, tail - pipe->head);
	ssize_t done = 0, got = 0;

	while (to->remaining && head != tail) {
		const uint32_t place = head & PAGE_MASK;
		const char *from = *page_of(pipe, head) + place;
		uint32_t part = MIN(tail - head, (uint32_t)PAGE_SIZE - place);

		part = MIN(part, to->remaining);
		spinlock_release(&pipe->lock);
		got = cursor_put(to, from, part);
		spinlock_acquire(&pipe->lock);
		if (got <= 0)
			break;
		head += (uint32_t)got;
		done += got;
	}
	return done || got >= 0 ? done : got;
}

ssize_t pipe_peek(struct file *file, uint32_t skip, struct cursor *to)
{
	struct pipe *pipe = file->private;
	ssize_t done;

	spinlock_acquire(&pipe->lock);
	done = stream_enter(&pipe->reading, &pipe->lock, 1, !(file->flags & O_NONBLOCK));
	if (!done) {
		done = copy_out(pipe, skip, to);
		stream_leave(&pipe->reading);
		stream_update(&pipe->reading);
	}
	spinlock_release(&pipe->lock);
	return done;
}

/* ---- writing ------------------------------------------------------------------------- */

/* Empty: begins anew at its first page.  Nobody is reading, and it is our turn to
 * write. */
static void rewind(struct pipe *pipe)
{
	char **page = page_of(pipe, pipe->head);

	if (*page && page != &pipe->pages[0]) {
		pipe->pages[0] = *page;
		*page = NULL;
	}
	pipe->head = pipe->tail = 0;
}

/* Where the next byte goes; NULL: no memory.  Lock held. */
static char *page_to_write(struct pipe *pipe)
{
	char **page;

	if (pipe->head == pipe->tail)
		rewind(pipe);
	page = page_of(pipe, pipe->tail);
	if (UNLIKELY(!*page)) {
		*page = pipe->spare ? pipe->spare : frames_alloc(0);
		pipe->spare = NULL;
	}
	return *page;
}

/* As much as there is room for, up to the end of a page.  Lock held on both sides. */
static ssize_t put_in_part(struct pipe *pipe, struct cursor *from)
{
	char *page = page_to_write(pipe);
	uint32_t place = pipe->tail & PAGE_MASK, part;
	ssize_t got;

	if (!page)
		return -ENOMEM;
	part = MIN(room_of(pipe), (uint32_t)PAGE_SIZE - place);
	part = MIN(part, from->remaining);
	spinlock_release(&pipe->lock);
	got = cursor_take(from, page + place, part);
	spinlock_acquire(&pipe->lock);
	if (got > 0)
		pipe->tail += (uint32_t)got;
	return got == (ssize_t)part || got < 0 ? got : -EFAULT;
}

/* The turn is ours; lock held on both sides. */
static int wait_for_room(struct pipe *pipe)
{
	/* what has been written is there for others while we wait */
	stream_update(&pipe->reading);
	spinlock_release(&pipe->lock);
	poll_tell(&pipe->changes, POLL_READABLE);
	spinlock_acquire(&pipe->lock);
	return stream_wait_again(&pipe->writing, &pipe->lock, 1);
}

/* The turn is ours; lock held on both sides.  *ours: still. */
static ssize_t put_in(struct pipe *pipe, struct cursor *from, bool may_wait, bool *ours)
{
	uint64_t all = from->remaining;
	ssize_t got = 0;

	while (from->remaining && got >= 0) {
		if (UNLIKELY(!pipe->has_reader)) {
			got = -EPIPE;
		} else if (UNLIKELY(!room_of(pipe))) {
			got = may_wait ? wait_for_room(pipe) : -EAGAIN;
			*ours = got != -ECANCELED;
		} else {
			got = put_in_part(pipe, from);
		}
	}
	return from->remaining == all ? got : (ssize_t)(all - from->remaining);
}

/* It is our turn; lock held. */
static ssize_t write_in_turn(struct pipe *pipe, struct cursor *from, bool may_wait)
{
	bool ours = true;
	ssize_t done = put_in(pipe, from, may_wait, &ours);

	if (ours) {
		stream_leave(&pipe->writing);
		stream_update(&pipe->writing);
	}
	stream_update(&pipe->reading);
	spinlock_release(&pipe->lock);
	if (LIKELY(done > 0))
		poll_tell(&pipe->changes, POLL_READABLE);
	return done;
}

static uint64_t need_of(uint64_t bytes)
{
	return bytes <= PIPE_ATOMIC_BYTES ? bytes : 1;
}

static ssize_t pipe_write_now(struct file *file, struct cursor *from)
{
	struct pipe *pipe = file->private;

	spinlock_acquire(&pipe->lock);
	if (!stream_is_free(&pipe->writing) || room_of(pipe) < from->remaining) {
		spinlock_release(&pipe->lock);
		return FILE_NOT_NOW;
	}
	pipe->writing.busy = true;
	return write_in_turn(pipe, from, false);
}

static ssize_t pipe_write(struct file *file, struct cursor *from, int64_t offset)
{
	const bool may_wait = !(file->flags & O_NONBLOCK);
	struct pipe *pipe = file->private;
	int error;

	(void)offset;
	if (!from->remaining)
		return 0;
	spinlock_acquire(&pipe->lock);
	error = stream_enter(&pipe->writing, &pipe->lock, need_of(from->remaining), may_wait);
	if (!error)
		return write_in_turn(pipe, from, may_wait);
	spinlock_release(&pipe->lock);
	return error;
}

/* ---- the rest --------------------------------------------------------------------------- */

static int pipe_stat(struct file *file, struct statx *result)
{
	(void)file;
	memset(result, 0, sizeof(*result));
	result->stx_mask = STATX_TYPE | STATX_MODE | STATX_SIZE;
	result->stx_mode = S_IFIFO | 0600;
	result->stx_nlink = 1;
	result->stx_blksize = PAGE_SIZE;
	return 0;
}

static uint32_t pipe_poll(struct file *file, struct poll_queue **queue)
{
	struct pipe *pipe = file->private;
	uint32_t events = 0;

	*queue = &pipe->changes;
	spinlock_acquire(&pipe->lock);
	if ((file->flags & O_ACCMODE) == O_RDONLY) {
		events |= pipe->head != pipe->tail ? POLL_READABLE : 0;
		events |= pipe->has_writer ? 0 : ABI_POLLHUP;
	} else {
		events |= room_of(pipe) >= PIPE_ATOMIC_BYTES ? POLL_WRITABLE : 0;
		events |= pipe->has_reader ? 0 : ABI_POLLERR;
	}
	spinlock_release(&pipe->lock);
	return events;
}

static void pipe_put(struct pipe *pipe)
{
	if (!reference_put(&pipe->references))
		return;
	for (unsigned i = 0; i < PIPE_PAGES; i++)
		if (pipe->pages[i])
			frame_put(pipe->pages[i]);
	if (pipe->spare)
		frame_put(pipe->spare);
	kernel_free(pipe, sizeof(*pipe));
}

static void pipe_release(struct file *file)
{
	struct pipe *pipe = file->private;
	const bool reads = (file->flags & O_ACCMODE) == O_RDONLY;

	spinlock_acquire(&pipe->lock);
	if (reads)
		pipe->has_reader = false;
	else
		pipe->has_writer = false;
	stream_update(&pipe->reading);
	stream_update(&pipe->writing);
	spinlock_release(&pipe->lock);
	poll_tell(&pipe->changes, reads ? ABI_POLLERR : ABI_POLLHUP);
	pipe_put(pipe);
}

static const struct file_ops pipe_ops = {
	.kind = "pipe",
	.prompt = true,
	.read = pipe_read,
	.write = pipe_write,
	.read_now = pipe_read_now,
	.write_now = pipe_write_now,
	.poll = pipe_poll,
	.stat = pipe_stat,
	.release = pipe_release,
};

bool file_is_pipe(const struct file *file)
{
	return file->ops == &pipe_ops;
}

int pipe_create(uint32_t flags, struct file *ends[2])
{
	struct pipe *pipe = kernel_alloc(sizeof(*pipe));

	if (!pipe)
		return -ENOMEM;
	stream_end_init(&pipe->reading, is_readable);
	stream_end_init(&pipe->writing, is_writable);
	poll_queue_init(&pipe->changes);
	pipe->has_reader = pipe->has_writer = true;
	pipe->references = 2;
	ends[0] = file_create(&pipe_ops, pipe, O_RDONLY | flags);
	if (!ends[0]) {
		kernel_free(pipe, sizeof(*pipe));
		return -ENOMEM;
	}
	ends[1] = file_create(&pipe_ops, pipe, O_WRONLY | flags);
	if (!ends[1]) {
		pipe->references = 1;
		file_put(ends[0]);
		return -ENOMEM;
	}
	return 0;
}
