/*
 * cp [-r] SOURCE... TARGET: copies files; with -r folders and all below them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "folder.h"
#include "program.h"

#define BUFFER_BYTES	65536
#define DEPTH_MAX	100

static bool recursive;
static char buffer[BUFFER_BYTES];

static ssize_t write_all(int fd, const char *from, size_t bytes)
{
	while (bytes > 0) {
		ssize_t done = uos_write(fd, from, bytes, -1);

		if (done < 0)
			return done;
		from += done;
		bytes -= (size_t)done;
	}
	return 0;
}

/* 0 or -errno. */
static ssize_t copy_contents(int from, int to)
{
	ssize_t bytes, result = 0;

	while (result == 0 && (bytes = uos_read(from, buffer, sizeof(buffer), -1)) != 0)
		result = bytes < 0 ? bytes : write_all(to, buffer, (size_t)bytes);
	return result;
}

static bool is_same(int from, const char *target)
{
	struct statx one, other;

	return uos_fstat(from, &one) == 0 && uos_stat(target, &other) == 0 &&
	       one.stx_ino == other.stx_ino && one.stx_mnt_id == other.stx_mnt_id;
}

static int copy_file(const char *source, const char *target)
{
	int from = uos_open(source, O_RDONLY, 0), to, status = 0;
	ssize_t result;

	if (from < 0)
		return complain("cp", source, from);
	/* it would be emptied before it is read */
	to = is_same(from, target) ? -EINVAL : uos_open(target, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (to < 0) {
		status = complain("cp", target, to);
	} else {
		result = copy_contents(from, to);
		if (result < 0)
			status = complain("cp", result == -ENOSPC ? target : source, result);
		uos_close(to);
	}
	uos_close(from);
	return status;
}

static int copy(const char *source, const char *target, unsigned depth);

static int copy_folder(const char *source, const char *target, unsigned depth)
{
	struct folder folder;
	int result = folder_read(source, &folder), status = 0;

	if (result < 0)
		return complain("cp", source, result);
	result = depth == DEPTH_MAX ? -ELOOP : uos_mkdir(target, 0755);
	if (result < 0 && result != -EEXIST)
		status = complain("cp", target, result);
	for (size_t i = 0; i < folder.count && !status; i++) {
		char *from = path_join(source, folder.name[i].text);
		char *to = path_join(target, folder.name[i].text);

		status = from && to ? copy(from, to, depth + 1) : complain("cp", source, -ENOMEM);
		free(from);
		free(to);
	}
	folder_free(&folder);
	return status;
}

static int copy(const char *source, const char *target, unsigned depth)
{
	if (!path_is_folder(source))
		return copy_file(source, target);
	if (!recursive)
		return complain("cp", source, -EISDIR);
	return copy_folder(source, target, depth);
}

int main(int argc, char *argv[])
{
	int first = 1, status = 0;

	if (argc > 1 && (strcmp(argv[1], "-r") == 0 || strcmp(argv[1], "-R") == 0)) {
		recursive = true;
		first = 2;
	}
	if (argc - first < 2 || argv[first][0] == '-')
		return usage("cp [-r] SOURCE... TARGET");
	if (argc - first > 2 && !path_is_folder(argv[argc - 1]))
		return complain("cp", argv[argc - 1], -ENOTDIR);
	for (int i = first; i < argc - 1; i++) {
		char *target = path_target(argv[i], argv[argc - 1]);

		status |= target ? copy(argv[i], target, 0) : complain("cp", argv[i], -ENOMEM);
		free(target);
	}
	return status;
}
