/*
 * Registers filled with values that can be told again, for programs that check
 * that somebody keeps them.
 */
#ifndef USER_LIB_REGISTERS_H
#define USER_LIB_REGISTERS_H

#include <stdint.h>

/*
 * Fills fs0 to fs11 with values made from `seed`, calls wait(argument), and
 * gives the number of registers that differ then.
 */
uint64_t float_saved_check(uint64_t seed, void (*wait)(void *argument), void *argument);

/*
 * Fills all 32 floating-point registers and fcsr, spins until rdtime has reached
 * `until`, and gives the number of registers that differ then (fcsr counts 32).
 */
uint64_t float_all_check(uint64_t seed, uint64_t until);

/*
 * Makes the call `number` (in a7) of one argument (in a0) with each other
 * register filled, and gives a bit for each x register that differs after it;
 * *result receives a0.
 */
uint64_t trap_registers_check(uint64_t number, uint64_t argument, uint64_t *result);

#endif
