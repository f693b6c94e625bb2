/* Threads on harts; see the header. */
#include "kernel/task/thread.h"

#include "abi/sched.h"
#include "kernel/mm/kernel_map.h"
#include "kernel/process/process.h"
#include "kernel/riscv.h"
#include "kernel/task/hart.h"
#include "kernel/task/sched.h"
#include "kernel/task/timer.h"
#include "kernel/trap/trap.h"
#include "uintr/uintr.h"

const struct task *thread_task(const struct thread *thread)
{
	return &thread->task;
}

/*
 * Floating point.  A thread comes without its registers, until it uses them: then
 * the instruction traps, and thread_floating_point_begin() loads them.  For some
 * turns from then on they are loaded at once, for as long as it writes them.  So who
 * has none, or only saves and restores them at times, is switched without.
 *
 * The registers of a hart may still hold a thread's state, if nobody used them
 * since.
 */
#define FLOATING_POINT_TURNS	16	/* at once, after the last that wrote */

/* state: sstatus.FS, which is off if it is 0. */
static inline void floating_point_enter(struct hart *hart, struct thread *thread, uint64_t state)
{
	if (LIKELY(!(state | thread->floating_point_turns)))
		return;
	csr_clear(sstatus, SSTATUS_FS);
	if (!thread->floating_point_turns)
		return;
	if (hart->floating_point != thread || thread->floating_point_hart != hart->index) {
		csr_set(sstatus, SSTATUS_FS_DIRTY);
		floating_point_load(thread->frame->f, &thread->frame->fcsr);
		csr_clear(sstatus, SSTATUS_FS);
		hart->floating_point = thread;
		thread->floating_point_hart = hart->index;
	}
	csr_set(sstatus, SSTATUS_FS_CLEAN);
}

/* Answers sstatus.FS. */
static inline uint64_t floating_point_leave(struct thread *thread)
{
	uint64_t state = csr_read(sstatus) & SSTATUS_FS;

	if (LIKELY(!state))
		return state;
	if (state != SSTATUS_FS_DIRTY) {
		thread->floating_point_turns--;
		return state;
	}
	floating_point_save(thread->frame->f, &thread->frame->fcsr);
	thread->floating_point_turns = FLOATING_POINT_TURNS;
	return state;
}

bool thread_floating_point_begin(struct hart *hart, struct thread *thread)
{
	if (csr_read(sstatus) & SSTATUS_FS)
		return false;
	thread->floating_point_turns = FLOATING_POINT_TURNS;
	floating_point_enter(hart, thread, 0);
	return true;
}

void thread_slice_start(struct hart *hart, uint64_t slice_ns)
{
	hart->look &= ~HART_LOOK_SLICE;
	hart->in_grace = false;
	WRITE_ONCE(hart->slice_ns, slice_ns);
	hart->slice_end_ns = timer_now_ns() + slice_ns;
	hart_program_timer(hart);
}

/* The same for one who has just come.  A timer that goes off before is left as it
 * is: its interrupt programs the next. */
static inline void slice_begin(struct hart *hart, uint64_t slice_ns, uint64_t now_ns)
{
	hart->look &= ~HART_LOOK_SLICE;
	hart->in_grace = false;
	WRITE_ONCE(hart->slice_ns, slice_ns);
	hart->slice_end_ns = now_ns + slice_ns;
	if (UNLIKELY(hart->programmed_ns > hart->slice_end_ns))
		hart_program_timer(hart);
}

/* What a hart needs when it is another one than the last time. */
static __attribute__((noinline, cold)) void enter_elsewhere(struct hart *hart,
							    struct thread *thread)
{
	struct address_space *space = thread->process->space;
	uint64_t bit = 1ul << hart->index;

	if (!(READ_ONCE(space->harts_active) & bit)) {
		address_space_enter(space, hart->index);
		__asm__ volatile("fence.i" : : : "memory");
	}
	if (!(thread->harts_known & bit)) {
		/* its frame's slot may have been another thread's, or empty */
		tlb_flush_page(thread->frame_in_user);
		thread->harts_known |= bit;
	}
	thread->frame->kernel_satp = kernel_map_satp();
	thread->frame->kernel_tp = (uint64_t)hart;
	thread->frame->user_satp = space->satp;
	if (thread->lane)
		/* tells the payload whose word of the view to read */
		WRITE_ONCE(thread->lane->hart, hart->index);
	thread->entered_hart = hart->index;
}

void thread_interrupts_enter(struct hart *hart, struct thread *thread)
{
	if (thread->rare & THREAD_HARDWARE)
		uintr_hardware_enter(thread->uintr, hart->hardware_id);
	else
		hart->look |= HART_LOOK_INTERRUPT;
}

void thread_interrupts_leave(struct thread *thread)
{
	if (thread->rare & THREAD_HARDWARE)
		uintr_hardware_leave(thread->uintr);
}

void thread_interrupts_tell(struct thread *thread)
{
	unsigned index = READ_ONCE(thread->task.hart);

	__atomic_fetch_or(&thread->rare, THREAD_POSTED, __ATOMIC_RELAXED);
	/* full fence, pairs with the one in enter: either we see it loaded there, or who
	 * loads it sees the mark (poster in test/model/litmus.py) */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (READ_ONCE(harts[index].thread) != thread)
		return;
	if (index == hart_this()->index)
		hart_this()->look |= HART_LOOK_INTERRUPT;
	else
		hart_interrupt(index);
}

static inline void look_for_posts(struct hart *hart, struct thread *thread)
{
	if (READ_ONCE(thread->rare) & THREAD_POSTED) {
		/* acquire: what was posted before the mark is seen by who looks for it; pairs
		 * with the fences of the poster (mark in test/model/litmus.py) */
		__atomic_fetch_and(&thread->rare, ~THREAD_POSTED, __ATOMIC_ACQUIRE);
		hart->look |= HART_LOOK_INTERRUPT;
	}
}

