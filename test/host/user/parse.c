/*
 * Parses what stands on standard input, and prints each command as the shell writes it for
 * a part of itself; what was written must parse to the same text again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tree.h"

#define INPUT_BYTES	65536

static char *written(const char *text, bool *whole)
{
	struct text all = { 0 };
	struct parsed parsed;
	enum parse_result result;

	while ((result = parse_command(text, true, &parsed)) == PARSE_DONE) {
		if (parsed.node)
			tree_write(&all, parsed.node);
		text = parsed.rest;
		arena_release(parsed.arena);
	}
	*whole = result == PARSE_END;
	if (!*whole) {
		text_add(&all, result == PARSE_INCOMPLETE ? "incomplete: " : "mistake: ");
		text_add(&all, parsed.mistake);
		text_put(&all, '\n');
	}
	return text_take(&all);
}

int main(void)
{
	static char input[INPUT_BYTES];
	size_t bytes = fread(input, 1, sizeof(input) - 1, stdin);
	bool whole, again_whole;
	char *once, *again;

	input[bytes] = '\0';
	once = written(input, &whole);
	fputs(once, stdout);
	if (whole) {
		again = written(once, &again_whole);
		if (!again_whole || strcmp(once, again) != 0) {
			fprintf(stderr, "again it is:\n%s", again);
			return 1;
		}
		free(again);
	}
	free(once);
	return 0;
}
