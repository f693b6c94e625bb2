/*
 * The line discipline: see line.h.
 */
#include "fs/line.h"

#define CONTROL(letter)	((letter) & 0x1f)
#define BELL		'\a'
#define DELETE		0x7f

static void echo(const struct line_discipline *line, const char *text, size_t bytes)
{
	if (line->echo && line->modes & LINE_ECHO)
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

void line_flush(struct line_discipline *line)
{
	line->edit_bytes = 0;
	line->ready_head = line->ready_tail;
	WRITE_ONCE(line->ready_ends, 0);
}

static enum line_event interrupt(struct line_discipline *line)
{
	line_flush(line);
	echo(line, "^C\r\n", 4);
	return LINE_INTERRUPT;
}

/* A character that can be read at once. */
static enum line_event input_raw(struct line_discipline *line, uint8_t byte)
{
	if (ready_room(line) == 0)
		return LINE_NOTHING;	/* nobody reads: it is lost */
	ready_push(line, byte);
	WRITE_ONCE(line->ready_ends, line->ready_ends + 1);
	if (byte == '\n')
		echo(line, "\r\n", 2);
	else
		echo_byte(line, byte);
	return LINE_READY;
}

enum line_event line_input(struct line_discipline *line, uint8_t byte)
{
	if (byte == '\r' && line->modes & LINE_RETURN_IS_NEWLINE)
		byte = '\n';
	if (byte == CONTROL('C') && line->modes & LINE_SIGNALS)
		return interrupt(line);
	if (!(line->modes & LINE_CANONICAL))
		return input_raw(line, byte);
	switch (byte) {
	case '\n':
		return finish(line, '\n');
	case CONTROL('D'):
		return finish(line, LINE_END_OF_INPUT);
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

/* ---- modes ---------------------------------------------------------------------- */

/* All that is there, in the order in which it was typed: entries, their number. */
static uint32_t take_all(struct line_discipline *line, uint16_t *entries)
{
	uint32_t count = 0;

	while (line->ready_head != line->ready_tail)
		entries[count++] = line->ready[line->ready_head++ % LINE_READY_ENTRIES];
	for (uint32_t i = 0; i < line->edit_bytes; i++)
		entries[count++] = (uint8_t)line->edit[i];
	line_flush(line);
	return count;
}

enum line_event line_set_modes(struct line_discipline *line, uint32_t modes)
{
	/* under the owner's lock; too much for a stack */
	static uint16_t entries[LINE_READY_ENTRIES + LINE_EDIT_BYTES];
	const bool changes = (line->modes ^ modes) & LINE_CANONICAL;
	uint32_t count = changes ? take_all(line, entries) : 0;
	enum line_event event = LINE_NOTHING;

	/* shown already, or not to be shown */
	line->modes = modes & ~(uint32_t)LINE_ECHO;
	for (uint32_t i = 0; i < count; i++) {
		uint8_t byte = entries[i] == LINE_END_OF_INPUT ? CONTROL('D') : (uint8_t)entries[i];

		if (line_input(line, byte) == LINE_INTERRUPT)
			event = LINE_INTERRUPT;
	}
	line->modes = modes;
	return event;
}

size_t line_readable_bytes(const struct line_discipline *line)
{
	size_t bytes = 0;

	if (!line_is_ready(line))
		return 0;
	for (uint32_t at = line->ready_head; at != line->ready_tail; at++) {
		uint16_t entry = line->ready[at % LINE_READY_ENTRIES];

		bytes += entry != LINE_END_OF_INPUT;
		if (line->modes & LINE_CANONICAL && (entry == '\n' || entry == LINE_END_OF_INPUT))
			break;
	}
	return bytes;
}

/* ---- reading ------------------------------------------------------------------------ */

static size_t read_raw(struct line_discipline *line, char *to, size_t bytes)
{
	size_t taken = 0;

	while (taken < bytes && line->ready_head != line->ready_tail)
		to[taken++] = (char)line->ready[line->ready_head++ % LINE_READY_ENTRIES];
	WRITE_ONCE(line->ready_ends, line->ready_ends - (uint32_t)taken);
	return taken;
}

size_t line_read(struct line_discipline *line, char *to, size_t bytes, bool *ended)
{
	size_t taken = 0;

	*ended = false;
	if (!(line->modes & LINE_CANONICAL))
		return read_raw(line, to, bytes);
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