static __attribute__((noinline, cold)) void enter_rare(struct hart *hart, struct thread *thread)
{
	if (thread->rare & THREAD_NO_ASID)
		tlb_flush_all();
	if (thread->rare & THREAD_HARDWARE)
		uintr_hardware_enter(thread->uintr, hart->hardware_id);
	look_for_posts(hart, thread);
}

static inline void enter(struct hart *hart, struct thread *thread, uint64_t now_ns,
			 uint64_t floating_point_state)
{
	if (UNLIKELY(thread->entered_hart != hart->index))
		enter_elsewhere(hart, thread);
	floating_point_enter(hart, thread, floating_point_state);
	if (!kernel_map_isolated()) {
		csr_write(satp, thread->frame->user_satp);
		hart->counters.page_table_switches++;
		thread->counters.page_table_switches++;
	}
	WRITE_ONCE(hart->thread, thread);
	/* pairs with the fence in thread_interrupts_tell */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (UNLIKELY(READ_ONCE(thread->rare) != 0))
		enter_rare(hart, thread);
	thread->counters.turns++;
	thread->on_since_ns = now_ns;
	slice_begin(hart, READ_ONCE(thread->slice_ns), now_ns);
}

static inline uint64_t leave(struct thread *thread, uint64_t now_ns)
{
	uint64_t floating_point_state = floating_point_leave(thread);

	thread->counters.run_time_ns += now_ns - thread->on_since_ns;
	return floating_point_state;
}

void thread_enter_hart(struct hart *hart, struct thread *thread)
{
	ASSERT(hart->thread == NULL);
	enter(hart, thread, timer_now_ns(), SSTATUS_FS);
}

void thread_leave_hart(struct hart *hart)
{
	struct thread *thread = hart->thread;

	if (!thread)
		return;
	thread_interrupts_leave(thread);
	leave(thread, timer_now_ns());
	if (!kernel_map_isolated()) {
		csr_write(satp, kernel_map_satp());
		if (thread->rare & THREAD_NO_ASID)
			tlb_flush_all();
		hart->counters.page_table_switches++;
	}
	hart->slice_end_ns = ~0ul;
	hart->thread = NULL;
}

void thread_rest_begin(struct hart *hart)
{
	struct thread *thread = hart->thread;

	if (!thread)
		return;
	thread->counters.run_time_ns += timer_now_ns() - thread->on_since_ns;
	WRITE_ONCE(thread->on_since_ns, ~0ul);
	/* else a vector of its own would end the hart's sleep again and again */
	thread_interrupts_leave(thread);
}

void thread_rest_end(struct hart *hart)
{
	struct thread *thread = hart->thread;

	if (!thread)
		return;
	WRITE_ONCE(thread->on_since_ns, timer_now_ns());
	if (thread->rare & THREAD_HARDWARE)
		uintr_hardware_enter(thread->uintr, hart->hardware_id);
	/* it has given way */
	thread->preempted_used_ns = 0;
}

static __attribute__((noinline, cold)) void pass_hart_anyhow(struct hart *hart,
							     struct thread *next)
{
	uint64_t now_ns;

	/* first of all: a call in the midst would cost everybody registers */
	if (UNLIKELY(hart->thread->rare & THREAD_HARDWARE))
		uintr_hardware_leave(hart->thread->uintr);
	now_ns = timer_now_ns();
	enter(hart, next, now_ns, leave(hart->thread, now_ns));
}

/* Whether one of the two has more than its root table, its counters and a look at what is
 * pending.  (Or the clock is slow.) */
static inline bool passes_plainly(const struct hart *hart, const struct thread *thread,
				  const struct thread *next)
{
	return !(csr_read(sstatus) & SSTATUS_FS) &&
	       !((next->rare | thread->rare) & (THREAD_NO_ASID | THREAD_HARDWARE)) &&
	       !next->floating_point_turns &&
	       next->entered_hart == hart->index && timer_tick_ns != 0;
}

/* All calls are at the end, or the usual way would save registers for them. */
void thread_pass_hart(struct hart *hart, struct thread *next)
{
	struct thread *thread = hart->thread;
	uint64_t now_ns;

	if (UNLIKELY(!passes_plainly(hart, thread, next))) {
		pass_hart_anyhow(hart, next);
		return;
	}
	now_ns = csr_read(time) * timer_tick_ns;
	thread->counters.run_time_ns += now_ns - thread->on_since_ns;
	if (!kernel_map_isolated()) {
		csr_write(satp, next->frame->user_satp);
		hart->counters.page_table_switches++;
		next->counters.page_table_switches++;
	}
	WRITE_ONCE(hart->thread, next);
	/* pairs with the fence in thread_interrupts_tell */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	look_for_posts(hart, next);
	next->counters.turns++;
	next->on_since_ns = now_ns;
	slice_begin(hart, READ_ONCE(next->slice_ns), now_ns);
}

/* Under level_lock, so that who sets the level knows which record has it, and the thread,
 * which takes that lock when it ends, is still there. */
int32_t thread_add_elsewhere(struct hart *hart, struct task *self, unsigned elsewhere)
{
	struct thread *thread = CONTAINER_OF(self, struct thread, task);
	uint32_t before = self->number;
	int32_t number;

	spinlock_acquire(&thread->level_lock);
	number = sched.add(sched_pool, hart->index, elsewhere, self->level, (uint64_t)self);
	if (number >= 0)
		/* unless it runs already, and has said so itself; nobody else has the
		 * number that it had before */
		__atomic_compare_exchange_n(&self->number, &before, (uint32_t)number, false,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	spinlock_release(&thread->level_lock);
	return number;
}
