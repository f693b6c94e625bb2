/*
 * trap-regs: the trap path keeps every register but a0, in calls that return at
 * once, that fail, and that suspend.
 */
#include <stdio.h>
#include <uos.h>

#include "registers.h"

struct call {
	const char *name;
	uint64_t number;
	uint64_t argument;
	int64_t wanted;			/* result, or ANY */
};

#define ANY	INT64_MAX

static struct __kernel_timespec moment = { 0, 2000000 };

static const struct call calls[] = {
	{ "getpid", SYS_getpid, 0, ANY },
	{ "unknown number", 4000, 0, -ENOSYS },
	{ "sched_yield", SYS_sched_yield, 0, 0 },
	{ "read of no file", SYS_read, 999, -EBADF },
	{ "nanosleep", SYS_nanosleep, (uint64_t)&moment, 0 },
};

int main(void)
{
	int failures = 0;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		uint64_t result = 0;
		uint64_t differ = trap_registers_check(calls[i].number, calls[i].argument,
							&result);
		bool wrong = calls[i].wanted != ANY && (int64_t)result != calls[i].wanted;

		printf("%s: result %lld, registers that differ %#llx%s\n", calls[i].name,
		       (long long)result, (unsigned long long)differ,
		       differ || wrong ? ": FAIL" : "");
		failures += differ || wrong;
	}
	return failures != 0;
}
