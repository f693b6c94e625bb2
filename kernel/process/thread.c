/* Threads of a process; see the header. */
#include "kernel/process/thread.h"

#include <string.h>

#include "abi/process.h"
#include "abi/sched.h"
#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/process/process.h"
#include "kernel/ring/ring.h"
#include "kernel/riscv.h"
#include "kernel/process/urgency.h"
#include "kernel/task/hart.h"
#include "kernel/task/thread.h"
#include "kernel/trap/trap.h"
#include "kernel/trap/trap_init.h"
#include "uintr/uintr.h"

#define LANE_ALIGNMENT	64u
#define STACK_ALIGNMENT	16u

/* The kernel's words of a lane are in its first line, so on the page of its start. */
ABI_CHECK(offsetof(struct uos_sched_lane, hart) < LANE_ALIGNMENT, "one page");
ABI_CHECK(offsetof(struct uos_sched_lane, pauses) < LANE_ALIGNMENT, "one page");
/* Thread ids are above every process's, and as Linux's in 30 bits. */
ABI_CHECK(PID_MAX + THREADS_MAX < 1 << 30, "a futex holds one");

/* ---- slots ----------------------------------------------------------------------- */

/* From the top: the first one needs no page table of its own. */
static uint64_t slot_address(uint32_t slot)
{
	return TRAP_FRAMES_END - (slot + 1) * PAGE_SIZE;
}

static int slot_take(struct process *process)
{
	int slot = -EAGAIN;

	spinlock_acquire(&process->lock);
	for (uint32_t i = 0; i < THREAD_SLOT_WORDS && slot < 0; i++) {
		if (~process->thread_slots[i] == 0)
			continue;
		slot = (int)(64 * i) + __builtin_ctzl(~process->thread_slots[i]);
		process->thread_slots[i] |= 1ul << slot % 64;
	}
	spinlock_release(&process->lock);
	return slot;
}

static void slot_give(struct process *process, uint32_t slot)
{
	spinlock_acquire(&process->lock);
	process->thread_slots[slot / 64] &= ~(1ul << slot % 64);
	spinlock_release(&process->lock);
}

/* ---- making ------------------------------------------------------------------------ */

static int lane_pin(struct thread *thread, uint64_t lane)
{
	if (!lane)
		return 0;
	thread->lane = user_frame_pin(thread->process->space, (struct user_address){ lane },
				      ABI_PROT_WRITE);
	return thread->lane ? 0 : -EFAULT;
}

static void frame_fill(struct trap_frame *frame, const struct uos_thread_start *start)
{
	frame->pc = start->entry;
	frame->sp = start->stack;
	frame->tp = start->tp;
	frame->a0 = start->argument;
	frame->kernel_frame = (uint64_t)frame;
}

static int thread_equip(struct thread *thread, const struct uos_thread_start *start)
{
	struct process *process = thread->process;
	int slot = slot_take(process), error;

	if (slot < 0)
		return slot;
	thread->slot = (uint32_t)slot;
	thread->id = slot ? PID_MAX + slot : process->pid;
	thread->frame_in_user = slot_address(thread->slot);
	thread->frame = frame_alloc_zeroed();
	error = !thread->frame ? -ENOMEM :
		address_space_map_supervisor(process->space, thread->frame_in_user,
					     thread->frame);
	if (!error) {
		error = lane_pin(thread, start->lane);
		if (error)
			address_space_unmap_supervisor(process->space, thread->frame_in_user);
	}
	if (error) {
		if (thread->frame)
			frame_put(thread->frame);
		slot_give(process, thread->slot);
	}
	return error;
}

static uint64_t last_serial;		/* atomic */

int thread_create(struct process *process, const struct uos_thread_start *start,
		  struct thread **result)
{
	struct thread *thread = kernel_alloc(sizeof(*thread));
	int error;

