/*
 * The end of the machine's run.
 */
#ifndef DRIVERS_POWER_H
#define DRIVERS_POWER_H

#include "kernel/api/base.h"

/*
 * Takes memory away from the devices: resets every device that may still write
 * to it.  What was in flight does not complete.  Any context; may be called more
 * than once; takes no lock, so it is safe in a panic.
 */
void devices_quiesce(void);

/*
 * Sends what the console still holds and powers off; QEMU ends with `status` (0:
 * pass).  Returns only if the machine has no test finisher: the caller then
 * asks the firmware.  Any context.
 */
void machine_poweroff(uint32_t status);

#endif
