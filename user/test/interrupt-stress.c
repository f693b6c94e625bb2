/*
 * interrupt-stress COMPLETIONS [SEED]: completions of all kinds against a thread that at
 * random is silent, armed, asleep, cut off or elsewhere.  Nothing may be lost: a watchdog
 * sees it, with where it was.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "abi/stats.h"
#include "interrupts.h"
#include "raw_ring.h"
#include "raw_thread.h"
#include "trap.h"

#define ENTRIES		64
#define BATCH_MAX	16
#define SPINNERS	3
#define WATCHDOG_TICKS	(30ull * 10000000)	/* virt's clock has 10 MHz */
#define VECTOR		3

enum way { COMPUTES, SLEEPS_IN_WFI, LOOKS_ITSELF, WAITS_IN_THE_KERNEL, IS_OFF_FOR_A_WHILE,
	   NAPS, WAYS };
static const char *const ways[] = { "computing", "in wfi", "looking itself",
				    "in io_uring_enter", "with UIE = 0", "napping" };

struct subject {
	struct interrupts interrupts;
	struct raw_ring ring;
	struct ring_interrupt registered;
	volatile uint32_t reaped;	/* ever */
	volatile bool busy, missed;
	uint64_t wanted, submitted, seed;
	bool polled;
	int64_t result;			/* of the setup; then the way in which one was lost + 1 */
	struct raw_thread thread;
};

static struct subject subjects[2];
static struct raw_thread spinners[SPINNERS];
static uint32_t over;

static uint64_t ticks_now(void)
{
	uint64_t ticks;

	__asm__ volatile("rdtime %0" : "=r"(ticks));
	return ticks;
}

static uint64_t random_of(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* ---- reaping ------------------------------------------------------------------------------ */

static void take_all(struct subject *it)
{
	struct io_uring_cqe cqe;

	while (raw_ring_take(&it->ring, &cqe))
		it->reaped++;
}

/* Whoever is at it already is told that there is more. */
static void reap(struct subject *it)
{
	if (it->busy) {
		it->missed = true;
		return;
	}
	it->busy = true;
	do {
		it->missed = false;
		do
			take_all(it);
		while (!ring_interrupt_arm(&it->registered, *it->ring.cq_head,
					   it->ring.cq_tail));
		it->busy = false;
		__asm__ volatile("" : : : "memory");
		/* one that came in between found it busy, and the word is good for one */
	} while (it->missed && (it->busy = true));
}

static void handler(struct interrupts *interrupts, uint64_t vectors)
{
	(void)vectors;
	reap((struct subject *)interrupts);
}

/* ---- one that is at work ------------------------------------------------------------------- */

static bool all_there(const struct subject *it)
{
	return it->reaped == (uint32_t)it->submitted;
}

static void submit(struct subject *it)
{
	static const struct __kernel_timespec times[] = {
		{ 0, 1000 }, { 0, 20000 }, { 0, 100000 }, { 0, 400000 },
	};
	uint64_t random = random_of(&it->seed);
	unsigned count = 1 + random % BATCH_MAX;

	for (unsigned i = 0; i < count; i++) {
		struct io_uring_sqe *sqe = raw_ring_sqe(&it->ring);

		sqe->opcode = IORING_OP_NOP;
		if ((random >> 8 & 63) < 4 && i == 0) {
			sqe->opcode = IORING_OP_TIMEOUT;
			sqe->addr = (uint64_t)&times[random >> 16 & 3];
			sqe->len = 1;
		}
	}
	it->submitted += count;
	raw_ring_publish(&it->ring);
	if (!it->polled) {
		(void)raw_ring_enter(&it->ring, count, 0, 0);
		return;
	}
	/* full fence (e) */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(it->ring.sq_flags, __ATOMIC_RELAXED) & IORING_SQ_NEED_WAKEUP)
		(void)raw_ring_enter(&it->ring, 0, 0, IORING_ENTER_SQ_WAKEUP);
}

/* The idle steps of docs/uintr.md. */
static void sleep_in_wfi(struct subject *it)
{
	interrupts_off();
	if (!all_there(it) &&
	    __atomic_load_n(it->ring.cq_tail, __ATOMIC_ACQUIRE) == *it->ring.cq_head)
		user_wait_for_interrupt();
	interrupts_on();
}

