#include "pattern.h"

#include <ctype.h>
#include <string.h>

/* ---- brackets --------------------------------------------------------------------------- */

static bool in_class(const char *name, size_t length, int character)
{
	static const struct {
		const char *name;
		int (*is)(int character);
	} classes[] = {
		{ "alnum", isalnum }, { "alpha", isalpha }, { "blank", isblank },
		{ "cntrl", iscntrl }, { "digit", isdigit }, { "graph", isgraph },
		{ "lower", islower }, { "print", isprint }, { "punct", ispunct },
		{ "space", isspace }, { "upper", isupper }, { "xdigit", isxdigit },
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strlen(classes[i].name) == length &&
		    strncmp(classes[i].name, name, length) == 0)
			return classes[i].is(character) != 0;
	return false;
}

static unsigned char bracket_character(const char **at)
{
	if (**at == '\\' && (*at)[1])
		(*at)++;
	return (unsigned char)*(*at)++;
}

/* `at` is behind the [; behind the ] when done.  NULL: it is not closed. */
static const char *bracket_match(const char *at, unsigned char character, bool *fits)
{
	bool negated = *at == '!' || *at == '^', found = false, first = true;

	if (negated)
		at++;
	for (; *at && (*at != ']' || first); first = false) {
		unsigned char low, high;

		if (at[0] == '[' && at[1] == ':' && strstr(at + 2, ":]")) {
			const char *end = strstr(at + 2, ":]");

			found |= in_class(at + 2, (size_t)(end - at - 2), character);
			at = end + 2;
			continue;
		}
		low = high = bracket_character(&at);
		if (at[0] == '-' && at[1] && at[1] != ']') {
			at++;
			high = bracket_character(&at);
		}
		found |= low <= character && character <= high;
	}
	*fits = found != negated;
	return *at ? at + 1 : NULL;
}

/* ---- matching --------------------------------------------------------------------------- */

/* One character against what `pattern` begins with (not a star); behind it, or NULL. */
static const char *match_one(const char *pattern, unsigned char character)
{
	bool fits;

	if (*pattern == '[') {
		const char *behind = bracket_match(pattern + 1, character, &fits);

		if (behind)
			return fits ? behind : NULL;
	}
	if (*pattern == '?')
		return pattern + 1;
	if (*pattern == '\\' && pattern[1])
		pattern++;
	return (unsigned char)*pattern == character ? pattern + 1 : NULL;
}

/* When all fails behind a star, the star takes one more: only the last one matters. */
bool pattern_matches(const char *pattern, const char *text)
{
	const char *star = NULL, *star_text = NULL;

	while (*text) {
		const char *next;

		if (*pattern == '*') {
			star = ++pattern;
			star_text = text;
			continue;
		}
		next = *pattern ? match_one(pattern, (unsigned char)*text) : NULL;
		if (next) {
			pattern = next;
			text++;
		} else if (star) {
			pattern = star;
			text = ++star_text;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

bool pattern_is_special(const char *pattern)
{
	for (; *pattern; pattern++) {
		if (*pattern == '\\' && pattern[1])
			pattern++;
		else if (*pattern == '*' || *pattern == '?')
			return true;
		else if (*pattern == '[' && pattern[1] && strchr(pattern + 2, ']'))
			return true;	/* [ alone is a command's name */
	}
	return false;
}

char *pattern_plain(const char *pattern)
{
	struct text text = { 0 };

	for (; *pattern; pattern++) {
		if (*pattern == '\\' && pattern[1])
			pattern++;
		text_put(&text, *pattern);
	}
	return text_take(&text);
}
