/*
 * Processes: the tree, references, how they end and how their parents learn of
 * it.  Making them is in spawn.c, their threads in thread.c.
 *
 * Locks: tree_lock (parent, children, sibling, all, exit_*; never with another
 * lock taken inside) and each process's `lock`.
 */
#include "kernel/process/process.h"

#include <string.h>

#include "drivers/power.h"
#include "fs/vfs.h"
#include "kernel/api/console.h"
#include "kernel/api/memory.h"
#include "kernel/boot/sbi.h"
#include "kernel/limits.h"
#include "kernel/process/senders.h"
#include "kernel/process/trace.h"
#include "kernel/process/tree.h"
#include "kernel/process/urgency.h"
#include "kernel/ring/ring.h"
#include "kernel/task/hart.h"
#include "kernel/trap/trap.h"

#define WAITID_OPTIONS	(ABI_WNOHANG | ABI_WEXITED | ABI_WNOWAIT)

static struct spinlock tree_lock;
static struct list all_processes;
static struct process *init_process;
static int32_t last_pid;
static uint64_t process_total;		/* atomic: structs that exist */

void processes_init(void)
{
	list_init(&all_processes);
}

uint64_t process_count(void)
{
	return __atomic_load_n(&process_total, __ATOMIC_RELAXED);
}

struct process *process_current(void)
{
	struct task *task = task_current();

	return task ? task->process : NULL;
}

struct thread *thread_current(void)
{
	struct task *task = task_current();

	return task && task->is_thread ? CONTAINER_OF(task, struct thread, task) : NULL;
}

/* ---- the tree ----------------------------------------------------------------- */

/* Where a pid stands, or would: the first process with a pid not below it. */
static struct list *position_of(int32_t pid)
{
	struct list *node;

	LIST_FOR_EACH(node, &all_processes)
		if (CONTAINER_OF(node, struct process, all)->pid >= pid)
			break;
	return node;
}

static int32_t free_pid(void)
{
	for (;;) {
		struct list *node;

		last_pid = last_pid >= PID_MAX ? 2 : last_pid + 1;
		node = position_of(last_pid);
		if (node == &all_processes ||
		    CONTAINER_OF(node, struct process, all)->pid != last_pid)
			return last_pid;
	}
}

/* tree_lock held. */
static bool group_exists(int32_t group)
{
	struct list *node;

	LIST_FOR_EACH(node, &all_processes)
		if (CONTAINER_OF(node, struct process, all)->group == group)
			return true;
	return false;
}

int process_tree_add(struct process *process, struct process *parent,
		     const struct spawn_request *request)
{
	int error = 0;

	__atomic_fetch_add(&process_total, 1, __ATOMIC_RELAXED);
	spinlock_acquire(&tree_lock);
	do
		process->pid = free_pid();
	while (request->flags & UOS_SPAWN_NEW_GROUP && group_exists(process->pid));
	if (request->group && !group_exists(request->group))
		error = -ESRCH;
	else if (request->group)
		process->group = request->group;
	else if (parent && !(request->flags & UOS_SPAWN_NEW_GROUP))
		process->group = parent->group;
	else
		process->group = process->pid;
	process->parent = parent;
	if (parent)
		list_push_back(&parent->children, &process->sibling);
	else
		init_process = process;
	list_insert_before(position_of(process->pid), &process->all);
	spinlock_release(&tree_lock);
	return error;
}

static void tree_remove(struct process *process)
{
	list_remove(&process->all);
	list_remove(&process->sibling);
	process->parent = NULL;
}

void process_tree_abandon(struct process *process)
{
	spinlock_acquire(&tree_lock);
	tree_remove(process);
	spinlock_release(&tree_lock);
	process_put(process);
}

void process_get(struct process *process)
{
	reference_get(&process->references);
}

void process_put(struct process *process)
{
	if (!reference_put(&process->references))
		return;
	ASSERT(process->thread_count == 0);
	policy_free(process);
	kernel_free(process, sizeof(*process));
	__atomic_fetch_sub(&process_total, 1, __ATOMIC_RELAXED);
}

