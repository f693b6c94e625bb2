/*
 * Checks of a test program: each says its name when it fails, and all are
 * counted.
 */
#ifndef USER_LIB_CHECK_H
#define USER_LIB_CHECK_H

#include <stdint.h>

/* Counts a check; prints `FAIL name: got ..., wanted ...` if they differ. */
void check_equal(const char *name, int64_t got, int64_t wanted);
#define check_true(name, condition)	check_equal(name, !!(condition), 1)
/* Prints how many there were; the program's exit status. */
int check_summary(void);

#endif
