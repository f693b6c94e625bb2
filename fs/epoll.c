/*
 * epoll; see the header.
 *
 * An item is a watch of one file.  It is armed (its watch is in the file's poll queue, or
 * somebody is on the way to tell it) or not, and ready (in the list of what is to be looked
 * at) or not; one of the two at least, unless it is a one-shot that has been told of.  Who
 * collects arms an item before he looks at its file, so nothing is lost; what is not an edge
 * (EPOLLET) goes to the end of the list again.
 *
 * An item has no reference to its file: the last one's end takes it away, as on Linux.
 * Locks: links_lock, over which item is of which file, and the nesting of epolls; then an
 * epoll's own, outer ones before those that they watch; then what a file's poll takes.  An
 * item that is taken away while somebody is about to tell it is freed by him.
 */
#include "fs/epoll.h"
#include "kernel/api/memory.h"
#include "kernel/api/poll.h"

#define BUCKETS		64u
#define NESTING_MAX	4u
#define MODES		(ABI_EPOLLET | ABI_EPOLLONESHOT | ABI_EPOLLWAKEUP | ABI_EPOLLEXCLUSIVE)

struct epoll {
	struct spinlock lock;
	/* lock */
	struct list items[BUCKETS];	/* by file and descriptor */
	struct list ready;		/* first come, first told */
	/* own lock */
	struct poll_queue changes;
	uint32_t references;		/* atomic: the file, each item */
};

struct epoll_item {
	struct poll_watch watch;
	struct epoll *epoll;		/* a reference */
	struct file *file;
	struct poll_queue *queue;	/* the file's */
	int32_t fd;
	struct epoll_item *next_of_file;	/* links_lock */
	/* epoll->lock */
	struct list node, ready_node;
	uint32_t events;
	uint64_t data;
	bool armed, ready, told_once, dead;
};

static struct spinlock links_lock;
static const struct file_ops epoll_ops;

static void epoll_put(struct epoll *epoll)
{
	if (reference_put(&epoll->references))
		kernel_free(epoll, sizeof(*epoll));
}

static void item_free(struct epoll_item *item)
{
	struct epoll *epoll = item->epoll;

	kernel_free(item, sizeof(*item));
	epoll_put(epoll);
}

static struct list *bucket_of(struct epoll *epoll, const struct file *file, int32_t fd)
{
	uint64_t key = (uint64_t)file / 64 ^ (uint32_t)fd;

	return &epoll->items[key * 0x9e3779b97f4a7c15ul >> 58];
}

ABI_CHECK(BUCKETS == 1 << 6, "the top bits of a product");

/* Lock held. */
static struct epoll_item *find(struct epoll *epoll, const struct file *file, int32_t fd)
{
	struct list *bucket = bucket_of(epoll, file, fd), *node;

	LIST_FOR_EACH(node, bucket) {
		struct epoll_item *item = CONTAINER_OF(node, struct epoll_item, node);

		if (item->file == file && item->fd == fd)
			return item;
	}
	return NULL;
}

/* ---- telling -------------------------------------------------------------------------- */

/* Lock held. */
static void make_ready(struct epoll_item *item)
{
	if (!item->ready && !item->told_once)
		list_push_back(&item->epoll->ready, &item->ready_node), item->ready = true;
}

static void arm(struct epoll_item *item)
{
	if (item->armed)
		return;
	item->armed = true;
	item->watch.events = item->events & ~MODES;
	poll_watch(item->queue, &item->watch);
}

static uint32_t look(struct epoll_item *item)
{
	struct poll_queue *queue;

	return file_poll(item->file, &queue) & (item->events | POLL_ALWAYS) & ~MODES;
}

static void told(struct poll_watch *watch, uint32_t events)
{
	struct epoll_item *item = CONTAINER_OF(watch, struct epoll_item, watch);
	struct epoll *epoll = item->epoll;
	bool dead;

	spinlock_acquire(&epoll->lock);
	item->armed = false;
	dead = item->dead;
	if (!dead)
		make_ready(item);
	/* the item may go as soon as the lock is let go of, the epoll with it */
	reference_get(&epoll->references);
	spinlock_release(&epoll->lock);
	if (dead)
		item_free(item);
	else
		poll_tell(&epoll->changes, POLL_READABLE | (events & POLL_BY_RING));
	epoll_put(epoll);
}

