/*
 * Traps from user mode: system calls, faults, interrupts; and the way back.
 */
#include "kernel/trap/trap.h"

#include "abi/sched.h"
#include "abi/syscall.h"
#include "kernel/door/door.h"
#include "kernel/limits.h"
#include "kernel/mm/kernel_map.h"
#include "kernel/mm/stack.h"
#include "kernel/process/process.h"
#include "kernel/process/thread.h"
#include "kernel/process/urgency.h"
#include "kernel/ring/ring.h"
#include "kernel/riscv.h"
#include "kernel/task/hart.h"
#include "kernel/task/sched.h"
#include "kernel/task/thread.h"
#include "kernel/trap/emulate.h"
#include "kernel/trap/fault.h"
#include "kernel/trap/trap_init.h"
#include "uintr/uintr.h"

/* What the trap exit needs, in a0 and a1. */
struct user_return {
	uint64_t frame;			/* as the process's table maps it */
	uint64_t satp;
};

void trap_entry_isolated(void);
void trap_entry_isolated_fence(void);
void trap_entry_shared(void);
void trap_exit_isolated(uint64_t frame, uint64_t satp);
void trap_exit_isolated_fence(uint64_t frame, uint64_t satp);
void trap_exit_shared(uint64_t frame, uint64_t satp);
struct user_return trap_syscall(struct trap_frame *frame);
struct user_return trap_syscall_traced(struct trap_frame *frame);
struct user_return trap_look(struct trap_frame *frame);
struct user_return trap_fast_yield(struct trap_frame *frame);
struct user_return trap_other(struct trap_frame *frame, uint64_t cause);

static void (*trap_entry)(void);
static void (*trap_exit)(uint64_t frame, uint64_t satp);

