/* SPDX-License-Identifier: MIT */
/*
 * What a conformance case is written with.
 *
 * A case is a C function that hart 0 runs in M mode, with every CSR of user
 * interrupts and every receiver of UINTC as after a reset. It calls run() to
 * execute code in U or S mode and looks at what ended that run: a return, or
 * a trap and the mode that took it. The first check that does not hold ends
 * the case.
 *
 * A run ends at its first trap, unless the hart's hook for the mode that took
 * it resumes. Other harts run M-mode functions by hart_start().
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "platform.h"

typedef unsigned long ureg; /* as wide as a register */

#define XLEN __riscv_xlen
#define INTERRUPT ((ureg)1 << (XLEN - 1))

enum mode { MODE_U = 0, MODE_S = 1, MODE_M = 3 };

/* Bits of the status registers, and of those that hold interrupts */
#define STATUS_UIE ((ureg)1 << 0)
#define STATUS_SIE ((ureg)1 << 1)
#define STATUS_MIE ((ureg)1 << 3)
#define STATUS_UPIE ((ureg)1 << 4)
#define STATUS_SPIE ((ureg)1 << 5)
#define STATUS_SPP ((ureg)1 << 8)
#define STATUS_MPP ((ureg)3 << 11)
#define STATUS_MPRV ((ureg)1 << 17)
#define STATUS_SUM ((ureg)1 << 18)
#define STATUS_TW ((ureg)1 << 21)
#define STATUS_TSR ((ureg)1 << 22)

#define USI ((ureg)1 << 0)
#define SSI ((ureg)1 << 1)
#define MSI ((ureg)1 << 3)
#define UTI ((ureg)1 << 4)
#define STI ((ureg)1 << 5)
#define MTI ((ureg)1 << 7)
#define UEI ((ureg)1 << 8)
#define SEI ((ureg)1 << 9)
#define USER_INTERRUPTS (USI | UTI | UEI)

enum cause {
	CAUSE_FETCH_MISALIGNED = 0,
	CAUSE_FETCH_ACCESS = 1,
	CAUSE_ILLEGAL = 2,
	CAUSE_BREAKPOINT = 3,
	CAUSE_LOAD_MISALIGNED = 4,
	CAUSE_LOAD_ACCESS = 5,
	CAUSE_STORE_MISALIGNED = 6,
	CAUSE_STORE_ACCESS = 7,
	CAUSE_ECALL_U = 8,
	CAUSE_ECALL_S = 9,
	CAUSE_FETCH_PAGE = 12,
	CAUSE_LOAD_PAGE = 13,
	CAUSE_STORE_PAGE = 15,
};

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
#define csr_set(number, value)                                                 \
	__asm__ volatile("csrs %0, %1" ::"i"(number), "r"((ureg)(value))       \
			 : "memory")
#define csr_clear(number, value)                                               \
	__asm__ volatile("csrc %0, %1" ::"i"(number), "r"((ureg)(value))       \
			 : "memory")

/* --- running code in another mode ----------------------------------------- */

/* The layout is known to start.S, by FRAME_WORDS and its companions. */
struct frame {
	ureg x[32];
	ureg hart;
	ureg stack;
	ureg slot; /* entry of user_vectors that was used, or ~0 */
	ureg unused[5];
};
_Static_assert(sizeof(struct frame) == FRAME_WORDS * WORD_BYTES, "start.S");

/* A trap as the mode that took it saw it. */
struct trap {
	enum mode mode;
	ureg cause;
	ureg pc;
	ureg value;
	ureg status; /* ustatus, sstatus or mstatus in the handler */
	ureg slot;
};

#define TRAP_LOG_LENGTH 16

struct hart;
typedef bool (*trap_hook)(struct hart *hart, struct frame *frame);
typedef ureg (*code)(ureg argument);

struct hart {
	ureg id;
	ureg saved[16];
	struct frame frames[4]; /* by mode */
	trap_hook hooks[4];	/* by mode; true resumes */

	/* How the last run ended: by a return, or by the last trap of the log */
	bool returned;
	ureg result;
	uint32_t trap_count;
	struct trap log[TRAP_LOG_LENGTH];

	/* What hart_start() asks of this hart */
	void (*volatile work)(void);
	bool ready;
	char *stacks;
};

extern struct hart harts[HART_COUNT];

struct hart *this_hart(void);

/* Run CODE in MODE with interrupts as the CSRs say. */
struct hart *run(enum mode mode, code code, ureg argument);

