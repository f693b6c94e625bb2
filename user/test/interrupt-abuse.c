/*
 * interrupt-abuse: programs that misuse user interrupts, one after another, beside one that
 * does its part: each hurts itself alone.
 *
 *	interrupt-abuse		runs all
 *	interrupt-abuse KIND	is one of them
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <uos.h>

#include "check.h"
#include "interrupts.h"
#include "raw_ring.h"
#include "raw_thread.h"
#include "trap.h"

#define MS		1000000ull
#define ROUNDS		3000
#define NOWHERE		0x123456000ull
#define KERNEL		0xffffffff80200000ull

static struct interrupts interrupts;
static struct raw_thread thread;
static struct raw_ring ring;
static struct ring_interrupt registered;

/* ---- the misuse, each on a bare thread ---------------------------------------------------- */

static void handler_faults(struct interrupts *it, uint64_t vectors)
{
	(void)it, (void)vectors;
	*(volatile uint64_t *)NOWHERE = 1;
}

static void handler_stays(struct interrupts *it, uint64_t vectors)
{
	(void)it, (void)vectors;
	for (;;)
		;
}

/* What it stands for is never done with. */
static void handler_rings_again(struct interrupts *it, uint64_t vectors)
{
	(void)it;
	uipi_write(vectors);
}

static void handler_nothing(struct interrupts *it, uint64_t vectors)
{
	(void)it, (void)vectors;
}

static void begin(void (*handler)(struct interrupts *, uint64_t))
{
	(void)raw_ring_open(&ring, 8, NULL);
	(void)ring_interrupt_register(&registered, &ring, 1);
	interrupts.handler = handler;
	interrupts_begin(&interrupts);
}

static void ring_myself(void)
{
	interrupts_on();
	uipi_write(2);
	for (;;)
		;
}

static void do_fault(void *unused)
{
	(void)unused;
	begin(handler_faults);
	ring_myself();
}

static void do_never(void *unused)
{
	(void)unused;
	begin(handler_stays);
	ring_myself();
}

static void do_again(void *unused)
{
	(void)unused;
	begin(handler_rings_again);
	ring_myself();
}

static void do_nowhere(void *unused)
{
	(void)unused;
	begin(handler_nothing);
	user_csr_write(CSR_UTVEC, NOWHERE);
	ring_myself();
}

static void do_kernel(void *unused)
{
	(void)unused;
	begin(handler_nothing);
	user_csr_write(CSR_UTVEC, KERNEL);
	ring_myself();
}

/* Back to where there is nothing. */
static void do_return(void *unused)
{
	(void)unused;
	begin(handler_nothing);
	user_csr_write(CSR_UEPC, KERNEL);
	__asm__ volatile(".word 0x00200073" : : : "memory");
}

/* The supervisor's: whom it is delegated to, which table, which receiver. */
static void do_sideleg(void *unused)
{
	(void)unused;
	begin(handler_nothing);
	__asm__ volatile("csrw 0x103, %0" : : "r"(~0ull) : "memory");
}

static void do_suist(void *unused)
{
	(void)unused;
	begin(handler_nothing);
	__asm__ volatile("csrw 0x1b0, %0" : : "r"(~0ull) : "memory");
}

static void do_suirs(void *unused)
{
	(void)unused;
	begin(handler_nothing);
	__asm__ volatile("csrw 0x1b1, %0" : : "r"(1ull << 63) : "memory");
}

/* An encoding next to those of uipi. */
static void do_encoding(void *unused)
{
	(void)unused;
	begin(handler_nothing);
	__asm__ volatile(".insn r 0x7b, 6, 5, x0, x0, x0" : : : "memory");
}

/* Asks for nothing, and uses all of it. */
static void do_unregistered(void *unused)
{
	(void)unused;
	interrupts_begin(&interrupts);
	user_csr_write(CSR_UTVEC, NOWHERE);
	interrupts_on();
	for (uint64_t i = 0; i < 1000; i++) {
		uipi_send(i);
		uipi_write(~0ull);
		user_csr_set(CSR_UIP, ~0ull);
		uipi_activate();
		if (uipi_read() != 0)
			return;		/* the wanted end is another one */
		if (i % 100 == 0)
			user_wait_for_interrupt();
	}
	*(volatile uint64_t *)NOWHERE = 1;
}

