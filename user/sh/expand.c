/*
 * Expansion: $..., `...`, quotes and ~ in a word become marked characters; these are
 * cut into fields (IFS), and fields with patterns become names of files.
 */
#include "expand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pattern.h"
#include "shell.h"

#define IFS_DEFAULT	" \t\n"

/* ---- marked characters ------------------------------------------------------------------ */

void marked_put(struct marked *to, char byte, unsigned marks)
{
	text_put(&to->bytes, byte);
	text_put(&to->marks, (char)marks);
}

static void marked_add(struct marked *to, const char *text, unsigned marks)
{
	for (; *text; text++)
		marked_put(to, *text, marks);
}

static void marked_free(struct marked *marked)
{
	text_free(&marked->bytes);
	text_free(&marked->marks);
}

/* What comes out of $... in these surroundings is marked so. */
static unsigned marks_of_value(unsigned where)
{
	if (where & (IN_DOUBLE | IN_HERE))
		return MARK_QUOTED;
	return where & NO_SPLITTING ? 0 : MARK_SPLIT;
}

void expand_add_value(struct marked *to, const char *value, unsigned where)
{
	marked_add(to, value, marks_of_value(where));
}

/* ---- $@, $* ----------------------------------------------------------------------------- */

static const char *ifs(void)
{
	const char *value = variable_get("IFS");

	return value ? value : IFS_DEFAULT;
}

void expand_add_arguments(struct marked *to, bool at, unsigned where)
{
	const struct strings *arguments = &shell.arguments;
	bool quoted = where & IN_DOUBLE;
	bool fields = !(where & (NO_SPLITTING | IN_HERE)) && (at || !quoted);
	/* "$*" puts the first of IFS between them; what can't be fields gets a blank */
	char between = at || !*ifs() ? ' ' : *ifs();

	for (size_t i = 0; i < arguments->count; i++) {
		if (i && fields)
			marked_put(to, ' ', MARK_BREAK);
		else if (i && (at || *ifs()))
			marked_put(to, between, marks_of_value(where));
		if (quoted && fields)
			marked_put(to, ' ', MARK_FIELD);
		expand_add_value(to, arguments->item[i], where);
	}
	if (at && quoted && arguments->count == 0)
		to->empty_arguments = true;
}

/* ---- substitution of commands ----------------------------------------------------------- */

static void add_output(struct marked *to, const char *text, size_t bytes, unsigned where)
{
	char *output = run_capture(text, bytes);

	expand_add_value(to, output, where);
	free(output);
}

/* Between backquotes \ is before $, ` and \ alone. */
static void add_backquote(struct marked *to, const char *at, const char *end, unsigned where)
{
	struct text text = { 0 };

	for (at++; at < end - 1; at++) {
		if (*at == '\\' && (strchr("$`\\", at[1]) || (at[1] == '"' && where & IN_DOUBLE)))
			at++;
		text_put(&text, *at);
	}
	add_output(to, text_string(&text), text.length, where);
	text_free(&text);
}

static bool add_arithmetic(struct marked *to, const char *at, const char *end, unsigned where)
{
	struct marked inner = { 0 };
	char digits[32];
	int64_t value;
	bool done;

	done = expand_marked(&inner, at + 3, end - 2, IN_DOUBLE) &&
	       arithmetic_evaluate(text_string(&inner.bytes), &value);
	marked_free(&inner);
	if (!done)
		return false;
	snprintf(digits, sizeof(digits), "%lld", (long long)value);
	expand_add_value(to, digits, where);
	return true;
}

/* ---- words ------------------------------------------------------------------------------ */

static bool expand_dollar(struct marked *to, const char **at, unsigned where)
{
	const char *dollar = *at, *end = scan_dollar(dollar, where & IN_DOUBLE);

	if (dollar[1] == '(' && end) {
		*at = end;
		if (scan_arithmetic(dollar) == end)
			return add_arithmetic(to, dollar, end, where);
		add_output(to, dollar + 2, (size_t)(end - 1 - (dollar + 2)), where);
		return true;
	}
	if (dollar[1] == '{' && end) {
		*at = end;
		return expand_parameter(to, dollar + 2, end - 1, where);
	}
	return expand_plain_parameter(to, at, where);
}

