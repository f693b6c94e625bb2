// SPDX-License-Identifier: MIT
/*
 * Cases under stock OpenSBI: a supervisor in S mode, Sv39, user programs in
 * pages of their own. It shows that firmware which knows nothing of user
 * interrupts needs no change for them.
 *
 * Speaks as the bare-metal image does: "case", then "pass" or "fail"; "done".
 */
#include <stdbool.h>
#include <stdint.h>

#include "../guest/platform.h"
#include "layout.h"

typedef unsigned long ureg;

#define INTERRUPT ((ureg)1 << 63)
#define RECEIVER(hart) (40 + (hart))

#define csr_read(number)                                                       \
	({                                                                     \
		ureg value_;                                                   \
		__asm__ volatile("csrr %0, %1"                                 \
				 : "=r"(value_)                                \
				 : "i"(number)                                 \
				 : "memory");                                  \
		value_;                                                        \
	})
#define csr_write(number, value)                                               \
	__asm__ volatile("csrw %0, %1" ::"i"(number), "r"((ureg)(value))       \
			 : "memory")

extern char user_pages[], supervisor_entry[];
extern char user_handler[], user_return[], user_send[], user_sleep[];
extern char user_fault[], user_time[];
extern void second_start(void);
extern void enter_user(ureg *saved, ureg pc, ureg argument);
extern void boot_main(ureg hart);
extern void second_main(ureg hart);

static ureg boot_hart, second_hart;
static uint64_t roots[2][512] __attribute__((aligned(4096)));
static uint64_t middles[2][512] __attribute__((aligned(4096)));
static uint64_t leaves[2][512] __attribute__((aligned(4096)));
static volatile uint64_t data[2][512] __attribute__((aligned(4096)));
static uint64_t sender_table[512] __attribute__((aligned(4096)));

/* --- firmware ------------------------------------------------------------------ */

static ureg sbi(ureg extension, ureg function, ureg x, ureg y, ureg z)
{
	register ureg a0 __asm__("a0") = x;
	register ureg a1 __asm__("a1") = y;
	register ureg a2 __asm__("a2") = z;
	register ureg a6 __asm__("a6") = function;
	register ureg a7 __asm__("a7") = extension;

	__asm__ volatile("ecall"
			 : "+r"(a0), "+r"(a1)
			 : "r"(a2), "r"(a6), "r"(a7)
			 : "memory");
	return a0;
}

static void print(const char *text)
{
	while (*text)
		sbi(1, 0, *text++, 0, 0);
}

static void check(bool good, const char *what)
{
	if (good)
		return;
	print("fail ");
	print(what);
	print("\ndone\n");
	*(volatile uint32_t *)TEST_DEVICE = 0x5555;
	for (;;)
		;
}
#define CHECK(condition) check(condition, #condition)

static void uintc_write(ureg receiver, ureg reg, uint64_t value)
{
	*(volatile uint64_t *)(UINTC_BASE + receiver * 32 + reg) = value;
}

/* --- address spaces -------------------------------------------------------------- */

#define LEAF(address, bits) (((ureg)(address) >> 12 << 10) | (bits) | 0xc1)
#define TABLE(address) (((ureg)(address) >> 12 << 10) | 1)
#define READ 2
#define WRITE 4
#define EXECUTE 8
#define USER 16

/* One per hart: the supervisor's gigabytes, the user's text, its data. */
static void use_address_space(int which)
{
	roots[which][0] = LEAF(0, READ | WRITE);
	roots[which][2] = LEAF(RAM_BASE, READ | WRITE | EXECUTE);
	roots[which][1] = TABLE(middles[which]);
	middles[which][0] = TABLE(leaves[which]);
	leaves[which][0] = LEAF(user_pages, READ | EXECUTE | USER);
	leaves[which][(USER_DATA - USER_TEXT) >> 12] =
		LEAF(data[which], READ | WRITE | USER);
	csr_write(CSR_SATP, (ureg)8 << 60 | (ureg)roots[which] >> 12);
	__asm__ volatile("sfence.vma" ::: "memory");
}

static ureg user_address(char *symbol)
{
	return USER_TEXT + (symbol - user_pages);
}

static void run(int which, char *program, ureg argument)
{
	ureg saved[16];

	data[which][0] = 0;
	enter_user(saved, user_address(program), argument);
}

