/*
 * PROVIDE_BUFFERS, REMOVE_BUFFERS, and reading into what was provided: READ and READV
 * with IOSQE_BUFFER_SELECT, READ_MULTISHOT.
 *
 * A buffer is taken when there is something to read, not before: who waits has none.
 *
 * Cancel: PROVIDE_BUFFERS and REMOVE_BUFFERS never wait; a read that waits at once.
 */
#include "kernel/ring/object.h"
#include "kernel/ring/provide.h"

#define BUFFERS_MAX	65536u

static int prep_provide(struct request *request, const struct io_uring_sqe *sqe)
{
	const uint32_t count = (uint32_t)sqe->fd;
	uint64_t bytes = (uint64_t)sqe->len * count, end;

	if (sqe->rw_flags || sqe->splice_fd_in)
		return -EINVAL;
	if (!count || count > BUFFERS_MAX || sqe->off > UINT16_MAX)
		return -E2BIG;
	if (__builtin_add_overflow(sqe->addr, bytes, &end))
		return -EOVERFLOW;
	if (end > USER_HALF_END)
		return -EFAULT;
	if (sqe->off + count > BUFFERS_MAX || !sqe->len)
		return -EINVAL;
	request->plain.address = sqe->addr;
	request->plain.words[0] = sqe->len;
	request->plain.words[1] = count;
	request->plain.words[2] = sqe->buf_group;
	request->plain.words[3] = (uint32_t)sqe->off;
	return 0;
}

static int64_t issue_provide(struct request *request)
{
	const uint32_t *words = request->plain.words;
	const struct buffer_range range = {
		.address = request->plain.address, .bytes = words[0], .count = words[1],
		.group = words[2], .first_id = words[3],
	};

	return buffers_provide(request->ring, &range);
}

const struct operation op_provide_buffers = {
	.name = "provide_buffers", .flags = OP_NO_FIXED,
	.prep = prep_provide, .issue = issue_provide,
};

static int prep_remove(struct request *request, const struct io_uring_sqe *sqe)
{
	const uint32_t count = (uint32_t)sqe->fd;

	if (sqe->rw_flags || sqe->addr || sqe->len || sqe->off || sqe->splice_fd_in ||
	    !count || count > BUFFERS_MAX)
		return -EINVAL;
	request->plain.words[0] = sqe->buf_group;
	request->plain.words[1] = count;
	return 0;
}

static int64_t issue_remove(struct request *request)
{
	return buffers_remove(request->ring, request->plain.words[0], request->plain.words[1]);
}

const struct operation op_remove_buffers = {
	.name = "remove_buffers", .flags = OP_NO_FIXED, .prep = prep_remove, .issue = issue_remove,
};

/* ---- reading -------------------------------------------------------------------------- */

/* rw.address is the group, rw.length the most, or 0. */
static int prep_select(struct request *request, const struct io_uring_sqe *sqe, uint64_t most)
{
	request->rw = (struct rw_arguments){
		.address = sqe->buf_group, .offset = (int64_t)sqe->off,
		.length = (uint32_t)MIN(most, FILE_TRANSFER_BYTES_MAX), .flags = sqe->rw_flags,
	};
	return request->rw.flags ? -EOPNOTSUPP : 0;
}

static int prep_read(struct request *request, const struct io_uring_sqe *sqe)
{
	return prep_select(request, sqe, sqe->len);
}

/* One vector, of which the length counts. */
static int prep_readv(struct request *request, const struct io_uring_sqe *sqe)
{
	struct abi_iovec vector;

	if (sqe->len != 1)
		return -EINVAL;
	if (user_copy_in(request->process->space, &vector, (struct user_address){ sqe->addr },
			 sizeof(vector)))
		return -EFAULT;
	return (int64_t)vector.iov_len < 0 ? -EINVAL : prep_select(request, sqe, vector.iov_len);
}

static int choose(struct request *request, struct buffer_choice *choice)
{
	int error;

	while ((error = buffer_choose(request->ring, (uint32_t)request->rw.address, choice)) ==
	       -EBUSY)
		if (task_breathe())
			return -ECANCELED;
	return error;
}

/* One read, into a buffer of the group's; *flags for the CQE.  FILE_NOT_NOW: somebody else
 * was quicker. */
static int64_t read_once(struct request *request, bool waits, uint32_t *flags)
{
	struct buffer_choice choice;
	struct cursor cursor;
	int64_t result = choose(request, &choice);

	if (result)
		return result;
	cursor_init_user(&cursor, request->process->space, choice.address,
			 request->rw.length ? MIN(choice.bytes, request->rw.length) :
			 choice.bytes);
	if (waits && request->file->ops->prompt)
		result = file_read_now(request->file, &cursor);
	else
		result = FILE_NOT_NOW;
	/* at its end it does not wait, though it says it might */
	if (result == FILE_NOT_NOW)
		result = file_read(request->file, &cursor, request->rw.offset);
	*flags = buffer_done(request->ring, &choice, result);
	return result;
}

static bool can_be_waited_for(struct request *request)
{
	struct poll_queue *queue;

	(void)file_poll(request->file, &queue);
	return queue;
}

static void end_with(struct request *request, uint32_t flags)
{
	if (!flags)
		return;
	request->cqe_flags = flags;
	request->state |= REQUEST_CQE_FLAGS;
}

static int64_t issue_select(struct request *request)
{
	const bool waits = can_be_waited_for(request);
	uint32_t flags = 0;
	int64_t result = 0;

	if (waits && !(request->file->flags & O_NONBLOCK))
		result = file_wait(request->file, POLL_READABLE);
	if (!result)
		result = read_once(request, waits, &flags);
	end_with(request, flags);
	return result;
}

#define SELECT_FLAGS	(OP_FILE | OP_SUSPENDS | OP_PRIORITY | OP_SELECTS | OP_ALWAYS_RECORD)

const struct operation op_read_select = {
	.name = "read", .flags = SELECT_FLAGS, .prep = prep_read, .issue = issue_select,
};
const struct operation op_readv_select = {
	.name = "readv", .flags = SELECT_FLAGS, .prep = prep_readv, .issue = issue_select,
};

static int prep_multishot(struct request *request, const struct io_uring_sqe *sqe)
{
	if (!(sqe->flags & IOSQE_BUFFER_SELECT) || sqe->addr || sqe->len)
		return -EINVAL;
	return prep_select(request, sqe, 0);
}

static int64_t issue_multishot(struct request *request)
{
	int64_t result = 0;

	if (!can_be_waited_for(request))
		return -EBADFD;
	for (;;) {
		uint32_t flags = 0;

		result = file_wait(request->file, POLL_READABLE);
		if (!result)
			result = read_once(request, true, &flags);
		if (result == -EAGAIN)
			continue;
		if (result > 0 && request_post_more(request, (int32_t)result, flags))
			continue;
		end_with(request, flags);
		return result;
	}
}

const struct operation op_read_multishot = {
	.name = "read_multishot", .flags = SELECT_FLAGS,
	.prep = prep_multishot, .issue = issue_multishot,
};
