/* Columns while their cells go by; see profile.h. */
#include "core/data/profile.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/data/quantiles.h"

enum { MANY_COLUMNS = 256, FEW_K = 512 };

const double profile_quantiles[PROFILE_QUANTILES] = {0.05, 0.25, 0.5, 0.75, 0.95};
const char *const column_type_words[COLUMN_TYPE_COUNT] = {
    [COLUMN_EMPTY] = "empty",     [COLUMN_INTEGER] = "integer", [COLUMN_NUMBER] = "number",
    [COLUMN_BOOLEAN] = "boolean", [COLUMN_TIME] = "time",       [COLUMN_TEXT] = "text"};

struct column {
    char *name;
    uint64_t classes[CELL_CLASS_COUNT];
    /* finite numbers and times */
    uint64_t n;
    double min, max;
    int64_t int_min, int_max;
    long double mean, square; /* Welford: mean, sum of squares of differences */
    /* texts */
    uint64_t length_min, length_max, length_sum;
    struct counter by_text;
    /* of numbers, once by_text is full: else they are made from it */
    uint8_t *by_value;
    struct quantiles *sketch;
};

struct profile {
    VEC(struct column) columns;
    uint64_t rows;
    struct counter_budget budget;
};

struct profile *profile_new(void)
{
    struct profile *p = xcalloc(1, sizeof *p);
    p->budget = (struct counter_budget)COUNTER_BUDGET;
    return p;
}

static void forget_numbers(struct column *c)
{
    free(c->by_value);
    c->by_value = NULL;
    if (c->sketch) {
        quantiles_release(c->sketch);
        free(c->sketch);
        c->sketch = NULL;
    }
}

void profile_free(struct profile *p)
{
    for (size_t i = 0; p && i < p->columns.n; i++) {
        struct column *c = &p->columns.at[i];
        free(c->name);
        counter_release(&c->by_text);
        forget_numbers(c);
    }
    if (p) {
        vec_release(&p->columns);
        free(p);
    }
}

size_t profile_column(struct profile *p, struct sv name)
{
    if (p->columns.n >= PROFILE_COLUMNS) {
        return SIZE_MAX;
    }
    struct column c = {.name = sv_dup(name)};
    c.classes[CELL_MISSING] = p->rows;
    vec_push(&p->columns, c);
    return p->columns.n - 1;
}

/* --- cells --- */

static enum column_type type_of(const struct column *c)
{
    const uint64_t *n = c->classes;
    uint64_t numbers = n[CELL_INTEGER] + n[CELL_NUMBER] + n[CELL_INFINITE];
    uint64_t all = numbers + n[CELL_BOOLEAN] + n[CELL_TIME] + n[CELL_TEXT];
    if (all == 0) {
        return COLUMN_EMPTY;
    }
    return n[CELL_INTEGER] == all   ? COLUMN_INTEGER
           : numbers == all         ? COLUMN_NUMBER
           : n[CELL_BOOLEAN] == all ? COLUMN_BOOLEAN
           : n[CELL_TIME] == all    ? COLUMN_TIME
                                    : COLUMN_TEXT;
}

static bool has_distribution(enum column_type type)
{
    return type == COLUMN_INTEGER || type == COLUMN_NUMBER || type == COLUMN_TIME;
}

/* Equal numbers have equal hashes, however they are written. */
static uint64_t hash_number(double x)
{
    x = x == 0 ? 0 : x; /* -0 */
    return counter_hash((struct sv){(const char *)&x, sizeof x});
}

/* There are too many values to hold them: from now on there are sketches of them. */
static void begin_sketches(struct profile *p, struct column *c)
{
    c->by_value = xcalloc(HLL_REGISTERS, 1);
    c->sketch = xcalloc(1, sizeof *c->sketch);
    quantiles_init(c->sketch, p->columns.n > MANY_COLUMNS ? FEW_K : QUANTILES_K);
    for (size_t i = 0; i < c->by_text.values.n; i++) {
        const struct counted *v = &c->by_text.values.at[i];
        hll_add(c->by_value, hash_number(v->num));
        if (isfinite(v->num)) {
            quantiles_add(c->sketch, v->num, v->count);
        }
    }
    counter_forget_values(&c->by_text, &p->budget);
}

static void add_number(struct column *c, double num, int64_t i64)
{
    c->min = c->n == 0 || num < c->min ? num : c->min;
    c->max = c->n == 0 || num > c->max ? num : c->max;
    c->int_min = c->n == 0 || i64 < c->int_min ? i64 : c->int_min;
    c->int_max = c->n == 0 || i64 > c->int_max ? i64 : c->int_max;
    c->n++;
    long double from_mean = (long double)num - c->mean;
    c->mean += from_mean / (long double)c->n;
    c->square += from_mean * ((long double)num - c->mean);
}

static void add_length(struct column *c, struct sv text)
{
    uint64_t chars = 0;
    for (size_t i = 0; i < text.n; i++) {
        chars += ((unsigned char)text.p[i] & 0xC0) != 0x80;
    }
    bool is_first = c->classes[CELL_TEXT] == 1;
    c->length_min = is_first || chars < c->length_min ? chars : c->length_min;
    c->length_max = chars > c->length_max ? chars : c->length_max;
    c->length_sum += chars;
}

