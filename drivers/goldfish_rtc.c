/*
 * The goldfish real-time clock: a counter of nanoseconds since 1970.
 */
#include "drivers/drivers.h"
#include "drivers/rtc.h"
#include "kernel/api/memory.h"
#include "kernel/api/wait.h"

#define RTC_TIME_LOW	0x00	/* reading it latches the high half */
#define RTC_TIME_HIGH	0x04

static uint64_t boot_time_ns;	/* wall-clock time when time_now_ns was 0; 0: no clock */

uint64_t rtc_now_ns(void)
{
	return boot_time_ns ? boot_time_ns + time_now_ns() : 0;
}

static int rtc_probe(const struct device *device)
{
	volatile uint8_t *registers = registers_map(device->base, device->bytes);
	uint64_t low = register_read32(registers + RTC_TIME_LOW);
	uint64_t high = register_read32(registers + RTC_TIME_HIGH);

	boot_time_ns = (high << 32 | low) - time_now_ns();
	return 0;
}

const struct device_driver goldfish_rtc_driver = { "google,goldfish-rtc", rtc_probe };
