/*
 * A process whose receiver is parked, and a sender that the kernel does not see: two
 * harts, one process P that waits for user interrupts, two like Q that compute.
 * The code: uintr/park.c, uintr/hardware.c, kernel/task/task.c, kernel/trap/trap.c.  It follows
 * docs/uintr-isa.md, section 4.
 *
 * A receiver is parked while its process runs nowhere.  While a hart idles, what is
 * parked is active on one such hart, `keeper`, with sideleg[0] = 0 there: a post is a
 * supervisor interrupt.  Else the kernel looks at parked pendings before it picks, before
 * it idles, and at each slice.
 *
 * Holds: P handles what was sent, even if Q never ends (else: invalid end state); while
 * a hart idles a post has woken one, and only a few times (assertions); Q sees no interrupt of P's (assertion).
 */
#define SENDS		2
#define NOBODY		2
#define PARKINGS	2
#define WAKES		4

/* the receiver of P, in UINTC */
bool pending = false, live = false;	/* ... ACTIVE */
byte target = 0;
bool usip[2];		/* mip.USIP of each hart: a latch */

mtype = { ON_HART, PARKED, READY };
mtype p_state = READY;	/* kernel_pool */
byte q_ready = 2;	/* processes like Q */
byte wakes = 0;		/* of idle harts, by posts, since P was last made ready */
byte sent = 0, handled = 0, parkings = 0;
byte keeper = NOBODY;	/* parked_lock */
bool idle[2];		/* parked_lock */
bool asleep[2];		/* it is in wfi; for the assertion */
bool parked_lock = false;

#define OVER	(handled == SENDS)
#define LOCK	atomic { !parked_lock -> parked_lock = true }
#define UNLOCK	atomic { sees_post(); parked_lock = false }

/* What UINTC does after each write. */
inline uintc()
{
	if
	:: live && pending -> usip[target] = true
	:: else
	fi
}

inline receiver_on(h)
{
	d_step { live = true; target = h; uintc() }
}

inline receiver_off()
{
	d_step { live = false; uintc() }
}

/* Nobody sleeps over a post, while nobody is at work on it. */
inline sees_post()
{
	assert(!(p_state == PARKED && pending && (asleep[0] || asleep[1])) ||
	       (asleep[0] && usip[0]) || (asleep[1] && usip[1]))
}

/* uipi.send, by a process on a hart that is none of these. */
active proctype sender()
{
	do
	:: sent < SENDS ->
		d_step { sent++; pending = true; uintc() };
		atomic { !parked_lock -> sees_post() }
	:: else -> break
	od
}

/* Before it picks, at each slice; before it idles by becoming the keeper.
 * @ uintr/park.c: void uintr_look(void) */
inline look_at_parked()
{
	LOCK;
	d_step {
		if
		:: p_state == PARKED && pending -> live = false; p_state = READY; wakes = 0
		:: else
		fi
	};
	UNLOCK
}

/* P, in user mode on hart h, UIE = 1 but in its handler. */
inline run_p(h)
{
	do
	:: usip[h] ->
#ifndef WITHOUT_clear_first	/* NEEDED: the handler clears USIP before it reads pending */
		usip[h] = false;
#endif
		d_step { got = (pending -> sent : handled); pending = false };
#ifdef WITHOUT_clear_first
		usip[h] = false;
#endif
		handled = got
	:: OVER -> break
	/* it waits, and gives the hart up */
	:: parkings < PARKINGS -> parkings++; break
	od
}

/* @ uintr/hardware.c: void uintr_hardware_leave(struct uintr_context *context) */
inline switch_out(h)
{
#ifdef WITHOUT_clear_after
	usip[h] = false;
#endif
#ifndef WITHOUT_deactivate	/* NEEDED: a receiver is not active where its process is not */
	receiver_off();
#endif
#ifndef WITHOUT_clear_after	/* NEEDED: USIP is cleared after ACTIVE = 0 */
	usip[h] = false;
#endif
	LOCK;
	p_state = PARKED;
	/* @ uintr/park.c: activate(context->receiver); */
#ifndef WITHOUT_park_at_keeper	/* NEEDED: who parks while another hart idles activates it there */
	if
	:: keeper != NOBODY -> receiver_on(keeper)
	:: else
	fi;
#endif
	UNLOCK
}

/* @ kernel/task/task.c: uintr_idle_begin(hart->index, hart->hardware_id); */
inline idle_begin(h)
{
	LOCK;
	idle[h] = true;
	if
	:: keeper == NOBODY ->
		keeper = h;
#ifndef WITHOUT_activate	/* NEEDED: who idles first activates what is parked */
		if
		:: p_state == PARKED -> receiver_on(h)
		:: else
		fi
#endif
	:: else
	fi;
	asleep[h] = true;
	UNLOCK
}

/* In the code whoever was rung at looks before it hands over, too.
 * @ uintr/park.c: if (uintr_hardware_was_rung()) uintr_look(); */
inline idle_end(h)
{
	LOCK;
	d_step { asleep[h] = false; idle[h] = false };
	if
	:: keeper == h ->
#ifndef WITHOUT_hand_over	/* NEEDED: who stops idling hands what is parked to another that idles */
		keeper = (idle[1 - h] -> 1 - h : NOBODY);
#else
		keeper = NOBODY;
#endif
		if
		:: p_state == PARKED && keeper != NOBODY -> receiver_on(keeper)
		:: p_state == PARKED && keeper == NOBODY -> receiver_off()
		:: else
		fi;
	:: else
	fi;
	UNLOCK;
#ifndef WITHOUT_clear_at_idle_end	/* NEEDED: a USIP that came while it idled is not left to users */
	usip[h] = false
#endif
}

active [2] proctype hart()
{
	byte me = _pid - 1, got;
	bool mine, ends = false;

	do
	:: OVER -> break
	:: else ->
		/* @ kernel/task/task.c: look_for_parked(hart); poll_interrupts(); */
#ifndef WITHOUT_look_before_pick	/* NEEDED: it looks at parked pendings before it picks */
		look_at_parked();
#endif
		d_step {
			mine = (p_state == READY);
			if
			:: mine -> p_state = ON_HART
			:: else
			fi
		};
		if
		:: mine ->
			/* @ uintr/hardware.c: uintr_hardware_on(context->receiver, hardware_id); */
#ifndef WITHOUT_activate_on_entry	/* NEEDED: P enters with its receiver active here: what waits raises USIP */
			receiver_on(me);
#else
			d_step { live = true; target = me };
#endif
			run_p(me);
			if
			:: OVER -> break
			:: else -> switch_out(me)
			fi
		:: !mine ->
			atomic {
				if
				:: q_ready > 0 -> q_ready--; mine = true
				:: else
				fi
			};
			if
			:: mine ->
				/* Q computes; it may never end */
				if
				:: ends = true
				:: ends = false
				fi;
				do
				:: assert(!usip[me]);
				   if
				   :: ends || OVER -> break
				   /* a slice that finds what was posted; the others change nothing */
				   /* @ kernel/trap/trap.c: (park.pml: look_at_slice) */
#ifndef WITHOUT_look_at_slice	/* NEEDED: it looks at parked pendings at each slice */
				   :: p_state == PARKED && pending -> look_at_parked();
#endif
				   :: p_state == READY -> break
				   fi
				od;
				if
				:: !ends -> q_ready++
				:: else
				fi
			:: else ->
				idle_begin(me);
				/* wfi in S */
				(usip[me] || q_ready > 0 || p_state == READY || OVER);
				wakes = wakes + usip[me];
				assert(wakes <= WAKES);
				idle_end(me)
			fi
		fi
	od
}
