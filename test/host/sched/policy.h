/*
 * Which payload a test is built with: TEST_PAYLOAD, a name without quotes, comes
 * from the command line.
 */
#ifndef TEST_POLICY_H
#define TEST_POLICY_H

#include <stdint.h>

enum test_policy { TEST_POLICY_prio, TEST_POLICY_fifo, TEST_POLICY_edf };

#define TEST_POLICY_NAMED_(name)	TEST_POLICY_##name
#define TEST_POLICY_NAMED(name)		TEST_POLICY_NAMED_(name)
#define TEST_POLICY			TEST_POLICY_NAMED(TEST_PAYLOAD)
#define TEST_POLICY_TEXT_(name)		#name
#define TEST_POLICY_TEXT(name)		TEST_POLICY_TEXT_(name)
#define TEST_POLICY_NAME		TEST_POLICY_TEXT(TEST_PAYLOAD)

/* The clock that the payload reads; the test moves it.  Atomic. */
extern uint64_t test_time;

#endif
