/*
 * The auxiliary vector: it lies behind the environment.
 */
#include "auxiliary.h"

#include <uos.h>

extern char **environ;

uint64_t auxiliary(uint64_t type)
{
	char **end = environ;
	uint64_t *entry;

	while (*end)
		end++;
	for (entry = (uint64_t *)(end + 1); entry[0] != ABI_AT_NULL; entry += 2)
		if (entry[0] == type)
			return entry[1];
	return 0;
}
