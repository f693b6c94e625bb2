/*
 * mkdir [-p] PATH...: makes folders; with -p those above them too, and one that is
 * there already is no mistake.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <uos.h>

#include "folder.h"
#include "program.h"

static int make(const char *path)
{
	int result = uos_mkdir(path, 0755);

	return result < 0 ? complain("mkdir", path, result) : 0;
}

/* Each prefix of the path in turn. */
static int make_all(char *path)
{
	for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
		int result;

		if (slash)
			*slash = '\0';
		result = uos_mkdir(path, 0755);
		if (result < 0 && (result != -EEXIST || !path_is_folder(path)))
			return complain("mkdir", path, result);
		if (!slash)
			return 0;
		*slash = '/';
	}
}

int main(int argc, char *argv[])
{
	bool parents = argc > 1 && strcmp(argv[1], "-p") == 0;
	int first = parents ? 2 : 1, status = 0;

	if (first >= argc || argv[first][0] == '-')
		return usage("mkdir [-p] PATH...");
	for (int i = first; i < argc; i++)
		status |= parents ? make_all(argv[i]) : make(argv[i]);
	return status;
}
