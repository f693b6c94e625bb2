/*
 * ring-fuzz SEED [ROUNDS [HELPERS]]: hostile submissions and ring words.
 *
 * Each round fills some SQEs from a seeded generator, now and then scribbles
 * over the rings' words, the SQ array and the SQEs, and enters.  Helpers are
 * processes that share the ring and rewrite all of it meanwhile, on other harts
 * if there are: what the kernel has checked changes under it.  Whatever comes
 * of it is right, as long as this program is the only one that suffers: it ends
 * by itself, and what it had open is given back.  Operations that would end the
 * machine or other programs are left out; what ends this one is in arena-only
 * addresses.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <uos.h>

#include "check.h"
#include "program.h"
#include "raw_ring.h"
#include "remove_tree.h"

#define ENTRIES		32u
#define ROUNDS_PER_RING	16u
#define ARENA_PAGES	64u
#define PAGE_BYTES	4096ul
#define USER_END	0x4000000000ull

#define HELPERS_MAX	4u
#define HELPER_RING_FD	19

static struct raw_ring ring;
static uint64_t random_state;
static char *arena;
static uint64_t completions;

static uint64_t random_next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static uint64_t random_below(uint64_t limit)
{
	return random_next() % limit;
}

static bool one_in(uint64_t count)
{
	return random_below(count) == 0;
}

static uint64_t random_address(void)
{
	switch (random_below(8)) {
	case 0: return 0;
	case 1: return 0x1000 + random_below(0x1000);
	case 2: return 0xffffffff80000000ull + random_below(1 << 24);
	case 3: return USER_END - random_below(64);
	case 4: return ~0ull - random_below(64);
	case 5: return random_next();
	default: return (uint64_t)arena + random_below(ARENA_PAGES * PAGE_BYTES);
	}
}

/* Never below 20: the console is not the fuzzer's to write to. */
static int32_t random_fd(void)
{
	static const int32_t odd[] = { -1, -100, 0x7fffffff, UOS_RING_FD };

	return one_in(6) ? odd[random_below(4)] : (int32_t)(20 + random_below(12));
}

/* Operations that would end others, or take this program's own memory away. */
static bool left_out(uint8_t opcode)
{
	return opcode == UOS_OP_POWEROFF || opcode == UOS_OP_KILL || opcode == UOS_OP_MUNMAP ||
	       opcode == UOS_OP_MMAP || opcode == UOS_OP_DUP || opcode == UOS_OP_SET_PRIORITY ||
	       opcode == UOS_OP_RESTRICT;
}

static uint8_t random_opcode(void)
{
	uint8_t opcode;

	do {
		opcode = one_in(8) ? (uint8_t)random_next() :
			 one_in(4) ? (uint8_t)(UOS_OP_BASE + random_below(UOS_OP_END - UOS_OP_BASE)) :
			 (uint8_t)random_below(IORING_OP_LAST);
	} while (left_out(opcode));
	return opcode;
}

static uint32_t random_word(void)
{
	switch (random_below(4)) {
	case 0: return 0;
	case 1: return (uint32_t)random_below(16);
	case 2: return 1u << random_below(32);
	default: return (uint32_t)random_next();
	}
}

static void fill_sqe(struct io_uring_sqe *sqe)
{
	sqe->opcode = random_opcode();
	sqe->flags = one_in(4) ? (uint8_t)random_next() : 0;
	sqe->fd = random_fd();
	/* a message in the program's own ring is libuos's to believe */
	if (sqe->opcode == IORING_OP_MSG_RING && sqe->fd == UOS_RING_FD)
		sqe->fd = ring.fd;
	sqe->addr = random_address();
	sqe->len = one_in(3) ? random_word() : (uint32_t)random_below(8192);
	sqe->off = one_in(2) ? 0 : one_in(2) ? random_address() : random_next();
	sqe->op_flags = one_in(3) ? random_word() : 0;
	sqe->user_data = random_next();
	if (one_in(8))
		sqe->ioprio = (uint16_t)random_next();
	if (one_in(8))
		sqe->buf_index = (uint16_t)random_next();
	if (one_in(8))
		sqe->personality = (uint16_t)random_next();
	if (one_in(8))
		sqe->file_index = random_word();
	if (one_in(8))
		sqe->addr3 = random_address();
}

