/*
 * The calls of <uos.h> on processes, and on the machine as a whole.
 */
#include <uos.h>

#include <errno.h>
#include <string.h>

#include "libuos/internal.h"
#include "libuos/spawn.h"

pid_t uos_process_spawn_request(const struct uos_spawn *request)
{
	return uos_operation(operation_on(UOS_OP_SPAWN, 0), 0, uos_prep_address(request),
			     sizeof(*request), 0, 0);
}

pid_t uos_process_spawn_files(const char *path, char *const argv[], char *const envp[],
			      const struct uos_spawn_file *files, size_t file_count)
{
	struct uos_spawn spawn = spawn_request(path, argv, envp, files, file_count);

	if (file_count > UOS_SPAWN_FILES_MAX)
		return -E2BIG;
	return uos_process_spawn_request(&spawn);
}

pid_t uos_process_spawn(const char *path, char *const argv[], char *const envp[])
{
	return uos_process_spawn_files(path, argv, envp, NULL, 0);
}

int uos_process_wait(pid_t pid, int *status)
{
	struct abi_siginfo info;
	int32_t result;

	memset(&info, 0, sizeof(info));
	result = uos_operation(operation_on(IORING_OP_WAITID, pid), uos_prep_address(&info), 0,
			       ABI_P_PID, operation_file_index(ABI_WEXITED), 0);
	if (result >= 0 && status)
		*status = spawn_wait_status(&info);
	return result < 0 ? result : 0;
}

int uos_kill(pid_t pid, int signal)
{
	return uos_operation(operation_on(UOS_OP_KILL, pid), 0, 0, (uint32_t)signal, 0, 0);
}

pid_t uos_getpid(void)
{
	return uos_operation(operation_on(UOS_OP_GETPID, 0), 0, 0, 0, 0, 0);
}

pid_t uos_getppid(void)
{
	return uos_operation(operation_on(UOS_OP_GETPPID, 0), 0, 0, 0, 0, 0);
}

int uos_set_priority(pid_t pid, unsigned int level)
{
	return uos_operation(operation_on(UOS_OP_SET_PRIORITY, pid), 0, 0, level, 0, 0);
}

int uos_poweroff(int status)
{
	return uos_operation(operation_on(UOS_OP_POWEROFF, 0), 0, 0, (uint32_t)status, 0, 0);
}

ssize_t uos_stats(int kind, pid_t first_pid, void *buffer, size_t bytes)
{
	return uos_operation(operation_on(UOS_OP_STATS, kind), (uint64_t)first_pid,
			     uos_prep_address(buffer), (uint32_t)bytes, 0, 0);
}
