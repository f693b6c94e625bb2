/* User interrupts as the rings see them: what is posted is counted. */
#include "fake.h"

#include "kernel/process/interrupts.h"
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

uint32_t fake_context_references(void)
{
	return context.references;
}
