/*
 * Hardware: what is sent past the kernel to who waits in it.  The protocol, in all of
 * its interleavings, is test/model/park.pml.
 *
 * A receiver is *parked* while its thread waits in the kernel for a vector among others;
 * only those are in the list that somebody may send to, and the kernel's own, which is rung
 * at, once somebody has a doorbell.  While a hart idles they are active on one such hart,
 * the *keeper*, where USIP is a supervisor interrupt (sideleg[0] = 0 while no context is
 * loaded): a post ends its wfi.  Else the kernel looks before it picks, and at each slice.
 *
 * All under parked_lock, which comes before a context's lock.
 */
#include "uintr/park.h"

#include "uintr/back_ends.h"

#define UINTR_NO_HART	(~0u)

static struct spinlock parked_lock;
static struct list parked = { &parked, &parked };
static bool has_doorbells;		/* the kernel's receiver counts as parked */
static uint64_t idle_harts;		/* bits */
static unsigned keeper = UINTR_NO_HART;
static uint32_t hardware_ids[64];
static bool looks;			/* the kernel has been told to look */
uint64_t uintr_parked_wakes;

/* parked_lock.  Nobody is woken by what comes: it has to be looked for. */
static void decide_looks(void)
{
	bool wanted = keeper == UINTR_NO_HART && (has_doorbells || !list_empty(&parked));

	if (wanted == looks)
		return;
	looks = wanted;
	uintr_machine.looks(wanted);
}

/* parked_lock. */
static void activate(uint32_t receiver)
{
	if (keeper == UINTR_NO_HART)
		uintr_hardware_off(receiver);
	else	/* what waits there raises USIP at once */
		uintr_hardware_on(receiver, hardware_ids[keeper]);
}

/* parked_lock.  All of them follow the keeper (park.pml: activate, hand_over). */
static void activate_all(void)
{
	struct list *node;

	LIST_FOR_EACH(node, &parked)
		activate(CONTAINER_OF(node, struct uintr_context, parked)->receiver);
	if (has_doorbells)
		activate(UINTR_KERNEL_RECEIVER);
	decide_looks();
}

void uintr_park(struct uintr_context *context)
{
	spinlock_acquire(&parked_lock);
	list_push_back(&parked, &context->parked);
	/* (park.pml: park_at_keeper) */
	activate(context->receiver);
	decide_looks();
	spinlock_release(&parked_lock);
}

/* parked_lock. */
static void unpark_locked(struct uintr_context *context)
{
	uintr_hardware_off(context->receiver);
	list_remove(&context->parked);
	context->parked.next = NULL;
	decide_looks();
}

void uintr_unpark(struct uintr_context *context)
{
	spinlock_acquire(&parked_lock);
	if (context->parked.next)
		unpark_locked(context);
	spinlock_release(&parked_lock);
}

void uintr_look(void)
{
	struct list *node, *following;
	uint64_t bells = 0;

	spinlock_acquire(&parked_lock);
	LIST_FOR_EACH_SAFE(node, following, &parked) {
		struct uintr_context *context = CONTAINER_OF(node, struct uintr_context, parked);

		if (!uintr_hardware_is_pending(context->receiver))
			continue;
		unpark_locked(context);
		uintr_parked_wakes++;
		uintr_wake(context);
	}
	if (has_doorbells)
		bells = uintr_hardware_take(UINTR_KERNEL_RECEIVER);
	spinlock_release(&parked_lock);
	if (bells)
		uintr_machine.bell(bells);
}

void uintr_idle_begin(unsigned hart, uint32_t hardware_id)
{
	if (uintr_kind != UINTR_KIND_HARDWARE)
		return;
	spinlock_acquire(&parked_lock);
	hardware_ids[hart] = hardware_id;
	idle_harts |= 1ul << hart;
	if (keeper == UINTR_NO_HART) {
		keeper = hart;
		activate_all();
	}
	spinlock_release(&parked_lock);
	uintr_hardware_listen();
}

void uintr_idle_end(unsigned hart)
{
	if (uintr_kind != UINTR_KIND_HARDWARE)
		return;
	if (uintr_hardware_was_rung())
		uintr_look();
	spinlock_acquire(&parked_lock);
	idle_harts &= ~(1ul << hart);
	if (keeper == hart) {
		keeper = idle_harts ? (unsigned)__builtin_ctzl(idle_harts) : UINTR_NO_HART;
		activate_all();
	}
	spinlock_release(&parked_lock);
	/* after that: what comes later is the next keeper's, or waits for a look, and is no
	 * user's interrupt (park.pml: clear_at_idle_end) */
	uintr_hardware_listen_end();
}

void uintr_doorbells_begin(void)
{
	spinlock_acquire(&parked_lock);
	if (!has_doorbells) {
		has_doorbells = true;
		activate(UINTR_KERNEL_RECEIVER);
		decide_looks();
	}
	spinlock_release(&parked_lock);
}
