/* condition: does a Condition step take its If branch?
 *
 * Works on conditions whose values are bound. A list holds when all of it holds. Every operand
 * is looked at, so the result does not depend on their order. Numbers compare with numbers,
 * texts with texts by their bytes, booleans with booleans and for equality only; anything else
 * is an error that fails the step. Pure; any thread. */
#ifndef MLW_PIPELINE_CONDITION_H
#define MLW_PIPELINE_CONDITION_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/base/json.h"

/* Operators that compare LeftValue with RightValue. */
enum condition_operator {
    CONDITION_EQUALS,
    CONDITION_GREATER_THAN,
    CONDITION_GREATER_THAN_OR_EQUAL_TO,
    CONDITION_LESS_THAN,
    CONDITION_LESS_THAN_OR_EQUAL_TO,
    CONDITION_OPERATOR_COUNT
};
/* The operator of this word, or CONDITION_OPERATOR_COUNT. */
enum condition_operator condition_operator_of(const char *word);

MUST_USE bool condition_holds(const struct json *conditions, bool *ret_holds, struct err *e);

#endif
