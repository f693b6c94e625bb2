/*
 * A thread of the program by the bare calls: libuos knows nothing of it, so what runs on it
 * uses traps and memory of its own, and nothing of libuos or the C library.
 */
#ifndef USER_LIB_RAW_THREAD_H
#define USER_LIB_RAW_THREAD_H

#include <stdint.h>

#define RAW_THREAD_STACK_BYTES	16384

struct raw_thread {
	void (*function)(void *argument);
	void *argument;
	uint32_t alive;			/* cleared by the kernel */
	uint8_t stack[RAW_THREAD_STACK_BYTES] __attribute__((aligned(16)));
};

/* Runs function(argument), at `level` or UOS_LEVEL_INHERIT; 0 or -errno. */
int raw_thread_start(struct raw_thread *thread, void (*function)(void *), void *argument,
		     uint32_t level);
/* The calling thread waits in the kernel until it has ended. */
void raw_thread_join(struct raw_thread *thread);

#endif
