/* intern: values as numbers: equal values get the same code, so that a column of a hundred
 * thousand statuses costs four bytes a row. Code 0 is the missing value. Owns copies of texts;
 * nothing is removed before release. One thread. Adding is O(1) expected; the hash is seeded. */
#ifndef MLW_HUB_INTERN_H
#define MLW_HUB_INTERN_H

#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/vec.h"
#include "core/model/value.h"

struct intern {
    struct arena texts;
    VEC(struct value) values; /* by code */
    uint32_t *slots;          /* code, 0 = free */
    size_t slot_count;
};

void intern_init(struct intern *in);
void intern_release(struct intern *in);
uint32_t intern_add(struct intern *in, struct value v);
uint32_t intern_add_text(struct intern *in, struct sv text); /* without NUL */
static inline struct value intern_value(const struct intern *in, uint32_t code)
{
    return in->values.at[code];
}

#endif