uint32_t epoll_collect(struct file *file, struct abi_epoll_event *events, uint32_t most)
{
	struct epoll *epoll = file->private;
	struct list *last, *node = NULL;
	uint32_t count = 0;

	spinlock_acquire(&epoll->lock);
	last = epoll->ready.previous;
	while (count < most && node != last && (node = list_pop_front(&epoll->ready)) != NULL) {
		struct epoll_item *item = CONTAINER_OF(node, struct epoll_item, ready_node);
		uint32_t there;

		item->ready = false;
		arm(item);
		there = look(item);
		if (!there)
			continue;
		events[count++] = (struct abi_epoll_event){ there, item->data };
		if (item->events & ABI_EPOLLONESHOT)
			item->told_once = true;
		else if (!(item->events & ABI_EPOLLET))
			make_ready(item);
	}
	spinlock_release(&epoll->lock);
	return count;
}

static uint32_t epoll_poll(struct file *file, struct poll_queue **queue)
{
	struct epoll *epoll = file->private;
	uint32_t events = 0;
	struct list *node;

	*queue = &epoll->changes;
	spinlock_acquire(&epoll->lock);
	LIST_FOR_EACH(node, &epoll->ready) {
		if (!look(CONTAINER_OF(node, struct epoll_item, ready_node)))
			continue;
		events = POLL_READABLE;
		break;
	}
	spinlock_release(&epoll->lock);
	return events;
}

/* ---- what is watched --------------------------------------------------------------------- */

/* links_lock held.  How deep epolls lie below it; more than NESTING_MAX: too deep, or it
 * leads to `self`. */
static uint32_t depth_of(const struct file *file, const struct epoll *self)
{
	struct epoll *epoll = file->private;
	uint32_t deepest = 0;

	if (file->ops != &epoll_ops)
		return 0;
	if (epoll == self)
		return NESTING_MAX + 1;
	spinlock_acquire(&epoll->lock);
	for (uint32_t i = 0; i < BUCKETS && deepest <= NESTING_MAX; i++) {
		struct list *node;

		LIST_FOR_EACH(node, &epoll->items[i]) {
			const struct epoll_item *item =
				CONTAINER_OF(node, struct epoll_item, node);
			uint32_t depth = depth_of(item->file, self);

			deepest = MAX(deepest, depth);
		}
	}
	spinlock_release(&epoll->lock);
	return deepest + 1;
}

static struct epoll_item *item_create(struct epoll *epoll, int32_t fd, struct file *file,
				      const struct abi_epoll_event *event)
{
	struct epoll_item *item = kernel_alloc(sizeof(*item));

	if (!item)
		return NULL;
	(void)file_poll(file, &item->queue);
	item->epoll = epoll;
	item->file = file;
	item->fd = fd;
	item->events = event->events;
	item->data = event->data;
	item->watch.tell = told;
	reference_get(&epoll->references);
	return item;
}

/* links_lock held. */
static int item_add(struct epoll *epoll, struct epoll_item *item)
{
	int error = 0;

	if (!item->queue)
		return -EPERM;
	if (depth_of(item->file, epoll) > NESTING_MAX)
		return -ELOOP;
	spinlock_acquire(&epoll->lock);
	if (find(epoll, item->file, item->fd)) {
		error = -EEXIST;
	} else {
		list_push_back(bucket_of(epoll, item->file, item->fd), &item->node);
		item->next_of_file = item->file->epolls;
		item->file->epolls = item;
		arm(item);
		if (look(item))
			make_ready(item);
	}
	spinlock_release(&epoll->lock);
	return error;
}

/* links_lock held. */
static void unlink_from_file(struct epoll_item *item)
{
	struct epoll_item **at = &item->file->epolls;

	while (*at != item)
		at = &(*at)->next_of_file;
	*at = item->next_of_file;
}

