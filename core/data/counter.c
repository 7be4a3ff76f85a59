/* Counting values; see counter.h. */
#include "core/data/counter.h"

#include <math.h>

#include "core/base/mem.h"

enum { FIRST_SLOTS = 64, RANKS = 64 - HLL_BITS };

/* FNV-1a, its bits then mixed so that every bit of the result depends on every byte. */
uint64_t counter_hash(struct sv bytes)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < bytes.n; i++) {
        h = (h ^ (unsigned char)bytes.p[i]) * UINT64_C(1099511628211);
    }
    h = (h ^ (h >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    h = (h ^ (h >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return h ^ (h >> 33);
}

/* --- the estimate --- */

void hll_add(uint8_t *registers, uint64_t hash)
{
    uint8_t *at = &registers[hash >> RANKS];
    uint64_t rest = hash << HLL_BITS | UINT64_C(1) << (HLL_BITS - 1);
    uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);
    *at = rank > *at ? rank : *at;
}

static double sigma(double x)
{
    double y = 1, z = x, before;
    if (x >= 1) {
        return INFINITY;
    }
    do {
        x *= x;
        before = z;
        z += x * y;
        y += y;
    } while (z > before);
    return z;
}

static double tau(double x)
{
    double y = 1, z = 1 - x, before;
    if (x <= 0 || x >= 1) {
        return 0;
    }
    do {
        x = sqrt(x);
        before = z;
        y *= 0.5;
        z -= (1 - x) * (1 - x) * y;
    } while (z < before);
    return z / 3;
}

/* O. Ertl's estimator, which needs no correction for few or many values. */
uint64_t hll_estimate(const uint8_t *registers)
{
    uint32_t counts[RANKS + 2] = {0};
    double m = HLL_REGISTERS;
    for (size_t i = 0; i < HLL_REGISTERS; i++) {
        counts[registers[i]]++;
    }
    double z = m * tau(1 - counts[RANKS + 1] / m);
    for (int k = RANKS; k >= 1; k--) {
        z = 0.5 * (z + counts[k]);
    }
    z += m * sigma(counts[0] / m);
    return (uint64_t)llround(m * m / (2 * log(2) * z));
}

/* --- the values --- */

static size_t slot_of(const struct counter *c, uint64_t hash)
{
    size_t i = (size_t)hash & (c->slot_count - 1);
    while (c->slots[i] && c->values.at[c->slots[i] - 1].hash != hash) {
        i = (i + 1) & (c->slot_count - 1);
    }
    return i;
}

static void grow(struct counter *c)
{
    if (c->values.n * 2 < c->slot_count) {
        return;
    }
    free(c->slots);
    c->slot_count = c->slot_count ? c->slot_count * 2 : FIRST_SLOTS;
    c->slots = xcalloc(c->slot_count, sizeof *c->slots);
    for (size_t i = 0; i < c->values.n; i++) {
        c->slots[slot_of(c, c->values.at[i].hash)] = (uint32_t)i + 1;
    }
}

static void begin_estimate(struct counter *c)
{
    c->registers = xcalloc(HLL_REGISTERS, 1);
    for (size_t i = 0; i < c->values.n; i++) {
        hll_add(c->registers, c->values.at[i].hash);
    }
}

static void keep_text(struct counter *c, struct counter_budget *b, struct counted *v,
                      struct sv text)
{
    size_t n = text.n < COUNTER_TEXT_BYTES ? text.n : COUNTER_TEXT_BYTES;
    v->text_n = UINT32_MAX;
    if (n <= b->text_bytes) {
        v->text_at = (uint32_t)c->texts.n;
        v->text_n = (uint32_t)n;
        str_add(&c->texts, text.p, n);
        b->text_bytes -= n;
    }
}

void counter_add(struct counter *c, struct counter_budget *b, uint64_t hash, struct sv text,
                 double num)
{
    if (c->registers) {
        hll_add(c->registers, hash);
    } else {
        grow(c);
    }
    size_t slot = c->slot_count ? slot_of(c, hash) : 0;
    if (c->slot_count && c->slots[slot]) {
        c->values.at[c->slots[slot] - 1].count++;
        return;
    }
    if (c->registers) {
        return;
    }
    if (c->values.n >= COUNTER_LIMIT || b->values == 0) {
        begin_estimate(c);
        hll_add(c->registers, hash);
        return;
    }
    struct counted v = {.hash = hash, .count = 1, .num = num};
    if (c->values.n == 0) {
        str_init(&c->texts);
    }
    keep_text(c, b, &v, text);
    b->values--;
    vec_push(&c->values, v);
    c->slots[slot] = (uint32_t)c->values.n;
}

uint64_t counter_distinct(const struct counter *c)
{
    return c->registers ? hll_estimate(c->registers) : c->values.n;
}

struct sv counter_text(const struct counter *c, const struct counted *value)
{
    if (value->text_n == UINT32_MAX) {
        return (struct sv){NULL, 0};
    }
    return (struct sv){c->texts.p + value->text_at, value->text_n};
}

void counter_forget_values(struct counter *c, struct counter_budget *b)
{
    b->values += c->values.n;
    b->text_bytes += c->texts.n;
    vec_release(&c->values);
    free(c->slots);
    c->slots = NULL;
    c->slot_count = 0;
    str_release(&c->texts);
}

void counter_release(struct counter *c)
{
    struct counter_budget ignored = {0};
    if (c->values.n) {
        counter_forget_values(c, &ignored);
    }
    free(c->slots);
    free(c->registers);
    *c = (struct counter){0};
}
