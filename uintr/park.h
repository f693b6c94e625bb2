/* Hardware: threads that wait while others may send to them; see park.c. */
#ifndef UINTR_PARK_H
#define UINTR_PARK_H

#include "uintr/uintr.h"

/* The thread waits, and is on no hart: from here on a vector wakes it.  And the end of
 * that, whoever ends it. */
void uintr_park(struct uintr_context *context);
void uintr_unpark(struct uintr_context *context);

#endif
