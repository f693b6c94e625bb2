/*
 * mv SOURCE... TARGET: gives files and folders another name; into another file system by
 * copying them, and removing them when all has been copied.
 */
#include <errno.h>
#include <stdlib.h>
#include <uos.h>

#include "folder.h"
#include "program.h"
#include "file_tree.h"

/* What is at the target goes, as with a rename: a folder only if it is empty. */
static int move_across(const char *source, const char *target)
{
	const struct tree_copy copy = { .program = "mv", .recursive = true };
	const struct tree_removal removal = { .program = "mv", .recursive = true };
	int result = path_is_folder(source) && path_is_folder(target) ? uos_rmdir(target) : 0;

	if (result < 0)
		return complain("mv", target, result);
	return tree_copy(&copy, source, target) || tree_remove(&removal, source);
}

static int move(const char *source, const char *folder_or_name)
{
	char *target = path_target(source, folder_or_name);
	int result = target ? uos_rename(source, target) : -ENOMEM, status = 0;

	if (result == -EXDEV)
		status = move_across(source, target);
	else if (result < 0)
		status = complain("mv", source, result);
	free(target);
	return status;
}

int main(int argc, char *argv[])
{
	int status = 0;

	if (argc < 3 || argv[1][0] == '-')
		return usage("mv SOURCE... TARGET");
	if (argc > 3 && !path_is_folder(argv[argc - 1]))
		return complain("mv", argv[argc - 1], -ENOTDIR);
	for (int i = 1; i < argc - 1; i++)
		status |= move(argv[i], argv[argc - 1]);
	return status;
}
