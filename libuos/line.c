/*
 * Lines.  Each coroutine has a buffer of its own for each of the two streams,
 * taken when it first prints there: so one write operation carries a whole line,
 * and no other coroutine's output lands inside it.  A line that outgrows
 * LINE_BYTES_MAX is sent in pieces.
 */
#include "libuos/line.h"

#include <errno.h>
#include <stdlib.h>
#include <uos.h>

#include "libuos/internal.h"

#define LINE_BYTES_FIRST	256u
#define LINE_BYTES_MAX		65536u

struct line {
	struct line *next;		/* of all, under lines_mutex */
	struct line *previous;
	char *text;
	uint32_t bytes;
	uint32_t capacity;
	int fd;
};

__thread struct line *uos_lines[LINE_STREAMS];
static struct line *all_lines;
static struct uos_mutex lines_mutex;

static struct line *line_make(int fd)
{
	struct line *line = calloc(1, sizeof(*line));

	if (!line)
		return NULL;
	line->fd = fd;
	uos_mutex_lock(&lines_mutex);
	line->next = all_lines;
	if (all_lines)
		all_lines->previous = line;
	all_lines = line;
	uos_mutex_unlock(&lines_mutex);
	uos_lines[fd - 1] = line;
	return line;
}

static void line_free(struct line *line)
{
	uos_mutex_lock(&lines_mutex);
	if (line->previous)
		line->previous->next = line->next;
	else
		all_lines = line->next;
	if (line->next)
		line->next->previous = line->previous;
	uos_mutex_unlock(&lines_mutex);
	free(line->text);
	free(line);
}

/* One write, unless the file takes only a part. */
static int line_send(struct line *line)
{
	uint32_t sent = 0, bytes = line->bytes;
	ssize_t result = 0;

	while (sent < bytes && result >= 0) {
		result = uos_write(line->fd, line->text + sent, bytes - sent, -1);
		if (result == 0)
			result = -EIO;
		if (result > 0)
			sent += result;
	}
	line->bytes = 0;
	return result < 0 ? (int)result : 0;
}

static int line_grow(struct line *line)
{
	uint32_t capacity = line->capacity ? line->capacity * 2 : LINE_BYTES_FIRST;
	char *text;

	if (line->capacity == LINE_BYTES_MAX)
		return line_send(line);
	text = realloc(line->text, capacity);
	if (!text)
		return line->capacity ? line_send(line) : -ENOMEM;
	line->text = text;
	line->capacity = capacity;
	return 0;
}

int uos_line_put(int fd, char character)
{
	struct line *line = uos_lines[fd - 1];
	int result = 0;

	if (!line) {
		line = line_make(fd);
		if (!line)
			return -ENOMEM;
	}
	if (line->bytes == line->capacity)
		result = line_grow(line);
	if (result < 0)
		return result;
	line->text[line->bytes++] = character;
	return character == '\n' ? line_send(line) : 0;
}

int uos_line_flush(int fd)
{
	struct line *line = uos_lines[fd - 1];

	return line && line->bytes ? line_send(line) : 0;
}

void uos_line_give_back(void)
{
	for (int i = 0; i < LINE_STREAMS; i++) {
		if (!uos_lines[i])
			continue;
		uos_line_flush(i + 1);
		line_free(uos_lines[i]);
		uos_lines[i] = NULL;
	}
}

/* While others run on other harts nobody but the owner of a line may touch it. */
void uos_line_program_ends(void)
{
	if (uos_program_is_shared()) {
		for (int i = 0; i < LINE_STREAMS; i++)
			uos_line_flush(i + 1);
		return;
	}
	for (struct line *line = all_lines; line; line = line->next)
		if (line->bytes)
			line_send(line);
}
