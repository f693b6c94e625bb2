/*
 * An executor of several that sleeps in io_uring_enter, and two others that wake its
 * tasks.
 *
 * The code: libuos/executors.c (fences 1 and 2), kernel/ring/wait.c.
 *
 * Holds: whoever was woken goes on (else: invalid end state); no more messages than
 * sleeps that were announced (assertion).
 */
#include "order.pml"

WORD(idle, 0)		/* the executor's bit; two writers, each by an AMO */
WORD(inbox, 0)		/* a task is in it; of waker 0 */
WORD(mark, 0)		/* WOKEN of the task on whose stack it stands; of waker 1 */
byte messages = 0;	/* MSG_RING: completions that the kernel has posted */
byte announced = 0;
byte reaped = 0;
bool inbox_taken = false, mark_taken = false;

active proctype memory()
{
end:	do
	DRAIN(idle)
	DRAIN(inbox)
	DRAIN(mark)
	od
}

#ifndef WITHOUT_fence_2		/* NEEDED: what was put there is visible before idle is read */
/* @ libuos/executors.c: fence 2 */
#define PUT(w)	STORE(w, 1); SETTLED(w)
#else
#define PUT(w)	STORE(w, 1)
#endif

/* @ libuos/executors.c: static void executor_rouse(struct uos_executor *executor) */
inline rouse()
{
	bool was = false;

	if
	:: SEEN(idle) ->
#ifndef WITHOUT_claim		/* NEEDED: of several wakers one takes the bit away */
		/* @ libuos/executors.c: __atomic_fetch_and(&executors.idle, ~bit, __ATOMIC_ACQ_REL) & bit) */
		d_step { SETTLED(idle) -> was = idle; idle = 0 };
#else
		was = true;
#endif
		if
		:: was ->
			messages++;
			assert(messages <= announced)
		:: else
		fi
	:: else
	fi
}

active proctype waker0()
{
	PUT(inbox);
	rouse()
}

active proctype waker1()
{
	PUT(mark);
	rouse()
}

/* @ libuos/executors.c: static void shared_wait(struct uos_executor *executor) */
active proctype executor()
{
	do
	:: SEEN(inbox) && !inbox_taken -> inbox_taken = true
	:: messages != reaped -> reaped = messages
	:: inbox_taken && mark_taken -> break
	:: (!inbox_taken || !mark_taken) && !(SEEN(inbox) && !inbox_taken) ->
		announced++;
		/* @ libuos/executors.c: __atomic_fetch_or(&executors.idle, bit, __ATOMIC_RELAXED); */
		STORE(idle, 1);
#ifndef WITHOUT_fence_1		/* NEEDED: the bit is visible before the looks */
		/* @ libuos/executors.c: fence 1 */
		SETTLED(idle);
#endif
		if
#ifndef WITHOUT_look_at_mark	/* NEEDED: it looks whether its own task was woken */
		/* @ libuos/executors.c: if (!current_is_woken(executor) && */
		:: SEEN(mark) && !mark_taken -> mark_taken = true
#endif
		:: else ->
			if
#ifndef WITHOUT_look_at_inbox	/* NEEDED: it looks into its inbox */
			/* @ libuos/executors.c: && !has_news(executor)) */
			:: (SEEN(inbox) && !inbox_taken)
#endif
			:: else ->
				/* sleeps until a completion is there: queue.h (f) */
				messages != reaped;
				reaped = messages
			fi
		fi;
		/* @ libuos/executors.c: __atomic_fetch_and(&executors.idle, ~bit, __ATOMIC_RELAXED); */
		STORE(idle, 0)
	od
}
