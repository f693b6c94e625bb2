// SPDX-License-Identifier: MIT
/*
 * The devices of the machine as the cases use them: console, timer, UINTC,
 * physical memory protection, translation.
 */
#include "harness.h"

uint64_t sender_table[SENDER_TABLE_ENTRIES] __attribute__((aligned(4096)));

/* --- console -------------------------------------------------------------- */

#define uart ((volatile uint8_t *)UART_BASE)

void print(const char *text)
{
	while (*text)
		uart[0] = *text++;
}

void print_hex(uint64_t value)
{
	char digits[19] = "0x";
	int length = 2;

	for (int shift = 60; shift >= 0; shift -= 4) {
		int digit = (value >> shift) & 15;

		if (digit || length > 2 || shift == 0)
			digits[length++] = "0123456789abcdef"[digit];
	}
	digits[length] = 0;
	print(digits);
}

void print_decimal(uint64_t value)
{
	char digits[21];
	int at = 20;
	uint32_t rest = value; /* no value here needs more */

	digits[at] = 0;
	do
		digits[--at] = '0' + rest % 10;
	while (rest /= 10);
	print(&digits[at]);
}

char console_read(void)
{
	while (!(uart[5] & 1))
		;
	return uart[0];
}

/* --- timer ---------------------------------------------------------------- */

uint64_t time_now(void)
{
	volatile uint32_t *mtime = (volatile uint32_t *)(CLINT_BASE + 0xbff8);
	uint32_t high, low;

	do {
		high = mtime[1];
		low = mtime[0];
	} while (mtime[1] != high);
	return (uint64_t)high << 32 | low;
}

void timer_set(ureg hart, uint64_t when)
{
	volatile uint32_t *compare =
		(volatile uint32_t *)(CLINT_BASE + 0x4000 + 8 * hart);

	compare[1] = ~0u;
	compare[0] = when;
	compare[1] = when >> 32;
}

/* --- UINTC ---------------------------------------------------------------- */

#if XLEN == 64
static uint64_t load_double(uintptr_t address)
{
	return *(volatile uint64_t *)address;
}

static void store_double(uintptr_t address, uint64_t value)
{
	*(volatile uint64_t *)address = value;
}
#else
/* The only access of 8 bytes that RV32 has goes through the FPU. */
static void fpu_on(void)
{
	csr_set(CSR_MSTATUS, 1 << 13);
}

static uint64_t load_double(uintptr_t address)
{
	uint64_t value;

	fpu_on();
	__asm__ volatile("fld ft0, 0(%0)\n\tfsd ft0, 0(%1)" ::"r"(address),
			 "r"(&value)
			 : "memory");
	return value;
}

static void store_double(uintptr_t address, uint64_t value)
{
	fpu_on();
	__asm__ volatile("fld ft0, 0(%1)\n\tfsd ft0, 0(%0)" ::"r"(address),
			 "r"(&value)
			 : "memory");
}
#endif

uint64_t uintc_read(uint32_t receiver, enum uintc_register reg)
{
	return load_double(UINTC_BASE + receiver * 32 + reg);
}

void uintc_write(uint32_t receiver, enum uintc_register reg, uint64_t value)
{
	store_double(UINTC_BASE + receiver * 32 + reg, value);
}

uint64_t uintc_low(ureg hart)
{
	return (uint64_t)hart << 16 | 3;
}

uint64_t sender_entry(uint32_t receiver, uint32_t vector)
{
	return (uint64_t)receiver << 48 | (uint64_t)vector << 16 | 1;
}

ureg suist_value(void)
{
	return SUIST_ENABLE | SUIST_SIZE(SENDER_TABLE_PAGES) |
	       (ureg)sender_table >> 12;
}

/* --- protection and translation ------------------------------------------- */

void pmp_open(void)
{
	csr_write(CSR_PMPCFG0, 0);
	csr_write(CSR_PMPADDR0, ~(ureg)0);
	csr_write(CSR_PMPCFG0, 0x1f); /* NAPOT, read, write, execute */
	__asm__ volatile("sfence.vma" ::: "memory");
}

#define PTE_V (1 << 0)
#define PTE_R (1 << 1)
#define PTE_W (1 << 2)
#define PTE_X (1 << 3)
#define PTE_U (1 << 4)
#define PTE_A (1 << 6)
#define PTE_D (1 << 7)
#define GIGABYTE ((uint64_t)1 << 30)

uint64_t user_root[512] __attribute__((aligned(4096)));

/*
 * RAM is at its own address for U mode and, since S mode can't execute what U
 * mode can, at 4 GiB above it for S mode's trap handler. The image is
 * position-independent enough for that: it computes addresses from the pc.
 */
void translate_on(void)
{
#if XLEN == 64
	uint64_t ram = (RAM_BASE >> 12) << 10;
	uint64_t all = PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D;

	user_root[RAM_BASE / GIGABYTE] = ram | all | PTE_U;
	user_root[RAM_BASE / GIGABYTE + 4] = ram | all;
	csr_write(CSR_STVEC, (ureg)supervisor_entry + 4 * GIGABYTE);
	csr_set(CSR_MSTATUS, STATUS_SUM);
	csr_write(CSR_SATP, (uint64_t)8 << 60 | (ureg)user_root >> 12);
	__asm__ volatile("sfence.vma" ::: "memory");
#endif
}

void translate_off(void)
{
	csr_write(CSR_SATP, 0);
	__asm__ volatile("sfence.vma" ::: "memory");
}

/* --- reset ---------------------------------------------------------------- */

void machine_reset(void)
{
	*(volatile uint32_t *)TEST_DEVICE = 0x7777;
	for (;;)
		;
}
