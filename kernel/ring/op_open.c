/*
 * OPENAT, OPENAT2 and CLOSE: of descriptors, and of registered files (file_index).
 *
 * Cancel: -EALREADY once started; neither waits for a peer.
 */
#include "fs/vfs.h"
#include "kernel/ring/object.h"

#define OPEN_FLAGS (O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | \
		    O_DSYNC | O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define MODE_BITS	07777u

/* ---- OPENAT ----------------------------------------------------------------------------- */

static int prep_openat(struct request *request, const struct io_uring_sqe *sqe)
{
	struct open_arguments *open = &request->open;
	int error;

	if (sqe->buf_index)
		return -EINVAL;
	/* unknown flags are ignored, as open always did */
	open->flags = (sqe->open_flags & OPEN_FLAGS) | O_LARGEFILE;
	open->mode = sqe->open_flags & O_CREAT ? sqe->len & MODE_BITS : 0;
	open->slot = sqe->file_index;
	if (open->slot && open->flags & O_CLOEXEC)
		return -EINVAL;
	error = request_take_path(request, sqe->addr, false, &open->path);
	if (!error)
		error = request_take_start(request, sqe->fd, open->path, &open->start);
	return error;
}

/* ---- OPENAT2: the same, and strict --------------------------------------------------------- */

/* What is said of the way there: magic links there are none, and a path is looked up in
 * memory or not as it comes. */
#define RESOLVE_TAKEN	(RESOLVE_NO_MAGICLINKS | RESOLVE_CACHED)

static int take_how(struct request *request, const struct io_uring_sqe *sqe, struct open_how *how)
{
	const uint32_t bytes = sqe->len;
	char rest[64];

	if (bytes < sizeof(*how))
		return -EINVAL;
	if (user_copy_in(request->process->space, how, (struct user_address){ sqe->addr2 },
			 sizeof(*how)))
		return -EFAULT;
	/* later versions' words must be 0 */
	for (uint32_t done = sizeof(*how); done < bytes; done += sizeof(rest)) {
		uint32_t part = MIN(bytes - done, (uint32_t)sizeof(rest));

		if (bytes > PAGE_SIZE)
			return -E2BIG;
		if (user_copy_in(request->process->space, rest,
				 (struct user_address){ sqe->addr2 + done }, part))
			return -EFAULT;
		for (uint32_t i = 0; i < part; i++)
			if (rest[i])
				return -E2BIG;
	}
	if (how->flags & ~(uint64_t)OPEN_FLAGS || how->resolve & ~(uint64_t)RESOLVE_TAKEN)
		return -EINVAL;
	return how->flags & O_CREAT ? (how->mode & ~(uint64_t)MODE_BITS ? -EINVAL : 0) :
	       how->mode ? -EINVAL : 0;
}

static int prep_openat2(struct request *request, const struct io_uring_sqe *sqe)
{
	struct open_arguments *open = &request->open;
	struct open_how how;
	int error;

	if (sqe->buf_index)
		return -EINVAL;
	error = take_how(request, sqe, &how);
	if (error)
		return error;
	open->flags = (uint32_t)how.flags | O_LARGEFILE;
	open->mode = (uint32_t)how.mode;
	open->slot = sqe->file_index;
	if (open->slot && open->flags & O_CLOEXEC)
		return -EINVAL;
	error = request_take_path(request, sqe->addr, false, &open->path);
	if (!error)
		error = request_take_start(request, sqe->fd, open->path, &open->start);
	return error;
}

static int64_t issue_openat(struct request *request)
{
	const struct open_arguments *open = &request->open;
	bool close_on_exec = open->flags & O_CLOEXEC;
	struct file *file;
	int64_t result = vfs_open(open->start, open->path, open->flags & ~O_CLOEXEC, open->mode,
				  &file);

	if (result)
		return result;
	if (open->slot)
		result = fixed_file_install(request->ring, file, open->slot);
	else
		result = files_install(request->process->files, file, close_on_exec);
	if (result < 0)
		file_put(file);
	return result;
}

static void finish_openat(struct request *request)
{
	request_free_path(request->open.path);
	request->open.path = NULL;
	if (request->open.start)
		dentry_put(request->open.start);
	request->open.start = NULL;
}

const struct operation op_openat = {
	.name = "openat", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_openat, .issue = issue_openat, .finish = finish_openat,
};

const struct operation op_openat2 = {
	.name = "openat2", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_openat2, .issue = issue_openat, .finish = finish_openat,
};

/* ---- CLOSE -------------------------------------------------------------------------------- */

static int prep_close(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->off || sqe->addr || sqe->len || sqe->rw_flags || sqe->buf_index)
		return -EINVAL;
	if (sqe->file_index && sqe->fd)
		return -EINVAL;
	request->plain.words[0] = (uint32_t)sqe->fd;
	request->plain.words[1] = sqe->file_index;
	return 0;
}

/* Through a ring no ring is closed, as on Linux: it would have to wait for itself. */
static bool is_ring(struct request *request, int32_t fd)
{
	struct file *file = request->ring ? files_get(request->process->files, fd) : NULL;
	bool result = file && ring_of(file);

	if (file)
		file_put(file);
	return result;
}

static int64_t issue_close(struct request *request)
{
	int32_t fd = (int32_t)request->plain.words[0];
	uint32_t slot = request->plain.words[1];

	if (slot)
		return fixed_file_close(request->ring, slot);
	if (fd == UOS_RING_FD || is_ring(request, fd))
		return -EBADF;
	return files_close(request->process->files, fd);
}

const struct operation op_close = {
	.name = "close", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_close, .issue = issue_close,
};