	if (!thread)
		return -ENOMEM;
	thread->process = process;
	error = thread_equip(thread, start);
	if (error) {
		kernel_free(thread, sizeof(*thread));
		return error;
	}
	task_init(&thread->task, thread_main, thread, (uint8_t)start->level);
	thread->task.is_thread = true;
	thread->serial = __atomic_add_fetch(&last_serial, 1, __ATOMIC_RELAXED);
	urgency_begin(thread, (uint8_t)start->level);
	thread->task.process = process;
	thread->entered_hart = ~0u;
	if (!(process->space->satp >> SATP_ASID_SHIFT & SATP_ASID_MASK))
		thread->rare = THREAD_NO_ASID;
	thread->floating_point_hart = ~0u;
	thread->clear_tid = start->clear_tid;
	frame_fill(thread->frame, start);
	trap_syscall_begin(thread->frame, process->trace);
	process_get(process);
	*result = thread;
	return 0;
}

/* Nobody uses its frame any more, and its slot is the next one's. */
static void thread_unequip(struct thread *thread)
{
	struct process *process = thread->process;

	address_space_unmap_supervisor(process->space, thread->frame_in_user);
	slot_give(process, thread->slot);
}

static void thread_free(struct thread *thread)
{
	struct process *process = thread->process;

	if (thread->lane)
		frame_put(thread->lane);
	frame_put(thread->frame);
	kernel_free(thread, sizeof(*thread));
	process_put(process);
}

void thread_abandon(struct thread *thread)
{
	thread_unequip(thread);
	thread_free(thread);
}

/* Under the lock, so that whoever ends the process finds it among the threads, or it
 * does not run at all; and it can't end before it is among them. */
int thread_begin(struct thread *thread, unsigned hart)
{
	struct process *process = thread->process;
	int error = -ECANCELED;

	spinlock_acquire(&process->lock);
	if (process->state == PROCESS_RUNNING)
		error = task_start(&thread->task, hart);
	if (!error) {
		list_push_back(&process->threads, &thread->node);
		process->thread_count++;
	}
	spinlock_release(&process->lock);
	return error;
}

int thread_check(const struct process *process, struct uos_thread_start *start)
{
	if (start->flags || start->lane % LANE_ALIGNMENT || start->stack % STACK_ALIGNMENT ||
	    start->clear_tid % sizeof(uint32_t))
		return -EINVAL;
	if (start->level == UOS_LEVEL_INHERIT)
		start->level = READ_ONCE(process->level);
	if (start->level >= UOS_SCHED_LEVELS)
		return -EINVAL;
	return start->level < process->ceiling ? -EPERM : 0;
}

int thread_start(struct process *process, const struct uos_thread_start *start)
{
	struct thread *thread;
	int error = thread_create(process, start, &thread), id;

	if (error)
		return error;
	/* afterwards it may be gone already */
	id = thread->id;
	error = thread_begin(thread, TASK_ANY_HART);
	if (!error)
		return id;
	thread_abandon(thread);
	return error;
}

/* The registers and what is told of the id, before it can run. */
static int clone_fill(struct thread *thread, const struct trap_frame *from)
{
	struct address_space *space = thread->process->space;
	const uint64_t flags = from->a0;
	struct trap_frame *frame = thread->frame;

	/* pc and x1 to x31 */
	memcpy(frame, from, offsetof(struct trap_frame, kernel_satp));
	frame->a0 = 0;
	if (from->a1)
		frame->sp = from->a1;
	if (flags & CLONE_SETTLS)
		frame->tp = from->a3;
	if (flags & CLONE_PARENT_SETTID &&
	    user_copy_out(space, (struct user_address){ from->a2 }, &thread->id, sizeof(thread->id)))
		return -EFAULT;
	if (flags & CLONE_CHILD_SETTID &&
	    user_copy_out(space, (struct user_address){ from->a4 }, &thread->id, sizeof(thread->id)))
		return -EFAULT;
	return 0;
}

