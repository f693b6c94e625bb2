/*
 * What small programs share: their complaint on standard error, and numbers
 * from the command line.
 */
#ifndef USER_LIB_PROGRAM_H
#define USER_LIB_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#define EXIT_USAGE	2
#define EXIT_NO_READER	141		/* what it would be by SIGPIPE */

/* Prints `program: what: why` for a result of -errno; gives exit status 1.  Of -EPIPE
 * nothing is printed, and the status is EXIT_NO_READER. */
int complain(const char *program, const char *what, int64_t result);
/* For programs whose exit status 1 means something else. */
static inline int trouble(int status)
{
	return status == 1 ? 2 : status;
}
/* Prints `usage: TEXT`; gives EXIT_USAGE. */
int usage(const char *text);
/* Reads a whole argument as a number (decimal, 0x..., 0...) up to `most`. */
bool number_parse(const char *text, uint64_t most, uint64_t *number);

#endif
