/*
 * What may be asked for: the one point through which both doors go.
 *
 * A ring has restrictions (IORING_REGISTER_RESTRICTIONS), and may be of a kind that takes
 * few operations (IOPOLL).  A process has a policy: a list of allowed operations, that its
 * children inherit and nobody can widen; it holds for each ring that serves in its name,
 * and for the trap door.  A ring of which any of these may be true is `is_special`; so
 * others pay nothing.
 */
#include "kernel/api/memory.h"
#include "kernel/ring/object.h"

struct ring_restrictions {
	uint64_t register_ops;		/* bit: allowed */
	uint64_t operations[4];
	uint8_t flags_allowed, flags_required;
};

#define RESTRICTIONS_MAX (IORING_RESTRICTION_LAST + IORING_REGISTER_LAST + IORING_OP_LAST)

static bool has_bit(const uint64_t *words, uint32_t bit)
{
	return words[bit / 64] >> bit % 64 & 1;
}

static void set_bit(uint64_t *words, uint32_t bit)
{
	words[bit / 64] |= 1ul << bit % 64;
}

/* ---- looking ------------------------------------------------------------------------ */

static bool restrictions_allow(const struct ring_restrictions *restrictions,
			       const struct io_uring_sqe *sqe)
{
	const uint8_t required = restrictions->flags_required;

	return has_bit(restrictions->operations, sqe->opcode) &&
	       (sqe->flags & required) == required &&
	       !(sqe->flags & ~(restrictions->flags_allowed | required));
}

/* No file here can be polled for its completion, and what takes no file needs no polling. */
static int check_polled(const struct io_uring_sqe *sqe)
{
	switch (sqe->opcode) {
	case IORING_OP_READ:
	case IORING_OP_WRITE:
	case IORING_OP_READV:
	case IORING_OP_WRITEV:
	case IORING_OP_READ_FIXED:
	case IORING_OP_WRITE_FIXED:
		return -EOPNOTSUPP;
	case IORING_OP_NOP:
	case IORING_OP_FILES_UPDATE:
	case IORING_OP_PROVIDE_BUFFERS:
	case IORING_OP_REMOVE_BUFFERS:
	case IORING_OP_MSG_RING:
		return 0;
	default:
		return -EINVAL;
	}
}

bool policy_allows(const struct process *process, uint8_t opcode)
{
	const struct operation_policy *policy = READ_ONCE(process->policy);

	return !policy || has_bit(policy->allowed, opcode);
}

int policy_check(const struct ring *ring, const struct process *process,
		 const struct io_uring_sqe *sqe)
{
	if (ring->restrictions && !restrictions_allow(ring->restrictions, sqe))
		return -EACCES;
	if (!policy_allows(process, sqe->opcode))
		return -EACCES;
	return ring->setup_flags & IORING_SETUP_IOPOLL ? check_polled(sqe) : 0;
}

int policy_check_register(const struct ring *ring, uint32_t opcode)
{
	const struct ring_restrictions *restrictions = ring->restrictions;

	if (!restrictions || ring->setup_flags & IORING_SETUP_R_DISABLED)
		return 0;
	return opcode < 64 && restrictions->register_ops >> opcode & 1 ? 0 : -EACCES;
}

/* ---- a ring's restrictions ---------------------------------------------------------------- */

static int add(struct ring_restrictions *to, const struct io_uring_restriction *one)
{
	switch (one->opcode) {
	case IORING_RESTRICTION_REGISTER_OP:
		if (one->register_op >= IORING_REGISTER_LAST)
			return -EINVAL;
		set_bit(&to->register_ops, one->register_op);
		return 0;
	case IORING_RESTRICTION_SQE_OP:
		if (one->sqe_op >= IORING_OP_LAST && !operation_table[one->sqe_op])
			return -EINVAL;
		set_bit(to->operations, one->sqe_op);
		return 0;
	case IORING_RESTRICTION_SQE_FLAGS_ALLOWED:
		to->flags_allowed = one->sqe_flags;
		return 0;
	case IORING_RESTRICTION_SQE_FLAGS_REQUIRED:
		to->flags_required = one->sqe_flags;
		return 0;
	default:
		return -EINVAL;
	}
}

