/*
 * THREAD: a new thread of the process.
 *
 * Cancel: it never waits; nothing to cancel.
 */
#include "kernel/api/memory.h"
#include "kernel/process/thread.h"
#include "kernel/ring/object.h"

static int prep(struct request *request, const struct io_uring_sqe *sqe)
{
	struct uos_thread_start *start;

	if (!sqe_names_no_file(sqe) || sqe->off || sqe->op_flags || sqe->addr3 ||
	    !sqe_has_no_index(sqe) || sqe->len != sizeof(*start))
		return -EINVAL;
	start = request->thread.start = kernel_alloc(sizeof(*start));
	if (!start)
		return -ENOMEM;
	if (user_copy_in(request->process->space, start, (struct user_address){ sqe->addr },
			 sizeof(*start)))
		return -EFAULT;
	return thread_check(request->process, start);
}

static int64_t issue(struct request *request)
{
	return thread_start(request->process, request->thread.start);
}

static void finish(struct request *request)
{
	kernel_free(request->thread.start, sizeof(*request->thread.start));
	request->thread.start = NULL;
}

const struct operation op_thread = {
	.name = "thread", .flags = OP_NO_FIXED, .prep = prep, .issue = issue, .finish = finish,
};
