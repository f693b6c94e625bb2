/*
 * For each line of standard input: the value of an arithmetic expression, or the mistake;
 * or of `PATTERN<tab>TEXT`, whether it fits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pattern.h"
#include "shell.h"

struct shell shell;

void shell_fail(const char *what, const char *why)
{
	(void)what;
	printf("%s\n", why);
}

/* Every variable is what was assigned last. */
static char value[32];

const char *variable_get(const char *name)
{
	(void)name;
	return value;
}

bool variable_set(const char *name, const char *to)
{
	(void)name;
	snprintf(value, sizeof(value), "%s", to);
	return true;
}

int main(void)
{
	static char line[65536];

	while (fgets(line, sizeof(line), stdin)) {
		char *tab;
		int64_t result;

		line[strcspn(line, "\n")] = '\0';
		tab = strchr(line, '\t');
		if (tab)
			*tab = '\0';
		if (tab)
			printf("%d\n", pattern_matches(line, tab + 1));
		else if (arithmetic_evaluate(line, &result))
			printf("%lld\n", (long long)result);
	}
	return 0;
}
