/*
 * copy-demo SOURCE TARGET N: N coroutines copy a file concurrently and hash it in
 * order.
 *
 * Coroutine k copies chunks k, k + N, k + 2N, ...  The hash must see the chunks in
 * their order, so a coroutine that has copied its chunk waits for its turn, hashes,
 * and passes the turn on; meanwhile the others read and write.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <uos.h>

#include "program.h"
#include "sha256.h"

#define CHUNK_BYTES	65536u
#define COPIERS_MAX	1024u

struct copier {
	struct uos_task *task;
	uint64_t first_chunk;
	struct uos_event turn;		/* it may hash now */
	char buffer[CHUNK_BYTES];
};

static int source, target;
static uint64_t copier_count, file_bytes;
static struct copier *copiers;
static struct sha256 hash;
static ssize_t failure;			/* first -errno */

/* Reads and writes a chunk whole.  Bytes, or -errno. */
static ssize_t copy_chunk(char *buffer, uint64_t offset)
{
	uint64_t wanted = file_bytes - offset < CHUNK_BYTES ? file_bytes - offset : CHUNK_BYTES;
	uint64_t done = 0;
	ssize_t bytes;

	for (; done < wanted; done += (uint64_t)bytes) {
		bytes = uos_read(source, buffer + done, wanted - done, (off_t)(offset + done));
		if (bytes <= 0)
			return bytes ? bytes : -EIO;
	}
	for (done = 0; done < wanted; done += (uint64_t)bytes) {
		bytes = uos_write(target, buffer + done, wanted - done, (off_t)(offset + done));
		if (bytes <= 0)
			return bytes ? bytes : -EIO;
	}
	return (ssize_t)wanted;
}

static void copier_main(void *argument)
{
	struct copier *self = argument;
	struct copier *next = &copiers[(self->first_chunk + 1) % copier_count];

	for (uint64_t offset = self->first_chunk * CHUNK_BYTES; offset < file_bytes;
	     offset += copier_count * CHUNK_BYTES) {
		ssize_t bytes = failure ? failure : copy_chunk(self->buffer, offset);

		uos_event_wait(&self->turn);
		uos_event_clear(&self->turn);
		if (bytes < 0 && !failure)
			failure = bytes;
		if (bytes > 0)
			sha256_update(&hash, self->buffer, (size_t)bytes);
		uos_event_set(&next->turn);
	}
}

/* 0 or -errno. */
static int copy_all(void)
{
	copiers = calloc(copier_count, sizeof(*copiers));
	if (!copiers)
		return -ENOMEM;
	sha256_init(&hash);
	for (uint64_t i = 0; i < copier_count; i++) {
		copiers[i].first_chunk = i;
		uos_event_init(&copiers[i].turn);
	}
	uos_event_set(&copiers[0].turn);
	for (uint64_t i = 0; i < copier_count; i++) {
		copiers[i].task = uos_spawn(copier_main, &copiers[i]);
		if (!copiers[i].task)
			return -ENOMEM;
	}
	for (uint64_t i = 0; i < copier_count; i++)
		uos_join(copiers[i].task);
	if (failure)
		return (int)failure;
	return uos_fsync(target);
}

static int open_source(const char *path)
{
	struct statx status;
	int result;

	source = uos_open(path, O_RDONLY, 0);
	if (source < 0)
		return source;
	result = uos_fstat(source, &status);
	file_bytes = status.stx_size;
	return result;
}

int main(int argc, char *argv[])
{
	char text[SHA256_TEXT_BYTES];
	int result;

	if (argc != 4 || !number_parse(argv[3], COPIERS_MAX, &copier_count) || !copier_count)
		return usage("copy-demo SOURCE TARGET COROUTINES");
	result = open_source(argv[1]);
	if (result < 0)
		return complain("copy-demo", argv[1], result);
	target = uos_open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (target < 0)
		return complain("copy-demo", argv[2], target);
	result = copy_all();
	if (result < 0)
		return complain("copy-demo", argv[2], result);
	sha256_finish(&hash, text);
	printf("%s  %s\n", text, argv[2]);
	return 0;
}
