/*
 * interrupt-check: completions as user interrupts, by the bare instructions, on threads
 * that libuos knows nothing of.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <uos.h>

#include "check.h"
#include "interrupts.h"
#include "raw_ring.h"
#include "raw_thread.h"
#include "registers.h"
#include "trap.h"

#define MS		1000000ull
#define ENTRIES		64
#define VECTOR		5

/* One thread, its ring, and what its handler saw. */
struct subject {
	struct interrupts interrupts;
	struct raw_ring ring;
	struct ring_interrupt registered;
	uint32_t reaped;		/* completions ever */
	uint64_t vectors;		/* all that came */
	bool reaps;			/* the handler does, and arms */
	uint32_t setup_flags;
	int64_t results[12];		/* of the thread, checked by main */
	unsigned result_count;
	struct raw_thread thread;
};

static struct subject subject;

static uint64_t time_now(void)
{
	uint64_t ticks;

	__asm__ volatile("rdtime %0" : "=r"(ticks));
	return ticks * 100;	/* of QEMU's virt: 10 MHz */
}

static void reap(struct subject *it)
{
	struct io_uring_cqe cqe;

	do {
		while (raw_ring_take(&it->ring, &cqe))
			it->reaped++;
	} while (!ring_interrupt_arm(&it->registered, *it->ring.cq_head, it->ring.cq_tail));
}

static void handler(struct interrupts *interrupts, uint64_t vectors)
{
	struct subject *it = (struct subject *)interrupts;

	it->vectors |= vectors;
	if (it->reaps)
		reap(it);
}

static void tell(struct subject *it, int64_t result)
{
	it->results[it->result_count++] = result;
}

/* Submits `count` NOPs, or timeouts of so many ns, and does not wait. */
static void submit(struct subject *it, unsigned count, const struct __kernel_timespec *time)
{
	uint32_t flags = it->setup_flags & IORING_SETUP_SQPOLL ? IORING_ENTER_SQ_WAKEUP : 0;

	for (unsigned i = 0; i < count; i++) {
		struct io_uring_sqe *sqe = raw_ring_sqe(&it->ring);

		sqe->opcode = time ? IORING_OP_TIMEOUT : IORING_OP_NOP;
		sqe->addr = (uint64_t)time;
		sqe->len = time != NULL;
	}
	raw_ring_publish(&it->ring);
	raw_ring_enter(&it->ring, count, 0, flags);
}

/* Computes until so many are reaped; the time is for a machine where nothing works. */
static bool compute_until(struct subject *it, uint32_t reaped)
{
	uint64_t give_up = time_now() + 5000 * MS;

	while (__atomic_load_n(&it->reaped, __ATOMIC_RELAXED) != reaped)
		if (time_now() > give_up)
			return false;
	return true;
}

static bool begin(struct subject *it)
{
	const struct io_uring_params setup = { .flags = it->setup_flags, .sq_thread_idle = 1 };
	int result = raw_ring_open(&it->ring, ENTRIES, &setup);

	it->interrupts.handler = handler;
	it->reaps = true;
	if (!result)
		result = ring_interrupt_register(&it->registered, &it->ring, VECTOR);
	tell(it, result);
	if (result)
		return false;
	interrupts_begin(&it->interrupts);
	reap(it);
	interrupts_on();
	return true;
}

/* ---- what it does ----------------------------------------------------------------------- */

static void do_compute(void *argument)
{
	static const struct __kernel_timespec soon = { 0, 3 * MS };
	struct subject *it = argument;
	uint64_t entries;

	if (!begin(it))
		return;
	/* while it computes, with every register in use */
	submit(it, 1, &soon);
	tell(it, (int64_t)float_all_check(0x1234500, time_now() / 100 + 20 * MS / 100));
	tell(it, it->reaped);
	tell(it, (int64_t)it->interrupts.entries);
	/* one at once, a burst, and several one after another */
	submit(it, 1, NULL);
	tell(it, compute_until(it, 2));
	entries = it->interrupts.entries;
	submit(it, 32, NULL);
	tell(it, compute_until(it, 34));
	tell(it, (int64_t)(it->interrupts.entries - entries));
	for (unsigned i = 0; i < 100; i++)
		submit(it, 1, NULL);
	tell(it, compute_until(it, 134));
	raw_ring_close(&it->ring);
}

