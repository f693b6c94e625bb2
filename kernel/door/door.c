/*
 * The trap door: an ecall is served by the same prep and issue as an SQE, on a
 * request on the thread's own stack, without a ring.  Results come back whole.
 */
#include "kernel/door/door.h"

#include "fs/vfs.h"
#include "kernel/door/table.h"
#include "kernel/ring/request.h"
#include "kernel/ring/ring.h"

/* What an operation's result means to a caller that waited for it in a trap. */
static int64_t translate(int64_t result, uint8_t flags)
{
	if (result == -ECANCELED)
		return -EINTR;
	return result == -ETIME && flags & DOOR_TIME_IS_SUCCESS ? 0 : result;
}

/* On a file that never makes anybody wait, in the plain case: without a request. */
static inline int64_t transfer_promptly(struct process *process,
					const struct io_uring_sqe *sqe)
{
	struct file *file = files_get(process->files, sqe->fd);
	int64_t result = NOT_PLAIN;

	if (UNLIKELY(!file))
		return -EBADF;
	if (file->ops->prompt)
		result = operation_table[sqe->opcode]->promptly(process, file, sqe);
	file_put(file);
	return result;
}

int64_t door_operation(struct thread *thread, struct trap_frame *frame,
		       const struct door_row *row)
{
	struct io_uring_sqe sqe = { .opcode = row->opcode };
	struct request request;
	int64_t result = row->marshal(frame, &sqe);

	if (UNLIKELY(result))
		return result;
	if (UNLIKELY(thread->process->policy) && !policy_allows(thread->process, sqe.opcode))
		return -EACCES;
	if (operation_table[row->opcode]->promptly && !(row->flags & DOOR_POSITIONED)) {
		result = transfer_promptly(thread->process, &sqe);
		if (LIKELY(result != NOT_PLAIN))
			return result;
	}
	request.ring = NULL;
	request.process = thread->process;
	result = request_prepare(&request, &sqe);
	if (UNLIKELY(result))
		return result;
	if (UNLIKELY(row->flags & DOOR_POSITIONED) && request.file &&
	    !file_takes_offsets(request.file)) {
		request_finish(&request);
		return -ESPIPE;
	}
	result = request_issue(&request);
	return LIKELY(result >= 0) ? result : translate(result, row->flags);
}

/*
 * read, write, pread.  A file that moves one range without waiting needs neither SQE nor
 * request; what prep would check of the range is checked here.
 */
int64_t door_transfer(struct thread *thread, struct trap_frame *frame,
		      const struct door_row *row)
{
	struct process *process = thread->process;
	const uint64_t address = frame->a1, bytes = frame->a2;
	struct file *file = files_get(process->files, (int32_t)frame->a0);
	const bool positioned = row->flags & DOOR_POSITIONED;
	file_range_fn *transfer;
	int64_t result = FILE_NOT_NOW;

	if (UNLIKELY(!file))
		return -EBADF;
	transfer = file_range(file, row->flags & DOOR_WRITES);
	/* with an offset if, and only if, it is a file with positions: for others it may be
	 * wrong, and for these the own one is not so plain */
	if (LIKELY(transfer != NULL) && LIKELY(file->seekable == positioned) &&
	    LIKELY(transfer_range_is_plain(address, bytes)) && LIKELY(!process->policy))
		result = transfer(file, process->space, address, bytes, frame->a3);
	file_put(file);
	return LIKELY(result != FILE_NOT_NOW) ? result : door_operation(thread, frame, row);
}

int64_t door_bare(struct thread *thread, struct trap_frame *frame, const struct door_row *row)
{
	struct request request;

	request.process = thread->process;
	return operation_table[row->opcode]->issue(&request);
}

void door_syscall(struct thread *thread, struct trap_frame *frame)
{
	const struct door_row *row = door_row_of(frame->a7);

	frame->a0 = row->serve(thread, frame, row);
}
