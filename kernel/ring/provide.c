/*
 * Provided buffers: memory that the user gives in advance, in groups, and of which an
 * operation takes a piece when it has something to put there.
 *
 * A group is a list that PROVIDE_BUFFERS fills, or a ring in memory that is shared with
 * the user (REGISTER_PBUF_RING).  In such a ring the user writes entries and the tail; each
 * word is read once, and the head is the kernel's alone.  Its pages are pinned, or the
 * kernel's own (IOU_PBUF_RING_MMAP).
 *
 * ring->lock guards all of it; groups come and go with the turn held besides.  Who takes a
 * piece gives it back by buffer_done, which may be long after: of a group whose buffers are
 * used bit by bit (IOU_PBUF_RING_INC) it is lent to one at a time.
 */
#include "kernel/api/memory.h"
#include "kernel/ring/object.h"
#include "kernel/ring/provide.h"

#define ENTRIES_PER_PAGE	(PAGE_SIZE / sizeof(struct io_uring_buf))
#define RING_ENTRIES_MAX	32768u

struct provided {
	struct provided *next;
	uint64_t address;
	uint32_t bytes;
	uint16_t id;
};

struct buffer_group {
	struct buffer_group *next;
	uint16_t id;
	/* a list */
	struct provided *first, **last;
	uint32_t count;
	/* a ring, if it has entries */
	uint32_t entries;
	uint16_t flags;			/* IOU_PBUF_RING_* */
	uint16_t head;
	bool lent;			/* INC: somebody is filling the buffer at the head */
	uint32_t page_count;
	void *pages[];			/* with a reference to each frame */
};

static size_t group_bytes(uint32_t pages)
{
	return sizeof(struct buffer_group) + pages * sizeof(void *);
}

static struct buffer_group **place_of(struct ring *ring, uint32_t id)
{
	struct buffer_group **at = &ring->buffer_groups;

	while (*at && (*at)->id != id)
		at = &(*at)->next;
	return at;
}

static struct buffer_group *group_of(struct ring *ring, uint32_t id)
{
	return *place_of(ring, id);
}

static struct io_uring_buf *entry_of(const struct buffer_group *group, uint16_t index)
{
	uint32_t place = index & (group->entries - 1);

	return (struct io_uring_buf *)group->pages[place / ENTRIES_PER_PAGE] +
	       place % ENTRIES_PER_PAGE;
}

/* Nobody finds it any more. */
static void group_free(struct buffer_group *group)
{
	while (group->first) {
		struct provided *provided = group->first;

		group->first = provided->next;
		kernel_free(provided, sizeof(*provided));
	}
	for (uint32_t i = 0; i < group->page_count; i++)
		frame_put((void *)ALIGN_DOWN((uint64_t)group->pages[i], PAGE_SIZE));
	kernel_free(group, group_bytes(group->page_count));
}

static struct buffer_group *take_out(struct ring *ring, uint32_t id)
{
	struct buffer_group **at, *group;

	spinlock_acquire(&ring->lock);
	at = place_of(ring, id);
	group = *at;
	if (group)
		*at = group->next;
	spinlock_release(&ring->lock);
	return group;
}

static void put_in(struct ring *ring, struct buffer_group *group)
{
	spinlock_acquire(&ring->lock);
	group->next = ring->buffer_groups;
	ring->buffer_groups = group;
	spinlock_release(&ring->lock);
}

void buffer_groups_free(struct ring *ring)
{
	while (ring->buffer_groups)
		group_free(take_out(ring, ring->buffer_groups->id));
}

/* ---- taking one; ring->lock held ---------------------------------------------------- */

static bool take_listed(struct buffer_group *group, struct buffer_choice *choice)
{
	struct provided *provided = group->first;

	if (!provided)
		return false;
	choice->address = provided->address;
	choice->bytes = provided->bytes;
	choice->id = provided->id;
	group->first = provided->next;
	if (!group->first)
		group->last = &group->first;
	group->count--;
	choice->provided = provided;
	return true;
}

static bool take_from_ring(struct buffer_group *group, struct buffer_choice *choice)
{
	/* the tail lies where the first entry has its reserved half-word.  acquire: the
	 * entries before it; pairs with the user's release */
	const uint16_t *shared_tail = &entry_of(group, 0)->resv;
	const volatile struct io_uring_buf *entry;

	if (__atomic_load_n(shared_tail, __ATOMIC_ACQUIRE) == group->head)
		return false;
	entry = entry_of(group, group->head);
	choice->address = entry->addr;
	choice->bytes = entry->len;
	choice->id = entry->bid;
	choice->head = group->head;
	if (group->flags & IOU_PBUF_RING_INC)
		group->lent = true;
	else
		group->head++;
	return true;
}

