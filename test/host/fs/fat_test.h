/*
 * What the tests of FAT32 share: files by path, and the random work (fat_work.c).
 */
#ifndef TEST_HOST_FS_FAT_TEST_H
#define TEST_HOST_FS_FAT_TEST_H

#include "fs/vfs.h"

#define FILE_BYTES_MAX	200000u
#define PATH_BYTES	400

/* NULL: it can't be opened, and open_error says why. */
struct file *open_path(const char *path, uint32_t flags);
extern int open_error;
ssize_t write_at(struct file *file, const char *data, uint64_t bytes, int64_t offset);
ssize_t read_at(struct file *file, char *data, uint64_t bytes, int64_t offset);
uint32_t hash_of(const char *data, uint64_t bytes);
/* A name in a worker's directory; "": that itself. */
void worker_path(char path[PATH_BYTES], unsigned worker, const char *name);

/*
 * Mounts, works, compares with the models, finishes.  sync: with fsync, and cuts of the
 * power into output/N.img with output/N.facts; else the files that should be there go
 * to the folder `output`, and their facts to output.facts.
 */
void work_run(bool sync, uint64_t operations, const char *output);

#endif
