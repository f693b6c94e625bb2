/*
 * interrupt-sweep: at which instructions of libuos's critical code an interrupt has come.
 *
 *	interrupt-sweep ROUNDS SEED [alone]
 *
 * A coroutine makes all the usual calls, ROUNDS times, while a more urgent one sleeps for
 * odd times and is woken by interrupts.  Where they come is noted before libuos's handler
 * runs, and printed as a map: a bit for each halfword from __uos_critical_start on.  With `alone`
 * the urgent one is left out: that run shows which instructions the calls execute.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <uos.h>

#include "abi/interrupt.h"
#include "check.h"

#define NAP_NS_MIN	300u
#define NAP_NS_MORE	9000u
#define LINE_BYTES	48u

extern const char __uos_critical_start[], __uos_critical_end[];
void sweep_entry(void);
void uos_interrupt_entry(void);

uint8_t sweep_seen[64 * 1024];		/* a byte for each halfword */
uint64_t sweep_words, sweep_interrupts;
static bool finished;
static uint64_t naps;
static uint32_t random_state;

/* Notes uepc, and goes on where the interrupt was to go. */
__asm__(".text\n"
	".option push\n"
	".option arch, +zicsr\n"
	".balign 4\n"
	"sweep_entry:\n"
	"	addi sp, sp, -32\n"
	"	sd t0, 0(sp)\n"
	"	sd t1, 8(sp)\n"
	"	la t1, sweep_interrupts\n"
	"	ld t0, 0(t1)\n"
	"	addi t0, t0, 1\n"
	"	sd t0, 0(t1)\n"
	"	csrr t0, 0x041\n"
	"	la t1, __uos_critical_start\n"
	"	sub t0, t0, t1\n"
	"	srli t0, t0, 1\n"
	"	la t1, sweep_words\n"
	"	ld t1, 0(t1)\n"
	"	bgeu t0, t1, 1f\n"
	"	la t1, sweep_seen\n"
	"	add t0, t0, t1\n"
	"	li t1, 1\n"
	"	sb t1, 0(t0)\n"
	"1:	ld t0, 0(sp)\n"
	"	ld t1, 8(sp)\n"
	"	addi sp, sp, 32\n"
	"	j uos_interrupt_entry\n"
	".option pop\n");

static void enter_here(void)
{
	__asm__ volatile(".option push\n"
			 ".option arch, +zicsr\n"
			 "csrw %0, %1\n"
			 ".option pop" : : "i"(CSR_UTVEC), "r"(sweep_entry));
}

static uint32_t random_next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

static void urgent(void *argument)
{
	(void)argument;
	uos_task_set_priority(NULL, 10);
	while (!finished) {
		uos_sleep_ns(NAP_NS_MIN + random_next() % NAP_NS_MORE);
		naps++;
	}
}

/* ---- the usual calls ------------------------------------------------------------- */

static struct uos_mutex mutex;
static struct uos_event event;
static struct uos_channel *channel;
static uint64_t received;

static void child(void *argument)
{
	uint64_t value;

	(void)argument;
	uos_mutex_lock(&mutex);
	uos_yield();
	uos_mutex_unlock(&mutex);
	uos_event_wait(&event);
	if (uos_channel_receive(channel, &value) == 0)
		/* an interrupt may end this turn in the midst of it */
		__atomic_fetch_add(&received, value, __ATOMIC_RELAXED);
}

/* From one interrupt to the next there are hundreds of instructions, to the digit: this
 * many more, up to 127, so that they do not always come at the same ones. */
static void run_nops(uint32_t count)
{
	void *end;

	__asm__ volatile("la %0, 1f\n\t"
			 "sub %0, %0, %1\n\t"
			 "jr %0\n\t"
			 ".option push\n\t"
			 ".option norvc\n\t"
			 ".rept 127\n\t"
			 "nop\n\t"
			 ".endr\n\t"
			 ".option pop\n"
			 "1:" : "=&r"(end) : "r"(4ul * (count % 128)));
}

static void round_of_calls(int zero)
{
	struct uos_task *one = uos_spawn(child, NULL), *other = uos_spawn(child, NULL);
	uint64_t value = 1;
	char byte;

	run_nops(random_next());
	check_true("spawned", one && other);
	uos_yield();
	uos_mutex_lock(&mutex);
	uos_mutex_unlock(&mutex);
	uos_event_set(&event);
	for (int i = 0; i < 2; i++) {
		check_equal("sent", uos_channel_send(channel, &value), 0);
		check_equal("read", uos_read(zero, &byte, 1, -1), 1);
	}
	check_equal("joined", uos_join(one), 0);
	check_equal("joined", uos_join(other), 0);
	uos_event_clear(&event);
	free(malloc(100));
}

static void print_seen(void)
{
	for (uint64_t i = 0; i < sweep_words; i++) {
		if (i % (4 * LINE_BYTES) == 0)
			printf("%smap ", i ? "\n" : "");
		if (i % 4 == 0)
			printf("%x", sweep_seen[i] | sweep_seen[i + 1] << 1 |
			       sweep_seen[i + 2] << 2 | sweep_seen[i + 3] << 3);
	}
	printf("\n");
}

int main(int count, char **arguments)
{
	uint64_t rounds = count > 1 ? strtoul(arguments[1], NULL, 10) : 1000;
	bool alone = count > 3;
	int zero = uos_open("/dev/zero", O_RDONLY, 0);
	struct uos_task *task = NULL;

	if (!uos_interrupts_kind())
		return 2;
	random_state = (count > 2 ? (uint32_t)strtoul(arguments[2], NULL, 10) : 0) * 2 + 1;
	sweep_words = (uint64_t)(__uos_critical_end - __uos_critical_start) / 2;
	check_true("fits", sweep_words + 4 <= sizeof(sweep_seen));
	channel = uos_channel_create(1, sizeof(uint64_t));
	enter_here();
	if (!alone)
		task = uos_spawn(urgent, NULL);
	for (uint64_t i = 0; i < rounds; i++)
		round_of_calls(zero);
	finished = true;
	if (task)
		check_equal("joined", uos_join(task), 0);
	check_equal("received", (int64_t)received, (int64_t)(2 * rounds));
	print_seen();
	printf("naps %lu interrupts %lu\n", (unsigned long)naps, (unsigned long)sweep_interrupts);
	return check_summary();
}
