/*
 * User interrupts by hardware: the CSRs of N and uipi, and UINTC's registers.
 *
 * Bits 0 of sideleg, sie and sstatus are 1 only while a context is loaded: a thread
 * without one finds nothing there to set, and leaves nothing to the next.
 *
 * MEMORY ORDER: UINTC's registers and the CSRs count as device input and output.  (h) in
 * kernel/ring/queue.h is the fence of uintr_hardware_post.
 */
#include "kernel/riscv.h"
#include "uintr/back_ends.h"
#include "uintr/park.h"

#define CSR_SIDELEG	0x103
#define CSR_SUIST	0x1b0
#define CSR_SUIRS	0x1b1
#define SUIRS_ENABLE	(1ul << 63)

#define USIP		(1ul << 0)	/* of sip, sie and sideleg */
#define LOW_ACTIVE	(1ul << 0)
#define LOW_64_BITS	(1ul << 1)
#define LOW_HART_SHIFT	16

enum { SEND, LOW, HIGH, ACTIVE, RECEIVER_WORDS };

/* By number: the assembler's names of these come and go. */
#define READ_CSR(number)		csr_read(number)
#define WRITE_CSR(number, value)	csr_write(number, value)

static volatile uint64_t *register_of(uint32_t receiver, unsigned word)
{
	return &uintr_machine.registers[receiver * RECEIVER_WORDS + word];
}

bool uintr_hardware_is_there(void)
{
	uint64_t base = 0, vector;

	/* without uipi the instruction traps, to where it would have gone on: suicfg */
	__asm__ volatile("la %1, 1f\n\t"
			 "csrrw %1, stvec, %1\n\t"
			 "csrr %0, 0x1b2\n\t"
			 ".balign 4\n"
			 "1:\tcsrw stvec, %1"
			 : "+r"(base), "=&r"(vector) : : "memory");
	return base != 0;
}

void uintr_hardware_init(void)
{
	for (uint32_t i = 0; i < UINTR_RECEIVERS_MAX; i++)
		uintr_hardware_clear(i);
}

void uintr_hardware_clear(uint32_t receiver)
{
	*register_of(receiver, ACTIVE) = 0;
	*register_of(receiver, LOW) = LOW_64_BITS;
	(void)*register_of(receiver, HIGH);
}

uint64_t uintr_hardware_take(uint32_t receiver)
{
	uint64_t pending = *register_of(receiver, HIGH);

	/* (i): who was rung at sees what was submitted before */
	__asm__ volatile("fence i,r" : : : "memory");
	return pending;
}

void uintr_hardware_on(uint32_t receiver, uint32_t hardware_id)
{
	*register_of(receiver, LOW) =
		(uint64_t)hardware_id << LOW_HART_SHIFT | LOW_64_BITS | LOW_ACTIVE;
}

void uintr_hardware_off(uint32_t receiver)
{
	*register_of(receiver, ACTIVE) = 0;
}

void uintr_hardware_listen(void)
{
	csr_set(sie, USIP);
}

bool uintr_hardware_was_rung(void)
{
	if (!(csr_read(sip) & USIP))
		return false;
	/* before what it stands for is looked at (doorbell.pml: clear_first) */
	csr_clear(sip, USIP);
	__asm__ volatile("fence io,io" : : : "memory");
	return true;
}

void uintr_hardware_listen_end(void)
{
	csr_clear(sie, USIP);
	__asm__ volatile("fence o,io" : : : "memory");
	csr_clear(sip, USIP);
}

bool uintr_hardware_is_pending(uint32_t receiver)
{
	uint64_t pending = *register_of(receiver, HIGH);

	/* to read is to take */
	if (pending)
		*register_of(receiver, HIGH) = pending;
	return pending != 0;
}

void uintr_hardware_enter(struct uintr_context *context, uint32_t hardware_id)
{
	if (UNLIKELY(context->parked.next != NULL))
		uintr_unpark(context);
	WRITE_CSR(CSR_UTVEC, context->utvec);
	WRITE_CSR(CSR_USCRATCH, context->uscratch);
	WRITE_CSR(CSR_UEPC, context->uepc);
	WRITE_CSR(CSR_UCAUSE, context->ucause);
	WRITE_CSR(CSR_UTVAL, context->utval);
	WRITE_CSR(CSR_SIDELEG, USIP);
	csr_set(sie, context->uie);
	csr_set(sstatus, context->ustatus);
	WRITE_CSR(CSR_SUIST, *context->senders);
	if (context->receiver == UINTR_NO_RECEIVER)
		return;
	if (context->usip)	/* also one that the program has set itself */
		csr_set(sip, USIP);
	WRITE_CSR(CSR_SUIRS, SUIRS_ENABLE | context->receiver);
	/* what came meanwhile raises USIP now (park.pml: activate_on_entry) */
	uintr_hardware_on(context->receiver, hardware_id);
}

void uintr_hardware_leave(struct uintr_context *context)
{
	if (context->receiver != UINTR_NO_RECEIVER)	/* (park.pml: deactivate) */
		uintr_hardware_off(context->receiver);
	/* after it: what comes later stays in pending, and is no other thread's interrupt
	 * (park.pml: clear_after) */
	__asm__ volatile("fence o,io" : : : "memory");
	context->usip = (csr_read(sip) & USIP) != 0;
	csr_clear(sip, USIP);
	WRITE_CSR(CSR_SUIRS, 0);
	WRITE_CSR(CSR_SUIST, 0);
	context->utvec = READ_CSR(CSR_UTVEC);
	context->uscratch = READ_CSR(CSR_USCRATCH);
	context->uepc = READ_CSR(CSR_UEPC);
	context->ucause = READ_CSR(CSR_UCAUSE);
	context->utval = READ_CSR(CSR_UTVAL);
	context->ustatus = csr_read(sstatus) & (USTATUS_UIE | USTATUS_UPIE);
	context->uie = csr_read(sie) & USIP;
	csr_clear(sstatus, USTATUS_UIE | USTATUS_UPIE);
	csr_clear(sie, USIP);
	WRITE_CSR(CSR_SIDELEG, 0);
	/* it waits, and there is somebody past whom the kernel does not see */
	if (UNLIKELY(context->waits && context->may_be_sent_to))
		uintr_park(context);
}

void uintr_hardware_post(uint32_t receiver, unsigned vector)
{
	/* (h): what is announced is visible before the receiver reads its pending */
	__asm__ volatile("fence w,o" : : : "memory");
	*register_of(receiver, SEND) = vector;
}

bool uintr_hardware_is_due(void)
{
	return csr_read(sip) & USIP;
}