/* As a whole it goes where the kernel reads, at any instant. */
static void rewrite_sqe(void)
{
	struct io_uring_sqe sqe = { 0 };
	volatile uint64_t *to = (uint64_t *)&ring.sqes[random_below(ENTRIES)];
	const uint64_t *from = (const uint64_t *)&sqe;

	fill_sqe(&sqe);
	for (unsigned i = 0; i < sizeof(sqe) / sizeof(*to); i++)
		if (one_in(2))
			to[i] = from[i];
}

/* Words that the kernel shares with us: no value in them may hurt it. */
static void scribble(void)
{
	uint32_t words = (uint32_t)(ring.rings_bytes / sizeof(uint32_t));
	uint32_t *word = (uint32_t *)ring.rings + random_below(words < 64 ? words : 64);

	switch (random_below(4)) {
	case 0: *word = random_word(); break;
	case 1: *ring.sq_tail += random_word(); break;
	case 2: ring.sq_array[random_below(ENTRIES)] = random_word(); break;
	default: *ring.cq_head = random_word(); break;
	}
}

/* What random paths name: a string, not always with its end. */
static void fill_arena(void)
{
	static const char *const paths[] = { "/tmp/fuzz", "fuzz", "/tmp/../fuzz", "", "/dev/null" };

	for (unsigned i = 0; i < 32; i++) {
		char *place = arena + random_below(ARENA_PAGES * PAGE_BYTES - 16);

		if (one_in(2))
			memcpy(place, &(uint64_t) { random_address() }, sizeof(uint64_t));
		else
			strlcpy(place, paths[random_below(5)], 16);
	}
}

/* ---- helpers ---------------------------------------------------------------------- */

static pid_t helper_start(void)
{
	const struct uos_spawn_file file = { HELPER_RING_FD, ring.fd };
	char words[4][24];
	char *argv[] = { "ring-fuzz", "helper", words[0], words[1], words[2], words[3], NULL };

	snprintf(words[0], sizeof(words[0]), "%llu", (unsigned long long)random_next());
	snprintf(words[1], sizeof(words[1]), "%llu", (unsigned long long)(uintptr_t)arena);
	snprintf(words[2], sizeof(words[2]), "%u", ring.params.sq_entries);
	snprintf(words[3], sizeof(words[3]), "%u", ring.params.flags);
	return uos_process_spawn_files("/bin/ring-fuzz", argv, NULL, &file, 1);
}

/* A ring of the same parameters has the same offsets. */
static int helper_main(char *words[])
{
	uint64_t value[4];
	struct raw_ring model;
	struct io_uring_params setup = { 0 };
	int result;

	for (unsigned i = 0; i < 4; i++)
		if (!number_parse(words[i], UINT64_MAX, &value[i]))
			return EXIT_USAGE;
	random_state = value[0] | 1;
	arena = (char *)(uintptr_t)value[1];
	setup.flags = (uint32_t)value[3];
	result = raw_ring_open(&model, (uint32_t)value[2], &setup);
	if (!result)
		result = raw_ring_attach(&ring, HELPER_RING_FD, &model.params);
	if (result)
		return complain("ring-fuzz", "the shared ring", result);
	for (;;) {
		rewrite_sqe();
		if (one_in(16))
			scribble();
	}
}

static void helpers_end(const pid_t *helpers, uint64_t count)
{
	int status;

	for (uint64_t i = 0; i < count; i++) {
		uos_sys_kill(helpers[i], ABI_SIGKILL);
		check_equal("a helper ends", uos_sys_process_wait(helpers[i], &status), 0);
		check_true("a helper was at work", WIFSIGNALED(status));
	}
}

/* ---- the fuzzer --------------------------------------------------------------------- */

static void round_once(bool scribbles)
{
	unsigned count = (unsigned)random_below(ENTRIES) + 1;
	struct io_uring_cqe cqe;

	for (unsigned i = 0; i < count; i++)
		fill_sqe(raw_ring_sqe(&ring));
	if (scribbles && one_in(2))
		scribble();
	raw_ring_publish(&ring);
	if (scribbles)
		scribble();
	/* Never waits: nothing says that a completion must come. */
	raw_ring_enter(&ring, one_in(8) ? random_word() : count, 0,
		       one_in(8) ? random_word() & ~(uint32_t)IORING_ENTER_SQ_WAIT :
		       IORING_ENTER_GETEVENTS);
	for (unsigned i = 0; i < 2 * ENTRIES && raw_ring_take(&ring, &cqe); i++)
		completions++;
}

