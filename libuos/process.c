/*
 * The calls of <uos.h> on processes, and on the machine as a whole.
 */
#include <uos.h>

#include <errno.h>
#include <string.h>

#include "libuos/internal.h"
#include "libuos/spawn.h"

pid_t uos_process_spawn_files(const char *path, char *const argv[], char *const envp[],
			      const struct uos_spawn_file *files, size_t file_count)
{
	struct uos_spawn spawn = spawn_request(path, argv, envp, files, file_count);
	struct io_uring_sqe *sqe;

	if (file_count > UOS_SPAWN_FILES_MAX)
		return -E2BIG;
	sqe = uos_client_entry();
	uos_prep(sqe, UOS_OP_SPAWN, 0, uos_prep_address(&spawn), sizeof(spawn), 0);
	return uos_client_run(sqe);
}

pid_t uos_process_spawn(const char *path, char *const argv[], char *const envp[])
{
	return uos_process_spawn_files(path, argv, envp, NULL, 0);
}

int uos_process_wait(pid_t pid, int *status)
{
	struct io_uring_sqe *sqe = uos_client_entry();
	struct abi_siginfo info;
	int32_t result;

	memset(&info, 0, sizeof(info));
	uos_prep_waitid(sqe, ABI_P_PID, pid, &info, ABI_WEXITED);
	result = uos_client_run(sqe);
	if (result >= 0 && status)
		*status = spawn_wait_status(&info);
	return result < 0 ? result : 0;
}

int uos_kill(pid_t pid, int signal)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep(sqe, UOS_OP_KILL, pid, 0, signal, 0);
	return uos_client_run(sqe);
}

pid_t uos_getpid(void)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep(sqe, UOS_OP_GETPID, 0, 0, 0, 0);
	return uos_client_run(sqe);
}

pid_t uos_getppid(void)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep(sqe, UOS_OP_GETPPID, 0, 0, 0, 0);
	return uos_client_run(sqe);
}

int uos_set_priority(pid_t pid, unsigned int level)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep(sqe, UOS_OP_SET_PRIORITY, pid, 0, level, 0);
	return uos_client_run(sqe);
}

int uos_poweroff(int status)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep(sqe, UOS_OP_POWEROFF, 0, 0, status, 0);
	return uos_client_run(sqe);
}

ssize_t uos_stats(int kind, pid_t first_pid, void *buffer, size_t bytes)
{
	struct io_uring_sqe *sqe = uos_client_entry();

	uos_prep(sqe, UOS_OP_STATS, kind, uos_prep_address(buffer), bytes, first_pid);
	return uos_client_run(sqe);
}
