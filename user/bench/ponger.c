/*
 * ponger [event]: sends each byte that it reads from descriptor 0 to descriptor 1, by
 * traps, or of an event counter each number: the other side of the benchmarks of pipes
 * and event counters.
 */
#include "program.h"
#include "trap.h"

int main(int argc, char *argv[])
{
	const uint64_t bytes = argc > 1 ? 8 : 1;
	uint64_t buffer = 0;

	(void)argv;
	while (trap3(SYS_read, 0, (uint64_t)&buffer, bytes) == (int64_t)bytes)
		trap3(SYS_write, 1, (uint64_t)&buffer, bytes);
	return 0;
}
