/* Numbers from curves; see reduce.h. */
#include "core/query/reduce.h"

#include <math.h>

#include "core/base/mem.h"

const char *const reducer_names[REDUCE_NONE] = {
#define X(reducer, name) [reducer] = name,
    FILTER_REDUCERS(X)
#undef X
};

enum reducer reducer_find(struct sv name)
{
    enum reducer r = 0;
    while (r < REDUCE_NONE && (r == REDUCE_AT || !sv_eqz(name, reducer_names[r]))) {
        r++;
    }
    return r;
}

enum goal reduce_goal(const char *metric)
{
    static const char *const parts[] = {"loss", "err",        "mae",     "mse",
                                        "rmse", "perplexity", "latency", "time"};
    for (size_t i = 0; i < ALEN(parts); i++) {
        if (strcasestr(metric, parts[i])) {
            return GOAL_MIN;
        }
    }
    return GOAL_MAX;
}

static const struct value missing = {.type = VALUE_MISSING};

static struct value extreme(const struct filter_series *s, bool is_min)
{
    struct value v = missing;
    for (size_t i = 0; i < s->n; i++) {
        double x = s->at[i].value;
        bool is_better = v.type == VALUE_MISSING || (is_min ? x < v.num : x > v.num);
        if (!isnan(x) && is_better) {
            v = value_num(x);
        }
    }
    return v;
}

static struct value mean(const struct filter_series *s)
{
    double sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (!isnan(s->at[i].value)) {
            sum += s->at[i].value;
            n++;
        }
    }
    return n ? value_num(sum / (double)n) : missing;
}

static struct value at_step(const struct filter_series *s, int64_t step)
{
    for (size_t i = s->n; i > 0; i--) {
        if (s->at[i - 1].step == step) {
            return value_num(s->at[i - 1].value);
        }
    }
    return missing;
}

/* Least squares against the step over the last n points that are numbers; about their means, so
 * that great steps lose nothing. */
static struct value slope(const struct filter_series *s, int64_t n)
{
    size_t first = s->n;
    int64_t count = 0;
    double step_sum = 0, value_sum = 0;
    while (first > 0 && count < n) {
        const struct filter_point *p = &s->at[--first];
        if (!isnan(p->value)) {
            step_sum += (double)p->step;
            value_sum += p->value;
            count++;
        }
    }
    if (count < 2) {
        return missing;
    }
    double step_mean = step_sum / (double)count, value_mean = value_sum / (double)count;
    double above = 0, below = 0;
    for (size_t i = first; i < s->n; i++) {
        const struct filter_point *p = &s->at[i];
        if (!isnan(p->value)) {
            above += ((double)p->step - step_mean) * (p->value - value_mean);
            below += ((double)p->step - step_mean) * ((double)p->step - step_mean);
        }
    }
    return below > 0 ? value_num(above / below) : missing;
}

struct value reduce(enum reducer reducer, int64_t arg, const char *metric,
                    const struct filter_series *series)
{
    enum goal goal = series->goal != GOAL_NONE ? series->goal : reduce_goal(metric);
    switch (reducer) {
    case REDUCE_MIN:
    case REDUCE_MAX:
        return extreme(series, reducer == REDUCE_MIN);
    case REDUCE_BEST:
        return extreme(series, goal == GOAL_MIN);
    case REDUCE_FIRST:
        return series->n ? value_num(series->at[0].value) : missing;
    case REDUCE_LAST:
        return series->n ? value_num(series->at[series->n - 1].value) : missing;
    case REDUCE_MEAN:
        return mean(series);
    case REDUCE_SLOPE:
        return slope(series, arg);
    case REDUCE_AT:
        return at_step(series, arg);
    case REDUCE_NONE:
        break;
    }
    return missing;
}
