/*
 * The drivers that the file layer talks to, on the host.
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/block.h"
#include "drivers/random.h"
#include "drivers/rtc.h"
#include "drivers/uart.h"
#include "fake.h"
#include "kernel/api/console.h"

uint64_t rtc_now_ns(void)
{
	return 1700000000000000000u + time_now_ns();
}

void random_fill(void *memory, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		((uint8_t *)memory)[i] = (uint8_t)fake_random();
}

void random_seed_add(const void *seed, size_t bytes)
{
	(void)seed;
	(void)bytes;
}

/* ---- UART ------------------------------------------------------------------------ */

struct wait_queue uart_room_queue = WAIT_QUEUE_INIT(uart_room_queue);
unsigned fake_console_interrupts;
int32_t fake_console_group;

static char sent[65536];
static size_t sent_bytes;
static void (*input_handler)(uint8_t byte);

void uart_input_register(void (*input)(uint8_t byte))
{
	input_handler = input;
}

size_t uart_room_bytes(void)
{
	return sizeof(sent) - sent_bytes;
}

size_t uart_write(const char *text, size_t bytes)
{
	bytes = MIN(bytes, uart_room_bytes());
	memcpy(sent + sent_bytes, text, bytes);
	sent_bytes += bytes;
	return bytes;
}

size_t fake_uart_sent(char *to, size_t bytes)
{
	size_t taken = sent_bytes;

	CHECK(taken < bytes);
	memcpy(to, sent, taken);
	to[taken] = '\0';
	sent_bytes = 0;
	return taken;
}

void fake_uart_type(const char *text)
{
	for (; *text; text++)
		input_handler((uint8_t)*text);
}

void console_interrupt_typed(int32_t group)
{
	fake_console_group = group;
	fake_console_interrupts++;
}

/* ---- disk: requests are done at once ------------------------------------------------ */

unsigned fake_disk_flushes;
static char *disk_bytes;
static struct block_device disk = {
	.sector_bytes = BLOCK_SECTOR_BYTES,
	.segments_max = 5,
	.write_cache = true,
};

static void disk_submit(struct block_device *device, struct block_request *request)
{
	uint64_t at = request->offset;

	CHECK(request->segment_count <= device->segments_max);
	CHECK(at % device->sector_bytes == 0);
	if (request->operation == BLOCK_FLUSH)
		fake_disk_flushes++;
	for (int i = 0; i < request->segment_count; i++) {
		void *memory = (void *)request->segments[i].physical;
		uint32_t bytes = request->segments[i].bytes;

		CHECK(at + bytes <= device->bytes);
		if (request->operation == BLOCK_READ)
			memcpy(memory, disk_bytes + at, bytes);
		else
			memcpy(disk_bytes + at, memory, bytes);
		at += bytes;
	}
	CHECK(at % device->sector_bytes == 0);
	request->result = 0;
	request->done(request);
}

char *fake_disk_create(uint64_t bytes, bool read_only)
{
	disk_bytes = malloc(bytes);
	for (uint64_t i = 0; i < bytes; i++)
		disk_bytes[i] = (char)fake_random();
	disk.bytes = bytes;
	disk.read_only = read_only;
	disk.submit = disk_submit;
	block_register(&disk);
	return disk_bytes;
}
