/* Files over a test's own bytes; see the header. */
#include "fake_file.h"

#include <stdlib.h>

#include "fake.h"

struct fake {
	struct file file;
	const char *bytes;
	uint64_t count;
};

uint64_t fake_open_files;

struct file *fake_file(const void *bytes, uint64_t count)
{
	struct fake *fake = calloc(1, sizeof(*fake));

	*fake = (struct fake){ .file.references = 1, .bytes = bytes, .count = count };
	__atomic_fetch_add(&fake_open_files, 1, __ATOMIC_RELAXED);
	return &fake->file;
}

void file_free(struct file *file)
{
	__atomic_fetch_sub(&fake_open_files, 1, __ATOMIC_RELAXED);
	free(CONTAINER_OF(file, struct fake, file));
}

ssize_t file_read(struct file *file, struct cursor *to, int64_t offset)
{
	const struct fake *fake = CONTAINER_OF(file, struct fake, file);
	uint64_t piece = 1 + random_below(6000);	/* in pieces, as a file may */

	/* an offset that a loader makes up is never one that means something else */
	CHECK(offset >= 0);
	if ((uint64_t)offset >= fake->count)
		return 0;
	return cursor_put(to, fake->bytes + offset, MIN(fake->count - (uint64_t)offset, piece));
}
