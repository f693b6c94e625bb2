/* SPDX-License-Identifier: MIT */
/* What the user programs of start.S and main.c agree on. */
#ifndef LAYOUT_H
#define LAYOUT_H

#define USER_TEXT 0x40000000
#define USER_DATA 0x40100000 /* one page, in the same 2 MiB as the text */

/* The data page */
#define DATA_COUNT 0
#define DATA_CAUSE 8
#define DATA_VALUE 16
#define DATA_PENDING 24
#define DATA_SAVED 32

#endif