static void be_off(struct subject *it)
{
	interrupts_off();
	for (unsigned n = random_of(&it->seed) % 4000; n; n--)
		__asm__ volatile("");
	if (random_of(&it->seed) % 4 == 0)
		trap0(SYS_sched_yield);
	interrupts_on();
}

/* One more is due: a wait for it ends. */
static bool may_wait(const struct subject *it)
{
	return !all_there(it) &&
	       __atomic_load_n(it->ring.cq_tail, __ATOMIC_ACQUIRE) != (uint32_t)it->submitted;
}

static void go_on(struct subject *it, enum way way)
{
	static const struct __kernel_timespec nap = { 0, 50000 };

	switch (way) {
	case COMPUTES:
		return;
	case SLEEPS_IN_WFI:
		sleep_in_wfi(it);
		return;
	case LOOKS_ITSELF:
		reap(it);
		return;
	case WAITS_IN_THE_KERNEL:
		/* UIE = 0: a handler that takes the last one on the way would leave nothing to
		 * wait for; its vector ends the wait instead */
		interrupts_off();
		if (may_wait(it))
			(void)raw_ring_enter(&it->ring, 0, 1, IORING_ENTER_GETEVENTS);
		interrupts_on();
		return;
	case IS_OFF_FOR_A_WHILE:
		be_off(it);
		return;
	default:
		trap3(SYS_nanosleep, (uint64_t)&nap, 0, 0);
	}
}

static bool round_of(struct subject *it)
{
	enum way way = random_of(&it->seed) % WAYS;
	uint64_t give_up;

	submit(it);
	give_up = ticks_now() + WATCHDOG_TICKS;
	while (!all_there(it)) {
		go_on(it, way);
		if (ticks_now() > give_up) {
			it->result = way + 1;
			return false;
		}
	}
	return true;
}

static void run(void *argument)
{
	struct subject *it = argument;
	const struct io_uring_params setup = {
		.flags = it->polled ? IORING_SETUP_SQPOLL : 0, .sq_thread_idle = 1,
	};

	it->interrupts.handler = handler;
	it->result = raw_ring_open(&it->ring, ENTRIES, &setup);
	if (!it->result)
		it->result = ring_interrupt_register(&it->registered, &it->ring, VECTOR);
	if (it->result)
		return;
	interrupts_begin(&it->interrupts);
	reap(it);
	interrupts_on();
	while (it->submitted < it->wanted && round_of(it))
		;
	interrupts_off();
	raw_ring_close(&it->ring);
}

/* Others who want the harts: they cut off, and drive away. */
static void spin(void *argument)
{
	uint64_t seed = (uint64_t)argument;

	while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
		for (unsigned n = random_of(&seed) % 200000; n; n--)
			__asm__ volatile("");
		if (random_of(&seed) % 4 == 0)
			trap0(SYS_sched_yield);
		else
			uos_sys_sleep_ns(random_of(&seed) % 2000000);
	}
}

static bool tell(const struct subject *it)
{
	const char *what = it->result <= 0 ? "" : ways[it->result - 1];

	printf("%s: %llu submitted, %u reaped, %llu interrupts%s%s\n",
	       it->polled ? "polled" : "entered", (unsigned long long)it->submitted, it->reaped,
	       (unsigned long long)it->interrupts.entries,
	       it->result ? ": LOST while " : "", what);
	return it->result == 0 && it->reaped == (uint32_t)it->submitted;
}

int main(int argc, char *argv[])
{
	uint64_t wanted = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	bool right = true;

	for (unsigned i = 0; i < SPINNERS; i++)
		if (raw_thread_start(&spinners[i], spin, (void *)(seed * 977 + i + 1),
				     UOS_LEVEL_INHERIT))
			return 1;
	for (unsigned i = 0; i < 2; i++) {
		subjects[i].polled = i;
		subjects[i].wanted = wanted / 2;
		subjects[i].seed = seed * 0x9e3779b97f4a7c15 + i + 1;
		if (raw_thread_start(&subjects[i].thread, run, &subjects[i], UOS_LEVEL_INHERIT))
			return 1;
	}
	for (unsigned i = 0; i < 2; i++)
		raw_thread_join(&subjects[i].thread);
	__atomic_store_n(&over, 1, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < SPINNERS; i++)
		raw_thread_join(&spinners[i]);
	for (unsigned i = 0; i < 2; i++)
		right &= tell(&subjects[i]);
	return !right;
}
