/* counter: how often each value of a column occurs, and how many there are.
 *
 * Exact up to COUNTER_LIMIT different values (fewer where the memory that all counters of a table
 * share is used up); beyond that the values known by then are still counted exactly, others are
 * not told apart any more, and `counter_distinct` is an estimate by a HyperLogLog of 4,096
 * registers: off by 1.6 % as a rule, by more than 5 % twice in a thousand times. Values are told
 * apart by 64 bits of a hash. O(1) a value. One thread; release frees all. */
#ifndef MLW_DATA_COUNTER_H
#define MLW_DATA_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/base/vec.h"

enum { COUNTER_LIMIT = 10000, COUNTER_TEXT_BYTES = 64 };

/* What the counters of a table may still take. */
struct counter_budget {
    size_t values, text_bytes;
};
#define COUNTER_BUDGET                                                                             \
    {                                                                                              \
        .values = 1000000, .text_bytes = 16 * 1024 * 1024                                          \
    }

struct counted {
    uint64_t hash, count;
    double num;
    uint32_t text_at, text_n; /* in texts; text_n UINT32_MAX: no room for it */
};

struct counter {
    VEC(struct counted) values;
    uint32_t *slots; /* index + 1 into values; 0: free */
    size_t slot_count;
    struct str texts;
    uint8_t *registers; /* non-NULL: there are more values than are counted */
};

uint64_t counter_hash(struct sv bytes);
/* Count one value. Texts are kept up to COUNTER_TEXT_BYTES. */
void counter_add(struct counter *c, struct counter_budget *b, uint64_t hash, struct sv text,
                 double num);
/* More values than can be counted came. */
static inline bool counter_is_full(const struct counter *c)
{
    return c->registers != NULL;
}
uint64_t counter_distinct(const struct counter *c);
/* The text of a counted value, perhaps its beginning alone; p NULL: it was not kept. */
struct sv counter_text(const struct counter *c, const struct counted *value);
/* Forget the values, keep the estimate; gives back what they took. */
void counter_forget_values(struct counter *c, struct counter_budget *b);
void counter_release(struct counter *c);

/* --- the estimate alone --- */
enum { HLL_BITS = 12, HLL_REGISTERS = 1 << HLL_BITS };
void hll_add(uint8_t *registers, uint64_t hash);
uint64_t hll_estimate(const uint8_t *registers);

#endif
