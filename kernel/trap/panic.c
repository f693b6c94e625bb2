/*
 * The end: what happened, where, the registers, a backtrace with names; then all
 * harts stop and the machine powers off with a status.
 *
 * The backtrace needs no frame pointers: it takes each word of the stack that
 * follows a call instruction of the kernel's text.  So it may show a frame that
 * is over, but never misses one.
 */
#include "kernel/trap/panic.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "drivers/power.h"
#include "kernel/boot/log.h"
#include "kernel/boot/sbi.h"
#include "kernel/limits.h"
#include "kernel/mm/stack.h"
#include "kernel/riscv.h"
#include "kernel/task/hart.h"

#define PANIC_STATUS		101
#define BACKTRACE_LINES		24
#define LINE_BYTES		160
#define SYMBOL_ALIGNMENT	2u	/* of instructions: tools/kernel-symbols */

extern const char kernel_text_start[], kernel_text_end[];
extern const uint32_t kernel_symbol_count;
extern const uint16_t kernel_symbol_distances[];
extern const char kernel_symbol_names[];

static uint32_t panicking;		/* atomic: 0, or who speaks: its index + 1 */

bool panic_in_progress(void)
{
	return __atomic_load_n(&panicking, __ATOMIC_RELAXED) != 0;
}

void panic_stop_hart(void)
{
	csr_write(sie, 0);
	for (;;)
		__asm__ volatile("wfi");
}

/* The table is read from its start: it is small that way, and nobody is in a hurry. */
const char *kernel_symbol(uint64_t address, uint64_t *offset)
{
	const char *name = kernel_symbol_names, *found = NULL;
	uint64_t at = (uint64_t)kernel_text_start;

	if (address < (uint64_t)kernel_text_start || address >= (uint64_t)kernel_text_end)
		return NULL;
	for (uint32_t i = 0; i < kernel_symbol_count; i++) {
		at += kernel_symbol_distances[i] * SYMBOL_ALIGNMENT;
		if (at > address)
			break;
		*offset = address - at;
		found = name;
		name += strlen(name) + 1;
	}
	return found;
}

static void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void print(const char *format, ...)
{
	char line[LINE_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	log_write_raw(line);
}

static void print_address(uint64_t address)
{
	uint64_t offset = 0;
	const char *name = kernel_symbol(address, &offset);

	print("  %#018lx  %s+%#lx\n", address, name ? name : "?", offset);
}

/* Where a call returns to: behind a call that does not return stands the next
 * function already, so the call itself is what is named. */
static void print_return(uint64_t address)
{
	uint64_t offset = 0;
	const char *name = kernel_symbol(address - 1, &offset);

	print("  %#018lx  %s+%#lx\n", address, name ? name : "?", offset + 1);
}

/* The word before `address` is a call: jal ra, jalr ra, or c.jalr. */
static bool follows_call(uint64_t address)
{
	const uint16_t *half = (const uint16_t *)address;
	uint32_t word;

	if (address & 1 || address < (uint64_t)kernel_text_start + 4 ||
	    address >= (uint64_t)kernel_text_end)
		return false;
	word = half[-2] | (uint32_t)half[-1] << 16;
	if ((word & 0xfff) == 0x0ef || (word & 0xfff) == 0x0e7)
		return true;
	return (half[-1] & 0xf07f) == 0x9002 && (half[-1] >> 7 & 31) != 0;
}

static void backtrace(uint64_t sp)
{
	const struct kernel_stack *stack = hart_this()->stack;
	uint64_t top = stack ? (uint64_t)stack : 0;
	unsigned lines = 0;

	if (stack && sp < top && sp >= top - KERNEL_STACK_SLOT_BYTES)
		sp = MAX(sp, kernel_stack_bottom(stack));	/* it may have overflowed */
	else
		top = ALIGN_UP(sp + 1, PAGE_SIZE);
	for (uint64_t at = ALIGN_UP(sp, 8); at < top && lines < BACKTRACE_LINES; at += 8) {
		uint64_t word = *(const uint64_t *)at;

		if (follows_call(word)) {
			print_return(word);
			lines++;
		}
	}
}

static void stop_others(void)
{
	for (unsigned i = 0; i < hart_count(); i++)
		if (i != hart_this()->index)
			hart_interrupt(i);
}

static void __attribute__((noreturn)) end(uint64_t sp)
{
	print("backtrace (newest first):\n");
	backtrace(sp);
	machine_poweroff(PANIC_STATUS);
	/* too early for that: the firmware's way has no status */
	sbi_shutdown();
	panic_stop_hart();
}

/* One hart speaks; another that panics meanwhile stops at once.  If the one that
 * speaks traps, what it has said must do. */
static void begin(void)
{
	uint32_t self = hart_this()->index + 1, speaker = 0;

	if (!__atomic_compare_exchange_n(&panicking, &speaker, self, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_ACQUIRE)) {
		if (speaker == self)
			machine_poweroff(PANIC_STATUS);
		panic_stop_hart();
	}
	stop_others();
	log_panic_mode();
}

void panic(const char *format, ...)
{
	char line[LINE_BYTES];
	va_list arguments;

	begin();
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	print("\npanic: hart %u: %s\n", hart_this()->index, line);
	end((uint64_t)__builtin_frame_address(0) - 64);
}

static const char *cause_name(uint64_t cause)
{
	switch (cause) {
	case CAUSE_ILLEGAL: return "illegal instruction";
	case CAUSE_BREAKPOINT: return "breakpoint";
	case CAUSE_LOAD_PAGE: return "load page fault";
	case CAUSE_STORE_PAGE: return "store page fault";
	case CAUSE_FETCH_PAGE: return "fetch page fault";
	case CAUSE_LOAD_ACCESS: return "load access fault";
	case CAUSE_STORE_ACCESS: return "store access fault";
	default: return "trap";
	}
}

void trap_from_supervisor(struct panic_frame *frame)
{
	static const char *const names[32] = {
		"pc", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0",
		"a1", "a2", "a3", "a4", "a5", "a6", "a7", "s2", "s3", "s4", "s5",
		"s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
	};
	uint64_t cause = csr_read(scause), address = csr_read(stval);

	begin();
	print("\npanic: hart %u: %s in the kernel (scause %#lx), address %#lx%s\n",
	      hart_this()->index, cause_name(cause), cause, address,
	      kernel_stack_is_guard(address) ? ": kernel stack overflow" : "");
	print_address(frame->x[0]);
	for (unsigned i = 0; i < 32; i++)
		print("%4s %#018lx%s", names[i], frame->x[i], i % 4 == 3 ? "\n" : "");
	print_return(frame->x[1]);
	end(frame->x[2]);
}
