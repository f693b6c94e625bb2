// SPDX-License-Identifier: MIT
/*
 * The conformance suite's core: the list of cases, running one from a clean
 * state, running code in U and S mode, and the traps that end it.
 *
 * Hart 0 runs the cases; the others sleep in M mode until hart_start().
 */
#include "harness.h"

extern const struct test_case case_table[], case_table_end[];
extern void hart_main(ureg id);
extern char run_return_call[];
extern void run_enter(ureg *saved, ureg stack, ureg argument);
extern void run_leave(ureg *saved) __attribute__((noreturn));
extern void machine_trap(struct frame *frame);
extern void supervisor_trap(struct frame *frame);
extern void user_trap(struct frame *frame);

#define STACK_BYTES 4096

struct hart harts[HART_COUNT];
/* Per hart one for what run() runs and one for each mode's traps */
static char stacks[HART_COUNT][5][STACK_BYTES] __attribute__((aligned(16)));
/* Where a failed check goes back to */
static void *case_context[5];

struct hart *this_hart(void)
{
	struct hart *hart;

	__asm__("mv %0, tp" : "=r"(hart));
	return hart;
}

struct trap *last_trap(struct hart *hart)
{
	return &hart->log[(hart->trap_count - 1) % TRAP_LOG_LENGTH];
}

/* --- traps ---------------------------------------------------------------- */

static struct trap *log_trap(struct hart *hart, struct frame *frame,
			     enum mode mode)
{
	struct trap *trap = &hart->log[hart->trap_count++ % TRAP_LOG_LENGTH];

	trap->mode = mode;
	trap->slot = frame->slot;
	frame->slot = ~(ureg)0;
	return trap;
}

/* End the run from U or S mode, which takes a call of M mode. */
static void exit_run(void)
{
	__asm__ volatile("li a7, %0\n\tecall" ::"i"(EXIT_CALL) : "a7");
}

void user_trap(struct frame *frame)
{
	struct hart *hart = this_hart();
	struct trap *trap = log_trap(hart, frame, MODE_U);

	trap->cause = csr_read(CSR_UCAUSE);
	trap->pc = csr_read(CSR_UEPC);
	trap->value = csr_read(CSR_UTVAL);
	trap->status = csr_read(CSR_USTATUS);
	if (!hart->hooks[MODE_U] || !hart->hooks[MODE_U](hart, frame))
		exit_run();
}

void supervisor_trap(struct frame *frame)
{
	struct hart *hart = this_hart();
	struct trap *trap = log_trap(hart, frame, MODE_S);

	trap->cause = csr_read(CSR_SCAUSE);
	trap->pc = csr_read(CSR_SEPC);
	trap->value = csr_read(CSR_STVAL);
	trap->status = csr_read(CSR_SSTATUS);
	if (!hart->hooks[MODE_S] || !hart->hooks[MODE_S](hart, frame))
		exit_run();
}

static void fatal_trap(void) __attribute__((noreturn));
static void fatal_trap(void)
{
	ureg pc = csr_read(CSR_MEPC);

	check_failed("M mode", 0, "no trap of M mode itself",
		     pc << 8 | csr_read(CSR_MCAUSE), 0);
}

void machine_trap(struct frame *frame)
{
	struct hart *hart = this_hart();
	ureg cause = csr_read(CSR_MCAUSE);
	bool from_m = (csr_read(CSR_MSTATUS) & STATUS_MPP) == STATUS_MPP;
	struct trap *trap;

	/* Code in M mode may trap only if a hook knows why. */
	if (from_m && !hart->hooks[MODE_M])
		fatal_trap();
	if (!from_m && (cause == CAUSE_ECALL_U || cause == CAUSE_ECALL_S) &&
	    frame->x[17] == EXIT_CALL) {
		hart->returned = csr_read(CSR_MEPC) == (ureg)run_return_call;
		hart->result = frame->x[10];
		run_leave(hart->saved);
	}

	trap = log_trap(hart, frame, MODE_M);
	trap->cause = cause;
	trap->pc = csr_read(CSR_MEPC);
	trap->value = csr_read(CSR_MTVAL);
	trap->status = csr_read(CSR_MSTATUS);
	if (hart->hooks[MODE_M] && hart->hooks[MODE_M](hart, frame))
		return;
	hart->returned = false;
	run_leave(hart->saved);
}

/* --- runs ----------------------------------------------------------------- */

struct hart *run(enum mode mode, code code, ureg argument)
{
	struct hart *hart = this_hart();

