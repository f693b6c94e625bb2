/* Loading a program: a static ELF64 executable for RISC-V. */
#ifndef KERNEL_PROCESS_ELF_H
#define KERNEL_PROCESS_ELF_H

#include "kernel/api/base.h"

struct address_space;
struct file;

struct elf_image {
	uint64_t entry;
	uint64_t headers_address;	/* of the program headers in memory; 0: not loaded */
	uint16_t header_count;
	bool is_uos;			/* carries our note: gets a ring, a pool, the payload */
};

/*
 * Maps and fills the file's segments, each with its own permissions.  Coroutine
 * context.  0; -ENOEXEC: not such a file, a segment that is writable and
 * executable, or ranges that make no sense; -ENOMEM; the file's own errors.
 */
int elf_load(struct address_space *space, struct file *file, struct elf_image *image);

#endif
