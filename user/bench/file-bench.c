/*
 * file-bench FOLDER: guest instructions per operation on files, as bench counts them, on a
 * file that it makes in FOLDER; rows are named after the folder.
 * file-bench direct NAME PATH: transfers of 4 KiB with O_DIRECT on PATH, a disk or a file,
 * which is made if it is not there and written over in any case; rows begin with NAME.
 *
 * Only on a folder in memory is a count the same each time: a disk's interrupts come when
 * they come.  What a hart waits meanwhile is left out: the counter goes on then, by an
 * instruction a nanosecond.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "folder.h"
#include "program.h"
#include "system_stats.h"
#include "trap.h"

#define BLOCK		4096u
#define BLOCKS		256u		/* of a file: 1 MiB */
#define DEPTH_MAX	32u
#define LOOPS		256u
#define DIRECT_LOOPS	64u
#define PREFIX_BYTES	64

static _Alignas(BLOCK) char blocks[DEPTH_MAX][BLOCK];
static struct uos_ring ring;
static const char *path, *other;
static char prefix[PREFIX_BYTES];
static int fd;
static uint64_t file_blocks;
static uint64_t lot = 1;

static inline uint64_t instructions_now(void)
{
	uint64_t count;

	__asm__ volatile("rdinstret %0" : "=r"(count) : : "memory");
	return count;
}

static uint64_t idle_ns(void)
{
	struct uos_system_stats stats;
	int result = system_stats_read(&stats);

	if (result < 0)
		exit(complain("file-bench", "stats", result));
	return stats.idle_time_ns;
}

/* Offset of a block drawn by lot. */
static inline uint64_t somewhere(void)
{
	lot = lot * 6364136223846793005u + 1442695040888963407u;
	return (lot >> 33) % file_blocks * BLOCK;
}

static void open_stat_close(unsigned loops)
{
	struct statx status;

	for (unsigned i = 0; i < loops; i++) {
		int one = uos_sys_open(path, O_RDONLY, 0);

		uos_sys_fstat(one, &status);
		uos_sys_close(one);
	}
}

static void create_write_close_unlink(unsigned loops)
{
	for (unsigned i = 0; i < loops; i++) {
		int one = uos_sys_open(other, O_CREAT | O_EXCL | O_WRONLY, 0644);

		uos_sys_write(one, blocks[0], BLOCK, -1);
		uos_sys_close(one);
		uos_sys_unlink(other);
	}
}

/* ---- 4 KiB somewhere in the file ------------------------------------------------- */

static inline void one_trap(unsigned loops, uint64_t number)
{
	for (unsigned i = 0; i < loops; i++) {
		int64_t done = trap6(number, (uint64_t)fd, (uint64_t)blocks[0], BLOCK,
				     somewhere(), 0, 0);

		if (done != BLOCK)
			printf("file-bench: a transfer gave %lld\n", (long long)done);
	}
}

static void read_trap(unsigned loops)
{
	one_trap(loops, SYS_pread64);
}

static void write_trap(unsigned loops)
{
	one_trap(loops, SYS_pwrite64);
}

static inline void in_ring(unsigned loops, unsigned depth, uint8_t opcode)
{
	for (unsigned i = 0; i < loops; i++) {
		for (unsigned n = 0; n < depth; n++) {
			struct io_uring_sqe *sqe = uos_ring_get_sqe(&ring);

			sqe->opcode = opcode;
			sqe->fd = fd;
			sqe->off = somewhere();
			sqe->addr = (uint64_t)blocks[n];
			sqe->len = BLOCK;
		}
		uos_ring_submit_and_wait(&ring, depth);
		for (unsigned n = 0; n < depth; n++) {
			struct io_uring_cqe *cqe = uos_ring_peek_cqe(&ring);

			if (!cqe)
				break;
			if (cqe->res != BLOCK)
				printf("file-bench: a transfer gave %d\n", cqe->res);
			uos_ring_cqe_seen(&ring);
		}
	}
}

#define RING_ROW(name, depth, opcode) \
	static void name##_ring_##depth(unsigned loops) { in_ring(loops, depth, opcode); }

