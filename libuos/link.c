/*
 * Links between two processes; uos/link.h.
 *
 * The shared area has a queue per direction and a count per end.  Of a queue the tail and
 * room_event are the sender's, the head and message_event the receiver's; each side keeps
 * its own index for itself, and believes nothing of the other's but its distance.
 *
 * Who waits arms, as with a ring (docs/uintr.md): it writes how far it has seen the other to its
 * event word, has a full fence, looks once more, and waits.  Who goes on past that place has
 * a full fence after its index, and sends an interrupt; once, since it passes a place
 * once.  One of the two sees the other.  A count has a flag in place of the event.
 */
#include "uos/link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#define LINK_MAGIC	0x6b6e696c2d736f75ull	/* "uos-link" */
#define SLOTS_MAX	65536u
#define SLOT_BYTES_MAX	4096u
#define PAGE_BYTES	4096ul
#define MEMORY_MODE	0600

struct queue {
	/* the sender's */
	uint32_t tail __attribute__((aligned(64)));
	uint32_t room_event;		/* interrupt me when the head passes this */
	/* the receiver's */
	uint32_t head __attribute__((aligned(64)));
	uint32_t message_event;		/* interrupt me when the tail passes this */
};

struct count {
	uint32_t value __attribute__((aligned(64)));
	uint32_t awaited;
};

struct area {
	uint64_t magic;
	uint32_t slots;
	uint32_t slot_bytes;
	uint32_t closed[2];		/* by which end */
	struct queue queue[2];		/* to which end */
	struct count count[2];		/* of which end */
	char messages[];		/* of queue 0, then of queue 1 */
};

struct uos_link {
	struct area *area;
	size_t area_bytes;
	uint32_t slots, slot_bytes;	/* as checked once */
	unsigned int end;		/* 0: who made it */
	uint32_t head, tail;		/* our own indices */
	int sender;			/* to the other end */
	unsigned int vector;
	int memory_fd, own_fd, other_fd;	/* -1: not open */
	struct uos_signal message, room, counted;
};

/* ---- being woken --------------------------------------------------------------------- */

static void interrupted(void *argument)
{
	struct uos_link *link = argument;

	uos_signal_set_from_handler(&link->message);
	uos_signal_set_from_handler(&link->room);
	uos_signal_set_from_handler(&link->counted);
}

static bool is_closed(const struct uos_link *link)
{
	return __atomic_load_n(&link->area->closed[!link->end], __ATOMIC_ACQUIRE);
}

/* The index has gone from `place` to the next: the other side waits for that. */
static void tell(const struct uos_link *link, const uint32_t *event, uint32_t place)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(event, __ATOMIC_RELAXED) == place)
		uos_interrupt_send(link->sender);
}

/* Until the other's index is not `seen` any more, or the end.  1, or -errno. */
static int await(struct uos_link *link, struct uos_signal *signal, uint32_t *event,
		 const uint32_t *index, uint32_t seen)
{
	int result;

	__atomic_store_n(event, seen, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(index, __ATOMIC_RELAXED) != seen)
		return 1;
	if (is_closed(link))
		return -EPIPE;
	result = uos_signal_wait(signal);
	return result < 0 ? result : 1;
}

/* ---- messages ------------------------------------------------------------------------ */

static char *slot_at(const struct uos_link *link, unsigned int to, uint32_t index)
{
	size_t place = (index & (link->slots - 1)) + (size_t)to * link->slots;

	return link->area->messages + place * link->slot_bytes;
}

int uos_link_send(struct uos_link *link, const void *message)
{
	struct queue *queue = &link->area->queue[!link->end];
	uint32_t head;
	int result;

	if (is_closed(link))
		return -EPIPE;
	while ((head = __atomic_load_n(&queue->head, __ATOMIC_ACQUIRE)) + link->slots ==
	       link->tail) {
		result = await(link, &link->room, &queue->room_event, &queue->head, head);
		if (result < 0)
			return result;
	}
	if (link->tail - head > link->slots)
		return -EPROTO;
	memcpy(slot_at(link, !link->end, link->tail), message, link->slot_bytes);
	__atomic_store_n(&queue->tail, link->tail + 1, __ATOMIC_RELEASE);
	tell(link, &queue->message_event, link->tail++);
	return 0;
}

