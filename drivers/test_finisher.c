/*
 * The test finisher (sifive,test0): a word written to it ends QEMU, with an
 * exit status of the writer's choice.  No locks: the first writer wins.
 */
#include "drivers/drivers.h"
#include "drivers/power.h"
#include "drivers/uart.h"
#include "drivers/virtio_mmio.h"
#include "kernel/api/memory.h"

#define FINISHER_FAIL	0x3333u		/* the status stands above it, << 16 */
#define FINISHER_PASS	0x5555u

static volatile void *finisher_register;	/* fixed after probe; NULL: not there */

void machine_poweroff(uint32_t status)
{
	virtio_reset_all();
	uart_drain();
	if (!finisher_register)
		return;
	register_write32(finisher_register,
			 status ? (status & 0xffff) << 16 | FINISHER_FAIL : FINISHER_PASS);
	/* QEMU takes the write and ends a moment later. */
	for (;;)
		;
}

static int finisher_probe(const struct device *device)
{
	finisher_register = registers_map(device->base, device->bytes);
	return 0;
}

const struct device_driver test_finisher_driver = { "sifive,test0", finisher_probe };
