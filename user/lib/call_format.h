/*
 * A call's arguments as text, by a table of what they are.
 */
#ifndef USER_LIB_CALL_FORMAT_H
#define USER_LIB_CALL_FORMAT_H

#include <stddef.h>

#include "abi/trace.h"

void call_format(const struct uos_trace_record *record, char *text, size_t bytes);

#endif