int uos_link_receive(struct uos_link *link, void *message)
{
	struct queue *queue = &link->area->queue[link->end];
	uint32_t tail;
	int result;

	while ((tail = __atomic_load_n(&queue->tail, __ATOMIC_ACQUIRE)) == link->head) {
		result = await(link, &link->message, &queue->message_event, &queue->tail, tail);
		if (result < 0)
			return result;
	}
	if (tail - link->head > link->slots)
		return -EPROTO;
	memcpy(message, slot_at(link, link->end, link->head), link->slot_bytes);
	__atomic_store_n(&queue->head, link->head + 1, __ATOMIC_RELEASE);
	tell(link, &queue->room_event, link->head++);
	return 0;
}

/* ---- counts ---------------------------------------------------------------------------- */

void uos_link_add(struct uos_link *link, uint32_t count)
{
	struct count *other = &link->area->count[!link->end];

	__atomic_fetch_add(&other->value, count, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(&other->awaited, __ATOMIC_RELAXED))
		uos_interrupt_send(link->sender);
}

int uos_link_count(struct uos_link *link)
{
	struct count *own = &link->area->count[link->end];
	uint32_t value;
	int result = 1;

	__atomic_store_n(&own->awaited, 1, __ATOMIC_RELAXED);
	for (;;) {
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		value = __atomic_exchange_n(&own->value, 0, __ATOMIC_ACQUIRE);
		if (value || result < 0 || is_closed(link))
			break;
		result = uos_signal_wait(&link->counted);
	}
	__atomic_store_n(&own->awaited, 0, __ATOMIC_RELAXED);
	if (value)
		return value > INT32_MAX ? INT32_MAX : (int)value;
	return result < 0 ? result : -EPIPE;
}

/* ---- life -------------------------------------------------------------------------------- */

static void close_fd(int fd)
{
	if (fd >= 0)
		uos_close(fd);
}

static void link_free(struct uos_link *link)
{
	if (link->vector)
		uos_interrupt_handle(link->vector, NULL, NULL);
	if (link->sender >= 0)
		uos_interrupt_sender_free(link->sender);
	if (link->area)
		uos_munmap(link->area, link->area_bytes);
	close_fd(link->memory_fd);
	close_fd(link->own_fd);
	close_fd(link->other_fd);
	free(link);
}

static struct uos_link *link_alloc(unsigned int end)
{
	struct uos_link *link = calloc(1, sizeof(*link));

	if (link) {
		link->end = end;
		link->sender = link->memory_fd = link->own_fd = link->other_fd = -1;
	}
	return link;
}

static int area_map(struct uos_link *link)
{
	void *address = NULL;
	int result = uos_mmap(&address, link->area_bytes, ABI_PROT_READ | ABI_PROT_WRITE,
			      ABI_MAP_SHARED, link->memory_fd, 0);

	if (result >= 0)
		link->area = address;
	return result;
}

static size_t area_bytes(size_t slots, size_t slot_bytes)
{
	size_t bytes = sizeof(struct area) + 2 * slots * slot_bytes;

	return (bytes + PAGE_BYTES - 1) & -PAGE_BYTES;
}

/* Memory that has a descriptor: a file that nobody else can open by name. */
static int memory_create(size_t bytes)
{
	static uint32_t number;
	char path[64];
	int fd, result;

	snprintf(path, sizeof(path), "/tmp/.link-%d-%u", (int)uos_getpid(),
		 (unsigned int)__atomic_fetch_add(&number, 1, __ATOMIC_RELAXED));
	fd = uos_open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, MEMORY_MODE);
	if (fd < 0)
		return fd;
	uos_unlink(path);
	result = uos_ftruncate(fd, (off_t)bytes);
	if (result >= 0)
		return fd;
	uos_close(fd);
	return result;
}

