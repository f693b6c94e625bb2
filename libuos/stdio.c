/*
 * stdin, stdout and stderr as picolibc's stdio wants them.
 *
 * stdout and stderr go through lines (line.h).  stdin is one buffer for the whole
 * program: a coroutine that reads while another waits for input waits its turn.
 * Before it waits for input, a coroutine sends the line that it has begun on
 * stdout: a prompt.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <uos.h>

#include "libuos/line.h"

#define INPUT_BYTES	1024

static struct {
	struct uos_mutex mutex;
	size_t next;
	size_t bytes;
	char buffer[INPUT_BYTES];
} input;

static int report(int result)
{
	if (result >= 0)
		return result;
	errno = -result;
	return EOF;
}

static int out_put(char character, FILE *stream)
{
	(void)stream;
	return report(uos_line_put(1, character)) < 0 ? EOF : (unsigned char)character;
}

static int out_flush(FILE *stream)
{
	(void)stream;
	return report(uos_line_flush(1));
}

static int error_put(char character, FILE *stream)
{
	(void)stream;
	return report(uos_line_put(2, character)) < 0 ? EOF : (unsigned char)character;
}

static int error_flush(FILE *stream)
{
	(void)stream;
	return report(uos_line_flush(2));
}

/* Under the mutex.  Bytes, 0 at the end, -errno. */
static ssize_t input_fill(void)
{
	ssize_t bytes;

	uos_line_flush(1);
	bytes = uos_read(0, input.buffer, sizeof(input.buffer), -1);
	input.next = 0;
	input.bytes = bytes > 0 ? bytes : 0;
	return bytes;
}

static int in_get(FILE *stream)
{
	ssize_t bytes = 1;
	int character = _FDEV_EOF;

	(void)stream;
	uos_mutex_lock(&input.mutex);
	if (input.next == input.bytes)
		bytes = input_fill();
	if (bytes > 0)
		character = (unsigned char)input.buffer[input.next++];
	uos_mutex_unlock(&input.mutex);
	if (bytes < 0) {
		errno = -bytes;
		return _FDEV_ERR;
	}
	return character;
}

static FILE in_file = FDEV_SETUP_STREAM(NULL, in_get, NULL, _FDEV_SETUP_READ);
static FILE out_file = FDEV_SETUP_STREAM(out_put, NULL, out_flush, _FDEV_SETUP_WRITE);
static FILE error_file = FDEV_SETUP_STREAM(error_put, NULL, error_flush, _FDEV_SETUP_WRITE);

FILE *const stdin = &in_file;
FILE *const stdout = &out_file;
FILE *const stderr = &error_file;
