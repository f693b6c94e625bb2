/*
 * The platform-level interrupt controller (sifive,plic-1.0.0): device interrupts
 * for each hart's S mode.
 *
 * A context is one privilege mode of one hart; which, `interrupts-extended` says
 * entry by entry.  An interrupt is enabled in one context at a time, so exactly
 * one hart claims it.  The firmware masks a hart's contexts when it starts the
 * hart, so the harts must be up before this is probed.
 *
 * Locks: enable_lock over the enable words.  claim and complete touch registers
 * of the calling hart's own context and need none.
 */
#include "drivers/drivers.h"
#include "kernel/api/lock.h"
#include "kernel/api/memory.h"

#define PLIC_HARTS_MAX		64
#define PLIC_CONTEXT_NONE	0xffffffffu
#define SUPERVISOR_EXTERNAL	9	/* the cause that an S-mode context raises */

#define PLIC_PRIORITY(interrupt)	(4ul * (interrupt))
#define PLIC_ENABLE(context, interrupt) \
	(0x2000ul + 0x80ul * (context) + 4ul * ((interrupt) / 32))
#define PLIC_THRESHOLD(context)		(0x200000ul + 0x1000ul * (context))
#define PLIC_CLAIM(context)		(0x200004ul + 0x1000ul * (context))

static struct {
	/* fixed after probe */
	volatile uint8_t *registers;
	uint32_t interrupt_count;	/* valid numbers: 1 .. interrupt_count */
	uint32_t context_of_hart[PLIC_HARTS_MAX];
	/* over the enable words of all contexts */
	struct spinlock enable_lock;
} plic;

static void context_enable(uint32_t context, uint32_t interrupt, bool enable)
{
	volatile uint8_t *word = plic.registers + PLIC_ENABLE(context, interrupt);
	uint32_t bit = 1u << interrupt % 32;
	uint32_t value = register_read32(word);

	register_write32(word, enable ? value | bit : value & ~bit);
}

static void plic_enable(uint32_t interrupt, unsigned hart)
{
	ASSERT(interrupt >= 1 && interrupt <= plic.interrupt_count);
	ASSERT(hart < PLIC_HARTS_MAX && plic.context_of_hart[hart] != PLIC_CONTEXT_NONE);

	spinlock_acquire(&plic.enable_lock);
	for (unsigned other = 0; other < PLIC_HARTS_MAX; other++)
		if (plic.context_of_hart[other] != PLIC_CONTEXT_NONE)
			context_enable(plic.context_of_hart[other], interrupt, other == hart);
	register_write32(plic.registers + PLIC_PRIORITY(interrupt), 1);
	spinlock_release(&plic.enable_lock);
}

static uint32_t plic_claim(unsigned hart)
{
	return register_read32(plic.registers + PLIC_CLAIM(plic.context_of_hart[hart]));
}

static void plic_complete(unsigned hart, uint32_t interrupt)
{
	register_write32(plic.registers + PLIC_CLAIM(plic.context_of_hart[hart]), interrupt);
}

static const struct interrupt_controller plic_controller = {
	.enable = plic_enable,
	.claim = plic_claim,
	.complete = plic_complete,
};

/* Nothing is enabled, everything enabled would pass. */
static void context_reset(uint32_t context)
{
	for (uint32_t first = 0; first <= plic.interrupt_count; first += 32)
		register_write32(plic.registers + PLIC_ENABLE(context, first), 0);
	register_write32(plic.registers + PLIC_THRESHOLD(context), 0);
}

static int plic_probe(const struct device *device)
{
	uint32_t phandle, cause;

	if (!device_property_cell(device, "riscv,ndev", 0, &plic.interrupt_count))
		return -EINVAL;
	plic.registers = registers_map(device->base, device->bytes);
	for (unsigned hart = 0; hart < PLIC_HARTS_MAX; hart++)
		plic.context_of_hart[hart] = PLIC_CONTEXT_NONE;

	for (uint32_t context = 0;
	     device_property_cell(device, "interrupts-extended", 2 * context, &phandle) &&
	     device_property_cell(device, "interrupts-extended", 2 * context + 1, &cause);
	     context++) {
		int hart;

		if (cause != SUPERVISOR_EXTERNAL)
			continue;
		hart = device_interrupt_parent_hart(phandle);
		if (hart < 0 || hart >= PLIC_HARTS_MAX)
			continue;
		plic.context_of_hart[hart] = context;
		context_reset(context);
	}
	interrupt_controller_register(&plic_controller);
	return 0;
}

const struct device_driver plic_driver = { "sifive,plic-1.0.0", plic_probe };
