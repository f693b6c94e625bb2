// SPDX-License-Identifier: MIT
/*
 * Cases of several harts: that no post and no wake-up is lost, whichever
 * accesses meet. Posters on the other harts post a vector of their own and
 * wait until hart 0 acknowledges it before they post again, so one lost post
 * stops everything, and a case fails if nothing happens for long.
 *
 * A host with other work hands over between harts slowly, so a case ends after
 * a while even if it has not done all its rounds.
 */
#include "harness.h"

#define RECEIVER 33

/* Rounds that are enough at once, and those that there must be. */
#define ROUNDS 3000
#define ROUNDS_LEAST 15

/* Ticks of 100 ns: after which a case has run enough, and gives up. */
#define WHILE_TICKS 5000000ull
#define PATIENCE_TICKS 250000000ull

static volatile uint32_t acknowledged[HART_COUNT];
static volatile uint32_t posted[HART_COUNT];
static volatile bool stop;
static uint64_t case_start, last_progress;

/* Let other harts run: by waiting under -icount, where a poll would not. */
static void relax(void)
{
	if (!(parameters->features & HAS_ICOUNT))
		return;
	timer_set(this_hart()->id, time_now() + 10);
	csr_set(CSR_MIE, MTI);
	__asm__ volatile("wfi");
	csr_clear(CSR_MIE, MTI);
}

enum means { BY_SEND, BY_HIGH, BY_UIPI_SEND, BY_UIPI_WRITE };
static enum means means;

static void post(ureg id)
{
	switch (means) {
	case BY_SEND:
		uintc_write(RECEIVER, UINTC_SEND, id);
		break;
	case BY_HIGH:
		uintc_write(RECEIVER, UINTC_HIGH, (uint64_t)1 << id);
		break;
	case BY_UIPI_SEND:
		uipi_send(id);
		break;
	case BY_UIPI_WRITE:
		uipi_write((ureg)1 << id);
		break;
	}
}

static void poster(void)
{
	ureg id = this_hart()->id;

	csr_write(CSR_SUIST, suist_value());
	csr_write(CSR_SUIRS, SUIRS_ENABLE | RECEIVER);
	for (uint32_t i = 0; i < ROUNDS && !stop; i++) {
		__atomic_store_n(&posted[id], i + 1, __ATOMIC_SEQ_CST);
		post(id);
		while (acknowledged[id] != i + 1 && !stop)
			relax();
	}
}

static void start_posters(enum means by)
{
	means = by;
	stop = false;
	case_start = last_progress = time_now();
	csr_write(CSR_SUIST, suist_value());
	csr_write(CSR_SUIRS, SUIRS_ENABLE | RECEIVER);
	uintc_write(RECEIVER, UINTC_LOW, 2);
	for (ureg id = 1; id < parameters->harts; id++) {
		acknowledged[id] = posted[id] = 0;
		sender_table[id] = sender_entry(RECEIVER, id);
	}
	for (ureg id = 1; id < parameters->harts; id++)
		hart_start(id, poster);
}

/* Whether each poster has had rounds enough. */
static bool enough(void)
{
	uint32_t wanted = time_now() - case_start < WHILE_TICKS ? ROUNDS
								: ROUNDS_LEAST;

	for (ureg id = 1; id < parameters->harts; id++)
		if (acknowledged[id] < wanted)
			return false;
	return true;
}

static bool patient(void)
{
	return time_now() - last_progress < PATIENCE_TICKS;
}

/* Acknowledge what PENDING holds; a vector that nobody posted is an error. */
static bool acknowledge(uint64_t pending)
{
	for (ureg id = 1; id < parameters->harts; id++) {
		if (pending >> id & 1) {
			if (posted[id] != acknowledged[id] + 1)
				return false;
			acknowledged[id]++;
			last_progress = time_now();
			pending &= ~((uint64_t)1 << id);
		}
	}
	return pending == 0;
}

static void join_posters(bool good)
{
	bool done = enough();

	stop = true;
	for (ureg id = 1; id < parameters->harts; id++)
		hart_join(id);
	CHECK(good);
	CHECK(done);
}

/* --- U14: accesses are atomic --------------------------------------------- */

static void collect_by_polling(enum means by, bool through_uipi)
{
	bool good = true;

	start_posters(by);
	while (good && !enough() && patient()) {
		good = acknowledge(through_uipi
					   ? uipi_read()
					   : uintc_read(RECEIVER, UINTC_HIGH));
		relax();
	}
	join_posters(good);
}

CASE(no_send_is_lost, HAS_ALL, 2, "U14")
{
	collect_by_polling(BY_SEND, false);
}

CASE(no_or_is_lost, HAS_ALL, 2, "U14")
{
	collect_by_polling(BY_HIGH, false);
}

CASE(no_uipi_send_is_lost, HAS_ALL, 2, "U14 I1")
{
	collect_by_polling(BY_UIPI_SEND, true);
}

CASE(no_uipi_write_is_lost, HAS_ALL, 2, "U14 I3")
{
	collect_by_polling(BY_UIPI_WRITE, true);
}

CASE(uipi_and_mmio_are_atomic, HAS_ALL, 2, "U14 I2")
{
	collect_by_polling(BY_UIPI_SEND, false);
}

/* --- U15: no lost wake-up ------------------------------------------------- */

static bool wake_good;

/* Hart 0's handler in U mode: clear, then read, as the specification says. */
static bool collect_in_handler(struct hart *hart, struct frame *frame)
{
	(void)frame;
	csr_clear(CSR_UIP, USI);
	wake_good = wake_good && acknowledge(uipi_read());
	hart->trap_count = 0;
	timer_set(hart->id, time_now() + PATIENCE_TICKS);
	return wake_good && !enough();
}