/* links_lock held. */
static void item_remove(struct epoll_item *item)
{
	struct epoll *epoll = item->epoll;
	bool free = true;

	unlink_from_file(item);
	spinlock_acquire(&epoll->lock);
	list_remove(&item->node);
	if (item->ready)
		list_remove(&item->ready_node);
	item->ready = false;
	if (item->armed && !poll_unwatch(item->queue, &item->watch)) {
		item->dead = true;
		free = false;
	}
	spinlock_release(&epoll->lock);
	if (free)
		item_free(item);
}

static int add(struct epoll *epoll, int32_t fd, struct file *file,
	       const struct abi_epoll_event *event)
{
	struct epoll_item *item = item_create(epoll, fd, file, event);
	int error;

	if (!item)
		return -ENOMEM;
	spinlock_acquire(&links_lock);
	error = item_add(epoll, item);
	spinlock_release(&links_lock);
	if (error)
		item_free(item);
	else
		poll_tell(&epoll->changes, POLL_READABLE);
	return error;
}

static int change(struct epoll *epoll, int op, int32_t fd, struct file *file,
		  const struct abi_epoll_event *event)
{
	struct epoll_item *item;

	spinlock_acquire(&links_lock);
	spinlock_acquire(&epoll->lock);
	item = find(epoll, file, fd);
	if (item && op == ABI_EPOLL_CTL_MOD) {
		item->events = event->events;
		item->data = event->data;
		item->told_once = false;
		/* armed anew, for other events, when it is next looked at */
		if (item->armed && poll_unwatch(item->queue, &item->watch))
			item->armed = false;
		arm(item);
		make_ready(item);
	}
	spinlock_release(&epoll->lock);
	if (item && op == ABI_EPOLL_CTL_DEL)
		item_remove(item);
	spinlock_release(&links_lock);
	if (item && op == ABI_EPOLL_CTL_MOD)
		poll_tell(&epoll->changes, POLL_READABLE);
	return item ? 0 : -ENOENT;
}

int epoll_control(struct file *file, int op, int32_t fd, struct file *target,
		  const struct abi_epoll_event *event)
{
	if (file->ops != &epoll_ops || target == file)
		return -EINVAL;
	switch (op) {
	case ABI_EPOLL_CTL_ADD:
		return add(file->private, fd, target, event);
	case ABI_EPOLL_CTL_MOD:
		if (event->events & ABI_EPOLLEXCLUSIVE)
			return -EINVAL;
		return change(file->private, op, fd, target, event);
	case ABI_EPOLL_CTL_DEL:
		return change(file->private, op, fd, target, event);
	default:
		return -EINVAL;
	}
}

void epoll_forget(struct file *file)
{
	spinlock_acquire(&links_lock);
	while (file->epolls)
		item_remove(file->epolls);
	spinlock_release(&links_lock);
}

static void epoll_release(struct file *file)
{
	struct epoll *epoll = file->private;

	spinlock_acquire(&links_lock);
	for (uint32_t i = 0; i < BUCKETS; i++)
		while (!list_empty(&epoll->items[i]))
			item_remove(CONTAINER_OF(epoll->items[i].next, struct epoll_item, node));
	spinlock_release(&links_lock);
	epoll_put(epoll);
}

static const struct file_ops epoll_ops = {
	.kind = "epoll",
	.poll = epoll_poll,
	.release = epoll_release,
};

bool file_is_epoll(const struct file *file)
{
	return file->ops == &epoll_ops;
}

struct file *epoll_create(void)
{
	struct epoll *epoll = kernel_alloc(sizeof(*epoll));
	struct file *file;

	if (!epoll)
		return NULL;
	for (uint32_t i = 0; i < BUCKETS; i++)
		list_init(&epoll->items[i]);
	list_init(&epoll->ready);
	poll_queue_init(&epoll->changes);
	epoll->references = 1;
	file = file_create(&epoll_ops, epoll, O_RDWR);
	if (!file)
		kernel_free(epoll, sizeof(*epoll));
	return file;
}
