/*
 * Input of small programs: files named on the command line or standard input, line by
 * line, in large reads.
 */
#ifndef USER_LIB_INPUT_H
#define USER_LIB_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INPUT_BYTES	65536

struct input {
	int fd;
	int error;			/* -errno of a read, or 0 */
	bool ended;
	char *line;			/* what input_line gave last */
	size_t room;
	size_t next, bytes;		/* in the buffer */
	char *buffer;
};

/* `-` is standard input.  0, or -errno. */
int input_open(struct input *input, const char *path);
void input_close(struct input *input);
/* The next part of the input, at most INPUT_BYTES; 0 at the end or after an error. */
size_t input_part(struct input *input, const char **part);
/* The next line with its newline, if it has one, and a NUL behind; false at the end or
 * after an error (input->error).  It stands until the next call. */
bool input_line(struct input *input, char **line, size_t *bytes);

#endif
