/* Files whose bytes a test supplies; counted, so that none is left open. */
#ifndef TEST_HOST_KERNEL_FAKE_FILE_H
#define TEST_HOST_KERNEL_FAKE_FILE_H

#include "fs/vfs.h"

extern uint64_t fake_open_files;

/* One reference; the bytes stay the caller's. */
struct file *fake_file(const void *bytes, uint64_t count);

#endif
