/*
 * Linux's own system calls: see oracle.h.
 */
#define _GNU_SOURCE
#include "oracle.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static long answer(long result)
{
	return result < 0 ? -errno : result;
}

void oracle_start(const char *folder)
{
	umask(0);
	if (chdir(folder)) {
		perror(folder);
		exit(1);
	}
}

int oracle_open(const char *path, uint32_t flags, uint32_t mode)
{
	return (int)answer(open(path, (int)flags, mode));
}

int oracle_close(int fd)
{
	return (int)answer(close(fd));
}

long oracle_read(int fd, void *to, uint64_t bytes, int64_t offset)
{
	return answer(offset == -1 ? read(fd, to, bytes) : pread(fd, to, bytes, offset));
}

long oracle_write(int fd, const void *from, uint64_t bytes, int64_t offset)
{
	return answer(offset == -1 ? write(fd, from, bytes) : pwrite(fd, from, bytes, offset));
}

long oracle_seek(int fd, int64_t offset, int whence)
{
	return answer(lseek(fd, offset, whence));
}

int oracle_truncate(int fd, int64_t bytes)
{
	return (int)answer(ftruncate(fd, bytes));
}

int oracle_mkdir(const char *path, uint32_t mode)
{
	return (int)answer(mkdir(path, mode));
}

int oracle_unlink(const char *path, bool directory)
{
	return (int)answer(unlinkat(AT_FDCWD, path, directory ? AT_REMOVEDIR : 0));
}

int oracle_rename(const char *from, const char *to, uint32_t flags)
{
	return (int)answer(renameat2(AT_FDCWD, from, AT_FDCWD, to, flags));
}

int oracle_stat(const char *path, struct oracle_stat *result)
{
	struct stat status;

	if (stat(path, &status))
		return -errno;
	result->mode = status.st_mode & S_IFMT;
	result->links = (uint32_t)status.st_nlink;
	result->bytes = S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
	return 0;
}

long oracle_list(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	long sum = 0;

	if (!directory)
		return -errno;
	while ((entry = readdir(directory))) {
		uint32_t hash = 2166136261u;

		for (const char *at = entry->d_name; *at; at++)
			hash = (hash ^ (uint8_t)*at) * 16777619u;
		sum += hash;
	}
	closedir(directory);
	return sum;
}
