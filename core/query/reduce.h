/* reduce: one number from a metric's curve: min(m), slope(m,20), m@100. Pure, but for what
 * reduce_best reads: a name. NaN points count for `first`, `last` and `@` alone. */
#ifndef MLW_QUERY_REDUCE_H
#define MLW_QUERY_REDUCE_H

#include "core/model/goal.h"
#include "core/model/value.h"
#include "core/query/filter.h"

/* X(enumerator, name); `@` is written behind the metric, the others around it */
#define FILTER_REDUCERS(X)                                                                         \
    X(REDUCE_MIN, "min")                                                                           \
    X(REDUCE_MAX, "max")                                                                           \
    X(REDUCE_FIRST, "first")                                                                       \
    X(REDUCE_LAST, "last")                                                                         \
    X(REDUCE_BEST, "best")                                                                         \
    X(REDUCE_MEAN, "mean")                                                                         \
    X(REDUCE_SLOPE, "slope")                                                                       \
    X(REDUCE_AT, "@")

enum reducer {
#define X(reducer, name) reducer,
    FILTER_REDUCERS(X)
#undef X
        REDUCE_NONE
};
extern const char *const reducer_names[REDUCE_NONE];

/* By name, without `@`; REDUCE_NONE when there is none of that name. */
enum reducer reducer_find(struct sv name);
/* `arg` is the step of `@` and the number of points of `slope`; missing where there is no point to
 * tell it by. O(points). */
struct value reduce(enum reducer reducer, int64_t arg, const char *metric,
                    const struct filter_series *series);
/* The goal of a metric that nobody gave one: less is better where its name says loss, err, mae,
 * mse, rmse, perplexity, latency or time. */
enum goal reduce_goal(const char *metric);

#endif
