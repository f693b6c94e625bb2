/* SPDX-License-Identifier: MIT */
/*
 * The machine as the conformance suite sees it: QEMU's virt, the numbers of
 * the CSRs, and the encodings that the assembler does not know. docs/uintr-isa.md
 * is the source of what belongs to user interrupts.
 *
 * Included by C and assembler alike.
 */
#ifndef PLATFORM_H
#define PLATFORM_H

/* Devices of the virt machine */
#define TEST_DEVICE 0x100000 /* 0x5555 powers off, 0x7777 resets */
#define CLINT_BASE 0x2000000
#define UINTC_BASE 0x2f10000
#define UINTC_END 0x2f14000
#define UART_BASE 0x10000000
#define RAM_BASE 0x80000000

/* RAM that no part of the image covers: the runner's words, what survives. */
#define PARAMETERS_BASE 0x86000000
#define PERSISTENT_BASE 0x86001000

/* Harts that the suite can use, and the words of a saved trap frame */
#define HART_COUNT 4
#define FRAME_WORDS 40
#define FRAME_HART 32
#define FRAME_STACK 33
#define FRAME_SLOT 34

#if __riscv_xlen == 64
#define WORD_BYTES 8
#define STORE_WORD sd
#define LOAD_WORD ld
#else
#define WORD_BYTES 4
#define STORE_WORD sw
#define LOAD_WORD lw
#endif

/* CSRs by number: the assembler has no names for those of N. */
#define CSR_USTATUS 0x000
#define CSR_UIE 0x004
#define CSR_UTVEC 0x005
#define CSR_USCRATCH 0x040
#define CSR_UEPC 0x041
#define CSR_UCAUSE 0x042
#define CSR_UTVAL 0x043
#define CSR_UIP 0x044
#define CSR_SSTATUS 0x100
#define CSR_SEDELEG 0x102
#define CSR_SIDELEG 0x103
#define CSR_SIE 0x104
#define CSR_STVEC 0x105
#define CSR_SCOUNTEREN 0x106
#define CSR_SSCRATCH 0x140
#define CSR_SEPC 0x141
#define CSR_SCAUSE 0x142
#define CSR_STVAL 0x143
#define CSR_SIP 0x144
#define CSR_SATP 0x180
#define CSR_SUIST 0x1b0
#define CSR_SUIRS 0x1b1
#define CSR_SUICFG 0x1b2
#define CSR_STOPI 0xdb0
#define CSR_MSTATUS 0x300
#define CSR_MISA 0x301
#define CSR_MEDELEG 0x302
#define CSR_MIDELEG 0x303
#define CSR_MIE 0x304
#define CSR_MTVEC 0x305
#define CSR_MCOUNTEREN 0x306
#define CSR_MVIEN 0x308
#define CSR_MVIP 0x309
#define CSR_MSCRATCH 0x340
#define CSR_MEPC 0x341
#define CSR_MCAUSE 0x342
#define CSR_MTVAL 0x343
#define CSR_MIP 0x344
#define CSR_PMPCFG0 0x3a0
#define CSR_PMPADDR0 0x3b0
#define CSR_PMPADDR1 0x3b1
#define CSR_MHARTID 0xf14
#define CSR_MINSTRET 0xb02
#define CSR_INSTRET 0xc02

#define URET_INSTRUCTION 0x00200073

/* The call with which code in U or S mode ends a run: see harness.h */
#define EXIT_CALL 0x45584954

#endif
