/*
 * pipeline [COUNT]: numbers flow through three coroutines.
 *
 *     produce --numbers--> square (two of them) --squares--> main adds them up
 *
 * Shows: channels.  A sender waits while the channel is full, a receiver while it is
 * empty; so the fast stages are held back by the slow ones, and no more memory is in
 * use than the channels have slots.  Closing a channel is how a stage says that it has
 * done: what was sent before is still received, then receivers get -EPIPE.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <uos.h>

#define SLOTS	4
#define SQUARERS	2

struct pipeline {
	uint64_t count;
	struct uos_channel *numbers;
	struct uos_channel *squares;
	unsigned int squarers_left;
};

static void produce(void *argument)
{
	struct pipeline *pipeline = argument;

	for (uint64_t number = 1; number <= pipeline->count; number++)
		if (uos_channel_send(pipeline->numbers, &number) < 0)
			break;
	uos_channel_close(pipeline->numbers);
}

static void square(void *argument)
{
	struct pipeline *pipeline = argument;
	uint64_t number;

	while (uos_channel_receive(pipeline->numbers, &number) == 0) {
		number *= number;
		if (uos_channel_send(pipeline->squares, &number) < 0)
			break;
	}
	/* The channel is closed by the last of them that sends. */
	if (--pipeline->squarers_left == 0)
		uos_channel_close(pipeline->squares);
}

static void start(void (*stage)(void *argument), struct pipeline *pipeline)
{
	struct uos_task *task = uos_spawn(stage, pipeline);

	if (!task) {
		fprintf(stderr, "pipeline: no memory for a coroutine\n");
		exit(EXIT_FAILURE);
	}
	/* Nobody joins it: that its channel is closed tells enough. */
	uos_detach(task);
}

int main(int argc, char *argv[])
{
	struct pipeline pipeline = {
		.count = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000,
		.numbers = uos_channel_create(SLOTS, sizeof(uint64_t)),
		.squares = uos_channel_create(SLOTS, sizeof(uint64_t)),
		.squarers_left = SQUARERS,
	};
	uint64_t sum = 0, value;

	if (!pipeline.numbers || !pipeline.squares)
		return EXIT_FAILURE;
	start(produce, &pipeline);
	for (int i = 0; i < SQUARERS; i++)
		start(square, &pipeline);
	while (uos_channel_receive(pipeline.squares, &value) == 0)
		sum += value;
	printf("sum of %" PRIu64 " squares: %" PRIu64 "\n", pipeline.count, sum);
	uos_channel_destroy(pipeline.squares);
	/* numbers is left to the end of the program: a stage may still be looking at it. */
	return EXIT_SUCCESS;
}
