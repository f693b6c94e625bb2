/* What the two back ends give to the interface. */
#ifndef UINTR_BACK_ENDS_H
#define UINTR_BACK_ENDS_H

#include "uintr/uintr.h"

extern struct uintr_machine uintr_machine;

void uintr_hardware_init(void);
void uintr_hardware_enter(struct uintr_context *context, uint32_t hardware_id);
void uintr_hardware_leave(struct uintr_context *context);
void uintr_hardware_post(uint32_t receiver, unsigned vector);
/* Nothing is pending there, nor active. */
void uintr_hardware_clear(uint32_t receiver);
bool uintr_hardware_is_pending(uint32_t receiver);

void uintr_emulated_post(struct uintr_context *context, uint64_t vectors);
bool uintr_emulated_enter(struct uintr_context *context, unsigned hart);
void uintr_emulated_leave(struct uintr_context *context);

#endif
