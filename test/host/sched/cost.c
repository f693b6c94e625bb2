/*
 * Guest instructions of a payload's entries, from the call to the return, one
 * line each: "cost NAME COUNT".  Under -icount shift=0 they are exact.  The rows
 * `..._among_N` are means of many calls while N tasks are ready, with deadlines of
 * all kinds.
 */
#include <stdbool.h>
#include <stdint.h>

#include "abi/sched.h"

#define UART		((volatile uint8_t *)0x10000000)
#define FINISHER	((volatile uint32_t *)0x100000)
#define POOL_BYTES	65536
#define TASKS		8
#define CROWD_MAX	100000
#define CROWD_LOOPS	2000
#define CROWD_BYTES	(sizeof(struct uos_sched_pool) + sizeof(struct uos_sched_lane) + \
			 (CROWD_MAX + 1) * sizeof(struct uos_sched_task))

extern const char payload_image[];

static struct uos_sched_view view;
static char pool_memory[POOL_BYTES] __attribute__((aligned(64)));
static char crowd_memory[CROWD_BYTES] __attribute__((aligned(64)));
static struct uos_sched_pool *const pool = (struct uos_sched_pool *)pool_memory;
static struct uos_sched_pool *const crowd = (struct uos_sched_pool *)crowd_memory;

static uos_sched_add_fn *add;
static uos_sched_wake_fn *wake;
static uos_sched_next_fn *next;
static uos_sched_set_priority_fn *set_priority;

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

static void view_clear(void)
{
	for (int i = 0; i < UOS_SCHED_VIEW_HARTS; i++) {
		view.hart[i].best_elsewhere = UOS_SCHED_LEVEL_NONE;
		view.hart[i].timebase_hz = 10000000;
	}
}

/* Every task blocked but task 1, which runs. */
static void prepare(void)
{
	uos_sched_init_fn *init = entry(UOS_SCHED_ENTRY_INIT);

	for (int i = 0; i < POOL_BYTES; i++)
		pool_memory[i] = 0;
	view_clear();
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

/* As many tasks, all ready but the one that runs. */
static void crowd_prepare(uint32_t tasks)
{
	uos_sched_init_fn *init = entry(UOS_SCHED_ENTRY_INIT);
	uint64_t *word = (uint64_t *)crowd_memory, random = 1;

	for (uint64_t i = 0; i < CROWD_BYTES / sizeof(*word); i++)
		word[i] = 0;
	view_clear();
	init(crowd, CROWD_BYTES, 1, &view);
	for (uint32_t i = 0; i < tasks; i++) {
		uint32_t number = add(crowd, 0, 0, 32, 0x1000 + i);

		random = random * 6364136223846793005ull + 1442695040888963407ull;
		set_priority(crowd, 0, number, 32, 1 + (random >> 40));
	}
	next(crowd, 0, UOS_SCHED_PICK);
}

static uint64_t crowd_yields(void)
{
	uint64_t start = instructions();

	for (uint32_t i = 0; i < CROWD_LOOPS; i++)
		next(crowd, 0, UOS_SCHED_YIELD);
	return (instructions() - start) / CROWD_LOOPS;
}

/* Blocks; who runs next wakes it. */
static uint64_t crowd_blocks(void)
{
	uint64_t start = instructions();

	for (uint32_t i = 0; i < CROWD_LOOPS; i++) {
		uint32_t number = crowd->lane[0].current;

		next(crowd, 0, UOS_SCHED_BLOCK);
		wake(crowd, 0, 0, number);
	}
	return (instructions() - start) / CROWD_LOOPS;
}

static void crowd_row(const char *name, uint64_t count)
{
	print("cost ");
	print(name);
	print(" ");
	print_number(count);
	print("\n");
}

static void crowd_rows(void)
{
	crowd_prepare(100);
	crowd_row("yield_among_100", crowd_yields());
	crowd_row("block_and_wake_among_100", crowd_blocks());
	crowd_prepare(CROWD_MAX);
	crowd_row("yield_among_100000", crowd_yields());
	crowd_row("block_and_wake_among_100000", crowd_blocks());
}

void cost_main(void);

void cost_main(void)
{
	add = entry(UOS_SCHED_ENTRY_ADD);
	wake = entry(UOS_SCHED_ENTRY_WAKE);
	next = entry(UOS_SCHED_ENTRY_NEXT);
	set_priority = entry(UOS_SCHED_ENTRY_SET_PRIORITY);
	next_rows();
	other_rows();
	crowd_rows();
	*FINISHER = 0x5555;
}
