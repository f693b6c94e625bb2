/*
 * What the kernel told the program at its birth (abi/process.h).
 */
#ifndef USER_LIB_AUXILIARY_H
#define USER_LIB_AUXILIARY_H

#include <stdint.h>

/* The value of an entry of the auxiliary vector; 0: there is none.  Before the program
 * gives `environ` another value. */
uint64_t auxiliary(uint64_t type);

#endif