static void take_backslash(struct marked *to, const char **at, unsigned where)
{
	const char *special = where & IN_HERE ? "$`\\" : where & IN_DOUBLE ? "$`\"\\" : NULL;
	char next = (*at)[1];

	*at += 2;
	if (next == '\n')
		return;
	if (special && !strchr(special, next))
		marked_put(to, '\\', MARK_QUOTED);
	marked_put(to, next, MARK_QUOTED);
}

/* At ", outside of a here-document. */
static bool take_double(struct marked *to, const char **at, unsigned where)
{
	const char *end = scan_double(*at);
	size_t before = to->bytes.length;
	bool done;

	to->empty_arguments = false;
	done = expand_marked(to, *at + 1, end - 1, where | IN_DOUBLE);
	/* "" is a field, but "$@" without arguments is none */
	if (to->bytes.length == before && !to->empty_arguments)
		marked_put(to, ' ', MARK_FIELD);
	*at = end;
	return done;
}

static void take_single(struct marked *to, const char **at)
{
	const char *end = scan_single(*at);

	marked_put(to, ' ', MARK_FIELD);
	for (const char *byte = *at + 1; byte < end - 1; byte++)
		marked_put(to, *byte, MARK_QUOTED);
	*at = end;
}

bool expand_marked(struct marked *to, const char *at, const char *end, unsigned where)
{
	const bool quoted = where & (IN_DOUBLE | IN_HERE);

	while (at < end) {
		if (*at == '\\' && at + 1 < end) {
			take_backslash(to, &at, where);
		} else if (*at == '\'' && !quoted) {
			take_single(to, &at);
		} else if (*at == '"' && !(where & IN_HERE)) {
			if (!take_double(to, &at, where))
				return false;
		} else if (*at == '$') {
			if (!expand_dollar(to, &at, where))
				return false;
		} else if (*at == '`') {
			const char *behind = scan_backquote(at);

			add_backquote(to, at, behind ? behind : end, where);
			at = behind ? behind : end;
		} else {
			marked_put(to, *at++, quoted ? MARK_QUOTED : where & IN_WORD &&
				   !(where & NO_SPLITTING) ? MARK_SPLIT : 0);
		}
	}
	return true;
}

/* ~ and ~/...; behind it. */
static const char *take_tilde(struct marked *to, const char *word)
{
	const char *home = variable_get("HOME");

	if (*word != '~' || (word[1] && word[1] != '/') || !home)
		return word;
	marked_add(to, home, MARK_QUOTED);
	return word + 1;
}

static bool expand_word(struct marked *to, const char *word, unsigned where)
{
	const char *behind = take_tilde(to, word);

	return expand_marked(to, behind, behind + strlen(behind), where);
}

/* ---- fields ----------------------------------------------------------------------------- */

struct field {
	struct marked marked;
	bool there;
	bool ended_by_blank;		/* a delimiter that follows belongs to the same end */
};

/* As a pattern: what was quoted, or would be special and was not meant so, gets a \. */
static char *pattern_of(const struct marked *marked)
{
	struct text pattern = { 0 };

	for (size_t i = 0; i < marked->bytes.length; i++) {
		unsigned marks = (unsigned char)marked->marks.bytes[i];

		if (marks & (MARK_FIELD | MARK_BREAK))
			continue;
		if (marks & MARK_QUOTED && strchr("*?[]\\-!^", marked->bytes.bytes[i]))
			text_put(&pattern, '\\');
		text_put(&pattern, marked->bytes.bytes[i]);
	}
	return text_take(&pattern);
}

static bool has_pattern(const struct marked *marked)
{
	for (size_t i = 0; i < marked->bytes.length; i++)
		if (!((unsigned char)marked->marks.bytes[i] & MARK_QUOTED) &&
		    strchr("*?[", marked->bytes.bytes[i]))
			return true;
	return false;
}

static void field_end(struct field *field, struct strings *fields)
{
	char *pattern;

	if (!shell.no_globbing && has_pattern(&field->marked)) {
		pattern = pattern_of(&field->marked);
		if (pattern_is_special(pattern) && pattern_expand_names(pattern, fields)) {
			free(pattern);
			goto done;
		}
		free(pattern);
	}
	strings_add(fields, text_copy(text_string(&field->marked.bytes)));
done:
	field->marked.bytes.length = field->marked.marks.length = 0;
	field->there = false;
}

