/*
 * kill: ends a process, by SIGTERM or the signal that is named by its number.
 */
#include <stdint.h>
#include <uos.h>

#include "program.h"

#define SIGNAL_MAX	64

int main(int argc, char *argv[])
{
	uint64_t signal = ABI_SIGTERM, pid;
	bool named = argc == 3 && argv[1][0] == '-';
	int result;

	if (argc != 2 + named || (named && !number_parse(argv[1] + 1, SIGNAL_MAX, &signal)) ||
	    !number_parse(argv[argc - 1], INT32_MAX, &pid))
		return usage("kill [-SIGNAL_NUMBER] PID");
	result = uos_kill((pid_t)pid, (int)signal);
	return result < 0 ? complain("kill", argv[argc - 1], result) : 0;
}
