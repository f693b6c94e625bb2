/*
 * Requests in flight, found by their user_data; and cancelling them.
 *
 * The table grows with what is in it (as far as there is memory), so that ten
 * thousand parked timeouts are found as fast as ten.
 */
#include "kernel/ring/object.h"

#include "kernel/api/memory.h"

void table_grow(struct ring *ring)
{
	struct request **old = ring->table;
	uint32_t old_bits = ring->table_bits;
	struct request **table = kernel_alloc(sizeof(*table) << (old_bits + 2));

	if (!table)
		return;
	ring->table = table;
	ring->table_bits = old_bits + 2;
	for (uint32_t i = 0; i < 1u << old_bits; i++) {
		while (old[i]) {
			struct request *request = old[i];

			old[i] = request->next;
			table_chain_insert(table_chain(ring, request->user_data), request);
		}
	}
	kernel_free(old, sizeof(*old) << old_bits);
}

struct request *table_find(struct ring *ring, uint64_t user_data,
			   const struct operation *operation)
{
	struct request *request = *table_chain(ring, user_data);

	while (request && (request->user_data != user_data || request->operation != operation))
		request = request->next;
	return request;
}

/* ---- cancelling --------------------------------------------------------------------------- */

/* One pass over the table. */
struct cancel_pass {
	const struct cancel_match *match;
	struct request *owned;		/* no longer parked: ours to end */
	int count;
	int last;			/* of the last match: 0 or -EALREADY */
};

static bool is_match(const struct cancel_match *match, const struct request *request)
{
	bool by_user_data = match->flags & IORING_ASYNC_CANCEL_USERDATA ||
			    !(match->flags & (IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_OP));

	if (match->process && request->process != match->process)
		return false;
	/* it ends with what it limits */
	if (request->operation == &op_link_timeout)
		return false;
	if (match->flags & IORING_ASYNC_CANCEL_ANY)
		return true;
	if (match->flags & IORING_ASYNC_CANCEL_FD && request->file != match->file)
		return false;
	if (match->flags & IORING_ASYNC_CANCEL_OP && request->opcode != match->opcode)
		return false;
	return !by_user_data || request->user_data == match->user_data;
}

int request_cancel_locked(struct ring *ring, struct request *request, struct request **owned)
{
	bool waits;

	if (request->state & REQUEST_IN_DEVICE)
		return -EALREADY;
	if (request->operation->flags & OP_PARKS) {
		if (!request->operation->cancel(request))
			return -EALREADY;
		table_remove(ring, request);
		request->state &= ~REQUEST_LISTED;
		request->next = *owned;
		*owned = request;
		return 0;
	}
	waits = task_waits_interruptibly(request->runner);
	task_cancel(request->runner);
	return waits ? 0 : -EALREADY;
}

/* True: that was the one. */
static bool cancel_chain(struct ring *ring, struct request *request, struct cancel_pass *pass)
{
	while (request) {
		struct request *next = request->next;

		if (is_match(pass->match, request)) {
			pass->last = request_cancel_locked(ring, request, &pass->owned);
			pass->count++;
			if (!(pass->match->flags &
			      (IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_ANY)))
				return true;
		}
		request = next;
	}
	return false;
}

static void cancel_locked(struct ring *ring, struct cancel_pass *pass)
{
	uint32_t flags = pass->match->flags;

	if (!(flags & (IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_FD |
		       IORING_ASYNC_CANCEL_OP)) || flags & IORING_ASYNC_CANCEL_USERDATA) {
		cancel_chain(ring, *table_chain(ring, pass->match->user_data), pass);
		return;
	}
	for (uint32_t i = 0; i < 1u << ring->table_bits; i++)
		if (ring->table[i] && cancel_chain(ring, ring->table[i], pass))
			return;
}

int ring_cancel(struct ring *ring, const struct cancel_match *match)
{
	struct cancel_pass pass = { .match = match };

	spinlock_acquire(&ring->lock);
	if (ring->listed)
		cancel_locked(ring, &pass);
	spinlock_release(&ring->lock);
	while (pass.owned) {
		struct request *request = pass.owned;

		pass.owned = request->next;
		request_end_parked(request, -ECANCELED);
	}
	if (match->flags & (IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_ANY))
		return pass.count;
	return pass.count ? pass.last : -ENOENT;
}
