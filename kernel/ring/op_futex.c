/*
 * FUTEX_WAIT and FUTEX_WAKE: waiting for a word of one's own memory to change.
 *
 * Who waits is a record in a table, by process and address (no memory is shared
 * between processes, so an address is enough), first come first served: on the
 * stack of a thread that came by trap, in a parked request, without a stack.
 *
 * No wake-up is lost: the word is read under the table's lock, and whoever finds it
 * unchanged is in the table before the lock is let go.  Who changed it before that
 * lock was taken has been seen; who changes it later finds the record.
 *
 * Locks: ring->lock, then a bucket's, then the address space's.  Who takes a record
 * out of the table ends the wait: a waker after it has let go of the lock (parked
 * ones) or under it (threads, whose record lives only until they have the lock).
 */
#include "kernel/ring/object.h"

#include "abi/futex.h"
#include "kernel/api/memory.h"

#define BUCKETS	256u

static struct bucket {
	struct spinlock lock;
	struct list waits;
} buckets[BUCKETS];

void futex_init(void)
{
	for (unsigned i = 0; i < BUCKETS; i++)
		list_init(&buckets[i].waits);
}

static struct bucket *bucket_of(const struct process *process, uint64_t address)
{
	uint64_t key = (uint64_t)process ^ address >> 2;

	return &buckets[key * 0x9e3779b97f4a7c15ul >> 56];
}

ABI_CHECK(BUCKETS == 1 << 8, "the top bits of a product");

/* Under the lock.  0: the record is in the table; -EAGAIN: the word is another. */
static int enter_table(struct bucket *bucket, struct futex_wait *wait, uint32_t value)
{
	uint32_t *word, seen;

	word = user_frame_pin(wait->process->space, (struct user_address){ wait->address },
			      ABI_PROT_READ);
	if (!word)
		return -EFAULT;
	seen = __atomic_load_n(word, __ATOMIC_ACQUIRE);
	frame_put(word);
	if (seen != value)
		return -EAGAIN;
	wait->waits = true;
	list_push_back(&bucket->waits, &wait->node);
	return 0;
}

/* True: it was still there, and the caller ends it. */
static bool leave_table(struct futex_wait *wait)
{
	struct bucket *bucket = bucket_of(wait->process, wait->address);
	bool was;

	spinlock_acquire(&bucket->lock);
	was = wait->waits;
	if (was)
		list_remove(&wait->node);
	wait->waits = false;
	spinlock_release(&bucket->lock);
	return was;
}

/* ---- waking ------------------------------------------------------------------------- */

/* Under the lock.  Threads are woken at once, requests go to `parked`. */
static uint32_t take_out(struct bucket *bucket, const struct futex_wait *wanted, uint32_t count,
			 struct list *parked)
{
	struct list *node, *following;
	uint32_t woken = 0;

	LIST_FOR_EACH_SAFE(node, following, &bucket->waits) {
		struct futex_wait *wait = CONTAINER_OF(node, struct futex_wait, node);

		if (woken == count)
			break;
		if (wait->process != wanted->process || wait->address != wanted->address ||
		    !(wait->bits & wanted->bits))
			continue;
		list_remove(&wait->node);
		woken++;
		if (!wait->task)
			list_push_back(parked, &wait->node);
		WRITE_ONCE(wait->waits, false);
		if (wait->task)
			task_wake(wait->task);
	}
	return woken;
}

int64_t ring_futex_wake(const struct process *process, uint64_t address, uint32_t count,
			uint32_t bits)
{
	const struct futex_wait wanted = { .process = process, .address = address, .bits = bits };
	struct bucket *bucket = bucket_of(process, address);
	struct list parked, *node;
	uint32_t woken;

	list_init(&parked);
	spinlock_acquire(&bucket->lock);
	woken = take_out(bucket, &wanted, count, &parked);
	spinlock_release(&bucket->lock);
	while ((node = list_pop_front(&parked)) != NULL)
		request_end_parked(CONTAINER_OF(node, struct request, futex.node), 0);
	return woken;
}

/* ---- waiting ------------------------------------------------------------------------ */

