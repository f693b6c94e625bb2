/*
 * Complete, announce, deliver, arm anew: a ring whose completions are user interrupts,
 * two harts that complete, and the executor that reaps and idles (docs/uintr.md).
 * The code: kernel/ring/interrupt.c; libuos/interrupt.c, libuos/client.c.
 *
 * cq_event is the user's word: announce when the tail passes it.  It is good for one
 * announcement; until the user writes it anew the kernel is silent, so who reaps is
 * not interrupted and has nothing to say first.
 *
 * Holds: each completion is reaped, whether the executor idles in wfi or computes and
 * never yields (else: invalid end state).  A CQE is there when its tail is; nobody reaps
 * inside a reaping; there are no more announcements than the user asked for
 * (assertions).
 */
#include "order.pml"

#define ALL	3
#define MINE	(2 - _pid % 2)	/* one hart completes twice, the other once */

WORD(cqe, 0)		/* CQEs written: of who holds ring->lock */
WORD(cq_tail, 0)	/* likewise */
WORD(cq_event, 0)	/* of the executor */
byte tail = 0;		/* queues.cq_tail; ring->lock */
byte checked = 0;	/* the tail at the last decision; ring->lock */
bool lock = false, unlock_away = false;		/* ring->lock */
bool pending = false, usip = false;
byte sent = 0, armed = 1;	/* announcements; cq_event as registered, and each new one */

/* the executor's hart */
bool uie = true, in_handler = false;
bool in_range = false;	/* its pc is where the handler must not reap */
bool missed = false;	/* the handler was there */
bool inbox = false;	/* the handler has readied a task */
bool reaping = false;
byte reaped = 0;	/* executor->cq_reaped */

active proctype memory()
{
end:	do
	DRAIN(cqe)
	DRAIN(cq_tail)
	DRAIN(cq_event)
	/* a release: behind all that its holder stored */
	:: d_step { unlock_away && SETTLED(cqe) && SETTLED(cq_tail) ->
		    unlock_away = false; lock = false }
	od
}

/* @ kernel/api/lock.h: __atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE) */
#define ACQUIRE	atomic { !lock -> lock = true }
/* @ kernel/api/lock.h: __atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE); */
#define RELEASE	unlock_away = true

active [2] proctype kernel()
{
	byte done = 0, before, event;
	bool passed;

	do
	:: done < MINE ->
		done++;
		/* @ kernel/ring/request.c: static void post_locked(struct ring *ring, struct request *request, int32_t res) */
		ACQUIRE;
		tail++;
		STORE(cqe, tail);
#ifndef WITHOUT_cqe_release	/* NEEDED: (c) the CQE is visible before the tail */
		/* @ kernel/ring/queue.h: release (c) */
		SETTLED(cqe);
#endif
		STORE(cq_tail, tail);
		RELEASE;
		/* @ kernel/ring/interrupt.c: void ring_announce_interrupt(struct ring *ring) */
		/* To take the lock again is to wait for its release, behind which the tail is
		 * visible: it is the full fence */
#ifndef WITHOUT_lock_again	/* NEEDED: the tail is visible before cq_event is read */
		ACQUIRE;
#endif
		atomic { before = checked; checked = tail };
		event = SEEN(cq_event);
		passed = (before <= event && event < tail);
#ifndef WITHOUT_lock_again
		RELEASE;
#endif
		if
#ifndef WITHOUT_one_shot	/* NEEDED: the tail passes cq_event once */
		:: passed ->
#else
		:: event < tail ->
#endif
			sent++;
			assert(sent <= armed);
			d_step { pending = true; usip = true }
		:: else
		fi
	:: else -> break
	od
}

/* Takes what is there, and says up to where. */
inline reap()
{
	do
	:: true ->
		atomic { assert(!reaping); reaping = true };
		do
		/* @ libuos/client.c: __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE) */
		:: atomic { SEEN(cq_tail) != reaped ->
			assert(SEEN(cqe) > reaped);
			reaped++ }
		:: else -> break
		od;
		reaping = false;
		if
		:: OWN(cq_event) != reaped ->
			armed++;
			STORE(cq_event, reaped)
		:: else
		fi;
#ifndef WITHOUT_arm_fence	/* NEEDED: cq_event is visible before the tail is read */
		SETTLED(cq_event);
#endif
#ifndef WITHOUT_look_again	/* NEEDED: it looks once more when it has armed */
		if
		:: SEEN(cq_tail) == reaped -> break
		:: else
		fi
#else
		break
#endif
	od
}

/* An enabled and pending interrupt comes before the next instruction. */
active proctype handler()
{
	bool bits;

end:	do
	:: d_step { usip && uie -> uie = false; in_handler = true };
#ifndef WITHOUT_clear_first	/* NEEDED: USIP is cleared before the CQ is looked at */
		usip = false;
#endif
		d_step { bits = pending; pending = false };
		if
		:: !bits
#ifndef WITHOUT_range		/* NEEDED: in a range it does not reap */
		:: bits && in_range -> missed = true
#endif
		:: else -> reap(); inbox = true
		fi;
#ifdef WITHOUT_clear_first
		usip = false;
#endif
		d_step { bits = false; in_handler = false; uie = true }
	od
}

active proctype executor() provided (!in_handler && !(usip && uie))
{
	do
	:: reaped == ALL -> break
	/* a coroutine yields
	 * @ libuos/client.c: void uos_executor_attend(struct uos_executor *executor, bool yields) */
	:: SEEN(cq_tail) != reaped ->
		in_range = true;
again:		reap();
		in_range = false;
#ifndef WITHOUT_missed		/* NEEDED: it looks whether it missed one when it leaves a range */
		if
		:: missed -> missed = false; in_range = true; goto again
		:: else
		fi
#endif
	/* a coroutine computes and never yields */
	:: true -> reaped == ALL
	/* the scheduler answered IDLE
	 * @ libuos/pause.c: uint64_t uos_executor_pause(struct uos_executor *executor, uint64_t answer) */
	:: !inbox ->
#ifndef WITHOUT_uie_off		/* NEEDED: the last look is with UIE = 0 */
		uie = false;
#endif
#ifndef WITHOUT_idle_look	/* NEEDED: what a handler readied is seen before wfi */
		if
		:: inbox -> goto awake
		:: else
		fi;
#endif
		/* wfi: ends when something is pending, enabled or not; or all is done */
		(usip || (reaped == ALL && !inbox));
awake:		uie = true
	/* the task that was readied runs */
	:: inbox -> inbox = false
	od
}
