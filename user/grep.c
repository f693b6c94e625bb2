/*
 * grep [-EFchilnqrvwx] [-e] PATTERN [FILE...]: prints lines that a regular expression
 * matches.  Exit status 0: there were some, 1: none, 2: something failed.
 */
#include <errno.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"
#include "input.h"
#include "output.h"
#include "program.h"

#define USAGE	"grep [-EFchilnqrvwx] [-e] PATTERN [FILE...]"
#define DEPTH_MAX	100

static bool fixed, count_only, names_only, quiet, numbers, invert, words, lines, recursive;
static bool no_names, names;
static int flags = REG_NOSUB;
static regex_t regex;
static bool found, failed;

/* A fixed text as an expression that matches it. */
static char *quoted(const char *text)
{
	char *expression = malloc(2 * strlen(text) + 1), *to = expression;

	if (!expression)
		return NULL;
	for (; *text; text++) {
		if (strchr(flags & REG_EXTENDED ? ".[]*^$\\+?(){}|" : ".[]*^$\\", *text))
			*to++ = '\\';
		*to++ = *text;
	}
	*to = '\0';
	return expression;
}

static int compile(const char *pattern)
{
	const bool extended = flags & REG_EXTENDED;
	char *text = fixed ? quoted(pattern) : strdup(pattern);
	size_t bytes = text ? strlen(text) + 32 : 0;
	char *whole = malloc(bytes + 1), message[128];
	int result;

	if (!text || !whole)
		return trouble(complain("grep", pattern, -ENOMEM));
	if (words)
		flags &= ~REG_NOSUB;
	if (*text)
		snprintf(whole, bytes, lines ? extended ? "^(%s)$" : "^\\(%s\\)$" : "%s", text);
	else
		snprintf(whole, bytes, lines ? "^$" : ".*");
	result = regcomp(&regex, whole, flags);
	free(text);
	free(whole);
	if (!result)
		return 0;
	regerror(result, &regex, message, sizeof(message));
	fprintf(stderr, "grep: %s: %s\n", pattern, message);
	return 2;
}

static bool is_word_part(char byte)
{
	return byte == '_' || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
	       (byte >= 'A' && byte <= 'Z');
}

/* -w: some match must not touch other letters. */
static bool word_matches(const char *line)
{
	size_t at = 0, length = strlen(line);
	regmatch_t match;

	while (at <= length &&
	       regexec(&regex, line + at, 1, &match, at ? REG_NOTBOL : 0) == 0) {
		size_t start = at + (size_t)match.rm_so, end = at + (size_t)match.rm_eo;

		if ((start == 0 || !is_word_part(line[start - 1])) &&
		    !is_word_part(line[end]) && end > start)
			return true;
		at = start + 1;
	}
	return false;
}

static bool matches(const char *line)
{
	bool is = words ? word_matches(line) : regexec(&regex, line, 0, NULL, 0) == 0;

	return is != invert;
}

static void print_line(const char *name, uint64_t number, const char *line, size_t bytes)
{
	char prefix[32];

	if (name) {
		output_add(name, strlen(name));
		output_add(":", 1);
	}
	if (numbers) {
		snprintf(prefix, sizeof(prefix), "%llu:", (unsigned long long)number);
		output_add(prefix, strlen(prefix));
	}
	output_add(line, bytes);
	output_add("\n", 1);
}

static void search(struct input *input, const char *path, const char *name)
{
	uint64_t number = 0, matched = 0;
	char digits[32];
	size_t bytes;
	char *line;

	while (input_line(input, &line, &bytes)) {
		number++;
		if (line[bytes - 1] == '\n')
			line[--bytes] = '\0';
		if (!matches(line))
			continue;
		matched++;
		found = true;
		if (quiet || names_only)
			break;
		if (!count_only)
			print_line(name, number, line, bytes);
	}
	if (count_only && !quiet) {
		snprintf(digits, sizeof(digits), "%llu", (unsigned long long)matched);
		numbers = false;
		print_line(name, 0, digits, strlen(digits));
	} else if (names_only && matched && !quiet) {
		const char *shown = strcmp(path, "-") ? path : "(standard input)";

		numbers = false;
		print_line(NULL, 0, shown, strlen(shown));
	}
}

static void search_path(const char *path, unsigned depth);

static void search_folder(const char *path, unsigned depth)
{
	struct folder folder;
	int result = depth == DEPTH_MAX ? -ELOOP : folder_read(path, &folder);

	if (result < 0) {
		complain("grep", path, result);
		failed = true;
		return;
	}
	for (size_t i = 0; i < folder.count; i++) {
		char *inner = path_join(path, folder.name[i].text);

		if (inner)
			search_path(inner, depth + 1);
		free(inner);
	}
	folder_free(&folder);
}

static void search_path(const char *path, unsigned depth)
{
	struct input input;
	int result;

	if (recursive && path_is_folder(path)) {
		search_folder(path, depth);
		return;
	}
	result = input_open(&input, path);
	if (result == 0) {
		search(&input, path, names && strcmp(path, "-") ? path :
		       names ? "(standard input)" : NULL);
		result = input.error;
		input_close(&input);
	}
	if (result < 0) {
		complain("grep", path, result);
		failed = true;
	}
}

static bool take_option(int option)
{
	switch (option) {
	case 'E': flags |= REG_EXTENDED; return true;
	case 'F': fixed = true; return true;
	case 'c': count_only = true; return true;
	case 'h': no_names = true; return true;
	case 'i': flags |= REG_ICASE; return true;
	case 'l': names_only = true; return true;
	case 'n': numbers = true; return true;
	case 'q': quiet = true; return true;
	case 'r': recursive = true; return true;
	case 'v': invert = true; return true;
	case 'w': words = true; return true;
	case 'x': lines = true; return true;
	default: return false;
	}
}

int main(int argc, char *argv[])
{
	static char *alone[] = { "-", NULL }, *here[] = { ".", NULL };
	const char *pattern = NULL;
	char **paths;
	int option, result;

	opterr = 0;
	while ((option = getopt(argc, argv, "EFchilnqrvwxe:")) != -1) {
		if (option == 'e')
			pattern = optarg;
		else if (!take_option(option))
			return usage(USAGE);
	}
	if (!pattern && optind < argc)
		pattern = argv[optind++];
	if (!pattern)
		return usage(USAGE);
	result = compile(pattern);
	if (result)
		return result;
	paths = optind < argc ? argv + optind : recursive ? here : alone;
	names = !no_names && (recursive || argc - optind > 1);
	for (; *paths; paths++)
		search_path(*paths, 0);
	result = output_flush();
	if (result < 0)
		return trouble(complain("grep", "standard output", result));
	return quiet && found ? 0 : failed ? 2 : !found;
}
