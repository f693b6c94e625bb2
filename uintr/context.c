/* Contexts and receivers, whatever the back end; see uintr.h. */
#include "uintr/uintr.h"

#include "kernel/api/memory.h"
#include "uintr/back_ends.h"

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
	context->on_hart = UINTR_NO_HART;
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

/* ---- on a hart -------------------------------------------------------------------- */

bool uintr_enter(struct uintr_context *context, unsigned hart, uint32_t hardware_id)
{
	if (uintr_kind == UINTR_KIND_EMULATED)
		return uintr_emulated_enter(context, hart);
	uintr_hardware_enter(context, hardware_id);
	return false;
}

void uintr_leave(struct uintr_context *context)
{
	if (uintr_kind == UINTR_KIND_EMULATED)
		uintr_emulated_leave(context);
	else
		uintr_hardware_leave(context);
}

/* ---- posting and waiting --------------------------------------------------------------- */

/* Under the lock, so that the task is there. */
static void wake(struct uintr_context *context)
{
	spinlock_acquire(&context->lock);
	if (context->waits && context->task)
		uintr_machine.wake(context->task);
	spinlock_release(&context->lock);
}

void uintr_post(struct uintr_context *context, unsigned vector)
{
	if (uintr_kind == UINTR_KIND_EMULATED)
		uintr_emulated_post(context, 1ul << vector);
	else
		uintr_hardware_post(context->receiver, vector);
	/* the vector is there before we look who waits; pairs with uintr_wait_begin */
	__asm__ volatile("fence orw,orw" : : : "memory");
	if (UNLIKELY(READ_ONCE(context->waits)))
		wake(context);
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
}

bool uintr_is_pending(const struct uintr_context *context)
{
	if (uintr_kind == UINTR_KIND_EMULATED)
		return __atomic_load_n(&context->pending, __ATOMIC_RELAXED) != 0;
	return context->receiver != UINTR_NO_RECEIVER &&
	       uintr_hardware_is_pending(context->receiver);
}
