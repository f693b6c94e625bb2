/*
 * How a driver finds its device and its interrupts.
 *
 * At boot the kernel walks the device tree and calls the probe of the driver
 * whose `compatible` fits (table in kernel/boot/devices.c), on the boot hart,
 * before coroutines run unless the driver says otherwise.
 */
#ifndef KERNEL_API_DEVICE_H
#define KERNEL_API_DEVICE_H

#include "kernel/api/base.h"

struct device {
	const char *name;		/* node name */
	int node;			/* for device_property_* */
	uint64_t base;			/* first `reg` */
	uint64_t bytes;
	uint32_t interrupt;		/* first of `interrupts`; 0: none */
};

struct device_driver {
	const char *compatible;
	/* 0; -ENODEV: not this device (say, an empty virtio slot); else an
	 * errno, which is logged. */
	int (*probe)(const struct device *device);
};

/* Cell `index` of a property; false if it is not there. */
bool device_property_cell(const struct device *device, const char *name,
			  unsigned index, uint32_t *value);
/* Raw bytes of a property; NULL if it is not there. */
const void *device_property(const struct device *device, const char *name,
			    unsigned *bytes);
/* Likewise of the /chosen node. */
const void *device_chosen_property(const char *name, unsigned *bytes);

/* ---- interrupts -------------------------------------------------------------- */

/*
 * The handler runs on some hart at a scheduling point or on a trap from U mode,
 * never inside another handler on that hart; it must not suspend.
 */
void interrupt_register(uint32_t interrupt, void (*handler)(void *argument),
			void *argument);

/* What the interrupt controller's driver gives to the kernel. */
struct interrupt_controller {
	void (*enable)(uint32_t interrupt, unsigned hart);	/* routes it to that hart */
	uint32_t (*claim)(unsigned hart);			/* 0: none */
	void (*complete)(unsigned hart, uint32_t interrupt);
};

void interrupt_controller_register(const struct interrupt_controller *controller);
/* Index of a hart from its hardware number; -1: none. */
int hart_index_of(uint64_t hardware_id);
/* Index of the hart whose own interrupt controller has this phandle, as
 * `interrupts-extended` names it; -1: none that is in use. */
int device_interrupt_parent_hart(uint32_t phandle);

#endif
