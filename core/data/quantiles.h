/* quantiles: a sketch of the distribution of numbers, in bounded memory (KLL, Karnin, Lang and
 * Liberty 2016).
 *
 * Of every rank asked for the sketch is off by at most about 2/k of the count: 0.05 % with the k of
 * up to 256 columns. Up to k numbers it holds all of them. The same numbers in the same order give
 * the same sketch. Add O(log n) amortised. One thread. */
#ifndef MLW_DATA_QUANTILES_H
#define MLW_DATA_QUANTILES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/vec.h"

enum { QUANTILES_K = 4096, QUANTILES_LEVELS = 60 };

/* x stands for w numbers. */
struct weighted {
    double x;
    uint64_t w;
};
struct weighted_list {
    struct weighted *at;
    size_t n, cap;
};

struct quantiles {
    size_t k, held, room; /* held: numbers in all levels, of so many that there is room for */
    uint64_t random;
    size_t levels;
    struct {
        double *at;
        size_t n, cap;
    } level[QUANTILES_LEVELS]; /* those of level h stand for 2^h each */
};

void quantiles_init(struct quantiles *q, size_t k);
void quantiles_release(struct quantiles *q);
void quantiles_add(struct quantiles *q, double x, uint64_t times);
/* What the sketch holds, appended. */
void quantiles_list(const struct quantiles *q, struct weighted_list *out);

/* --- of weighted numbers --- */
void weighted_sort(struct weighted_list *list); /* by x, equal ones put together */
/* The smallest x that at least the p-th part of the numbers does not exceed; the list is sorted
 * and not empty. */
double weighted_quantile(const struct weighted_list *list, double p);
/* Counts of the numbers in n bins of equal width from min to max; the last one holds max. */
void weighted_histogram(const struct weighted_list *list, double min, double max, uint64_t *ret,
                        size_t n);

#endif
