/*
 * Checks of a test program.
 */
#include "check.h"

#include <stdio.h>

static unsigned checks, failures;

void check_equal(const char *name, int64_t got, int64_t wanted)
{
	checks++;
	if (got == wanted)
		return;
	failures++;
	printf("FAIL %s: got %lld, wanted %lld\n", name, (long long)got, (long long)wanted);
}

int check_summary(void)
{
	printf("%u checks, %u failed\n", checks, failures);
	return failures || !checks;
}
