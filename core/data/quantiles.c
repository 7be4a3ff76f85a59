/* The sketch; see quantiles.h. */
#include "core/data/quantiles.h"

#include <math.h>

#include "core/base/mem.h"

enum { LEAST = 8 };

void quantiles_init(struct quantiles *q, size_t k)
{
    *q = (struct quantiles){.k = k, .room = k, .levels = 1, .random = UINT64_C(0x9e3779b97f4a7c15)};
}

void quantiles_release(struct quantiles *q)
{
    for (size_t h = 0; h < q->levels; h++) {
        vec_release(&q->level[h]);
    }
    q->levels = 0;
}

/* How many numbers a level may hold: fewer the more levels are above it. */
static size_t capacity(const struct quantiles *q, size_t h)
{
    double share = (double)q->k;
    for (size_t i = h + 1; i < q->levels; i++) {
        share *= 2.0 / 3;
    }
    return share > LEAST ? (size_t)ceil(share) : LEAST;
}

static void set_levels(struct quantiles *q, size_t levels)
{
    q->levels = levels;
    q->room = 0;
    for (size_t h = 0; h < levels; h++) {
        q->room += capacity(q, h);
    }
}

static bool next_bit(struct quantiles *q)
{
    q->random ^= q->random << 13;
    q->random ^= q->random >> 7;
    q->random ^= q->random << 17;
    return q->random >> 63;
}

static int by_number(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Every second number of a sorted level goes up and stands for two. */
static void compact(struct quantiles *q, size_t h)
{
    qsort(q->level[h].at, q->level[h].n, sizeof *q->level[h].at, by_number);
    size_t pairs = q->level[h].n / 2, offset = next_bit(q);
    bool is_odd = q->level[h].n % 2;
    double last = q->level[h].at[q->level[h].n - 1];
    if (h + 1 == q->levels) {
        set_levels(q, q->levels + 1);
    }
    for (size_t i = 0; i < pairs; i++) {
        vec_push(&q->level[h + 1], q->level[h].at[2 * i + offset]);
    }
    vec_clear(&q->level[h]);
    if (is_odd) {
        vec_push(&q->level[h], last);
    }
    q->held -= pairs;
}

static void shrink(struct quantiles *q)
{
    while (q->held > q->room) {
        size_t h = 0;
        while (h + 2 < QUANTILES_LEVELS && q->level[h].n < capacity(q, h)) {
            h++;
        }
        compact(q, h);
    }
}

void quantiles_add(struct quantiles *q, double x, uint64_t times)
{
    for (size_t h = 0; times && h + 1 < QUANTILES_LEVELS; h++, times >>= 1) {
        if (times & 1) {
            if (h >= q->levels) {
                set_levels(q, h + 1);
            }
            vec_push(&q->level[h], x);
            q->held++;
        }
    }
    shrink(q);
}

void quantiles_list(const struct quantiles *q, struct weighted_list *out)
{
    for (size_t h = 0; h < q->levels; h++) {
        for (size_t i = 0; i < q->level[h].n; i++) {
            vec_push(out, ((struct weighted){q->level[h].at[i], UINT64_C(1) << h}));
        }
    }
}

/* --- weighted numbers --- */

static int by_x(const void *a, const void *b)
{
    const struct weighted *x = a, *y = b;
    return (x->x > y->x) - (x->x < y->x);
}

void weighted_sort(struct weighted_list *list)
{
    size_t n = 0;
    if (list->n == 0) {
        return;
    }
    qsort(list->at, list->n, sizeof *list->at, by_x);
    for (size_t i = 1; i < list->n; i++) {
        if (list->at[i].x > list->at[n].x) {
            list->at[++n] = list->at[i];
        } else {
            list->at[n].w += list->at[i].w;
        }
    }
    list->n = n + 1;
}

double weighted_quantile(const struct weighted_list *list, double p)
{
    uint64_t total = 0, before = 0;
    for (size_t i = 0; i < list->n; i++) {
        total += list->at[i].w;
    }
    double rank = ceil(p * (double)total);
    for (size_t i = 0; i < list->n; i++) {
        before += list->at[i].w;
        if ((double)before >= rank) {
            return list->at[i].x;
        }
    }
    return list->at[list->n - 1].x;
}

void weighted_histogram(const struct weighted_list *list, double min, double max, uint64_t *ret,
                        size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ret[i] = 0;
    }
    /* halves, so that a range over all doubles does not overflow */
    double width = max / 2 - min / 2;
    for (size_t i = 0; i < list->n; i++) {
        double at = width > 0 ? (list->at[i].x / 2 - min / 2) / width * (double)n : 0;
        size_t bin = at >= (double)n ? n - 1 : at > 0 ? (size_t)at : 0;
        ret[bin] += list->at[i].w;
    }
}