static void add_cell(struct profile *p, struct column *c, struct sv text)
{
    double num;
    int64_t i64;
    enum cell_class class = cell_read(text, &num, &i64);
    c->classes[class]++;
    if (class == CELL_MISSING) {
        return;
    }
    bool is_number = class == CELL_INTEGER || class == CELL_NUMBER || class == CELL_TIME;
    if (is_number) {
        add_number(c, num, i64);
    } else if (class == CELL_TEXT) {
        add_length(c, text);
    }
    bool was_full = counter_is_full(&c->by_text);
    counter_add(&c->by_text, &p->budget, counter_hash(text), text, num);
    if (!counter_is_full(&c->by_text)) {
        return;
    }
    bool is_of_numbers = has_distribution(type_of(c));
    if (!was_full && is_of_numbers) {
        begin_sketches(p, c);
    } else if (!is_of_numbers) {
        forget_numbers(c);
    }
    if (c->sketch) {
        hll_add(c->by_value, hash_number(num));
        if (is_number) {
            quantiles_add(c->sketch, num, 1);
        }
    }
}

void profile_row(struct profile *p, const struct sv *cells, size_t n)
{
    for (size_t i = 0; i < p->columns.n; i++) {
        add_cell(p, &p->columns.at[i], i < n ? cells[i] : (struct sv){"", 0});
    }
    p->rows++;
}

uint64_t profile_rows(const struct profile *p)
{
    return p->rows;
}

size_t profile_column_count(const struct profile *p)
{
    return p->columns.n;
}

/* --- what came of them --- */

static void set_distribution(const struct column *c, struct column_stats *s)
{
    struct weighted_list list = {0};
    s->is_distribution_exact = !c->sketch;
    if (c->sketch) {
        quantiles_list(c->sketch, &list);
    }
    for (size_t i = 0; !c->sketch && i < c->by_text.values.n; i++) {
        const struct counted *v = &c->by_text.values.at[i];
        if (isfinite(v->num)) {
            vec_push(&list, ((struct weighted){v->num, v->count}));
        }
    }
    weighted_sort(&list);
    for (size_t i = 0; list.n && i < PROFILE_QUANTILES; i++) {
        s->quantiles[i] = weighted_quantile(&list, profile_quantiles[i]);
    }
    weighted_histogram(&list, s->min, s->max, s->histogram, PROFILE_BINS);
    vec_release(&list);
}

static void set_numbers(const struct column *c, struct column_stats *s)
{
    s->has_numbers = has_distribution(s->type) && c->n > 0;
    if (s->has_numbers) {
        s->min = c->min;
        s->max = c->max;
        s->int_min = c->int_min;
        s->int_max = c->int_max;
        s->mean = (double)c->mean;
        s->std = c->n > 1 ? (double)sqrtl(c->square / (long double)(c->n - 1)) : NAN;
        set_distribution(c, s);
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Is every integer among them one that a double can carry? */
static bool is_exact(const struct column *c)
{
    const int64_t most = INT64_C(1) << 53;
    return c->int_min >= -most && c->int_max <= most;
}

static uint64_t distinct_numbers(const struct column *c)
{
    const struct counter *counter = &c->by_text;
    VEC(double) all = {0};
    uint64_t n = 0;
    for (size_t i = 0; i < counter->values.n; i++) {
        vec_push(&all, counter->values.at[i].num);
    }
    if (all.n) {
        qsort(all.at, all.n, sizeof *all.at, by_value);
    }
    for (size_t i = 0; i < all.n; i++) {
        n += i == 0 || all.at[i] > all.at[i - 1];
    }
    vec_release(&all);
    return n;
}

static void set_distinct(const struct column *c, struct column_stats *s)
{
    s->is_distinct_exact = !counter_is_full(&c->by_text);
    if (c->by_value) {
        s->distinct = hll_estimate(c->by_value);
    } else if (s->is_distinct_exact && has_distribution(s->type) && is_exact(c)) {
        s->distinct = distinct_numbers(c);
    } else {
        s->distinct = counter_distinct(&c->by_text);
    }
    s->distinct = s->distinct < s->count ? s->distinct : s->count; /* an estimate knows that much */
}

/* a before b: more frequent, else smaller */
static bool is_before(const struct frequent *a, const struct frequent *b)
{
    return a->count != b->count ? a->count > b->count : sv_cmp(a->text, b->text) < 0;
}

static void set_frequent(const struct column *c, struct column_stats *s)
{
    const struct counter *counter = &c->by_text;
    bool are_few = counter->values.n <= PROFILE_FREQUENT;
    s->is_frequent_exact = s->is_distinct_exact;
    for (size_t i = 0; i < counter->values.n; i++) {
        const struct counted *v = &counter->values.at[i];
        struct frequent f = {counter_text(counter, v), v->count};
        if (!f.text.p) {
            s->is_frequent_exact = false;
            continue;
        }
        if (v->count < 2 && !are_few) {
            continue;
        }
        size_t at = s->frequent_count;
        while (at > 0 && is_before(&f, &s->frequent[at - 1])) {
            at--;
        }
        if (at == PROFILE_FREQUENT) {
            continue;
        }
        s->frequent_count += s->frequent_count < PROFILE_FREQUENT;
        for (size_t k = s->frequent_count - 1; k > at; k--) {
            s->frequent[k] = s->frequent[k - 1];
        }
        s->frequent[at] = f;
    }
}

void profile_stats(const struct profile *p, size_t column, struct column_stats *ret)
{
    const struct column *c = &p->columns.at[column];
    *ret = (struct column_stats){.name = c->name, .type = type_of(c)};
    for (size_t i = 0; i < CELL_CLASS_COUNT; i++) {
        ret->classes[i] = c->classes[i];
        ret->count += i == CELL_MISSING ? 0 : c->classes[i];
    }
    ret->missing = c->classes[CELL_MISSING];
    set_distinct(c, ret);
    set_numbers(c, ret);
    set_frequent(c, ret);
    if (c->classes[CELL_TEXT]) {
        ret->length_min = c->length_min;
        ret->length_max = c->length_max;
        ret->length_mean = (double)c->length_sum / (double)c->classes[CELL_TEXT];
    }
}
