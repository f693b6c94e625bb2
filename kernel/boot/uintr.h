/* Boot's part of user interrupts: which back end. */
#ifndef KERNEL_BOOT_UINTR_H
#define KERNEL_BOOT_UINTR_H

/* By the machine and the command line; before traps are taken and other harts run.
 * Panics if uintr=hw asks for what the machine has not. */
void boot_uintr_init(void);

#endif
