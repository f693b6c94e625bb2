/*
 * What small programs share.
 */
#include "program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int complain(const char *program, const char *what, int64_t result)
{
	/* the end of a pipeline that has seen enough: nothing to tell */
	if (result == -EPIPE)
		return EXIT_NO_READER;
	fprintf(stderr, "%s: %s: %s\n", program, what, strerror((int)-result));
	return 1;
}

int usage(const char *text)
{
	fprintf(stderr, "usage: %s\n", text);
	return EXIT_USAGE;
}

bool number_parse(const char *text, uint64_t most, uint64_t *number)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*number = strtoull(text, &end, 0);
	return *end == '\0' && errno == 0 && *number <= most;
}
