/*
 * spin [SECONDS]: computes and asks for nothing, for ever or that long.
 */
#include <uos.h>

#include "program.h"

int main(int argc, char *argv[])
{
	uint64_t seconds = UINT32_MAX, start_ns = uos_clock_ns();

	if (argc > 2 || (argc == 2 && !number_parse(argv[1], UINT32_MAX, &seconds)))
		return usage("spin [SECONDS]");
	while (uos_clock_ns() - start_ns < seconds * 1000000000)
		;
	return 0;
}
