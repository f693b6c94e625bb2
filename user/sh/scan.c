/*
 * Where what is quoted ends: see tree.h.
 */
#include <string.h>

#include "tree.h"

#define WORD_ENDS	" \t\n|&;<>()"

const char *scan_single(const char *at)
{
	const char *end = strchr(at + 1, '\'');

	return end ? end + 1 : NULL;
}

const char *scan_backquote(const char *at)
{
	for (at++; *at && *at != '`'; at++)
		if (*at == '\\' && *++at == '\0')
			return NULL;
	return *at ? at + 1 : NULL;
}

/* What is the same in all surroundings.  *taken false: nothing of it. */
static const char *scan_common(const char *at, bool in_double, bool *taken)
{
	*taken = true;
	switch (*at) {
	case '\\':
		return at[1] ? at + 2 : NULL;
	case '`':
		return scan_backquote(at);
	case '$':
		return scan_dollar(at, in_double);
	default:
		*taken = false;
		return at + 1;
	}
}

const char *scan_double(const char *at)
{
	bool taken;

	at++;
	while (at && *at && *at != '"')
		at = scan_common(at, true, &taken);
	return at && *at ? at + 1 : NULL;
}

const char *scan_brace(const char *at, bool in_double)
{
	bool taken;

	at += 2;
	while (at && *at && *at != '}') {
		const char *next = scan_common(at, in_double, &taken);

		if (!taken && *at == '"')
			next = scan_double(at);
		else if (!taken && *at == '\'' && !in_double)
			next = scan_single(at);
		at = next;
	}
	return at && *at ? at + 1 : NULL;
}

const char *scan_arithmetic(const char *at)
{
	unsigned depth = 2;

	if (strncmp(at, "$((", 3) != 0)
		return NULL;
	for (at += 3; *at && depth; at++) {
		if (*at == '(')
			depth++;
		else if (*at == ')')
			depth--;
		if (depth == 1 && *at == ')' && at[1] != ')')
			return NULL;	/* $( (a) b): a subshell */
	}
	return depth ? NULL : at;
}

const char *scan_dollar(const char *at, bool in_double)
{
	const char *end;

	if (at[1] == '{')
		return scan_brace(at, in_double);
	if (at[1] != '(')
		return at + 1;
	end = scan_arithmetic(at);
	return end ? end : parse_substitution(at + 2);
}

const char *scan_word(const char *at)
{
	bool taken;

	while (at && *at && !strchr(WORD_ENDS, *at)) {
		const char *next = scan_common(at, false, &taken);

		if (!taken && *at == '"')
			next = scan_double(at);
		else if (!taken && *at == '\'')
			next = scan_single(at);
		at = next;
	}
	return at;
}
