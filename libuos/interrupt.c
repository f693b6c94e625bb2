/*
 * User interrupts of an executor: who is told what, and what is done then.
 *
 * The executor's completions are vector 0 of its thread's receiver; the others are the
 * program's (uos/interrupt.h).  Without an answer of the kernel's nothing here is used, and the
 * executor waits in io_uring_enter alone.
 *
 * What the handler does.  It takes the completions unless the executor is at it
 * (client.c), and wakes who waits, by the inbox of the lane.  If one of them outranks
 * the coroutine that runs, it switches to it at once; but not while that one is in
 * libuos's own code or the payload's, or holds a lock of a list: then `due` is set, and
 * that code looks at it when it is through.
 */
#include "abi/interrupt.h"

#include <stddef.h>

#include "libuos/internal.h"
#include "libuos/start.h"
#include "uos/sys.h"

#define VECTOR_RING	0
#define RING_BIT	(1ul << VECTOR_RING)

/* user.ld, switch.S, interrupt_entry.S */
extern const char __uos_critical_start[], __uos_critical_end[];
extern const char uos_switch_again_yield[], uos_switch_done_yield[];
extern const char uos_switch_again_block[], uos_switch_done_block[];
extern const char uos_switch_again_resume[], uos_switch_done_resume[];
void uos_interrupt_entry(void);
bool uos_interrupt(struct uos_executor *executor, uintptr_t pc, uint64_t vectors);

static const struct restart {
	const char *again;
	const char *done;
} restarts[] = {
	{ uos_switch_again_yield, uos_switch_done_yield },
	{ uos_switch_again_block, uos_switch_done_block },
	{ uos_switch_again_resume, uos_switch_done_resume },
};

/* CSRs belong to every rv64 that user interrupts come to, but not to the name lp64's
 * libraries are found by. */
#define CSR_ASM(text)	".option push\n\t.option arch, +zicsr\n\t" text "\n\t.option pop"

static inline bool within(uintptr_t pc, uintptr_t start, uintptr_t bytes)
{
	return pc - start < bytes;
}

/* The look at `due` is behind us, but the task that it would be about does not run yet. */
static void restart(uintptr_t pc)
{
	for (unsigned int i = 0; i < sizeof(restarts) / sizeof(restarts[0]); i++) {
		uintptr_t again = (uintptr_t)restarts[i].again;

		if (within(pc, again, (uintptr_t)restarts[i].done - again))
			__asm__ volatile(CSR_ASM("csrw %0, %1") : : "i"(CSR_UEPC), "r"(again));
	}
}

static bool may_switch(const struct uos_executor *executor, uintptr_t pc)
{
	uintptr_t start = (uintptr_t)__uos_critical_start;

	return !within(pc, start, (uintptr_t)__uos_critical_end - start) &&
	       !within(pc, (uintptr_t)uos_sched_image, uos_sched_image->image_bytes) &&
	       !(executor->busy | executor->held) &&
	       /* an executor that begins runs no task yet */
	       uos_task_self();
}

/* Their executor is in uscratch, not below tp: tp may be another task's. */
struct uos_executor *uos_interrupted_executor(void)
{
	struct uos_executor *executor;

	__asm__ volatile(CSR_ASM("csrr %0, %1") : "=r"(executor) : "i"(CSR_USCRATCH));
	return executor;
}

void uos_interrupt_wake(struct uos_executor *executor, struct uos_task *task)
{
	if (task->level < executor->urgent)
		executor->urgent = task->level;
	executor->wake(executor->pool, executor->wakes_by, executor->lane,
		       uos_task_number(task));
}

/* With UIE = 0.  The level of the most urgent whom they woke. */
static uint32_t call_handlers(struct uos_executor *executor, uint64_t vectors, uint32_t by)
{
	struct uos_vector *vector = executor->vectors;

	executor->urgent = UOS_SCHED_LEVEL_NONE;
	executor->wakes_by = by;
	if (!vector)
		return UOS_SCHED_LEVEL_NONE;
	/* few bits, and low ones: a call that counts zeros is dearer than all of it */
	for (; vectors; vectors >>= 1, vector++)
		if (vectors & 1 && vector->handler)
			vector->handler(vector->argument);
	return executor->urgent;
}

