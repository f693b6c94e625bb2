/*
 * prep's common part: what every operation checks in the same way, and the helpers
 * that take a user's words into kernel memory.
 *
 * What is refused here is refused as Linux refuses it at submission: the SQE gets
 * its CQE, and without IORING_SETUP_SUBMIT_ALL the submission ends with it.  A bad
 * descriptor is not of that kind: it is what issue finds first (request->early).
 */
#include <string.h>

#include "kernel/api/memory.h"
#include "kernel/ring/object.h"

#define SHORT_PATH_BYTES	256

#define SQE_FLAGS (IOSQE_FIXED_FILE | IOSQE_IO_DRAIN | IOSQE_IO_LINK | IOSQE_IO_HARDLINK | \
		   IOSQE_ASYNC | IOSQE_BUFFER_SELECT | IOSQE_CQE_SKIP_SUCCESS)

/* ---- files -------------------------------------------------------------------------- */

/* A ring is a target of few SQEs: a ring that holds itself open is not closed before its
 * process ends.  (A trap may have it, for dup.) */
void request_refuse_file(struct request *request, struct file *file)
{
	if (file && request->operation->flags & OP_RING_FILE)
		return;
	request->file = NULL;
	request->early = file ? -EINVAL : -EBADF;
	if (file)
		file_put(file);
}

static void find_file(struct request *request, int32_t fd)
{
	if (!(request->sqe_flags & IOSQE_FIXED_FILE)) {
		request_take_file(request, fd);
		return;
	}
	request->file = fixed_file_get(request->ring, (uint32_t)fd);
	if (!request->file)
		request->early = -EBADF;
}

void request_find_file(struct request *request)
{
	request->state &= ~REQUEST_LATE_FILE;
	request->early = 0;
	find_file(request, (int32_t)request->result);
}

/* Behind another request of a chain a fixed file, or a descriptor that is not
 * there yet, may be made by that one: it is looked up when its turn comes. */
static void find_chained_file(struct request *request, int32_t fd)
{
	if (!(request->sqe_flags & IOSQE_FIXED_FILE))
		find_file(request, fd);
	if (!request->file && request->early != -EINVAL) {
		request->state |= REQUEST_LATE_FILE;
		request->result = fd;
	}
}

void request_find_first_file(struct request *request, int32_t fd)
{
	if (UNLIKELY(request->ring && request->ring->chain_first))
		find_chained_file(request, fd);
	else
		find_file(request, fd);
}

/* ---- the common part ------------------------------------------------------------------- */

static int check_uncommon(const struct request *request, const struct operation *operation,
			  const struct io_uring_sqe *sqe)
{
	if (sqe->flags & ~SQE_FLAGS)
		return -EINVAL;
	if (sqe->flags & IOSQE_BUFFER_SELECT && !(operation->flags & OP_SELECTS))
		return -EOPNOTSUPP;
	if (sqe->ioprio && !(operation->flags & OP_PRIORITY) && !priority_is_level(sqe->ioprio))
		return -EINVAL;
	if (sqe->personality && !personality_is_registered(request->ring, sqe->personality))
		return -EINVAL;
	if (sqe->flags & IOSQE_FIXED_FILE && operation->flags & OP_NO_FIXED)
		return -EBADF;
	return 0;
}

int request_refuse(struct request *request, int error)
{
	request_finish(request);
	request->early = error;
	return error;
}

int request_forbid(struct request *request, const struct io_uring_sqe *sqe, int error)
{
	request_set(request, NULL, sqe);
	return request->early = error;
}

