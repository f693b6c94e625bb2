/*
 * Words that every file of the kernel uses: fixed-width types, sizes, small
 * arithmetic, intrusive lists, assertions.  No state, no policy.
 */
#ifndef KERNEL_API_BASE_H
#define KERNEL_API_BASE_H

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/check.h"
#include "abi/errno.h"

#ifndef __ASSEMBLER__
typedef intptr_t ssize_t;	/* bytes, or -errno: the field's own word */
#endif

#define PAGE_SHIFT	12
#define PAGE_SIZE	(1ul << PAGE_SHIFT)
#define PAGE_MASK	(PAGE_SIZE - 1)

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define CONTAINER_OF(pointer, type, member) \
	((type *)((char *)(pointer) - offsetof(type, member)))
#define MIN(a, b)		((a) < (b) ? (a) : (b))
#define MAX(a, b)		((a) > (b) ? (a) : (b))
#define ALIGN_DOWN(value, to)	((value) & ~((uint64_t)(to) - 1))
#define ALIGN_UP(value, to)	ALIGN_DOWN((value) + (to) - 1, to)

#define LIKELY(x)	__builtin_expect(!!(x), 1)
#define UNLIKELY(x)	__builtin_expect(!!(x), 0)

/* One read (or write) of a word that somebody else may be changing. */
#define READ_ONCE(word)		(*(const volatile __typeof__(word) *)&(word))
#define WRITE_ONCE(word, value)	(*(volatile __typeof__(word) *)&(word) = (value))

/*
 * A kernel's own mistake: prints what, where and a backtrace, stops all harts
 * and powers off with a status.  Any context.  A user's mistake never asserts.
 */
void panic(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));
#define ASSERT(condition) \
	(LIKELY(condition) ? (void)0 : \
	 panic("%s:%d: assertion failed: %s", __FILE__, __LINE__, #condition))

/* One line on the console, with time and hart.  Any context; no newline. */
void kernel_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Intrusive circular list; a node that is in no list points to itself or is zero. */
struct list {
	struct list *next;
	struct list *previous;
};

static inline void list_init(struct list *list)
{
	list->next = list->previous = list;
}

static inline bool list_empty(const struct list *list)
{
	return list->next == list;
}

static inline void list_insert_before(struct list *where, struct list *node)
{
	node->previous = where->previous;
	node->next = where;
	where->previous->next = node;
	where->previous = node;
}

#define list_push_back(list, node)	list_insert_before(list, node)
#define list_push_front(list, node)	list_insert_before((list)->next, node)

static inline void list_remove(struct list *node)
{
	node->previous->next = node->next;
	node->next->previous = node->previous;
	node->next = node->previous = node;
}

static inline struct list *list_pop_front(struct list *list)
{
	struct list *node = list->next;

	if (node == list)
		return NULL;
	list_remove(node);
	return node;
}

#define LIST_FOR_EACH(node, list) \
	for ((node) = (list)->next; (node) != (list); (node) = (node)->next)
/* The body may remove `node`. */
#define LIST_FOR_EACH_SAFE(node, following, list) \
	for ((node) = (list)->next, (following) = (node)->next; (node) != (list); \
	     (node) = (following), (following) = (node)->next)

#endif
