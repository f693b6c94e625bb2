/*
 * interrupt-bench: guest instructions from a user interrupt to what it is for, by
 * rdinstret, on one hart (make bench).  Lines as those of bench.
 *
 * The sender is the program itself, by uipi.send; what the kernel sends arrives the same
 * way behind its sret.  Each number is the least of many: a timer interrupt in between is
 * not what is measured.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <uos.h>

#include "abi/interrupt.h"

#define TRIES	200u
#define VECTOR	1u

static int own;			/* a sender to ourselves */
static volatile uint64_t sent, arrived, returned;
static uint64_t least;
static struct uos_signal signal_set;
static volatile bool over;

static inline uint64_t instructions_now(void)
{
	uint64_t count;

	__asm__ volatile("rdinstret %0" : "=r"(count) : : "memory");
	return count;
}

static void row(const char *name)
{
	printf("bench %s %llu\n", name, (unsigned long long)least);
}

static void note(uint64_t count)
{
	if (count < least)
		least = count;
}

/* ---- to the first instruction of the handler ------------------------------------------- */

void bare_entry(void);
void uos_interrupt_entry(void);

/* The handler's first instruction reads the counter; t1 is the sender's to lose. */
__asm__(".text\n"
	".option push\n"
	".option arch, +zicsr\n"
	".balign 4\n"
	"bare_entry:\n"
	"	rdinstret t1\n"
	"	csrci 0x044, 1\n"
	"	.insn r 0x7b, 6, 1, t2, x0, x0\n"
	"	.word 0x00200073\n"
	".option pop\n");

static void handler_at(void (*entry)(void))
{
	__asm__ volatile(".option push\n\t"
			 ".option arch, +zicsr\n\t"
			 "csrw %0, %1\n\t"
			 ".option pop" : : "i"(CSR_UTVEC), "r"(entry));
}

static void to_handler(void)
{
	uint64_t before, inside;

	handler_at(bare_entry);
	least = ~0ull;
	for (unsigned i = 0; i < TRIES; i++) {
		__asm__ volatile("rdinstret %0\n\t"
				 ".insn r 0x7b, 6, 0, x0, %2, x0\n\t"
				 "mv %1, t1"
				 : "=&r"(before), "=r"(inside)
				 : "r"((uint64_t)own) : "t1", "t2", "memory");
		note(inside - before);
	}
	handler_at(uos_interrupt_entry);
	row("interrupt_to_handler");
}

/* ---- to the C handler, and back ----------------------------------------------------------- */

static void count_handler(void *argument)
{
	arrived = instructions_now();
	(void)argument;
}

static void to_c_and_back(void)
{
	uint64_t there = ~0ull;

	uos_interrupt_handle(VECTOR, count_handler, NULL);
	least = ~0ull;
	for (unsigned i = 0; i < TRIES; i++) {
		sent = instructions_now();
		uos_interrupt_send(own);
		returned = instructions_now();
		note(returned - sent);
		if (arrived - sent < there)
			there = arrived - sent;
	}
	row("interrupt_to_itself");
	least = there;
	row("interrupt_to_c");
	uos_interrupt_handle(VECTOR, NULL, NULL);
}

/* ---- to a more urgent coroutine -------------------------------------------------------------- */

static void urgent(void *argument)
{
	(void)argument;
	while (!over) {
		uos_signal_wait(&signal_set);
		arrived = instructions_now();
	}
}

static void to_coroutine(void)
{
	struct uos_task *task = uos_spawn(urgent, NULL);

	uos_task_set_priority(task, 10);
	uos_signal_on_interrupt(&signal_set, VECTOR);
	least = ~0ull;
	uos_yield();
	for (unsigned i = 0; i < TRIES; i++) {
		sent = instructions_now();
		uos_interrupt_send(own);
		note(arrived - sent);
	}
	row("interrupt_to_coroutine");
	over = true;
	uos_signal_set(&signal_set);
	uos_join(task);
}

/* ---- to another process and back ----------------------------------------------------------- */

#define LINK_FD		20
#define ROUND_TRIPS	500u

static int answer(void)
{
	struct uos_link *link = uos_link_open(LINK_FD);

	if (!link)
		return 1;
	while (uos_link_count(link) > 0)
		uos_link_add(link, 1);
	uos_link_close(link);
	return 0;
}

static void round_trips(struct uos_link *link, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uos_link_add(link, 1);
		uos_link_count(link);
	}
}

static int to_another_process(char *path)
{
	char *arguments[] = { path, "answer", NULL };
	struct uos_link *link = uos_link_create(1, sizeof(uint64_t));
	struct uos_spawn_file files[UOS_LINK_FILES];
	uint64_t start;
	pid_t pid;

	if (!link)
		return 1;
	uos_link_files(link, files, LINK_FD);
	pid = uos_process_spawn_files("/bin/interrupt-bench", arguments, NULL, files,
				      UOS_LINK_FILES);
	if (pid < 0)
		return 1;
	round_trips(link, ROUND_TRIPS);
	start = instructions_now();
	round_trips(link, ROUND_TRIPS);
	least = (instructions_now() - start) / ROUND_TRIPS;
	row("interrupt_round_trip");
	uos_link_close(link);
	return uos_process_wait(pid, NULL);
}

int main(int count, char **arguments)
{
	if (!uos_interrupts_kind())
		return 2;
	if (count > 1)
		return answer();
	own = uos_interrupt_sender(uos_interrupt_receiver(VECTOR));
	if (own < 0) {
		printf("interrupt-bench: no sender: %d\n", own);
		return 1;
	}
	to_handler();
	to_c_and_back();
	to_coroutine();
	return to_another_process(arguments[0]);
}