int request_prepare(struct request *request, const struct io_uring_sqe *sqe)
{
	const struct operation *operation = operation_table[sqe->opcode];
	int error = 0;

	if (LIKELY(operation != NULL) && UNLIKELY(sqe->flags & IOSQE_BUFFER_SELECT) &&
	    operation->selecting)
		operation = operation->selecting;
	if (UNLIKELY(!operation))
		error = -EINVAL;
	else if (UNLIKELY(!sqe_is_common(sqe)))
		error = check_uncommon(request, operation, sqe);
	if (UNLIKELY(error))
		return request_forbid(request, sqe, error);
	error = request_prep(request, operation, sqe);
	if (!error && priority_is_level(sqe->ioprio)) {
		request->level = sqe->ioprio % UOS_SCHED_LEVELS;
		request->state |= REQUEST_LEVEL;
	}
	if (!error && operation->flags & OP_FILE)
		request_find_first_file(request, sqe->fd);
	return error;
}

/* ---- helpers of prep ----------------------------------------------------------------------- */

static char *copy_path(const char *path, size_t bytes)
{
	char *copy = kernel_alloc(bytes);

	if (copy)
		memcpy(copy, path, bytes);
	return copy;
}

static int take_long_path(struct request *request, struct user_address from, char **path)
{
	char *whole = kernel_alloc(VFS_PATH_BYTES_MAX);
	ssize_t length;

	if (!whole)
		return -ENOMEM;
	length = user_string_in(request->process->space, whole, from, VFS_PATH_BYTES_MAX);
	*path = length < 0 ? NULL : copy_path(whole, length + 1);
	kernel_free(whole, VFS_PATH_BYTES_MAX);
	if (length < 0)
		return length;
	return *path ? 0 : -ENOMEM;
}

int request_take_path(struct request *request, uint64_t address, bool may_be_empty,
		      char **path)
{
	struct user_address from = { address };
	char buffer[SHORT_PATH_BYTES];
	ssize_t length;

	if (!address && may_be_empty)	/* AT_EMPTY_PATH takes a null pointer too */
		length = buffer[0] = 0;
	else
		length = user_string_in(request->process->space, buffer, from, sizeof(buffer));
	if (length == -ENAMETOOLONG)
		return take_long_path(request, from, path);
	if (length < 0)
		return length;
	if (length == 0 && !may_be_empty)
		return -ENOENT;
	*path = copy_path(buffer, length + 1);
	return *path ? 0 : -ENOMEM;
}

void request_free_path(char *path)
{
	if (path)
		kernel_free(path, strlen(path) + 1);
}

int request_take_start(struct request *request, int32_t fd, const char *path,
		       struct dentry **start)
{
	struct process *process = request->process;
	struct file *file;

	if (path[0] == '/') {
		*start = dentry_get(vfs_root());
		return 0;
	}
	if (fd == AT_FDCWD) {
		spinlock_acquire(&process->lock);
		*start = dentry_get(process->cwd);
		spinlock_release(&process->lock);
		return 0;
	}
	file = files_get(process->files, fd);
	if (!file) {
		request->early = -EBADF;
		return 0;
	}
	if (file->dentry)
		*start = dentry_get(file->dentry);
	else
		request->early = -ENOTDIR;
	file_put(file);
	return 0;
}

int request_take_time(struct request *request, uint64_t address, uint64_t *time_ns)
{
	struct __kernel_timespec time;
	const int64_t most = INT64_MAX / 1000000000 - 1;

	if (user_copy_in(request->process->space, &time, (struct user_address){ address },
			 sizeof(time)))
		return -EFAULT;
	if (time.tv_sec < 0 || time.tv_nsec < 0)
		return -EINVAL;
	/* nanosleep is stricter than a ring's timeout, on Linux too */
	if (!request->ring && time.tv_nsec >= 1000000000)
		return -EINVAL;
	/* later than the clock will ever be: as good as never */
	if (time.tv_sec > most || time.tv_nsec > INT64_MAX / 2)
		*time_ns = INT64_MAX;
	else
		*time_ns = MIN((uint64_t)time.tv_sec * 1000000000 + time.tv_nsec,
			       (uint64_t)INT64_MAX);
	return 0;
}
