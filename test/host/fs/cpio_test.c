/*
 * The initial archive: one that is good, given as a file, is unpacked whole;
 * then as many damaged copies as asked for, none of which may hurt.  Arguments:
 * the archive, a seed, the number of copies.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "fs/cpio.h"
#include "fs/vfs.h"

static char *archive;
static size_t archive_bytes;

static void read_archive(const char *path)
{
	FILE *file = fopen(path, "rb");

	CHECK(file);
	archive = malloc(1u << 20);
	archive_bytes = fread(archive, 1, 1u << 20, file);
	fclose(file);
}

static void check_file(const char *path, const char *wanted, size_t bytes)
{
	static char text[200000];
	struct cursor cursor;
	struct file *file;

	CHECK_EQUAL(vfs_open(vfs_root(), path, O_RDONLY, 0, &file), 0);
	cursor_init_kernel(&cursor, text, sizeof(text));
	CHECK_EQUAL(file_read(file, &cursor, 0), bytes);
	CHECK(!memcmp(text, wanted, bytes));
	file_put(file);
}

/* What test_fs.py has put in. */
static void test_good(void)
{
	static char large[100000];
	struct statx status;

	memset(large, 'l', sizeof(large));
	CHECK_EQUAL(initramfs_unpack(archive, archive_bytes), 0);
	check_file("/bin/hello", "hello\n", 6);
	check_file("/empty", "", 0);
	check_file("/not/listed/large", large, sizeof(large));
	CHECK_EQUAL(vfs_stat(vfs_root(), "/bin/hello", 0, &status), 0);
	CHECK_EQUAL(status.stx_mode, S_IFREG | 0755);
	CHECK_EQUAL(vfs_stat(vfs_root(), "/link", 0, &status), -ENOENT);
}

static void test_find(void)
{
	struct cpio_entry entry;

	CHECK(cpio_find(archive, archive_bytes, "bin/hello", &entry));
	CHECK_EQUAL(entry.data_bytes, 6);
	CHECK(!memcmp(entry.data, "hello\n", 6));
	CHECK(cpio_find(archive, archive_bytes, "empty", &entry));
	CHECK_EQUAL(entry.data_bytes, 0);
	CHECK(!cpio_find(archive, archive_bytes, "bin", &entry));	/* a folder */
	CHECK(!cpio_find(archive, archive_bytes, "link", &entry));
	CHECK(!cpio_find(archive, archive_bytes, "bin/hell", &entry));
	CHECK(!cpio_find(archive, archive_bytes, "", &entry));
	CHECK(!cpio_find(archive, archive_bytes / 2, "bin/hello", &entry));	/* no end */
	CHECK(!cpio_find(archive, 0, "bin/hello", &entry));
}

/* A copy of its own size, so that a step beyond it is seen. */
static void test_damaged(void)
{
	size_t bytes = fake_random_below(4) ? archive_bytes : fake_random_below(archive_bytes);
	unsigned changes = (unsigned)fake_random_below(4);
	char *copy = malloc(bytes + !bytes);
	struct cpio_entry entry;
	int result;

	memcpy(copy, archive, bytes);
	while (bytes > 0 && changes-- > 0) {
		/* mostly where headers are: the first files are small */
		size_t at = fake_random_below(fake_random_below(2) ? bytes : MIN(bytes, 600));

		copy[at] = "0123456789abcdefF/.\0gz"[fake_random_below(22)];
	}
	result = initramfs_unpack(copy, bytes);
	CHECK(result <= 0 && result > -200);
	if (cpio_find(copy, bytes, "bin/hello", &entry))
		CHECK((const char *)entry.data >= copy &&
		      (const char *)entry.data + entry.data_bytes <= copy + bytes);
	free(copy);
}

int main(int count, char **arguments)
{
	CHECK(count == 4);
	vfs_init();
	read_archive(arguments[1]);
	fake_random_state = strtoull(arguments[2], NULL, 10);
	test_good();
	test_find();
	CHECK_EQUAL(initramfs_unpack(archive, 0), -EINVAL);
	CHECK_EQUAL(initramfs_unpack("not an archive", 14), -EINVAL);
	for (uint64_t left = strtoull(arguments[3], NULL, 10); left > 0; left--)
		test_damaged();
	return 0;
}
