/* Boot: lets each driver find its devices. */
#ifndef KERNEL_BOOT_DEVICES_H
#define KERNEL_BOOT_DEVICES_H

void devices_probe(void);

#endif
