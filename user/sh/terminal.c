/*
 * The terminal of an interactive shell: characters as they are typed, without echo,
 * while the shell has it; lines, and ^C for the foreground job, while a program has it.
 *
 * ioctl is called by trap: it waits for nobody, and the program that has just been
 * started should find the terminal as it is to be.
 */
#include <fcntl.h>
#include <uos.h>

#include "shell.h"

#define CONTROL_C	3
#define AHEAD_BYTES	256u		/* typed while a builtin ran */
#define LOOK_NS		20000000ull	/* how often a loop looks for ^C */

static struct {
	bool is_one, ours;
	struct abi_termios programs;	/* the modes that were found */
	char ahead[AHEAD_BYTES];
	unsigned head, tail;		/* both count up */
	uint64_t looked_ns;
} terminal;

bool terminal_begin(void)
{
	terminal.is_one = uos_sys_ioctl(0, ABI_TCGETS, &terminal.programs) == 0;
	/* whoever was killed may have left it in modes of his own */
	terminal.programs.c_iflag |= ABI_ICRNL;
	terminal.programs.c_lflag |= ABI_ICANON | ABI_ECHO | ABI_ISIG;
	return terminal.is_one;
}

static void set_modes(const struct abi_termios *modes)
{
	struct abi_termios copy = *modes;

	uos_sys_ioctl(0, ABI_TCSETS, &copy);
}

void terminal_give(pid_t group)
{
	int32_t number = group;

	if (!terminal.is_one || !shell.has_terminal)
		return;
	uos_sys_ioctl(0, ABI_TIOCSPGRP, &number);
	if (terminal.ours)
		set_modes(&terminal.programs);
	terminal.ours = false;
}

void terminal_take(void)
{
	struct abi_termios modes = terminal.programs;
	int32_t group = uos_sys_getpid();

	if (!terminal.is_one || !shell.has_terminal)
		return;
	uos_sys_ioctl(0, ABI_TIOCSPGRP, &group);
	if (!shell.interactive)
		return;
	modes.c_iflag &= ~(uint32_t)ABI_ICRNL;
	modes.c_lflag &= ~(uint32_t)(ABI_ICANON | ABI_ECHO | ABI_ISIG);
	set_modes(&modes);
	terminal.ours = true;
}

void terminal_end(void)
{
	if (terminal.ours)
		set_modes(&terminal.programs);
	terminal.ours = false;
}

/* ---- what is typed ---------------------------------------------------------------------- */

/* Reads what there is, or waits for some.  False: the input has ended. */
static bool take_bytes(void)
{
	char bytes[32];
	ssize_t count = uos_read(0, bytes, sizeof(bytes), -1);

	for (ssize_t i = 0; i < count; i++)
		if (terminal.tail - terminal.head < AHEAD_BYTES)
			terminal.ahead[terminal.tail++ % AHEAD_BYTES] = bytes[i];
	return count > 0;
}

int terminal_byte(void)
{
	if (terminal.head == terminal.tail && !take_bytes())
		return -1;
	return (unsigned char)terminal.ahead[terminal.head++ % AHEAD_BYTES];
}

bool terminal_interrupted(void)
{
	uint64_t now_ns = uos_clock_ns();
	int32_t waiting = 0;

	if (!terminal.ours || now_ns - terminal.looked_ns < LOOK_NS)
		return false;
	terminal.looked_ns = now_ns;
	if (uos_sys_ioctl(0, ABI_FIONREAD, &waiting) < 0 || waiting <= 0)
		return false;
	take_bytes();
	for (unsigned at = terminal.head; at != terminal.tail; at++) {
		if (terminal.ahead[at % AHEAD_BYTES] == CONTROL_C) {
			terminal.head = terminal.tail;
			return true;
		}
	}
	return false;
}
