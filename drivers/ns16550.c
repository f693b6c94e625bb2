/*
 * The 16550 UART, by interrupt both ways: what comes in goes to the input
 * handler; what goes out stands in a ring that the 'transmitter empty' interrupt
 * drains, one FIFO's worth at a time.
 *
 * Log lines take the synchronous way (uart_log_write), which polls: first what
 * stands in the ring, then the line, so that order is kept and no line is torn.
 *
 * Locks: uart.lock over the transmit side (ring, THR, IER).  It is never held
 * across a call of the input handler.  In a panic whoever holds it may never
 * let go; then the log writer goes on without it after a while.
 */
#include "drivers/drivers.h"
#include "drivers/uart.h"
#include "kernel/api/console.h"
#include "kernel/api/memory.h"

#define UART_DATA		0	/* RBR, THR */
#define UART_INTERRUPT_ENABLE	1
#define   UART_IER_RECEIVE	0x01
#define   UART_IER_TRANSMIT	0x02
#define UART_FIFO_CONTROL	2
#define   UART_FCR_ENABLE	0x01
#define UART_LINE_CONTROL	3
#define   UART_LCR_8N1		0x03
#define UART_MODEM_CONTROL	4
#define   UART_MCR_DTR_RTS_OUT2	0x0b
#define UART_LINE_STATUS	5
#define   UART_LSR_RECEIVED	0x01
#define   UART_LSR_EMPTY	0x20

#define UART_FIFO_BYTES		16
#define UART_RING_BYTES		4096u	/* a power of two */
#define UART_LOCK_TRIES		100000000u	/* a log writer's patience: about a second */

static struct {
	/* fixed after probe */
	volatile uint8_t *registers;
	uint32_t register_shift;
	void (*input)(uint8_t byte);
	/* lock */
	struct spinlock lock;
	uint32_t ring_head;		/* next to send; both count up for ever */
	uint32_t ring_tail;		/* next free; READ_ONCE without the lock */
	uint8_t interrupt_enable;	/* what IER holds */
	uint8_t receive_enable;		/* UART_IER_RECEIVE once somebody takes input */
	char ring[UART_RING_BYTES];
} uart;

struct wait_queue uart_room_queue = WAIT_QUEUE_INIT(uart_room_queue);

static uint8_t uart_read_register(unsigned number)
{
	return register_read8(uart.registers + (number << uart.register_shift));
}

static void uart_write_register(unsigned number, uint8_t value)
{
	register_write8(uart.registers + (number << uart.register_shift), value);
}

static void interrupt_enable_set(uint8_t value)
{
	if (value != uart.interrupt_enable) {
		uart.interrupt_enable = value;
		uart_write_register(UART_INTERRUPT_ENABLE, value);
	}
}

/* Fills the FIFO if it is empty, and asks for the next interrupt while there is
 * something left.  uart.lock held. */
static void ring_send(void)
{
	if (uart.ring_head != uart.ring_tail &&
	    (uart_read_register(UART_LINE_STATUS) & UART_LSR_EMPTY)) {
		for (unsigned sent = 0;
		     sent < UART_FIFO_BYTES && uart.ring_head != uart.ring_tail; sent++)
			uart_write_register(UART_DATA,
					    uart.ring[uart.ring_head++ % UART_RING_BYTES]);
	}
	if (uart.ring_head != uart.ring_tail)
		interrupt_enable_set(uart.receive_enable | UART_IER_TRANSMIT);
	else
		interrupt_enable_set(uart.receive_enable);
}

size_t uart_room_bytes(void)
{
	return UART_RING_BYTES - (READ_ONCE(uart.ring_tail) - READ_ONCE(uart.ring_head));
}

size_t uart_write(const char *text, size_t bytes)
{
	size_t taken;

	if (!uart.registers)
		return bytes;
	spinlock_acquire(&uart.lock);
	taken = MIN(bytes, uart_room_bytes());
	for (size_t i = 0; i < taken; i++)
		uart.ring[(uart.ring_tail + i) % UART_RING_BYTES] = text[i];
	WRITE_ONCE(uart.ring_tail, uart.ring_tail + (uint32_t)taken);
	ring_send();
	spinlock_release(&uart.lock);
	return taken;
}

static void polled_send(char byte)
{
	while (!(uart_read_register(UART_LINE_STATUS) & UART_LSR_EMPTY))
		;
	uart_write_register(UART_DATA, (uint8_t)byte);
}

static void uart_log_write(const char *text, size_t bytes)
{
	unsigned tries = 0;
	bool locked;

	while (!(locked = spinlock_try_acquire(&uart.lock)) && ++tries < UART_LOCK_TRIES)
		;
	while (uart.ring_head != uart.ring_tail)
		polled_send(uart.ring[uart.ring_head++ % UART_RING_BYTES]);
	for (size_t i = 0; i < bytes; i++) {
		if (text[i] == '\n')
			polled_send('\r');
		polled_send(text[i]);
	}
	if (locked)
		spinlock_release(&uart.lock);
}

void uart_drain(void)
{
	if (uart.registers)
		uart_log_write(NULL, 0);
}

static void uart_interrupt(void *unused)
{
	bool room;

	(void)unused;
	while (uart.input && (uart_read_register(UART_LINE_STATUS) & UART_LSR_RECEIVED))
		uart.input(uart_read_register(UART_DATA));
	spinlock_acquire(&uart.lock);
	ring_send();
	room = uart_room_bytes() >= UART_RING_BYTES / 2;
	spinlock_release(&uart.lock);
	if (room)
		wait_queue_wake_all(&uart_room_queue);
}

void uart_input_register(void (*input)(uint8_t byte))
{
	uart.input = input;
	if (!uart.registers)
		return;
	spinlock_acquire(&uart.lock);
	uart.receive_enable = UART_IER_RECEIVE;
	interrupt_enable_set(uart.interrupt_enable | UART_IER_RECEIVE);
	spinlock_release(&uart.lock);
}

static int uart_probe(const struct device *device)
{
	if (uart.registers)
		return -ENODEV;		/* the first one is the console */
	device_property_cell(device, "reg-shift", 0, &uart.register_shift);
	uart.registers = registers_map(device->base, device->bytes);
	uart_write_register(UART_INTERRUPT_ENABLE, 0);
	uart_write_register(UART_LINE_CONTROL, UART_LCR_8N1);
	/* what was typed before now stays in the FIFO */
	uart_write_register(UART_FIFO_CONTROL, UART_FCR_ENABLE);
	uart_write_register(UART_MODEM_CONTROL, UART_MCR_DTR_RTS_OUT2);
	interrupt_register(device->interrupt, uart_interrupt, NULL);
	console_register(uart_log_write);
	return 0;
}

const struct device_driver ns16550_driver = { "ns16550a", uart_probe };
