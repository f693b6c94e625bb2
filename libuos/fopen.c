/*
 * fopen() and fdopen(): picolibc's buffered streams, but every one is known, so
 * that exit() can send what the program has not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio-bufio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uos.h>

#include "libuos/line.h"

/* The stream comes first: picolibc frees the whole by its address. */
struct stream {
	struct __file_bufio file;
	struct stream *next;		/* of all, under streams_mutex */
	struct stream *previous;
	char buffer[BUFSIZ];
};

static struct stream *all_streams;
static struct uos_mutex streams_mutex;

static int stream_close(FILE *file)
{
	struct stream *stream = (struct stream *)file;

	uos_mutex_lock(&streams_mutex);
	if (stream->previous)
		stream->previous->next = stream->next;
	else
		all_streams = stream->next;
	if (stream->next)
		stream->next->previous = stream->previous;
	uos_mutex_unlock(&streams_mutex);
	return __bufio_close(file);
}

static void stream_add(struct stream *stream)
{
	uos_mutex_lock(&streams_mutex);
	stream->next = all_streams;
	if (all_streams)
		all_streams->previous = stream;
	all_streams = stream;
	uos_mutex_unlock(&streams_mutex);
}

/* What may be done with a stream of this mode; 0: it is none. */
static int stream_flags(const char *mode)
{
	if (strchr(mode, '+'))
		return strchr("rwa", *mode) && *mode ? __SRD | __SWR : 0;
	switch (*mode) {
	case 'r':
		return __SRD;
	case 'w':
	case 'a':
		return __SWR;
	default:
		return 0;
	}
}

FILE *fdopen(int fd, const char *mode)
{
	int flags = stream_flags(mode);
	struct stream *stream;

	if (!flags) {
		errno = EINVAL;
		return NULL;
	}
	stream = calloc(1, sizeof(*stream));
	if (!stream)
		return NULL;
	stream->file = (struct __file_bufio)FDEV_SETUP_BUFIO(
		fd, stream->buffer, BUFSIZ, read, write, lseek, close, flags, 0);
	stream->file.xfile.cfile.close = stream_close;
	__bufio_lock_init(&stream->file.xfile.cfile.file);
	stream_add(stream);
	if (*mode == 'a')
		fseeko(&stream->file.xfile.cfile.file, 0, SEEK_END);
	return &stream->file.xfile.cfile.file;
}

FILE *fopen(const char *path, const char *mode)
{
	int flags = strchr(mode, '+') ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY, fd;
	FILE *file;

	if (*mode == 'w')
		flags |= O_CREAT | O_TRUNC;
	if (*mode == 'a')
		flags |= O_CREAT | O_APPEND;
	if (strchr(mode, 'x'))
		flags |= O_EXCL;
	if (!stream_flags(mode)) {
		errno = EINVAL;
		return NULL;
	}
	fd = open(path, flags, 0666);
	if (fd < 0)
		return NULL;
	file = fdopen(fd, mode);
	if (!file)
		close(fd);
	return file;
}

void uos_streams_program_ends(void)
{
	uos_mutex_lock(&streams_mutex);
	for (struct stream *stream = all_streams; stream; stream = stream->next)
		if (stream->file.xfile.cfile.file.flags & __SWR)
			fflush(&stream->file.xfile.cfile.file);
	uos_mutex_unlock(&streams_mutex);
}
