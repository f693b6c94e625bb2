/*
 * Random operations on names and files, on uos's tree and on the host's: each
 * result, error numbers included, is the same.  Arguments: a folder, a seed, the
 * number of operations.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "fs/vfs.h"
#include "kernel/api/memory.h"
#include "oracle.h"

#define FILES		12
#define BUFFER_BYTES	20000u

static struct dentry *base;		/* where relative paths start */
static struct {
	struct file *ours;
	int theirs;
} files[FILES];
static char what[600];			/* the operation at hand */
static char ours_buffer[BUFFER_BYTES], theirs_buffer[BUFFER_BYTES];

static void same(long ours, long theirs)
{
	CHECK(ours == theirs, "%s: ours %ld, Linux's %ld", what, ours, theirs);
}

/* A path of a few components over a small alphabet, now and then an odd one. */
static void random_path(char *path)
{
	static const char *const parts[] = {
		"a", "b", "c", "d", "a", "b", "c", ".", "..", "d/", "a//", "e",
	};
	unsigned count = 1 + (unsigned)fake_random_below(3);

	path[0] = '\0';
	if (fake_random_below(100) == 0)
		return;
	for (unsigned i = 0; i < count; i++) {
		const char *part = parts[fake_random_below(ARRAY_SIZE(parts))];

		/* the host's folder has a world above it, ours has not */
		if (i == 0 && !strcmp(part, ".."))
			part = "a";
		if (i > 0 && !strcmp(part, "..") && strstr(path, ".."))
			part = "b";
		snprintf(path + strlen(path), 64, "%s%s", i ? "/" : "", part);
	}
}

/* A path like "./.." or "a//../.." could leave the folder: not for this test. */
static bool leaves_folder(const char *path)
{
	int depth = 0;

	while (*path) {
		size_t bytes = strcspn(path, "/");

		if (bytes == 2 && !strncmp(path, "..", 2))
			depth--;
		else if (bytes > 0 && !(bytes == 1 && *path == '.'))
			depth++;
		if (depth < 0)
			return true;
		path += bytes;
		path += strspn(path, "/");
	}
	/* what "a/.." ends in is the folder itself, which differs from ours */
	return depth == 0;
}

static void safe_path(char *path)
{
	do {
		random_path(path);
	} while (*path && leaves_folder(path));
}

static uint32_t random_flags(void)
{
	static const uint32_t access[] = { O_RDONLY, O_WRONLY, O_RDWR, O_RDWR };
	uint32_t flags = access[fake_random_below(ARRAY_SIZE(access))];

	if (fake_random_below(2))
		flags |= O_CREAT;
	if (fake_random_below(6) == 0)
		flags |= O_EXCL;
	if (fake_random_below(6) == 0)
		flags |= O_TRUNC;
	if (fake_random_below(6) == 0)
		flags |= O_APPEND;
	if (fake_random_below(8) == 0)
		flags |= O_DIRECTORY;
	if (fake_random_below(8) == 0)
		flags |= O_NOFOLLOW;
	/* kernels differ about these two together */
	return flags & O_CREAT ? flags & ~(uint32_t)O_DIRECTORY : flags;
}

static void do_close(unsigned number)
{
	if (!files[number].ours)
		return;
	file_put(files[number].ours);
	oracle_close(files[number].theirs);
	files[number].ours = NULL;
}

static void do_open(void)
{
	unsigned number = (unsigned)fake_random_below(FILES);
	uint32_t flags = random_flags();
	char path[256];
	int ours, theirs;

	do_close(number);
	safe_path(path);
	snprintf(what, sizeof(what), "open(\"%s\", %#o)", path, flags);
	ours = vfs_open(base, path, flags, 0644, &files[number].ours);
	theirs = oracle_open(path, flags, 0644);
	same(ours, MIN(theirs, 0));
	files[number].theirs = theirs;
	if (ours)
		files[number].ours = NULL;
}

static void do_write(unsigned number, uint64_t bytes, int64_t offset)
{
	struct cursor cursor;

	snprintf(what, sizeof(what), "write(%u, %lu, %ld)", number, (long)bytes, (long)offset);
	for (uint64_t i = 0; i < bytes; i++)
		ours_buffer[i] = (char)fake_random();
	cursor_init_kernel(&cursor, ours_buffer, bytes);
	same(file_write(files[number].ours, &cursor, offset),
	     oracle_write(files[number].theirs, ours_buffer, bytes, offset));
}

static void do_read(unsigned number, uint64_t bytes, int64_t offset)
{
	struct cursor cursor;
	ssize_t ours;

	snprintf(what, sizeof(what), "read(%u, %lu, %ld)", number, (long)bytes, (long)offset);
	cursor_init_kernel(&cursor, ours_buffer, bytes);
	ours = file_read(files[number].ours, &cursor, offset);
	same(ours, oracle_read(files[number].theirs, theirs_buffer, bytes, offset));
	if (ours > 0)
		CHECK(!memcmp(ours_buffer, theirs_buffer, (size_t)ours), "%s", what);
}

