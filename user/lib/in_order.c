#include "in_order.h"

#include <errno.h>
#include <stdlib.h>
#include <uos.h>

struct worker {
	const struct in_order *job;
	struct worker *next;		/* has the turn after this one */
	ssize_t *failure;		/* first -errno, of all */
	struct uos_task *task;
	char *buffer;
	uint64_t first_chunk;
	struct uos_event turn;		/* it may hand over now */
};

static void worker_main(void *argument)
{
	struct worker *self = argument;
	const struct in_order *job = self->job;

	for (uint64_t offset = self->first_chunk * job->chunk_bytes; offset < job->total_bytes;
	     offset += job->coroutines * job->chunk_bytes) {
		uint64_t left = job->total_bytes - offset;
		uint64_t wanted = left < job->chunk_bytes ? left : job->chunk_bytes;
		ssize_t bytes = *self->failure ? *self->failure :
				job->work(job->context, self->buffer, offset, wanted);

		uos_event_wait(&self->turn);
		uos_event_clear(&self->turn);
		if (bytes < 0 && !*self->failure)
			*self->failure = bytes;
		if (bytes > 0 && !*self->failure)
			job->take(job->context, self->buffer, (size_t)bytes);
		uos_event_set(&self->next->turn);
	}
}

/* The memory for all buffers; page by page, as O_DIRECT wants it. */
static void *buffers_map(uint64_t bytes)
{
	void *buffers = NULL;
	int result = uos_mmap(&buffers, bytes, ABI_PROT_READ | ABI_PROT_WRITE,
			      ABI_MAP_PRIVATE | ABI_MAP_ANONYMOUS, -1, 0);

	return result < 0 ? NULL : buffers;
}

static void workers_prepare(const struct in_order *job, struct worker *workers, char *buffers,
			    ssize_t *failure)
{
	for (uint64_t i = 0; i < job->coroutines; i++) {
		workers[i].job = job;
		workers[i].next = &workers[(i + 1) % job->coroutines];
		workers[i].failure = failure;
		workers[i].buffer = buffers + i * job->chunk_bytes;
		workers[i].first_chunk = i;
		uos_event_init(&workers[i].turn);
	}
	uos_event_set(&workers[0].turn);
}

int in_order_run(const struct in_order *job)
{
	struct worker *workers = calloc(job->coroutines, sizeof(*workers));
	char *buffers = buffers_map(job->coroutines * job->chunk_bytes);
	ssize_t failure = workers && buffers ? 0 : -ENOMEM;
	uint64_t started = 0;

	if (!failure)
		workers_prepare(job, workers, buffers, &failure);
	for (; started < job->coroutines && !failure; started++) {
		workers[started].task = uos_spawn(worker_main, &workers[started]);
		if (!workers[started].task)
			break;
	}
	if (!failure && started < job->coroutines) {
		/* none of them has run yet; the turn must not go to one that never does */
		failure = -ENOMEM;
		if (started)
			workers[started - 1].next = &workers[0];
	}
	for (uint64_t i = 0; i < started; i++)
		uos_join(workers[i].task);
	if (buffers)
		uos_munmap(buffers, job->coroutines * job->chunk_bytes);
	free(workers);
	return (int)failure;
}

ssize_t read_whole(int fd, char *buffer, uint64_t bytes, uint64_t offset)
{
	for (uint64_t done = 0; done < bytes;) {
		ssize_t part = uos_read(fd, buffer + done, bytes - done, (off_t)(offset + done));

		if (part <= 0)
			return part ? part : -EIO;
		done += (uint64_t)part;
	}
	return (ssize_t)bytes;
}

ssize_t write_whole(int fd, const char *buffer, uint64_t bytes, uint64_t offset)
{
	for (uint64_t done = 0; done < bytes;) {
		ssize_t part = uos_write(fd, buffer + done, bytes - done, (off_t)(offset + done));

		if (part <= 0)
			return part ? part : -EIO;
		done += (uint64_t)part;
	}
	return (ssize_t)bytes;
}
