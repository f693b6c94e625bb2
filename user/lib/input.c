#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#define LINE_BYTES_FIRST	256

int input_open(struct input *input, const char *path)
{
	*input = (struct input){ .fd = 0 };
	if (strcmp(path, "-") != 0)
		input->fd = uos_open(path, O_RDONLY, 0);
	if (input->fd < 0)
		return input->fd;
	input->buffer = malloc(INPUT_BYTES);
	if (input->buffer)
		return 0;
	input_close(input);
	return -ENOMEM;
}

void input_close(struct input *input)
{
	if (input->fd > 0)
		uos_close(input->fd);
	free(input->buffer);
	free(input->line);
	*input = (struct input){ .fd = -1 };
}

static bool fill(struct input *input)
{
	ssize_t bytes;

	if (input->ended)
		return false;
	bytes = uos_read(input->fd, input->buffer, INPUT_BYTES, -1);
	input->next = 0;
	input->bytes = bytes > 0 ? (size_t)bytes : 0;
	input->ended = bytes <= 0;
	if (bytes < 0)
		input->error = (int)bytes;
	return bytes > 0;
}

size_t input_part(struct input *input, const char **part)
{
	size_t bytes;

	if (input->next == input->bytes && !fill(input))
		return 0;
	*part = input->buffer + input->next;
	bytes = input->bytes - input->next;
	input->next = input->bytes;
	return bytes;
}

static bool make_room(struct input *input, size_t bytes)
{
	size_t room = input->room ? input->room : LINE_BYTES_FIRST;
	char *line;

	if (bytes <= input->room)
		return true;
	while (room < bytes)
		room *= 2;
	line = realloc(input->line, room);
	if (!line) {
		input->error = -ENOMEM;
		input->ended = true;
		return false;
	}
	input->line = line;
	input->room = room;
	return true;
}

bool input_line(struct input *input, char **line, size_t *bytes)
{
	size_t length = 0;
	bool whole = false;

	while (!whole && (input->next < input->bytes || fill(input))) {
		const char *start = input->buffer + input->next;
		const char *end = memchr(start, '\n', input->bytes - input->next);
		size_t taken = end ? (size_t)(end + 1 - start) : input->bytes - input->next;

		if (!make_room(input, length + taken + 1))
			return false;
		memcpy(input->line + length, start, taken);
		length += taken;
		input->next += taken;
		whole = end != NULL;
	}
	if (!length || input->error)
		return false;
	input->line[length] = '\0';
	*line = input->line;
	*bytes = length;
	return true;
}
