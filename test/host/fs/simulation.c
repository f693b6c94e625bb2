/*
 * See simulation.h.
 */
#include "simulation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "drivers/block.h"
#include "kernel/api/coroutine.h"
#include "kernel/api/wait.h"
#include "kernel/task/task.h"

#define STACK_BYTES	(256u << 10)
#define TASKS_MAX	64
#define REQUESTS_MAX	4096
#define TIMERS_MAX	8

/* ---- coroutines ----------------------------------------------------------------------- */

struct simulated {
	struct task task;
	ucontext_t context;
	char *stack;
	void (*entry)(void *argument);
	void *argument;
	bool used, ready, woken, counted, ended;
};

static struct simulated tasks[TASKS_MAX];
static struct simulated *current;
static ucontext_t scheduler;
static unsigned counted_left;
static struct wait_queue join_queue = WAIT_QUEUE_INIT(join_queue);
static uint64_t now_ns = 1;

struct task *task_current(void)
{
	return &current->task;
}

void task_wake(struct task *task)
{
	struct simulated *simulated = CONTAINER_OF(task, struct simulated, task);

	simulated->woken = true;
	simulated->ready = true;
}

static void leave(void)
{
	swapcontext(&current->context, &scheduler);
}

int task_wait(bool interruptible)
{
	(void)interruptible;
	if (!current->woken) {
		current->ready = false;
		leave();
	}
	current->woken = false;
	return 0;
}

int task_breathe(void)
{
	leave();
	return 0;
}

static void task_main(void)
{
	current->entry(current->argument);
	if (current->counted && --counted_left == 0)
		wait_queue_wake_all(&join_queue);
	current->ended = true;
	current->used = false;
	leave();
}

static void context_prepare(struct simulated *one)
{
	getcontext(&one->context);
	one->context.uc_stack.ss_sp = one->stack;
	one->context.uc_stack.ss_size = STACK_BYTES;
	makecontext(&one->context, task_main, 0);
}

static struct simulated *spawn(void (*entry)(void *), void *argument)
{
	struct simulated *one = tasks;

	while (one->used)
		one++;
	CHECK(one < tasks + TASKS_MAX);
	if (!one->stack)
		one->stack = malloc(STACK_BYTES);
	one->entry = entry;
	one->argument = argument;
	one->used = one->ready = true;
	one->woken = one->counted = one->ended = false;
	context_prepare(one);
	return one;
}

int coroutine_start(void (*entry)(void *argument), void *argument)
{
	spawn(entry, argument);
	return 0;
}

void simulation_spawn(void (*entry)(void *argument), void *argument)
{
	counted_left++;
	spawn(entry, argument)->counted = true;
}

void simulation_join(void)
{
	WAIT_UNTIL(&join_queue, counted_left == 0, false);
}

/* ---- time ------------------------------------------------------------------------------- */

static struct timer *timers[TIMERS_MAX];

uint64_t time_now_ns(void)
{
	return now_ns += 1000;
}

void timer_init(struct timer *timer, void (*fire)(struct timer *timer))
{
	timer->fire = fire;
}

void timer_start(struct timer *timer, uint64_t deadline_ns)
{
	struct timer **place = timers;

	while (*place)
		place++;
	CHECK(place < timers + TIMERS_MAX);
	timer->deadline_ns = deadline_ns;
	*place = timer;
}

bool timer_cancel(struct timer *timer)
{
	for (int i = 0; i < TIMERS_MAX; i++) {
		if (timers[i] == timer) {
			timers[i] = NULL;
			return true;
		}
	}
	return false;
}

/* Some timer's time comes.  False: there is none. */
static bool timer_fire(void)
{
	for (unsigned i = 0; i < TIMERS_MAX; i++) {
		struct timer *timer = timers[i];

		if (!timer)
			continue;
		timers[i] = NULL;
		now_ns = MAX(now_ns, timer->deadline_ns);
		timer->fire(timer);
		return true;
	}
	return false;
}

/* ---- the disk ------------------------------------------------------------------------------- */

struct written {
	struct written *following;
	uint64_t offset, number;
	uint32_t bytes;
	char data[];
};

unsigned simulation_write_failures;
void (*simulation_between_writes)(void);

static char *image, *durable;
static struct block_device disk;
static struct block_request *requests[REQUESTS_MAX];
static uint64_t numbers[REQUESTS_MAX];		/* of writes done when it was submitted */
static unsigned request_count;
static struct written *written, **written_last = &written;
static uint64_t written_number;

static void disk_submit(struct block_device *device, struct block_request *request)
{
	CHECK(request_count < REQUESTS_MAX);
	CHECK(request->segment_count <= device->segments_max);
	CHECK(request->offset % device->sector_bytes == 0);
	numbers[request_count] = written_number;
	requests[request_count++] = request;
}

