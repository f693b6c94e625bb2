/*
 * at-level LEVEL PROGRAM [ARGUMENT ...]: runs a program of /bin at a priority level.
 */
#include <stdio.h>
#include <sys/wait.h>
#include <uos.h>

#include "abi/sched.h"
#include "program.h"

extern char **environ;

int main(int argc, char *argv[])
{
	uint64_t level;
	char path[64];
	int status;
	pid_t pid;

	if (argc < 3 || !number_parse(argv[1], UOS_SCHED_LEVELS - 1, &level))
		return usage("at-level LEVEL PROGRAM [ARGUMENT ...]");
	/* the child inherits it */
	status = uos_set_priority(0, (unsigned int)level);
	if (status < 0)
		return complain("at-level", argv[1], status);
	snprintf(path, sizeof(path), "/bin/%s", argv[2]);
	pid = uos_process_spawn(path, argv + 2, environ);
	if (pid < 0)
		return complain("at-level", argv[2], pid);
	return uos_process_wait(pid, &status) < 0 ? 1 : WEXITSTATUS(status);
}