/* Sleeps in U mode; only a user interrupt, or the timer, ends it. */
static ureg sleep_in_u(ureg argument)
{
	for (;;)
		__asm__ volatile("wfi");
	return argument;
}

static void collect_by_interrupt(enum means by)
{
	struct hart *hart = this_hart();

	wake_good = true;
	hart->hooks[MODE_U] = collect_in_handler;
	csr_write(CSR_SIDELEG, USI);
	csr_write(CSR_MIE, USI | MTI);
	csr_set(CSR_USTATUS, STATUS_UIE);
	timer_set(hart->id, time_now() + PATIENCE_TICKS);
	start_posters(by);
	uintc_write(RECEIVER, UINTC_LOW, uintc_low(0));
	run(MODE_U, sleep_in_u, 0);
	csr_write(CSR_MIE, 0);
	join_posters(wake_good);
}

CASE(no_wake_up_is_lost, HAS_ALL, 2, "U15 U13 T17")
{
	collect_by_interrupt(BY_SEND);
}

CASE(no_wake_up_by_uipi_is_lost, HAS_ALL, 2, "U15 U13 T17")
{
	collect_by_interrupt(BY_UIPI_SEND);
}

/* --- C13, U13: mip of a hart that others write ---------------------------- */

/*
 * Hart 0 clears USIP by a swap that also gives the old value. A post between
 * the read and the write of a swap that isn't atomic clears USIP unseen.
 */
CASE(usip_swap_is_atomic, HAS_ALL, 2, "U13 C13")
{
	bool good = true;

	start_posters(BY_SEND);
	uintc_write(RECEIVER, UINTC_LOW, uintc_low(0));
	csr_write(CSR_SIDELEG, USI);
	while (good && !enough() && patient()) {
		ureg old;

		__asm__ volatile("csrrc %0, %1, %2"
				 : "=r"(old)
				 : "i"(CSR_UIP), "r"(USI)
				 : "memory");
		if (old & USI)
			good = acknowledge(uintc_read(RECEIVER, UINTC_HIGH));
		relax();
	}
	join_posters(good);
}

/* Other bits of mip change on the hart itself while posts arrive. */
CASE(usip_survives_writes_of_mip, HAS_ALL, 2, "U13 C14")
{
	bool good = true;

	start_posters(BY_UIPI_SEND);
	uintc_write(RECEIVER, UINTC_LOW, uintc_low(0));
	while (good && !enough() && patient()) {
		csr_set(CSR_SIP, UTI);
		csr_set(CSR_MIP, SSI);
		csr_clear(CSR_SIP, UTI);
		csr_clear(CSR_MIP, SSI);
		if (csr_read(CSR_MIP) & USI) {
			csr_clear(CSR_MIP, USI);
			good = acknowledge(uintc_read(RECEIVER, UINTC_HIGH));
		}
		relax();
	}
	join_posters(good);
}

/* --- U10: switching a context out and in loses nothing -------------------- */

CASE(no_post_is_lost_while_parked, HAS_ALL, 2, "U10 U11 U14")
{
	bool good = true;

	start_posters(BY_UIPI_SEND);
	while (good && !enough() && patient()) {
		uintc_write(RECEIVER, UINTC_LOW, uintc_low(0));
		if (csr_read(CSR_MIP) & USI) {
			csr_clear(CSR_SIP, USI);
			good = acknowledge(uintc_read(RECEIVER, UINTC_HIGH));
		}
		uintc_write(RECEIVER, UINTC_ACTIVE, 0);
		csr_clear(CSR_SIP, USI);
		relax();
	}
	join_posters(good);
}

/* --- between U modes ------------------------------------------------------ */

#define BALLS 500
static volatile uint32_t ball_count;

static bool game_over(void)
{
	return ball_count >= BALLS || (time_now() - case_start > WHILE_TICKS &&
				       ball_count >= ROUNDS_LEAST);
}

/* Each handler returns the ball to the other side: entry 0 is the other's. */
static bool return_ball(struct hart *hart, struct frame *frame)
{
	(void)frame;
	csr_clear(CSR_UIP, USI);
	if (uipi_read() & 1) {
		__atomic_fetch_add(&ball_count, 1, __ATOMIC_SEQ_CST);
		uipi_send(hart->id);
	}
	hart->trap_count = 0;
	timer_set(hart->id, time_now() + PATIENCE_TICKS);
	return !game_over();
}

static void play(void)
{
	struct hart *hart = this_hart();

	hart->hooks[MODE_U] = return_ball;
	csr_write(CSR_SUIST, suist_value());
	csr_write(CSR_SUIRS, SUIRS_ENABLE | (RECEIVER + hart->id));
	csr_write(CSR_SIDELEG, USI);
	csr_write(CSR_MIE, USI | MTI);
	csr_set(CSR_USTATUS, STATUS_UIE);
	timer_set(hart->id, time_now() + PATIENCE_TICKS);
	uintc_write(RECEIVER + hart->id, UINTC_LOW, uintc_low(hart->id));
	run(MODE_U, sleep_in_u, 0);
	csr_write(CSR_MIE, 0);
}

CASE(ping_pong_between_users, HAS_ALL, 2, "I1 I2 U15")
{
	ball_count = 0;
	case_start = time_now();
	sender_table[0] = sender_entry(RECEIVER + 1, 0);
	sender_table[1] = sender_entry(RECEIVER, 0);
	uintc_write(RECEIVER, UINTC_SEND, 0);
	hart_start(1, play);
	play();
	CHECK(game_over());
	/* The side that did not see the end still sleeps: wake it. */
	uintc_write(RECEIVER + 1, UINTC_SEND, 1);
	hart_join(1);
}