int thread_clone(struct thread *parent, const struct trap_frame *frame)
{
	struct process *process = parent->process;
	const struct uos_thread_start start = {
		.entry = frame->pc, .stack = frame->sp, .level = READ_ONCE(process->level),
		.clear_tid = frame->a0 & CLONE_CHILD_CLEARTID ? frame->a4 : 0,
	};
	struct thread *thread;
	int error = thread_create(process, &start, &thread), id;

	if (error)
		return error;
	id = thread->id;
	error = clone_fill(thread, frame);
	if (!error)
		error = thread_begin(thread, TASK_ANY_HART);
	if (!error)
		return id;
	thread_abandon(thread);
	return error;
}

/* ---- ending -------------------------------------------------------------------------- */

static void thread_release(void *argument)
{
	thread_free(argument);
}

/* What joiners wait for: the word is 0, and its futex is woken.  The process may have
 * ended meanwhile, so the address space is the caller's. */
static void clear_tid(const struct thread *thread, struct address_space *space)
{
	uint32_t *word;

	if (!thread->clear_tid)
		return;
	word = user_frame_pin(space, (struct user_address){ thread->clear_tid },
			      ABI_PROT_WRITE);
	if (!word)
		return;
	__atomic_store_n(word, 0, __ATOMIC_RELEASE);
	frame_put(word);
	(void)ring_futex_wake(thread->process, thread->clear_tid, 1, ~0u);
}

/* process->lock held. */
static void fold_counters(struct process *process, const struct thread *thread)
{
	struct process_counters *counters = &process->counters;

	counters->traps_syscall += thread->counters.traps_syscall;
	counters->traps_yield += thread->counters.traps_yield;
	counters->turns += thread->counters.turns;
	counters->penalties += thread->penalties;
	stats_thread_ended(thread);
	counters->ring_enters += thread->counters.ring_enters;
	counters->page_table_switches += thread->counters.page_table_switches;
	counters->run_time_ns += thread->counters.run_time_ns;
	if (thread->lane)
		counters->task_switches += READ_ONCE(thread->lane->next_calls) -
					   READ_ONCE(thread->lane->pauses);
}

/* True: that was the last one. */
static bool thread_count_down(struct thread *thread)
{
	struct process *process = thread->process;
	bool last;

	spinlock_acquire(&process->lock);
	list_remove(&thread->node);
	fold_counters(process, thread);
	last = --process->thread_count == 0;
	if (last && process->state == PROCESS_RUNNING) {
		process->exit_code = ABI_CLD_EXITED;
		process->exit_status = thread->exit_status;
		__atomic_store_n(&process->state, PROCESS_ENDING, __ATOMIC_SEQ_CST);
	}
	spinlock_release(&process->lock);
	return last;
}

void process_thread_leave(void)
{
	struct task *task = task_current();
	struct thread *thread = CONTAINER_OF(task, struct thread, task);
	struct process *process = thread->process;
	struct address_space *space = process->space;
	bool last;

	ASSERT(task->is_thread);
	thread_leave_hart(hart_this());
	urgency_end(thread);
	if (thread->uintr)
		uintr_context_end(thread->uintr);
	thread->uintr = NULL;
	thread->rare &= ~(THREAD_POSTED | THREAD_HARDWARE);
	/* from here on an ordinary coroutine of the kernel, which nobody cancels */
	task->is_thread = false;
	address_space_get(space);
	/* others go on; when the process ends, its address space goes as a whole */
	if (READ_ONCE(process->state) == PROCESS_RUNNING)
		thread_unequip(thread);
	last = thread_count_down(thread);
	/* who has been told finds it counted out */
	if (!last)
		clear_tid(thread, space);
	address_space_put(space);
	if (last) {
		task_cancel_clear(task);
		process_finish(process);
	}
	task_exit(thread_release, thread);
}

void process_thread_exit(int status)
{
	thread_current()->exit_status = status & 0xff;
	process_thread_leave();
}
