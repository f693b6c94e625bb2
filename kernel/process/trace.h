/*
 * Traces: what traced processes ask for, in a queue that one reader empties.
 *
 * A process that is traced is a writer of its trace, and its rings have references.  A
 * record that finds the queue full is counted and forgotten; whoever may wait
 * (trace_wait_for_room) does so before.
 */
#ifndef KERNEL_PROCESS_TRACE_H
#define KERNEL_PROCESS_TRACE_H

#include "abi/trace.h"
#include "kernel/api/base.h"

struct file;
struct trace;

/* A trace and its file, whose reference is the caller's.  0 or -ENOMEM. */
int trace_create(struct file **file);
struct trace *trace_of(struct file *file);	/* NULL: it is no trace's */

/* A writer more, and one less, after which the reader may be at the end. */
void trace_join(struct trace *trace);
void trace_leave(struct trace *trace);
/* A reference without being a writer. */
void trace_get(struct trace *trace);
void trace_put(struct trace *trace);

/* Any context; `record`'s time is filled in. */
void trace_add(struct trace *trace, struct uos_trace_record *record);
void trace_add_completion(struct trace *trace, int32_t pid, uint64_t user_data, int32_t res,
			  uint32_t flags);
/* Until half of the queue is free, or nobody reads any more; interruptible. */
void trace_wait_for_room(struct trace *trace);

#endif
