/*
 * Completions as user interrupts, and user interrupts between processes: what a
 * program asks for by io_uring_register, and the numbers of the CSRs and instructions.
 * The protocol is in docs/uintr.md, the instructions in docs/uintr-isa.md.  A machine
 * without them has them emulated: a program can't tell, except by time.
 *
 * io_uring_register(fd, op, argument, 1) with any ring, where nothing else is said.
 * What is reserved must be 0 (-EINVAL), and the kernel answers in the same struct.
 */
#ifndef ABI_INTERRUPT_H
#define ABI_INTERRUPT_H

/* Register operations: Linux counts up from 0, bit 31 is a flag. */
#define UOS_REGISTER_BASE		0x10000
/* struct uos_register_interrupt: this ring's completions become user interrupts. */
#define UOS_REGISTER_INTERRUPT		(UOS_REGISTER_BASE + 0)
/* Argument and count 0: the ring is silent again. */
#define UOS_UNREGISTER_INTERRUPT	(UOS_REGISTER_BASE + 1)
/* struct uos_register_doorbell: instead of io_uring_enter with SQ_WAKEUP. */
#define UOS_REGISTER_DOORBELL		(UOS_REGISTER_BASE + 2)
/* struct uos_register_receiver: a descriptor that others may send by. */
#define UOS_REGISTER_RECEIVER		(UOS_REGISTER_BASE + 3)
/* struct uos_register_sender: such a descriptor becomes an entry for uipi.send. */
#define UOS_REGISTER_SENDER		(UOS_REGISTER_BASE + 4)
/* struct uos_register_sender with fd -1: the entry is free again. */
#define UOS_UNREGISTER_SENDER		(UOS_REGISTER_BASE + 5)
#define UOS_REGISTER_END		(UOS_REGISTER_BASE + 6)

/* uos_register_receiver.flags */
#define UOS_RECEIVER_UNBOUND		(1u << 0)
#define UOS_RECEIVER_BIND		(1u << 1)

#define UOS_INTERRUPT_VECTORS		64
#define UOS_INTERRUPT_SENDERS		512	/* entries of a process's table */

/* uos_register_interrupt.flags, answered. */
/* CSRs, wfi, uret and uipi.* trap: io_uring_enter is the cheaper way to wait. */
#define UOS_INTERRUPT_EMULATED		(1u << 0)

#define CSR_USTATUS			0x000
#define CSR_UIE				0x004
#define CSR_UTVEC			0x005
#define CSR_USCRATCH			0x040
#define CSR_UEPC			0x041
#define CSR_UCAUSE			0x042
#define CSR_UTVAL			0x043
#define CSR_UIP				0x044

#define USTATUS_UIE			(1 << 0)
#define USTATUS_UPIE			(1 << 4)
#define UIE_SOFTWARE			(1 << 0)	/* of uie and uip */

/* ucause of a user interrupt. */
#define UCAUSE_SOFTWARE			0x8000000000000000

#define INSTRUCTION_WFI			0x10500073

/* uipi.*: .insn r 0x7b, 6, UIPI_*, rd, rs1, x0 */
#define UIPI_OPCODE			0x7b
#define UIPI_FUNCT3			6
#define UIPI_SEND			0	/* rs1: index of a sender */
#define UIPI_READ			1	/* rd: the vectors that are pending, which it takes */
#define UIPI_WRITE			2	/* rs1: vectors to be pending */
#define UIPI_ACTIVATE			3
#define UIPI_DEACTIVATE			4

#ifndef __ASSEMBLER__
#include <stdint.h>

#include "abi/check.h"

/*
 * The ring's completions become `vector` of the calling thread's receiver, which it gets
 * by its first of these calls.  The thread has set utvec by then or does it before it sets
 * UIE.  A word of the ring's area, written by the user, says when: the kernel announces
 * once when cq_tail passes it.  It starts as the present tail, so who has registered reaps
 * once, and then writes to the word how far he has come.
 *
 * -EINVAL (vector, flags, reserved), -EFAULT, -EBUSY (the ring has an interrupt), -ENOSPC
 * (no receiver left: io_uring_enter serves as before), -ENOMEM, -EOPNOTSUPP (switched off).
 */
struct uos_register_interrupt {
	uint32_t vector;
	uint32_t flags;			/* 0; answered: UOS_INTERRUPT_* */
	uint32_t cq_event_offset;	/* answered: where that word is, from the area's start */
	uint32_t cq_event;		/* answered: what it holds */
	uint64_t reserved[2];
};

/* For this ring, which the caller made and which is polled.  -EOPNOTSUPP where uipi.send
 * traps: io_uring_enter does not cost more. */
struct uos_register_doorbell {
	uint32_t sender;		/* answered: what uipi.send takes */
	uint32_t flags;			/* 0 */
	uint64_t reserved[2];
};

/* `vector` of the calling thread's receiver.  Closing the last descriptor takes the right
 * to send away from everybody.
 *
 * In two steps where the receiver is to be a process that does not exist yet: UNBOUND makes
 * a descriptor that stands for nobody (vector 0), from which senders can be registered, whose
 * sends do nothing; BIND, of whoever has inherited it, makes it `vector` of the calling
 * thread's receiver, once.  -EBUSY: it stands for somebody; -EBADF; -EINVAL: no such
 * descriptor. */
struct uos_register_receiver {
	int32_t fd;			/* answered; BIND: which */
	uint32_t vector;
	uint32_t flags;			/* O_CLOEXEC, UOS_RECEIVER_*, not both of these */
	uint32_t reserved32;
	uint64_t reserved[2];
};

/* -EBADF, -EINVAL (it is another kind of descriptor), -ENOSPC (the table is full). */
struct uos_register_sender {
	int32_t fd;
	uint32_t sender;		/* answered: what uipi.send takes */
	uint32_t flags;			/* 0 */
	uint32_t reserved32;
	uint64_t reserved[2];
};

ABI_CHECK(sizeof(struct uos_register_interrupt) == 32, "crosses the border");
ABI_CHECK(sizeof(struct uos_register_doorbell) == 24, "crosses the border");
ABI_CHECK(sizeof(struct uos_register_receiver) == 32, "crosses the border");
ABI_CHECK(sizeof(struct uos_register_sender) == 32, "crosses the border");
#endif

#endif
