/*
 * What both doors need to start a process and to tell how it ended.
 */
#ifndef LIBUOS_SPAWN_H
#define LIBUOS_SPAWN_H

#include <stddef.h>
#include <stdint.h>

#include "abi/process.h"

static inline struct uos_spawn spawn_request(const char *path, char *const argv[],
					     char *const envp[],
					     const struct uos_spawn_file *files, size_t file_count)
{
	struct uos_spawn spawn = {
		.path = (uint64_t)(uintptr_t)path,
		.argv = (uint64_t)(uintptr_t)argv,
		.envp = (uint64_t)(uintptr_t)envp,
		.files = (uint64_t)(uintptr_t)files,
		.file_count = file_count,
		.level = UOS_LEVEL_INHERIT,
	};

	return spawn;
}

/* As WIFEXITED and its like take it apart: the status in bits 15:8, or the
 * signal in bits 6:0. */
static inline int spawn_wait_status(const struct abi_siginfo *info)
{
	if (info->si_code == ABI_CLD_EXITED)
		return (info->si_status & 0xff) << 8;
	return info->si_status & 0x7f;
}

#endif
