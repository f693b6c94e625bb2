/*
 * Processes and their threads (an executor's kernel side).
 *
 * Lifetime: a process has a reference per thread, per ring that it made, per
 * request in flight, and one that its parent's wait (or the parent's end) drops.
 * It ends in this order: threads leave user mode; rings are closed and their
 * requests cancelled and waited for; files; address space; then it is ENDED and
 * its parent is told.
 */
#ifndef KERNEL_PROCESS_PROCESS_H
#define KERNEL_PROCESS_PROCESS_H

#include "abi/process.h"
#include "abi/stats.h"
#include "abi/uos_op.h"
#include "kernel/api/base.h"
#include "kernel/api/wait.h"
#include "kernel/limits.h"
#include "kernel/mm/address_space.h"
#include "kernel/process/files.h"
#include "kernel/task/task.h"

struct dentry;
struct hart;
struct ring;
struct ring_fds;
struct sender_table;
struct trace;
struct trap_frame;
struct uintr_context;
struct uos_sched_lane;

enum process_state { PROCESS_RUNNING, PROCESS_ENDING, PROCESS_ENDED };

struct process_counters {		/* each written by one hart at a time or atomically */
	uint64_t traps_fault, traps_timer, traps_external;
	uint64_t traps_syscall;		/* of threads that have ended */
	uint64_t ring_operations, timeouts;
	/* likewise of threads that have ended; of their lanes */
	uint64_t traps_yield, turns, penalties;
	uint64_t ring_enters, page_table_switches, run_time_ns, task_switches;
	uint64_t announcements, announced_completions;
	uint64_t emulated_instructions, emulated_deliveries;
};

#define THREAD_SLOT_WORDS	(THREADS_MAX / 64)
ABI_CHECK(THREADS_MAX % 64 == 0, "whole words");

/* What a process may ask for.  Each is a part of the one before, which somebody may be
 * looking at still. */
struct operation_policy {
	uint64_t allowed[4];		/* bit: opcode */
	struct operation_policy *before;
};

struct process {
	/* fixed at birth */
	int32_t pid;
	char name[32];
	struct address_space *space;
	struct files *files;
	struct ring *ring;		/* its own, from the start; NULL: none */
	struct uos_sched_pool *pool;	/* first page of its task pool, pinned; hostile; NULL: none */
	uint64_t senders;		/* its sender table, as suist names it; 0: none */
	struct sender_table *sender_table;	/* senders.c's; NULL: none */
	struct ring_fds *ring_fds;	/* registered ring descriptors (kernel/ring); NULL: none */
	struct operation_policy *policy;	/* atomic; kernel/ring/policy.c; NULL: all is allowed */
	struct trace *trace;		/* what it asks for is written there; NULL: it is not traced */
	uint8_t ceiling;		/* no level in it gets more urgent: what the parent gave */
	/* atomic */
	uint32_t references;
	uint32_t state;			/* enum process_state */
	uint32_t lowered;		/* threads that stand below their base (urgency.c) */
	uint32_t ring_requests;		/* accepted in its name and not completed (kernel/ring) */
	struct process_counters counters;
	/* what it has asked for: written without a lock, each word only ever from 0 */
	uint64_t register_ops;		/* bit: IORING_REGISTER_*; atomic */
	uint16_t missing[UOS_MISSING_MAX];	/* unknown trap numbers + 1 */
	uint8_t opcodes[UOS_OP_END];	/* 1: submitted */
	/* process_tree_lock (process.c) */
	struct process *parent;
	struct list children;
	struct list sibling;
	struct list all;		/* every process, ascending pids */
	int32_t group;			/* fixed once it is in the tree */
	int32_t exit_code;		/* ABI_CLD_* */
	int32_t exit_status;
	/* `lock` */
	struct spinlock lock;
	struct dentry *cwd;
	struct list threads;
	uint32_t thread_count;		/* that run */
	uint64_t thread_slots[THREAD_SLOT_WORDS];	/* bit: taken */
	uint8_t level;
	/* own locks */
	struct wait_queue child_ended;
};

/* io_uring_enter in progress: in memory, because the thread may be parted from
 * its stack by an operation that suspends. */
struct ring_enter {
	struct ring *ring;		/* NULL: none in progress */
	struct file *file;		/* its reference; NULL: the own ring needs none */
	uint32_t to_submit, submitted;
	uint32_t min_complete, flags;
	bool serving;			/* if the thread's task starts anew: go on with it */
};

struct thread_counters {
	uint64_t traps_syscall, traps_yield, turns, ring_enters, page_table_switches, run_time_ns;
};

/* thread.rare */
#define THREAD_NO_ASID		(1u << 0)	/* the TLB is flushed at each turn */
#define THREAD_HARDWARE		(1u << 1)	/* has user interrupts by hardware */
#define THREAD_POSTED		(1u << 2)	/* emulated ones: something has come */

