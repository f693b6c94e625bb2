/*
 * Output that is assembled into whole lines, one line per coroutine and stream.
 */
#ifndef LIBUOS_LINE_H
#define LIBUOS_LINE_H

#include <stddef.h>

struct line;

/* Appends a character to the calling coroutine's line for descriptor `fd` (1 or
 * 2); a newline sends it.  0, or -errno of the write or -ENOMEM. */
int uos_line_put(int fd, char character);

/* Sends what the calling coroutine has begun. */
int uos_line_flush(int fd);

#define LINE_STREAMS	2	/* descriptors 1 and 2 */

/* The calling coroutine's; null until it prints. */
extern __thread struct line *uos_lines[LINE_STREAMS];

/* The calling coroutine ends: sends it, and gives the buffers back. */
void uos_line_give_back(void);

static inline void uos_line_task_ends(void)
{
	if (uos_lines[0] || uos_lines[1])
		uos_line_give_back();
}

/* The program ends: sends what any coroutine has begun (of a program with several
 * executors or threads, what the caller has), and what lies in streams that fopen()
 * made (fopen.c). */
void uos_line_program_ends(void);
void uos_streams_program_ends(void) __attribute__((weak));

#endif
