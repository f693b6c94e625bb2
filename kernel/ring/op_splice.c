/*
 * SPLICE and TEE: bytes from one file to another of which one (of TEE both) is a pipe,
 * without passing through the user's memory.  They pass through a page of the kernel's.
 *
 * Each part is taken and put; the first waits for bytes and for room, later ones only
 * happen if there are bytes.  What was taken and can't be put (the reader is gone) is
 * lost, as it is for who reads and writes.
 *
 * Cancel: while it waits for a pipe, at once.
 */
#include "fs/pipe.h"
#include "kernel/api/memory.h"
#include "kernel/ring/object.h"

#define SPLICE_F_ALL	0xfu		/* MOVE, NONBLOCK, MORE, GIFT: hints, but NONBLOCK */
#define SPLICE_F_NONBLOCK	2u

/* prep's; request->file is the one that is written */
struct splice {
	struct file *in;
	int64_t in_offset, out_offset;
	uint32_t bytes, flags;
	char *page;
};

ABI_CHECK(sizeof(struct splice) <= sizeof(struct name_arguments), "arguments");

static struct splice *splice_of(struct request *request)
{
	return (struct splice *)&request->plain;
}

static int prep(struct request *request, const struct io_uring_sqe *sqe)
{
	struct splice *splice = splice_of(request);

	if (sqe->splice_flags & ~(SPLICE_F_ALL | SPLICE_F_FD_IN_FIXED) || sqe->buf_index)
		return -EINVAL;
	*splice = (struct splice){
		.in_offset = (int64_t)sqe->splice_off_in, .out_offset = (int64_t)sqe->off,
		.bytes = sqe->len, .flags = sqe->splice_flags,
	};
	if (splice->flags & SPLICE_F_FD_IN_FIXED)
		splice->in = request->ring ?
			     fixed_file_get(request->ring, (uint32_t)sqe->splice_fd_in) : NULL;
	else
		splice->in = files_get(request->process->files, sqe->splice_fd_in);
	if (splice->in && ring_of(splice->in)) {
		file_put(splice->in);
		splice->in = NULL;
	}
	splice->page = frames_alloc(0);
	return splice->page ? 0 : -ENOMEM;
}

static int prep_tee(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->splice_off_in || sqe->off)
		return -EINVAL;
	return prep(request, sqe);
}

static void finish(struct request *request)
{
	struct splice *splice = splice_of(request);

	if (splice->in)
		file_put(splice->in);
	if (splice->page)
		frame_put(splice->page);
	*splice = (struct splice){ 0 };
}

/* All of it, if nothing goes wrong: bytes put, or -errno if none was. */
static int64_t put_all(struct file *out, char *from, uint64_t bytes, int64_t *offset)
{
	uint64_t done = 0;

	while (done < bytes) {
		struct cursor cursor;
		int64_t put;

		cursor_init_kernel(&cursor, from + done, bytes - done);
		put = file_write(out, &cursor, *offset);
		if (put == -EAGAIN)
			put = file_wait(out, POLL_WRITABLE);
		else if (put > 0)
			*offset += *offset == -1 ? 0 : put;
		if (put < 0)
			return done ? (int64_t)done : put;
		done += (uint64_t)put;
	}
	return (int64_t)done;
}

static int64_t take_part(struct splice *splice, uint64_t done, uint64_t bytes, bool keeps)
{
	struct cursor cursor;
	int64_t got;

	cursor_init_kernel(&cursor, splice->page, bytes);
	if (keeps)
		return pipe_peek(splice->in, (uint32_t)done, &cursor);
	got = file_read(splice->in, &cursor, splice->in_offset);
	if (got > 0 && splice->in_offset != -1)
		splice->in_offset += got;
	return got;
}

static bool has_bytes(struct file *file)
{
	struct poll_queue *queue;

	return file_poll(file, &queue) & ABI_POLLIN;
}

static bool has_room(struct file *file)
{
	struct poll_queue *queue;

	return file_poll(file, &queue) & ABI_POLLOUT;
}

static int64_t move(struct request *request, bool keeps)
{
	struct splice *splice = splice_of(request);
	int64_t done = 0, got = 0, put = 0;

	while (done < splice->bytes && got == put) {
		uint64_t part = MIN(splice->bytes - (uint64_t)done, PAGE_SIZE);

		/* only the first part is waited for */
		if (done && !(has_bytes(splice->in) && has_room(request->file)))
			break;
		if (splice->flags & SPLICE_F_NONBLOCK && !has_bytes(splice->in))
			return done ? done : -EAGAIN;
		got = file_wait(splice->in, POLL_READABLE);
		if (!got)
			got = take_part(splice, (uint64_t)done, part, keeps);
		if (got <= 0)
			break;
		put = put_all(request->file, splice->page, (uint64_t)got, &splice->out_offset);
		done += MAX(put, 0);
	}
	if (done)
		return done;
	return got < 0 ? got : put;
}

static bool can_be_read(const struct file *file)
{
	return (file->flags & O_ACCMODE) != O_WRONLY;
}

static bool can_be_written(const struct file *file)
{
	return (file->flags & O_ACCMODE) != O_RDONLY;
}

static int64_t issue(struct request *request)
{
	struct splice *splice = splice_of(request);
	bool in_pipe, out_pipe;

	if (!splice->in)
		return -EBADF;
	if (!splice->bytes)
		return 0;
	if (!can_be_read(splice->in) || !can_be_written(request->file))
		return -EBADF;
	in_pipe = file_is_pipe(splice->in);
	out_pipe = file_is_pipe(request->file);
	if (!in_pipe && !out_pipe)
		return -EINVAL;
	if ((in_pipe && splice->in_offset != -1) || (out_pipe && splice->out_offset != -1))
		return -ESPIPE;
	if (in_pipe && out_pipe && splice->in->private == request->file->private)
		return -EINVAL;
	if (splice->in_offset < -1 || splice->out_offset < -1)
		return -EINVAL;
	return move(request, false);
}

static int64_t issue_tee(struct request *request)
{
	struct splice *splice = splice_of(request);

	if (!splice->in)
		return -EBADF;
	if (!splice->bytes)
		return 0;
	if (!can_be_read(splice->in) || !can_be_written(request->file))
		return -EBADF;
	if (!file_is_pipe(splice->in) || !file_is_pipe(request->file) ||
	    splice->in->private == request->file->private)
		return -EINVAL;
	splice->out_offset = -1;
	return move(request, true);
}

const struct operation op_splice = {
	.name = "splice", .flags = OP_FILE | OP_SUSPENDS,
	.prep = prep, .issue = issue, .finish = finish,
};
const struct operation op_tee = {
	.name = "tee", .flags = OP_FILE | OP_SUSPENDS,
	.prep = prep_tee, .issue = issue_tee, .finish = finish,
};
