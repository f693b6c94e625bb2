/*
 * ponger: sends each byte that it reads from descriptor 0 to descriptor 1, by traps:
 * the other side of the benchmark of pipes.
 */
#include "trap.h"

int main(void)
{
	char byte;

	while (trap3(SYS_read, 0, (uint64_t)&byte, 1) == 1)
		trap3(SYS_write, 1, (uint64_t)&byte, 1);
	return 0;
}
