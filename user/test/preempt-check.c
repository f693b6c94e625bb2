/*
 * preempt-check: what completions as user interrupts do to coroutines.
 *
 *	preempt-check [ROUNDS]
 *
 * An urgent coroutine sleeps and wakes while a less urgent one computes and never yields;
 * every register of the latter must be as it was.  Needs user interrupts, of either kind.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "check.h"

#define NAP_NS	200000ull

static uint64_t rounds = 50;
static volatile uint64_t woken;
static volatile bool equal_ran;

static void urgent(void *argument)
{
	(void)argument;
	uos_task_set_priority(NULL, 10);
	for (uint64_t i = 0; i < rounds; i++) {
		uos_sleep_ns(NAP_NS);
		woken = woken + 1;
	}
}

/*
 * long registers_keep(volatile uint64_t *word, uint64_t until): fills every register that
 * is not needed with a number of its own, looks at *word until it is `until`, and then at
 * each register: 0, or one more than the number of the first that is wrong.
 */
long registers_keep(volatile uint64_t *word, uint64_t until);

__asm__(".text\n"
	".globl registers_keep\n"
	"registers_keep:\n"
	"	addi sp, sp, -208\n"
	"	sd ra, 0(sp)\n"
	".irp n, 0,1,2,3,4,5,6,7,8,9,10,11\n"
	"	sd s\\n, 8 + 8 * \\n(sp)\n"
	"	fsd fs\\n, 104 + 8 * \\n(sp)\n"
	".endr\n"
	"	li ra, 1001\n"
	".irp n, 5,6,7,8,9,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
	"	li x\\n, 1000 + \\n\n"
	".endr\n"
	".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,"
	"30,31\n"
	"	li t0, 2000 + \\n\n"
	"	fmv.d.x f\\n, t0\n"
	".endr\n"
	"	li t0, 1005\n"
	"1:	ld t0, 0(a0)\n"
	"	bgeu t0, a1, 2f\n"
	"	li t0, 1005\n"
	"	li t1, 1006\n"
	"	j 1b\n"
	"2:	li a0, 0\n"
	"	li t0, 1001\n"
	"	bne ra, t0, 3f\n"
	".irp n, 6,7,8,9,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
	"	li a0, 1 + \\n\n"
	"	li t0, 1000 + \\n\n"
	"	bne x\\n, t0, 3f\n"
	".endr\n"
	".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,"
	"30,31\n"
	"	li a0, 101 + \\n\n"
	"	li t0, 2000 + \\n\n"
	"	fmv.x.d t1, f\\n\n"
	"	bne t1, t0, 3f\n"
	".endr\n"
	"	li a0, 0\n"
	"3:\n"
	".irp n, 0,1,2,3,4,5,6,7,8,9,10,11\n"
	"	ld s\\n, 8 + 8 * \\n(sp)\n"
	"	fld fs\\n, 104 + 8 * \\n(sp)\n"
	".endr\n"
	"	ld ra, 0(sp)\n"
	"	addi sp, sp, 208\n"
	"	ret\n");

static void check_urgent_ones_come_through(void)
{
	struct uos_task *task = uos_spawn(urgent, NULL);
	long wrong;

	check_true(__func__, task);
	uos_yield();
	wrong = registers_keep(&woken, rounds);
	if (wrong)
		printf("register %ld\n", wrong - 1);
	check_true(__func__, !wrong);
	check_true(__func__, woken == rounds);
	check_true(__func__, uos_join(task) == 0);
}

static void equal(void *argument)
{
	(void)argument;
	uos_sleep_ns(NAP_NS);
	equal_ran = true;
}

/* Equals wait for each other to yield, interrupts or not. */
static void check_equals_wait(void)
{
	struct uos_task *task = uos_spawn(equal, NULL);
	uint64_t start;

	check_true(__func__, task);
	uos_yield();
	start = uos_clock_ns();
	while (uos_clock_ns() - start < 20 * NAP_NS)
		check_true(__func__, !equal_ran);
	check_true(__func__, uos_join(task) == 0);
	check_true(__func__, equal_ran);
}

/* malloc and stdio, cut off in the middle by one that uses them too. */
static void allocating(void *argument)
{
	uint64_t *count = argument;

	uos_task_set_priority(NULL, 10);
	for (uint64_t i = 0; i < rounds; i++) {
		char *memory;

		uos_sleep_ns(NAP_NS / 4);
		memory = malloc(100 + i % 300);
		check_true(__func__, memory);
		memset(memory, (int)i, 100);
		free(memory);
		++*count;
	}
}

static void check_libraries(void)
{
	volatile uint64_t count = 0;
	struct uos_task *task = uos_spawn(allocating, (void *)(uintptr_t)&count);
	char *blocks[16] = { 0 }, text[64];

	check_true(__func__, task);
	uos_yield();
	for (uint64_t i = 0; count < rounds; i++) {
		char **block = &blocks[i % 16];

		free(*block);
		*block = malloc(20 + i * 7 % 500);
		check_true(__func__, *block);
		memset(*block, (int)i, 20);
		snprintf(text, sizeof(text), "%lu %f", (unsigned long)i, (double)i);
		check_true(__func__, strtoul(text, NULL, 10) == i);
	}
	for (int i = 0; i < 16; i++)
		free(blocks[i]);
	check_true(__func__, uos_join(task) == 0);
}

int main(int count, char **arguments)
{
	if (count > 1)
		rounds = strtoul(arguments[1], NULL, 10);
	printf("interrupts: %s\n", (const char *[]){ "none", "emulated", "hardware" }
	       [uos_interrupts_kind()]);
	if (!uos_interrupts_kind())
		return 2;
	check_urgent_ones_come_through();
	check_equals_wait();
	check_libraries();
	return check_summary();
}