static int fill(struct ring_restrictions *to, struct process *process, uint64_t address,
		uint32_t count)
{
	int error = 0;

	for (uint32_t i = 0; i < count && !error; i++) {
		struct io_uring_restriction one;

		if (user_copy_in(process->space, &one, (struct user_address){
				 address + i * sizeof(one) }, sizeof(one)))
			return -EFAULT;
		error = add(to, &one);
	}
	return error;
}

int restrictions_register(struct ring *ring, struct process *process, uint64_t address,
			  uint32_t count)
{
	struct ring_restrictions *made;
	int error;

	if (!(ring->setup_flags & IORING_SETUP_R_DISABLED))
		return -EBADFD;
	if (ring->restrictions)
		return -EBUSY;
	if (!address || count > RESTRICTIONS_MAX)
		return -EINVAL;
	made = kernel_alloc(sizeof(*made));
	if (!made)
		return -ENOMEM;
	error = fill(made, process, address, count);
	if (error)
		kernel_free(made, sizeof(*made));
	else
		ring->restrictions = made;
	return error;
}

void restrictions_free(struct ring *ring)
{
	if (ring->restrictions)
		kernel_free(ring->restrictions, sizeof(*ring->restrictions));
	ring->restrictions = NULL;
}

/* ---- a process's policy ------------------------------------------------------------------------ */

static void watch(struct file *file)
{
	struct ring *ring = file ? ring_of(file) : NULL;

	if (ring)
		WRITE_ONCE(ring->is_special, true);
	if (file)
		file_put(file);
}

/* Each ring that serves in its name, its own or inherited.  (A later one is made so.) */
static void watch_rings(struct process *process)
{
	const uint32_t limit = files_limit(process->files);
	struct list *node;
	struct file *file;

	spinlock_acquire(&rings_lock);
	LIST_FOR_EACH(node, &rings) {
		struct ring *ring = CONTAINER_OF(node, struct ring, all);

		if (ring->process == process)
			WRITE_ONCE(ring->is_special, true);
	}
	spinlock_release(&rings_lock);
	for (uint32_t fd = 0; fd < limit; fd++)
		watch(files_get(process->files, (int32_t)fd));
	for (uint32_t i = 0; i < RING_FDS_MAX; i++)
		if (ring_fds_get(process, i, &file) == 0)
			watch(file);
}

int policy_narrow(struct process *process, const uint64_t allowed[4])
{
	struct operation_policy *made = kernel_alloc(sizeof(*made)), *before;

	if (!made)
		return -ENOMEM;
	spinlock_acquire(&process->lock);
	before = process->policy;
	for (int i = 0; i < 4; i++)
		made->allowed[i] = allowed[i] & (before ? before->allowed[i] : ~0ul);
	/* somebody may be looking at the one before: it stays until the process ends */
	made->before = before;
	__atomic_store_n(&process->policy, made, __ATOMIC_RELEASE);
	spinlock_release(&process->lock);
	watch_rings(process);
	return 0;
}

int policy_inherit(struct process *child, const struct process *parent)
{
	const struct operation_policy *policy = READ_ONCE(parent->policy);

	return policy ? policy_narrow(child, policy->allowed) : 0;
}

void policy_free(struct process *process)
{
	while (process->policy) {
		struct operation_policy *policy = process->policy;

		process->policy = policy->before;
		kernel_free(policy, sizeof(*policy));
	}
}

/* ---- personalities: there is one user, so each is the same -------------------------------------- */

int personality_register(struct ring *ring)
{
	for (uint32_t id = 1; id < PERSONALITY_WORDS * 64; id++)
		if (!personality_is_registered(ring, id)) {
			set_bit(ring->personalities, id);
			return (int)id;
		}
	return -ENOMEM;
}

int personality_unregister(struct ring *ring, uint32_t id)
{
	if (!personality_is_registered(ring, id))
		return -EINVAL;
	ring->personalities[id / 64] &= ~(1ul << id % 64);
	return 0;
}
