/* Pooled kernel stacks; see the header.  A hart keeps a few; the rest are in one
 * list under a lock.  A stack once mapped stays mapped. */
#include "kernel/mm/stack.h"

#include "kernel/api/lock.h"
#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/kernel_map.h"
#include "kernel/mm/tlb.h"
#include "kernel/task/hart.h"

#define STACK_FRAMES	(KERNEL_STACK_BYTES / PAGE_SIZE)

static struct spinlock pool_lock;	/* pool, next_slot */
static struct kernel_stack *pool;
static uint64_t next_slot = STACKS_BASE;
static uint64_t in_use, frames_held;	/* atomic */

static struct kernel_stack *stack_map(uint64_t slot)
{
	uint64_t bottom = slot + KERNEL_STACK_SLOT_BYTES - KERNEL_STACK_BYTES;

	for (unsigned i = 0; i < STACK_FRAMES; i++) {
		void *frame = frame_alloc_zeroed();

		/* on failure the slot is lost: address space, not memory */
		if (!frame)
			return NULL;
		if (kernel_map_frame(bottom + i * PAGE_SIZE, frame)) {
			frame_put(frame);
			return NULL;
		}
		__atomic_fetch_add(&frames_held, 1, __ATOMIC_RELAXED);
	}
	tlb_flush_kernel(slot, KERNEL_STACK_SLOT_BYTES);
	return (struct kernel_stack *)(slot + KERNEL_STACK_SLOT_BYTES -
				       sizeof(struct kernel_stack));
}

static struct kernel_stack *stack_from_pool(void)
{
	struct kernel_stack *stack;
	uint64_t slot = 0;

	spinlock_acquire(&pool_lock);
	stack = pool;
	if (stack) {
		pool = stack->next;
	} else if (next_slot < STACKS_END) {
		slot = next_slot;
		next_slot += KERNEL_STACK_SLOT_BYTES;
	}
	spinlock_release(&pool_lock);
	return slot ? stack_map(slot) : stack;
}

struct kernel_stack *kernel_stack_alloc(void)
{
	struct hart *hart = hart_this();
	struct kernel_stack *stack = hart->spare_stacks;

	if (LIKELY(stack != NULL)) {
		hart->spare_stacks = stack->next;
		hart->spare_stack_count--;
	} else {
		stack = stack_from_pool();
		if (!stack)
			return NULL;
	}
	__atomic_fetch_add(&in_use, 1, __ATOMIC_RELAXED);
	return stack;
}

void kernel_stack_free(struct kernel_stack *stack)
{
	struct hart *hart = hart_this();
	struct kernel_stack *other = hart->spare_stacks;

	__atomic_fetch_sub(&in_use, 1, __ATOMIC_RELAXED);
	/* never give `stack` itself to other harts: we may stand on it */
	if (UNLIKELY(hart->spare_stack_count >= SPARE_STACKS_MAX)) {
		hart->spare_stacks = other->next;
		hart->spare_stack_count--;
		spinlock_acquire(&pool_lock);
		other->next = pool;
		pool = other;
		spinlock_release(&pool_lock);
	}
	stack->next = hart->spare_stacks;
	hart->spare_stacks = stack;
	hart->spare_stack_count++;
}

uint64_t kernel_stack_bottom(const struct kernel_stack *stack)
{
	return (uint64_t)(stack + 1) - KERNEL_STACK_BYTES;
}

uint64_t kernel_stacks_in_use(void)
{
	return __atomic_load_n(&in_use, __ATOMIC_RELAXED);
}

uint64_t kernel_stack_frames_held(void)
{
	return __atomic_load_n(&frames_held, __ATOMIC_RELAXED);
}

bool kernel_stack_is_guard(uint64_t address)
{
	return address >= STACKS_BASE && address < STACKS_END &&
	       (address & (KERNEL_STACK_SLOT_BYTES - 1)) <
	       KERNEL_STACK_SLOT_BYTES - KERNEL_STACK_BYTES;
}
