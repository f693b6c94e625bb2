/*
 * cp [-r] SOURCE... TARGET: copies files; with -r folders and all below them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "program.h"
#include "file_tree.h"

int main(int argc, char *argv[])
{
	struct tree_copy copy = { .program = "cp" };
	int first = 1, status = 0;

	if (argc > 1 && (strcmp(argv[1], "-r") == 0 || strcmp(argv[1], "-R") == 0)) {
		copy.recursive = true;
		first = 2;
	}
	if (argc - first < 2 || argv[first][0] == '-')
		return usage("cp [-r] SOURCE... TARGET");
	if (argc - first > 2 && !path_is_folder(argv[argc - 1]))
		return complain("cp", argv[argc - 1], -ENOTDIR);
	for (int i = first; i < argc - 1; i++) {
		char *target = path_target(argv[i], argv[argc - 1]);

		status |= target ? tree_copy(&copy, argv[i], target) :
			  complain("cp", argv[i], -ENOMEM);
		free(target);
	}
	return status;
}
