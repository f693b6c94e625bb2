/*
 * disk-demo N [CHUNK_BYTES]: N coroutines read /dev/vda concurrently, with O_DIRECT, and hash
 * it in order.
 */
#include <fcntl.h>
#include <stdio.h>
#include <uos.h>

#include "in_order.h"
#include "program.h"
#include "sha256.h"

#define DISK		"/dev/vda"
#define CHUNK_BYTES	65536u
#define CHUNK_BYTES_MAX	(1u << 20)
#define READERS_MAX	1024u
#define PAGE_BYTES	4096u		/* what O_DIRECT aligns to */

static int disk;

static ssize_t read_chunk(void *context, char *buffer, uint64_t offset, uint64_t bytes)
{
	(void)context;
	return read_whole(disk, buffer, bytes, offset);
}

static void hash_chunk(void *context, const char *buffer, size_t bytes)
{
	sha256_update(context, buffer, bytes);
}

/* 0 or -errno. */
static int open_disk(uint64_t *bytes)
{
	struct statx status;
	int result;

	disk = uos_open(DISK, O_RDONLY | O_DIRECT, 0);
	if (disk < 0)
		return disk;
	result = uos_stat(DISK, &status);
	*bytes = status.stx_size;
	return result;
}

int main(int argc, char *argv[])
{
	struct sha256 hash;
	struct in_order job = { .chunk_bytes = CHUNK_BYTES, .work = read_chunk,
				.take = hash_chunk, .context = &hash };
	char text[SHA256_TEXT_BYTES];
	int result;

	if (argc < 2 || argc > 3 || !number_parse(argv[1], READERS_MAX, &job.coroutines) ||
	    !job.coroutines ||
	    (argc == 3 && !number_parse(argv[2], CHUNK_BYTES_MAX, &job.chunk_bytes)) ||
	    !job.chunk_bytes || job.chunk_bytes % PAGE_BYTES)
		return usage("disk-demo COROUTINES [CHUNK_BYTES, a multiple of 4096]");
	result = open_disk(&job.total_bytes);
	if (result < 0)
		return complain("disk-demo", DISK, result);
	sha256_init(&hash);
	result = in_order_run(&job);
	if (result < 0)
		return complain("disk-demo", DISK, result);
	sha256_finish(&hash, text);
	printf("%s  %s\n", text, DISK);
	return 0;
}
