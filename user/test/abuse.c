/*
 * abuse KIND [MILLISECONDS [SEED]]: a program that does not do its part, that long or
 * (0) for ever; in the end it says what it did, and what the kernel noticed.
 *
 * It does to its own pool what it likes, so nothing of libuos that needs the scheduler
 * may run once it has begun: it prints and ends by trap.  Kinds that may end the program
 * that does them are done by children, one after the other, each with a seed of its own.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <uos.h>

#include "abi/sched.h"
#include "abi/uos_op.h"
#include "auxiliary.h"
#include "program.h"
#include "trap.h"

#define NS_PER_MS	1000000ull
#define SPAN_MAX_MS	1000000
#define CHILD_NS	(30 * NS_PER_MS)	/* then it is killed */
#define LANE		0

extern char **environ;

static uint64_t end_ns = ~0ull;
static uint64_t done;			/* how often, whatever it is */

static struct uos_sched_pool *pool;
static const struct uos_sched_header *payload;
static uos_sched_add_fn *payload_add;
static uos_sched_remove_fn *payload_remove;
static uos_sched_next_fn *payload_next;

static bool is_over(void)
{
	return uos_clock_ns() >= end_ns;
}

static uint64_t random_next(uint64_t *state)
{
	uint64_t value = *state += 0x9e3779b97f4a7c15ull;

	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ull;
	value = (value ^ value >> 27) * 0x94d049bb133111ebull;
	return value ^ value >> 31;
}

/* ---- executors that keep the hart -------------------------------------------------- */

static void never_yields(uint64_t seed)
{
	(void)seed;
	while (!is_over())
		done++;
}

/* Its only task is blocked, so next() can't but tell it to give way, or to wait. */
static void ignores_switch(uint64_t seed)
{
	(void)seed;
	payload_next(pool, LANE, UOS_SCHED_BLOCK);
	for (; !is_over(); done++)
		payload_next(pool, LANE, UOS_SCHED_PICK);
}

/* ---- storms ------------------------------------------------------------------------ */

static void storms_fast(uint64_t seed)
{
	(void)seed;
	for (; !is_over(); done++)
		trap_fast_yield();
}

static void storms_plain(uint64_t seed)
{
	(void)seed;
	for (; !is_over(); done++)
		trap0(SYS_sched_yield);
}

/* ---- pools --------------------------------------------------------------------------- */

/* Full, empty, full, ... */
static void floods_pool(uint64_t seed)
{
	int32_t number;

	(void)seed;
	while (!is_over()) {
		while (!is_over() && payload_add(pool, LANE, LANE, done % UOS_SCHED_LEVELS, 16) > 0)
			done++;
		for (number = pool->task_capacity - 1; number > 0 && !is_over(); number--)
			if ((uint32_t)number != pool->lane[LANE].current)
				payload_remove(pool, LANE, (uint32_t)number);
	}
}

/* For ever the most urgent, and whatever it asks for too. */
static void claims_urgency(uint64_t seed)
{
	struct io_uring_params *params = (void *)auxiliary(UOS_AT_RING_PARAMS);
	struct uos_ring ring;

	(void)seed;
	uos_ring_attach(&ring, (int)auxiliary(UOS_AT_RING_FD), params,
			(void *)auxiliary(UOS_AT_RING), (void *)auxiliary(UOS_AT_SQES));
	for (; !is_over(); done++) {
		struct io_uring_sqe *sqe = uos_ring_get_sqe(&ring);

		for (uint32_t lane = 0; lane < pool->lane_count; lane++)
			pool->lane[lane].best = 0;
		pool->summary = 0;
		if (sqe) {
			uos_prep_nop(sqe);
			sqe->ioprio = UOS_IOPRIO_LEVEL(0);
			uos_ring_publish(&ring);
		}
		if (done % 32 == 0)
			uos_sys_io_uring_enter(ring.fd, 0, 0, IORING_ENTER_SQ_WAKEUP, NULL, 0);
		while (uos_ring_peek_cqe(&ring))
			uos_ring_cqe_seen(&ring);
	}
}

/* ---- what may end the program --------------------------------------------------------- */

/* Into the header, the lanes and the first tasks, which are used, and in between lets
 * the coroutines run that believe them. */
static void writes_random(uint64_t seed)
{
	uint64_t words = (pool->tasks_offset + 64 * sizeof(struct uos_sched_task)) / 4;
	uint32_t *word = (uint32_t *)(void *)pool;

	for (; !is_over(); done++) {
		uint64_t random = random_next(&seed);

		/* as often a small number, a task's */
		word[random % words] = random >> 63 ? (uint32_t)(random >> 32) : random >> 58 & 15;
		if (done % 4 == 0)
			payload_next(pool, LANE, random >> 56 & 3);
		if (done % 64 == 63)
			uos_sleep_ns(1);
	}
}

