/*
 * User interrupts: one interface, two back ends, chosen at boot.
 *
 * Hardware: harts with the N extension and uipi, and a UINTC.  Emulated: any hart; the
 * kernel keeps the CSRs, does the instructions when they trap, and delivers on the way to
 * user mode.  docs/uintr.md is the protocol, docs/uintr-isa.md what the hardware does.
 *
 * A *context* is what a thread has of all this.  It outlives its thread for as long as
 * somebody holds a reference: a ring whose completions go to it, a descriptor that others
 * send by.  What is posted to it then goes nowhere.  Its *receiver*, if it has one, is an
 * index: UINTC has RECEIVERS_MAX of them, and the emulation no more, so that both say no
 * to the same program.  Index 0 is the kernel's own.
 */
#ifndef UINTR_UINTR_H
#define UINTR_UINTR_H

#include "abi/interrupt.h"
#include "kernel/api/base.h"
#include "kernel/api/lock.h"

#define UINTR_RECEIVERS_MAX	512u
#define UINTR_KERNEL_RECEIVER	0u
#define UINTR_NO_RECEIVER	0u	/* the kernel's own, so nobody else's */

struct task;

/* As UOS_INTERRUPTS_* of abi/stats.h. */
enum uintr_kind { UINTR_KIND_NONE, UINTR_KIND_EMULATED, UINTR_KIND_HARDWARE };

/* What the kernel tells at boot. */
struct uintr_machine {
	enum uintr_kind kind;
	volatile uint64_t *registers;	/* UINTC's */
	/* Emulated: makes the hart that has the task's thread loaded, if one has, look before
	 * it goes on in user mode.  Any context. */
	void (*tell)(struct task *task);
	void (*wake)(struct task *task);
	/* These vectors of the kernel's receiver have been rung.  Any context. */
	void (*bell)(uint64_t vectors);
	/* uintr_look is to be called, or need not be; a hint.  Under a lock. */
	void (*looks)(bool);
	/* Returns when every hart has been out of user mode since.  Any context. */
	void (*pass_harts)(void);
};

struct uintr_context {
	/* fixed: the words of its process, as suist has them; 0: no table */
	const uint64_t *senders;
	uint32_t receiver;		/* once it has one: fixed */
	uint32_t references;		/* atomic */
	/* the hart that has the thread loaded, while one has; else saved here */
	uint64_t utvec, uscratch, uepc, ucause, utval;
	uint8_t ustatus;		/* USTATUS_* */
	uint8_t uie;
	/* emulated, atomic: UINTC's words and mip.USIP */
	uint8_t usip;			/* (hardware: saved while no hart has it) */
	uint8_t active;
	uint64_t pending;
	/* lock */
	struct spinlock lock;
	bool waits;			/* read without it, too */
	struct task *task;		/* NULL: the thread has ended */
	struct list parked;		/* park.c's; next NULL: not in its list */
	bool may_be_sent_to;		/* others have, or had, the right; only ever set */
	bool is_registered;		/* bit 0 of uie and uip is the program's */
};

extern enum uintr_kind uintr_kind;	/* fixed at boot */

/* Boot, once, before other harts run. */
void uintr_init(const struct uintr_machine *machine);
/* The hart has suist and its like.  Before it takes traps: it may cause one. */
bool uintr_hardware_is_there(void);
/* The context that this hart has loaded is to be interrupted in user mode.  Hart-local. */
bool uintr_hardware_is_due(void);

/* A context for a thread whose task is `task`; its one reference is the thread's.  NULL: no
 * memory.  Any context. */
struct uintr_context *uintr_context_create(struct task *task, const uint64_t *senders);
static inline void uintr_context_get(struct uintr_context *context)
{
	reference_get(&context->references);
}
void uintr_context_put(struct uintr_context *context);
/* The thread ends, and is on no hart: ends its reference too. */
void uintr_context_end(struct uintr_context *context);

/* It gets a receiver, unless it has one.  The calling thread's, and not loaded: 0, -ENOSPC. */
int uintr_receiver_take(struct uintr_context *context);
uint32_t uintr_receivers(void);		/* that exist now, the kernel's own not counted */

/* Hardware: the context's thread gets this hart, or parts from it.  Hart-local. */
void uintr_hardware_enter(struct uintr_context *context, uint32_t hardware_id);
void uintr_hardware_leave(struct uintr_context *context);

/* ---- waiting: the calling thread, in the kernel, to be woken by a post ------------- */

/* Between the two, whoever posts wakes the task.  Look for what is pending after begin. */
void uintr_wait_begin(struct uintr_context *context);
void uintr_wait_end(struct uintr_context *context);
/* Its thread, if it waits so. */
void uintr_wake(struct uintr_context *context);
/* It has a vector pending, whatever uie and UIE are. */
bool uintr_is_pending(const struct uintr_context *context);

/* ---- parked receivers, by hardware; park.c ------------------------------------------------ */

/* Wakes those for whom something was sent past the kernel; before a hart picks, and at each
 * slice.  Any context. */
void uintr_look(void);
/* This hart sleeps: no thread's context is loaded. */
void uintr_idle_begin(unsigned hart, uint32_t hardware_id);
void uintr_idle_end(unsigned hart);
/* From now on the kernel's receiver is looked at, too. */
void uintr_doorbells_begin(void);
extern uint64_t uintr_parked_wakes;	/* events ever */

/* ---- sender tables ------------------------------------------------------------------------- */

/* What suist holds for a table of so many pages; an entry of it. */
uint64_t uintr_table_word(const uint64_t *entries, unsigned pages);
static inline uint64_t uintr_entry(uint32_t receiver, unsigned vector)
{
	return (uint64_t)receiver << 48 | (uint64_t)vector << 16 | 1;
}

/* ---- emulated -------------------------------------------------------------------------- */

enum uintr_emulation {
	UINTR_NOT_OURS,
	UINTR_DONE,
	UINTR_WAITS,			/* wfi, with nothing pending; the pc is behind it */
};
/* registers: x1 to x31 at their number, the pc at 0.  The calling thread's, loaded. */
enum uintr_emulation uintr_emulate(struct uintr_context *context, uint64_t *registers,
				   uint32_t instruction);
/* What ends a wfi: a vector is pending and enabled in uie, whatever UIE is. */
bool uintr_wakes(const struct uintr_context *context);
/* Before there is a context: whether it would be emulated, more or less. */
bool uintr_is_one_of_ours(uint32_t instruction);
/* On the way to user mode: takes the trap, if one is to be taken: true. */
bool uintr_deliver(struct uintr_context *context, uint64_t *registers);

/* ---- posting ----------------------------------------------------------------------------- */

/* `vector` becomes pending there, behind all that was stored before, and the receiver is
 * interrupted if it runs.  Any hart, no lock needed; the caller has a reference. */
void uintr_post(struct uintr_context *context, unsigned vector);

#endif