/* Run one instruction in MODE, with a0 = ARGUMENT; a0 is the result. */
struct hart *run_instruction(enum mode mode, uint32_t instruction,
			     ureg argument);

/* The trap that ended the last run. */
struct trap *last_trap(struct hart *hart);

/* Make U and S mode see the image at its addresses through Sv39. */
void translate_on(void);
void translate_off(void);
extern uint64_t user_root[512];

void hart_start(ureg id, void (*work)(void));
void hart_join(ureg id);

extern char machine_entry[], supervisor_entry[], user_entry[], user_vectors[];

/* What hart 0, and each other hart, found at its first instructions. */
#define BOOT_CSR_COUNT 20
struct boot_state {
	ureg csrs[BOOT_CSR_COUNT];
	uint64_t receivers; /* OR of all registers of all receivers */
};
extern struct boot_state boot_states[HART_COUNT];
extern const char *const boot_csr_names[BOOT_CSR_COUNT];

/* The case that reset the machine, for it to go on; else 0 */
#define resumed_case ((volatile uint64_t *)PERSISTENT_BASE)
uint64_t name_hash(const char *name);

/* --- the machine ---------------------------------------------------------- */

/* What the runner says of the machine and asks of the image */
struct parameters {
	uint64_t only;	/* hash of the only case to run, or 0 */
	uint64_t after; /* hash of the last case not to run, or 0 */
	uint64_t features;
	uint64_t harts;
};
#define parameters ((volatile struct parameters *)PARAMETERS_BASE)

/* Features of a machine; a case names those that it needs. */
#define HAS_N (1 << 0)
#define HAS_UIPI (1 << 1)
#define HAS_UINTC (1 << 2)
#define HAS_C (1 << 3)
#define HAS_NO_C (1 << 4)
#define HAS_NO_N (1 << 5)
#define HAS_NO_UINTC (1 << 6)
#define HAS_NO_UIPI (1 << 7)
#define HAS_AIA (1 << 8)
#define HAS_RV64 (1 << 9)
#define HAS_RV32 (1 << 10)
#define HAS_PEER (1 << 11) /* asked for by name: the runner takes part */
#define HAS_ICOUNT (1 << 12)
#define HAS_BENCH (1 << 13) /* asked for by name, too */
#define HAS_ALL (HAS_N | HAS_UIPI | HAS_UINTC)

enum uintc_register {
	UINTC_SEND = 0x00,
	UINTC_LOW = 0x08,
	UINTC_HIGH = 0x10,
	UINTC_ACTIVE = 0x18,
};

uint64_t uintc_read(uint32_t receiver, enum uintc_register reg);
void uintc_write(uint32_t receiver, enum uintc_register reg, uint64_t value);
/* LOW of an active receiver of this hart that takes all 64 vectors */
uint64_t uintc_low(ureg hart);

uint64_t time_now(void);
void timer_set(ureg hart, uint64_t when);
void pmp_open(void);
void machine_reset(void);
char console_read(void);

/* --- cases ---------------------------------------------------------------- */

struct test_case {
	const char *name;
	void (*body)(void);
	uint32_t needs;
	uint32_t harts;
};

/*
 * CASE(name, needs, harts, "clauses") { ... }: the runner reads these lines
 * from the sources, so each stands on one line.
 */
#define CASE(name_, needs_, harts_, clauses_)                                  \
	static void name_(void);                                               \
	static const struct test_case case_##name_                             \
		__attribute__((used, section(".cases"), aligned(8))) = {       \
			#name_, name_, needs_, harts_};                        \
	static void name_(void)

void check_failed(const char *file, int line, const char *text, uint64_t got,
		  uint64_t want) __attribute__((noreturn));

#define CHECK_EQ(got, want)                                                    \
	do {                                                                   \
		uint64_t got_ = (uint64_t)(got), want_ = (uint64_t)(want);     \
		if (got_ != want_)                                             \
			check_failed(__FILE__, __LINE__, #got " == " #want,    \
				     got_, want_);                             \
	} while (0)
#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			check_failed(__FILE__, __LINE__, #condition, 0, 1);    \
	} while (0)

/* The run ended in a trap of MODE with CAUSE (INTERRUPT | n or n). */
#define CHECK_TRAP(ended_, mode_, cause_)                                     \
	do {                                                                   \
		struct hart *hart_ = (ended_);                                \
		CHECK(!hart_->returned);                                       \
		CHECK_EQ(last_trap(hart_)->mode, mode_);                       \
		CHECK_EQ(last_trap(hart_)->cause, cause_);                     \
	} while (0)