static void do_suppress(void *argument)
{
	struct subject *it = argument;
	uint64_t entries;

	if (!begin(it))
		return;
	/* the handler does not arm: that one interrupt is all */
	it->reaps = false;
	entries = it->interrupts.entries;
	for (unsigned i = 0; i < 10; i++)
		submit(it, 1, NULL);
	tell(it, (int64_t)(it->interrupts.entries - entries));
	/* with UIE = 0 it comes later, and wfi ends by it */
	interrupts_off();
	it->reaps = true;
	reap(it);
	tell(it, it->reaped);
	entries = it->interrupts.entries;
	submit(it, 1, NULL);
	user_wait_for_interrupt();
	tell(it, (int64_t)(it->interrupts.entries - entries));
	interrupts_on();
	tell(it, compute_until(it, 11));
	tell(it, (int64_t)(it->interrupts.entries - entries));
	/* silent again, by its own wish */
	tell(it, trap6(SYS_io_uring_register, (uint64_t)it->ring.fd, UOS_UNREGISTER_INTERRUPT, 0,
		       0, 0, 0));
	entries = it->interrupts.entries;
	submit(it, 3, NULL);
	tell(it, (int64_t)(it->interrupts.entries - entries));
	raw_ring_close(&it->ring);
}

/* Sleeps in wfi between completions, whose time comes while nothing runs. */
static void do_idle(void *argument)
{
	static const struct __kernel_timespec soon = { 0, 1 * MS };
	struct subject *it = argument;
	bool all = true;

	if (!begin(it))
		return;
	for (uint32_t i = 1; i <= 20 && all; i++) {
		uint64_t give_up = time_now() + 5000 * MS;

		submit(it, 1, &soon);
		interrupts_off();
		while (it->reaped != i && all) {
			user_wait_for_interrupt();
			interrupts_on();
			interrupts_off();
			all = time_now() < give_up;
		}
		interrupts_on();
	}
	tell(it, it->reaped);
	raw_ring_close(&it->ring);
}

/* The own CSRs hold what was written, over waits and turns of others. */
static void do_keep(void *argument)
{
	static const struct __kernel_timespec soon = { 0, 1 * MS };
	struct subject *it = argument;
	bool same = true;
	uint64_t since;

	if (!begin(it))
		return;
	interrupts_off();
	user_csr_write(CSR_UTVAL, 0x123456789);
	user_csr_write(CSR_UCAUSE, 77);
	user_csr_write(CSR_UEPC, 0x4321);
	for (unsigned i = 0; i < 20; i++) {
		trap3(SYS_nanosleep, (uint64_t)&soon, 0, 0);
		trap0(SYS_sched_yield);
		same &= user_csr_read(CSR_UTVAL) == 0x123456789 &&
			user_csr_read(CSR_UCAUSE) == 77 && user_csr_read(CSR_UEPC) == 0x4320 &&
			user_csr_read(CSR_UTVEC) == (uint64_t)interrupts_entry &&
			user_csr_read(CSR_USCRATCH) == (uint64_t)&it->interrupts &&
			user_csr_read(CSR_UIE) == UIE_SOFTWARE &&
			(user_csr_read(CSR_USTATUS) & USTATUS_UIE) == 0;
	}
	tell(it, same);
	/* one's own, by uipi.write and by uip */
	uipi_write(1ull << 63 | 1);
	interrupts_on();
	tell(it, it->vectors == (1ull << 63 | 1));
	it->vectors = 0;
	user_csr_set(CSR_UIP, UIE_SOFTWARE);
	tell(it, (int64_t)it->interrupts.entries);
	/* deactivated it is told later */
	uipi_deactivate();
	uipi_write(2);
	tell(it, (int64_t)it->interrupts.entries);
	uipi_activate();
	tell(it, (int64_t)it->interrupts.entries);
	tell(it, (int64_t)it->vectors);
	/* what is pending ends wfi at once, UIE = 0 or not: else each would last till the
	 * slice's end */
	interrupts_off();
	uipi_write(4);
	since = time_now();
	for (unsigned i = 0; i < 500; i++)
		user_wait_for_interrupt();
	tell(it, time_now() - since < 2500 * MS);
	raw_ring_close(&it->ring);
}

