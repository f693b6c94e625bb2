/*
 * Reading and writing: one buffer, a vector of them, or a registered one.
 *
 * off -1 is the file's own position; a stream ignores it.  A transfer that is
 * shorter than asked breaks a chain, as on Linux.  Cancel: a stream's reader or
 * writer at once (-ECANCELED, nothing transferred); one that is in a device
 * not (-EALREADY).
 */
#include <string.h>

#include "fs/inode.h"
#include "fs/vfs.h"
#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/ring/object.h"

#define VECTORS_MAX	1024u

#define RWF_DSYNC	0x2u
#define RWF_SYNC	0x4u
#define RWF_HIPRI	0x1u
#define RWF_NOWAIT	0x8u

/* An I/O priority: class in bits 15:13, level in bits 2:0. */
static bool priority_is_valid(uint16_t priority)
{
	unsigned class = priority >> 13;

	return class == 0 ? (priority & 7) == 0 : class <= 3 || priority_is_level(priority);
}

static bool range_is_valid(uint64_t address, uint64_t bytes)
{
	return bytes <= USER_HALF_END && address <= USER_END - bytes;
}

static int prep_common(struct request *request, const struct io_uring_sqe *sqe)
{
	struct rw_arguments *rw = &request->rw;

	if (UNLIKELY(sqe->ioprio) && !priority_is_valid(sqe->ioprio))
		return -EINVAL;
	rw->address = sqe->addr;
	rw->offset = (int64_t)sqe->off;
	rw->length = sqe->len;
	rw->flags = sqe->rw_flags;
	return 0;
}

static int prep_single(struct request *request, const struct io_uring_sqe *sqe)
{
	int error = prep_common(request, sqe);

	if (error)
		return error;
	request->rw.length = MIN(sqe->len, (uint32_t)FILE_TRANSFER_BYTES_MAX);
	return range_is_valid(sqe->addr, request->rw.length) ? 0 : -EFAULT;
}

/* ---- vectors ------------------------------------------------------------------------- */

static int check_vectors(struct abi_iovec *vectors, uint32_t count)
{
	uint64_t left = FILE_TRANSFER_BYTES_MAX;

	for (uint32_t i = 0; i < count; i++)
		if ((int64_t)vectors[i].iov_len < 0)
			return -EINVAL;
	for (uint32_t i = 0; i < count; i++) {
		if (!range_is_valid(vectors[i].iov_base, vectors[i].iov_len))
			return -EFAULT;
		vectors[i].iov_len = MIN(vectors[i].iov_len, left);
		left -= vectors[i].iov_len;
	}
	return 0;
}

static int prep_vector(struct request *request, const struct io_uring_sqe *sqe)
{
	struct rw_arguments *rw = &request->rw;
	int error = prep_common(request, sqe);
	uint64_t bytes = sqe->len * sizeof(struct abi_iovec);

	if (error)
		return error;
	if (sqe->len > VECTORS_MAX)
		return -EINVAL;
	if (!sqe->len)
		return 0;
	rw->vectors = kernel_alloc(bytes);
	if (!rw->vectors)
		return -ENOMEM;
	if (user_copy_in(request->process->space, rw->vectors,
			 (struct user_address){ sqe->addr }, bytes))
		return -EFAULT;
	return check_vectors(rw->vectors, sqe->len);
}

static void finish_vector(struct request *request)
{
	if (request->rw.vectors)
		kernel_free(request->rw.vectors, request->rw.length * sizeof(struct abi_iovec));
	request->rw.vectors = NULL;
}

/* ---- registered buffers ------------------------------------------------------------------ */

static int prep_fixed(struct request *request, const struct io_uring_sqe *sqe)
{
	int error = prep_common(request, sqe);

	if (error)
		return error;
	request->rw.buffer = fixed_buffer_get(request->ring, sqe->buf_index);
	return request->rw.buffer ? 0 : -EFAULT;
}

