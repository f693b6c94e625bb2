/*
 * A completion queue that is full, and an executor that sleeps until it is interrupted.
 *
 * The code: kernel/ring/request.c, kernel/ring/interrupt.c, libuos/client.c.  A completion that does not fit moves no tail, so it passes no
 * cq_event.
 *
 * Holds: each completion is reaped (else: invalid end state).
 */
#include "order.pml"

#define ENTRIES	1
#define ALL	3

WORD(cq_tail, 0)	/* of who holds ring->lock */
WORD(overflow, 0)	/* CQ_OVERFLOW; likewise */
WORD(cq_head, 0)	/* of the executor */
WORD(cq_event, 0)	/* likewise */
byte tail = 0, held = 0, checked = 0;	/* ring->lock */
bool lock = false, unlock_away = false;
bool usip = false;

#define ACQUIRE	atomic { !lock -> lock = true }
#define RELEASE	unlock_away = true
/* @ kernel/ring/queue.c: bool queues_look_for_room(struct queues *queues) */
#define ROOM	(tail - SEEN(cq_head) < ENTRIES)

active proctype memory()
{
end:	do
	DRAIN(cq_tail)
	DRAIN(overflow)
	DRAIN(cq_head)
	DRAIN(cq_event)
	:: d_step { unlock_away && SETTLED(cq_tail) && SETTLED(overflow) ->
		    unlock_away = false; lock = false }
	od
}

active proctype kernel()
{
	byte done = 0, event;
	bool tells;

	do
	:: done < ALL ->
		done++;
		ACQUIRE;
		if
		/* @ kernel/ring/request.c: LIKELY(queues_post(&ring->queues, request->user_data, res, flags_of(request)))) */
		:: held == 0 && ROOM ->
			tail++;
			STORE(cq_tail, tail);
			tells = false
		:: else ->
			held++;
			/* @ kernel/ring/request.c: queues_flags_set(&ring->queues, IORING_SQ_CQ_OVERFLOW); */
			STORE(overflow, 1);
			/* @ kernel/ring/request.c: ring->held_back = true; */
#ifndef WITHOUT_announce_held	/* NEEDED: the first one that is held back is announced in any case */
			tells = (held == 1)
#else
			tells = false
#endif
		fi;
		RELEASE;
		ACQUIRE;
		event = SEEN(cq_event);
		tells = (tells || (checked <= event && event < tail));
		checked = tail;
		RELEASE;
		if
		:: tells -> usip = true
		:: else
		fi
	:: else -> break
	od
}

active proctype executor()
{
	byte reaped = 0;

	do
	:: reaped == ALL -> break
	:: usip ->
		usip = false;
again:		do
		/* @ libuos/client.c: __atomic_store_n(ring->cq_head, head, __ATOMIC_RELEASE); */
		:: SEEN(cq_tail) != reaped -> reaped++; STORE(cq_head, reaped)
		:: else -> break
		od;
		STORE(cq_event, reaped);
		SETTLED(cq_event) && SETTLED(cq_head);
		if
		:: SEEN(cq_tail) != reaped -> goto again
#ifndef WITHOUT_overflow_look	/* NEEDED: who has reaped looks whether more is held back */
		/* @ libuos/client.c: IORING_SQ_CQ_OVERFLOW, 0) && */
		:: SEEN(cq_tail) == reaped && SEEN(overflow) ->
			/* io_uring_enter
			 * @ kernel/ring/request.c: void ring_flush_overflow(struct ring *ring) */
			ACQUIRE;
			do
			:: held > 0 && ROOM -> held--; tail++; STORE(cq_tail, tail)
			:: held == 0 -> STORE(overflow, 0); break
			:: held > 0 && !ROOM -> break
			od;
			RELEASE;
			!lock;	/* the rest was stored by this very hart */
			goto again
#endif
		:: else
		fi
	od
}
