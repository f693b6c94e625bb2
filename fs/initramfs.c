/*
 * Unpacking the initial archive into the root: directories and regular files;
 * what else it may hold is left out.
 *
 * Coroutine context, at boot.
 */
#include <string.h>

#include "fs/cpio.h"
#include "fs/vfs.h"
#include "kernel/api/memory.h"

/* Makes all directories above the last component. */
static int parents_create(const char *path)
{
	size_t bytes = strlen(path) + 1;
	char *prefix = kernel_alloc(bytes);
	int error = 0;

	if (!prefix)
		return -ENOMEM;
	memcpy(prefix, path, bytes);
	for (char *slash = strchr(prefix, '/'); slash && !error;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (prefix[0] != '\0')
			error = vfs_mkdir(vfs_root(), prefix, 0755);
		if (error == -EEXIST)
			error = 0;
		*slash = '/';
	}
	kernel_free(prefix, bytes);
	return error;
}

static int file_create_with(const struct cpio_entry *entry)
{
	struct cursor cursor;
	struct file *file;
	ssize_t written = 1;
	int error;

	error = vfs_open(vfs_root(), entry->name, O_CREAT | O_TRUNC | O_WRONLY, entry->mode,
			 &file);
	if (error)
		return error;
	cursor_init_kernel(&cursor, (void *)entry->data, entry->data_bytes);
	while (cursor.remaining > 0 && written > 0)
		written = file_write(file, &cursor, -1);
	file_put(file);
	return written < 0 ? (int)written : 0;
}

static int entry_create(const struct cpio_entry *entry)
{
	int error;

	switch (entry->mode & S_IFMT) {
	case S_IFDIR:
		error = vfs_mkdir(vfs_root(), entry->name, entry->mode);
		return error == -EEXIST ? 0 : error;
	case S_IFREG:
		return file_create_with(entry);
	default:
		return 0;
	}
}

static int entry_unpack(const struct cpio_entry *entry)
{
	int error = entry_create(entry);

	if (error != -ENOENT)
		return error;
	error = parents_create(entry->name);
	return error ? error : entry_create(entry);
}

int initramfs_unpack(const void *archive, size_t bytes)
{
	struct cpio cpio = { .archive = archive, .bytes = bytes };
	struct cpio_entry entry;
	int result;

	while ((result = cpio_next(&cpio, &entry)) > 0) {
		result = entry_unpack(&entry);
		if (result)
			return result;
	}
	return result;
}
