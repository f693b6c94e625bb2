/* See the header. */
#include "raw_thread.h"

#include "abi/futex.h"
#include "abi/thread.h"
#include "trap.h"

void raw_thread_entry(void);

/* gp is the program's; what comes back from the function ends the thread. */
__asm__(".text\n"
	"raw_thread_entry:\n"
	"	.option push\n"
	"	.option norelax\n"
	"	la gp, __global_pointer$\n"
	"	.option pop\n"
	"	ld t0, 0(a0)\n"
	"	ld a0, 8(a0)\n"
	"	jalr t0\n"
	"	li a0, 0\n"
	"	li a7, 93\n"
	"	ecall\n");

int raw_thread_start(struct raw_thread *thread, void (*function)(void *), void *argument,
		     uint32_t level)
{
	const struct uos_thread_start start = {
		.entry = (uint64_t)raw_thread_entry,
		.stack = (uint64_t)(thread->stack + RAW_THREAD_STACK_BYTES),
		.argument = (uint64_t)thread, .clear_tid = (uint64_t)&thread->alive,
		.level = level,
	};
	int64_t result;

	thread->function = function;
	thread->argument = argument;
	thread->alive = 1;
	result = trap3(SYS_uos_thread, (uint64_t)&start, sizeof(start), 0);
	return result < 0 ? (int)result : 0;
}

void raw_thread_join(struct raw_thread *thread)
{
	uint32_t seen;

	while ((seen = __atomic_load_n(&thread->alive, __ATOMIC_ACQUIRE)) != 0)
		trap6(SYS_futex, (uint64_t)&thread->alive, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, seen,
		      0, 0, 0);
}
