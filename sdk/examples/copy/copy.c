/*
 * copy SOURCE TARGET: copies a file with eight coroutines at once.
 *
 * Shows: files by ring.  Each coroutine reads and writes straight on, chunk after
 * chunk; as each waits for the disk alone, eight requests are under way.  Whoever
 * comes for the next chunk takes its offset from a shared variable.  That needs no
 * lock: coroutines of one executor change only where one of them waits.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#define COPIERS		8
#define CHUNK_BYTES	65536

struct copy {
	int source;
	int target;
	off_t next;		/* offset of the chunk that nobody has taken */
	off_t end;
	ssize_t error;		/* the first one, -errno, or 0 */
};

/* Reads may give fewer bytes than asked for, and writes may take fewer.  0 or -errno. */
static ssize_t chunk_copy(struct copy *copy, char *buffer, off_t offset)
{
	off_t end = copy->end - offset < CHUNK_BYTES ? copy->end : offset + CHUNK_BYTES;

	while (offset < end) {
		ssize_t got = uos_read(copy->source, buffer, (size_t)(end - offset), offset);
		ssize_t done = 0;

		if (got <= 0)
			return got ? got : -EIO;	/* it is shorter than it was */
		while (done < got) {
			ssize_t put = uos_write(copy->target, buffer + done,
						(size_t)(got - done), offset + done);

			if (put < 0)
				return put;
			done += put;
		}
		offset += got;
	}
	return 0;
}

static void copier(void *argument)
{
	struct copy *copy = argument;
	char *buffer = malloc(CHUNK_BYTES);

	if (!buffer)
		copy->error = -ENOMEM;
	while (!copy->error && copy->next < copy->end) {
		off_t offset = copy->next;
		ssize_t result;

		copy->next += CHUNK_BYTES;
		result = chunk_copy(copy, buffer, offset);
		if (result < 0 && !copy->error)
			copy->error = result;
	}
	free(buffer);
}

/* 0 or -errno. */
static ssize_t file_copy(struct copy *copy)
{
	struct uos_task *tasks[COPIERS];

	for (int i = 0; i < COPIERS; i++) {
		tasks[i] = uos_spawn(copier, copy);
		if (!tasks[i])
			copy->error = -ENOMEM;
	}
	for (int i = 0; i < COPIERS; i++)
		if (tasks[i])
			uos_join(tasks[i]);
	/* Without it the last bytes may be in memory only when the program ends. */
	return copy->error ? copy->error : uos_fsync(copy->target);
}

static int fail(const char *what, ssize_t error)
{
	fprintf(stderr, "copy: %s: %s\n", what, strerror((int)-error));
	return EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
	struct copy copy = { 0 };
	struct statx status;
	ssize_t result;

	if (argc != 3) {
		fprintf(stderr, "usage: copy SOURCE TARGET\n");
		return 2;
	}
	copy.source = uos_open(argv[1], O_RDONLY, 0);
	if (copy.source < 0)
		return fail(argv[1], copy.source);
	result = uos_fstat(copy.source, &status);
	if (result < 0)
		return fail(argv[1], result);
	copy.end = (off_t)status.stx_size;
	copy.target = uos_open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (copy.target < 0)
		return fail(argv[2], copy.target);
	result = file_copy(&copy);
	if (result < 0)
		return fail(argv[2], result);
	printf("%s: %lld bytes\n", argv[2], (long long)copy.end);
	return EXIT_SUCCESS;
}
