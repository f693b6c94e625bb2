/*
 * /dev/console: the terminal.  Reads give lines, or characters (fs/line.h), in the
 * order in which they were asked for; what one operation writes is not torn by
 * another's.  ioctl sets the modes, and the process group that ^C ends.
 *
 * Locks: read_turn and write_turn, mutexes held by the one operation whose turn
 * it is; line_lock, a spinlock over the line discipline, inside them and in the
 * UART's interrupt.  Echo goes out under line_lock.
 */
#include <string.h>

#include "abi/terminal.h"
#include "drivers/uart.h"
#include "fs/devfs.h"
#include "fs/line.h"
#include "kernel/api/console.h"

#define PART_BYTES	128u		/* lies on the stack */

static struct mutex read_turn = { .queue = WAIT_QUEUE_INIT(read_turn.queue) };
static struct mutex write_turn = { .queue = WAIT_QUEUE_INIT(write_turn.queue) };
static struct wait_queue input_queue = WAIT_QUEUE_INIT(input_queue);
static struct spinlock line_lock;
static struct line_discipline line = { .modes = LINE_MODES_ALL };	/* line_lock */
static int32_t foreground_group;		/* 0: the first program's */

/* ---- input ---------------------------------------------------------------------- */

/* Echo that finds no room is lost: an interrupt can't wait. */
static void console_echo(const char *text, size_t bytes)
{
	uart_write(text, bytes);
}

/* From the UART's interrupt. */
static void console_input(uint8_t byte)
{
	enum line_event event;

	spinlock_acquire(&line_lock);
	event = line_input(&line, byte);
	spinlock_release(&line_lock);
	if (event == LINE_READY)
		wait_queue_wake_all(&input_queue);
	else if (event == LINE_INTERRUPT)
		console_interrupt_typed(READ_ONCE(foreground_group));
}

/* One line, or what there is room for.  read_turn held; a line was ready, but ^C
 * may have taken it away: *ended false and 0 bytes. */
static ssize_t read_line(struct cursor *to, bool *ended)
{
	ssize_t done = 0;

	*ended = false;
	while (to->remaining > 0 && !*ended) {
		char part[PART_BYTES];
		size_t bytes;
		ssize_t put;

		spinlock_acquire(&line_lock);
		bytes = line_read(&line, part, MIN(to->remaining, sizeof(part)), ended);
		spinlock_release(&line_lock);
		if (bytes == 0)
			break;
		put = cursor_put(to, part, bytes);
		if (put != (ssize_t)bytes)
			return done + MAX(put, 0) ? done + MAX(put, 0) : put;
		done += put;
	}
	return done;
}

static ssize_t console_read(struct file *file, struct cursor *to, int64_t offset)
{
	ssize_t done = 0;
	bool ended = false;
	int error;

	(void)file;
	(void)offset;
	if (to->remaining == 0)
		return 0;
	error = mutex_lock_interruptible(&read_turn);
	if (error)
		return error;
	do {
		error = WAIT_UNTIL(&input_queue, line_is_ready(&line), true);
		if (!error)
			done = read_line(to, &ended);
	} while (!error && done == 0 && !ended);
	mutex_unlock(&read_turn);
	return error ? error : done;
}

/* ---- output ----------------------------------------------------------------------- */

/* Each newline goes out as carriage return and newline.  Bytes in `to`. */
static size_t newlines_expand(const char *from, size_t bytes, char *to)
{
	size_t put = 0;

	for (size_t i = 0; i < bytes; i++) {
		if (from[i] == '\n')
			to[put++] = '\r';
		to[put++] = from[i];
	}
	return put;
}

/* All of it, however long that takes; a log line may come between. */
static void write_out(const char *text, size_t bytes)
{
	for (;;) {
		size_t taken = uart_write(text, bytes);

		text += taken;
		bytes -= taken;
		if (bytes == 0)
			return;
		WAIT_UNTIL(&uart_room_queue, uart_room_bytes() > 0, false);
	}
}

