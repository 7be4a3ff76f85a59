/* value: one cell of a row. Text is borrowed from the row's snapshot. A missing value is not a
 * number that is NaN: the first is absent ("–"), the second was logged. */
#ifndef MLW_MODEL_VALUE_H
#define MLW_MODEL_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

enum value_type {
    VALUE_MISSING,
    VALUE_TEXT,
    VALUE_NUM, /* double */
    VALUE_INT, /* also counts; bytes */
    VALUE_TIME /* milliseconds since 1970, or a duration in ms: the field's type tells */
};

struct value {
    enum value_type type;
    uint16_t us; /* of a time: what its ms do not hold, 0 to 999 */
    union {
        const char *text;
        double num;
        int64_t i;
    };
};

static inline struct value value_text(const char *z) /* NULL is missing */
{
    return z ? (struct value){.type = VALUE_TEXT, .text = z}
             : (struct value){.type = VALUE_MISSING};
}
static inline struct value value_num(double x)
{
    return (struct value){.type = VALUE_NUM, .num = x};
}
static inline struct value value_int(int64_t i)
{
    return (struct value){.type = VALUE_INT, .i = i};
}
static inline struct value value_time(int64_t ms)
{
    return (struct value){.type = VALUE_TIME, .i = ms};
}

/* Missing sorts last, NaN before it, whatever the direction; numbers by value, text by bytes with
 * runs of digits compared as numbers ("run-9" before "run-10"). */
int value_compare(struct value a, struct value b, bool is_descending);

#endif