int buffer_choose(struct ring *ring, uint32_t id, struct buffer_choice *choice)
{
	struct buffer_group *group;
	int result = -ENOBUFS;

	*choice = (struct buffer_choice){ .group = id };
	spinlock_acquire(&ring->lock);
	group = group_of(ring, id);
	if (group && group->lent)
		result = -EBUSY;
	else if (group && (group->entries ? take_from_ring(group, choice) :
					    take_listed(group, choice)))
		result = 0;
	spinlock_release(&ring->lock);
	return result;
}

/* Used up to `bytes`: it stays in front if there is room left. */
static uint32_t use_part(struct buffer_group *group, const struct buffer_choice *choice,
			 uint32_t bytes)
{
	struct io_uring_buf *entry = entry_of(group, choice->head);

	group->lent = false;
	if (bytes >= choice->bytes) {
		group->head++;
		return 0;
	}
	WRITE_ONCE(entry->addr, choice->address + bytes);
	WRITE_ONCE(entry->len, choice->bytes - bytes);
	return bytes ? IORING_CQE_F_BUF_MORE : 0;
}

static void give_back(struct buffer_group *group, struct buffer_choice *choice)
{
	if (choice->provided && !group->entries) {
		choice->provided->next = group->first;
		if (!group->first)
			group->last = &choice->provided->next;
		group->first = choice->provided;
		group->count++;
		choice->provided = NULL;
	} else if (!choice->provided && group->entries &&
		   (uint16_t)(choice->head + 1) == group->head) {
		group->head--;
	}
}

uint32_t buffer_done(struct ring *ring, struct buffer_choice *choice, int64_t result)
{
	uint32_t flags = 0;
	struct buffer_group *group;

	spinlock_acquire(&ring->lock);
	group = group_of(ring, choice->group);
	if (group && group->flags & IOU_PBUF_RING_INC)
		flags = use_part(group, choice, result > 0 ? (uint32_t)result : 0);
	else if (group && result <= 0)
		give_back(group, choice);
	spinlock_release(&ring->lock);
	if (choice->provided)
		kernel_free(choice->provided, sizeof(*choice->provided));
	return result > 0 ? flags | IORING_CQE_F_BUFFER |
			    (uint32_t)choice->id << IORING_CQE_BUFFER_SHIFT : 0;
}

/* ---- lists ------------------------------------------------------------------------------- */

static int group_for_list(struct ring *ring, uint32_t id, struct buffer_group **result)
{
	struct buffer_group *group = group_of(ring, id);

	if (!group) {
		group = kernel_alloc(group_bytes(0));
		if (!group)
			return -ENOMEM;
		group->id = (uint16_t)id;
		group->last = &group->first;
		put_in(ring, group);
	}
	*result = group;
	return group->entries ? -EINVAL : 0;
}

int buffers_provide(struct ring *ring, const struct buffer_range *range)
{
	struct buffer_group *group;
	int error = group_for_list(ring, range->group, &group);

	for (uint32_t i = 0; i < range->count && !error; i++) {
		struct provided *provided = kernel_alloc(sizeof(*provided));

		if (!provided)
			return i ? 0 : -ENOMEM;
		provided->address = range->address + (uint64_t)i * range->bytes;
		provided->bytes = range->bytes;
		provided->id = (uint16_t)(range->first_id + i);
		spinlock_acquire(&ring->lock);
		*group->last = provided;
		group->last = &provided->next;
		group->count++;
		spinlock_release(&ring->lock);
	}
	return error;
}

int buffers_remove(struct ring *ring, uint32_t id, uint32_t count)
{
	struct buffer_group *group = group_of(ring, id);
	struct buffer_choice choice;
	uint32_t done = 0;

	if (!group)
		return -ENOENT;
	if (group->entries)
		return -EINVAL;
	while (done < count && buffer_choose(ring, id, &choice) == 0) {
		kernel_free(choice.provided, sizeof(*choice.provided));
		done++;
	}
	return (int)done;
}

/* ---- rings; turn held --------------------------------------------------------------------- */

