/* prop: seeded random numbers, so that a failing case comes again: MLW_SEED=N repeats one seed. */
#ifndef MLW_TESTS_PROP_PROP_H
#define MLW_TESTS_PROP_PROP_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

struct prop {
    uint64_t state;
};

/* The i-th seed of a run: MLW_SEED when it is set, else fixed by i. */
uint64_t prop_seed(size_t i);
void prop_init(struct prop *p, uint64_t seed);
uint64_t prop_next(struct prop *p);
size_t prop_below(struct prop *p, size_t n); /* 0 .. n-1; n > 0 */
/* Up to max_chars characters: plain, wide, combining, control, bidi, joined, invalid bytes. */
void prop_text(struct prop *p, size_t max_chars, struct str *out);

#endif
