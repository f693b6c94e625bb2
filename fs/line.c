/*
 * The line discipline: see line.h.
 */
#include "fs/line.h"

#define CONTROL(letter)	((letter) & 0x1f)
#define BELL		'\a'
#define DELETE		0x7f

static void echo(const struct line_discipline *line, const char *text, size_t bytes)
{
	if (line->echo)
		line->echo(text, bytes);
}

static bool is_control(uint8_t byte)
{
	return (byte < 0x20 && byte != '\t') || byte == DELETE;
}

/* Control characters are shown as ^X. */
static void echo_byte(const struct line_discipline *line, uint8_t byte)
{
	char text[2] = { (char)byte };

	if (!is_control(byte)) {
		echo(line, text, 1);
		return;
	}
	text[0] = '^';
	text[1] = (char)(byte ^ 0x40);
	echo(line, text, 2);
}

static uint32_t ready_room(const struct line_discipline *line)
{
	return LINE_READY_ENTRIES - (line->ready_tail - line->ready_head);
}

static void ready_push(struct line_discipline *line, uint16_t entry)
{
	line->ready[line->ready_tail++ % LINE_READY_ENTRIES] = entry;
}

/* ---- editing -------------------------------------------------------------------- */

/* The second and later bytes of a character in UTF-8 take no column. */
static bool is_continuation(char byte)
{
	return ((uint8_t)byte & 0xc0) == 0x80;
}

static void erase_character(struct line_discipline *line)
{
	unsigned columns;
	char byte;

	if (line->edit_bytes == 0)
		return;
	do {
		byte = line->edit[--line->edit_bytes];
	} while (is_continuation(byte) && line->edit_bytes > 0);
	columns = is_control((uint8_t)byte) ? 2 : 1;
	while (columns-- > 0)
		echo(line, "\b \b", 3);
}

static void erase_line(struct line_discipline *line)
{
	while (line->edit_bytes > 0)
		erase_character(line);
}

static void insert_byte(struct line_discipline *line, uint8_t byte)
{
	/* one place is kept for the newline */
	if (line->edit_bytes >= LINE_EDIT_BYTES - 1) {
		echo(line, (const char[]){ BELL }, 1);
		return;
	}
	line->edit[line->edit_bytes++] = (char)byte;
	echo_byte(line, byte);
}

/* Makes the edited line readable, with what ends it. */
static enum line_event finish(struct line_discipline *line, uint16_t end)
{
	if (ready_room(line) < line->edit_bytes + 1) {
		echo(line, (const char[]){ BELL }, 1);	/* nobody reads: it stays as it is */
		return LINE_NOTHING;
	}
	for (uint32_t i = 0; i < line->edit_bytes; i++)
		ready_push(line, (uint8_t)line->edit[i]);
	ready_push(line, end);
	line->edit_bytes = 0;
	WRITE_ONCE(line->ready_ends, line->ready_ends + 1);
	if (end == '\n')
		echo(line, "\r\n", 2);
	return LINE_READY;
}

static enum line_event interrupt(struct line_discipline *line)
{
	line->edit_bytes = 0;
	line->ready_head = line->ready_tail;
	WRITE_ONCE(line->ready_ends, 0);
	echo(line, "^C\r\n", 4);
	return LINE_INTERRUPT;
}

enum line_event line_input(struct line_discipline *line, uint8_t byte)
{
	switch (byte) {
	case '\r':
	case '\n':
		return finish(line, '\n');
	case CONTROL('D'):
		return finish(line, LINE_END_OF_INPUT);
	case CONTROL('C'):
		return interrupt(line);
	case CONTROL('U'):
		erase_line(line);
		return LINE_NOTHING;
	case '\b':
	case DELETE:
		erase_character(line);
		return LINE_NOTHING;
	default:
		insert_byte(line, byte);
		return LINE_NOTHING;
	}
}

/* ---- reading ------------------------------------------------------------------------ */

size_t line_read(struct line_discipline *line, char *to, size_t bytes, bool *ended)
{
	size_t taken = 0;

	*ended = false;
	while (!*ended && line->ready_head != line->ready_tail) {
		uint16_t entry = line->ready[line->ready_head % LINE_READY_ENTRIES];

		/* an end of input right behind the last byte goes with it */
		if (entry != LINE_END_OF_INPUT) {
			if (taken == bytes)
				break;
			to[taken++] = (char)entry;
		}
		line->ready_head++;
		*ended = entry == '\n' || entry == LINE_END_OF_INPUT;
	}
	if (*ended)
		WRITE_ONCE(line->ready_ends, line->ready_ends - 1);
	return taken;
}