/* The whole of what a supervisor loads for a user context. */
static void switch_in(int which, ureg hart)
{
	csr_write(CSR_STVEC, supervisor_entry);
	csr_write(CSR_SIDELEG, 0x111);
	csr_write(CSR_SEDELEG, 0);
	csr_write(CSR_UTVEC, user_address(user_handler));
	csr_write(CSR_SIE, 0x111);
	csr_write(CSR_USTATUS, 1);
	csr_write(CSR_SUIST, (ureg)1 << 63 | (ureg)1 << 44 |
				     (ureg)sender_table >> 12);
	csr_write(CSR_SUIRS, (ureg)1 << 63 | RECEIVER(which));
	uintc_write(RECEIVER(which), 8, hart << 16 | 3);
}

static uint64_t entry(int which, uint32_t vector)
{
	return (uint64_t)RECEIVER(which) << 48 | (uint64_t)vector << 16 | 1;
}

/* --- cases --------------------------------------------------------------------------- */

#define CAUSE (data[0][DATA_CAUSE / 8])
#define COUNT (data[0][DATA_COUNT / 8])
#define PENDING (data[0][DATA_PENDING / 8])

static void self_post(void)
{
	sender_table[3] = entry(0, 50);
	run(0, user_send, 3);
	CHECK(csr_read(CSR_SCAUSE) == 8);
	CHECK(COUNT == 1);
	CHECK(CAUSE == INTERRUPT);
	CHECK(PENDING == (uint64_t)1 << 50);
}

static void sip_bits_are_writable(void)
{
	csr_write(CSR_SIP, 0x110);
	CHECK((csr_read(CSR_SIP) & 0x111) == 0x110);
	csr_write(CSR_SIP, 0);
	run(0, user_return, 0);
	CHECK(csr_read(CSR_SCAUSE) == 8);
	CHECK(COUNT == 0);
}

static void undelegated_comes_to_s(void)
{
	csr_write(CSR_SIDELEG, 0);
	csr_write(CSR_SIE, 1);
	uintc_write(RECEIVER(0), 0, 5);
	run(0, user_return, 0);
	CHECK(csr_read(CSR_SCAUSE) == INTERRUPT);
	CHECK(csr_read(CSR_SEPC) == user_address(user_return));
	csr_write(CSR_SIP, 0);
	csr_write(CSR_SIDELEG, 0x111);
	csr_write(CSR_SIE, 0x111);
}

static void page_fault_to_u(void)
{
	csr_write(CSR_SEDELEG, 1 << 13);
	run(0, user_fault, 0);
	CHECK(csr_read(CSR_SCAUSE) == 8);
	CHECK(COUNT == 1);
	CHECK(CAUSE == 13);
	CHECK(data[0][DATA_VALUE / 8] == 0x7000000);
	csr_write(CSR_SEDELEG, 0);
	run(0, user_fault, 0);
	CHECK(csr_read(CSR_SCAUSE) == 13);
	CHECK(COUNT == 0);
}

static void firmware_still_serves(void)
{
	run(0, user_time, 0);
	CHECK(csr_read(CSR_SCAUSE) == 8);
	CHECK(sbi(0x10, 0, 0, 0, 0) == 0);
}

static volatile bool second_ready, second_woken;

void second_main(ureg hart)
{
	use_address_space(1);
	switch_in(1, hart);
	second_ready = true;
	run(1, user_sleep, 0);
	second_woken = true;
	for (;;)
		__asm__ volatile("wfi");
}

static void user_wakes_user(void)
{
	ureg error;

	second_hart = boot_hart ^ 1;
	/* available already: the firmware has not come to stopping it yet */
	do
		error = sbi(0x48534d, 0, second_hart, (ureg)second_start, 0);
	while (error == (ureg)-6);
	CHECK(error == 0);
	while (!second_ready)
		;
	sender_table[4] = entry(1, 7);
	run(0, user_send, 4);
	CHECK(COUNT == 0);
	while (!second_woken)
		;
	CHECK(data[1][DATA_CAUSE / 8] == INTERRUPT);
	CHECK(data[1][DATA_PENDING / 8] == 1 << 7);
}

#define RUN(name)                                                              \
	do {                                                                   \
		print("case " #name "\n");                                     \
		name();                                                        \
		print("pass\n");                                               \
	} while (0)

void boot_main(ureg hart)
{
	boot_hart = hart;
	use_address_space(0);
	switch_in(0, hart);
	RUN(self_post);
	RUN(sip_bits_are_writable);
	RUN(undelegated_comes_to_s);
	RUN(page_fault_to_u);
	RUN(firmware_still_serves);
	RUN(user_wakes_user);
	print("done\n");
	*(volatile uint32_t *)TEST_DEVICE = 0x5555;
	for (;;)
		;
}