	hart->returned = false;
	hart->trap_count = 0;
	hart->frames[MODE_U].slot = ~(ureg)0;
	csr_write(CSR_MEPC, code);
	csr_clear(CSR_MSTATUS, STATUS_MPP);
	csr_set(CSR_MSTATUS, (ureg)mode << 11);
	__asm__ volatile("fence.i" ::: "memory");
	run_enter(hart->saved, (ureg)&hart->stacks[STACK_BYTES], argument);
	return hart;
}

struct hart *run_instruction(enum mode mode, uint32_t instruction,
			     ureg argument)
{
	static uint32_t buffer[HART_COUNT][2] __attribute__((aligned(8)));
	uint32_t *words = buffer[this_hart()->id];

	words[0] = instruction;
	words[1] = 0x00008067; /* ret */
	return run(mode, (code)words, argument);
}

/* --- the clean state ------------------------------------------------------ */

static void hart_reset_state(struct hart *hart)
{
	csr_clear(CSR_MSTATUS, STATUS_UIE | STATUS_UPIE | STATUS_SIE |
				       STATUS_SPIE | STATUS_MIE | STATUS_MPRV |
				       STATUS_SUM | STATUS_TW | STATUS_TSR);
	csr_write(CSR_MEDELEG, 0);
	csr_write(CSR_MIDELEG, 0);
	csr_write(CSR_MIE, 0);
	csr_clear(CSR_MIP, USER_INTERRUPTS | SSI | STI | SEI);
	csr_write(CSR_SATP, 0);
	csr_write(CSR_MSCRATCH, &hart->frames[MODE_M]);
	csr_write(CSR_SSCRATCH, &hart->frames[MODE_S]);
	csr_write(CSR_MTVEC, machine_entry);
	csr_write(CSR_STVEC, supervisor_entry);
	if (parameters->features & HAS_N) {
		csr_write(CSR_SEDELEG, 0);
		csr_write(CSR_SIDELEG, 0);
		csr_write(CSR_UTVEC, user_entry);
		csr_write(CSR_USCRATCH, &hart->frames[MODE_U]);
		csr_write(CSR_UEPC, 0);
		csr_write(CSR_UCAUSE, 0);
		csr_write(CSR_UTVAL, 0);
	}
	if (parameters->features & HAS_UIPI) {
		csr_write(CSR_SUIST, 0);
		csr_write(CSR_SUIRS, 0);
	}
	for (int mode = 0; mode < 4; mode++)
		hart->hooks[mode] = 0;
	timer_set(hart->id, ~(uint64_t)0);
	pmp_open();
}

static void case_reset_state(void)
{
	if (parameters->features & HAS_UINTC) {
		for (uint32_t i = 0; i < 512; i++) {
			uintc_write(i, UINTC_LOW, 0);
			uintc_read(i, UINTC_HIGH);
		}
	}
	for (uint32_t i = 0; i < SENDER_TABLE_ENTRIES; i++)
		sender_table[i] = 0;
	hart_reset_state(this_hart());
}

static void hart_init(struct hart *hart, ureg id)
{
	hart->id = id;
	hart->stacks = stacks[id][0];
	for (int mode = 0; mode < 4; mode++) {
		hart->frames[mode].hart = (ureg)hart;
		hart->frames[mode].stack =
			(ureg)&stacks[id][mode + 1][STACK_BYTES];
	}
	__asm__ volatile("mv tp, %0" ::"r"(hart));
}

/* --- the state at boot ---------------------------------------------------- */

struct boot_state boot_states[HART_COUNT];
const char *const boot_csr_names[BOOT_CSR_COUNT] = {
	"ustatus",  "uie",     "utvec",	  "uscratch",	"uepc",
	"ucause",   "utval",   "uip",	  "sedeleg",	"sideleg",
	"mip bits", "mie bits", "sip bits", "sie bits", "mstatus bits",
	"suist",    "suirs",
};

