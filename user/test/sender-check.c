/*
 * sender-check: user interrupts from thread to thread and from process to process, by the
 * bare instructions; who has no right to send; who is gone.
 *
 *	sender-check			runs all checks
 *	sender-check send FD COUNT	the child: sends COUNT times by that descriptor
 *	sender-check many		600 threads want a receiver: 511 get one
 *	sender-check flood FD COUNT	the child: the same without a pause
 *	sender-check forge		the child: sends by every index but its own
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <uos.h>

#include "abi/stats.h"
#include "check.h"
#include "interrupts.h"
#include "raw_ring.h"
#include "raw_thread.h"
#include "trap.h"

#define MS		1000000ull
#define VECTOR		7
#define SENDER_NONE	400

/* Where the thread that receives waits for the next vector. */
enum place { COMPUTES, SLEEPS_IN_WFI, WAITS_IN_THE_KERNEL, PLACES };
static const char *const place_names[] = { "computes", "wfi", "waits in the kernel" };

struct subject {
	struct interrupts interrupts;
	uint64_t vectors, handled;
	int32_t fd;
	uint32_t place;			/* enum place */
	uint32_t state;			/* STARTED ... */
	int64_t enter_result;
	struct raw_thread thread;
};
enum { NEW, READY, OVER };

static struct subject subject;

static int64_t ask(uint32_t op, void *argument)
{
	return trap6(SYS_io_uring_register, UOS_RING_FD, op, (uint64_t)argument, 1, 0, 0);
}

