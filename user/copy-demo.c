/*
 * copy-demo SOURCE TARGET N: N coroutines copy a file concurrently and hash it in order.
 */
#include <fcntl.h>
#include <stdio.h>
#include <uos.h>

#include "in_order.h"
#include "program.h"
#include "sha256.h"

#define CHUNK_BYTES	65536u
#define COPIERS_MAX	1024u

struct copy {
	int source, target;
	struct sha256 hash;
};

static ssize_t copy_chunk(void *context, char *buffer, uint64_t offset, uint64_t bytes)
{
	const struct copy *copy = context;
	ssize_t result = read_whole(copy->source, buffer, bytes, offset);

	return result < 0 ? result : write_whole(copy->target, buffer, bytes, offset);
}

static void hash_chunk(void *context, const char *buffer, size_t bytes)
{
	struct copy *copy = context;

	sha256_update(&copy->hash, buffer, bytes);
}

/* 0 or -errno. */
static int open_source(const char *path, struct copy *copy, uint64_t *bytes)
{
	struct statx status;
	int result;

	copy->source = uos_open(path, O_RDONLY, 0);
	if (copy->source < 0)
		return copy->source;
	result = uos_fstat(copy->source, &status);
	*bytes = status.stx_size;
	return result;
}

int main(int argc, char *argv[])
{
	struct copy copy;
	struct in_order job = { .chunk_bytes = CHUNK_BYTES, .work = copy_chunk,
				.take = hash_chunk, .context = &copy };
	char text[SHA256_TEXT_BYTES];
	int result;

	if (argc != 4 || !number_parse(argv[3], COPIERS_MAX, &job.coroutines) || !job.coroutines)
		return usage("copy-demo SOURCE TARGET COROUTINES");
	result = open_source(argv[1], &copy, &job.total_bytes);
	if (result < 0)
		return complain("copy-demo", argv[1], result);
	copy.target = uos_open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (copy.target < 0)
		return complain("copy-demo", argv[2], copy.target);
	sha256_init(&copy.hash);
	result = in_order_run(&job);
	if (result == 0)
		result = uos_fsync(copy.target);
	if (result < 0)
		return complain("copy-demo", argv[2], result);
	sha256_finish(&copy.hash, text);
	printf("%s  %s\n", text, argv[2]);
	return 0;
}
