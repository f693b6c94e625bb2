/*
 * The trap door of a process that is traced: each call leaves a record of what was asked
 * and what came of it.
 */
#include "kernel/api/memory.h"
#include "kernel/door/door.h"
#include "kernel/door/table.h"
#include "kernel/process/trace.h"
#include "kernel/ring/request.h"
#include "kernel/task/hart.h"

/* Has it a path, and where?  As its handler will find it, a second time: what the user
 * has changed meanwhile shows in what comes of it. */
static void take_text(struct thread *thread, struct trap_frame *frame, const struct door_row *row,
		      struct uos_trace_record *record)
{
	struct io_uring_sqe sqe = { .opcode = row->opcode };

	if (row->marshal && operation_names_path(row->opcode) && !row->marshal(frame, &sqe))
		trace_text(record, thread->process->space, &sqe);
}

void door_syscall_traced(struct thread *thread, struct trap_frame *frame)
{
	struct trace *trace = thread->process->trace;
	const struct door_row *row = door_row_of(frame->a7);
	struct uos_trace_record record = {
		.kind = UOS_TRACE_CALL, .pid = thread->process->pid,
		.words = { frame->a7, frame->a0, frame->a1, frame->a2, frame->a3, frame->a4,
			   frame->a5 },
	};
	int64_t result;

	take_text(thread, frame, row, &record);
	trace_wait_for_room(trace);
	if (row->serve == door_exit || row->serve == door_exit_group || row->serve == door_clone) {
		record.kind = UOS_TRACE_CALL_BEGINS;
		trace_add(trace, &record);
	}
	result = row->serve(thread, frame, row);
	/* an io_uring_enter that goes on leaves its record there (kernel/ring/enter.c) */
	if (hart_this()->look & HART_LOOK_ENTER)
		return;
	frame->a0 = (uint64_t)result;
	/* its id is known when this has long been over */
	if (row->serve == door_clone)
		return;
	record.words[7] = frame->a0;
	trace_add(trace, &record);
}