static inline void count(uint64_t *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

void trap_init(bool isolated, bool asids)
{
	trap_entry = !isolated ? trap_entry_shared :
		     asids ? trap_entry_isolated : trap_entry_isolated_fence;
	trap_exit = !isolated ? trap_exit_shared :
		    asids ? trap_exit_isolated : trap_exit_isolated_fence;
}

void trap_init_hart(void)
{
	csr_write(sscratch, 0);
	csr_write(stvec, trap_entry);
	/* user code may read cycle, time and instret: the meters need them */
	csr_write(scounteren, 7);
	csr_clear(sstatus, SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_SIE | SSTATUS_FS);
	csr_write(sie, SIE_SOFTWARE | SIE_TIMER | SIE_EXTERNAL);
}

/* What users read of the rest of the machine; a waker may be lowering it. */
static inline void publish_view(struct hart *hart)
{
	if (READ_ONCE(hart->lane->inbox) == 0)
		WRITE_ONCE(*hart->best_elsewhere, sched_best_ready(hart->lane));
}

/* Somebody waits who comes before the thread, or is its equal. */
static inline bool is_outdone(const struct hart *hart, const struct thread *thread)
{
	unsigned best = sched_best_waiting(hart->lane);

	return best <= sched_level_of(thread->task.number) ||
	       (sched_by_deadline() && best != UOS_SCHED_LEVEL_NONE);
}

/* How often the thread's executor has been told a task of its own to go on with: a hint,
 * by which nobody gains but the turn that he has anyhow. */
static uint64_t decisions_of(const struct thread *thread)
{
	return thread->lane ? READ_ONCE(thread->lane->next_calls) -
			      READ_ONCE(thread->lane->pauses) : 0;
}

/*
 * The thread has been cut off in a wfi of its own, so it has nothing to do: whoever waits has
 * the hart, and the thread comes back behind the wfi when it is its turn again.  What it
 * did before is not looked at: who computes gains nothing but the end of his turn.
 */
static bool sleeps(const struct thread *thread)
{
	const struct user_address behind = { thread->frame->pc - sizeof(uint32_t) };
	uint32_t instruction;

	return thread->uintr && uintr_kind == UINTR_KIND_HARDWARE && !uintr_hardware_is_due() &&
	       !user_copy_in(thread->process->space, &instruction, behind,
			     sizeof(instruction)) && instruction == INSTRUCTION_WFI;
}

/* Somebody else comes before the slice is over.  A thread that never gives way, nor asks
 * who is next, is known by the sum of what it used till then. */
static void preempted(struct thread *thread)
{
	uint64_t turns = thread->counters.turns, decisions = decisions_of(thread);
	uint64_t used_ns = time_now_ns() - thread->on_since_ns;

	if (decisions != thread->preempted_decisions) {
		thread->preempted_decisions = decisions;
		thread->preempted_used_ns = 0;
		return;
	}
	/* one turn since the last time: it has not given way in between */
	if (turns == thread->preempted_turn + 1)
		used_ns += thread->preempted_used_ns;
	if (used_ns >= SLICE_NS) {
		urgency_penalize(thread);
		used_ns = 0;
	}
	thread->preempted_turn = turns;
	thread->preempted_used_ns = used_ns;
}

static void slice_ended(struct hart *hart, struct thread *thread)
{
	ring_look(thread->process);
	if (READ_ONCE(hart->looks_for_parked))	/* (park.pml: look_at_slice) */
		uintr_look();
	if (!task_hart_wanted()) {
		/* alone: the next one is longer, so that it is interrupted less.  Full
		 * fence, pairs with fence b in wake_hart: the waker sees a long slice,
		 * or we what it woke (long_slice in test/model/litmus.py). */
		thread_slice_start(hart, MIN(2 * hart->slice_ns, SLICE_ALONE_NS));
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (task_hart_wanted())
			thread_slice_start(hart, SLICE_NS);
		return;
	}
	if (sleeps(thread)) {
		thread_slice_start(hart, SLICE_NS);
		task_leave_ready();
	}
	if (task_idle_hart_elsewhere()) {
		/* nobody has to wait: it moves over */
		thread_slice_start(hart, SLICE_NS);
		task_leave_ready();
	}
	if (!is_outdone(hart, thread)) {
		/* only less urgent ones wait, by their level or a penalty that will wear off */
		thread_slice_start(hart, SLICE_NS);
		return;
	}
	if (sched_best_waiting(hart->lane) < sched_level_of(thread->task.number)) {
		/* no grace at the cost of who is more urgent, and came just now */
		preempted(thread);
		thread_slice_start(hart, SLICE_NS);
		task_leave_ready();
	}
	if (!hart->in_grace) {
		thread_slice_start(hart, SLICE_GRACE_NS);
		hart->in_grace = true;
		return;
	}
	hart->counters.timeouts++;
	count(&thread->process->counters.timeouts);
	urgency_penalize(thread);
	/* who waits may be less urgent, or gone: then this thread goes on */
	thread_slice_start(hart, SLICE_NS);
	task_leave_ready();
}

/* Something asked for this hart's attention since the thread was last in user mode. */
static void look_around(struct hart *hart, struct thread *thread)
{
	uint32_t look = hart->look;

	hart->look = 0;
	if (READ_ONCE(thread->process->state) != PROCESS_RUNNING)
		process_thread_leave();
	if (hart->thread == thread && look & HART_LOOK_SLICE)
		slice_ended(hart, thread);
	else if (sched_best_ready(hart->lane) < sched_level_of(thread->task.number))
		task_leave_ready();
	else if (hart->slice_ns > SLICE_NS && task_hart_wanted())
		/* no longer alone */
		thread_slice_start(hart, SLICE_NS);
	if (hart->thread != thread)
		thread_enter_hart(hart, thread);
	if (UNLIKELY(thread->uintr != NULL) && uintr_kind == UINTR_KIND_EMULATED)
		trap_deliver(thread, thread->frame);
	if (UNLIKELY(hart->in_grace))
		/* all but the most urgent give way by themselves: the next decision is SWITCH */
		WRITE_ONCE(*hart->best_elsewhere, 0);
	else
		publish_view(hart);
}

static inline struct user_return to_user(struct hart *hart, struct thread *thread)
{
	struct trap_frame *frame = thread->frame;

	frame->kernel_sp = kernel_stack_top(hart->stack);
	return (struct user_return){ thread->frame_in_user, frame->user_satp };
}

void trap_return_to_user(struct thread *thread)
{
	struct hart *hart = hart_this();
	struct user_return registers;

	ASSERT(hart->current == &thread->task);
	look_around(hart, thread);
	registers = to_user(hart, thread);
	trap_exit(registers.frame, registers.satp);
	__builtin_unreachable();
}

void thread_main(void *argument)
{
	struct thread *thread = argument;

	/* an operation keeps the stack on which the thread was serving its ring */
	if (UNLIKELY(thread->enter.serving))
		ring_enter_again(thread);
	trap_return_to_user(thread);
}

/* Whether an interrupt readied somebody who comes before those that waited `before` (the
 * inbox not counted: what other harts wake lies there until this one asks), and is as
 * urgent as the thread that runs.  Deadlines are the payload's to compare. */
static inline bool readied_first(const struct hart *hart, const struct thread *thread,
				 unsigned before, uint32_t root_before)
{
	const struct uos_sched_lane *lane = hart->lane;
	unsigned level = sched_best_waiting(lane);

	/* nobody was woken: who rises in the queue by itself has its turn at the slice's end */
	if (!(hart->look & HART_LOOK_READY) && !READ_ONCE(lane->inbox))
		return false;
	if (sched_by_deadline())
		return lane->root != root_before || READ_ONCE(lane->inbox) != 0;
	return level < before && level <= sched_level_of(thread->task.number);
}

static void trap_interrupt(struct hart *hart, struct thread *thread, uint64_t cause)
{
	unsigned before = sched_best_ready(hart->lane);
	uint32_t root_before = hart->lane->root;

	if (cause == (CAUSE_INTERRUPT | 5)) {
		hart->counters.traps_timer++;
		count(&thread->process->counters.traps_timer);
	} else {
		if (cause == (CAUSE_INTERRUPT | 9))
			hart->counters.traps_external++;
		else
			hart->counters.traps_software++;
		count(&thread->process->counters.traps_external);
	}
	hart_poll_interrupts();
	if (!(hart->look & HART_LOOK_SLICE) && task_hart_wanted() && sleeps(thread))
		task_leave_ready();
	/* whom it readied has the next turn, an equal too; but where others waited already
	 * the turn would be theirs, and this thread would lose its slice to them */
	if (!(hart->look & HART_LOOK_SLICE) && readied_first(hart, thread, before, root_before)) {
		preempted(thread);
		task_leave_ready();
	}
}

/* An interrupt or a fault; all registers are in the frame. */
struct user_return trap_other(struct trap_frame *frame, uint64_t cause)
{
	struct hart *hart = hart_this();
	struct thread *thread = hart->thread;

	if (cause & CAUSE_INTERRUPT) {
		trap_interrupt(hart, thread, cause);
	} else if (cause != CAUSE_ILLEGAL ||
		   !trap_emulate(thread, frame, (uint32_t)csr_read(stval))) {
		hart->counters.traps_fault++;
		count(&thread->process->counters.traps_fault);
		trap_fault(thread, frame, cause, csr_read(stval));
	}
	hart = hart_this();
	if (hart->look)
		look_around(hart, thread);
	return to_user(hart, thread);
}

/* A system call.  The frame lacks the registers that C keeps, so whatever may part
 * the thread from its stack is trap_look's. */
static inline struct user_return serve_call(struct trap_frame *frame,
					    void (*serve)(struct thread *, struct trap_frame *))
{
	struct hart *hart = hart_this();
	struct thread *thread = hart->thread;

	hart->counters.traps_syscall++;
	thread->counters.traps_syscall++;
	frame->pc += 4;
	serve(thread, frame);
	/* whoever suspended left a mark: without one this is still the same hart, with
	 * the thread on it */
	hart = hart_this();
	if (UNLIKELY(hart->look))
		return (struct user_return){ 0, (uint64_t)frame };
	return to_user(hart, thread);
}

/* io_uring_enter, which counts most, is spared the table of calls. */
static inline void serve_untraced(struct thread *thread, struct trap_frame *frame)
{
	if (frame->a7 == SYS_io_uring_enter)
		frame->a0 = (uint64_t)ring_enter(thread, frame);
	else
		door_syscall(thread, frame);
}

struct user_return trap_syscall(struct trap_frame *frame)
{
	return serve_call(frame, serve_untraced);
}

struct user_return trap_syscall_traced(struct trap_frame *frame)
{
	return serve_call(frame, door_syscall_traced);
}

void trap_syscall_begin(struct trap_frame *frame, bool traced)
{
	frame->kernel_syscall = (uint64_t)(traced ? trap_syscall_traced : trap_syscall);
}

/* It gave way to nobody YIELDS_PER_SLICE_MAX times more.  (Two that yield to each other
 * are no storm.)  No interrupt need ever hit it in user mode for this. */
static __attribute__((noinline, cold)) void look_for_storm(struct thread *thread)
{
	uint64_t now_ns = time_now_ns();

	if (now_ns - thread->storm_seen_ns < SLICE_NS)
		urgency_penalize(thread);
	thread->storm_seen_ns = now_ns;
}

/* The thread gives way, with nothing on this stack: whoever comes, if it was in user
 * mode too, goes on on it. */
static inline struct user_return pass_on(struct hart *hart, struct thread *thread)
{
	struct task *next;

	urgency_sample(thread);
	next = task_pass_on();
	if (LIKELY(next != &thread->task)) {
		thread = CONTAINER_OF(next, struct thread, task);
		if (UNLIKELY(thread->enter.serving)) {
			/* in the kernel it has no hart yet, and the other one has none now */
			thread_leave_hart(hart);
			thread_main(thread);
		}
		thread_pass_hart(hart, thread);
	} else if (UNLIKELY(++thread->yields_in_vain % YIELDS_PER_SLICE_MAX == 0)) {
		look_for_storm(thread);
	}
	if (UNLIKELY(hart->look || READ_ONCE(thread->process->state) != PROCESS_RUNNING))
		look_around(hart, thread);
	else
		publish_view(hart);
	return to_user(hart, thread);
}

/* The rest of a system call; all registers are in the frame now. */
struct user_return trap_look(struct trap_frame *frame)
{
	struct hart *hart = hart_this();
	struct thread *thread = CONTAINER_OF(hart->current, struct thread, task);

	ASSERT(thread->frame == frame);
	if (hart->look & HART_LOOK_ENTER) {
		hart->look &= ~HART_LOOK_ENTER;
		ring_enter_rest(thread);
		/* perhaps on another hart now */
		hart = hart_this();
	}
	if (UNLIKELY(hart->look & HART_LOOK_CLONE)) {
		hart->look &= ~HART_LOOK_CLONE;
		frame->a0 = (uint64_t)(int64_t)thread_clone(thread, frame);
	}
	if (hart->look & HART_LOOK_YIELD) {
		hart->look &= ~HART_LOOK_YIELD;
		if (hart->thread == thread)
			return pass_on(hart, thread);
	}
	look_around(hart, thread);
	return to_user(hart, thread);
}

/* The fast yield: what its caller keeps is in the frame. */
struct user_return trap_fast_yield(struct trap_frame *frame)
{
	struct hart *hart = hart_this();
	struct thread *thread = hart->thread;

	hart->counters.traps_yield++;
	thread->counters.traps_yield++;
	return pass_on(hart, thread);
}
