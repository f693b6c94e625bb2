/*
 * TRACE, and what a ring of a traced process leaves in its trace.
 *
 * Cancel: it never waits; nothing to cancel.
 */
#include "fs/vfs.h"
#include "kernel/process/trace.h"
#include "kernel/ring/object.h"

static int prep(struct request *request, const struct io_uring_sqe *sqe)
{
	if (!sqe_names_no_file(sqe) || sqe->off || sqe->addr || sqe->len || sqe->addr3 ||
	    sqe->op_flags & ~(uint32_t)O_CLOEXEC || !sqe_has_no_index(sqe))
		return -EINVAL;
	request->plain.words[0] = sqe->op_flags;
	return 0;
}

static int64_t issue(struct request *request)
{
	struct file *file;
	int result = trace_create(&file);

	if (result)
		return result;
	result = files_install(request->process->files, file,
			       request->plain.words[0] & O_CLOEXEC);
	if (result < 0)
		file_put(file);
	return result;
}

const struct operation op_trace = {
	.name = "trace", .flags = OP_SUSPENDS | OP_NO_FIXED, .prep = prep, .issue = issue,
};

bool operation_names_path(uint8_t opcode)
{
	switch (opcode) {
	case IORING_OP_OPENAT:
	case IORING_OP_OPENAT2:
	case IORING_OP_STATX:
	case IORING_OP_UNLINKAT:
	case IORING_OP_RENAMEAT:
	case IORING_OP_MKDIRAT:
	case IORING_OP_SYMLINKAT:
	case IORING_OP_LINKAT:
	case UOS_OP_CHDIR:
	case UOS_OP_STAT:
	case UOS_OP_STATFS:
	case UOS_OP_READLINK:
		return true;
	default:
		return false;
	}
}

void trace_text(struct uos_trace_record *record, struct address_space *space,
		const struct io_uring_sqe *sqe)
{
	const struct user_address from = { sqe->addr };

	/* a longer one is cut: it fills all but the NUL */
	if (sqe->addr && user_string_in(space, record->text, from, sizeof(record->text) - 1) ==
			 -EFAULT)
		record->text[0] = '\0';
	record->text[sizeof(record->text) - 1] = '\0';
}

void ring_trace_submission(struct ring *ring, const struct io_uring_sqe *sqe)
{
	struct process *process = ring->serve_process;
	struct uos_trace_record record = { .kind = UOS_TRACE_SQE, .pid = process->pid };

	memcpy(record.words, sqe, sizeof(record.words));
	if (operation_names_path(sqe->opcode))
		trace_text(&record, process->space, sqe);
	trace_add(ring->queues.trace, &record);
}
