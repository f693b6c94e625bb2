/*
 * Offsets and sizes for the .S files: compiled to assembly, whose lines of the
 * form `->NAME value` a tool turns into asm_offsets.h.
 */
#include "kernel/limits.h"
#include "kernel/task/hart.h"
#include "kernel/trap/panic.h"
#include "kernel/trap/trap.h"

#define EMIT(name, value)	__asm__ volatile("->" #name " %0" : : "i"(value))

void asm_offsets(void);
void asm_offsets(void)
{
	EMIT(CONTEXT_BYTES, 112);
	EMIT(FRAME_KERNEL_SATP, offsetof(struct trap_frame, kernel_satp));
	EMIT(FRAME_KERNEL_SP, offsetof(struct trap_frame, kernel_sp));
	EMIT(FRAME_KERNEL_TP, offsetof(struct trap_frame, kernel_tp));
	EMIT(FRAME_KERNEL_FRAME, offsetof(struct trap_frame, kernel_frame));
	EMIT(FRAME_KERNEL_SYSCALL, offsetof(struct trap_frame, kernel_syscall));
	EMIT(FRAME_USER_SATP, offsetof(struct trap_frame, user_satp));
	EMIT(FRAME_F, offsetof(struct trap_frame, f));
	EMIT(FRAME_FCSR, offsetof(struct trap_frame, fcsr));
	EMIT(HART_BYTES, sizeof(struct hart));
	EMIT(HART_HARDWARE_ID, offsetof(struct hart, hardware_id));
	EMIT(HART_TRAP_STACK_TOP, offsetof(struct hart, trap_stack_top));
	EMIT(PANIC_FRAME_BYTES, sizeof(struct panic_frame));
}
