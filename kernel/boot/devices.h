/*
 * Boot: lets each driver find its devices.  The way to power off comes first, as
 * soon as registers can be mapped, so that a panic during boot ends too.
 */
#ifndef KERNEL_BOOT_DEVICES_H
#define KERNEL_BOOT_DEVICES_H

void devices_probe_poweroff(void);
void devices_probe(void);

#endif
