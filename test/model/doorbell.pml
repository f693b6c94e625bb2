/*
 * Submit, need-wakeup, doorbell: a user, a ring's server, and one who defers.
 *
 * The code: kernel/ring/queue.h (a) and (e), kernel/ring/server.c, libuos/client.c,
 * libuos/include/uos/ring.h; the doorbell by user interrupt: ring_bell, and uintr/park.c.
 *
 * Holds: each entry is served and each deferred request run, whatever the server was
 * doing (else: invalid end state); an entry is there when it is read (assertion).
 */
#include "order.pml"

#define ENTRIES	2
#define NEED	1

mtype = { OFF, ON, LEAVING, CALLED_BACK };

WORD(sqe, 0)		/* entries written: of the user */
WORD(sq_tail, 0)	/* of the user */
WORD(sq_flags, NEED)	/* of the server; as a ring is made */
bool deferred = false;	/* ring->deferred_first; server_lock */
mtype server_state = OFF;	/* server_lock */
byte sq_head = 0;	/* of the server */
byte served = 0;
bool deferred_done = false;
bool started = false;	/* the server's task is ready to begin */
/* the kernel's receiver: what rings at a hart that idles in S */
bool pending = false, usip = false;

#define HAS_WORK	(deferred || SEEN(sq_tail) != sq_head)
#define OVER		(served == ENTRIES && deferred_done)

/* @ kernel/ring/server.c: ring_server_wake(struct ring *ring) */
inline server_wake()
{
	atomic {
		if
		:: server_state == OFF -> server_state = ON; started = true
#ifndef WITHOUT_called_back	/* NEEDED: a server on its way out is called back */
		:: server_state == LEAVING -> server_state = CALLED_BACK
#endif
		:: else
		fi
	}
}

active proctype memory()
{
end:	do
	DRAIN(sqe)
	DRAIN(sq_tail)
	DRAIN(sq_flags)
	od
}

active proctype user()
{
	byte tail = 0;

	/* a polled ring begins with its server off */
	do
	:: tail < ENTRIES ->
		tail++;
		STORE(sqe, tail);
#ifndef WITHOUT_tail_release	/* NEEDED: (a) the entry is visible before the tail */
		SETTLED(sqe);
#endif
		/* @ libuos/include/uos/ring.h: __atomic_store_n(ring->sq_tail, ring->sqe_tail, __ATOMIC_RELEASE); */
		STORE(sq_tail, tail);
#ifndef WITHOUT_user_fence	/* NEEDED: (e) the tail is visible before the flag is read */
		/* @ libuos/include/uos/ring.h: __atomic_thread_fence(__ATOMIC_SEQ_CST); */
		SETTLED(sq_tail);
#endif
		if
		/* @ libuos/include/uos/ring.h: __atomic_load_n(ring->sq_flags, __ATOMIC_RELAXED) & IORING_SQ_NEED_WAKEUP */
		:: SEEN(sq_flags) == NEED ->
			if
			/* by io_uring_enter; the trap is a full fence
			 * @ kernel/ring/enter.c: ring_server_wake(ring) */
			:: SETTLED(sq_tail); server_wake()
			/* by uipi.send: UOS_REGISTER_DOORBELL
			 * @ kernel/ring/server.c: void ring_bell(uint64_t vectors) */
			:: d_step { pending = true; usip = true }
			fi
		:: else
		fi
	:: else -> break
	od;
	served == ENTRIES
}

/* An operation that is issued again, from another hart.
 * @ kernel/ring/server.c: void ring_defer(struct ring *ring, struct request *request) */
active proctype deferrer()
{
	atomic { deferred = true };
	server_wake()
}

/* A hart that idles in S with the kernel's receiver active on it. */
active proctype doorkeeper()
{
	bool rung;

	do
	:: usip ->
#ifndef WITHOUT_clear_first	/* NEEDED: USIP is cleared before pending and tails are read */
		usip = false;
#endif
		d_step { rung = pending; pending = false };
		if
		/* @ kernel/ring/server.c: void ring_look(struct process *process) */
		:: rung && HAS_WORK -> server_wake()
		:: else
		fi;
#ifdef WITHOUT_clear_first
		usip = false
#endif
	:: OVER && !usip -> break
	od
}

active proctype server()
{
	do
	:: started ->
		started = false;
		/* @ kernel/ring/server.c: queues_flags_clear(&ring->queues, IORING_SQ_NEED_WAKEUP); */
		STORE(sq_flags, 0);
		do
		:: deferred -> d_step { deferred = false; deferred_done = true }
		:: SEEN(sq_tail) != sq_head ->
			sq_head++;
			assert(SEEN(sqe) >= sq_head);
			served++
		:: !HAS_WORK ->
#ifndef WITHOUT_flag		/* NEEDED: the flag stands before the last look */
			/* @ kernel/ring/server.c: queues_flags_set(&ring->queues, IORING_SQ_NEED_WAKEUP); */
			STORE(sq_flags, NEED);
#endif
#ifndef WITHOUT_server_fence	/* NEEDED: (e) the flag is visible before the tail is read */
			/* @ kernel/ring/server.c: full fence (e) */
			SETTLED(sq_flags);
#endif
#ifndef WITHOUT_leave_then_look	/* NEEDED: it says that it leaves, then looks once more */
			server_state = LEAVING;
#endif
			if
#ifndef WITHOUT_last_look	/* NEEDED: it looks once more */
			/* @ kernel/ring/server.c: if (!has_work(ring)) */
			:: HAS_WORK ->
				server_state = ON;
				STORE(sq_flags, 0)
			:: else ->
#else
			:: true ->
#endif
#ifdef WITHOUT_leave_then_look
				server_state = LEAVING;
#endif
#ifdef WITHOUT_flag
				STORE(sq_flags, NEED);
#endif
				/* @ kernel/ring/server.c: again = ring->server_state == SERVER_CALLED_BACK; */
				atomic {
					if
					:: server_state == CALLED_BACK ->
						server_state = ON; started = true
					:: else -> server_state = OFF
					fi
				};
				break
			fi
		od
	:: OVER && !started -> break
	od
}
