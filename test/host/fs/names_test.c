/*
 * What the comparison with the host can't ask: mounts, the path of a directory,
 * limits, large directories, and what happens when there is no memory.
 */
#include <stdio.h>
#include <string.h>

#include "fake.h"
#include "fs/devfs.h"
#include "fs/vfs.h"

static int make(const char *path)
{
	struct file *file;
	int error = vfs_open(vfs_root(), path, O_CREAT | O_WRONLY, 0600, &file);

	if (!error)
		file_put(file);
	return error;
}

static uint64_t inode_number(const char *path)
{
	struct statx status;

	CHECK_EQUAL(vfs_stat(vfs_root(), path, 0, &status), 0);
	return status.stx_ino | (uint64_t)status.stx_dev_minor << 32;
}

static void test_mounts(void)
{
	struct dentry *root = vfs_root();

	CHECK(inode_number("/tmp") != inode_number("/"));
	CHECK_EQUAL(inode_number("/tmp/.."), inode_number("/"));
	CHECK_EQUAL(inode_number("/tmp/../dev/.."), inode_number("/"));
	CHECK_EQUAL(inode_number("/.."), inode_number("/"));
	CHECK_EQUAL(vfs_unlink(root, "/tmp", true), -EBUSY);
	CHECK_EQUAL(vfs_unlink(root, "/tmp", false), -EISDIR);
	CHECK_EQUAL(vfs_unlink(root, "/", true), -EBUSY);
	CHECK_EQUAL(vfs_rename(root, "/tmp", root, "/other", 0), -EBUSY);
	CHECK_EQUAL(make("/tmp/f"), 0);
	CHECK_EQUAL(vfs_rename(root, "/tmp/f", root, "/f", 0), -EXDEV);
	CHECK_EQUAL(vfs_rename(root, "/tmp/f", root, "/tmp/g", RENAME_EXCHANGE), -EINVAL);
	CHECK_EQUAL(vfs_rename(root, "/tmp/f", root, "/tmp/f/", 0), -ENOTDIR);
	CHECK_EQUAL(vfs_unlink(root, "/tmp/f", false), 0);
	CHECK_EQUAL(make("/dev/null"), 0);
	CHECK_EQUAL(make("/tmp/"), -EISDIR);
	CHECK_EQUAL(make("/"), -EISDIR);
}

static void check_path(struct dentry *dentry, const char *wanted)
{
	char path[64];

	CHECK_EQUAL(vfs_path_of(dentry, path, sizeof(path)), strlen(wanted) + 1);
	CHECK(!strcmp(path, wanted), "%s, wanted %s", path, wanted);
	/* exactly enough room, and one byte less */
	CHECK_EQUAL(vfs_path_of(dentry, path, strlen(wanted) + 1), strlen(wanted) + 1);
	CHECK_EQUAL(vfs_path_of(dentry, path, strlen(wanted)), -ERANGE);
}

static void test_path_of(void)
{
	struct dentry *root = vfs_root(), *inner;
	char path[16];

	check_path(root, "/");
	CHECK_EQUAL(vfs_mkdir(root, "/tmp/one", 0755), 0);
	CHECK_EQUAL(vfs_mkdir(root, "/tmp/one/two/", 0755), 0);
	CHECK_EQUAL(vfs_directory(root, "/tmp/one/two", &inner), 0);
	check_path(inner, "/tmp/one/two");
	CHECK_EQUAL(vfs_rename(root, "/tmp/one", root, "/tmp/three", 0), 0);
	check_path(inner, "/tmp/three/two");
	CHECK_EQUAL(vfs_rename(inner, "..", root, "/tmp/four", 0), -EBUSY);
	CHECK_EQUAL(vfs_unlink(inner, "../two", true), 0);
	CHECK_EQUAL(vfs_path_of(inner, path, sizeof(path)), -ENOENT);
	CHECK_EQUAL(vfs_mkdir(inner, "below", 0755), -ENOENT);
	CHECK_EQUAL(vfs_unlink(inner, "../../three", true), 0);
	dentry_put(inner);
}

