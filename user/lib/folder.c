/*
 * The names in a folder: see folder.h.
 */
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#define RECORDS_BYTES	16384

static int folder_add(struct folder *folder, const struct linux_dirent64 *entry)
{
	if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
		return 0;
	if (folder->count == folder->room) {
		size_t room = folder->room ? 2 * folder->room : 32;
		struct folder_name *grown = realloc(folder->name, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		folder->name = grown;
		folder->room = room;
	}
	folder->name[folder->count].text = strdup(entry->d_name);
	folder->name[folder->count].is_folder = entry->d_type == ABI_DT_DIR;
	return folder->name[folder->count++].text ? 0 : -ENOMEM;
}

static int read_records(int fd, char *records, struct folder *folder)
{
	ssize_t bytes;

	while ((bytes = uos_readdir(fd, records, RECORDS_BYTES)) > 0) {
		for (ssize_t at = 0; at < bytes;) {
			struct linux_dirent64 *entry = (struct linux_dirent64 *)(records + at);
			int result = folder_add(folder, entry);

			if (result < 0)
				return result;
			at += entry->d_reclen;
		}
	}
	return (int)bytes;
}

int folder_read(const char *path, struct folder *folder)
{
	int fd = uos_open(path, O_RDONLY | O_DIRECTORY, 0), result = -ENOMEM;
	char *records;

	*folder = (struct folder){ 0 };
	if (fd < 0)
		return fd;
	records = malloc(RECORDS_BYTES);
	if (records)
		result = read_records(fd, records, folder);
	free(records);
	uos_close(fd);
	if (result < 0)
		folder_free(folder);
	return result;
}

void folder_free(struct folder *folder)
{
	for (size_t i = 0; i < folder->count; i++)
		free(folder->name[i].text);
	free(folder->name);
	*folder = (struct folder){ 0 };
}

char *path_join(const char *folder, const char *name)
{
	size_t length = strlen(folder), bytes = length + strlen(name) + 2;
	char *path = malloc(bytes);

	if (!path)
		return NULL;
	while (length > 0 && folder[length - 1] == '/')
		length--;
	memcpy(path, folder, length);
	path[length] = '/';
	memcpy(path + length + 1, name, strlen(name) + 1);
	return path;
}

bool path_is_folder(const char *path)
{
	struct statx status;

	return uos_stat(path, &status) == 0 && (status.stx_mode & S_IFMT) == S_IFDIR;
}

char *path_target(const char *source, const char *target)
{
	size_t length = strlen(source), start;
	char *name, *path;

	if (!path_is_folder(target))
		return strdup(target);
	while (length > 0 && source[length - 1] == '/')
		length--;
	for (start = length; start > 0 && source[start - 1] != '/';)
		start--;
	name = strndup(source + start, length - start);
	path = name ? path_join(target, name) : NULL;
	free(name);
	return path;
}
