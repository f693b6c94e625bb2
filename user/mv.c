/*
 * mv SOURCE... TARGET: gives files and folders another name, within a file system.
 */
#include <errno.h>
#include <stdlib.h>
#include <uos.h>

#include "folder.h"
#include "program.h"

static int move(const char *source, const char *folder_or_name)
{
	char *target = path_target(source, folder_or_name);
	int result = target ? uos_rename(source, target) : -ENOMEM;

	free(target);
	return result < 0 ? complain("mv", source, result) : 0;
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
