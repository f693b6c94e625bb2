/*
 * sleep: waits for a number of seconds, which may have a fraction.
 */
#include <stdlib.h>
#include <uos.h>

#include "program.h"

int main(int argc, char *argv[])
{
	char *end = NULL;
	double seconds = argc == 2 ? strtod(argv[1], &end) : -1;
	int result;

	if (!(seconds >= 0 && seconds < 1e9) || end == argv[1] || *end)
		return usage("sleep SECONDS");
	result = uos_sleep_ns((uint64_t)(seconds * 1e9));
	return result < 0 ? complain("sleep", argv[1], result) : 0;
}
