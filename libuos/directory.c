/*
 * <dirent.h>: a directory that is open, and a buffer of its entries.  A stream of
 * entries is for one coroutine at a time.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <uos.h>

#define BUFFER_BYTES	2048u

_Static_assert(offsetof(struct dirent, d_name) == offsetof(struct linux_dirent64, d_name) &&
	       offsetof(struct dirent, d_type) == offsetof(struct linux_dirent64, d_type),
	       "readdir() gives the kernel's entries");

struct uos_directory {
	int fd;
	ssize_t filled;			/* bytes of entries in the buffer */
	ssize_t next;			/* where in it the next one begins */
	int64_t position;		/* of the next one in the directory */
	_Alignas(8) char buffer[BUFFER_BYTES];
};

static DIR *fail(int error)
{
	errno = error;
	return NULL;
}

DIR *fdopendir(int fd)
{
	struct statx status;
	int result = uos_fstat(fd, &status);
	DIR *directory;

	if (result < 0)
		return fail(-result);
	if ((status.stx_mode & S_IFMT) != S_IFDIR)
		return fail(ENOTDIR);
	directory = malloc(sizeof(*directory));
	if (!directory)
		return fail(ENOMEM);
	directory->fd = fd;
	directory->filled = directory->next = 0;
	directory->position = 0;
	return directory;
}

DIR *opendir(const char *path)
{
	int fd = uos_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	DIR *directory;

	if (fd < 0)
		return fail(-fd);
	directory = fdopendir(fd);
	if (!directory) {
		int error = errno;

		uos_close(fd);
		errno = error;
	}
	return directory;
}

/* At the end, and after an error, null; errno is touched by an error alone. */
struct dirent *readdir(DIR *directory)
{
	struct dirent *entry;

	if (directory->next >= directory->filled) {
		directory->next = 0;
		directory->filled = uos_readdir(directory->fd, directory->buffer, BUFFER_BYTES);
		if (directory->filled < 0)
			errno = -directory->filled;
		if (directory->filled <= 0)
			return NULL;
	}
	entry = (struct dirent *)(void *)(directory->buffer + directory->next);
	directory->next += entry->d_reclen;
	directory->position = entry->d_off;
	return entry;
}

long telldir(DIR *directory)
{
	return directory->position;
}

void seekdir(DIR *directory, long position)
{
	directory->filled = directory->next = 0;
	directory->position = position;
	uos_lseek(directory->fd, position, SEEK_SET);
}

void rewinddir(DIR *directory)
{
	seekdir(directory, 0);
}

int dirfd(DIR *directory)
{
	return directory->fd;
}

int closedir(DIR *directory)
{
	int result = uos_close(directory->fd);

	free(directory);
	if (result < 0)
		errno = -result;
	return result < 0 ? -1 : 0;
}
