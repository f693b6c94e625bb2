/*
 * Timers as files; see the header.
 *
 * An armed timer holds a reference, which its firing ends unless it is armed again.  One
 * that could not be stopped any more when it was set anew is about to fire in vain: so
 * many firings are ignored.
 */
#include "fs/stream.h"
#include "fs/timerfd.h"
#include "kernel/api/memory.h"
#include "kernel/api/poll.h"

#define SHORTEST_PERIOD_NS	20000ul	/* firing costs time itself; what is missed is counted */

struct timerfd {
	struct spinlock lock;
	int32_t clock;			/* fixed */
	/* lock */
	struct timer timer;
	struct timerfd_setting setting;	/* deadline_ns: of the next expiration */
	bool armed;
	uint32_t ignored;		/* firings to come that are of an earlier setting */
	uint64_t expirations;		/* since the last read */
	struct stream_end reading;
	/* own lock */
	struct poll_queue changes;
	uint32_t references;		/* atomic: the file, each firing to come */
};

static void timerfd_put(struct timerfd *self)
{
	if (reference_put(&self->references))
		kernel_free(self, sizeof(*self));
}

static bool is_readable(const struct stream_end *end, uint64_t need)
{
	(void)need;
	return CONTAINER_OF(end, struct timerfd, reading)->expirations > 0;
}

/* Lock held.  Counts what has expired by now; the next is in the future. */
static void expire(struct timerfd *self, uint64_t now_ns)
{
	struct timerfd_setting *setting = &self->setting;

	if (!setting->interval_ns) {
		self->expirations++;
		setting->deadline_ns = 0;
		return;
	}
	if (now_ns >= setting->deadline_ns) {
		uint64_t count = (now_ns - setting->deadline_ns) / setting->interval_ns + 1;

		self->expirations += count;
		setting->deadline_ns += count * setting->interval_ns;
	}
}

/* Lock held. */
static void arm(struct timerfd *self, uint64_t now_ns)
{
	uint64_t deadline_ns = self->setting.deadline_ns;

	self->armed = deadline_ns != 0;
	if (!self->armed)
		return;
	reference_get(&self->references);
	if (self->setting.interval_ns)
		deadline_ns = MAX(deadline_ns, now_ns + SHORTEST_PERIOD_NS);
	timer_start(&self->timer, deadline_ns);
}

static void fire(struct timer *timer)
{
	struct timerfd *self = CONTAINER_OF(timer, struct timerfd, timer);
	uint64_t now_ns = time_now_ns();
	bool tells = false;

	spinlock_acquire(&self->lock);
	if (self->ignored) {
		self->ignored--;
	} else {
		tells = true;
		expire(self, now_ns);
		arm(self, now_ns);
		stream_update(&self->reading);
	}
	spinlock_release(&self->lock);
	if (tells)
		poll_tell(&self->changes, POLL_READABLE);
	timerfd_put(self);
}

/* Lock held. */
static void stop(struct timerfd *self)
{
	if (!self->armed)
		return;
	self->armed = false;
	if (timer_cancel(&self->timer))
		/* never the last: the caller has the file */
		(void)reference_put(&self->references);
	else
		self->ignored++;
}

void timerfd_set(struct file *file, const struct timerfd_setting *setting,
		 struct timerfd_setting *before)
{
	struct timerfd *self = file->private;

	spinlock_acquire(&self->lock);
	*before = self->setting;
	if (setting) {
		stop(self);
		self->setting = *setting;
		self->expirations = 0;
		arm(self, 0);
	}
	spinlock_release(&self->lock);
}

/* ---- the file --------------------------------------------------------------------------- */

static ssize_t timerfd_read(struct file *file, struct cursor *to, int64_t offset)
{
	struct timerfd *self = file->private;
	uint64_t expirations = 0;
	int error;

	(void)offset;
	if (to->remaining < sizeof(expirations))
		return -EINVAL;
	spinlock_acquire(&self->lock);
	error = stream_enter(&self->reading, &self->lock, 0, !(file->flags & O_NONBLOCK));
	if (!error) {
		expirations = self->expirations;
		self->expirations = 0;
		stream_leave(&self->reading);
	}
	spinlock_release(&self->lock);
	if (error)
		return error;
	return cursor_put(to, &expirations, sizeof(expirations)) == sizeof(expirations) ?
	       (ssize_t)sizeof(expirations) : -EFAULT;
}

static uint32_t timerfd_poll(struct file *file, struct poll_queue **queue)
{
	struct timerfd *self = file->private;

	*queue = &self->changes;
	return READ_ONCE(self->expirations) ? ABI_POLLIN : 0;
}

static void timerfd_release(struct file *file)
{
	struct timerfd *self = file->private;

	spinlock_acquire(&self->lock);
	stop(self);
	spinlock_release(&self->lock);
	timerfd_put(self);
}

static const struct file_ops timerfd_ops = {
	.kind = "timerfd",
	.read = timerfd_read,
	.poll = timerfd_poll,
	.release = timerfd_release,
};

bool file_is_timerfd(const struct file *file, int32_t *clock)
{
	if (file->ops != &timerfd_ops)
		return false;
	*clock = ((const struct timerfd *)file->private)->clock;
	return true;
}

struct file *timerfd_create(int32_t clock, uint32_t flags)
{
	struct timerfd *self = kernel_alloc(sizeof(*self));
	struct file *file;

	if (!self)
		return NULL;
	self->clock = clock;
	timer_init(&self->timer, fire);
	stream_end_init(&self->reading, is_readable);
	poll_queue_init(&self->changes);
	self->references = 1;
	file = file_create(&timerfd_ops, self, O_RDWR | (flags & O_NONBLOCK));
	if (!file)
		kernel_free(self, sizeof(*self));
	return file;
}
