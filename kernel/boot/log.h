/* Log lines: by SBI until the console's driver is up, then by the driver. */
#ifndef KERNEL_BOOT_LOG_H
#define KERNEL_BOOT_LOG_H

#include "kernel/api/base.h"

/* As it is: no time, no newline added. */
void log_write_raw(const char *text);
/* Panic: whoever held the log's lock will not come back. */
void log_panic_mode(void);

#endif
