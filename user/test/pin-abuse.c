/*
 * pin-abuse [ROUNDS]: takes memory away from reads in flight, of 4 KiB (which wait in the
 * device as a record alone) and of 16 KiB (in a coroutine).
 *
 * 64 reads of /dev/vda with O_DIRECT are in flight when their buffers are
 * unmapped, when they are cancelled, or when the program that asked for them
 * ends.  New memory, mapped right after and filled with a pattern, must never
 * show a byte of the disk: that would be a frame reused too early.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <uos.h>

#include "program.h"
#include "raw_ring.h"

#define SELF		"/bin/pin-abuse"
#define DISK		"/dev/vda"
#define READS		64u
#define READ_BYTES_MAX	16384ul
#define ALL_BYTES	(READS * READ_BYTES_MAX)
#define PATTERN		0x5a
#define ROUNDS_MAX	1000000
#define CANCEL_DATA	1000

static struct raw_ring ring;
static int disk;
static unsigned long damaged;

static uint32_t read_bytes(unsigned round)
{
	return round / 2 % 2 ? 4096 : READ_BYTES_MAX;
}

static void *map(void)
{
	void *address = NULL;
	int result = uos_sys_mmap(&address, ALL_BYTES, ABI_PROT_READ | ABI_PROT_WRITE,
				  ABI_MAP_PRIVATE | ABI_MAP_ANONYMOUS, -1, 0);

	return result < 0 ? NULL : address;
}

static int start_reads(char *memory, unsigned round)
{
	uint32_t bytes = read_bytes(round);

	for (unsigned i = 0; i < READS; i++) {
		struct io_uring_sqe *sqe = raw_ring_sqe(&ring);

		uos_prep_read(sqe, disk, memory + i * READ_BYTES_MAX, bytes,
			      (round % 8 * READS + i) * READ_BYTES_MAX);
		sqe->user_data = i;
	}
	return raw_ring_submit(&ring, 0);
}

static void cancel_all(void)
{
	struct io_uring_sqe *sqe = raw_ring_sqe(&ring);

	uos_prep_cancel(sqe, 0, IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_ANY);
	sqe->user_data = CANCEL_DATA;
	raw_ring_submit(&ring, 0);
}

/* Each read ends as done, cancelled, or without its memory. */
static int take_completions(unsigned wanted, uint32_t bytes)
{
	while (wanted--) {
		struct io_uring_cqe cqe;
		int result = raw_ring_wait(&ring, &cqe);

		if (result < 0)
			return result;
		if (cqe.user_data < READS && cqe.res != (int)bytes &&
		    cqe.res != -ECANCELED && cqe.res != -EFAULT) {
			printf("read %llu: result %d\n", (unsigned long long)cqe.user_data, cqe.res);
			return -EIO;
		}
	}
	return 0;
}

static void check_pattern(const unsigned char *memory)
{
	for (size_t i = 0; i < ALL_BYTES; i++)
		damaged += memory[i] != PATTERN;
}

/* One round: unmap under the reads, and cancel them in every second one. */
static int abuse(unsigned round)
{
	char *memory = map();
	unsigned char *fresh;
	bool cancels = round % 2;
	int result;

	if (!memory)
		return -ENOMEM;
	result = start_reads(memory, round);
	if (result < 0)
		return result;
	if (cancels)
		cancel_all();
	uos_sys_munmap(memory, ALL_BYTES);
	fresh = map();
	if (!fresh)
		return -ENOMEM;
	memset(fresh, PATTERN, ALL_BYTES);
	result = take_completions(READS + cancels, read_bytes(round));
	check_pattern(fresh);
	uos_sys_munmap(fresh, ALL_BYTES);
	return result;
}

static int open_all(void)
{
	int result = raw_ring_open(&ring, 2 * READS, NULL);

	disk = uos_sys_open(DISK, O_RDONLY | O_DIRECT, 0);
	return disk < 0 ? disk : result;
}

/* A program that ends with its reads in flight. */
static int child(unsigned round)
{
	char *memory = map();
	int result = open_all();

	if (!memory || result < 0 || start_reads(memory, round) < 0)
		return 1;
	uos_sys_exit(7);
}

static int run_child(unsigned round)
{
	char *argv[] = { SELF, "child", read_bytes(round) == READ_BYTES_MAX ? "0" : "2", NULL };
	int status = 0;
	pid_t pid = uos_process_spawn(SELF, argv, NULL);
	int result = pid < 0 ? pid : uos_process_wait(pid, &status);

	if (result < 0)
		return result;
	return WIFEXITED(status) && WEXITSTATUS(status) == 7 ? 0 : -EIO;
}

int main(int argc, char *argv[])
{
	uint64_t rounds = 10;
	int result;

	if (argc == 3 && strcmp(argv[1], "child") == 0)
		return child(argv[2][0] - '0');
	if (argc > 2 || (argc == 2 && !number_parse(argv[1], ROUNDS_MAX, &rounds)))
		return usage("pin-abuse [ROUNDS]");
	result = open_all();
	for (unsigned round = 0; result >= 0 && round < rounds; round++) {
		result = abuse(round);
		if (result >= 0)
			result = run_child(round);
	}
	if (result < 0)
		return complain("pin-abuse", DISK, result);
	printf("%llu rounds, %lu bytes damaged\n", (unsigned long long)rounds, damaged);
	return damaged != 0;
}
