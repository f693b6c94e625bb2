/*
 * A task that blocks, is woken at the same time, and may go on in another lane: its
 * state, the mark WOKEN, the inbox and the rule of `last`.
 *
 * The code: sched-shared/engine.h (notes 1, 2 and 5), abi/sched.h.  Task 1 blocks on
 * lane 0 with lane 1 idle; task 2 is what lane 0 may run instead.  The executor stands
 * on the stack of the task that it gave up until it has switched to another's.
 *
 * Holds: task 1 runs once for each wake that found it blocked, or goes on at once (else:
 * invalid end state); no two executors stand on its stack (assertion).
 */
#include "order.pml"

mtype = { BLOCKED, READY, RUNNING, RUNNING_WOKEN };

mtype state = RUNNING;	/* of task 1 */
WORD(last, 0)		/* lane 0's */
bool inbox[2];		/* holds task 1 */
bool on_stack[2];	/* who stands on task 1's stack */
bool two_ready = false;	/* task 2, in lane 0 */
bool over = false;	/* task 1 has seen what it waited for */
bool condition = false;	/* what it waits for */

active proctype memory()
{
end:	do
	DRAIN(last)
	od
}

/* @ sched-shared/engine.h: static inline uint64_t next_block(struct uos_sched_pool *pool, struct uos_sched_lane *lane) */
inline block(blocked)
{
#ifndef WITHOUT_last_first	/* NEEDED: last is written before the state */
	/* @ sched-shared/engine.h: atomic_write_release(&lane->last, number); */
	STORE(last, 1);
	SETTLED(last);		/* the .rl of the exchange that follows: note 2 */
#endif
	atomic {
		if
#ifndef WITHOUT_mark_seen	/* NEEDED: who was woken while it ran does not block */
		/* @ sched-shared/engine.h: atomic_write(&task->state, UOS_SCHED_RUNNING); */
		:: state == RUNNING_WOKEN -> state = RUNNING; blocked = false
		:: else ->
#else
		:: true ->
#endif
			state = BLOCKED; blocked = true
		fi
	};
#ifdef WITHOUT_last_first
	STORE(last, 1)
#endif
}

active proctype executor0()
{
	bool blocked;

	on_stack[0] = true;
	/* task 1 looks, and blocks while what it waits for is not there */
running:
	do
	:: condition -> over = true; goto done
	:: else ->
		block(blocked);
		if
		:: blocked -> break
		:: else
		fi
	od;
	/* pick: on the stack of task 1 */
	if
	:: two_ready ->
		/* task 2 runs on its own, and gives up */
		on_stack[0] = false;
		STORE(last, 2);
		SETTLED(last);
		two_ready = false;
	:: true
	fi;
	/* IDLE, on the stack of whom it gave up last; an interrupt ends it: note 5 */
	(inbox[0] || over);
	if
	:: inbox[0] ->
		inbox[0] = false;
		state = RUNNING;
		assert(!on_stack[1]);
		on_stack[0] = true;
		goto running
	:: else
	fi;
done:	skip
}

active proctype executor1()
{
	(inbox[1] || over);
	if
	:: inbox[1] ->
		inbox[1] = false;
		state = RUNNING;
		assert(!on_stack[0]);
		on_stack[1] = true;
		/* it was woken when the condition was there */
		assert(condition);
		over = true
	:: else
	fi
}

/* Somebody else's, who would like it in lane 1.
 * @ sched-shared/engine.h: int32_t payload_wake(struct uos_sched_pool *pool, uint32_t by, uint32_t lane, uint32_t number) */
active proctype waker()
{
	bool won = false;

	if
	:: two_ready = true
	:: true
	fi;
	condition = true;
	atomic {
		if
		:: state == BLOCKED -> state = READY; won = true
#ifndef WITHOUT_mark		/* NEEDED: who runs is marked */
		/* @ sched-shared/engine.h: UOS_SCHED_RUNNING | UOS_SCHED_WOKEN); */
		:: state == RUNNING -> state = RUNNING_WOKEN
#endif
		:: else
		fi
	};
	if
	:: won ->
		if
		/* @ sched-shared/engine.h: return atomic_read_acquire(&pool_lane(pool, own)->last) != number; */
#ifndef WITHOUT_move_check	/* NEEDED: lane 0's last stays in lane 0 */
		:: SEEN(last) == 1 -> inbox[0] = true
#endif
		:: else -> inbox[1] = true
		fi
	:: else
	fi
}