/* The first vector that nobody handles becomes the link's. */
static int vector_take(struct uos_link *link)
{
	int result = -ENOSPC;

	for (unsigned int vector = UOS_VECTORS - 1; vector && !link->vector; vector--) {
		result = uos_interrupt_handle(vector, interrupted, link);
		if (result == 0)
			link->vector = vector;
		else if (result != -EBUSY)
			break;
	}
	return link->vector ? 0 : result;
}

/* Own interrupts and those of the other end, whose descriptors are there. */
static int interrupts_begin(struct uos_link *link)
{
	int result = vector_take(link);

	if (result >= 0)
		result = uos_interrupt_receiver_bind(link->own_fd, link->vector);
	if (result >= 0)
		result = link->sender = uos_interrupt_sender(link->other_fd);
	return result;
}

static int link_build(struct uos_link *link)
{
	int result = link->memory_fd = memory_create(link->area_bytes);

	if (result >= 0)
		result = area_map(link);
	if (result >= 0)
		result = link->own_fd = uos_interrupt_receiver_create();
	if (result >= 0)
		result = link->other_fd = uos_interrupt_receiver_create();
	if (result >= 0)
		result = interrupts_begin(link);
	if (result < 0)
		return result;
	link->area->slots = link->slots;
	link->area->slot_bytes = link->slot_bytes;
	link->area->magic = LINK_MAGIC;
	return 0;
}

static struct uos_link *finish(struct uos_link *link, int result)
{
	if (result >= 0)
		return link;
	link_free(link);
	errno = -result;
	return NULL;
}

struct uos_link *uos_link_create(size_t slots, size_t slot_bytes)
{
	struct uos_link *link;

	if (!slots || slots > SLOTS_MAX || slots & (slots - 1) || !slot_bytes ||
	    slot_bytes > SLOT_BYTES_MAX) {
		errno = EINVAL;
		return NULL;
	}
	link = link_alloc(0);
	if (!link)
		return NULL;
	link->slots = (uint32_t)slots;
	link->slot_bytes = (uint32_t)slot_bytes;
	link->area_bytes = area_bytes(slots, slot_bytes);
	return finish(link, link_build(link));
}

void uos_link_files(const struct uos_link *link, struct uos_spawn_file *files, int first_fd)
{
	files[0] = (struct uos_spawn_file){ first_fd, link->memory_fd };
	files[1] = (struct uos_spawn_file){ first_fd + 1, link->other_fd };
	files[2] = (struct uos_spawn_file){ first_fd + 2, link->own_fd };
}

/* What the other end wrote there, read once: 0 or -EINVAL. */
static int area_check(struct uos_link *link, uint64_t file_bytes)
{
	link->slots = __atomic_load_n(&link->area->slots, __ATOMIC_RELAXED);
	link->slot_bytes = __atomic_load_n(&link->area->slot_bytes, __ATOMIC_RELAXED);
	if (link->area->magic != LINK_MAGIC || !link->slots || link->slots > SLOTS_MAX ||
	    link->slots & (link->slots - 1) || !link->slot_bytes ||
	    link->slot_bytes > SLOT_BYTES_MAX ||
	    area_bytes(link->slots, link->slot_bytes) != file_bytes)
		return -EINVAL;
	return 0;
}

static int link_take(struct uos_link *link)
{
	struct statx status;
	int result = uos_fstat(link->memory_fd, &status);

	if (result < 0)
		return result;
	if (status.stx_size < sizeof(struct area) || status.stx_size % PAGE_BYTES)
		return -EINVAL;
	link->area_bytes = status.stx_size;
	result = area_map(link);
	if (result >= 0)
		result = area_check(link, status.stx_size);
	if (result >= 0)
		result = interrupts_begin(link);
	return result;
}

struct uos_link *uos_link_open(int first_fd)
{
	struct uos_link *link = link_alloc(1);

	if (!link)
		return NULL;
	link->memory_fd = first_fd;
	link->own_fd = first_fd + 1;
	link->other_fd = first_fd + 2;
	return finish(link, link_take(link));
}

void uos_link_close(struct uos_link *link)
{
	__atomic_store_n(&link->area->closed[link->end], 1, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	uos_interrupt_send(link->sender);
	link_free(link);
}
