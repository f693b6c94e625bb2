#include "run_program.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <uos.h>

#define PATH_BYTES_MAX	256

extern char **environ;

/* Waits till the program has ended, and reads what is known of it before it is gone. */
static int read_ended(pid_t pid, struct uos_process_stats *process)
{
	struct abi_siginfo info;
	ssize_t bytes;
	long result = uos_sys_call(SYS_waitid, ABI_P_PID, pid, (long)(uintptr_t)&info,
				   ABI_WEXITED | ABI_WNOWAIT, 0, 0);

	if (result < 0)
		return (int)result;
	bytes = uos_stats(UOS_STATS_PROCESSES, pid, process, sizeof(*process));
	return bytes < 0 ? (int)bytes : 0;
}

int program_run(char *const argv[], struct uos_process_stats *process)
{
	char path[PATH_BYTES_MAX];
	int status, result;
	pid_t pid;

	snprintf(path, sizeof(path), "%s%s", strchr(argv[0], '/') ? "" : "/bin/", argv[0]);
	pid = uos_process_spawn(path, argv, environ);
	if (pid < 0)
		return pid;
	result = read_ended(pid, process);
	if (result >= 0)
		result = uos_process_wait(pid, &status);
	if (result < 0)
		return result;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
