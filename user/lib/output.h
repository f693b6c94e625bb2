/*
 * Output of small programs: collected, and written in large parts.
 */
#ifndef USER_LIB_OUTPUT_H
#define USER_LIB_OUTPUT_H

#include <stddef.h>

void output_add(const char *bytes, size_t count);
/* Writes what was collected.  0, or -errno of the first write that failed. */
int output_flush(void);

#endif