struct process *process_next(int32_t from_pid)
{
	struct process *process = NULL;
	struct list *node;

	spinlock_acquire(&tree_lock);
	node = position_of(from_pid);
	if (node != &all_processes) {
		process = CONTAINER_OF(node, struct process, all);
		process_get(process);
	}
	spinlock_release(&tree_lock);
	return process;
}

struct process *process_find(int32_t pid)
{
	struct process *process = process_next(pid);

	if (process && process->pid == pid)
		return process;
	if (process)
		process_put(process);
	return NULL;
}

/* ---- ending --------------------------------------------------------------------- */

void machine_end(uint32_t status)
{
	vfs_finish();
	machine_poweroff(status);
	sbi_shutdown();
	panic("the machine does not power off");
}

static void __attribute__((noreturn)) first_process_ended(const struct process *process)
{
	kernel_log("the first program, %s, has ended with status %d: powering off",
		   process->name, process->exit_status);
	machine_end((uint32_t)process->exit_status & 127);
}

/* process->lock held.  One that waits wakes; one that runs user code traps; none has to
 * wait for its way out longer than who ends it would. */
static void call_threads(struct process *process)
{
	const struct task *by = task_current();
	uint8_t level = by ? MIN(by->level, UOS_SCHED_LEVEL_DEFAULT) : UOS_SCHED_LEVEL_DEFAULT;
	struct list *node;

	LIST_FOR_EACH(node, &process->threads) {
		struct thread *thread = CONTAINER_OF(node, struct thread, node);
		unsigned hart = READ_ONCE(thread->task.hart);

		urgency_hasten(thread, level);
		task_cancel(&thread->task);
		if (hart != hart_current())
			hart_interrupt(hart);
		else
			hart_this()->look |= HART_LOOK_RESUMED;
	}
}

void process_end(struct process *process, int32_t code, int32_t status)
{
	/* whoever sees the state takes the lock before it looks at the rest */
	spinlock_acquire(&process->lock);
	if (process->state == PROCESS_RUNNING) {
		process->exit_code = code;
		process->exit_status = status;
		__atomic_store_n(&process->state, PROCESS_ENDING, __ATOMIC_SEQ_CST);
		call_threads(process);
	}
	spinlock_release(&process->lock);
}

static void give_up_resources(struct process *process)
{
	struct uos_sched_pool *pool = process->pool;
	struct address_space *space = process->space;
	struct files *files = process->files;
	struct dentry *cwd = process->cwd;

	ring_process_end(process);
	if (process->trace)
		trace_leave(process->trace);
	if (process == init_process)
		first_process_ended(process);
	spinlock_acquire(&process->lock);
	process->pool = NULL;
	process->files = NULL;
	process->cwd = NULL;
	process->space = NULL;
	spinlock_release(&process->lock);
	senders_end(process);
	files_destroy(files);
	dentry_put(cwd);
	if (pool)
		frame_put(pool);
	address_space_put(space);
}

/* Its children go to the first process, which collects them. */
static void give_up_children(struct process *process)
{
	struct list *node;

	while ((node = list_pop_front(&process->children)) != NULL) {
		struct process *child = CONTAINER_OF(node, struct process, sibling);

		child->parent = init_process;
		list_push_back(&init_process->children, &child->sibling);
	}
}

static void tell_parent(struct process *process)
{
	struct process *parent;

	spinlock_acquire(&tree_lock);
	give_up_children(process);
	parent = process->parent;
	if (parent)
		process_get(parent);
	__atomic_store_n(&process->state, PROCESS_ENDED, __ATOMIC_RELEASE);
	spinlock_release(&tree_lock);
	if (!parent)
		return;
	wait_queue_wake_all(&parent->child_ended);
	if (parent != init_process)
		/* orphans of the dead are the first process's to collect */
		wait_queue_wake_all(&init_process->child_ended);
	process_put(parent);
}