static uint32_t load(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void rest(uint64_t ns)
{
	uos_sys_sleep_ns(ns);
}

/* Until *word is `wanted`; false: it takes too long. */
static bool comes(const uint64_t *word, uint64_t wanted)
{
	for (unsigned i = 0; i < 2000; i++) {
		if (__atomic_load_n(word, __ATOMIC_ACQUIRE) == wanted)
			return true;
		rest(MS);
	}
	return false;
}

/* ---- who receives --------------------------------------------------------------------------- */

static void handler(struct interrupts *interrupts, uint64_t vectors)
{
	struct subject *it = (struct subject *)interrupts;

	it->vectors |= vectors;
	__atomic_store_n(&it->handled, it->handled + 1, __ATOMIC_RELEASE);
}

static void wait_somehow(struct subject *it, struct raw_ring *ring)
{
	switch (load(&it->place)) {
	case COMPUTES:
		return;
	case SLEEPS_IN_WFI:
		interrupts_off();
		if (load(&it->state) == READY && load(&it->place) == SLEEPS_IN_WFI)
			user_wait_for_interrupt();
		interrupts_on();
		return;
	default:
		it->enter_result = raw_ring_enter(ring, 0, 1, IORING_ENTER_GETEVENTS);
	}
}

static void receive(void *argument)
{
	struct subject *it = argument;
	struct uos_register_receiver wanted = { .vector = VECTOR };
	struct raw_ring ring;

	it->fd = raw_ring_open(&ring, 8, NULL);
	it->fd = (int32_t)ask(UOS_REGISTER_RECEIVER, &wanted);
	if (it->fd == 0)
		it->fd = wanted.fd;
	it->interrupts.handler = handler;
	interrupts_begin(&it->interrupts);
	interrupts_on();
	__atomic_store_n(&it->state, READY, __ATOMIC_RELEASE);
	while (load(&it->state) == READY)
		wait_somehow(it, &ring);
	raw_ring_close(&ring);
}

static void begin(enum place place)
{
	memset(&subject, 0, sizeof(subject));
	subject.place = place;
	check_equal("thread", raw_thread_start(&subject.thread, receive, &subject,
					       UOS_LEVEL_INHERIT), 0);
	while (load(&subject.state) == NEW)
		rest(MS);
	check_true("receiver", subject.fd > 2);
}

/* By a last vector if it sleeps. */
static void end(uint64_t sender)
{
	__atomic_store_n(&subject.state, OVER, __ATOMIC_RELEASE);
	uipi_send(sender);
	raw_thread_join(&subject.thread);
}

static int64_t sender_of(int fd)
{
	struct uos_register_sender wanted = { .fd = fd };
	int64_t result = ask(UOS_REGISTER_SENDER, &wanted);

	return result ? result : (int64_t)wanted.sender;
}

static int64_t sender_free(int64_t sender)
{
	struct uos_register_sender wanted = { .fd = -1, .sender = (uint32_t)sender };

	return ask(UOS_UNREGISTER_SENDER, &wanted);
}

/* ---- within a process -------------------------------------------------------------------------- */

static void check_place(enum place place)
{
	int64_t sender;
	char name[64];

	begin(place);
	sender = sender_of(subject.fd);
	check_true("sender", sender >= 0);
	for (uint64_t i = 1; i <= 20; i++) {
		rest(MS);
		uipi_send((uint64_t)sender);
		snprintf(name, sizeof(name), "%s: %u", place_names[place], (unsigned)i);
		check_true(name, comes(&subject.handled, i));
	}
	check_equal("vector", (int64_t)subject.vectors, 1 << VECTOR);
	if (place == WAITS_IN_THE_KERNEL)
		check_equal("its wait", subject.enter_result, -EINTR);
	end((uint64_t)sender);
	check_equal("free", sender_free(sender), 0);
	check_equal("free again", sender_free(sender), -ENOENT);
	uos_sys_close(subject.fd);
}

/* ---- between processes --------------------------------------------------------------------------- */

static pid_t child_begin(const char *what, const char *first, const char *second, int fd)
{
	char *const argv[] = { "sender-check", (char *)what, (char *)first, (char *)second, NULL };
	const struct uos_spawn_file files[] = { { 0, 0 }, { 1, 1 }, { 2, 2 }, { fd, fd } };

	return uos_sys_process_spawn_files("/bin/sender-check", argv, NULL, files,
					   fd < 0 ? 3 : 4);
}

static int child(const char *what, const char *first, const char *second, int fd)
{
	int status = -1;
	pid_t pid = child_begin(what, first, second, fd);

	if (pid < 0 || uos_sys_process_wait(pid, &status) < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int do_send(int fd, unsigned count, uint64_t pause_ns)
{
	int64_t sender = sender_of(fd);

	for (unsigned i = 0; i < count && sender >= 0; i++) {
		uipi_send((uint64_t)sender);
		if (pause_ns)
			rest(pause_ns);
	}
	return sender < 0;
}

static int do_forge(void)
{
	struct uos_register_sender wanted = { .fd = -1 };
	struct uos_register_interrupt mine = { .vector = 1 };

	/* with a context, a table even, but no entry */
	(void)ask(UOS_REGISTER_INTERRUPT, &mine);
	(void)ask(UOS_REGISTER_SENDER, &wanted);
	for (uint64_t i = 0; i < 2000; i++)
		uipi_send(i);
	for (unsigned bit = 9; bit < 64; bit++) {
		uipi_send(1ull << bit);
		uipi_send(~0ull << bit);
	}
	return 0;
}

static void check_processes(enum place place)
{
	int64_t sender;
	char fd[16];

	begin(place);
	snprintf(fd, sizeof(fd), "%d", (int)subject.fd);
	check_equal("child", child("send", fd, "1", subject.fd), 0);
	check_true("from another process", comes(&subject.handled, 1));
	check_equal("child", child("send", fd, "50", subject.fd), 0);
	rest(20 * MS);
	check_true("many", subject.handled >= 2 && subject.handled <= 51);
	sender = sender_of(subject.fd);
	end((uint64_t)sender);
	check_equal("free", sender_free(sender), 0);
	uos_sys_close(subject.fd);
}

/* One that never stops: who is flooded handles what it can, we go on beside it, and when the
 * flooder is ended all is as before. */
static void check_flood(void)
{
	int64_t sender;
	uint64_t handled;
	int status = -1;
	char fd[16];
	pid_t pid;

	begin(COMPUTES);
	snprintf(fd, sizeof(fd), "%d", (int)subject.fd);
	pid = child_begin("flood", fd, "4000000000", subject.fd);
	check_true("flooder", pid > 0);
	for (unsigned i = 0; i < 2000 && load((uint32_t *)&subject.handled) < 10; i++)
		rest(MS);
	check_true("flooded", subject.handled >= 10);
	for (unsigned i = 0; i < 20; i++)
		rest(MS);
	uos_sys_kill(pid, SIGKILL);
	check_equal("end", uos_sys_process_wait(pid, &status), 0);
	rest(5 * MS);
	handled = subject.handled;
	rest(5 * MS);
	check_equal("silence", (int64_t)subject.handled, (int64_t)handled);
	sender = sender_of(subject.fd);
	uipi_send((uint64_t)sender);
	check_true("afterwards", comes(&subject.handled, handled + 1));
	end((uint64_t)sender);
	check_equal("free", sender_free(sender), 0);
	uos_sys_close(subject.fd);
}

/* ---- without a right ------------------------------------------------------------------------------- */

static void check_rights(void)
{
	struct uos_register_receiver receiver = { .vector = 64 };
	uint64_t handled;
	int64_t sender;

	check_equal("vector", ask(UOS_REGISTER_RECEIVER, &receiver), -EINVAL);
	receiver = (struct uos_register_receiver){ .flags = 1u << 2 };
	check_equal("flags", ask(UOS_REGISTER_RECEIVER, &receiver), -EINVAL);
	check_equal("no descriptor", sender_of(999), -EBADF);
	check_equal("no receiver", sender_of(1), -EINVAL);
	check_equal("nothing there", sender_free(SENDER_NONE), -ENOENT);
	begin(COMPUTES);
	check_equal("child", child("forge", NULL, NULL, -1), 0);
	rest(5 * MS);
	check_equal("forged", (int64_t)subject.handled, 0);
	sender = sender_of(subject.fd);
	for (uint64_t i = 0; i < 1000; i++)
		if (i != (uint64_t)sender)
			uipi_send(i);
	rest(5 * MS);
	check_equal("other entries", (int64_t)subject.handled, 0);
	/* the descriptor is closed: the right is gone, the index is still taken */
	uos_sys_close(subject.fd);
	uipi_send((uint64_t)sender);
	rest(5 * MS);
	check_equal("revoked", (int64_t)subject.handled, 0);
	check_equal("free", sender_free(sender), 0);
	end(SENDER_NONE);
	/* who is gone hears nothing, and it hurts nobody */
	begin(COMPUTES);
	sender = sender_of(subject.fd);
	end((uint64_t)sender);
	handled = subject.handled;
	for (unsigned i = 0; i < 100; i++)
		uipi_send((uint64_t)sender);
	check_equal("gone", (int64_t)subject.handled, (int64_t)handled);
	check_equal("free", sender_free(sender), 0);
	uos_sys_close(subject.fd);
}

/* ---- a full table, and all receivers taken ------------------------------------------------------------ */

#define MANY	600

struct crowd {
	uint32_t over;
	uint32_t told, refused, fds_count;
	int32_t fds[MANY];
};
static struct crowd crowd;

static void be_one_of_many(void *argument)
{
	struct uos_register_receiver wanted = { .vector = 1 };
	int64_t result = ask(UOS_REGISTER_RECEIVER, &wanted);

	(void)argument;
	if (result == 0)
		crowd.fds[__atomic_fetch_add(&crowd.fds_count, 1, __ATOMIC_RELAXED)] = wanted.fd;
	else if (result == -ENOSPC)
		__atomic_fetch_add(&crowd.refused, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&crowd.told, 1, __ATOMIC_RELEASE);
	while (!load(&crowd.over))
		trap6(SYS_futex, (uint64_t)&crowd.over, 128, 0, 0, 0, 0);
}

static uint64_t receivers_now(void)
{
	struct uos_system_stats stats = { 0 };

	(void)uos_sys_stats(UOS_STATS_SYSTEM, 0, &stats, sizeof(stats));
	return stats.receivers;
}

static void check_many(void)
{
	struct raw_thread *threads = aligned_alloc(16, MANY * sizeof(*threads));
	uint64_t before = receivers_now();

	memset(&crowd, 0, sizeof(crowd));
	for (unsigned i = 0; i < MANY; i++)
		check_equal("one of many", raw_thread_start(&threads[i], be_one_of_many, NULL,
							    UOS_LEVEL_INHERIT), 0);
	while (load(&crowd.told) < MANY)
		rest(MS);
	check_equal("receivers", (int64_t)receivers_now(), 511);
	check_equal("refused", crowd.refused, (int64_t)(MANY - (511 - before)));
	__atomic_store_n(&crowd.over, 1, __ATOMIC_RELEASE);
	trap6(SYS_futex, (uint64_t)&crowd.over, 129, MANY, 0, 0, 0);
	for (unsigned i = 0; i < MANY; i++)
		raw_thread_join(&threads[i]);
	for (unsigned i = 0; i < crowd.fds_count; i++)
		uos_sys_close(crowd.fds[i]);
	rest(5 * MS);
	check_equal("receivers afterwards", (int64_t)receivers_now(), (int64_t)before);
	free(threads);
}

static void check_full_table(void)
{
	int64_t sender = 0, first = -1, count = 0;

	begin(COMPUTES);
	for (;; count++) {
		sender = sender_of(subject.fd);
		if (sender < 0)
			break;
		if (first < 0)
			first = sender;
	}
	check_equal("full", sender, -ENOSPC);
	/* libuos may have one, for its doorbell */
	check_true("entries", count == UOS_INTERRUPT_SENDERS || count == UOS_INTERRUPT_SENDERS - 1);
	uipi_send(UOS_INTERRUPT_SENDERS - 1);
	check_true("the last one", comes(&subject.handled, 1));
	for (int64_t i = first; i < UOS_INTERRUPT_SENDERS; i++)
		if (sender_free(i))
			check_equal("free", i, -1);
	end(0);
	uos_sys_close(subject.fd);
}

/* ---- doorbells --------------------------------------------------------------------------------------- */

static void check_doorbell(void)
{
	const struct io_uring_params setup = { .flags = IORING_SETUP_SQPOLL, .sq_thread_idle = 1 };
	struct uos_register_doorbell bell = { 0 };
	struct uos_system_stats stats = { 0 };
	struct io_uring_cqe cqe;
	struct raw_ring ring;
	int64_t result;
	unsigned came = 0;

	(void)uos_sys_stats(UOS_STATS_SYSTEM, 0, &stats, sizeof(stats));
	check_equal("open", raw_ring_open(&ring, 8, &setup), 0);
	result = trap6(SYS_io_uring_register, (uint64_t)ring.fd, UOS_REGISTER_DOORBELL,
		       (uint64_t)&bell, 1, 0, 0);
	check_equal("doorbell", result,
		    stats.interrupts == UOS_INTERRUPTS_HARDWARE ? 0 : -EOPNOTSUPP);
	for (unsigned i = 0; i < 10 && result == 0; i++) {
		rest(5 * MS);
		raw_ring_sqe(&ring)->opcode = IORING_OP_NOP;
		raw_ring_publish(&ring);
		/* full fence (e), then the knock (i) */
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (load(ring.sq_flags) & IORING_SQ_NEED_WAKEUP)
			uipi_send(bell.sender);
		for (unsigned n = 0; n < 2000 && !raw_ring_take(&ring, &cqe); n++)
			rest(MS);
		came += cqe.res == 0;
	}
	check_equal("rung", came, result == 0 ? 10 : 0);
	raw_ring_close(&ring);
	if (result == 0)
		check_equal("free", sender_free(bell.sender), 0);
}

int main(int argc, char *argv[])
{
	if (argc == 4 && strcmp(argv[1], "send") == 0)
		return do_send((int)strtoul(argv[2], NULL, 10),
			       (unsigned)strtoul(argv[3], NULL, 10), MS / 4);
	if (argc == 4 && strcmp(argv[1], "flood") == 0)
		return do_send((int)strtoul(argv[2], NULL, 10),
			       (unsigned)strtoul(argv[3], NULL, 10), 0);
	if (argc == 2 && strcmp(argv[1], "forge") == 0)
		return do_forge();
	if (argc == 2 && strcmp(argv[1], "many") == 0) {
		check_many();
		return check_summary();
	}
	for (enum place place = COMPUTES; place < PLACES; place++) {
		check_place(place);
		check_processes(place);
	}
	check_flood();
	check_rights();
	check_full_table();
	check_doorbell();
	return check_summary();
}
