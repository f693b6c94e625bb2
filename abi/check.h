/*
 * ABI_CHECK(condition, "why"): a compile-time assertion that C and C++ both
 * take.  Every struct that crosses the border between kernel and user has one
 * on its size, and on each offset that is not obvious.
 */
#ifndef ABI_CHECK_H
#define ABI_CHECK_H

#ifdef __cplusplus
#define ABI_CHECK(condition, why) static_assert(condition, why)
#else
#define ABI_CHECK(condition, why) _Static_assert(condition, why)
#endif

#endif
