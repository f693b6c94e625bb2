/*
 * The kernel's side of the console: where log lines go once the UART's driver
 * is up, and who is told of Ctrl-C.
 */
#ifndef KERNEL_API_CONSOLE_H
#define KERNEL_API_CONSOLE_H

#include "kernel/api/base.h"

/* Until this is called, log lines go out by SBI.  `write` must work in any
 * context, panic included, without suspending; whole lines are not torn. */
void console_register(void (*write)(const char *text, size_t bytes));

/* The console driver calls this when the user types Ctrl-C: ends the processes of the
 * console's foreground group (0: the first program's), but never the first program.  Any
 * context. */
void console_interrupt_typed(int32_t group);

#endif
