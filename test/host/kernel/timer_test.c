/*
 * Timers of one hart against a plain sorted list: what is due fires in order and
 * never early, what is cancelled does not, and the clock is always programmed for
 * the first of what is left.
 */
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "kernel/api/wait.h"
#include "kernel/boot/sbi.h"
#include "kernel/riscv.h"
#include "kernel/task/hart.h"
#include "kernel/task/timer.h"

#define TIMERS		300u
#define TIMEBASE_HZ	10000000u

struct armed {
	struct timer timer;
	bool armed;
	uint64_t again_ns;		/* when it fires it starts once more, so much later; 0: no */
};

static struct armed timers[TIMERS];
static uint64_t ticks, timebase_hz, compare_ticks, armed_count;
static uint64_t last_fired_ns;
static unsigned fired;

/* ---- the clock ------------------------------------------------------------------------ */

unsigned long fake_csr_read(const char *name)
{
	CHECK(!strcmp(name, "time"));
	return ticks;
}

void fake_csr_write(const char *name, unsigned long value)
{
	CHECK(!strcmp(name, "0x14d"));
	compare_ticks = value;
}

void sbi_set_timer(uint64_t value)
{
	compare_ticks = value;
}

static uint64_t now_ns(void)
{
	return (uint64_t)((unsigned __int128)ticks * 1000000000 / timebase_hz);
}

/* ---- the reference -------------------------------------------------------------------- */

static struct armed *first_armed(void)
{
	struct armed *first = NULL;

	for (unsigned i = 0; i < TIMERS; i++)
		if (timers[i].armed &&
		    (!first || timers[i].timer.deadline_ns < first->timer.deadline_ns))
			first = &timers[i];
	return first;
}

static void start(struct armed *timer, uint64_t deadline_ns)
{
	timer->armed = true;
	armed_count++;
	timer_start(&timer->timer, deadline_ns);
}

static void fire(struct timer *timer)
{
	struct armed *self = CONTAINER_OF(timer, struct armed, timer);

	CHECK(self->armed);
	CHECK(timer->deadline_ns <= now_ns());
	CHECK(first_armed()->timer.deadline_ns == timer->deadline_ns);
	CHECK(timer->deadline_ns >= last_fired_ns);
	CHECK(!timer_cancel(timer));
	last_fired_ns = timer->deadline_ns;
	self->armed = false;
	armed_count--;
	fired++;
	if (self->again_ns)
		start(self, now_ns() + self->again_ns);
}

/* The clock interrupts in time for the first, and at most a tick late. */
static void check_programmed(void)
{
	const struct armed *first = first_armed();
	uint64_t due_ns = first ? first->timer.deadline_ns : ~0ul;

	due_ns = MIN(due_ns, harts[0].slice_end_ns);
	CHECK_EQUAL(timers_count(), armed_count);
	if (due_ns == ~0ul)
		return;
	/* a cancelled one may interrupt for nothing, but nothing is late */
	CHECK((unsigned __int128)compare_ticks * 1000000000 / timebase_hz <=
	      (unsigned __int128)due_ns + 2 * 1000000000 / timebase_hz);
}

/* ---- steps ------------------------------------------------------------------------------ */

static uint64_t some_deadline(void)
{
	switch (random_below(16)) {
	case 0:
		return 0;
	case 1:
		return ~0ul - random_below(2);
	case 2:
		return (uint64_t)INT64_MAX;
	case 3:
		return now_ns();
	default:
		return now_ns() + random_below(1u << (4 + random_below(20)));
	}
}

static void step(void)
{
	struct armed *timer = &timers[random_below(TIMERS)];

	if (random_below(4) == 0) {
		ticks += random_below(3000);
		last_fired_ns = 0;
		if (ticks >= compare_ticks || random_below(8) == 0) {
			timers_fire(fake_hart);
			CHECK(!first_armed() ||
			      first_armed()->timer.deadline_ns > now_ns());
			/* or it would interrupt for ever */
			CHECK(compare_ticks > ticks);
		}
	} else if (timer->armed) {
		timer->armed = false;
		armed_count--;
		CHECK(timer_cancel(&timer->timer));
		CHECK(!timer_cancel(&timer->timer));
	} else {
		timer->again_ns = random_below(8) ? 0 : 1 + random_below(100000);
		start(timer, some_deadline());
	}
	check_programmed();
}

static void clock_start(uint32_t hz, bool sstc)
{
	timebase_hz = hz;
	timer_boot(hz, sstc);
	machine_start(16);
	for (unsigned i = 0; i < TIMERS; i++) {
		timers[i].armed = false;
		timer_init(&timers[i].timer, fire);
	}
	armed_count = 0;
	ticks = 0;
	compare_ticks = ~0ul;
}

static void one_clock(uint32_t hz, bool sstc, uint64_t operations)
{
	clock_start(hz, sstc);
	for (uint64_t i = 0; i < operations; i++)
		step();
	CHECK(fired > operations / 16);
	fired = 0;
}

/* Many at once, in a bad order for the heap, and from the middle of it. */
static void many(void)
{
	static struct armed lots[20000];

	for (unsigned i = 0; i < ARRAY_SIZE(lots); i++) {
		timer_init(&lots[i].timer, fire);
		timer_start(&lots[i].timer, i % 2 ? i : ARRAY_SIZE(lots) - i);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(lots); i++)
		CHECK(timer_cancel(&lots[(i * 7919u) % ARRAY_SIZE(lots)].timer));
	CHECK_EQUAL(timers_count(), armed_count);
}

/* The end of the thread's slice goes by the same clock. */
static void slice(void)
{
	clock_start(TIMEBASE_HZ, true);
	fake_hart->slice_end_ns = now_ns() + 5000;
	hart_program_timer(fake_hart);
	check_programmed();
	ticks = compare_ticks;
	timers_fire(fake_hart);
	CHECK(fake_hart->look == HART_LOOK_SLICE && fake_hart->slice_end_ns == ~0ul);
}

int main(int count, char **words)
{
	uint64_t operations;

	test_arguments(count, words, &operations);
	one_clock(TIMEBASE_HZ, false, operations);
	one_clock(TIMEBASE_HZ, true, operations);
	one_clock(32768, true, operations);		/* a tick is no whole nanoseconds */
	one_clock(24000000, false, operations);
	one_clock(2400000000u, true, operations);	/* nor a nanosecond whole ticks */
	many();
	slice();
	return 0;
}
