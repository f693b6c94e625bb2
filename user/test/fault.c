/*
 * fault KIND: makes one mistake, for which the kernel ends this program alone.
 * If it comes back, the mistake went unpunished: exit status 3.
 */
#include <stdio.h>
#include <string.h>
#include <uos.h>

#include "program.h"

#define KERNEL_ADDRESS	0xffffffff80200000ull
#define USER_END	0x4000000000ull
#define EXIT_UNPUNISHED	3

static int writable_data[4];
static volatile int sink;

static void read_at(uint64_t address)
{
	sink = *(volatile int *)address;
}

static void fault_null(void)
{
	read_at(0);
}

static void fault_bad_pointer(void)
{
	read_at(0x123456780);
}

static void fault_kernel_pointer(void)
{
	read_at(KERNEL_ADDRESS);
}

static void fault_not_canonical(void)
{
	read_at(USER_END * 16);
}

static void fault_illegal(void)
{
	__asm__ volatile(".word 0");
}

static void fault_privileged(void)
{
	__asm__ volatile("csrr zero, sstatus");
}

static void fault_write_text(void)
{
	*(volatile int *)(uintptr_t)fault_null = 0;
}

static void fault_write_constant(void)
{
	static const int constant = 7;

	*(volatile int *)(uintptr_t)&constant = 0;
}

static void fault_exec_data(void)
{
	writable_data[0] = 0x00008067;		/* ret */
	((void (*)(void))(uintptr_t)writable_data)();
}

static void fault_exec_stack(void)
{
	volatile int code[2] = { 0x00008067, 0 };

	((void (*)(void))(uintptr_t)code)();
}

static void fault_jump_null(void)
{
	((void (*)(void))(uintptr_t)sink)();
}

static void fault_breakpoint(void)
{
	__asm__ volatile("ebreak");
}

/* Deeper and deeper, a touch in each frame. */
static int deeper(int depth)
{
	volatile char frame[512];

	frame[0] = (char)depth;
	return depth < 0 ? 0 : deeper(depth + 1) + frame[0];
}

static void fault_stack_overflow(void)
{
	sink = deeper(0);
}

static void overflow_task(void *argument)
{
	(void)argument;
	sink = deeper(0);
}

static void fault_task_stack_overflow(void)
{
	uos_join(uos_spawn(overflow_task, NULL));
}

static const struct kind {
	const char *name;
	void (*run)(void);
} kinds[] = {
	{ "bad-pointer", fault_bad_pointer },
	{ "breakpoint", fault_breakpoint },
	{ "exec-data", fault_exec_data },
	{ "exec-stack", fault_exec_stack },
	{ "illegal", fault_illegal },
	{ "jump-null", fault_jump_null },
	{ "kernel-pointer", fault_kernel_pointer },
	{ "not-canonical", fault_not_canonical },
	{ "null", fault_null },
	{ "privileged", fault_privileged },
	{ "stack-overflow", fault_stack_overflow },
	{ "task-stack-overflow", fault_task_stack_overflow },
	{ "write-constant", fault_write_constant },
	{ "write-text", fault_write_text },
};

int main(int argc, char *argv[])
{
	for (size_t i = 0; argc == 2 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(argv[1], kinds[i].name) != 0)
			continue;
		kinds[i].run();
		printf("fault: %s went unpunished\n", argv[1]);
		return EXIT_UNPUNISHED;
	}
	usage("fault KIND");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		printf("  %s\n", kinds[i].name);
	return EXIT_USAGE;
}
