/*
 * The line discipline: what is typed becomes lines.  With all of its modes on:
 * backspace and DEL take a character back, ^U the line, ^D ends the input, ^C
 * interrupts, carriage return is a newline.  Without LINE_CANONICAL each character
 * can be read at once.
 *
 * Pure logic over one struct; the owner's lock around each call.
 */
#ifndef FS_LINE_H
#define FS_LINE_H

#include "kernel/api/base.h"

#define LINE_EDIT_BYTES		1024	/* one line; what is typed beyond is refused */
#define LINE_READY_ENTRIES	4096u	/* typed ahead; a power of two */

enum line_mode {
	LINE_CANONICAL = 1 << 0,
	LINE_ECHO = 1 << 1,
	LINE_SIGNALS = 1 << 2,		/* ^C interrupts, else it is a character */
	LINE_RETURN_IS_NEWLINE = 1 << 3,
};

#define LINE_MODES_ALL	0xfu

struct line_discipline {
	uint32_t modes;			/* enum line_mode */
	/* the line being typed */
	uint32_t edit_bytes;
	char edit[LINE_EDIT_BYTES];
	/* finished lines: characters, and LINE_END_OF_INPUT where ^D was typed */
	uint32_t ready_head;		/* both count up for ever */
	uint32_t ready_tail;
	uint32_t ready_ends;		/* newlines and ^D among them; without LINE_CANONICAL
					 * all entries */
	uint16_t ready[LINE_READY_ENTRIES];
	/* fixed: shows characters; must not suspend */
	void (*echo)(const char *text, size_t bytes);
};

#define LINE_END_OF_INPUT	0x100

/* What a typed character has brought about. */
enum line_event {
	LINE_NOTHING,
	LINE_READY,			/* there is more to read */
	LINE_INTERRUPT,			/* ^C: what was typed is forgotten */
};

enum line_event line_input(struct line_discipline *line, uint8_t byte);

/* What was typed and not read yet is taken as if it were typed now: LINE_INTERRUPT if ^C
 * is among it, and interrupts. */
enum line_event line_set_modes(struct line_discipline *line, uint32_t modes);
/* Forgets it. */
void line_flush(struct line_discipline *line);
/* Bytes that a read with enough room would give. */
size_t line_readable_bytes(const struct line_discipline *line);

static inline bool line_is_ready(const struct line_discipline *line)
{
	return READ_ONCE(line->ready_ends) > 0;
}

/* Takes at most `bytes`, and not beyond the first line; a line must be ready.
 * *ended: its end was reached.  0 bytes and ended: end of input. */
size_t line_read(struct line_discipline *line, char *to, size_t bytes, bool *ended);

#endif
