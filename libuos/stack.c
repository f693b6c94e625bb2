/*
 * Stacks and thread-local blocks of coroutines.
 *
 * Stacks are slots of large mappings (UOS_MAP_STACKS: a guard page below each,
 * filled on demand); slots are only ever added.  A free one hangs on the list of the
 * executor that made it, the one used last first: its pages are there.  A new slot's
 * top page is first touched when it is linked, so slots are linked one by one as
 * they are needed, never an arena at once.
 */
#include "libuos/waiter.h"

#include <stdint.h>
#include <string.h>

#include "uos/sys.h"

#define STACK_BYTES_MIN		(8ul * 1024)
#define STACK_BYTES_MAX		(1ul << 20)
#define ARENA_BYTES_FIRST	(4ul << 20)
#define ARENA_BYTES_MAX		(1ul << 30)

/* A program may define its own. */
const size_t uos_stack_bytes __attribute__((weak)) = 64 * 1024;

extern const char __tls_align[];	/* from the linker script */

/* The arena that slots are being cut from. */
static struct {
	struct uos_wait_list lock;	/* all of it, but reads of `stacks` */
	uintptr_t next;
	uintptr_t end;
	uint64_t stacks;
	size_t bytes;
} arena;

size_t uos_tls_bytes(void)
{
	size_t align = (size_t)(uintptr_t)__tls_align;
	size_t bytes = (char *)__tls_end - (char *)__tls_start;

	if (align < 64)
		align = 64;
	return (bytes + align - 1) & -align;
}

uint64_t uos_stacks_made(void)
{
	return __atomic_load_n(&arena.stacks, __ATOMIC_RELAXED);
}

static unsigned int stack_shift(void)
{
	unsigned int shift = __builtin_ctzl(uos_stack_bytes);

	if (uos_stack_bytes < STACK_BYTES_MIN || uos_stack_bytes > STACK_BYTES_MAX ||
	    uos_stack_bytes & (uos_stack_bytes - 1))
		uos_fatal("uos_stack_bytes is no power of two from 8 KiB to 1 MiB");
	return shift;
}

/* Each arena is twice the one before: few mappings for any number of stacks. */
static void arena_map(void)
{
	unsigned int shift = stack_shift();
	void *address = NULL;

	if (!arena.bytes)
		arena.bytes = ARENA_BYTES_FIRST;
	else if (arena.bytes < ARENA_BYTES_MAX)
		arena.bytes *= 2;
	while (uos_sys_mmap(&address, arena.bytes, ABI_PROT_READ | ABI_PROT_WRITE,
			    ABI_MAP_PRIVATE | ABI_MAP_ANONYMOUS | ABI_MAP_NORESERVE |
			    UOS_MAP_STACKS | (int)(shift << UOS_MAP_SLOT_SHIFT), -1, 0) < 0) {
		arena.bytes /= 2;
		if (arena.bytes < uos_stack_bytes)
			uos_fatal("no memory for a coroutine's stack");
		address = NULL;
	}
	arena.next = (uintptr_t)address;
	arena.end = arena.next + arena.bytes;
}

void uos_stack_grow(struct uos_executor *executor)
{
	struct uos_stack_slot *slot;
	uintptr_t end;

	if (executor->shared && executor->shared->take_stacks(executor))
		return;
	uos_hold(executor);
	uos_wait_list_lock_bare(&arena.lock);
	if (arena.next == arena.end)
		arena_map();
	end = arena.next += uos_stack_bytes;
	__atomic_store_n(&arena.stacks, arena.stacks + 1, __ATOMIC_RELAXED);
	uos_wait_list_unlock_bare(&arena.lock);
	uos_let_go(executor);
	slot = (struct uos_stack_slot *)(end - uos_tls_bytes()) - 1;
	slot->owner = executor;
	slot->free_next = executor->stack_free;
	executor->stack_free = slot;
}
