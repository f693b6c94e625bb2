/*
 * A hart of the kernel that idles, or runs one thread in a long slice, and two harts
 * that wake a task there.
 *
 * The code: kernel/task/task.c (fences a and b), kernel/trap/trap.c (slice_ended),
 * sched-shared/engine.h note 5.
 *
 * Holds: each task that was made ready runs (else: invalid end state).
 */
#include "order.pml"

#define ALL	3

WORD(inbox0, 0)		/* tasks ever put in by each waker */
WORD(inbox1, 0)
WORD(idle, 0)		/* hart->idle; of the hart */
WORD(long_slice, 0)	/* hart->slice_ns > SLICE_NS; of the hart */
bool interrupt = false;	/* sip.SSIP: a latch */
byte taken = 0;		/* tasks that ran */

#define NEWS	(SEEN(inbox0) + SEEN(inbox1) != taken)

active proctype memory()
{
end:	do
	DRAIN(inbox0)
	DRAIN(inbox1)
	DRAIN(idle)
	DRAIN(long_slice)
	od
}

/* The payload's wake(), into the inbox; then the fence.
 * @ sched-shared/pool.h: seen = atomic_exchange_if(list, first, number); */
#ifndef WITHOUT_fence_b		/* NEEDED: the task is visible before idle and slice are read */
/* @ kernel/task/task.c: fence b, pairs with fence a in idle_once */
#define PUT(w)	STORE(w, OWN(w) + 1); SETTLED(w)
#else
#define PUT(w)	STORE(w, OWN(w) + 1)
#endif

/* @ kernel/task/task.c: static void wake_hart(unsigned index, unsigned level, bool now) */
inline tell()
{
	if
	/* @ kernel/task/task.c: READ_ONCE(hart->slice_ns) > SLICE_NS) */
	:: SEEN(idle) || SEEN(long_slice) -> interrupt = true
	:: else
	fi
}

active proctype waker0()
{
	PUT(inbox0);
	tell()
}

active proctype waker1()
{
	PUT(inbox1);
	tell();
	/* and, once that has run, another */
	taken == 2;
	PUT(inbox1);
	tell()
}

active proctype hart()
{
	do
	/* sched.next() */
	:: NEWS -> taken++
	:: taken == ALL -> break
	/* @ kernel/task/task.c: static uint64_t idle_once(struct hart *hart) */
	:: !NEWS && taken < ALL ->
		STORE(idle, 1);
#ifndef WITHOUT_fence_a		/* NEEDED: idle is visible before the inbox is read */
		/* @ kernel/task/task.c: fence a, pairs with fence b in wake_hart */
		SETTLED(idle);
#endif
		if
#ifndef WITHOUT_idle_look	/* NEEDED: it looks once more when it has said so */
		/* @ kernel/task/task.c: cookie = sched.next(sched_pool, hart->index, UOS_SCHED_PICK); */
		:: NEWS
#endif
		/* @ kernel/task/task.c: __asm__ volatile("wfi" : : : "memory"); */
		:: else -> interrupt
		fi;
		STORE(idle, 0);
		/* @ kernel/trap/interrupt.c: csr_clear(sip, SIE_SOFTWARE); */
		interrupt = false
	/* a thread runs here that never yields, and waits for one of ours: its slice ends
	 * @ kernel/trap/trap.c: static void slice_ended(struct hart *hart, struct thread *thread) */
	:: !NEWS && taken < ALL ->
		STORE(long_slice, 1);
#ifndef WITHOUT_fence_slice	/* NEEDED: the long slice is visible before the inbox is read */
		/* @ kernel/trap/trap.c: __atomic_thread_fence(__ATOMIC_SEQ_CST); */
		SETTLED(long_slice);
#endif
		if
#ifndef WITHOUT_slice_look	/* NEEDED: it looks once more when the slice is long */
		/* @ kernel/trap/trap.c: if (task_hart_wanted()) */
		:: NEWS
#endif
		:: else ->
			do
			/* @ kernel/trap/trap.c: static void trap_interrupt(struct hart *hart, struct thread *thread, uint64_t cause) */
			:: interrupt ->
#ifndef WITHOUT_clear_first	/* NEEDED: the interrupt is cleared before the inbox is read */
				interrupt = false;
#endif
				if
				:: NEWS -> break
				:: else
				fi;
#ifdef WITHOUT_clear_first
				interrupt = false
#endif
			od
		fi;
		STORE(long_slice, 0)
	od
}
