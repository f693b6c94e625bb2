/*
 * /dev/vda over a disk in memory, against a plain copy of it: all offsets and
 * lengths, aligned or not, vectors of odd pieces, memory that ends early.
 * Arguments: a seed, the number of operations.
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/block.h"
#include "fake.h"
#include "fs/vfs.h"

#define DISK_BYTES	(64 * 1024u)
#define SECTOR		BLOCK_SECTOR_BYTES
#define PIECES_MAX	8

static char *disk;
static char model[DISK_BYTES];
static _Alignas(PAGE_SIZE) char memory[8 * PAGE_SIZE];
static struct file *direct, *buffered;

static void test_alignment(void)
{
	struct cursor cursor;
	struct statx status;

	cursor_init_kernel(&cursor, memory, SECTOR);
	CHECK_EQUAL(file_read(direct, &cursor, 1), -EINVAL);
	cursor_init_kernel(&cursor, memory, SECTOR - 1);
	CHECK_EQUAL(file_read(direct, &cursor, 0), -EINVAL);
	cursor_init_kernel(&cursor, memory + 8, SECTOR);
	CHECK_EQUAL(file_write(direct, &cursor, 0), -EINVAL);
	cursor_init_kernel(&cursor, memory, 4 * SECTOR);
	CHECK_EQUAL(file_read(direct, &cursor, DISK_BYTES - SECTOR), SECTOR);
	cursor_init_kernel(&cursor, memory, SECTOR);
	CHECK_EQUAL(file_read(direct, &cursor, DISK_BYTES), 0);
	cursor_init_kernel(&cursor, memory, SECTOR);
	CHECK_EQUAL(file_write(direct, &cursor, DISK_BYTES), -ENOSPC);
	CHECK_EQUAL(file_seek(direct, 0, SEEK_END), DISK_BYTES);
	CHECK_EQUAL(file_sync(direct, true), 0);
	CHECK_EQUAL(fake_disk_flushes, 1);
	CHECK_EQUAL(file_stat(direct, &status), 0);
	CHECK_EQUAL(status.stx_size, DISK_BYTES);
	CHECK_EQUAL(status.stx_mode & S_IFMT, S_IFBLK);
}

static int64_t begun_result;
static unsigned begun_done, begun_unsettled;

static void begun_over(struct file_transfer *transfer, int64_t result, bool unsettled)
{
	(void)transfer;
	begun_result = result;
	begun_unsettled += unsettled;
	begun_done++;
}

/* By `begin` if it is plain enough: true, and the result is in *done. */
static bool transfer_begun(struct file *file, struct cursor *cursor, uint64_t offset, bool write,
			   ssize_t *done)
{
	struct file_transfer *transfer = calloc(1, sizeof(*transfer));
	unsigned before = begun_unsettled;
	bool begun;

	transfer->done = begun_over;
	begun = file_begin(file, cursor, (int64_t)offset, write, transfer);
	if (begun) {
		file->ops->go(file, transfer);
		vfs_transfers_kick();
		*done = begun_result;
		if (begun_unsettled != before)
			*done = file->ops->settle(file, transfer, begun_result);
	}
	free(transfer);
	return begun;
}

static bool begins(struct file *file, const struct cursor *cursor, int64_t offset, bool write)
{
	struct cursor copy = *cursor;
	ssize_t done;

	return offset < 0 ? file_begin(file, &copy, offset, write, NULL) :
			    transfer_begun(file, &copy, (uint64_t)offset, write, &done);
}

/* What can begin, on a cache that is empty, and what can't. */
static void test_begin(void)
{
	struct address_space space = { memory, sizeof(memory) };
	struct cursor cursor;
	struct file *reader;

	CHECK_EQUAL(vfs_open(vfs_root(), "/dev/vda", O_RDONLY | O_DIRECT, 0, &reader), 0);
	cursor_init_user(&cursor, &space, (uint64_t)memory, PAGE_SIZE);
	CHECK(begins(reader, &cursor, 0, false) && begins(direct, &cursor, 0, false));
	CHECK_EQUAL(begun_result, PAGE_SIZE);
	CHECK(!memcmp(memory, model, PAGE_SIZE));
	CHECK(begins(direct, &cursor, 0, true));
	CHECK(begins(direct, &cursor, DISK_BYTES - PAGE_SIZE, false));
	CHECK(!begins(reader, &cursor, 0, true));		/* not open for it */
	CHECK(!begins(buffered, &cursor, 0, false));
	CHECK(!begins(direct, &cursor, 1, false));
	CHECK(!begins(direct, &cursor, -1, false));
	CHECK(!begins(direct, &cursor, -SECTOR, false));
	CHECK(!begins(direct, &cursor, DISK_BYTES - SECTOR, false));	/* behind the end */
	CHECK(!begins(direct, &cursor, DISK_BYTES, false));
	CHECK(!begins(direct, &cursor, INT64_MAX - SECTOR + 1, false));
	cursor_init_user(&cursor, &space, (uint64_t)memory + 1, SECTOR);
	CHECK(!begins(direct, &cursor, 0, false));
	cursor_init_user(&cursor, &space, (uint64_t)memory, 0);
	CHECK(!begins(direct, &cursor, 0, false));
	cursor_init_user(&cursor, &space, (uint64_t)memory + SECTOR, 2 * PAGE_SIZE);
	CHECK(begins(direct, &cursor, 0, false));		/* three segments */
	cursor_init_user(&cursor, &space, (uint64_t)memory + SECTOR, 3 * PAGE_SIZE);
	CHECK(!begins(direct, &cursor, 0, false));		/* four */
	cursor_init_user(&cursor, &space, (uint64_t)memory, 8 * PAGE_SIZE);
	CHECK(!begins(direct, &cursor, 0, false));
	/* memory that ends within: nothing is left pinned */
	space.bytes = PAGE_SIZE + SECTOR;
	cursor_init_user(&cursor, &space, (uint64_t)memory, 2 * PAGE_SIZE);
	CHECK(!begins(direct, &cursor, 0, false));
	CHECK_EQUAL(fake_pins, 0);
	file_put(reader);
}