static void write_done(uint64_t offset, const void *data, uint32_t bytes)
{
	struct written *one = malloc(sizeof(*one) + bytes);

	memcpy(image + offset, data, bytes);
	*one = (struct written){ .offset = offset, .number = ++written_number, .bytes = bytes };
	memcpy(one->data, data, bytes);
	*written_last = one;
	written_last = &one->following;
}

static void flush_done(uint64_t number)
{
	while (written && written->number <= number) {
		struct written *one = written;

		memcpy(durable + one->offset, one->data, one->bytes);
		written = one->following;
		free(one);
	}
	if (!written)
		written_last = &written;
}

static void transfer(struct block_request *request)
{
	uint64_t at = request->offset;

	for (int i = 0; i < request->segment_count; i++) {
		void *memory = (void *)request->segments[i].physical;
		uint32_t bytes = request->segments[i].bytes;

		CHECK(bytes > 0 && at + bytes <= disk.bytes);
		if (request->operation == BLOCK_READ)
			memcpy(memory, image + at, bytes);
		else
			write_done(at, memory, bytes);
		at += bytes;
	}
	CHECK(at % disk.sector_bytes == 0);
}

/* Some request is done.  False: there is none. */
static bool request_finish(void)
{
	struct block_request *request;
	unsigned which;

	if (request_count == 0)
		return false;
	which = (unsigned)fake_random_below(request_count);
	request = requests[which];
	request->result = 0;
	if (request->operation == BLOCK_WRITE && simulation_between_writes)
		simulation_between_writes();
	if (request->operation == BLOCK_FLUSH)
		flush_done(numbers[which]);
	else if (request->operation == BLOCK_WRITE && simulation_write_failures &&
		 fake_random_below(simulation_write_failures) == 0)
		request->result = -EIO;
	else
		transfer(request);
	requests[which] = requests[--request_count];
	numbers[which] = numbers[request_count];
	request->done(request);
	return true;
}

static void sectors_survive(char *cut, uint64_t offset, const char *data, uint32_t bytes,
			    unsigned of_eight)
{
	for (uint32_t at = 0; at < bytes; at += BLOCK_SECTOR_BYTES)
		if (fake_random_below(8) < of_eight)
			memcpy(cut + offset + at, data + at, BLOCK_SECTOR_BYTES);
}

static void save(const char *path, const char *from)
{
	FILE *file = fopen(path, "wb");

	CHECK(file && fwrite(from, disk.bytes, 1, file) == 1);
	fclose(file);
}

void simulation_disk_save_cut(const char *path)
{
	char *cut = malloc(disk.bytes);
	unsigned of_eight = (unsigned)fake_random_below(9);

	memcpy(cut, durable, disk.bytes);
	for (struct written *one = written; one; one = one->following)
		sectors_survive(cut, one->offset, one->data, one->bytes, of_eight);
	for (unsigned i = 0; i < request_count; i++) {
		uint64_t at = requests[i]->offset;

		if (requests[i]->operation != BLOCK_WRITE)
			continue;
		for (int n = 0; n < requests[i]->segment_count; n++) {
			const struct pinned_segment *segment = &requests[i]->segments[n];

			sectors_survive(cut, at, (const char *)segment->physical,
					segment->bytes, of_eight);
			at += segment->bytes;
		}
	}
	save(path, cut);
	free(cut);
}

void simulation_disk_save(const char *path)
{
	save(path, image);
}

char *simulation_disk(uint64_t *bytes)
{
	*bytes = disk.bytes;
	return image;
}

void simulation_disk_load(const char *path)
{
	FILE *file = fopen(path, "rb");
	long bytes;

	CHECK(file && fseek(file, 0, SEEK_END) == 0);
	bytes = ftell(file);
	rewind(file);
	image = malloc((size_t)bytes);
	durable = malloc((size_t)bytes);
	CHECK(fread(image, (size_t)bytes, 1, file) == 1);
	fclose(file);
	memcpy(durable, image, (size_t)bytes);
	disk = (struct block_device){ .bytes = (uint64_t)bytes, .sector_bytes = 512,
				      .segments_max = 5, .write_cache = true,
				      .submit = disk_submit };
	block_register(&disk);
}

/* ---- the lot --------------------------------------------------------------------- */

static struct simulated *pick(void)
{
	struct simulated *ready[TASKS_MAX];
	unsigned count = 0;

	for (unsigned i = 0; i < TASKS_MAX; i++)
		if (tasks[i].used && tasks[i].ready)
			ready[count++] = &tasks[i];
	return count ? ready[fake_random_below(count)] : NULL;
}

static void step(void)
{
	current = pick();
	if (!current || fake_random_below(4) == 0)
		if (request_finish() || (!current && timer_fire()))
			return;
	CHECK(current, "all wait for ever");
	if (fake_random_below(1000) == 0)
		timer_fire();
	swapcontext(&scheduler, &current->context);
}

void simulation_run(void (*entry)(void *argument), void *argument)
{
	struct simulated *first = spawn(entry, argument);

	while (!first->ended)
		step();
}
