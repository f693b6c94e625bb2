/* Which drivers there are, in the order in which they look for their devices. */
#include "kernel/boot/devices.h"

#include "drivers/drivers.h"
#include "kernel/boot/device_tree.h"

static const struct device_driver *const drivers[] = {
	&plic_driver,
	&ns16550_driver,
	&goldfish_rtc_driver,
	&virtio_mmio_driver,
};

void devices_probe_poweroff(void)
{
	device_tree_probe(&test_finisher_driver);
}

void devices_probe(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(drivers); i++)
		device_tree_probe(drivers[i]);
}
