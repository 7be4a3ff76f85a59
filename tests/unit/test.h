/* What every unit test includes: cmocka with what it needs, in the order it needs. */
#ifndef MLW_TESTS_UNIT_TEST_H
#define MLW_TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define RUN_TESTS(tests) cmocka_run_group_tests(tests, NULL, NULL)

#endif
