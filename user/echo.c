/*
 * echo [-neE] [WORD...]: prints words, with a blank between them; -e: with escapes (\n ...),
 * -n: without a newline behind.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "escapes.h"

static bool without_newline, with_escapes;

/* -n, -ne, ...  False: a word. */
static bool take_options(const char *word)
{
	if (word[0] != '-' || !word[1] || word[1 + strspn(word + 1, "neE")])
		return false;
	for (word++; *word; word++) {
		if (*word == 'n')
			without_newline = true;
		else
			with_escapes = *word == 'e';
	}
	return true;
}

int main(int argc, char *argv[])
{
	int first = 1;

	while (first < argc && take_options(argv[first]))
		first++;
	for (int i = first; i < argc; i++) {
		if (i > first)
			putchar(' ');
		if (!with_escapes)
			fputs(argv[i], stdout);
		else if (!escapes_print(argv[i]))
			return fflush(stdout) ? 1 : 0;
	}
	if (!without_newline)
		putchar('\n');
	return fflush(stdout) ? 1 : 0;
}