static void do_file_operation(void)
{
	unsigned number = (unsigned)fake_random_below(FILES);
	uint64_t bytes = fake_random_below(fake_random_below(4) ? 300 : BUFFER_BYTES);
	int64_t offset = fake_random_below(2) ? -1 :
			 (int64_t)fake_random_below(fake_random_below(8) ? 30000 : 5000000);
	int whence = (int)fake_random_below(4);
	struct file *file = files[number].ours;

	if (!file)
		return;
	switch (fake_random_below(4)) {
	case 0:
		do_write(number, bytes, offset);
		break;
	case 1:
		do_read(number, bytes, offset);
		break;
	case 2:
		snprintf(what, sizeof(what), "truncate(%u, %ld)", number, (long)offset);
		same(file_truncate(file, offset), oracle_truncate(files[number].theirs, offset));
		break;
	default:
		/* where a directory ends is each file system's own */
		if (whence == SEEK_END || whence == 3)
			whence = SEEK_SET;
		snprintf(what, sizeof(what), "seek(%u, %ld, %d)", number, (long)offset, whence);
		same(file_seek(file, offset, whence),
		     oracle_seek(files[number].theirs, offset, whence));
	}
}

static void do_stat(const char *path)
{
	struct oracle_stat theirs = { 0 };
	struct statx ours = { 0 };
	int result = vfs_stat(base, path, 0, &ours);

	snprintf(what, sizeof(what), "stat(\"%s\")", path);
	same(result, oracle_stat(path, &theirs));
	if (result)
		return;
	same(ours.stx_mode & S_IFMT, theirs.mode);
	same(ours.stx_nlink, theirs.links);
	if (theirs.mode == S_IFREG)
		same((long)ours.stx_size, (long)theirs.bytes);
}

/* Sum over the names, as oracle_list; read through a small buffer. */
static long list(struct file *file)
{
	struct cursor cursor;
	long sum = 0;
	ssize_t bytes;

	for (;;) {
		_Alignas(8) char buffer[64];

		cursor_init_kernel(&cursor, buffer, sizeof(buffer));
		bytes = file_readdir(file, &cursor);
		if (bytes <= 0)
			return bytes ? bytes : sum;
		for (ssize_t at = 0; at < bytes;) {
			struct linux_dirent64 *entry = (void *)(buffer + at);
			const char *name = buffer + at + offsetof(struct linux_dirent64, d_name);
			uint32_t hash = 2166136261u;

			CHECK(strlen(name) <= 3);
			for (; *name; name++)
				hash = (hash ^ (uint8_t)*name) * 16777619u;
			sum += hash;
			at += entry->d_reclen;
		}
	}
}

static void do_list(const char *path)
{
	struct file *file;
	long ours = vfs_open(base, path, O_RDONLY | O_DIRECTORY, 0, &file);

	snprintf(what, sizeof(what), "list(\"%s\")", path);
	if (!ours) {
		ours = list(file);
		file_put(file);
	}
	same(ours, oracle_list(path));
}

static void do_name_operation(void)
{
	char path[256], other[256];
	uint32_t flags = fake_random_below(4) ? 0 : RENAME_NOREPLACE;
	bool directory = fake_random_below(2);

	safe_path(path);
	safe_path(other);
	switch (fake_random_below(6)) {
	case 0:
		snprintf(what, sizeof(what), "mkdir(\"%s\")", path);
		same(vfs_mkdir(base, path, 0755), oracle_mkdir(path, 0755));
		break;
	case 1:
		snprintf(what, sizeof(what), "unlink(\"%s\", %d)", path, directory);
		same(vfs_unlink(base, path, directory), oracle_unlink(path, directory));
		break;
	case 2:
	case 3:
		snprintf(what, sizeof(what), "rename(\"%s\", \"%s\", %u)", path, other, flags);
		same(vfs_rename(base, path, base, other, flags),
		     oracle_rename(path, other, flags));
		break;
	case 4:
		do_stat(path);
		break;
	default:
		do_list(path);
	}
}

/* Everything below a directory goes. */
static void remove_all(struct dentry *directory)
{
	static const char *const names[] = { "a", "b", "c", "d", "e" };

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		struct dentry *below;

		if (vfs_unlink(directory, names[i], false) != -EISDIR)
			continue;
		CHECK_EQUAL(vfs_directory(directory, names[i], &below), 0);
		remove_all(below);
		dentry_put(below);
		CHECK_EQUAL(vfs_unlink(directory, names[i], true), 0);
	}
}

static void check_no_leak(struct fake_memory before)
{
	struct fake_memory now;

	remove_all(base);
	dentry_put(base);
	CHECK_EQUAL(vfs_unlink(vfs_root(), "folder", true), 0);
	now = fake_memory_now();
	CHECK_EQUAL(vfs_open_files(), 0);
	CHECK_EQUAL(now.objects, before.objects);
	CHECK_EQUAL(now.object_bytes, before.object_bytes);
	CHECK_EQUAL(now.frames, before.frames);
}

int main(int count, char **arguments)
{
	struct fake_memory before;
	uint64_t operations;

	CHECK(count == 4);
	oracle_start(arguments[1]);
	fake_random_state = strtoull(arguments[2], NULL, 10);
	operations = strtoull(arguments[3], NULL, 10);
	vfs_init();
	/* a directory keeps the table that its first name brought */
	CHECK_EQUAL(vfs_mkdir(vfs_root(), "/folder", 0755), 0);
	CHECK_EQUAL(vfs_unlink(vfs_root(), "/folder", true), 0);
	before = fake_memory_now();
	CHECK_EQUAL(vfs_mkdir(vfs_root(), "/folder", 0755), 0);
	CHECK_EQUAL(vfs_directory(vfs_root(), "folder", &base), 0);
	while (operations-- > 0) {
		if (fake_random_below(3) == 0)
			do_open();
		else if (fake_random_below(2))
			do_file_operation();
		else
			do_name_operation();
	}
	for (unsigned i = 0; i < FILES; i++)
		do_close(i);
	check_no_leak(before);
	return 0;
}
