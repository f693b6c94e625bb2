/* User interrupts as the rings see them: what is posted is counted. */
#include "fake.h"

#include "kernel/process/interrupts.h"
#include "kernel/process/senders.h"
#include "uintr/uintr.h"

enum uintr_kind uintr_kind = UINTR_KIND_EMULATED;
uint64_t fake_posts[UOS_INTERRUPT_VECTORS];
static struct uintr_context context;

void uintr_post(struct uintr_context *to, unsigned vector)
{
	CHECK(to == &context && vector < UOS_INTERRUPT_VECTORS);
	fake_posts[vector]++;
}

void uintr_context_put(struct uintr_context *to)
{
	CHECK(!reference_put(&to->references));
}

int thread_receiver(struct thread *thread)
{
	context.references = context.references ? context.references : 1;
	thread->uintr = &context;
	return 0;
}

bool uintr_is_pending(const struct uintr_context *of)
{
	return false;
}

void uintr_wait_begin(struct uintr_context *of)
{
	of->waits = true;
}

void uintr_wait_end(struct uintr_context *of)
{
	CHECK(of->waits);
	of->waits = false;
}

void uintr_doorbells_begin(void)
{
}

/* No right to send is given here. */
int receiver_create(struct file **file)
{
	return -EOPNOTSUPP;
}

int receiver_bind(struct thread *thread, struct file *file, uint32_t vector)
{
	return -EOPNOTSUPP;
}

int sender_register(struct thread *thread, struct file *file)
{
	return -EOPNOTSUPP;
}

int sender_register_kernel(struct thread *thread, uint32_t vector, struct sender **sender)
{
	return -EOPNOTSUPP;
}

int sender_unregister(struct process *process, uint32_t index)
{
	return -ENOENT;
}

void sender_revoke(struct sender *sender)
{
	panic("there is none to revoke");
}

uint32_t fake_context_references(void)
{
	return context.references;
}