/* An entry, or any other place in the payload's code, with any arguments. */
static void jumps_into_payload(uint64_t seed)
{
	uint64_t text_bytes = payload->image_bytes - payload->text_offset;
	const char *image = (const char *)payload;

	for (; !is_over(); done++) {
		uint64_t offset = payload->text_offset + random_next(&seed) % text_bytes / 2 * 2;
		uint64_t a0 = random_next(&seed), a1 = random_next(&seed);
		long (*anywhere)(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e);

		if (seed % 4 == 0)
			offset = payload->entry_offset[a0 % UOS_SCHED_ENTRY_COUNT];
		if (seed % 3)
			a0 = (uintptr_t)pool;
		if (seed % 5)
			a1 %= 4;
		anywhere = (void *)(uintptr_t)(image + offset);
		anywhere(a0, a1, random_next(&seed) % 5, random_next(&seed), random_next(&seed));
	}
}

/* ---- which ------------------------------------------------------------------------------ */

static const struct kind {
	const char *name;
	void (*run)(uint64_t seed);
	bool by_children;
} kinds[] = {
	{ "claims-urgency", claims_urgency, false },
	{ "floods-pool", floods_pool, false },
	{ "ignores-switch", ignores_switch, false },
	{ "jumps-into-payload", jumps_into_payload, true },
	{ "never-yields", never_yields, false },
	{ "storms-fast", storms_fast, false },
	{ "storms-plain", storms_plain, false },
	{ "writes-random", writes_random, true },
};

static void set_up(void)
{
	const char *image = (const char *)auxiliary(UOS_AT_SCHED);

	payload = (const void *)image;
	pool = (void *)auxiliary(UOS_AT_POOL);
	payload_add = (void *)(uintptr_t)(image + payload->entry_offset[UOS_SCHED_ENTRY_ADD]);
	payload_remove = (void *)(uintptr_t)(image + payload->entry_offset[UOS_SCHED_ENTRY_REMOVE]);
	payload_next = (void *)(uintptr_t)(image + payload->entry_offset[UOS_SCHED_ENTRY_NEXT]);
}

static int run(const struct kind *kind, uint64_t seed)
{
	struct uos_process_stats stats = { 0 };
	char text[160];

	set_up();
	kind->run(seed);
	uos_sys_stats(UOS_STATS_PROCESSES, uos_sys_getpid(), &stats, sizeof(stats));
	snprintf(text, sizeof(text), "abuse: %s %llu times; %llu time-outs, %u penalties\n",
		 kind->name, (unsigned long long)done, (unsigned long long)stats.timeouts,
		 stats.penalties);
	uos_sys_write(1, text, strlen(text), -1);
	uos_sys_exit(0);
}

/* Whether it ended, one way or the other, before it was killed. */
static bool run_child(const char *kind, uint64_t seed)
{
	char seed_text[24];
	char *words[] = { "/bin/abuse", (char *)(uintptr_t)kind, "0", seed_text, NULL };
	int status = 0;
	pid_t pid;

	snprintf(seed_text, sizeof(seed_text), "%llu", (unsigned long long)seed);
	pid = uos_process_spawn(words[0], words, environ);
	if (pid < 0)
		return false;
	uos_sleep_ns(CHILD_NS);
	uos_kill(pid, SIGKILL);
	uos_process_wait(pid, &status);
	return !WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL;
}

static int run_children(const struct kind *kind, uint64_t seed)
{
	uint64_t ended = 0;

	for (; !is_over(); done++)
		ended += run_child(kind->name, seed + done);
	printf("abuse: %s by %llu children, %llu ended of it\n", kind->name,
	       (unsigned long long)done, (unsigned long long)ended);
	return 0;
}

int main(int argc, char *argv[])
{
	uint64_t span_ms = 0, seed = 1;

	if (argc < 2 || argc > 4 || (argc > 2 && !number_parse(argv[2], SPAN_MAX_MS, &span_ms)) ||
	    (argc > 3 && !number_parse(argv[3], UINT64_MAX, &seed)))
		return usage("abuse KIND [MILLISECONDS [SEED]]");
	if (span_ms)
		end_ns = uos_clock_ns() + span_ms * NS_PER_MS;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(argv[1], kinds[i].name) == 0)
			return kinds[i].by_children && argc < 4 ? run_children(&kinds[i], seed) :
								  run(&kinds[i], seed);
	usage("abuse KIND [MILLISECONDS [SEED]]");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		printf("  %s\n", kinds[i].name);
	return EXIT_USAGE;
}
