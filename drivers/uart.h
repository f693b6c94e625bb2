/*
 * The console's UART, as the tty above it uses it.
 */
#ifndef DRIVERS_UART_H
#define DRIVERS_UART_H

#include "kernel/api/base.h"
#include "kernel/api/wait.h"

/* Each byte that comes in, in order; interrupt context.  Until this is called
 * what comes in stays in the UART's FIFO.  Once. */
void uart_input_register(void (*input)(uint8_t byte));

/*
 * Puts bytes into the transmit buffer: all of them, or as many as there is room
 * for.  Any context, never suspends, never polls.
 */
size_t uart_write(const char *text, size_t bytes);

/* Polls until everything is sent.  Any context, panic included. */
void uart_drain(void);

/* Room in the transmit buffer, and where to wait for more of it: woken whenever
 * the buffer has become half empty. */
size_t uart_room_bytes(void);
extern struct wait_queue uart_room_queue;

#endif