static int park(struct request *request, uint32_t value)
{
	struct ring *ring = request->ring;
	struct futex_wait *wait = &request->futex;
	struct bucket *bucket = bucket_of(wait->process, wait->address);
	int error = -ECANCELED;

	spinlock_acquire(&ring->lock);
	if (!request_is_unwanted(request)) {
		spinlock_acquire(&bucket->lock);
		error = enter_table(bucket, wait, value);
		if (!error)
			request_park_locked(request);
		spinlock_release(&bucket->lock);
	}
	spinlock_release(&ring->lock);
	return error;
}

/* A thread, on its own stack. */
static int64_t wait_here(struct futex_wait *wait, uint32_t value, uint64_t deadline_ns)
{
	struct bucket *bucket = bucket_of(wait->process, wait->address);
	struct alarm alarm;
	int64_t result;

	wait->task = task_current();
	spinlock_acquire(&bucket->lock);
	result = enter_table(bucket, wait, value);
	spinlock_release(&bucket->lock);
	if (result)
		return result;
	alarm_set(&alarm, deadline_ns);
	while (READ_ONCE(wait->waits) && result == 0) {
		if (time_now_ns() >= deadline_ns)
			result = -ETIMEDOUT;
		else
			result = task_wait(true);
	}
	alarm_stop(&alarm);
	/* also waits until a waker has let go of the record */
	return leave_table(wait) ? result : 0;
}

/* As on Linux this is found when it is issued: a failure, but not a refused SQE. */
static bool is_sound(const struct futex_arguments *arguments)
{
	return arguments->bits && arguments->address % sizeof(uint32_t) == 0;
}

static int64_t issue_wait(struct request *request)
{
	const struct futex_arguments arguments = request->futex_arguments;
	struct futex_wait wait = {
		.process = request->process, .address = arguments.address,
		.bits = arguments.bits,
	};
	int error;

	if (!is_sound(&arguments))
		return -EINVAL;
	if (!request->ring)
		return wait_here(&wait, arguments.value, arguments.deadline_ns);
	request->futex = wait;
	error = park(request, arguments.value);
	return error ? error : REQUEST_PARKED;
}

static bool cancel_wait(struct request *request)
{
	return leave_table(&request->futex);
}

static int64_t issue_wake(struct request *request)
{
	const struct futex_arguments *arguments = &request->futex_arguments;

	if (!is_sound(arguments))
		return -EINVAL;
	return ring_futex_wake(request->process, arguments->address, arguments->value,
			       arguments->bits);
}

/* ---- prep: Linux's io_uring/futex.c and kernel/futex/syscalls.c say what is refused -------- */

/* By trap, `user_data` is the timeout's address and `len` tells what kind it is. */
static int take_deadline(struct request *request, const struct io_uring_sqe *sqe)
{
	struct futex_arguments *arguments = &request->futex_arguments;
	uint64_t time_ns;
	int error;

	arguments->deadline_ns = ~0ul;
	if (request->ring || !sqe->user_data)
		return 0;
	error = request_take_time(request, sqe->user_data, &time_ns);
	if (!error)
		arguments->deadline_ns = deadline_of_time(time_ns, sqe->len);
	return error;
}

static int prep(struct request *request, const struct io_uring_sqe *sqe)
{
	struct futex_arguments *arguments = &request->futex_arguments;
	uint32_t flags = (uint32_t)sqe->fd;

	if ((sqe->len && request->ring) || sqe->futex_flags || !sqe_has_no_index(sqe))
		return -EINVAL;
	if (flags & ~(uint32_t)(FUTEX2_SIZE_MASK | FUTEX2_PRIVATE) ||
	    (flags & FUTEX2_SIZE_MASK) != FUTEX2_SIZE_U32)
		return -EINVAL;
	if (sqe->off > UINT32_MAX || sqe->addr3 > UINT32_MAX)
		return -EINVAL;
	arguments->address = sqe->addr;
	arguments->value = (uint32_t)sqe->off;
	arguments->bits = (uint32_t)sqe->addr3;
	return take_deadline(request, sqe);
}

const struct operation op_futex_wait = {
	.name = "futex_wait", .flags = OP_PARKS | OP_NO_FIXED,
	.prep = prep, .issue = issue_wait, .cancel = cancel_wait,
};

const struct operation op_futex_wake = {
	.name = "futex_wake", .flags = OP_NO_FIXED, .prep = prep, .issue = issue_wake,
};
