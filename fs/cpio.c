/*
 * cpio archives: see cpio.h.
 *
 * A header is a magic of 6 characters and 13 fields of 8 hexadecimal digits; the
 * name follows, then the data, each padded to a multiple of 4 bytes from the
 * archive's start.
 */
#include <string.h>

#include "abi/file.h"
#include "fs/cpio.h"

#define MAGIC			"070701"
#define MAGIC_CHECKSUMMED	"070702"
#define MAGIC_BYTES		6
#define FIELD_DIGITS		8
#define HEADER_BYTES		(MAGIC_BYTES + 13 * FIELD_DIGITS)
#define FIELD_MODE		1
#define FIELD_DATA_BYTES	6
#define FIELD_NAME_BYTES	11	/* with the NUL */
#define NAME_OF_END		"TRAILER!!!"

static int digit_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

static bool field_read(const char *header, unsigned field, uint32_t *value)
{
	const char *digits = header + MAGIC_BYTES + field * FIELD_DIGITS;

	*value = 0;
	for (unsigned i = 0; i < FIELD_DIGITS; i++) {
		int digit = digit_value(digits[i]);

		if (digit < 0)
			return false;
		*value = *value << 4 | (uint32_t)digit;
	}
	return true;
}

static bool magic_fits(const char *header)
{
	return memcmp(header, MAGIC, MAGIC_BYTES) == 0 ||
	       memcmp(header, MAGIC_CHECKSUMMED, MAGIC_BYTES) == 0;
}

/* A part of the archive: moves `at` behind it and its padding.  NULL: it is not
 * all there.  The last part's padding may be missing. */
static const char *part_take(struct cpio *cpio, size_t bytes)
{
	const char *part = cpio->archive + cpio->at;
	size_t end;

	if (bytes > cpio->bytes - cpio->at)
		return NULL;
	end = ALIGN_UP(cpio->at + bytes, 4);
	cpio->at = MIN(end, cpio->bytes);
	return part;
}

int cpio_next(struct cpio *cpio, struct cpio_entry *entry)
{
	const char *header = cpio->archive + cpio->at;
	uint32_t name_bytes, data_bytes;

	if (cpio->bytes - cpio->at < HEADER_BYTES || !magic_fits(header))
		return -EINVAL;
	if (!field_read(header, FIELD_MODE, &entry->mode) ||
	    !field_read(header, FIELD_DATA_BYTES, &data_bytes) ||
	    !field_read(header, FIELD_NAME_BYTES, &name_bytes) || name_bytes == 0)
		return -EINVAL;
	/* header and name are padded together */
	if (!part_take(cpio, HEADER_BYTES + (size_t)name_bytes))
		return -EINVAL;
	entry->name = header + HEADER_BYTES;
	if (memchr(entry->name, '\0', name_bytes) != entry->name + name_bytes - 1)
		return -EINVAL;
	if (strcmp(entry->name, NAME_OF_END) == 0)
		return 0;
	entry->data = part_take(cpio, data_bytes);
	entry->data_bytes = data_bytes;
	return entry->data ? 1 : -EINVAL;
}

static bool name_is(const char *name, const char *wanted)
{
	if (name[0] == '.' && name[1] == '/')
		name += 2;
	return strcmp(name + (name[0] == '/'), wanted) == 0;
}

bool cpio_find(const void *archive, size_t bytes, const char *name, struct cpio_entry *entry)
{
	struct cpio cpio = { .archive = archive, .bytes = bytes };
	struct cpio_entry next;
	bool found = false;
	int result;

	while ((result = cpio_next(&cpio, &next)) > 0) {
		if ((next.mode & S_IFMT) != S_IFREG || !name_is(next.name, name))
			continue;
		*entry = next;
		found = true;
	}
	return found && result == 0;
}
