/*
 * User interrupts for the program: vectors, receivers, senders; and signals, by which a
 * handler tells a coroutine.  uos/interrupt.h says how they are used.
 *
 * A signal: who sets it adds to the count, then looks for a waiter; who waits says so,
 * then looks at the count (both with a full fence between).  One of them sees the other.
 */
#include <errno.h>
#include <stdlib.h>

#include "abi/interrupt.h"
#include "libuos/internal.h"
#include "uos/interrupt.h"
#include "uos/sys.h"

int uos_interrupts_kind(void)
{
	struct uos_executor *executor = uos_executor_self();

	uos_interrupts_begin(executor);
	return executor->cq_event ? 1 + executor->sleeps_in_wfi : 0;
}

int uos_interrupt_handle(unsigned int vector, void (*handler)(void *argument), void *argument)
{
	struct uos_executor *executor = uos_executor_self();
	struct uos_vector *vectors = executor->vectors, *wanted;

	if (!vector || vector >= UOS_VECTORS)
		return -EINVAL;
	uos_interrupts_begin(executor);
	if (!executor->cq_event)
		return -EOPNOTSUPP;
	if (!vectors) {
		vectors = calloc(UOS_VECTORS, sizeof(*vectors));
		if (!vectors)
			return -ENOMEM;
		__atomic_store_n(&executor->vectors, vectors, __ATOMIC_RELEASE);
	}
	wanted = &vectors[vector];
	if (handler && wanted->handler)
		return -EBUSY;
	wanted->argument = argument;
	__atomic_store_n(&wanted->handler, handler, __ATOMIC_RELEASE);
	executor->listens = true;
	return 0;
}

static int receiver_register(struct uos_register_receiver *wanted)
{
	struct uos_executor *executor = uos_executor_self();

	uos_interrupts_begin(executor);
	if (!executor->cq_event)
		return -EOPNOTSUPP;
	return uos_sys_io_uring_register(executor->ring.fd, UOS_REGISTER_RECEIVER, wanted, 1);
}

int uos_interrupt_receiver(unsigned int vector)
{
	struct uos_register_receiver wanted = { .vector = vector };
	int result;

	if (!vector || vector >= UOS_VECTORS)
		return -EINVAL;
	result = receiver_register(&wanted);
	return result < 0 ? result : wanted.fd;
}

int uos_interrupt_receiver_create(void)
{
	struct uos_register_receiver wanted = {
		.flags = UOS_RECEIVER_UNBOUND | O_CLOEXEC,
	};
	int result = receiver_register(&wanted);

	return result < 0 ? result : wanted.fd;
}

int uos_interrupt_receiver_bind(int fd, unsigned int vector)
{
	struct uos_register_receiver wanted = {
		.fd = fd, .vector = vector, .flags = UOS_RECEIVER_BIND,
	};

	if (!vector || vector >= UOS_VECTORS)
		return -EINVAL;
	return receiver_register(&wanted);
}

int uos_interrupt_sender(int fd)
{
	struct uos_register_sender wanted = { .fd = fd };
	int result = uos_sys_io_uring_register(uos_executor_self()->ring.fd,
					       UOS_REGISTER_SENDER, &wanted, 1);

	return result < 0 ? result : (int)wanted.sender;
}

int uos_interrupt_sender_free(int sender)
{
	struct uos_register_sender wanted = { .fd = -1, .sender = (uint32_t)sender };

	return uos_sys_io_uring_register(uos_executor_self()->ring.fd, UOS_UNREGISTER_SENDER,
					 &wanted, 1);
}

/* ---- signals ------------------------------------------------------------------------ */

/* Who waits for it now. */
static struct uos_task *add(struct uos_signal *signal)
{
	__atomic_fetch_add(&signal->count, 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return __atomic_load_n(&signal->waiter, __ATOMIC_RELAXED);
}

void uos_signal_set(struct uos_signal *signal)
{
	struct uos_task *waiter = add(signal);

	if (waiter)
		uos_wake(uos_executor_self(), uos_task_number(waiter));
}

void uos_signal_set_from_handler(struct uos_signal *signal)
{
	struct uos_task *waiter = add(signal);

	if (waiter)
		uos_interrupt_wake(uos_interrupted_executor(), waiter);
}

static uint32_t take(struct uos_signal *signal)
{
	return __atomic_exchange_n(&signal->count, 0, __ATOMIC_ACQUIRE);
}

int uos_signal_wait(struct uos_signal *signal)
{
	struct uos_task *self = uos_task_self();
	uint32_t count = take(signal);

	if (count)
		return (int)count;
	uos_store_relaxed(&self->waiting, WAITING_INTERRUPTIBLE);
	__atomic_store_n(&signal->waiter, self, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	while (!(count = take(signal)) &&
	       uos_load_relaxed(&self->waiting) != WAITING_CANCELLED)
		uos_block();
	__atomic_store_n(&signal->waiter, NULL, __ATOMIC_RELAXED);
	uos_store_relaxed(&self->waiting, WAITING_NOT);
	return count ? (int)count : -ECANCELED;
}

static void set(void *argument)
{
	uos_signal_set_from_handler(argument);
}

int uos_signal_on_interrupt(struct uos_signal *signal, unsigned int vector)
{
	return uos_interrupt_handle(vector, set, signal);
}
