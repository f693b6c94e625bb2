/*
 * The drivers there are, for the kernel's table.  To be probed in this order:
 * the interrupt controller before whoever registers a handler, the way to power
 * off and the console before whatever may want to complain.
 */
#ifndef DRIVERS_DRIVERS_H
#define DRIVERS_DRIVERS_H

#include "kernel/api/device.h"

extern const struct device_driver plic_driver;
extern const struct device_driver test_finisher_driver;
extern const struct device_driver ns16550_driver;
extern const struct device_driver goldfish_rtc_driver;
extern const struct device_driver virtio_mmio_driver;

#endif
