/*
 * Channels: bounded queues of messages.
 *
 * One lock guards all of it: that of `senders`.  What holds under it: receivers
 * wait only while the channel is empty, senders only while it is full; so a
 * message goes straight into a waiting receiver's buffer, and a freed slot is
 * filled with the first waiting sender's message.  Order is kept: who waits was
 * there before who comes.
 */
#include "libuos/waiter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct uos_channel {
	size_t slots;
	size_t slot_bytes;
	/* under the lock */
	struct uos_wait_list senders;	/* its lock is the channel's */
	struct uos_wait_list receivers;	/* its own lock is not used */
	size_t first;			/* slot of the oldest message */
	size_t count;
	bool closed;
	char messages[];
};

struct uos_channel *uos_channel_create(size_t slots, size_t slot_bytes)
{
	struct uos_channel *channel;
	size_t bytes;

	if (!slots || __builtin_mul_overflow(slots, slot_bytes, &bytes) ||
	    __builtin_add_overflow(bytes, sizeof(*channel), &bytes))
		return NULL;
	channel = calloc(1, bytes);
	if (!channel)
		return NULL;
	channel->slots = slots;
	channel->slot_bytes = slot_bytes;
	return channel;
}

void uos_channel_destroy(struct uos_channel *channel)
{
	free(channel);
}

static char *slot_at(struct uos_channel *channel, size_t place)
{
	size_t slot = channel->first + place;

	if (slot >= channel->slots)
		slot -= channel->slots;
	return channel->messages + slot * channel->slot_bytes;
}

/* Under the lock.  0, -EPIPE, or -EAGAIN while it is full. */
static int send_now(struct uos_channel *channel, const void *message)
{
	struct uos_waiter *receiver = channel->receivers.first;

	if (channel->closed)
		return -EPIPE;
	if (receiver) {
		memcpy(receiver->message, message, channel->slot_bytes);
		uos_waiter_end(&channel->receivers, receiver, 0);
		return 0;
	}
	if (channel->count == channel->slots)
		return -EAGAIN;
	memcpy(slot_at(channel, channel->count), message, channel->slot_bytes);
	channel->count++;
	return 0;
}

/* Under the lock.  0, -EPIPE, or -EAGAIN while it is empty. */
static int receive_now(struct uos_channel *channel, void *message)
{
	struct uos_waiter *sender = channel->senders.first;

	if (!channel->count)
		return channel->closed ? -EPIPE : -EAGAIN;
	memcpy(message, slot_at(channel, 0), channel->slot_bytes);
	channel->first = channel->first + 1 == channel->slots ? 0 : channel->first + 1;
	channel->count--;
	if (sender) {
		memcpy(slot_at(channel, channel->count), sender->message, channel->slot_bytes);
		channel->count++;
		uos_waiter_end(&channel->senders, sender, 0);
	}
	return 0;
}

int uos_channel_send(struct uos_channel *channel, const void *message)
{
	struct uos_waiter waiter = { .message = (void *)(uintptr_t)message };
	int result;

	uos_wait_list_lock(&channel->senders);
	result = send_now(channel, message);
	if (result == -EAGAIN)
		uos_wait_list_append(&channel->senders, &waiter);
	uos_wait_list_unlock(&channel->senders);
	if (result == -EAGAIN)
		result = uos_waiter_wait_interruptible(&channel->senders, &channel->senders, &waiter);
	return result;
}

int uos_channel_receive(struct uos_channel *channel, void *message)
{
	struct uos_waiter waiter = { .message = message };
	int result;

	uos_wait_list_lock(&channel->senders);
	result = receive_now(channel, message);
	if (result == -EAGAIN)
		uos_wait_list_append(&channel->receivers, &waiter);
	uos_wait_list_unlock(&channel->senders);
	if (result == -EAGAIN)
		result = uos_waiter_wait_interruptible(&channel->receivers, &channel->senders,
						       &waiter);
	return result;
}

int uos_channel_try_send(struct uos_channel *channel, const void *message)
{
	int result;

	uos_wait_list_lock(&channel->senders);
	result = send_now(channel, message);
	uos_wait_list_unlock(&channel->senders);
	return result;
}

int uos_channel_try_receive(struct uos_channel *channel, void *message)
{
	int result;

	uos_wait_list_lock(&channel->senders);
	result = receive_now(channel, message);
	uos_wait_list_unlock(&channel->senders);
	return result;
}

/* Senders that wait find it closed: their messages were not sent. */
void uos_channel_close(struct uos_channel *channel)
{
	uos_wait_list_lock(&channel->senders);
	channel->closed = true;
	while (channel->receivers.first)
		uos_waiter_end(&channel->receivers, channel->receivers.first, -EPIPE);
	while (channel->senders.first)
		uos_waiter_end(&channel->senders, channel->senders.first, -EPIPE);
	uos_wait_list_unlock(&channel->senders);
}
