/* A disk that begins transfers: what it is lent lies in a queue of pointers, and has a
 * mark in its last word; see fake.h. */
#include "fake.h"

#include "kernel/task/task.h"

#define DISK_MARK	0x6469736b20697321ull
#define DISK_QUEUE	4096u

static struct file_transfer *in_disk[DISK_QUEUE];
static unsigned disk_first, disk_end;
unsigned fake_disk_untold, fake_disk_settled;

static ssize_t disk_read(struct file *file, struct cursor *to, int64_t offset)
{
	CHECK_EQUAL(fake_disk_untold, 0);	/* whoever may wait has told it */
	return fake_device_read(file, to, offset);
}

static bool disk_begin(struct file *file, struct cursor *cursor, uint64_t offset, bool write,
		       struct file_transfer *transfer)
{
	/* as much of the record as a kind may use */
	for (unsigned i = 0; i < FILE_TRANSFER_WORDS; i++)
		transfer->own[i] = DISK_MARK;
	transfer->own[0] = cursor->remaining;
	return cursor->remaining <= PAGE_SIZE;
}

static void disk_go(struct file *file, struct file_transfer *transfer)
{
	CHECK(disk_end - disk_first < DISK_QUEUE);
	in_disk[disk_end++ % DISK_QUEUE] = transfer;
	fake_disk_untold++;
}

static int64_t disk_settle(struct file *file, struct file_transfer *transfer, int64_t result)
{
	CHECK_EQUAL(transfer->own[FILE_TRANSFER_WORDS - 1], DISK_MARK);
	task_yield();			/* it may suspend */
	fake_disk_settled++;
	return result;
}

bool fake_disk_done(int64_t result, bool unsettled)
{
	struct file_transfer *transfer;

	if (disk_first == disk_end)
		return false;
	transfer = in_disk[disk_first++ % DISK_QUEUE];
	CHECK_EQUAL(transfer->own[FILE_TRANSFER_WORDS - 1], DISK_MARK);
	transfer->done(transfer, result < 0 ? result : (int64_t)transfer->own[0], unsettled);
	return true;
}

void vfs_transfers_kick(void)
{
	fake_disk_untold = 0;
}

const struct file_ops fake_disk_ops = { .kind = "disk", .read = disk_read,
					 .begin = disk_begin, .go = disk_go,
					 .settle = disk_settle };

void fake_disk_start(void)
{
	disk_first = disk_end = fake_disk_untold = fake_disk_settled = 0;
}
