/*
 * Builtins about variables: export, readonly, local, unset, set, shift, read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "shell.h"

/* ---- NAME[=VALUE]... -------------------------------------------------------------------- */

static int bad_name(const char *builtin, const char *word)
{
	struct text text = { 0 };

	text_add(&text, word);
	text_add(&text, ": no name of a variable");
	shell_fail(builtin, text_string(&text));
	text_free(&text);
	return STATUS_USAGE;
}

/* Does `what` to each name, before and after it gets its value. */
static int each_name(int count, char **words, void (*before)(const char *name),
		     void (*after)(const char *name))
{
	for (int i = 1; i < count; i++) {
		size_t length = name_length(words[i]);
		char *name;
		bool done = true;

		if (!length || (words[i][length] && words[i][length] != '='))
			return bad_name(words[0], words[i]);
		name = text_copy_bytes(words[i], length);
		if (before)
			before(name);
		if (words[i][length] == '=')
			done = variable_set(name, words[i] + length + 1);
		if (after && done)
			after(name);
		free(name);
		if (!done)
			return STATUS_USAGE;
	}
	return 0;
}

int builtin_export(int count, char **words)
{
	if (count == 1 || (count == 2 && strcmp(words[1], "-p") == 0)) {
		variables_print(true);
		return 0;
	}
	return each_name(count, words, variable_export, NULL);
}

int builtin_readonly(int count, char **words)
{
	return each_name(count, words, NULL, variable_make_read_only);
}

int builtin_local(int count, char **words)
{
	if (!shell.depth) {
		shell_fail("local", "not in a function");
		return STATUS_USAGE;
	}
	return each_name(count, words, variable_make_local, NULL);
}

int builtin_unset(int count, char **words)
{
	bool functions = count > 1 && strcmp(words[1], "-f") == 0;
	int first = functions || (count > 1 && strcmp(words[1], "-v") == 0) ? 2 : 1;

	for (int i = first; i < count; i++) {
		if (functions)
			function_unset(words[i]);
		else if (!variable_unset(words[i]))
			return STATUS_USAGE;
	}
	return 0;
}

/* ---- set, shift ------------------------------------------------------------------------- */

static bool set_option(char letter, bool on)
{
	switch (letter) {
	case 'e': shell.exit_on_error = on; return true;
	case 'f': shell.no_globbing = on; return true;
	case 'u': shell.unset_is_error = on; return true;
	case 'x': shell.trace = on; return true;
	default: return false;
	}
}

static void set_arguments(int count, char **words)
{
	struct strings arguments = { 0 };

	for (int i = 0; i < count; i++)
		strings_add(&arguments, text_copy(words[i]));
	strings_free(&shell.arguments);
	shell.arguments = arguments;
}

int builtin_set(int count, char **words)
{
	int at = 1;

	if (count == 1)
		variables_print(false);
	for (; at < count && (words[at][0] == '-' || words[at][0] == '+') && words[at][1]; at++) {
		if (strcmp(words[at], "--") == 0) {
			set_arguments(count - at - 1, words + at + 1);
			return 0;
		}
		for (const char *letter = words[at] + 1; *letter; letter++) {
			if (!set_option(*letter, words[at][0] == '-')) {
				shell_fail("set", "there is no such option");
				return STATUS_USAGE;
			}
		}
	}
	if (at < count)
		set_arguments(count - at, words + at);
	return 0;
}

int builtin_shift(int count, char **words)
{
	struct strings *arguments = &shell.arguments;
	size_t by = count > 1 ? strtoul(words[1], NULL, 10) : 1;

	if (by > arguments->count) {
		shell_fail("shift", "there are not as many arguments");
		return STATUS_USAGE;
	}
	if (!by)
		return 0;
	for (size_t i = 0; i < by; i++)
		free(arguments->item[i]);
	arguments->count -= by;
	memmove(arguments->item, arguments->item + by, (arguments->count + 1) * sizeof(char *));
	return 0;
}

/* ---- read ------------------------------------------------------------------------------- */

/* A line, byte by byte: what follows it is somebody else's.  False: the input ended. */
static bool read_line(struct text *line, bool raw)
{
	char byte;

	while (uos_read(0, &byte, 1, -1) == 1) {
		bool escaped = !raw && line->length && line->bytes[line->length - 1] == '\\';

		/* \\ at the end is one backslash, not a line that goes on */
		if (byte == '\n' && escaped &&
		    (line->length < 2 || line->bytes[line->length - 2] != '\\')) {
			line->length--;
			continue;
		}
		if (byte == '\n')
			return true;
		text_put(line, byte);
	}
	return false;
}

static void assign_fields(const struct strings *fields, int count, char **names)
{
	for (int i = 0; i < count; i++)
		if (!variable_set(names[i], (size_t)i < fields->count ? fields->item[i] : ""))
			return;
}

int builtin_read(int count, char **words)
{
	struct strings fields = { 0 };
	struct text line = { 0 };
	bool raw = false, done;
	int first = 1;

	for (; first < count && words[first][0] == '-'; first++) {
		if (strcmp(words[first], "-r") == 0) {
			raw = true;
		} else if (strcmp(words[first], "-p") == 0 && first + 1 < count) {
			fputs(words[++first], stderr);
			fflush(stderr);
		} else {
			shell_complain("read", "there is no such option");
			return STATUS_USAGE;
		}
	}
	for (int i = first; i < count; i++)
		if (!words[i][0] || words[i][name_length(words[i])])
			return bad_name("read", words[i]);
	fflush(stdout);
	terminal_give(0);
	done = read_line(&line, raw);
	terminal_take();
	split_line(text_string(&line), raw, (size_t)(count - first), &fields);
	assign_fields(&fields, count - first, words + first);
	strings_free(&fields);
	text_free(&line);
	return done ? 0 : 1;
}
