/*
 * Guest instructions of the payload's entries, from the call to the return, one
 * line each: "cost NAME COUNT".  Under -icount shift=0 they are exact.
 */
#include <stdbool.h>
#include <stdint.h>

#include "abi/sched.h"

#define UART		((volatile uint8_t *)0x10000000)
#define FINISHER	((volatile uint32_t *)0x100000)
#define POOL_BYTES	65536
#define TASKS		8

extern const char payload_image[];

static struct uos_sched_view view;
static char pool_memory[POOL_BYTES] __attribute__((aligned(64)));
static struct uos_sched_pool *const pool = (struct uos_sched_pool *)pool_memory;

static uos_sched_add_fn *add;
static uos_sched_wake_fn *wake;
static uos_sched_next_fn *next;

static inline uint64_t instructions(void)
{
	uint64_t count;

	__asm__ volatile("csrr %0, minstret" : "=r"(count) : : "memory");
	return count;
}

static void print(const char *text)
{
	while (*text)
		*UART = *text++;
}

static void print_number(uint64_t number)
{
	if (number > 9)
		print_number(number / 10);
	*UART = '0' + number % 10;
}

static void *entry(enum uos_sched_entry which)
{
	const struct uos_sched_header *header = (const void *)payload_image;

	return (char *)payload_image + header->entry_offset[which];
}

/* Every task blocked but task 1, which runs. */
static void prepare(void)
{
	uos_sched_init_fn *init = entry(UOS_SCHED_ENTRY_INIT);

	for (int i = 0; i < POOL_BYTES; i++)
		pool_memory[i] = 0;
	for (int i = 0; i < UOS_SCHED_VIEW_HARTS; i++)
		view.hart[i].best_elsewhere = UOS_SCHED_LEVEL_NONE;
	init(pool, POOL_BYTES, 1, &view);
	for (int i = 1; i <= TASKS; i++)
		add(pool, 0, 0, 32, 0x1000 + i);
	next(pool, 0, UOS_SCHED_PICK);
	for (int i = 1; i <= TASKS; i++)
		next(pool, 0, UOS_SCHED_BLOCK);
	wake(pool, 0, 0, 1);
	next(pool, 0, UOS_SCHED_PICK);
}

/* What the measuring itself costs, the call included. */
static uint64_t nothing(struct uos_sched_pool *unused, uint32_t lane, uint32_t how)
{
	(void)unused;
	(void)lane;
	(void)how;
	return 0;
}

static uos_sched_next_fn *volatile measured;

static uint64_t count(uos_sched_next_fn *function, uint32_t how)
{
	uint64_t start;

	measured = function;
	start = instructions();
	measured(pool, 0, how);
	return instructions() - start;
}

static void report(const char *name, uint64_t counted)
{
	print("cost ");
	print(name);
	print(" ");
	print_number(counted - count(nothing, 0) + 1);	/* its one instruction is the ret */
	print("\n");
}

static uint64_t add_one(struct uos_sched_pool *in, uint32_t lane, uint32_t how)
{
	(void)how;
	return add(in, lane, lane, 32, 0x2000);
}

static uint64_t wake_one(struct uos_sched_pool *in, uint32_t lane, uint32_t number)
{
	return wake(in, lane, lane, number);
}

static void next_rows(void)
{
	prepare();
	wake(pool, 0, 0, 2);
	report("yield_to_another", count(next, UOS_SCHED_YIELD));
	prepare();
	next(pool, 0, UOS_SCHED_YIELD);
	report("yield_alone", count(next, UOS_SCHED_YIELD));
	prepare();
	wake(pool, 0, 0, 2);
	report("block_to_another", count(next, UOS_SCHED_BLOCK));
	prepare();
	wake(pool, 0, 0, 2);
	report("exit_to_another", count(next, UOS_SCHED_EXIT));
	prepare();
	report("block_to_idle", count(next, UOS_SCHED_BLOCK));
}

/* Through a wrapper each, whose few instructions are counted too. */
static void other_rows(void)
{
	prepare();
	wake(pool, 0, 0, 2);
	report("wake_beside_another", count(wake_one, 3));
	prepare();
	wake(pool, 0, 0, 2);
	next(pool, 0, UOS_SCHED_BLOCK);
	report("wake_after_another", count(wake_one, 3));
	prepare();
	next(pool, 0, UOS_SCHED_EXIT);
	wake(pool, 0, 0, 2);
	next(pool, 0, UOS_SCHED_PICK);
	report("add", count(add_one, 0));
}

void cost_main(void);

void cost_main(void)
{
	add = entry(UOS_SCHED_ENTRY_ADD);
	wake = entry(UOS_SCHED_ENTRY_WAKE);
	next = entry(UOS_SCHED_ENTRY_NEXT);
	next_rows();
	other_rows();
	*FINISHER = 0x5555;
}
