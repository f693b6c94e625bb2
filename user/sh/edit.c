/*
 * The line editor.
 *
 * The line is shown behind the prompt; after a change what is behind the cursor is
 * written again, and the cursor put back with backspaces: that is all that a terminal
 * must know, but for the arrow keys that it sends.  A character of several bytes (UTF-8)
 * takes one column.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "shell.h"

#define CONTROL(letter)	((letter) & 0x1f)
#define ESCAPE		0x1b
#define DELETE		0x7f
#define HISTORY_MAX	200u

enum key {
	KEY_UP = 0x100, KEY_DOWN, KEY_LEFT, KEY_RIGHT, KEY_HOME, KEY_END, KEY_DELETE, KEY_NONE,
};

struct editor {
	const char *prompt;
	struct text line;
	size_t cursor;			/* bytes before it */
	size_t shown;			/* which line of the history; history.count: the new one */
	char *unfinished;		/* the new one, while another is shown */
};

static struct strings history;

/* ---- the screen ------------------------------------------------------------------------- */

static bool continues(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

static size_t columns(const char *bytes, size_t count)
{
	size_t wide = 0;

	for (size_t i = 0; i < count; i++)
		wide += !continues(bytes[i]);
	return wide;
}

static void move_left(size_t count)
{
	while (count-- > 0)
		putchar('\b');
}

/* Writes what is behind the cursor, and `gone` blanks where the line was longer. */
static void show_rest(const struct editor *editor, size_t gone)
{
	size_t rest = editor->line.length - editor->cursor;

	fwrite(editor->line.bytes + editor->cursor, 1, rest, stdout);
	for (size_t i = 0; i < gone; i++)
		putchar(' ');
	move_left(columns(editor->line.bytes + editor->cursor, rest) + gone);
}

/* ---- moving and changing ---------------------------------------------------------------- */

static size_t before(const struct editor *editor, size_t at)
{
	while (at > 0 && continues(editor->line.bytes[--at]))
		;
	return at;
}

static size_t behind(const struct editor *editor, size_t at)
{
	if (at < editor->line.length)
		at++;
	while (at < editor->line.length && continues(editor->line.bytes[at]))
		at++;
	return at;
}

static void move_to(struct editor *editor, size_t at)
{
	if (at < editor->cursor)
		move_left(columns(editor->line.bytes + at, editor->cursor - at));
	else
		fwrite(editor->line.bytes + editor->cursor, 1, at - editor->cursor, stdout);
	editor->cursor = at;
}

static void insert(struct editor *editor, char byte)
{
	struct text *line = &editor->line;

	text_put(line, byte);
	memmove(line->bytes + editor->cursor + 1, line->bytes + editor->cursor,
		line->length - 1 - editor->cursor);
	line->bytes[editor->cursor++] = byte;
	putchar(byte);
	/* a character's later bytes must not be parted from its first */
	if (editor->cursor < line->length)
		show_rest(editor, 0);
}

/* Takes out [from, to); the cursor is at `from` then. */
static void take_out(struct editor *editor, size_t from, size_t to)
{
	struct text *line = &editor->line;
	size_t gone = columns(line->bytes + from, to - from);

	move_to(editor, from);
	memmove(line->bytes + from, line->bytes + to, line->length - to);
	line->length -= to - from;
	show_rest(editor, gone);
}

static size_t word_start(const struct editor *editor)
{
	size_t at = editor->cursor;

	while (at > 0 && editor->line.bytes[at - 1] == ' ')
		at--;
	while (at > 0 && editor->line.bytes[at - 1] != ' ')
		at--;
	return at;
}

static void show_again(const struct editor *editor)
{
	printf("\r\n%s", editor->prompt);
	fwrite(editor->line.bytes, 1, editor->cursor, stdout);
	show_rest(editor, 0);
}

/* ---- history ---------------------------------------------------------------------------- */

static void replace(struct editor *editor, const char *with)
{
	take_out(editor, 0, editor->line.length);
	text_add(&editor->line, with);
	move_to(editor, editor->line.length);
}

static void history_show(struct editor *editor, size_t which)
{
	if (which > history.count)
		return;
	if (editor->shown == history.count) {
		free(editor->unfinished);
		editor->unfinished = text_copy(text_string(&editor->line));
	}
	editor->shown = which;
	replace(editor, which == history.count ? editor->unfinished : history.item[which]);
}

static void history_add(const char *line)
{
	if (!line[strspn(line, " ")] ||
	    (history.count && strcmp(history.item[history.count - 1], line) == 0))
		return;
	if (history.count == HISTORY_MAX) {
		free(history.item[0]);
		memmove(history.item, history.item + 1, HISTORY_MAX * sizeof(char *));
		history.count--;
	}
	strings_add(&history, text_copy(line));
}

/* ---- keys ------------------------------------------------------------------------------- */

/* Behind ESC [ or ESC O. */
static int escape_key(int byte)
{
	char digit = '\0';

	if (byte >= '0' && byte <= '9') {
		digit = (char)byte;
		do
			byte = terminal_byte();
		while (byte >= '0' && byte <= ';');
	}
	switch (byte) {
	case 'A': return KEY_UP;
	case 'B': return KEY_DOWN;
	case 'C': return KEY_RIGHT;
	case 'D': return KEY_LEFT;
	case 'H': return KEY_HOME;
	case 'F': return KEY_END;
	case '~':
		return digit == '3' ? KEY_DELETE : digit == '1' || digit == '7' ? KEY_HOME :
		       digit == '4' || digit == '8' ? KEY_END : KEY_NONE;
	default:
		return KEY_NONE;
	}
}

static int next_key(void)
{
	int byte = terminal_byte();

	if (byte != ESCAPE)
		return byte;
	byte = terminal_byte();
	return byte == '[' || byte == 'O' ? escape_key(terminal_byte()) : KEY_NONE;
}

/* What moves and changes; false: it is none of these. */
static bool edit_key(struct editor *editor, int key)
{
	size_t end = editor->line.length;

	switch (key) {
	case KEY_LEFT: case CONTROL('B'): move_to(editor, before(editor, editor->cursor)); break;
	case KEY_RIGHT: case CONTROL('F'): move_to(editor, behind(editor, editor->cursor)); break;
	case KEY_HOME: case CONTROL('A'): move_to(editor, 0); break;
	case KEY_END: case CONTROL('E'): move_to(editor, end); break;
	case '\b': case DELETE:
		take_out(editor, before(editor, editor->cursor), editor->cursor);
		break;
	case KEY_DELETE: case CONTROL('D'):
		take_out(editor, editor->cursor, behind(editor, editor->cursor));
		break;
	case CONTROL('K'): take_out(editor, editor->cursor, end); break;
	case CONTROL('U'): take_out(editor, 0, editor->cursor); break;
	case CONTROL('W'): take_out(editor, word_start(editor), editor->cursor); break;
	case CONTROL('L'): show_again(editor); break;
	case KEY_UP: case CONTROL('P'): history_show(editor, editor->shown - 1); break;
	case KEY_DOWN: case CONTROL('N'): history_show(editor, editor->shown + 1); break;
	default: return false;
	}
	return true;
}

/* Takes keys until the line is done.  False: the input has ended. */
static bool take_keys(struct editor *editor)
{
	for (;;) {
		int key = next_key();

		if (key < 0 || (key == CONTROL('D') && editor->line.length == 0))
			return false;
		if (key == '\r' || key == '\n')
			break;
		if (key == CONTROL('C')) {
			printf("^C");
			editor->line.length = editor->cursor = 0;
			shell.status = STATUS_INTERRUPTED;
			break;
		}
		if (!edit_key(editor, key) && key < 0x100 && (key >= ' ' || key == '\t'))
			insert(editor, (char)key);
		fflush(stdout);
	}
	move_to(editor, editor->line.length);
	return true;
}

char *edit_line(const char *prompt)
{
	struct editor editor = { .prompt = prompt, .shown = history.count };
	bool there;

	printf("%s", prompt);
	fflush(stdout);
	text_string(&editor.line);
	there = take_keys(&editor);
	printf("\n");
	free(editor.unfinished);
	if (!there) {
		text_free(&editor.line);
		return NULL;
	}
	history_add(text_string(&editor.line));
	return text_take(&editor.line);
}