static void boot_state_save(ureg id)
{
	struct boot_state *state = &boot_states[id];

	state->receivers = 0;
	if (parameters->features & HAS_N) {
		ureg values[] = {
			csr_read(CSR_USTATUS),	csr_read(CSR_UIE),
			csr_read(CSR_UTVEC),	csr_read(CSR_USCRATCH),
			csr_read(CSR_UEPC),	csr_read(CSR_UCAUSE),
			csr_read(CSR_UTVAL),	csr_read(CSR_UIP),
			csr_read(CSR_SEDELEG),	csr_read(CSR_SIDELEG),
			csr_read(CSR_MIP) & USER_INTERRUPTS,
			csr_read(CSR_MIE) & USER_INTERRUPTS,
			csr_read(CSR_SIP) & USER_INTERRUPTS,
			csr_read(CSR_SIE) & USER_INTERRUPTS,
			csr_read(CSR_MSTATUS) & (STATUS_UIE | STATUS_UPIE),
		};

		for (int i = 0; i < 15; i++)
			state->csrs[i] = values[i];
	}
	if (parameters->features & HAS_UIPI) {
		state->csrs[15] = csr_read(CSR_SUIST);
		state->csrs[16] = csr_read(CSR_SUIRS);
	}
	if (id || !(parameters->features & HAS_UINTC))
		return;
	for (uint32_t i = 0; i < 512; i++)
		state->receivers |= uintc_read(i, UINTC_LOW) |
				    uintc_read(i, UINTC_HIGH) |
				    uintc_read(i, UINTC_ACTIVE);
}

/* --- other harts ---------------------------------------------------------- */

static volatile uint32_t *software_interrupt(ureg id)
{
	return (volatile uint32_t *)CLINT_BASE + id;
}

void hart_start(ureg id, void (*work)(void))
{
	__atomic_store_n(&harts[id].work, work, __ATOMIC_SEQ_CST);
	*software_interrupt(id) = 1;
}

/* Waits by the timer, since a poll would hold up the others under -icount. */
void hart_join(ureg id)
{
	while (__atomic_load_n(&harts[id].work, __ATOMIC_SEQ_CST)) {
		timer_set(this_hart()->id, time_now() + 1000);
		csr_set(CSR_MIE, MTI);
		__asm__ volatile("wfi");
		csr_clear(CSR_MIE, MTI);
	}
	timer_set(this_hart()->id, ~(uint64_t)0);
}

static void hart_serve(struct hart *hart)
{
	hart_reset_state(hart);
	__atomic_store_n(&hart->ready, true, __ATOMIC_SEQ_CST);
	for (;;) {
		while (!__atomic_load_n(&hart->work, __ATOMIC_SEQ_CST)) {
			csr_set(CSR_MIE, MSI);
			__asm__ volatile("wfi");
			*software_interrupt(hart->id) = 0;
		}
		csr_clear(CSR_MIE, MSI);
		hart->work();
		hart_reset_state(hart);
		__atomic_store_n(&hart->work, (void (*)(void))0,
				 __ATOMIC_SEQ_CST);
	}
}

/* --- cases ---------------------------------------------------------------- */

void check_failed(const char *file, int line, const char *text, uint64_t got,
		  uint64_t want)
{
	print("fail ");
	print(file);
	print(":");
	print_decimal(line);
	print(": ");
	print(text);
	print(", got ");
	print_hex(got);
	print(", want ");
	print_hex(want);
	print("\n");
	__builtin_longjmp(case_context, 1);
}

/* FNV-1a: how the runner names a case in a word */
uint64_t name_hash(const char *name)
{
	uint64_t hash = 0xcbf29ce484222325;

	while (*name)
		hash = (hash ^ (uint8_t)*name++) * 0x100000001b3;
	return hash;
}

static bool case_fits(const struct test_case *test)
{
	return (test->needs & ~parameters->features) == 0 &&
	       test->harts <= parameters->harts;
}

static void case_run(const struct test_case *test)
{
	print("case ");
	print(test->name);
	print("\n");
	case_reset_state();
	if (!__builtin_setjmp(case_context)) {
		test->body();
		print("pass\n");
	}
	/* A failed case may have left other harts at work. */
	for (ureg id = 1; id < parameters->harts; id++)
		hart_join(id);
}

static void run_cases(void)
{
	bool skipping = parameters->after != 0;

	for (const struct test_case *test = case_table; test < case_table_end;
	     test++) {
		uint64_t hash = name_hash(test->name);

		if (skipping || !case_fits(test) ||
		    (parameters->only && parameters->only != hash)) {
			skipping = skipping && parameters->after != hash;
			continue;
		}
		/* The cases before one that reset the machine have run. */
		if (*resumed_case && *resumed_case != hash)
			continue;
		case_run(test);
		*resumed_case = 0;
	}
}

void hart_main(ureg id)
{
	boot_state_save(id);
	hart_init(&harts[id], id);
	if (id)
		hart_serve(&harts[id]);
	for (ureg other = 1; other < parameters->harts; other++)
		while (!__atomic_load_n(&harts[other].ready, __ATOMIC_SEQ_CST))
			;
	run_cases();
	print("done\n");
	*(volatile uint32_t *)TEST_DEVICE = 0x5555;
	for (;;)
		;
}