/* The last trap interrupted, or faulted at, SYMBOL. */
#define CHECK_PC(hart, symbol) CHECK_EQ(last_trap(hart)->pc, (ureg)(symbol))
#define CHECK_RETURNED(ended_)                                                 \
	do {                                                                   \
		struct hart *hart_ = (ended_);                                \
		if (!hart_->returned)                                          \
			check_failed(__FILE__, __LINE__, "returned, no trap",  \
				     last_trap(hart_)->cause, 0);              \
	} while (0)

void print(const char *text);
void print_hex(uint64_t value);
void print_decimal(uint64_t value);

/* --- instructions by number ----------------------------------------------- */

#define REG_ZERO 0u
#define REG_A0 10u

/* csrrs a0, csr, zero */
#define INSTRUCTION_CSR_READ(csr) ((uint32_t)(csr) << 20 | 0x2573)
/* csrrw a0, csr, a0 */
#define INSTRUCTION_CSR_SWAP(csr) ((uint32_t)(csr) << 20 | 0x51573)
#define INSTRUCTION_WFI 0x10500073u
#define INSTRUCTION_UIPI(funct7, rd, rs1)                                      \
	((uint32_t)(funct7) << 25 | (rs1) << 15 | 6u << 12 | (rd) << 7 | 0x7bu)

enum uipi {
	UIPI_SEND = 0,
	UIPI_READ = 1,
	UIPI_WRITE = 2,
	UIPI_ACTIVATE = 3,
	UIPI_DEACTIVATE = 4,
};

static inline void uipi_send(ureg index)
{
	__asm__ volatile(".insn r 0x7b, 6, 0, x0, %0, x0" ::"r"(index)
			 : "memory");
}

static inline ureg uipi_read(void)
{
	ureg pending;

	__asm__ volatile(".insn r 0x7b, 6, 1, %0, x0, x0"
			 : "=r"(pending)::"memory");
	return pending;
}

static inline void uipi_write(ureg vectors)
{
	__asm__ volatile(".insn r 0x7b, 6, 2, x0, %0, x0" ::"r"(vectors)
			 : "memory");
}

static inline void uipi_activate(void)
{
	__asm__ volatile(".insn r 0x7b, 6, 3, x0, x0, x0" ::: "memory");
}

static inline void uipi_deactivate(void)
{
	__asm__ volatile(".insn r 0x7b, 6, 4, x0, x0, x0" ::: "memory");
}

/* --- the tables of uipi --------------------------------------------------- */

#if XLEN == 64
#define SUIST_ENABLE ((ureg)1 << 63)
#define SUIST_SIZE(pages) ((ureg)(pages) << 44)
#define SUIRS_ENABLE ((ureg)1 << 63)
#else
#define SUIST_ENABLE ((ureg)1 << 31)
#define SUIST_SIZE(pages) ((ureg)(pages) << 22)
#define SUIRS_ENABLE ((ureg)1 << 31)
#endif

#define SENDER_TABLE_PAGES 2
#define SENDER_TABLE_ENTRIES (SENDER_TABLE_PAGES * 512)
extern uint64_t sender_table[SENDER_TABLE_ENTRIES];

uint64_t sender_entry(uint32_t receiver, uint32_t vector);
/* suist for sender_table with all its pages */
ureg suist_value(void);

/* --- code for run(), in snippets.S ---------------------------------------- */

#define SNIPPET(name)                                                          \
	ureg name(ureg argument);                                              \
	extern char name##_next[]

ureg snippet_return(ureg argument); /* a few instructions, then a return */
ureg snippet_spin(ureg argument);   /* until a trap */
SNIPPET(snippet_ustatus_set);	    /* csrs ustatus, a0; then _next */
SNIPPET(snippet_uie_set);
SNIPPET(snippet_uip_set);
SNIPPET(snippet_uret);
SNIPPET(snippet_uret_low_bits);
SNIPPET(snippet_send);
SNIPPET(snippet_write);
SNIPPET(snippet_activate);
SNIPPET(snippet_wfi);
SNIPPET(snippet_sret_after_sideleg);
SNIPPET(snippet_clear_then_read);
ureg bench_self_post(ureg times);
extern char bench_handler[];

#endif
