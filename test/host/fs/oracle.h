/*
 * The host's own file system, asked the same questions.  Results are 0 or more,
 * or -errno; paths are relative to one directory that is empty at first.
 */
#ifndef TEST_HOST_FS_ORACLE_H
#define TEST_HOST_FS_ORACLE_H

#include <stdbool.h>
#include <stdint.h>

struct oracle_stat {
	uint32_t mode;			/* kind only */
	uint32_t links;
	uint64_t bytes;			/* of a regular file */
};

void oracle_start(const char *folder);
int oracle_open(const char *path, uint32_t flags, uint32_t mode);	/* descriptor */
int oracle_close(int fd);
long oracle_read(int fd, void *to, uint64_t bytes, int64_t offset);	/* -1: position */
long oracle_write(int fd, const void *from, uint64_t bytes, int64_t offset);
long oracle_seek(int fd, int64_t offset, int whence);
int oracle_truncate(int fd, int64_t bytes);
int oracle_mkdir(const char *path, uint32_t mode);
int oracle_unlink(const char *path, bool directory);
int oracle_rename(const char *from, const char *to, uint32_t flags);
int oracle_stat(const char *path, struct oracle_stat *result);
/* Sum over the names in a directory, the same for the same set; -errno. */
long oracle_list(const char *path);

#endif
