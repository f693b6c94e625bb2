/* What the two back ends give to the interface. */
#ifndef UINTR_BACK_ENDS_H
#define UINTR_BACK_ENDS_H

#include "uintr/uintr.h"

extern struct uintr_machine uintr_machine;

void uintr_hardware_init(void);
void uintr_hardware_post(uint32_t receiver, unsigned vector);
/* Nothing is pending there, nor active. */
void uintr_hardware_clear(uint32_t receiver);
bool uintr_hardware_is_pending(uint32_t receiver);
uint64_t uintr_hardware_take(uint32_t receiver);
void uintr_hardware_on(uint32_t receiver, uint32_t hardware_id);
void uintr_hardware_off(uint32_t receiver);
/* USIP ends this hart's wfi; whether it did, and it is cleared; it does no more, and is clear. */
void uintr_hardware_listen(void);
bool uintr_hardware_was_rung(void);
void uintr_hardware_listen_end(void);

void uintr_emulated_post(struct uintr_context *context, uint64_t vectors);
/* A vector for that receiver, by an entry of the context's sender table. */
void uintr_emulated_send(struct uintr_context *context, uint64_t sender);

#endif
