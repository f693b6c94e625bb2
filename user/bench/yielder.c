/*
 * yielder fast|plain: gives the hart up by the fast yield or by sched_yield, for
 * ever: the other side of the benchmarks that switch between two processes.
 */
#include <string.h>

#include "program.h"
#include "trap.h"

int main(int argc, char *argv[])
{
	if (argc != 2)
		return usage("yielder fast|plain");
	if (strcmp(argv[1], "fast") == 0)
		for (;;)
			trap_fast_yield();
	for (;;)
		trap0(SYS_sched_yield);
}
