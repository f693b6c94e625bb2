/*
 * The scheduler's image: boot/sched/NAME of the initial archive, where sched=NAME on
 * the command line says which.
 */
#ifndef KERNEL_BOOT_PAYLOAD_H
#define KERNEL_BOOT_PAYLOAD_H

/* While the boot tables are in use: the place for the image can be written.  What is
 * wrong with it is told by sched_init. */
void boot_payload_load(void);

#endif