static void test_limits(void)
{
	static char path[VFS_PATH_BYTES_MAX + 2];

	memset(path, 'n', VFS_NAME_BYTES_MAX);
	CHECK_EQUAL(make(path), 0);
	CHECK_EQUAL(vfs_unlink(vfs_root(), path, false), 0);
	path[VFS_NAME_BYTES_MAX] = 'n';
	CHECK_EQUAL(make(path), -ENAMETOOLONG);
	for (size_t i = 0; i < VFS_PATH_BYTES_MAX; i++)
		path[i] = i % 2 ? '/' : '.';
	CHECK_EQUAL(vfs_mkdir(vfs_root(), path, 0), -ENAMETOOLONG);
	path[VFS_PATH_BYTES_MAX - 1] = '\0';
	CHECK_EQUAL(vfs_mkdir(vfs_root(), path, 0), -EEXIST);
	CHECK_EQUAL(vfs_mkdir(vfs_root(), "", 0), -ENOENT);
}

/* Reads names of a directory until its end; how many there were. */
static unsigned count_names(struct file *file, bool unlink_each)
{
	_Alignas(8) char buffer[600];
	struct cursor cursor;
	unsigned count = 0;
	ssize_t bytes;

	for (;;) {
		cursor_init_kernel(&cursor, buffer, sizeof(buffer));
		bytes = file_readdir(file, &cursor);
		CHECK(bytes >= 0);
		if (bytes == 0)
			return count;
		for (ssize_t at = 0; at < bytes; count++) {
			struct linux_dirent64 *entry = (void *)(buffer + at);
			const char *name = buffer + at + offsetof(struct linux_dirent64, d_name);

			if (unlink_each && entry->d_type == ABI_DT_REG)
				CHECK_EQUAL(vfs_unlink(file->dentry, name, false), 0);
			at += entry->d_reclen;
		}
	}
}

static void test_large_directory(void)
{
	struct dentry *root = vfs_root();
	struct file *file;
	struct cursor cursor;
	char path[32];

	CHECK_EQUAL(vfs_mkdir(root, "/tmp/many", 0755), 0);
	for (unsigned i = 0; i < 2000; i++) {
		snprintf(path, sizeof(path), "/tmp/many/%u", i);
		CHECK_EQUAL(make(path), 0);
	}
	CHECK_EQUAL(vfs_open(root, "/tmp/many", O_RDONLY, 0, &file), 0);
	CHECK_EQUAL(count_names(file, false), 2002);
	CHECK_EQUAL(file_seek(file, 0, SEEK_SET), 0);
	/* names that go while one reads neither hide nor double others */
	CHECK_EQUAL(count_names(file, true), 2002);
	CHECK_EQUAL(file_seek(file, 0, SEEK_SET), 0);
	CHECK_EQUAL(count_names(file, false), 2);
	cursor_init_kernel(&cursor, path, 8);
	CHECK_EQUAL(file_seek(file, 0, SEEK_SET), 0);
	CHECK_EQUAL(file_readdir(file, &cursor), -EINVAL);
	file_put(file);
	CHECK_EQUAL(vfs_unlink(root, "/tmp/many", true), 0);
}

/* A user's memory that ends early gives short counts, or -EFAULT for the first. */
static void test_short_memory(void)
{
	static char memory[3 * PAGE_SIZE];
	struct address_space space = { memory, sizeof(memory) };
	struct cursor cursor;
	struct file *file;

	CHECK_EQUAL(vfs_open(vfs_root(), "/tmp/f", O_CREAT | O_RDWR, 0600, &file), 0);
	cursor_init_user(&cursor, &space, (uint64_t)memory, 5 * PAGE_SIZE);
	CHECK_EQUAL(file_write(file, &cursor, 10), 3 * PAGE_SIZE);
	cursor_init_user(&cursor, &space, (uint64_t)memory + PAGE_SIZE, 3 * PAGE_SIZE);
	CHECK_EQUAL(file_read(file, &cursor, 0), 2 * PAGE_SIZE);
	cursor_init_user(&cursor, &space, 0, 10);
	CHECK_EQUAL(file_read(file, &cursor, 0), -EFAULT);
	cursor_init_user(&cursor, &space, 0, 10);
	CHECK_EQUAL(file_write(file, &cursor, 0), -EFAULT);
	cursor_init_user(&cursor, &space, (uint64_t)memory, 10);
	CHECK_EQUAL(file_read(file, &cursor, -2), -EINVAL);
	cursor_init_user(&cursor, &space, (uint64_t)memory, 10);
	CHECK_EQUAL(file_read(file, &cursor, INT64_MAX), -EOVERFLOW);
	file_put(file);
	CHECK_EQUAL(vfs_unlink(vfs_root(), "/tmp/f", false), 0);
}

