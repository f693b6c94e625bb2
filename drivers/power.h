/*
 * The end of the machine's run.
 */
#ifndef DRIVERS_POWER_H
#define DRIVERS_POWER_H

#include "kernel/api/base.h"

/*
 * Takes memory away from the devices (what was in flight does not complete), sends
 * what the console still holds, and powers off; QEMU ends with `status` (0: pass).
 * Returns only if the machine has no test finisher: the caller then asks the
 * firmware.  Any context; takes no lock that a panic could find held for ever.
 */
void machine_poweroff(uint32_t status);

#endif
