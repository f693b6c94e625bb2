/*
 * Operations by name: opcodes, io_uring_register's commands, trap numbers.
 */
#ifndef USER_LIB_OPERATION_NAMES_H
#define USER_LIB_OPERATION_NAMES_H

#include <stdint.h>

/* NULL: there is none of that number. */
const char *opcode_name(unsigned opcode);
const char *register_name(unsigned command);
/* Also of Linux's calls that uos does not have; NULL: unknown. */
const char *call_name(uint64_t number);

#endif