struct thread {
	struct task task;		/* task.is_thread */
	struct process *process;
	struct trap_frame *frame;	/* kernel address */
	struct list node;		/* process.threads */
	/* fixed at its start */
	uint64_t frame_in_user;		/* its address in the process's table */
	uint32_t slot;
	int32_t id;			/* unique in the process; of the first one: the pid */
	uint64_t serial;		/* of all threads ever; from 1 on */
	struct uos_sched_lane *lane;	/* pinned, hostile; NULL: none */
	/* the thread itself */
	struct uintr_context *uintr;	/* its user interrupts; NULL: none */
	uint64_t clear_tid;		/* user address of the word to clear at its end; 0: none */
	int32_t exit_status;
	/* the hart that runs it */
	struct thread_counters counters;
	uint64_t harts_known;		/* bit per hart whose TLB knows the frame */
	uint32_t entered_hart;		/* that frame and lane are set up for; ~0: none */
	uint32_t rare;			/* atomic; THREAD_*: what a turn of few has besides */
	uint32_t floating_point_turns;	/* that its registers are loaded at once; 0: when it traps */
	uint32_t floating_point_hart;	/* whose registers hold its state; ~0: none, it is in the frame */
	struct ring_enter enter;
	uint64_t on_since_ns;		/* when it was last given a hart; ~0: that idles */
	uint64_t preempted_turn;	/* when it last made room before its slice was over ... */
	uint64_t preempted_decisions;	/* that its lane had counted then */
	uint64_t preempted_used_ns;	/* ... and what it had used by then without giving way */
	uint64_t yields_in_vain;	/* nobody else was ready */
	uint64_t storm_seen_ns;		/* when these were last a multiple of too many */
	/* level_lock; urgency.h */
	struct spinlock level_lock;
	uint8_t base, urgency, penalty;
	bool is_ending;			/* its process is: base stays, the penalty counts no more */
	uint64_t slice_ns;		/* of its turns; others read it */
	uint32_t penalties;		/* ever */
	/* penalty_hart's penalty_lock */
	struct hart *penalty_hart;	/* NULL: in no list */
	struct list penalty_node;
};

/* The process that the current task works for; NULL in the kernel's own tasks. */
struct process *process_current(void);
struct thread *thread_current(void);	/* NULL: the current task is no thread */

void process_get(struct process *process);
void process_put(struct process *process);
/* A reference, or NULL. */
struct process *process_find(int32_t pid);

/* Everything a new process needs, in kernel memory. */
struct spawn_request {
	const char *path;
	char *strings;			/* argv's, then envp's, each with its NUL, packed */
	size_t string_bytes;
	uint32_t argc, envc;
	const struct uos_spawn_file *files;
	uint32_t file_count;
	uint32_t flags;
	uint32_t level;
	int32_t group;			/* 0: the parent's, or a new one (flags) */
};
/* Coroutine context.  The child's pid, or -errno (ENOENT, EACCES, ENOEXEC, ENOMEM ...).
 * parent NULL: the first process. */
int process_spawn(struct process *parent, const struct spawn_request *request);
/* pid > 0: that process; -g: all of group g.  0, -ESRCH, -EINVAL (unknown signal; 0
 * only asks whether it exists). */
int process_kill(int32_t pid, int signal);
/* Ends the calling thread's process; from a thread's trap only. */
void process_exit_current(int status) __attribute__((noreturn));
/* Ends the calling thread alone; with the last one the process, whose status it is. */
void process_thread_exit(int status) __attribute__((noreturn));
/* The current thread's process is ending, and the thread stands where it would go
 * back to user mode: ends the thread, and with the last one the process. */
void process_thread_leave(void) __attribute__((noreturn));
/* The last thread is gone: lets go of all that the process has and tells its parent. */
void process_finish(struct process *process);
/* Ends `process` from outside or for a fault; any context.  Its threads notice
 * on their way to user mode. */
void process_end(struct process *process, int32_t code, int32_t status);

/*
 * waitid.  Looks for an ended child that `type` and `id` choose; takes it away
 * and fills *info: its pid.  0 with WNOHANG (or `look_only`) if none has ended yet;
 * -ECHILD if there is none to wait for, -EINVAL, -ECANCELED.  Interruptible.
 */
int process_wait(struct process *parent, int type, int32_t id, int options,
		 struct abi_siginfo *info);
/* -EINVAL, -ESRCH, -EPERM above the ceiling. */
int process_set_level(struct process *caller, int32_t pid, uint32_t level);
/* What a thread has done counts on in the system's sums when it has ended; its process's
 * lock held. */
void stats_thread_ended(const struct thread *thread);
/* Fills as abi/stats.h says. */
void process_stats(struct process *process, struct uos_process_stats *stats);
void process_operation_stats(const struct process *process, struct uos_operation_stats *stats);
void system_stats(struct uos_system_stats *stats);
int32_t process_parent_pid(const struct process *process);	/* 0: none any more */
/* Stops all harts and powers off. */
void machine_end(uint32_t status) __attribute__((noreturn));
struct process *process_next(int32_t from_pid);	/* smallest pid >= from; a reference */
uint64_t process_count(void);
void processes_init(void);	/* boot */

#endif
