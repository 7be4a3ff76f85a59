/* profile: what is in the columns of a table, in one pass and bounded memory.
 *
 *     struct profile *p = profile_new();
 *     profile_column(p, SV("age")); …                // before its first cell; later ones begin
 * missing profile_row(p, cells, n); …                    // texts; cells beyond n are missing
 *     struct column_stats s;
 *     profile_stats(p, 0, &s);                       // any time; texts in it live as long as p
 *     struct json *doc = profile_json(p);            // the same of all columns, for documents
 *
 * Exact always: count, missing, types, min, max, mean, std (to the last digits of a double). Exact
 * up to COUNTER_LIMIT different values of a column, and said when it is not: distinct, frequent
 * values, quantiles, histogram (counter.h and quantiles.h say what they are beyond). A type is what
 * all values of a column are (value.h); what is not finite counts as a value, and neither in min,
 * max, mean and std nor in the distribution. Of a table with thousands of columns at most some 150
 * MB are held, of a usual one a few. One thread. */
#ifndef MLW_DATA_PROFILE_H
#define MLW_DATA_PROFILE_H

#include "core/base/json.h"
#include "core/data/counter.h"
#include "core/data/value.h"

enum { PROFILE_BINS = 10, PROFILE_QUANTILES = 5, PROFILE_FREQUENT = 10, PROFILE_COLUMNS = 4096 };
extern const double profile_quantiles[PROFILE_QUANTILES]; /* 0.05 0.25 0.5 0.75 0.95 */

enum column_type {
    COLUMN_EMPTY, /* nothing but missing cells */
    COLUMN_INTEGER,
    COLUMN_NUMBER,
    COLUMN_BOOLEAN,
    COLUMN_TIME, /* numbers are milliseconds since 1970 */
    COLUMN_TEXT,
    COLUMN_TYPE_COUNT
};
extern const char *const column_type_words[COLUMN_TYPE_COUNT];

struct frequent {
    struct sv text; /* at most COUNTER_TEXT_BYTES of it */
    uint64_t count;
};

struct column_stats {
    const char *name;
    enum column_type type;
    uint64_t count, missing;            /* cells with and without a value */
    uint64_t classes[CELL_CLASS_COUNT]; /* of the cells */
    uint64_t distinct; /* of numbers: by what they are, of the rest: by their text */
    bool is_distinct_exact;
    bool has_numbers;           /* integer, number, time with a finite value: what follows holds */
    double min, max, mean, std; /* std of the sample; NaN for one value */
    int64_t int_min, int_max;   /* of integers, exact beyond 2^53 */
    double quantiles[PROFILE_QUANTILES];
    uint64_t histogram[PROFILE_BINS]; /* equal widths from min to max */
    bool is_distribution_exact;
    struct frequent frequent[PROFILE_FREQUENT]; /* most frequent first; values that occur once are
                                                   left out unless there are few values */
    size_t frequent_count;
    bool is_frequent_exact;          /* else values that came late are not among them */
    uint64_t length_min, length_max; /* of texts, in characters */
    double length_mean;
};

struct profile;
struct profile *profile_new(void);
void profile_free(struct profile *p); /* NULL is fine */
/* Index of a new column; SIZE_MAX when there are PROFILE_COLUMNS. */
size_t profile_column(struct profile *p, struct sv name);
void profile_row(struct profile *p, const struct sv *cells, size_t n);
uint64_t profile_rows(const struct profile *p);
size_t profile_column_count(const struct profile *p);
void profile_stats(const struct profile *p, size_t column, struct column_stats *ret);
/* [{name, type, count, missing, distinct, …}]: mlw(1) has the members. Caller frees. */
struct json *profile_json(const struct profile *p);

#endif