static void finish_fixed(struct request *request)
{
	if (request->rw.buffer && request->rw.buffer->tag) {
		request->state |= REQUEST_KEEPS;
		return;
	}
	if (request->rw.buffer)
		fixed_buffer_put(request->rw.buffer);
	request->rw.buffer = NULL;
}

/* ---- doing it -------------------------------------------------------------------------------- */

/* RWF_NOWAIT: a stream tells; a file in memory does not wait, one on a disk might. */
static bool would_wait(const struct request *request, bool writes)
{
	struct file *file = request->file;
	struct poll_queue *queue;

	if (file->inode && !file->ops->prompt && !file->ops->poll)
		return !file->inode->ops->page;
	return !(file_poll(file, &queue) &
		 ((writes ? POLL_WRITABLE : POLL_READABLE) | POLL_ALWAYS));
}

/* RWF_*: what a file system would have to support for us is not there. */
static int check_flags(const struct request *request, bool writes)
{
	if (request->rw.flags & RWF_HIPRI)
		return -EINVAL;
	if (request->rw.flags & ~(RWF_DSYNC | RWF_SYNC | RWF_NOWAIT))
		return -EOPNOTSUPP;
	return request->rw.flags & RWF_NOWAIT && would_wait(request, writes) ? -EAGAIN : 0;
}

/* By a ring a stream is waited for also if it is O_NONBLOCK, as on Linux. */
static int64_t wait_and_transfer(struct request *request, struct cursor *cursor, bool writes)
{
	int64_t done = -EAGAIN;

	while (done == -EAGAIN) {
		done = file_wait(request->file, writes ? POLL_WRITABLE : POLL_READABLE);
		if (!done)
			done = writes ? file_write(request->file, cursor, request->rw.offset) :
					file_read(request->file, cursor, request->rw.offset);
	}
	return done == -EBADF ? -EAGAIN : done;
}

static int64_t transfer(struct request *request, struct cursor *cursor, bool writes)
{
	uint64_t wanted = cursor->remaining;
	int64_t done;

	if (UNLIKELY(request->rw.flags)) {
		int error = check_flags(request, writes);

		if (error)
			return error;
	}
	done = writes ? file_write(request->file, cursor, request->rw.offset) :
			file_read(request->file, cursor, request->rw.offset);
	if (UNLIKELY(done == -EAGAIN) && request->ring && !(request->rw.flags & RWF_NOWAIT))
		done = wait_and_transfer(request, cursor, writes);
	if (UNLIKELY(done != (int64_t)wanted))
		request->state |= REQUEST_BREAKS;
	if (UNLIKELY(request->rw.flags) && writes && done > 0) {
		int error = file_sync(request->file, !(request->rw.flags & RWF_SYNC));

		return error ? error : done;
	}
	return done;
}

static inline int64_t single(struct request *request, bool writes)
{
	struct cursor cursor;

	cursor_init_user(&cursor, request->process->space, request->rw.address,
			 request->rw.length);
	return transfer(request, &cursor, writes);
}

static int64_t vector(struct request *request, bool writes)
{
	struct cursor cursor;

	cursor_init_vector(&cursor, request->process->space, request->rw.vectors,
			   request->rw.length);
	return transfer(request, &cursor, writes);
}

static int64_t fixed(struct request *request, bool writes)
{
	struct cursor cursor;
	int error = fixed_buffer_cursor(request->rw.buffer, request->rw.address,
					request->rw.length, &cursor);

	return error ? error : transfer(request, &cursor, writes);
}

static int64_t issue_read(struct request *request)
{
	return single(request, false);
}

static int64_t issue_write(struct request *request)
{
	return single(request, true);
}

static int64_t issue_readv(struct request *request)
{
	return vector(request, false);
}

static int64_t issue_writev(struct request *request)
{
	return vector(request, true);
}

static int64_t issue_read_fixed(struct request *request)
{
	return fixed(request, false);
}

