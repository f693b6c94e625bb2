/*
 * disk-demo N: N coroutines read /dev/vda concurrently and hash it in order.
 *
 * Coroutine k reads chunks k, k + N, k + 2N, ... with O_DIRECT, each into the
 * one buffer that it has.  The hash must see the chunks in their order, so a
 * coroutine that has read its chunk waits for its turn, hashes, and passes the
 * turn on; meanwhile all the others' reads are in flight.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <uos.h>

#include "program.h"
#include "sha256.h"

#define DISK		"/dev/vda"
#define CHUNK_BYTES	65536u
#define CHUNK_BYTES_MAX	(1u << 20)
#define READERS_MAX	1024u
#define PAGE_BYTES	4096u		/* what O_DIRECT aligns to */

struct reader {
	struct uos_task *task;
	char *buffer;
	uint64_t first_chunk;
	struct uos_event turn;		/* it may hash now */
};

static int disk;
static uint64_t reader_count, chunk_bytes, disk_bytes;
static struct reader *readers;
static struct sha256 hash;
static ssize_t failure;			/* first -errno */

/* Reads a chunk whole: a short read is no end.  Bytes, or -errno. */
static ssize_t read_chunk(char *buffer, uint64_t offset)
{
	uint64_t wanted = disk_bytes - offset < chunk_bytes ? disk_bytes - offset : chunk_bytes;
	uint64_t done = 0;

	while (done < wanted) {
		ssize_t bytes = uos_read(disk, buffer + done, wanted - done, (off_t)(offset + done));

		if (bytes < 0)
			return bytes;
		if (bytes == 0)
			return -EIO;
		done += (uint64_t)bytes;
	}
	return (ssize_t)done;
}

static void reader_main(void *argument)
{
	struct reader *self = argument;
	struct reader *next = &readers[(self->first_chunk + 1) % reader_count];

	for (uint64_t offset = self->first_chunk * chunk_bytes; offset < disk_bytes;
	     offset += reader_count * chunk_bytes) {
		ssize_t bytes = failure ? failure : read_chunk(self->buffer, offset);

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
static int start_readers(void)
{
	void *buffers = NULL;
	int result = uos_mmap(&buffers, reader_count * chunk_bytes, ABI_PROT_READ | ABI_PROT_WRITE,
			      ABI_MAP_PRIVATE | ABI_MAP_ANONYMOUS, -1, 0);

	readers = calloc(reader_count, sizeof(*readers));
	if (!readers || result < 0)
		return -ENOMEM;
	for (uint64_t i = 0; i < reader_count; i++) {
		readers[i].first_chunk = i;
		readers[i].buffer = (char *)buffers + i * chunk_bytes;
		uos_event_init(&readers[i].turn);
	}
	uos_event_set(&readers[0].turn);
	for (uint64_t i = 0; i < reader_count; i++) {
		readers[i].task = uos_spawn(reader_main, &readers[i]);
		if (!readers[i].task)
			return -ENOMEM;
	}
	return 0;
}

static int open_disk(void)
{
	struct statx status;
	int result;

	disk = uos_open(DISK, O_RDONLY | O_DIRECT, 0);
	if (disk < 0)
		return disk;
	result = uos_stat(DISK, &status);
	disk_bytes = status.stx_size;
	return result;
}

int main(int argc, char *argv[])
{
	char text[SHA256_TEXT_BYTES];
	int result;

	chunk_bytes = CHUNK_BYTES;
	if (argc < 2 || argc > 3 || !number_parse(argv[1], READERS_MAX, &reader_count) ||
	    !reader_count || (argc == 3 && !number_parse(argv[2], CHUNK_BYTES_MAX, &chunk_bytes)) ||
	    !chunk_bytes || chunk_bytes % PAGE_BYTES)
		return usage("disk-demo COROUTINES [CHUNK_BYTES, a multiple of 4096]");
	result = open_disk();
	if (result < 0)
		return complain("disk-demo", DISK, result);
	sha256_init(&hash);
	result = start_readers();
	if (result < 0)
		return complain("disk-demo", "coroutines", result);
	for (uint64_t i = 0; i < reader_count; i++)
		uos_join(readers[i].task);
	if (failure)
		return complain("disk-demo", DISK, failure);
	sha256_finish(&hash, text);
	printf("%s  %s\n", text, DISK);
	return 0;
}