/* Called by the entry.  True: switch. */
bool uos_interrupt(struct uos_executor *executor, uintptr_t pc, uint64_t vectors)
{
	uint32_t urgent = UOS_SCHED_LEVEL_NONE, by = UOS_SCHED_ANY_LANE, level;
	bool switches = may_switch(executor, pc);

	/* then nobody is inside the payload either */
	if (switches)
		by = executor->lane;
	executor->interrupts++;
	if (vectors & RING_BIT && !executor->busy)
		urgent = uos_client_reap_interrupted(executor, by);
	if (__builtin_expect(vectors & ~RING_BIT, 0)) {
		level = call_handlers(executor, vectors & ~RING_BIT, by);
		if (level < urgent)
			urgent = level;
	}
	if (switches)
		return urgent < uos_task_self()->level;
	if (urgent == UOS_SCHED_LEVEL_NONE)
		return false;
	executor->due = 1;
	restart(pc);
	return false;
}

void uos_interrupts_off(void)
{
	__asm__ volatile(CSR_ASM("csrci %0, %1") : : "i"(CSR_USTATUS), "i"(USTATUS_UIE) : "memory");
}

void uos_interrupts_on(void)
{
	__asm__ volatile(CSR_ASM("csrsi %0, %1") : : "i"(CSR_USTATUS), "i"(USTATUS_UIE) : "memory");
}

void uos_interrupt_sleep(struct uos_executor *executor)
{
	uint64_t vectors;

	executor->sleeps++;
	/* What has come since UIE = 0 is pending, and ends this. */
	__asm__ volatile(CSR_ASM("wfi\n\t"
				 "csrci %1, %2\n\t"
				 ".insn r %3, %4, %5, %0, x0, x0\n\t"
				 "fence i, r")
			 : "=r"(vectors)
			 : "i"(CSR_UIP), "i"(UIE_SOFTWARE), "i"(UIPI_OPCODE), "i"(UIPI_FUNCT3),
			   "i"(UIPI_READ)
			 : "memory");
	if (vectors & ~RING_BIT)
		call_handlers(executor, vectors & ~RING_BIT, UOS_SCHED_ANY_LANE);
}

/* To ring instead of trapping, where there is one. */
static void doorbell_take(struct uos_executor *executor)
{
	struct uos_register_doorbell doorbell = { 0 };
	int result = uos_sys_io_uring_register(executor->ring.fd, UOS_REGISTER_DOORBELL,
					       &doorbell, 1);

	if (result >= 0)
		executor->doorbell = (int)doorbell.sender + 1;
}

static void enable(struct uos_executor *executor)
{
	__asm__ volatile(CSR_ASM("csrw %0, %1") : : "i"(CSR_UTVEC), "r"(uos_interrupt_entry));
	__asm__ volatile(CSR_ASM("csrw %0, %1") : : "i"(CSR_USCRATCH), "r"(executor));
	__asm__ volatile(CSR_ASM("csrs %0, %1") : : "i"(CSR_UIE), "r"(UIE_SOFTWARE));
	uos_interrupts_on();
}

void uos_interrupts_begin(struct uos_executor *executor)
{
	struct uos_register_interrupt interrupt = { .vector = VECTOR_RING };

	if (executor->interrupts_asked)
		return;
	executor->interrupts_asked = true;
	uos_hold(executor);
	if (uos_sys_io_uring_register(executor->ring.fd, UOS_REGISTER_INTERRUPT, &interrupt, 1) < 0) {
		uos_let_go(executor);
		return;
	}
	executor->sleeps_in_wfi = !(interrupt.flags & UOS_INTERRUPT_EMULATED);
	executor->cq_event = (uint32_t *)((char *)executor->ring.ring_memory +
					  interrupt.cq_event_offset);
	if (executor->sleeps_in_wfi)
		doorbell_take(executor);
	/* armed by the kernel at the present tail; what is before that is found at a yield */
	enable(executor);
	uos_let_go(executor);
}