static int64_t issue_write_fixed(struct request *request)
{
	return fixed(request, true);
}

/* No flags, no priority, a range that can be: what prep and issue would do, straight
 * from the kernel's copy of the SQE. */
static inline bool plain(struct process *process, const struct io_uring_sqe *sqe,
			 struct cursor *cursor)
{
	if (UNLIKELY(sqe->rw_flags) || UNLIKELY(sqe->len > FILE_TRANSFER_BYTES_MAX) ||
	    UNLIKELY(!range_is_valid(sqe->addr, sqe->len)))
		return false;
	*cursor = (struct cursor){ .space = process->space, .remaining = sqe->len,
				   .current = { sqe->addr, sqe->len } };
	return true;
}

static int64_t read_promptly(struct process *process, struct file *file,
			     const struct io_uring_sqe *sqe)
{
	struct cursor cursor;

	if (!plain(process, sqe, &cursor))
		return NOT_PLAIN;
	return file_read_now(file, &cursor);
}

static int64_t write_promptly(struct process *process, struct file *file,
			      const struct io_uring_sqe *sqe)
{
	struct cursor cursor;

	if (!plain(process, sqe, &cursor))
		return NOT_PLAIN;
	return file_write_now(file, &cursor);
}

/* ---- in a device, without a coroutine: transfer.c ---------------------------------------- */

static inline bool begin_single(struct request *request, bool writes)
{
	const struct rw_arguments *rw = &request->rw;
	struct cursor cursor;

	if (UNLIKELY(rw->flags))
		return false;
	cursor_init_user(&cursor, request->process->space, rw->address, rw->length);
	return file_begin(request->file, &cursor, rw->offset, writes, &request->transfer);
}

static inline bool begin_fixed(struct request *request, bool writes)
{
	const struct rw_arguments *rw = &request->rw;
	struct cursor cursor;

	if (UNLIKELY(rw->flags) ||
	    UNLIKELY(fixed_buffer_cursor(rw->buffer, rw->address, rw->length, &cursor)))
		return false;
	return file_begin(request->file, &cursor, rw->offset, writes, &request->transfer);
}

static bool begin_read(struct request *request)
{
	return begin_single(request, false);
}

static bool begin_write(struct request *request)
{
	return begin_single(request, true);
}

static bool begin_read_fixed(struct request *request)
{
	return begin_fixed(request, false);
}

static bool begin_write_fixed(struct request *request)
{
	return begin_fixed(request, true);
}

#define RW_FLAGS	(OP_FILE | OP_SUSPENDS | OP_PRIORITY)

const struct operation op_read = {
	.name = "read", .selecting = &op_read_select,
	.flags = RW_FLAGS | OP_BEGINS | OP_READS, .begin = begin_read,
	.prep = prep_single, .issue = issue_read, .promptly = read_promptly,
};
const struct operation op_write = {
	.name = "write", .flags = RW_FLAGS | OP_BEGINS | OP_WRITES, .begin = begin_write,
	.prep = prep_single, .issue = issue_write, .promptly = write_promptly,
};
const struct operation op_readv = {
	.name = "readv", .selecting = &op_readv_select, .flags = RW_FLAGS,
	.prep = prep_vector, .issue = issue_readv, .finish = finish_vector,
};
const struct operation op_writev = {
	.name = "writev", .flags = RW_FLAGS,
	.prep = prep_vector, .issue = issue_writev, .finish = finish_vector,
};
const struct operation op_read_fixed = {
	.name = "read_fixed", .flags = RW_FLAGS | OP_BEGINS, .begin = begin_read_fixed,
	.prep = prep_fixed, .issue = issue_read_fixed, .finish = finish_fixed,
};
const struct operation op_write_fixed = {
	.name = "write_fixed", .flags = RW_FLAGS | OP_BEGINS, .begin = begin_write_fixed,
	.prep = prep_fixed, .issue = issue_write_fixed, .finish = finish_fixed,
};