static int check_registration(const struct io_uring_buf_reg *wanted)
{
	if (wanted->resv[0] | wanted->resv[1] | wanted->resv[2])
		return -EINVAL;
	if (wanted->flags & ~(IOU_PBUF_RING_MMAP | IOU_PBUF_RING_INC))
		return -EINVAL;
	if (wanted->flags & IOU_PBUF_RING_MMAP) {
		if (wanted->ring_addr)
			return -EINVAL;
	} else if (!wanted->ring_addr) {
		return -EFAULT;
	} else if (wanted->ring_addr & PAGE_MASK) {
		return -EINVAL;
	}
	if (!wanted->ring_entries || wanted->ring_entries & (wanted->ring_entries - 1) ||
	    wanted->ring_entries > RING_ENTRIES_MAX)
		return -EINVAL;
	return 0;
}

static int get_pages(struct buffer_group *group, struct process *process, uint64_t address)
{
	uint32_t pages = group->page_count;

	for (group->page_count = 0; group->page_count < pages; group->page_count++) {
		const struct user_address at = { address + group->page_count * PAGE_SIZE };
		void *page = address ? user_frame_pin(process->space, at, ABI_PROT_READ |
						      ABI_PROT_WRITE) : frame_alloc_zeroed();

		if (!page)
			break;
		group->pages[group->page_count] = page;
	}
	if (group->page_count == pages)
		return 0;
	/* freed by its size */
	while (group->page_count > 0)
		frame_put(group->pages[--group->page_count]);
	kernel_free(group, group_bytes(pages));
	return address ? -EFAULT : -ENOMEM;
}

int buffer_ring_register(struct ring *ring, struct process *process, uint64_t address,
			 uint32_t count)
{
	struct buffer_group *group, *before;
	struct io_uring_buf_reg wanted;
	uint32_t pages;
	int error;

	if (!address || count != 1)
		return -EINVAL;
	if (user_copy_in(process->space, &wanted, (struct user_address){ address }, sizeof(wanted)))
		return -EFAULT;
	error = check_registration(&wanted);
	if (error)
		return error;
	before = group_of(ring, wanted.bgid);
	if (before && (before->entries || before->count))
		return -EEXIST;
	pages = (wanted.ring_entries + ENTRIES_PER_PAGE - 1) / ENTRIES_PER_PAGE;
	group = kernel_alloc(group_bytes(pages));
	if (!group)
		return -ENOMEM;
	group->id = wanted.bgid;
	group->entries = wanted.ring_entries;
	group->flags = wanted.flags;
	group->page_count = pages;
	error = get_pages(group, process, wanted.ring_addr);
	if (error)
		return error;
	if (before)
		group_free(take_out(ring, wanted.bgid));
	put_in(ring, group);
	return 0;
}

int buffer_ring_unregister(struct ring *ring, struct process *process, uint64_t address,
			   uint32_t count)
{
	struct io_uring_buf_reg wanted;
	struct buffer_group *group;

	if (!address || count != 1)
		return -EINVAL;
	if (user_copy_in(process->space, &wanted, (struct user_address){ address }, sizeof(wanted)))
		return -EFAULT;
	if (wanted.resv[0] | wanted.resv[1] | wanted.resv[2] | wanted.flags)
		return -EINVAL;
	group = group_of(ring, wanted.bgid);
	if (!group)
		return -ENOENT;
	if (!group->entries)
		return -EINVAL;
	group_free(take_out(ring, wanted.bgid));
	return 0;
}

int buffer_ring_status(struct ring *ring, struct process *process, uint64_t address, uint32_t count)
{
	const struct user_address user = { address };
	struct io_uring_buf_status status;
	struct buffer_group *group;

	if (!address || count != 1)
		return -EINVAL;
	if (user_copy_in(process->space, &status, user, sizeof(status)))
		return -EFAULT;
	for (size_t i = 0; i < ARRAY_SIZE(status.resv); i++)
		if (status.resv[i])
			return -EINVAL;
	group = group_of(ring, status.buf_group);
	if (!group)
		return -ENOENT;
	if (!group->entries)
		return -EINVAL;
	status.head = group->head;
	return user_copy_out(process->space, user, &status, sizeof(status)) ? -EFAULT : 0;
}

/* ---- mmap --------------------------------------------------------------------------------- */

static void *page_at(void *group, uint64_t index)
{
	return ((struct buffer_group *)group)->pages[index];
}

int buffer_ring_map(struct ring *ring, uint32_t id, uint64_t bytes, struct region_request *request)
{
	struct buffer_group *group = group_of(ring, id);

	if (!group || !(group->flags & IOU_PBUF_RING_MMAP) ||
	    bytes > group->page_count * PAGE_SIZE)
		return -EINVAL;
	request->kind = REGION_FRAMES;
	request->object = group;
	request->frame_at = page_at;
	return 0;
}