/* A few operations that allocate; then, whatever came of them, all is undone. */
static int sequence(void)
{
	struct dentry *root = vfs_root();
	struct cursor cursor;
	struct file *file;
	ssize_t written;
	int error;

	error = vfs_mkdir(root, "/tmp/d", 0755);
	if (error)
		return error;
	error = vfs_open(root, "/tmp/d/file", O_CREAT | O_WRONLY, 0600, &file);
	if (!error) {
		cursor_init_kernel(&cursor, "text", 4);
		written = file_write(file, &cursor, 5 * PAGE_SIZE);
		error = written < 0 ? (int)written : 0;
		file_put(file);
	}
	if (!error)
		error = vfs_rename(root, "/tmp/d/file", root, "/tmp/d/other", 0);
	fake_fail_allocation = error ? 0 : fake_fail_allocation;
	while (vfs_unlink(root, "/tmp/d/file", false) == -ENOMEM ||
	       vfs_unlink(root, "/tmp/d/other", false) == -ENOMEM ||
	       vfs_unlink(root, "/tmp/d", true) == -ENOMEM)
		error = -ENOMEM;
	return error;
}

static void test_no_memory(void)
{
	struct fake_memory before;
	unsigned failures = 0;

	CHECK_EQUAL(sequence(), 0);
	before = fake_memory_now();
	for (uint64_t at = 1; at < 100; at++) {
		fake_fail_allocation = at;
		if (sequence())
			failures++;
		fake_fail_allocation = 0;
		CHECK_EQUAL(fake_memory_now().object_bytes, before.object_bytes);
		CHECK_EQUAL(fake_memory_now().frames, before.frames);
	}
	CHECK(failures > 10);
}

static void test_memory_files(void)
{
	struct cursor cursor;
	struct file *file;
	char bytes[100];

	memset(bytes, 1, sizeof(bytes));
	CHECK_EQUAL(vfs_open(vfs_root(), "/dev/zero", O_RDWR, 0, &file), 0);
	cursor_init_kernel(&cursor, bytes, sizeof(bytes));
	CHECK_EQUAL(file_read(file, &cursor, -1), sizeof(bytes));
	CHECK(bytes[0] == 0 && bytes[99] == 0);
	cursor_init_kernel(&cursor, bytes, sizeof(bytes));
	CHECK_EQUAL(file_write(file, &cursor, 77), sizeof(bytes));
	CHECK_EQUAL(file_sync(file, false), -EINVAL);
	CHECK_EQUAL(file_truncate(file, 0), -EINVAL);
	CHECK_EQUAL(file_readdir(file, &cursor), -ENOTDIR);
	file_put(file);
	CHECK_EQUAL(vfs_open(vfs_root(), "/dev/null", O_WRONLY, 0, &file), 0);
	cursor_init_kernel(&cursor, bytes, sizeof(bytes));
	CHECK_EQUAL(file_read(file, &cursor, 0), -EBADF);
	file_put(file);
	CHECK_EQUAL(vfs_open(vfs_root(), "/dev/urandom", O_RDONLY | O_DIRECT, 0, &file), -EINVAL);
	CHECK_EQUAL(vfs_open(vfs_root(), "/dev/urandom", O_RDONLY, 0, &file), 0);
	cursor_init_kernel(&cursor, bytes, sizeof(bytes));
	CHECK_EQUAL(file_read(file, &cursor, 0), sizeof(bytes));
	CHECK_EQUAL(file_seek(file, 5, SEEK_SET), 0);
	file_put(file);
}

int main(void)
{
	struct fake_memory before;

	vfs_init();
	/* a directory keeps the tables that its first names brought */
	CHECK_EQUAL(make("/tmp/first"), 0);
	CHECK_EQUAL(make("/tmp/second"), 0);
	CHECK_EQUAL(vfs_unlink(vfs_root(), "/tmp/first", false), 0);
	CHECK_EQUAL(vfs_unlink(vfs_root(), "/tmp/second", false), 0);
	before = fake_memory_now();
	test_mounts();
	test_path_of();
	test_limits();
	test_large_directory();
	test_short_memory();
	test_no_memory();
	test_memory_files();
	CHECK_EQUAL(vfs_open_files(), 0);
	CHECK_EQUAL(fake_memory_now().object_bytes, before.object_bytes);
	CHECK_EQUAL(fake_memory_now().frames, before.frames);
	return 0;
}