/* The words that the kernel reads are anything, while it completes. */
static void do_words(void *unused)
{
	uint64_t random = 88172645463325252ull;

	(void)unused;
	begin(handler_nothing);
	interrupts_on();
	for (unsigned i = 0; i < 20000; i++) {
		random ^= random << 13, random ^= random >> 7, random ^= random << 17;
		*registered.cq_event = (uint32_t)random;
		if (i % 16 == 0)
			*ring.cq_head = (uint32_t)(random >> 32);
		raw_ring_sqe(&ring)->opcode = IORING_OP_NOP;
		raw_ring_publish(&ring);
		(void)raw_ring_enter(&ring, 1, 0, i % 3 ? 0 : IORING_ENTER_GETEVENTS);
	}
	*(volatile uint64_t *)NOWHERE = 1;
}

/* Registrations with anything in their structs. */
static void do_registrations(void *unused)
{
	uint64_t random = 88172645463325252ull;

	(void)unused;
	begin(handler_nothing);
	for (unsigned i = 0; i < 3000; i++) {
		uint64_t words[4] = { 0 };

		random ^= random << 13, random ^= random >> 7, random ^= random << 17;
		words[0] = random % 7 ? random >> 40 : random;
		words[1] = random % 5 ? 0 : random << 20;
		(void)trap6(SYS_io_uring_register, (uint64_t)(i % 2 ? ring.fd : UOS_RING_FD),
			    UOS_REGISTER_BASE + random % 8, random % 11 ? (uint64_t)words : random,
			    random % 13 ? 1 : random, 0, 0);
		uipi_send(random % 1024);
	}
	*(volatile uint64_t *)NOWHERE = 1;
}

#define ILLEGAL		ABI_SIGILL
#define FAULT		ABI_SIGSEGV
#define STAYS		SIGKILL

static const struct kind {
	const char *name;
	void (*run)(void *);
	int signal;			/* that ends it; STAYS: somebody has to */
} kinds[] = {
	{ "fault", do_fault, FAULT },
	{ "never", do_never, STAYS },
	{ "again", do_again, STAYS },
	{ "nowhere", do_nowhere, FAULT },
	{ "kernel", do_kernel, FAULT },
	{ "return", do_return, FAULT },
	{ "sideleg", do_sideleg, ILLEGAL },
	{ "suist", do_suist, ILLEGAL },
	{ "suirs", do_suirs, ILLEGAL },
	{ "encoding", do_encoding, ILLEGAL },
	{ "unregistered", do_unregistered, FAULT },
	{ "words", do_words, FAULT },
	{ "registrations", do_registrations, FAULT },
};

static int be(const struct kind *kind)
{
	if (raw_thread_start(&thread, kind->run, NULL, UOS_LEVEL_INHERIT))
		return 1;
	raw_thread_join(&thread);
	return 0;
}

/* ---- beside it ---------------------------------------------------------------------------------- */

/* One that does its part: reads, whose completions interrupt it where that is possible. */
static bool does_its_part(void)
{
	char bytes[16];
	int fd = uos_open("/dev/zero", O_RDONLY, 0);
	bool all = fd >= 0;

	for (unsigned i = 0; i < ROUNDS / 100 && all; i++) {
		all = uos_read(fd, bytes, sizeof(bytes), 0) == sizeof(bytes);
		uos_yield();
	}
	all = all && uos_sleep_ns(2 * MS) == 0;
	uos_close(fd);
	return all;
}

static void check_kind(const struct kind *kind)
{
	char *const argv[] = { "interrupt-abuse", (char *)kind->name, NULL };
	pid_t pid = uos_process_spawn("/bin/interrupt-abuse", argv, NULL);
	int status = 0;
	char name[64];

	snprintf(name, sizeof(name), "beside %s", kind->name);
	check_true(name, pid > 0);
	for (unsigned i = 0; i < 3; i++)
		check_true(name, does_its_part());
	if (kind->signal == STAYS)
		uos_kill(pid, SIGKILL);
	check_equal(kind->name, uos_process_wait(pid, &status), 0);
	check_equal(kind->name, WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status),
		    kind->signal);
}

int main(int argc, char *argv[])
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (argc < 2)
			check_kind(&kinds[i]);
		else if (strcmp(argv[1], kinds[i].name) == 0)
			return be(&kinds[i]);
	}
	return check_summary();
}
