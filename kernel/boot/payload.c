/* Finding the scheduler's image in the initial archive; see the header. */
#include "kernel/boot/payload.h"

#include <stdio.h>

#include "fs/cpio.h"
#include "kernel/api/memory.h"
#include "kernel/boot/device_tree.h"
#include "kernel/boot/options.h"
#include "kernel/task/sched.h"

#define FOLDER	"boot/sched/"

void boot_payload_load(void)
{
	char path[sizeof(FOLDER) + sizeof(boot_options.sched)];
	struct memory_range archive;
	struct cpio_entry entry;

	snprintf(path, sizeof(path), FOLDER "%s", boot_options.sched);
	if (!device_tree_initrd(&archive))
		sched_refuse(path, "there is no initramfs: QEMU's -initrd names the one that "
			     "make builds");
	else if (cpio_find(kernel_address_of(archive.start), archive.end - archive.start, path,
			   &entry))
		sched_load(path, entry.data, entry.data_bytes);
	else
		sched_refuse(path, "the initramfs has no such file");
}