/* A descriptor may have been closed or replaced: all are opened anew. */
static void open_files(void)
{
	static const char *const paths[] = { "/dev/zero", "/dev/null", "/dev/random", "/tmp/fuzz.0",
					     "/tmp", "/dev/vda" };

	for (uint64_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		int flags = i == 3 ? O_RDWR | O_CREAT : i < 3 ? O_RDWR : O_RDONLY;
		int fd = uos_sys_open(paths[i], flags, 0644);

		if (fd < 0)
			continue;
		uos_sys_dup_to(fd, 20 + (int)i);
		uos_sys_close(fd);
	}
}

static int fuzz(uint64_t rounds, uint64_t helper_count)
{
	pid_t helpers[HELPERS_MAX];

	for (uint64_t round = 0; round < rounds; round++) {
		struct io_uring_params setup = {
			.flags = one_in(4) ? IORING_SETUP_SQPOLL : 0, .sq_thread_idle = 1,
		};
		int result = raw_ring_open(&ring, ENTRIES, &setup);
		bool scribbles = one_in(2);

		if (result < 0)
			return complain("ring-fuzz", "a new ring", result);
		open_files();
		fill_arena();
		for (uint64_t i = 0; i < helper_count; i++) {
			helpers[i] = helper_start();
			check_true("a helper starts", helpers[i] > 0);
		}
		for (unsigned i = 0; i < ROUNDS_PER_RING; i++)
			round_once(scribbles);
		helpers_end(helpers, helper_count);
		raw_ring_close(&ring);
	}
	return 0;
}

/* After all that, a ring still does what it should. */
static void check_sane(void)
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_NOP };

	check_equal("a new ring", raw_ring_open(&ring, ENTRIES, NULL), 0);
	check_equal("a NOP", raw_ring_do(&ring, &sqe), 0);
	raw_ring_close(&ring);
}

/* Files that random paths have named. */
static void remove_files(void)
{
	static const char *const system[] = { "bin", "dev", "etc", "files", "tmp", NULL };

	uos_sys_chdir("/");
	check_equal("files in /tmp are gone", remove_below("/tmp", NULL), 0);
	check_equal("files in / are gone", remove_below("/", system), 0);
}

/* A transfer that is longer than what is left of the arena ends at the page behind it,
 * before it comes to anything of ours. */
static int arena_map(void)
{
	void *memory = NULL, *guard;
	int result = uos_sys_mmap(&memory, (ARENA_PAGES + 1) * PAGE_BYTES,
				  ABI_PROT_READ | ABI_PROT_WRITE,
				  ABI_MAP_PRIVATE | ABI_MAP_ANONYMOUS, -1, 0);

	if (result < 0)
		return result;
	arena = memory;
	guard = arena + ARENA_PAGES * PAGE_BYTES;
	return uos_sys_mmap(&guard, PAGE_BYTES, 0,
			    ABI_MAP_PRIVATE | ABI_MAP_ANONYMOUS | ABI_MAP_FIXED, -1, 0);
}

int main(int argc, char *argv[])
{
	uint64_t rounds = 100, helpers = 0;
	int status;

	if (argc == 6 && !strcmp(argv[1], "helper"))
		return helper_main(argv + 2);
	if (argc < 2 || argc > 4 || !number_parse(argv[1], UINT64_MAX, &random_state) ||
	    (argc >= 3 && !number_parse(argv[2], UINT64_MAX, &rounds)) ||
	    (argc == 4 && !number_parse(argv[3], HELPERS_MAX, &helpers)))
		return usage("ring-fuzz SEED [ROUNDS [HELPERS]]");
	random_state = random_state * 2654435761u + 88172645463325252ull;
	if (arena_map() < 0)
		return 1;
	status = fuzz(rounds, helpers);
	check_sane();
	remove_files();
	printf("%llu completions\n", (unsigned long long)completions);
	return check_summary() || status;
}