/* One part of a write.  Bytes of the user's, or -errno. */
static ssize_t write_part(struct cursor *from)
{
	char part[PART_BYTES], expanded[2 * PART_BYTES];
	ssize_t taken;
	int error;

	/* here the operation may be cancelled, and later parts with it */
	error = WAIT_UNTIL(&uart_room_queue, uart_room_bytes() >= sizeof(expanded), true);
	if (error)
		return error;
	taken = cursor_take(from, part, MIN(from->remaining, sizeof(part)));
	if (taken > 0)
		write_out(expanded, newlines_expand(part, (size_t)taken, expanded));
	return taken;
}

static ssize_t console_write(struct file *file, struct cursor *from, int64_t offset)
{
	ssize_t done = 0, part = 0;
	int error;

	(void)file;
	(void)offset;
	error = mutex_lock_interruptible(&write_turn);
	if (error)
		return error;
	while (from->remaining > 0) {
		part = write_part(from);
		if (part <= 0)
			break;
		done += part;
	}
	mutex_unlock(&write_turn);
	return done ? done : part;
}

/* ---- modes ------------------------------------------------------------------------ */

/* Which bit of which word is which mode; the other bits are fixed. */
static uint32_t modes_of(const struct abi_termios *termios)
{
	return (termios->c_lflag & ABI_ICANON ? LINE_CANONICAL : 0) |
	       (termios->c_lflag & ABI_ECHO ? LINE_ECHO : 0) |
	       (termios->c_lflag & ABI_ISIG ? LINE_SIGNALS : 0) |
	       (termios->c_iflag & ABI_ICRNL ? LINE_RETURN_IS_NEWLINE : 0);
}

static void modes_tell(struct abi_termios *termios)
{
	uint32_t modes = READ_ONCE(line.modes);

	memset(termios, 0, sizeof(*termios));
	termios->c_iflag = modes & LINE_RETURN_IS_NEWLINE ? ABI_ICRNL : 0;
	termios->c_oflag = ABI_OPOST | ABI_ONLCR;
	termios->c_cflag = ABI_CS8 | ABI_CREAD | ABI_CLOCAL;
	termios->c_lflag = (modes & LINE_SIGNALS ? ABI_ISIG : 0) |
			   (modes & LINE_CANONICAL ? ABI_ICANON : 0) |
			   (modes & LINE_ECHO ? ABI_ECHO : 0) | ABI_ECHOE | ABI_ECHOK;
	termios->c_cc[ABI_VINTR] = 'C' & 0x1f;
	termios->c_cc[ABI_VERASE] = 0x7f;
	termios->c_cc[ABI_VKILL] = 'U' & 0x1f;
	termios->c_cc[ABI_VEOF] = 'D' & 0x1f;
	termios->c_cc[ABI_VMIN] = 1;
}

static void modes_set(const struct abi_termios *termios, bool flush)
{
	enum line_event event;
	bool ready;

	spinlock_acquire(&line_lock);
	if (flush)
		line_flush(&line);
	event = line_set_modes(&line, modes_of(termios));
	ready = line_is_ready(&line);
	spinlock_release(&line_lock);
	if (event == LINE_INTERRUPT)
		console_interrupt_typed(READ_ONCE(foreground_group));
	if (ready)
		wait_queue_wake_all(&input_queue);
}

static int console_control(struct file *file, uint32_t command, void *argument)
{
	int32_t *number = argument;

	(void)file;
	switch (command) {
	case ABI_TCGETS:
		modes_tell(argument);
		return 0;
	case ABI_TCSETS:
	case ABI_TCSETSW:
	case ABI_TCSETSF:
		modes_set(argument, command == ABI_TCSETSF);
		return 0;
	case ABI_TIOCGPGRP:
		*number = foreground_group;
		return 0;
	case ABI_TIOCSPGRP:
		if (*number < 0)
			return -EINVAL;
		WRITE_ONCE(foreground_group, *number);
		return 0;
	case ABI_TIOCGWINSZ:
		return 0;		/* a serial line: nobody knows */
	case ABI_FIONREAD:
		spinlock_acquire(&line_lock);
		*number = (int32_t)line_readable_bytes(&line);
		spinlock_release(&line_lock);
		return 0;
	default:
		return -ENOTTY;
	}
}

const struct file_ops console_file_ops = {
	.kind = "console",
	.read = console_read,
	.write = console_write,
	.control = console_control,
};

void console_init(void)
{
	line.echo = console_echo;
	uart_input_register(console_input);
}
