/* Memory, user memory, panic and the odd function for the rings; see fake.h. */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "drivers/random.h"
#include "drivers/rtc.h"
#include "kernel/api/memory.h"
#include "kernel/mm/address_space.h"

char fake_user[USER_BYTES] __attribute__((aligned(4096)));
unsigned fake_allocations_to_fail;
uint64_t random_state = 1;

static uint64_t bytes_allocated, pages_allocated;

void panic(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stdout, format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
	abort();
}

uint64_t random_word(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state * 0x2545f4914f6cdd1dul;
}

/* ---- kernel memory --------------------------------------------------------------------- */

static bool must_fail(void)
{
	return fake_allocations_to_fail && fake_allocations_to_fail--;
}

void *kernel_alloc(size_t bytes)
{
	void *memory = must_fail() ? NULL : calloc(1, bytes);

	if (memory)
		bytes_allocated += bytes;
	return memory;
}

void kernel_free(void *memory, size_t bytes)
{
	if (memory)
		bytes_allocated -= bytes;
	free(memory);
}

uint64_t fake_bytes_allocated(void)
{
	return bytes_allocated;
}

uint64_t fake_pages_allocated(void)
{
	return pages_allocated;
}

static bool is_user_page(const void *frame)
{
	return (const char *)frame >= fake_user && (const char *)frame < fake_user + USER_BYTES;
}

void *frames_alloc(unsigned order)
{
	void *frames = must_fail() ? NULL : mmap(NULL, PAGE_SIZE << order, PROT_READ | PROT_WRITE,
						 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (frames)
		pages_allocated += 1ul << order;
	return frames;
}

void frame_get(void *frame)
{
	pages_allocated++;
}

void *frame_alloc_zeroed(void)
{
	return frames_alloc(0);
}

/* A ring's frame is unmapped, so that touching it afterwards shows. */
void frame_put(void *frame)
{
	pages_allocated--;
	if (!is_user_page(frame))
		munmap((void *)ALIGN_DOWN((uint64_t)frame, PAGE_SIZE), PAGE_SIZE);
}

/* ---- user memory ------------------------------------------------------------------------- */

static char *reach(uint64_t address, uint64_t bytes)
{
	if (address < USER_FIRST || address > USER_BYTES || bytes > USER_BYTES - address)
		return NULL;
	return fake_user + address;
}

int user_copy_in(struct address_space *space, void *to, struct user_address from, uint64_t bytes)
{
	const char *memory = reach(from.value, bytes);

	if (memory)
		memcpy(to, memory, bytes);
	return memory || !bytes ? 0 : -EFAULT;
}

int user_copy_out(struct address_space *space, struct user_address to, const void *from,
		  uint64_t bytes)
{
	char *memory = reach(to.value, bytes);

	if (memory)
		memcpy(memory, from, bytes);
	return memory || !bytes ? 0 : -EFAULT;
}

ssize_t user_string_in(struct address_space *space, char *to, struct user_address from,
		       uint64_t bytes)
{
	for (uint64_t i = 0; i < bytes; i++) {
		const char *memory = reach(from.value + i, 1);

		if (!memory)
			return -EFAULT;
		to[i] = *memory;
		if (!to[i])
			return i;
	}
	return -ENAMETOOLONG;
}

void *user_frame_pin(struct address_space *space, struct user_address address,
		     uint32_t protection)
{
	char *memory = reach(address.value, 1);

	if (memory)
		frame_get(memory);
	return memory;
}

void cursor_init_user(struct cursor *cursor, struct address_space *space, uint64_t address,
		      uint64_t bytes)
{
	*cursor = (struct cursor){ .space = space, .remaining = bytes,
				   .current = { address, bytes } };
}

void cursor_init_kernel(struct cursor *cursor, void *memory, uint64_t bytes)
{
	cursor_init_user(cursor, NULL, (uint64_t)memory, bytes);
}

void cursor_init_vector(struct cursor *cursor, struct address_space *space,
			const struct abi_iovec *segments, uint32_t count)
{
	cursor_init_user(cursor, space, count ? segments->iov_base : 0, 0);
	for (uint32_t i = 0; i < count; i++)
		cursor->remaining += segments[i].iov_len;
	cursor->current.iov_len = cursor->remaining;
}

/* Enough for what the fake files do: the front of the first segment. */
ssize_t cursor_put_zeros(struct cursor *cursor, uint64_t bytes)
{
	uint64_t part = MIN(bytes, cursor->current.iov_len);
	char *memory = cursor->space ? reach(cursor->current.iov_base, part) :
		       (char *)cursor->current.iov_base;

	if (part && !memory)
		return -EFAULT;
	if (part)
		memset(memory, 0, part);
	return bytes;
}

static ssize_t move(struct cursor *cursor, void *memory, uint64_t bytes, bool out)
{
	uint64_t part = MIN(bytes, cursor->remaining);
	char *place = cursor->space ? reach(cursor->current.iov_base, part) :
		      (char *)cursor->current.iov_base;

	if (part && !place)
		return -EFAULT;
	if (part)
		memcpy(out ? place : memory, out ? memory : place, part);
	cursor->current.iov_base += part;
	cursor->current.iov_len -= part;
	cursor->remaining -= part;
	return (ssize_t)part;
}

ssize_t cursor_put(struct cursor *cursor, const void *from, uint64_t bytes)
{
	return move(cursor, (void *)from, bytes, true);
}

ssize_t cursor_take(struct cursor *cursor, void *to, uint64_t bytes)
{
	return move(cursor, to, bytes, false);
}

/* No page is there to be mapped. */
int address_space_map(struct address_space *space, const struct region_request *request,
		      uint64_t *result)
{
	if (request->kind == REGION_FRAMES)
		CHECK(request->frame_at(request->object, request->bytes / PAGE_SIZE - 1) != NULL);
	*result = 0x10000000;
	return 0;
}

int address_space_unmap(struct address_space *space, uint64_t address, uint64_t bytes)
{
	return (address | bytes) & PAGE_MASK ? -EINVAL : 0;
}

/* ---- drivers -------------------------------------------------------------------------------- */

uint64_t rtc_now_ns(void)
{
	return 1700000000000000000ul + time_now_ns();
}

void random_fill(void *memory, size_t bytes)
{
	memset(memory, 4, bytes);
}

/* ---- urgency -------------------------------------------------------------------------------- */

unsigned fake_raises;
uint8_t fake_raised_level;

void urgency_raise(struct process *process, uint8_t level)
{
	fake_raises++;
	fake_raised_level = level;
}
