/*
 * time PROGRAM [ARGUMENT...]: runs a program, and tells on standard error how long that
 * took, and how long the program itself ran (all of its threads together).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <uos.h>

#include "program.h"
#include "run_program.h"

#define STATUS_NOT_FOUND	127
#define STATUS_NOT_RUN		126

static void print_time(const char *name, uint64_t duration_ns)
{
	fprintf(stderr, "%s %llu.%03llu\n", name, (unsigned long long)(duration_ns / 1000000000),
		(unsigned long long)(duration_ns / 1000000 % 1000));
}

int main(int argc, char *argv[])
{
	struct uos_process_stats process = { .pid = 0 };
	uint64_t start_ns = uos_clock_ns();
	int status;

	if (argc < 2)
		return usage("time PROGRAM [ARGUMENT...]");
	status = program_run(argv + 1, &process);
	if (status < 0) {
		complain("time", argv[1], status);
		return status == -ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_RUN;
	}
	print_time("real", uos_clock_ns() - start_ns);
	print_time("run ", process.run_time_ns);
	return status;
}
