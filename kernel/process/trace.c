/* Traces; see the header.  `lock` is over all of a trace but its queue of waiters. */
#include "kernel/process/trace.h"

#include <string.h>

#include "fs/vfs.h"
#include "kernel/api/lock.h"
#include "kernel/api/memory.h"
#include "kernel/api/wait.h"

#define RECORDS		1024u		/* a power of two */

struct trace {
	uint32_t references;		/* atomic */
	struct spinlock lock;
	struct wait_queue changes;	/* records, room, writers, the reader */
	/* lock */
	uint64_t head, tail;		/* read and written, ever */
	uint64_t lost;			/* since the last record that said so */
	uint32_t writers;
	bool has_reader;
	struct uos_trace_record *records;
};

static const struct file_ops trace_file_ops;

struct trace *trace_of(struct file *file)
{
	return file->ops == &trace_file_ops ? file->private : NULL;
}

void trace_get(struct trace *trace)
{
	reference_get(&trace->references);
}

void trace_put(struct trace *trace)
{
	if (!reference_put(&trace->references))
		return;
	kernel_free(trace->records, RECORDS * sizeof(*trace->records));
	kernel_free(trace, sizeof(*trace));
}

int trace_create(struct file **file)
{
	struct trace *trace = kernel_alloc(sizeof(*trace));

	if (!trace)
		return -ENOMEM;
	trace->records = kernel_alloc(RECORDS * sizeof(*trace->records));
	*file = trace->records ? file_create(&trace_file_ops, trace, O_RDONLY) : NULL;
	if (!*file) {
		kernel_free(trace->records, RECORDS * sizeof(*trace->records));
		kernel_free(trace, sizeof(*trace));
		return -ENOMEM;
	}
	trace->references = 1;
	trace->has_reader = true;
	wait_queue_init(&trace->changes);
	return 0;
}

/* ---- writing -------------------------------------------------------------------------- */

void trace_join(struct trace *trace)
{
	trace_get(trace);
	spinlock_acquire(&trace->lock);
	trace->writers++;
	spinlock_release(&trace->lock);
}

void trace_leave(struct trace *trace)
{
	spinlock_acquire(&trace->lock);
	trace->writers--;
	spinlock_release(&trace->lock);
	wait_queue_wake_all(&trace->changes);
	trace_put(trace);
}

static void put_locked(struct trace *trace, const struct uos_trace_record *record)
{
	trace->records[trace->tail++ % RECORDS] = *record;
}

void trace_add(struct trace *trace, struct uos_trace_record *record)
{
	record->time_ns = time_now_ns();
	spinlock_acquire(&trace->lock);
	/* two are free: one for this, one for what was lost before */
	if (!trace->has_reader) {
		trace->lost = 0;
	} else if (trace->tail - trace->head + 2 > RECORDS) {
		trace->lost++;
	} else {
		if (trace->lost) {
			const struct uos_trace_record lost = {
				.kind = UOS_TRACE_LOST, .pid = record->pid,
				.time_ns = record->time_ns, .words = { trace->lost },
			};

			put_locked(trace, &lost);
			trace->lost = 0;
		}
		put_locked(trace, record);
	}
	spinlock_release(&trace->lock);
	wait_queue_wake_all(&trace->changes);
}

void trace_add_completion(struct trace *trace, int32_t pid, uint64_t user_data, int32_t res,
			  uint32_t flags)
{
	struct uos_trace_record record = {
		.kind = UOS_TRACE_CQE, .pid = pid,
		.words = { user_data, (uint64_t)(int64_t)res, flags },
	};

	trace_add(trace, &record);
}

static bool has_room(struct trace *trace)
{
	return !READ_ONCE(trace->has_reader) ||
	       READ_ONCE(trace->tail) - READ_ONCE(trace->head) <= RECORDS / 2;
}

void trace_wait_for_room(struct trace *trace)
{
	(void)WAIT_UNTIL(&trace->changes, has_room(trace), true);
}

/* ---- reading --------------------------------------------------------------------------- */

/* 1: taken; 0: none, and none will come; -EAGAIN: none yet. */
static int take(struct trace *trace, struct uos_trace_record *record)
{
	int result = 1;

	spinlock_acquire(&trace->lock);
	if (trace->head != trace->tail)
		*record = trace->records[trace->head++ % RECORDS];
	else
		result = trace->writers ? -EAGAIN : 0;
	spinlock_release(&trace->lock);
	return result;
}

static bool is_readable(struct trace *trace)
{
	return READ_ONCE(trace->head) != READ_ONCE(trace->tail) || !READ_ONCE(trace->writers);
}

static ssize_t trace_read(struct file *file, struct cursor *to, int64_t offset)
{
	struct trace *trace = file->private;
	struct uos_trace_record record;
	ssize_t done = 0;

	(void)offset;
	if (to->remaining < sizeof(record))
		return -EINVAL;
	while (to->remaining >= sizeof(record)) {
		int result = take(trace, &record);

		if (result > 0) {
			if (cursor_put(to, &record, sizeof(record)) != sizeof(record))
				return done ? done : -EFAULT;
			done += sizeof(record);
			continue;
		}
		if (result == 0 || done)
			break;
		result = WAIT_UNTIL(&trace->changes, is_readable(trace), true);
		if (result)
			return result;
	}
	wait_queue_wake_all(&trace->changes);
	return done;
}

static void trace_release(struct file *file)
{
	struct trace *trace = file->private;

	spinlock_acquire(&trace->lock);
	trace->has_reader = false;
	spinlock_release(&trace->lock);
	wait_queue_wake_all(&trace->changes);
	trace_put(trace);
}

static const struct file_ops trace_file_ops = {
	.kind = "trace", .read = trace_read, .release = trace_release,
};
