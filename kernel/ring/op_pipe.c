/*
 * PIPE: a pipe, as two descriptors; EVENTFD: an event counter.
 *
 * Cancel: neither waits; nothing to cancel.
 */
#include "fs/eventfd.h"
#include "fs/pipe.h"
#include "kernel/ring/object.h"

static int prep(struct request *request, const struct io_uring_sqe *sqe)
{
	if (!sqe_names_no_file(sqe) || sqe->off || sqe->len || sqe->addr3 ||
	    !sqe_has_no_index(sqe) || sqe->op_flags & ~(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	request->plain.address = sqe->addr;
	request->plain.words[0] = sqe->op_flags;
	return 0;
}

/* Both, or none.  What was installed is closed again if the other has no place. */
static int install(struct files *files, struct file *ends[2], bool close_on_exec, int32_t fds[2])
{
	int error = fds[0] = files_install(files, ends[0], close_on_exec);

	if (error < 0) {
		file_put(ends[0]);
		file_put(ends[1]);
		return error;
	}
	error = fds[1] = files_install(files, ends[1], close_on_exec);
	if (error < 0) {
		(void)files_close(files, fds[0]);
		file_put(ends[1]);
		return error;
	}
	return 0;
}

static int64_t issue(struct request *request)
{
	const struct user_address to = { request->plain.address };
	const uint32_t flags = request->plain.words[0];
	struct process *process = request->process;
	struct file *ends[2];
	int32_t fds[2];
	int error = pipe_create(flags & O_NONBLOCK, ends);

	if (!error)
		error = install(process->files, ends, flags & O_CLOEXEC, fds);
	if (!error && user_copy_out(process->space, to, fds, sizeof(fds))) {
		(void)files_close(process->files, fds[0]);
		(void)files_close(process->files, fds[1]);
		error = -EFAULT;
	}
	return error;
}

const struct operation op_pipe = {
	.name = "pipe", .flags = OP_SUSPENDS | OP_NO_FIXED, .prep = prep, .issue = issue,
};

/* ---- EVENTFD ------------------------------------------------------------------------- */

static int prep_eventfd(struct request *request, const struct io_uring_sqe *sqe)
{
	if (!sqe_names_no_file(sqe) || sqe->off || sqe->addr || sqe->addr3 ||
	    !sqe_has_no_index(sqe) || sqe->op_flags & ~(O_CLOEXEC | O_NONBLOCK | EFD_SEMAPHORE))
		return -EINVAL;
	request->plain.words[0] = sqe->op_flags;
	request->plain.words[1] = sqe->len;
	return 0;
}

static int64_t issue_eventfd(struct request *request)
{
	const uint32_t flags = request->plain.words[0];
	struct file *file = eventfd_create(request->plain.words[1], flags);
	int fd;

	if (!file)
		return -ENOMEM;
	fd = files_install(request->process->files, file, flags & O_CLOEXEC);
	if (fd < 0)
		file_put(file);
	return fd;
}

const struct operation op_eventfd = {
	.name = "eventfd", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_eventfd, .issue = issue_eventfd,
};
