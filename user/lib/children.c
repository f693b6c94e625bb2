/*
 * The shell's children: a small table of those started with &.
 */
#include "children.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <uos.h>

#define NOTED_MAX	64		/* the oldest is forgotten */

static struct child {
	pid_t pid;			/* 0: none */
	int status;			/* -1: it has not ended */
} noted[NOTED_MAX];
static unsigned noted_next;

void children_add(pid_t pid)
{
	noted[noted_next++ % NOTED_MAX] = (struct child) { .pid = pid, .status = -1 };
}

static struct child *children_find(pid_t pid)
{
	for (unsigned i = 0; i < NOTED_MAX; i++)
		if (noted[i].pid == pid && pid)
			return &noted[i];
	return NULL;
}

void children_reap(void)
{
	struct abi_siginfo info;

	for (;;) {
		struct child *child;

		memset(&info, 0, sizeof(info));
		if (uos_sys_call(SYS_waitid, ABI_P_ALL, 0, (long)&info, ABI_WEXITED | ABI_WNOHANG, 0,
				 0) < 0 || !info.si_pid)
			return;
		child = children_find(info.si_pid);
		if (child)
			child->status = info.si_code == ABI_CLD_EXITED ? info.si_status :
					STATUS_KILLED + info.si_status;
	}
}

int children_wait(pid_t pid)
{
	struct child *child = children_find(pid);
	int status, result;

	if (child && child->status >= 0) {
		child->pid = 0;
		return child->status;
	}
	result = uos_process_wait(pid, &status);
	if (result < 0 && child)
		child->pid = 0;
	if (result < 0)
		return result;
	if (child)
		child->pid = 0;
	return WIFSIGNALED(status) ? STATUS_KILLED + WTERMSIG(status) : WEXITSTATUS(status);
}

pid_t children_any(void)
{
	for (unsigned i = 0; i < NOTED_MAX; i++)
		if (noted[i].pid)
			return noted[i].pid;
	return 0;
}

void children_print(void)
{
	for (unsigned i = 0; i < NOTED_MAX; i++) {
		if (!noted[i].pid)
			continue;
		if (noted[i].status < 0)
			printf("[%d] running\n", noted[i].pid);
		else
			printf("[%d] done, status %d\n", noted[i].pid, noted[i].status);
	}
}