void process_finish(struct process *process)
{
	give_up_resources(process);
	tell_parent(process);
}

void process_exit_current(int status)
{
	process_end(process_current(), ABI_CLD_EXITED, status & 0xff);
	process_thread_leave();
}

static bool signal_ends(int signal)
{
	return signal == ABI_SIGKILL || signal == ABI_SIGTERM || signal == ABI_SIGINT;
}

/* Ends all of a group but, if it is to be `spared`, the first process.  Whether there
 * is such a group. */
static bool group_signal(int32_t group, int signal, const struct process *spared)
{
	bool found = false;

	for (struct process *process = process_next(1), *next; process; process = next) {
		if (process->group == group) {
			found = true;
			if (signal && process != spared)
				process_end(process, ABI_CLD_KILLED, signal);
		}
		next = process_next(process->pid + 1);
		process_put(process);
	}
	return found;
}

int process_kill(int32_t pid, int signal)
{
	struct process *process;

	if (signal != 0 && !signal_ends(signal))
		return -EINVAL;
	if (pid < -1)
		return group_signal(-pid, signal, NULL) ? 0 : -ESRCH;
	process = pid > 0 ? process_find(pid) : NULL;
	if (!process)
		return -ESRCH;
	if (signal)
		process_end(process, ABI_CLD_KILLED, signal);
	process_put(process);
	return 0;
}

void console_interrupt_typed(int32_t group)
{
	group_signal(group ? group : init_process->group, ABI_SIGINT, init_process);
}

int32_t process_parent_pid(const struct process *process)
{
	int32_t pid;

	spinlock_acquire(&tree_lock);
	pid = process->parent ? process->parent->pid : 0;
	spinlock_release(&tree_lock);
	return pid;
}

/* ---- waiting ----------------------------------------------------------------------- */

static bool chosen(const struct process *child, int type, int32_t id)
{
	return type == ABI_P_ALL || child->pid == id;
}

/* The child's pid if one has ended; 0: none yet; -ECHILD: none to wait for. */
static int look(struct process *parent, int type, int32_t id, bool take,
		struct abi_siginfo *info)
{
	struct process *ended = NULL;
	struct list *node;
	int result = -ECHILD;

	spinlock_acquire(&tree_lock);
	LIST_FOR_EACH(node, &parent->children) {
		struct process *child = CONTAINER_OF(node, struct process, sibling);

		if (!chosen(child, type, id))
			continue;
		result = 0;
		if (__atomic_load_n(&child->state, __ATOMIC_ACQUIRE) == PROCESS_ENDED) {
			ended = child;
			break;
		}
	}
	if (ended) {
		result = ended->pid;
		*info = (struct abi_siginfo){
			.si_signo = ABI_SIGCHLD, .si_code = ended->exit_code,
			.si_pid = ended->pid, .si_status = ended->exit_status };
		if (take)
			tree_remove(ended);
	}
	spinlock_release(&tree_lock);
	if (ended && take)
		process_put(ended);
	return result;
}

int process_wait(struct process *parent, int type, int32_t id, int options,
		 struct abi_siginfo *info)
{
	int result;

	if ((type != ABI_P_ALL && type != ABI_P_PID) || options & ~WAITID_OPTIONS ||
	    !(options & ABI_WEXITED) || (type == ABI_P_PID && id <= 0))
		return -EINVAL;
	for (;;) {
		bool take = !(options & ABI_WNOWAIT);
		struct waiter waiter;
		int error = 0;

		waiter_init_current(&waiter);
		wait_queue_add(&parent->child_ended, &waiter);
		result = look(parent, type, id, take, info);
		if (result == 0 && !(options & ABI_WNOHANG))
			error = task_wait(true);
		wait_queue_remove(&parent->child_ended, &waiter);
		if (result != 0 || options & ABI_WNOHANG)
			return result;
		if (error)
			return error;
	}
}
