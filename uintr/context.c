/* Contexts and receivers, whatever the back end; see uintr.h. */
#include "uintr/uintr.h"

#include "kernel/api/memory.h"
#include "uintr/back_ends.h"
#include "uintr/park.h"

enum uintr_kind uintr_kind;
struct uintr_machine uintr_machine;

static struct spinlock receivers_lock;
static struct uintr_context *receivers[UINTR_RECEIVERS_MAX];	/* receivers_lock */
static uint32_t receiver_count, receiver_next = 1;		/* receivers_lock */

void uintr_init(const struct uintr_machine *machine)
{
	uintr_machine = *machine;
	uintr_kind = machine->kind;
	if (uintr_kind == UINTR_KIND_HARDWARE)
		uintr_hardware_init();
}

struct uintr_context *uintr_context_create(struct task *task, const uint64_t *senders)
{
	struct uintr_context *context = kernel_alloc(sizeof(*context));

	if (!context)
		return NULL;
	context->senders = senders;
	context->task = task;
	context->references = 1;
	context->active = 1;
	return context;
}

/* ---- receivers ------------------------------------------------------------------- */

/* receivers_lock.  The one that was free longest, more or less; 0: none. */
static uint32_t find_free(void)
{
	if (receiver_count == UINTR_RECEIVERS_MAX - 1)
		return UINTR_NO_RECEIVER;
	while (receivers[receiver_next] || receiver_next == UINTR_NO_RECEIVER)
		receiver_next = (receiver_next + 1) % UINTR_RECEIVERS_MAX;
	return receiver_next;
}

int uintr_receiver_take(struct uintr_context *context)
{
	uint32_t receiver;

	if (context->receiver != UINTR_NO_RECEIVER)
		return 0;
	spinlock_acquire(&receivers_lock);
	receiver = find_free();
	if (receiver != UINTR_NO_RECEIVER) {
		receivers[receiver] = context;
		receiver_count++;
		receiver_next = (receiver + 1) % UINTR_RECEIVERS_MAX;
	}
	spinlock_release(&receivers_lock);
	if (receiver == UINTR_NO_RECEIVER)
		return -ENOSPC;
	if (uintr_kind == UINTR_KIND_HARDWARE)
		uintr_hardware_clear(receiver);
	context->is_registered = true;
	context->receiver = receiver;
	return 0;
}

uint32_t uintr_receivers(void)
{
	return READ_ONCE(receiver_count);
}

void uintr_context_put(struct uintr_context *context)
{
	if (!reference_put(&context->references))
		return;
	if (context->receiver != UINTR_NO_RECEIVER) {
		/* no entry leads to it; whoever was in the midst of a uipi.send has sent */
		if (context->may_be_sent_to && uintr_kind == UINTR_KIND_HARDWARE)
			uintr_machine.pass_harts();
		spinlock_acquire(&receivers_lock);
		receivers[context->receiver] = NULL;
		receiver_count--;
		spinlock_release(&receivers_lock);
	}
	kernel_free(context, sizeof(*context));
}

void uintr_context_end(struct uintr_context *context)
{
	/* whoever posts and would wake it holds the lock */
	spinlock_acquire(&context->lock);
	context->task = NULL;
	spinlock_release(&context->lock);
	uintr_context_put(context);
}

/* ---- posting and waiting --------------------------------------------------------------- */

/* Under the lock, so that the task is there. */
void uintr_wake(struct uintr_context *context)
{
	spinlock_acquire(&context->lock);
	if (context->waits && context->task)
		uintr_machine.wake(context->task);
	spinlock_release(&context->lock);
}

void uintr_post(struct uintr_context *context, unsigned vector)
{
	bool emulated = uintr_kind == UINTR_KIND_EMULATED;

	if (emulated)
		uintr_emulated_post(context, 1ul << vector);
	else
		uintr_hardware_post(context->receiver, vector);
	/* (1) the vector is there before we look who waits, and where the thread is; pairs with
	 * uintr_wait_begin, and thread_interrupts_tell's */
	__asm__ volatile("fence orw,orw" : : : "memory");
	if (!emulated && LIKELY(!READ_ONCE(context->waits)))
		return;
	spinlock_acquire(&context->lock);
	if (context->task && emulated)
		uintr_machine.tell(context->task);
	if (context->task && context->waits)
		uintr_machine.wake(context->task);
	spinlock_release(&context->lock);
}

uint64_t uintr_table_word(const uint64_t *entries, unsigned pages)
{
	return 1ul << 63 | (uint64_t)pages << 44 | physical_of(entries) >> PAGE_SHIFT;
}

/* The entry is read under the lock: as long as it is valid its receiver is there. */
void uintr_emulated_send(struct uintr_context *context, uint64_t sender)
{
	uint64_t table = READ_ONCE(*context->senders);
	const uint64_t *entries = kernel_address_of((table & ((1ul << 44) - 1)) << PAGE_SHIFT);
	uint64_t entry;

	if (!table || sender >= UOS_INTERRUPT_SENDERS)
		return;
	spinlock_acquire(&receivers_lock);
	entry = __atomic_load_n(&entries[sender], __ATOMIC_ACQUIRE);
	if (entry & 1 && receivers[entry >> 48])
		uintr_post(receivers[entry >> 48], entry >> 16 & (UOS_INTERRUPT_VECTORS - 1));
	spinlock_release(&receivers_lock);
}

void uintr_wait_begin(struct uintr_context *context)
{
	spinlock_acquire(&context->lock);
	context->waits = true;
	spinlock_release(&context->lock);
	/* it is seen to wait, or the vector is; pairs with uintr_post */
	__asm__ volatile("fence rw,irw" : : : "memory");
}

void uintr_wait_end(struct uintr_context *context)
{
	spinlock_acquire(&context->lock);
	context->waits = false;
	spinlock_release(&context->lock);
	if (context->parked.next)
		uintr_unpark(context);
}

bool uintr_is_pending(const struct uintr_context *context)
{
	if (uintr_kind == UINTR_KIND_EMULATED)
		return __atomic_load_n(&context->pending, __ATOMIC_RELAXED) != 0;
	return context->receiver != UINTR_NO_RECEIVER &&
	       uintr_hardware_is_pending(context->receiver);
}
