/*
 * In place of picolibc's: errno, one of each coroutine's own, and Linux's
 * numbers, which a result of uos bears everywhere.
 *
 * picolibc's compiled code agrees with them below 35; above, it knows EILSEQ as
 * 138 and EOVERFLOW as 139 (its wide-character and conversion functions).
 */
#ifndef _SYS_ERRNO_H_
#define _SYS_ERRNO_H_

#include "abi/errno.h"

#ifdef __cplusplus
extern "C" {
#endif
extern __thread int errno;
#ifdef __cplusplus
}
#endif
#define errno errno

#endif
