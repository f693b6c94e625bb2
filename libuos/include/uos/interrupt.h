/*
 * User interrupts: what another process, another hart or the kernel sends to an executor
 * of this program without a kernel entry on its side, where the machine has them; a
 * kernel without that hardware does the same from traps (docs/uintr.md).
 *
 * Vectors 1 to 63 of each executor are the program's; 0 is libuos's, for completions.
 * Who wants to be sent to makes a descriptor for a vector and hands it on, as any
 * descriptor, to a child for instance; who has it turns it into a sender, once, and
 * sends by one instruction from then on.  A vector says that something happened, not how
 * often: several sends before the receiver looks are one.
 *
 * HANDLER: a function that is called in the interrupt itself, on the stack of whichever
 * coroutine was running, with interrupts off.  It may do integer arithmetic, write
 * memory that it knows, send, and call uos_signal_set_from_handler(); nothing else of any library, and no
 * floating point: nobody saves its registers.  Included by <uos.h>.
 */
#ifndef UOS_INTERRUPT_H
#define UOS_INTERRUPT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define UOS_VECTORS	64

/* Whether the machine or the kernel can do all this; 2: by hardware. */
int uos_interrupts_kind(void);

/* Calls `handler` for `vector` of the calling executor from now on; NULL: nobody.  From a
 * coroutine.  0; -EINVAL: no vector of the program's; -EBUSY: it has a handler;
 * -EOPNOTSUPP; -ENOMEM. */
int uos_interrupt_handle(unsigned int vector, void (*handler)(void *argument), void *argument);

/* A descriptor by which others send `vector` to the calling executor.  From a coroutine;
 * traps.  -EINVAL, -EOPNOTSUPP, -EMFILE, -ENOMEM.  When the last copy of it is closed,
 * nobody can send any more. */
int uos_interrupt_receiver(unsigned int vector);

/* The same in two steps, for a receiver that somebody else is to be: a descriptor that
 * stands for nobody yet, from which senders can be made already; and its becoming
 * `vector` of the calling executor, in whichever program.  Until then what is sent is
 * lost.  -EBUSY: it stands for somebody. */
int uos_interrupt_receiver_create(void);
int uos_interrupt_receiver_bind(int fd, unsigned int vector);

/* A sender of this program for that descriptor, which may be closed afterwards if somebody
 * else keeps one.  Traps.  -EBADF, -EINVAL (it is no receiver), -ENOSPC (512 at most),
 * -EOPNOTSUPP. */
int uos_interrupt_sender(int fd);

/* The sender's number is free again.  Traps.  0 or -errno. */
int uos_interrupt_sender_free(int sender);

/* The receiver's vector becomes pending, and it is interrupted: one instruction.  What
 * the caller has stored before is seen by who is interrupted.  A number that is no
 * sender, or whose receiver is gone, does nothing.  Any context, handlers too. */
static inline void uos_interrupt_send(int sender)
{
#if defined(__riscv)
	__asm__ volatile("fence w, o\n\t.insn r 0x7b, 6, 0, x0, %0, x0"
			 : : "r"((unsigned long)sender) : "memory");
#else
	(void)sender;
#endif
}

/* ---- signals ------------------------------------------------------------------------ */

/*
 * What a handler tells a coroutine: a count, and one coroutine that waits for it to be
 * more than 0.  All bytes zero is one that was not set.
 */
struct uos_signal {
	uint32_t count;			/* atomic */
	uint32_t reserved;
	struct uos_task *waiter;	/* atomic */
};

#define UOS_SIGNAL_INIT	{ 0, 0, 0 }

/* Adds 1.  Any coroutine or thread. */
void uos_signal_set(struct uos_signal *signal);

/* The same from a HANDLER. */
void uos_signal_set_from_handler(struct uos_signal *signal);

/* WAITS until it was set, takes the count and answers it.  INTERRUPTIBLE: -ECANCELED.
 * One coroutine at a time. */
int uos_signal_wait(struct uos_signal *signal);

/* Vector `vector` of the calling executor sets the signal: uos_interrupt_handle() with
 * uos_signal_set_from_handler(). */
int uos_signal_on_interrupt(struct uos_signal *signal, unsigned int vector);

#ifdef __cplusplus
}
#endif
#endif