/* Cuts a range of `memory` into pieces, in order. */
static uint32_t random_pieces(struct abi_iovec *pieces, char *start, uint64_t bytes,
			      uint32_t unit)
{
	uint32_t count = 0;

	while (bytes > 0 && count < PIECES_MAX - 1) {
		uint64_t part = fake_random_below(bytes / unit + 1) * unit;

		pieces[count++] = (struct abi_iovec){ (uint64_t)start, part };
		start += part;
		bytes -= part;
	}
	pieces[count++] = (struct abi_iovec){ (uint64_t)start, bytes };
	return count;
}

static void random_operation(void)
{
	bool write = fake_random_below(2), aligned = fake_random_below(2);
	uint32_t unit = aligned ? SECTOR : 1;
	uint64_t offset = fake_random_below(DISK_BYTES / unit) * unit;
	uint64_t bytes = (1 + fake_random_below(5 * PAGE_SIZE / unit)) * unit;
	uint64_t skew = fake_random_below(PAGE_SIZE / unit) * unit;
	struct address_space space = { memory, sizeof(memory) };
	struct abi_iovec pieces[PIECES_MAX];
	struct cursor cursor;
	uint64_t wanted = MIN(bytes, DISK_BYTES - offset);
	struct file *file = aligned && fake_random_below(2) ? direct : buffered;
	uint32_t count = random_pieces(pieces, memory + skew, bytes, unit);
	ssize_t done;

	for (uint64_t i = 0; i < sizeof(memory); i++)
		memory[i] = (char)fake_random();
	if (fake_random_below(4) == 0) {
		/* the memory ends within the range; in a page's middle it can't */
		space.bytes = skew + fake_random_below(bytes / unit) * unit;
		wanted = MIN(wanted, space.bytes - skew);
	}
	cursor_init_vector(&cursor, &space, pieces, count);
	if (write) {
		if (!fake_random_below(2) || !transfer_begun(file, &cursor, offset, true, &done)) {
			cursor_init_vector(&cursor, &space, pieces, count);
			done = file_write(file, &cursor, (int64_t)offset);
		}
		if (done > 0)
			memcpy(model + offset, memory + skew, (size_t)done);
	} else {
		if (!fake_random_below(2) || !transfer_begun(file, &cursor, offset, false, &done)) {
			cursor_init_vector(&cursor, &space, pieces, count);
			done = file_read(file, &cursor, (int64_t)offset);
		}
		if (done > 0)
			CHECK(!memcmp(model + offset, memory + skew, (size_t)done));
	}
	if (wanted > 0)
		CHECK_EQUAL(done, wanted);
	else
		CHECK(done == 0 || done == -EFAULT);
	/* what was written without O_DIRECT is on the disk when sync says so */
	if (fake_random_below(8) == 0) {
		CHECK_EQUAL(file_sync(buffered, false), 0);
		CHECK(!memcmp(disk, model, DISK_BYTES));
	}
}

int main(int count, char **arguments)
{
	CHECK(count == 3);
	fake_random_state = strtoull(arguments[1], NULL, 10);
	disk = fake_disk_create(DISK_BYTES, false);
	memcpy(model, disk, DISK_BYTES);
	vfs_init();
	CHECK_EQUAL(vfs_open(vfs_root(), "/dev/vda", O_RDWR | O_DIRECT, 0, &direct), 0);
	CHECK_EQUAL(vfs_open(vfs_root(), "/dev/vda", O_RDWR, 0, &buffered), 0);
	test_begin();
	test_alignment();
	for (uint64_t left = strtoull(arguments[2], NULL, 10); left > 0; left--)
		random_operation();
	CHECK_EQUAL(fake_pins, 0);
	CHECK(begun_done > 0);
	file_put(direct);
	file_put(buffered);
	return 0;
}
