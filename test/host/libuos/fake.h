/*
 * What stands in for the machine when libuos runs on the host: switching between
 * coroutines by ucontext (fake_switch.c), and a kernel that serves the own ring
 * late, out of order, and sometimes asleep (fake_kernel.c).
 */
#ifndef TEST_LIBUOS_FAKE_H
#define TEST_LIBUOS_FAKE_H

#include <stdint.h>

/* Runs `entry` as the first coroutine; returns when it calls fake_stop(). */
void fake_run(uint64_t seed, void (*entry)(void *argument));
void fake_stop(void) __attribute__((noreturn));

void fake_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
uint32_t fake_random(uint32_t limit);

/* The kernel's side. */
void fake_kernel_init(void);
void fake_kernel_turn(void);		/* it may work now: called at each switch */
uint32_t fake_kernel_held(void);	/* operations that have not completed */

/* A NOP of ours says in `len` what its result is to be; `off` set: it never ends
 * by itself. */
struct io_uring_sqe;
int32_t fake_operation(int32_t result, int for_ever);

#endif