/* A character that may be of IFS; false: it is none. */
static bool take_delimiter(struct field *field, char byte, struct strings *fields)
{
	if (!byte || !strchr(ifs(), byte))
		return false;
	if (strchr(IFS_DEFAULT, byte)) {
		if (field->there) {
			field_end(field, fields);
			field->ended_by_blank = true;
		}
		return true;
	}
	if (field->there || !field->ended_by_blank)
		field_end(field, fields);
	field->ended_by_blank = false;
	return true;
}

static void cut_fields(const struct marked *marked, struct strings *fields)
{
	struct field field = { .there = false };

	for (size_t i = 0; i < marked->bytes.length; i++) {
		unsigned marks = (unsigned char)marked->marks.bytes[i];
		char byte = marked->bytes.bytes[i];

		if (marks & MARK_BREAK) {
			if (field.there)
				field_end(&field, fields);
		} else if (marks & MARK_FIELD) {
			field.there = true;
		} else if (!(marks & MARK_SPLIT) || !take_delimiter(&field, byte, fields)) {
			field.there = true;
			field.ended_by_blank = false;
			marked_put(&field.marked, byte, marks);
		}
	}
	if (field.there)
		field_end(&field, fields);
	marked_free(&field.marked);
}

bool expand_words(const struct word *words, struct strings *fields)
{
	for (; words; words = words->next) {
		struct marked marked = { 0 };
		bool done = expand_word(&marked, words->text, 0);

		if (done)
			cut_fields(&marked, fields);
		marked_free(&marked);
		if (!done)
			return false;
	}
	return true;
}

/* ---- one string ------------------------------------------------------------------------- */

char *marked_string(const struct marked *marked)
{
	struct text text = { 0 };

	for (size_t i = 0; i < marked->bytes.length; i++)
		if (!((unsigned char)marked->marks.bytes[i] & (MARK_FIELD | MARK_BREAK)))
			text_put(&text, marked->bytes.bytes[i]);
	return text_take(&text);
}

static char *expand_to(const char *word, unsigned where, char *(*finish)(const struct marked *))
{
	struct marked marked = { 0 };
	char *string = NULL;
	bool done;

	if (where & IN_HERE)
		done = expand_marked(&marked, word, word + strlen(word), where);
	else
		done = expand_word(&marked, word, where);
	if (done)
		string = finish(&marked);
	marked_free(&marked);
	return string;
}

char *expand_string(const char *word)
{
	return expand_to(word, NO_SPLITTING, marked_string);
}

char *expand_pattern(const char *word)
{
	return expand_to(word, NO_SPLITTING, pattern_of);
}

char *expand_here(const char *text)
{
	return expand_to(text, IN_HERE, marked_string);
}

/* ---- read ------------------------------------------------------------------------------- */

static bool is_blank(char byte)
{
	return byte && strchr(IFS_DEFAULT, byte) && strchr(ifs(), byte);
}

/* Takes one field off `line`; `rest`: all that is left, but for blanks at its end. */
static const char *take_field(const char *line, bool raw, bool rest, struct text *field)
{
	size_t kept = 0;		/* up to the last character that is no blank */

	while (*line) {
		bool escaped = *line == '\\' && !raw && line[1];

		if (escaped)
			line++;
		else if (!rest && strchr(ifs(), *line))
			break;
		text_put(field, *line);
		if (escaped || !is_blank(*line))
			kept = field->length;
		line++;
	}
	field->length = kept;
	return line;
}

void split_line(const char *line, bool raw, size_t most, struct strings *fields)
{
	while (is_blank(*line))
		line++;
	while (*line && fields->count < most) {
		bool rest = fields->count + 1 == most;
		struct text field = { 0 };

		line = take_field(line, raw, rest, &field);
		while (is_blank(*line))
			line++;
		if (*line && strchr(ifs(), *line) && !is_blank(*line)) {
			line++;
			while (is_blank(*line))
				line++;
		}
		strings_add(fields, text_take(&field));
	}
}
