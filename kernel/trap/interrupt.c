/*
 * Interrupts, taken at scheduling points and on traps from user mode; and which
 * handler belongs to which number.
 */
#include "kernel/api/device.h"
#include "kernel/api/lock.h"
#include "kernel/boot/sbi.h"
#include "kernel/riscv.h"
#include "kernel/task/hart.h"
#include "kernel/task/task.h"
#include "kernel/task/timer.h"
#include "kernel/trap/panic.h"

#define INTERRUPTS_MAX	1024	/* the PLIC's own limit */

struct handler {
	void (*call)(void *argument);
	void *argument;
};

static struct handler handlers[INTERRUPTS_MAX];		/* fixed after boot */
static const struct interrupt_controller *controller;

void interrupt_controller_register(const struct interrupt_controller *the_controller)
{
	ASSERT(controller == NULL);
	controller = the_controller;
}

void interrupt_register(uint32_t interrupt, void (*handler)(void *argument), void *argument)
{
	ASSERT(controller != NULL && interrupt < INTERRUPTS_MAX);
	ASSERT(handlers[interrupt].call == NULL);
	handlers[interrupt] = (struct handler){ handler, argument };
	/* the last hart: user programs are placed from the first one up, and ring
	 * servers away from them */
	controller->enable(interrupt, hart_count() - 1);
}

static void take_external(struct hart *hart)
{
	uint32_t interrupt;

	while (controller && (interrupt = controller->claim(hart->index)) != 0) {
		ASSERT(interrupt < INTERRUPTS_MAX && handlers[interrupt].call);
		handlers[interrupt].call(handlers[interrupt].argument);
		controller->complete(hart->index, interrupt);
	}
}

void hart_poll_interrupts(void)
{
	struct hart *hart = hart_this();
	uint64_t pending = csr_read(sip);

	if (pending & SIE_SOFTWARE) {
		csr_clear(sip, SIE_SOFTWARE);
		hart->look |= HART_LOOK_RESUMED;
		task_requeue_told(hart);
		if (panic_in_progress())
			panic_stop_hart();
	}
	if (pending & SIE_TIMER)
		timers_fire(hart);
	if (pending & SIE_EXTERNAL)
		take_external(hart);
}

void hart_interrupt(unsigned index)
{
	sbi_send_ipi(harts[index].hardware_id);
}
