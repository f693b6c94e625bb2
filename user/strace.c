/*
 * strace -c PROGRAM ...: runs a program and then says which operations it has asked for:
 * opcodes by its rings, commands of io_uring_register, and calls that there are not.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <uos.h>

#include "operation_names.h"
#include "program.h"

#define PATH_BYTES_MAX	256

extern char **environ;

static void print_name(const char *name, unsigned number)
{
	if (name)
		printf(" %s", name);
	else
		printf(" %u", number);
}

static void print_summary(const struct uos_operation_stats *stats)
{
	printf("strace: opcodes:");
	for (unsigned i = 0; i < 256; i++)
		if (stats->opcodes[i / 64] >> i % 64 & 1)
			print_name(opcode_name(i), i);
	printf("\nstrace: register:");
	for (unsigned i = 0; i < 64; i++)
		if (stats->register_ops >> i & 1)
			print_name(register_name(i), i);
	printf("\nstrace: missing:");
	for (unsigned i = 0; i < stats->missing_count && i < UOS_MISSING_MAX; i++)
		print_name(call_name(stats->missing[i]), stats->missing[i]);
	printf("\n");
}

/* Waits till the program has ended, and reads what is known of it before it is gone. */
static int read_ended(pid_t pid, struct uos_operation_stats *stats)
{
	struct abi_siginfo info;
	ssize_t bytes;
	long result = uos_sys_call(SYS_waitid, ABI_P_PID, pid, (long)(uintptr_t)&info,
				   ABI_WEXITED | ABI_WNOWAIT, 0, 0);

	if (result < 0)
		return (int)result;
	bytes = uos_stats(UOS_STATS_OPERATIONS, pid, stats, sizeof(*stats));
	return bytes < 0 ? (int)bytes : 0;
}

int main(int argc, char *argv[])
{
	struct uos_operation_stats stats;
	char path[PATH_BYTES_MAX];
	int status, result;
	pid_t pid;

	if (argc < 3 || strcmp(argv[1], "-c") != 0)
		return usage("strace -c PROGRAM ...");
	snprintf(path, sizeof(path), "%s%s", strchr(argv[2], '/') ? "" : "/bin/", argv[2]);
	pid = uos_process_spawn(path, argv + 2, environ);
	if (pid < 0)
		return complain("strace", argv[2], pid);
	result = read_ended(pid, &stats);
	if (result == 0)
		result = uos_process_wait(pid, &status);
	if (result < 0)
		return complain("strace", argv[2], result);
	print_summary(&stats);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
