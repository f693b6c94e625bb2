/*
 * A terminal as kernel and user agree on it: what ioctl takes and gives.  Linux's
 * for riscv64 (asm-generic), bit for bit; of the flags those that have a meaning here.
 */
#ifndef ABI_TERMINAL_H
#define ABI_TERMINAL_H

#include <stdint.h>

#include "abi/check.h"

/* ioctl's commands */
#define ABI_TCGETS	0x5401		/* struct abi_termios out */
#define ABI_TCSETS	0x5402		/* struct abi_termios in */
#define ABI_TCSETSW	0x5403		/* likewise, when all output is on its way */
#define ABI_TCSETSF	0x5404		/* likewise, and what was typed is forgotten */
#define ABI_TIOCGPGRP	0x540f		/* int32_t out: the foreground process group */
#define ABI_TIOCSPGRP	0x5410		/* int32_t in */
#define ABI_TIOCGWINSZ	0x5413		/* struct abi_winsize out */
#define ABI_FIONREAD	0x541b		/* int32_t out: bytes that a read would give at once */

#define ABI_TERMIOS_CHARACTERS	19

struct abi_termios {
	uint32_t c_iflag;
	uint32_t c_oflag;
	uint32_t c_cflag;
	uint32_t c_lflag;
	uint8_t c_line;
	uint8_t c_cc[ABI_TERMIOS_CHARACTERS];
};

struct abi_winsize {
	uint16_t ws_row, ws_col;	/* 0: nobody knows */
	uint16_t ws_xpixel, ws_ypixel;
};

/* c_iflag */
#define ABI_ICRNL	0000400		/* carriage return is read as newline */
/* c_oflag: fixed */
#define ABI_OPOST	0000001
#define ABI_ONLCR	0000004		/* newline goes out as carriage return and newline */
/* c_cflag: fixed */
#define ABI_CS8		0000060
#define ABI_CREAD	0000200
#define ABI_CLOCAL	0004000
/* c_lflag */
#define ABI_ISIG	0000001		/* ^C ends the foreground group */
#define ABI_ICANON	0000002		/* input is lines, which can be edited */
#define ABI_ECHO	0000010
#define ABI_ECHOE	0000020		/* fixed */
#define ABI_ECHOK	0000040		/* fixed */

/* places in c_cc; what stands there is fixed */
#define ABI_VINTR	0
#define ABI_VERASE	2
#define ABI_VKILL	3
#define ABI_VEOF	4
#define ABI_VTIME	5		/* 0 */
#define ABI_VMIN	6		/* 1: a read waits for one byte */

ABI_CHECK(sizeof(struct abi_termios) == 36, "Linux's layout");
ABI_CHECK(sizeof(struct abi_winsize) == 8, "Linux's layout");

#endif
