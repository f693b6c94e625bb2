/* Log lines; see the header. */
#include "kernel/boot/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kernel/api/console.h"
#include "kernel/api/lock.h"
#include "kernel/api/wait.h"
#include "kernel/boot/sbi.h"
#include "kernel/task/hart.h"

#define LINE_BYTES	256

static struct spinlock log_lock;	/* one line at a time on SBI's console */
static void (*console_write)(const char *text, size_t bytes);

void console_register(void (*write)(const char *text, size_t bytes))
{
	console_write = write;
}

static void sbi_write(const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			sbi_console_putchar('\r');
		sbi_console_putchar(*text);
	}
}

void log_write_raw(const char *text)
{
	if (console_write)
		console_write(text, strlen(text));
	else
		sbi_write(text);
}

void log_panic_mode(void)
{
	/* the driver's locks may be held by a hart that has stopped */
	console_write = NULL;
}

void kernel_log(const char *format, ...)
{
	char line[LINE_BYTES];
	uint64_t now_us = time_now_ns() / 1000;
	int used = snprintf(line, sizeof(line), "[%4u.%06u] ", (unsigned)(now_us / 1000000),
			    (unsigned)(now_us % 1000000));
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line + used, sizeof(line) - (size_t)used - 1, format, arguments);
	va_end(arguments);
	strlcat(line, "\n", sizeof(line));
	if (!console_write)
		spinlock_acquire(&log_lock);
	log_write_raw(line);
	if (!console_write)
		spinlock_release(&log_lock);
}