/* ---- main ---------------------------------------------------------------------------------- */

static void run(void (*function)(void *), uint32_t setup_flags)
{
	memset(&subject, 0, sizeof(subject));
	subject.setup_flags = setup_flags;
	check_equal("thread", raw_thread_start(&subject.thread, function, &subject,
					       UOS_LEVEL_INHERIT), 0);
	raw_thread_join(&subject.thread);
}

static void expect(const char *name, const int64_t *wanted, unsigned count)
{
	char text[64];

	snprintf(text, sizeof(text), "%s: results", name);
	check_equal(text, subject.result_count, count);
	for (unsigned i = 0; i < count && i < subject.result_count; i++) {
		snprintf(text, sizeof(text), "%s: %u", name, i);
		check_equal(text, subject.results[i], wanted[i]);
	}
}
#define EXPECT(name, ...) ({						\
	static const int64_t wanted_[] = { __VA_ARGS__ };		\
	expect(name, wanted_, sizeof(wanted_) / sizeof(wanted_[0])); })

static void check_refusals(void)
{
	struct uos_register_interrupt wanted = { .vector = 64 };
	struct raw_ring ring;

	check_equal("open", raw_ring_open(&ring, ENTRIES, NULL), 0);
#define REGISTER(op, argument, count) \
	trap6(SYS_io_uring_register, (uint64_t)ring.fd, op, (uint64_t)(argument), count, 0, 0)
	check_equal("vector", REGISTER(UOS_REGISTER_INTERRUPT, &wanted, 1), -EINVAL);
	wanted = (struct uos_register_interrupt){ .flags = 1 };
	check_equal("flags", REGISTER(UOS_REGISTER_INTERRUPT, &wanted, 1), -EINVAL);
	wanted = (struct uos_register_interrupt){ .reserved = { 0, 1 } };
	check_equal("reserved", REGISTER(UOS_REGISTER_INTERRUPT, &wanted, 1), -EINVAL);
	wanted = (struct uos_register_interrupt){ .vector = 1 };
	check_equal("count", REGISTER(UOS_REGISTER_INTERRUPT, &wanted, 2), -EINVAL);
	check_equal("address", REGISTER(UOS_REGISTER_INTERRUPT, 0, 1), -EFAULT);
	check_equal("none", REGISTER(UOS_UNREGISTER_INTERRUPT, 0, 0), -ENXIO);
	check_equal("no such", REGISTER(UOS_REGISTER_END, &wanted, 1), -EINVAL);
	check_equal("no such", REGISTER(UOS_REGISTER_BASE - 1, &wanted, 1), -EINVAL);
	check_equal("once", REGISTER(UOS_REGISTER_INTERRUPT, &wanted, 1), 0);
	wanted = (struct uos_register_interrupt){ .vector = 1 };
	check_equal("twice", REGISTER(UOS_REGISTER_INTERRUPT, &wanted, 1), -EBUSY);
	check_equal("away", REGISTER(UOS_UNREGISTER_INTERRUPT, 0, 0), 0);
	raw_ring_close(&ring);
}

int main(void)
{
	check_refusals();
	run(do_compute, 0);
	EXPECT("compute", 0, 0, 1, 1, true, true, 1, true);
	check_equal("compute: vectors", (int64_t)subject.vectors, 1 << VECTOR);
	run(do_compute, IORING_SETUP_SQPOLL);
	check_equal("polled: reaped", subject.reaped, 134);
	run(do_suppress, 0);
	EXPECT("suppress", 0, 1, 10, 0, true, 1, 0, 0);
	run(do_idle, 0);
	EXPECT("idle", 0, 20);
	run(do_idle, IORING_SETUP_SQPOLL);
	EXPECT("idle, polled", 0, 20);
	run(do_keep, 0);
	EXPECT("keep", 0, true, true, 2, 2, 3, 2, true);
	return check_summary();
}
