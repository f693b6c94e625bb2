/*
 * rmdir FOLDER...: removes empty folders.
 */
#include <uos.h>

#include "program.h"

int main(int argc, char *argv[])
{
	int status = 0;

	if (argc < 2 || argv[1][0] == '-')
		return usage("rmdir FOLDER...");
	for (int i = 1; i < argc; i++) {
		int result = uos_rmdir(argv[i]);

		if (result < 0)
			status = complain("rmdir", argv[i], result);
	}
	return status;
}
