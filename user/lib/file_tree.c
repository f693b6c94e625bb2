#include "file_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <uos.h>

#include "folder.h"
#include "program.h"

#define BUFFER_BYTES	65536
#define DEPTH_MAX	100

static char buffer[BUFFER_BYTES];

/* ---- copying ---------------------------------------------------------------------- */

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

static int copy_file(const struct tree_copy *copy, const char *source, const char *target)
{
	int from = uos_open(source, O_RDONLY, 0), to, status = 0;
	ssize_t result;

	if (from < 0)
		return complain(copy->program, source, from);
	/* it would be emptied before it is read */
	to = is_same(from, target) ? -EINVAL : uos_open(target, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (to < 0) {
		status = complain(copy->program, target, to);
	} else {
		result = copy_contents(from, to);
		if (result < 0)
			status = complain(copy->program, result == -ENOSPC ? target : source, result);
		uos_close(to);
	}
	uos_close(from);
	return status;
}

static int copy_path(const struct tree_copy *copy, const char *source, const char *target,
		     unsigned depth);

static int copy_folder(const struct tree_copy *copy, const char *source, const char *target,
		       unsigned depth)
{
	struct folder folder;
	int result = folder_read(source, &folder), status = 0;

	if (result < 0)
		return complain(copy->program, source, result);
	result = depth == DEPTH_MAX ? -ELOOP : uos_mkdir(target, 0755);
	if (result < 0 && result != -EEXIST)
		status = complain(copy->program, target, result);
	for (size_t i = 0; i < folder.count && !status; i++) {
		char *from = path_join(source, folder.name[i].text);
		char *to = path_join(target, folder.name[i].text);

		status = from && to ? copy_path(copy, from, to, depth + 1) :
			 complain(copy->program, source, -ENOMEM);
		free(from);
		free(to);
	}
	folder_free(&folder);
	return status;
}

static int copy_path(const struct tree_copy *copy, const char *source, const char *target,
		     unsigned depth)
{
	if (!path_is_folder(source))
		return copy_file(copy, source, target);
	if (!copy->recursive)
		return complain(copy->program, source, -EISDIR);
	return copy_folder(copy, source, target, depth);
}

int tree_copy(const struct tree_copy *copy, const char *source, const char *target)
{
	return copy_path(copy, source, target, 0);
}

/* ---- removing ---------------------------------------------------------------------- */

static int remove_path(const struct tree_removal *removal, const char *path, unsigned depth);

static int remove_folder(const struct tree_removal *removal, const char *path, unsigned depth)
{
	struct folder folder;
	int result = depth == DEPTH_MAX ? -ELOOP : folder_read(path, &folder), status = 0;

	if (result < 0)
		return complain(removal->program, path, result);
	for (size_t i = 0; i < folder.count; i++) {
		char *inner = path_join(path, folder.name[i].text);

		status |= inner ? remove_path(removal, inner, depth + 1) :
			  complain(removal->program, path, -ENOMEM);
		free(inner);
	}
	folder_free(&folder);
	result = uos_rmdir(path);
	return result < 0 && !status ? complain(removal->program, path, result) : status;
}

static int remove_path(const struct tree_removal *removal, const char *path, unsigned depth)
{
	int result = uos_unlink(path);

	if (result == -EISDIR && removal->recursive)
		return remove_folder(removal, path, depth);
	if (result == -ENOENT && removal->force)
		return 0;
	return result < 0 ? complain(removal->program, path, result) : 0;
}

int tree_remove(const struct tree_removal *removal, const char *path)
{
	return remove_path(removal, path, 0);
}