RING_ROW(read, 1, IORING_OP_READ)
RING_ROW(read, 8, IORING_OP_READ)
RING_ROW(read, 32, IORING_OP_READ)
RING_ROW(write, 1, IORING_OP_WRITE)
RING_ROW(write, 8, IORING_OP_WRITE)
RING_ROW(write, 32, IORING_OP_WRITE)

/* ---- rows --------------------------------------------------------------------------- */

struct row {
	const char *name;
	void (*run)(unsigned loops);
	unsigned operations;		/* in each loop */
};

static const struct row names[] = {
	{ "open_stat_close", open_stat_close, 1 },
	{ "create_write_close_unlink", create_write_close_unlink, 1 },
};

static const struct row transfers[] = {
	{ "read_4k_trap", read_trap, 1 },
	{ "read_4k_ring_depth_1", read_ring_1, 1 },
	{ "read_4k_ring_depth_8", read_ring_8, 8 },
	{ "read_4k_ring_depth_32", read_ring_32, 32 },
	/* the others for O_DIRECT alone */
	{ "write_4k_trap", write_trap, 1 },
	{ "write_4k_ring_depth_1", write_ring_1, 1 },
	{ "write_4k_ring_depth_8", write_ring_8, 8 },
	{ "write_4k_ring_depth_32", write_ring_32, 32 },
};

#define READ_ROWS	4u
#define ALL_ROWS	(sizeof(transfers) / sizeof(transfers[0]))

static void measure(const struct row *rows, unsigned count, unsigned loops)
{
	for (const struct row *row = rows; row < rows + count; row++) {
		uint64_t tenths, start, idle;

		row->run(loops);
		idle = idle_ns();
		start = instructions_now();
		row->run(loops);
		tenths = instructions_now() - start;
		tenths -= idle_ns() - idle;
		tenths = tenths * 10 / loops / row->operations;
		printf("bench %s%s %llu.%llu\n", prefix, row->name,
		       (unsigned long long)tenths / 10, (unsigned long long)tenths % 10);
	}
}

static int write_file(const char *name)
{
	ssize_t done = 0;

	fd = uos_open(name, O_CREAT | O_RDWR, 0644);
	if (fd < 0)
		return fd;
	for (file_blocks = 0; file_blocks < BLOCKS && done >= 0; file_blocks++)
		done = uos_write(fd, blocks[0], BLOCK, -1);
	return done < 0 ? (int)done : 0;
}

static int measure_direct(const char *name)
{
	struct statx status;
	int result = 0;

	fd = uos_open(name, O_RDWR | O_DIRECT, 0);
	if (fd == -ENOENT) {
		result = write_file(name);
		result = result < 0 ? result : uos_fsync(fd);
		uos_close(fd);
		fd = result < 0 ? result : uos_open(name, O_RDWR | O_DIRECT, 0);
	}
	result = fd < 0 ? fd : uos_fstat(fd, &status);
	if (result < 0)
		return complain("file-bench", name, result);
	file_blocks = status.stx_size / BLOCK;
	if (!file_blocks)
		return usage("file-bench direct NAME PATH, of 4 KiB at least");
	measure(transfers, ALL_ROWS, DIRECT_LOOPS);
	return 0;
}

static int measure_cached(const char *folder)
{
	int result;

	path = path_join(folder, "file-bench.a");
	other = path_join(folder, "file-bench.b");
	result = write_file(path);
	if (result < 0)
		return complain("file-bench", path, result);
	measure(names, sizeof(names) / sizeof(names[0]), LOOPS);
	measure(transfers, READ_ROWS, LOOPS);
	uos_close(fd);
	uos_unlink(path);
	return 0;
}

int main(int argc, char *argv[])
{
	const char *slash = argc == 2 ? strrchr(argv[1], '/') : NULL;
	int result = uos_ring_init(&ring, DEPTH_MAX, NULL);

	if (!slash && (argc != 4 || strcmp(argv[1], "direct") != 0))
		return usage("file-bench FOLDER | file-bench direct NAME PATH");
	if (result < 0)
		return complain("file-bench", "a ring", result);
	memset(ring.sqes, 0, DEPTH_MAX * sizeof(struct io_uring_sqe));
	memset(blocks, 1, sizeof(blocks));
	snprintf(prefix, sizeof(prefix), "%s_", slash ? slash + 1 : argv[2]);
	return slash ? measure_cached(argv[1]) : measure_direct(argv[3]);
}
