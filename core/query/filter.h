/* filter: one language for `/`, `:` and `--filter`: which rows of a kind are shown.
 *
 *     filter  := and { ("OR" | "|") and }
 *     and     := unary { ["AND"] unary }
 *     unary   := { "NOT" | "-" | "!" } term
 *     term    := "(" filter ")" | word | operand test | "has:" operand
 *              | ("parent:" | "child:") "(" filter ")" | "has:parent" | "has:child"
 *     operand := name ["@" STEP] | REDUCER "(" name ["," N] ")"
 *     name    := ID | FAMILY "." KEY | KEY      status, metrics.loss, params."batch size", lr
 *     test    := OP value | ["NOT"] "IN" "(" value { "," value } ")" | "IS" ["NOT"] "NULL"
 *              | ["NOT"] "BETWEEN" value "AND" value
 *     value   := literal | operand
 *
 * OP is a sign or a word of op.h, REDUCER a name of reduce.h. A word is a caseless substring of a
 * run's name, of any param's value or of a tag's whose key does not begin with `mlflow.`; of other
 * kinds, of the id, the name, the texts and states of the default table, and of tags. Words and
 * values with spaces or signs stand in "…", '…' or `…`, where a backslash takes the quote or
 * itself literally. `-` before a digit is a sign. Keywords are in capitals: quote them to look
 * for them.
 *
 * ID is a field of the kind, `state` for status, `age` for created (and MLflow's start_time,
 * end_time, run_id, run_name); FAMILY is params, metrics or tags (or param, metric, tag). A KEY
 * alone is a field, else a known key of metrics, params or tags, in that order.
 *
 *     text     `=` and `:` are exact, `<` orders as sorting does
 *     state    the whole word; without quotes and capitals in any case; no order
 *     number   0.01, 1e-5, 500M (k M G T P), 1Gi (Ki Mi Gi Ti Pi, also KiB), 80% (0.8), inf
 *     duration 500ms, 90s, 15m, 2h, 3d, 1w; without a unit: seconds
 *     time     now, now-3d, 2026-09-01, 2026-09-01T12:00 (local time, or with Z or +02:00), or
 *              milliseconds since 1970 in 11 digits or more; a duration means the age: age<2h
 *     param, tag: as numbers when both sides are ones, else as text; "0.1" in quotes is text
 *     LIKE     % and _, case-sensitive; ILIKE caseless; CONTAINS a substring; `~` and RLIKE a
 *              regular expression, anywhere in a text; of texts, params and tags
 *     a field  what is written as one (metrics.a>metrics.b); of numbers, times and durations also
 *              a bare name that is known
 * Equality of times, ages and durations holds within the unit written: 2026-09-01 is that day.
 *
 * Logic has two values. What is missing, on either side, matches no comparison, `!=`, NOT IN and
 * the like neither; NOT before it makes that true. NaN is there, equal to nothing and ordered with
 * nothing, so `!=` holds for it. IS NOT NULL and `has:` are the same. Reducers look at the curve
 * of a metric; where there is none to be had, at its one value.
 *
 * A filter owns what it was made from; it is read-only after parsing and may be shared by
 * threads, but not matched by two at once. Parsing can fail; matching cannot. A match costs
 * O(nodes) and allocates nothing (but to match text against a tag or param that is a number). */
#ifndef MLW_QUERY_FILTER_H
#define MLW_QUERY_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/model/goal.h"
#include "core/model/kinds.h"
#include "core/model/snapshot.h"

enum { FILTER_MAX_BYTES = 4096, FILTER_MAX_DEPTH = 64, FILTER_MAX_NODES = 512 };

/* Keys that the data has, so that `lr<0.01` can be understood; sorted by bytes, as in a
 * snapshot. Borrowed during the parse alone. */
struct filter_keys {
    struct {
        const char *const *at;
        size_t n;
    } families[FAMILY_COUNT];
};

struct filter;

/* NULL with an error (ERR_USAGE, "column 7: …"). `keys` may be NULL. An empty text matches all. */
struct filter *filter_parse(struct sv text, enum kind kind, const struct filter_keys *keys,
                            struct err *e);
void filter_free(struct filter *f); /* NULL is fine */
/* The column (1-based, in characters) that an error of filter_parse or sort_parse is about; 0
 * when it names none. */
size_t filter_error_column(const struct err *e);

/* --- what a match may ask for beyond the row --- */
struct filter_point {
    int64_t step;
    double value;
};
struct filter_series { /* of one run's metric, in its order; borrowed until the next is asked for */
    const struct filter_point *at;
    size_t n;
    enum goal goal; /* GOAL_NONE: told by the metric's name */
};
enum filter_relation { RELATED_PARENT, RELATED_CHILD };
typedef bool filter_row_fn(void *arg, const struct row *row);
struct filter_world { /* each function may be NULL */
    void *arg;
    /* False when there is none. */
    bool (*series)(void *arg, const struct row *row, const char *metric,
                   struct filter_series *ret_series);
    /* Is there a related row, its families filled as the row's own, for which `holds` is true? It
     * may ask for rows itself, to the depth of the filter. */
    bool (*any)(void *arg, const struct row *row, enum filter_relation relation,
                filter_row_fn *holds, void *holds_arg);
};

/* `row` is of the filter's kind; `world` NULL: no curves, no relatives. */
bool filter_match(const struct filter *f, const struct row *row, int64_t now_ms,
                  const struct filter_world *world);

/* A pass over many rows begins, or a piece of one: until this is called again, a text at the same
 * place is the same text, so that words look at each but once. Never called: nothing is kept. */
void filter_remember(struct filter *f);

/* Is every row that the narrow one matches surely one of the wide one? Told of words that stand
 * beside each other: each letter more narrows them. NULL narrows nothing. */
bool filter_narrows(const struct filter *narrow, const struct filter *wide);

/* Which families a match reads: bits 1 << FAMILY_…; words of runs read params and tags. */
unsigned filter_needs(const struct filter *f);
/* The families of which a match reads all keys: those that its words look in; 0 without words. */
unsigned filter_needs_all(const struct filter *f);
/* Does a match ask for curves? Each is read for each row. */
bool filter_has_curves(const struct filter *f);
/* Which fields of the kind a match reads: bits 1 << index. */
uint64_t filter_fields(const struct filter *f);
/* The keys of a family that comparisons and has: name, each once; NULL from the end on. */
const char *filter_key(const struct filter *f, enum family family, size_t i);

/* The filter in its plainest form: families named, aliases resolved, only the parentheses that
 * are needed. Parsed again, with no keys, it is the same filter. */
void filter_print(struct str *out, const struct filter *f);

struct filter_span {
    size_t at, n; /* bytes */
};
/* The parts of a cell's text that the words of the filter (those not negated) hit, in order and
 * apart; at most `max`. Returns how many. */
size_t filter_matches_words(const struct filter *f, struct sv text, struct filter_span *ret_spans,
                            size_t max);

#endif
