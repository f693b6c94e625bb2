/*
 * Calls without an opcode that are about the calling process alone: who it is, what it
 * may have, where its heap ends.
 */
#include <string.h>

#include "fs/vfs.h"
#include "kernel/door/table.h"
#include "kernel/limits.h"

#define ROBUST_LIST_BYTES	24u	/* sizeof(struct robust_list_head) */

/* One user: the one that may do everything. */
int64_t door_user(struct thread *thread, struct trap_frame *frame, const struct door_row *row)
{
	return 0;
}

int64_t door_brk(struct thread *thread, struct trap_frame *frame, const struct door_row *row)
{
	return (int64_t)address_space_break(thread->process->space, frame->a0);
}

int64_t door_uname(struct thread *thread, struct trap_frame *frame, const struct door_row *row)
{
	/* who asks is a program for Linux, and wants to know which one this behaves like */
	static const struct abi_utsname name = {
		.sysname = "Linux", .nodename = "uos", .release = "6.12.0-uos",
		.version = "uos", .machine = "riscv64", .domainname = "(none)",
	};

	return user_copy_out(thread->process->space, (struct user_address){ frame->a0 }, &name,
			     sizeof(name));
}

/*
 * Taken, and not looked at: a robust futex is for a word that other processes share, or
 * for threads of clone, and there is neither.
 */
int64_t door_set_robust_list(struct thread *thread, struct trap_frame *frame,
			     const struct door_row *row)
{
	return frame->a1 == ROBUST_LIST_BYTES ? 0 : -EINVAL;
}

static struct abi_rlimit limit_of(uint32_t resource, const struct process *process)
{
	uint64_t most = ABI_RLIM_INFINITY;

	if (resource == ABI_RLIMIT_NOFILE)
		most = FILES_MAX;
	else if (resource == ABI_RLIMIT_STACK)
		most = process->pool ? USER_STACK_BYTES : LINUX_STACK_BYTES;
	else if (resource == ABI_RLIMIT_CORE)
		most = 0;
	return (struct abi_rlimit){ most, most };
}

/* The limits are the kernel's own; one may ask for what is so anyway. */
int64_t door_prlimit64(struct thread *thread, struct trap_frame *frame,
		       const struct door_row *row)
{
	struct process *process = thread->process;
	const struct user_address wanted_at = { frame->a2 }, old_at = { frame->a3 };
	struct abi_rlimit limit, wanted;

	if (frame->a1 >= ABI_RLIMITS)
		return -EINVAL;
	if ((int32_t)frame->a0 != 0 && (int32_t)frame->a0 != process->pid)
		return -ESRCH;
	limit = limit_of((uint32_t)frame->a1, process);
	if (wanted_at.value) {
		if (user_copy_in(process->space, &wanted, wanted_at, sizeof(wanted)))
			return -EFAULT;
		if (wanted.rlim_cur > wanted.rlim_max)
			return -EINVAL;
		if (memcmp(&wanted, &limit, sizeof(limit)))
			return -EPERM;
	}
	if (!old_at.value)
		return 0;
	return user_copy_out(process->space, old_at, &limit, sizeof(limit));
}
