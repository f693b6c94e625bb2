/*
 * spin-user [OPERATIONS]: a program that only spins on its completion queue, and
 * never enters the kernel, still gets its operations done: at the end of a slice
 * at the latest somebody serves its ring.
 *
 * It drives the ring that it was born with by hand, so nothing of libuos that
 * uses that ring may run meanwhile: it prints and ends by trap.
 */
#include <stdio.h>
#include <string.h>
#include <uos.h>

#include "auxiliary.h"
#include "program.h"

#define OPERATIONS_MAX	1000000
#define WAIT_NS		10000000000ull

static __attribute__((noreturn)) void finish(int status, const char *text)
{
	uos_sys_write(1, text, strlen(text), -1);
	uos_sys_exit(status);
}

/* Spins; false if nothing came in ten seconds. */
static bool spin_for_completion(struct uos_ring *ring)
{
	uint64_t start_ns = uos_clock_ns();

	while (!uos_ring_peek_cqe(ring))
		if (uos_clock_ns() - start_ns > WAIT_NS)
			return false;
	return true;
}

static uint64_t own_traps(void)
{
	struct uos_process_stats stats = { 0 };

	uos_sys_stats(UOS_STATS_PROCESSES, uos_sys_getpid(), &stats, sizeof(stats));
	return stats.traps_syscall;
}

int main(int argc, char *argv[])
{
	struct io_uring_params *params = (void *)auxiliary(UOS_AT_RING_PARAMS);
	uint64_t operations = 20, traps;
	struct uos_ring ring;
	char text[96];

	if (argc > 2 || (argc == 2 && !number_parse(argv[1], OPERATIONS_MAX, &operations)))
		return usage("spin-user [OPERATIONS]");
	if (!params)
		finish(1, "spin-user: the auxiliary vector names no ring\n");
	uos_ring_attach(&ring, (int)auxiliary(UOS_AT_RING_FD), params,
			(void *)auxiliary(UOS_AT_RING), (void *)auxiliary(UOS_AT_SQES));
	traps = own_traps();
	for (uint64_t i = 0; i < operations; i++) {
		struct io_uring_sqe *sqe = uos_ring_get_sqe(&ring);

		if (!sqe)
			finish(1, "spin-user: the queue is full\n");
		uos_prep_nop(sqe);
		sqe->user_data = 1000 + i;
		uos_ring_publish(&ring);
		if (!spin_for_completion(&ring))
			finish(1, "spin-user: no completion in ten seconds\n");
		if (uos_ring_peek_cqe(&ring)->user_data != 1000 + i)
			finish(1, "spin-user: not the completion that was asked for\n");
		uos_ring_cqe_seen(&ring);
	}
	/* own_traps() itself makes two. */
	traps = own_traps() - traps - 2;
	snprintf(text, sizeof(text), "%llu operations, %llu traps\n",
		 (unsigned long long)operations, (unsigned long long)traps);
	finish(traps != 0, text);
}
