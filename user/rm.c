/*
 * rm [-r] [-f] PATH...: removes files; with -r folders and all below them; with -f
 * what is not there is no mistake.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "folder.h"
#include "program.h"

#define DEPTH_MAX	100

static bool recursive, force;

static int remove_path(const char *path, unsigned depth);

static int remove_folder(const char *path, unsigned depth)
{
	struct folder folder;
	int result = depth == DEPTH_MAX ? -ELOOP : folder_read(path, &folder), status = 0;

	if (result < 0)
		return complain("rm", path, result);
	for (size_t i = 0; i < folder.count; i++) {
		char *inner = path_join(path, folder.name[i].text);

		status |= inner ? remove_path(inner, depth + 1) : complain("rm", path, -ENOMEM);
		free(inner);
	}
	folder_free(&folder);
	result = uos_rmdir(path);
	return result < 0 && !status ? complain("rm", path, result) : status;
}

static int remove_path(const char *path, unsigned depth)
{
	int result = uos_unlink(path);

	if (result == -EISDIR && recursive)
		return remove_folder(path, depth);
	if (result == -ENOENT && force)
		return 0;
	return result < 0 ? complain("rm", path, result) : 0;
}

/* -r, -f, -rf, ...  False: that is no option. */
static bool options_take(const char *text)
{
	for (text++; *text; text++) {
		if (*text == 'r' || *text == 'R')
			recursive = true;
		else if (*text == 'f')
			force = true;
		else
			return false;
	}
	return true;
}

int main(int argc, char *argv[])
{
	int first = 1, status = 0;

	for (; first < argc && argv[first][0] == '-'; first++)
		if (!options_take(argv[first]))
			return usage("rm [-r] [-f] PATH...");
	if (first == argc && !force)
		return usage("rm [-r] [-f] PATH...");
	for (int i = first; i < argc; i++)
		status |= remove_path(argv[i], 0);
	return status;
}
