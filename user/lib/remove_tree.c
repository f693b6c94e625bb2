/*
 * Removes whatever is below a folder: depth first, one path that grows and
 * shrinks.
 */
#include "remove_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <uos.h>

#define PATH_BYTES	4096
#define DEPTH_MAX	200

static bool is_kept(const char *name, const char *const kept[])
{
	for (; kept && *kept; kept++)
		if (strcmp(name, *kept) == 0)
			return true;
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* The first entry that is not kept, into `name`; false at the end. */
static bool first_entry(const char *path, const char *const kept[], char name[256])
{
	char entries[1024];
	int folder = uos_sys_open(path, O_RDONLY | O_DIRECTORY, 0);
	ssize_t bytes = 0;
	bool found = false;

	while (folder >= 0 && !found &&
	       (bytes = uos_sys_readdir(folder, entries, sizeof(entries))) > 0) {
		for (ssize_t at = 0; at < bytes && !found;) {
			struct linux_dirent64 *entry = (struct linux_dirent64 *)(entries + at);

			found = !is_kept(entry->d_name, kept);
			if (found)
				strlcpy(name, entry->d_name, 256);
			at += entry->d_reclen;
		}
	}
	if (folder >= 0)
		uos_sys_close(folder);
	return found;
}

static int remove_in(char *path, const char *const kept[], unsigned depth)
{
	size_t length = strlen(path);
	char name[256];

	while (first_entry(path, kept, name)) {
		int result;

		if (depth == DEPTH_MAX)
			return -ELOOP;
		snprintf(path + length, PATH_BYTES - length, "/%s", name);
		result = uos_sys_unlink(path);
		if (result == -EISDIR) {
			result = remove_in(path, NULL, depth + 1);
			if (result == 0)
				result = uos_sys_rmdir(path);
		}
		path[length] = '\0';
		if (result < 0)
			return result;
	}
	return 0;
}

int remove_below(const char *folder, const char *const kept[])
{
	static char path[PATH_BYTES];

	strlcpy(path, folder, sizeof(path));
	return remove_in(path, kept, 0);
}
