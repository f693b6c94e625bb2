/*
 * df [PATH...]: the space in file systems, in blocks of 1 KiB: those that the paths are in,
 * or all that are mounted.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "folder.h"
#include "program.h"

static const char *kind_name(uint64_t kind)
{
	switch (kind) {
	case ABI_TMPFS_MAGIC: return "ramfs";
	case ABI_MSDOS_SUPER_MAGIC: return "vfat";
	default: return "?";
	}
}

static int print_space(const char *path)
{
	struct abi_statfs space;
	int result = uos_statfs(path, &space);
	uint64_t used, usable;

	if (result < 0)
		return complain("df", path, result);
	used = space.f_blocks - space.f_bfree;
	usable = used + space.f_bavail;
	printf("%-10s %14llu %10llu %10llu %3llu%% %s\n", kind_name(space.f_type),
	       (unsigned long long)(space.f_blocks * space.f_bsize / 1024),
	       (unsigned long long)(used * space.f_bsize / 1024),
	       (unsigned long long)(space.f_bavail * space.f_bsize / 1024),
	       (unsigned long long)(usable ? (used * 100 + usable - 1) / usable : 0), path);
	return 0;
}

static bool is_mount_point(const char *path)
{
	struct statx root, status;

	return uos_stat("/", &root) == 0 && uos_stat(path, &status) == 0 &&
	       status.stx_mnt_id != root.stx_mnt_id;
}

/* A file system is mounted on a folder of the root. */
static int print_mounted(void)
{
	struct folder folder;
	int status = print_space("/"), result = folder_read("/", &folder);

	if (result < 0)
		return complain("df", "/", result);
	for (size_t i = 0; i < folder.count; i++) {
		char *path = path_join("/", folder.name[i].text);

		if (path && is_mount_point(path))
			status |= print_space(path);
		free(path);
	}
	folder_free(&folder);
	return status;
}

int main(int argc, char *argv[])
{
	int status = 0;

	if (argc > 1 && argv[1][0] == '-')
		return usage("df [PATH...]");
	printf("%-10s %14s %10s %10s %4s %s\n", "Filesystem", "1K-blocks", "Used", "Available",
	       "Use%", "Mounted on");
	for (int i = 1; i < argc; i++)
		status |= print_space(argv[i]);
	if (argc == 1)
		status = print_mounted();
	return fflush(stdout) ? 1 : status;
}
