/*
 * file-bench FOLDER [direct PATH]: guest instructions per operation on files, as bench
 * counts them, on a file that it makes in FOLDER; rows are named after the folder.
 * With `direct`: reads of 4 KiB with O_DIRECT from PATH instead, a file or a disk, by
 * ring at several depths.  Only on a folder in memory is a count the same each time: a
 * disk's interrupts come when they come.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "folder.h"
#include "program.h"
#include "trap.h"

#define BLOCK		4096u
#define BLOCKS		256u		/* of the file: 1 MiB */
#define DEPTH_MAX	32u
#define LOOPS		256u

static _Alignas(BLOCK) char blocks[DEPTH_MAX][BLOCK];
static struct uos_ring ring;
static const char *path, *other, *prefix;
static int fd;
static uint64_t file_blocks;
static uint64_t lot = 1;

static inline uint64_t instructions_now(void)
{
	uint64_t count;

	__asm__ volatile("rdinstret %0" : "=r"(count) : : "memory");
	return count;
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

static void read_trap(unsigned loops)
{
	for (unsigned i = 0; i < loops; i++)
		trap6(SYS_pread64, (uint64_t)fd, (uint64_t)blocks[0], BLOCK, somewhere(), 0, 0);
}

static void read_ring(unsigned loops, unsigned depth)
{
	for (unsigned i = 0; i < loops; i++) {
		for (unsigned n = 0; n < depth; n++) {
			struct io_uring_sqe *sqe = uos_ring_get_sqe(&ring);

			sqe->opcode = IORING_OP_READ;
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
				printf("file-bench: a read gave %d\n", cqe->res);
			uos_ring_cqe_seen(&ring);
		}
	}
}

static void read_ring_1(unsigned loops)
{
	read_ring(loops, 1);
}

static void read_ring_8(unsigned loops)
{
	read_ring(loops, 8);
}

static void read_ring_32(unsigned loops)
{
	read_ring(loops, 32);
}

static void measure(const char *name, void (*run)(unsigned loops), unsigned operations)
{
	uint64_t tenths, start;

	run(LOOPS);
	start = instructions_now();
	run(LOOPS);
	tenths = (instructions_now() - start) * 10 / LOOPS / operations;
	printf("bench %s_%s %llu.%llu\n", prefix, name, (unsigned long long)tenths / 10,
	       (unsigned long long)tenths % 10);
}

static int measure_direct(const char *name)
{
	struct statx status;

	fd = uos_open(name, O_RDONLY | O_DIRECT, 0);
	if (fd < 0 || uos_fstat(fd, &status) < 0)
		return complain("file-bench", name, fd);
	file_blocks = status.stx_size / BLOCK;
	if (!file_blocks)
		return usage("file-bench FOLDER direct PATH, of 4 KiB at least");
	measure("direct_read_4k_ring_depth_1", read_ring_1, 1);
	measure("direct_read_4k_ring_depth_8", read_ring_8, 8);
	measure("direct_read_4k_ring_depth_32", read_ring_32, 32);
	return 0;
}

static int measure_cached(void)
{
	fd = uos_open(path, O_CREAT | O_RDWR, 0644);
	if (fd < 0)
		return complain("file-bench", path, fd);
	for (file_blocks = 0; file_blocks < BLOCKS; file_blocks++)
		uos_write(fd, blocks[0], BLOCK, -1);
	measure("open_stat_close", open_stat_close, 1);
	measure("create_write_close_unlink", create_write_close_unlink, 1);
	measure("read_4k_trap", read_trap, 1);
	measure("read_4k_ring_depth_1", read_ring_1, 1);
	measure("read_4k_ring_depth_32", read_ring_32, 32);
	uos_close(fd);
	uos_unlink(path);
	return 0;
}

int main(int argc, char *argv[])
{
	const char *slash = argc > 1 ? strrchr(argv[1], '/') : NULL;
	int result = uos_ring_init(&ring, DEPTH_MAX, NULL);

	if ((argc != 2 && argc != 4) || !slash)
		return usage("file-bench FOLDER [direct PATH]");
	if (result < 0)
		return complain("file-bench", "a ring", result);
	memset(ring.sqes, 0, DEPTH_MAX * sizeof(struct io_uring_sqe));
	memset(blocks, 1, sizeof(blocks));
	path = path_join(argv[1], "file-bench.a");
	other = path_join(argv[1], "file-bench.b");
	prefix = slash + 1;
	return argc == 4 ? measure_direct(argv[3]) : measure_cached();
}
