/* filter: one language for `/`, `:` and `--filter`: which rows of a kind are shown.
 *
 *     filter := and { ("OR" | "|") and }
 *     and    := unary { ["AND"] unary }
 *     unary  := { "NOT" | "-" | "!" } ( "(" filter ")" | word | field op value | "has:" field )
 *     field  := ID | FAMILY "." KEY | KEY       status, metrics.loss, params."batch size", lr
 *     op     := ":"  "="  "!="  ">"  ">="  "<"  "<="  "~"
 *
 * A word is a substring of the id, the name, the other texts and states of the default table, or
 * the value of a tag; without a capital in it, case does not matter. Words and values with spaces
 * or signs stand in "…", '…' or `…`, where a backslash takes the quote or itself literally. `-`
 * before a digit is a sign. AND, OR, NOT are keywords in capitals; IN, IS, LIKE, ILIKE, RLIKE,
 * BETWEEN, CONTAINS and `name(` are kept for later: quote them to look for them.
 *
 * ID is a field of the kind, `state` for status, `age` for created; FAMILY is params, metrics or
 * tags (or param, metric, tag). A KEY alone is a field, else the one family whose known keys hold
 * it; where several do, that is an error which names them.
 *
 *     text     `:` contains (case as in words), `=` is exact, `<` orders as sorting does
 *     state    `:` and `=` are the whole word, case as in words; no order
 *     number   0.01, 1e-5, 500M (k M G T P), 1Gi (Ki Mi Gi Ti Pi, also KiB), 80% (0.8), inf
 *     duration 500ms, 90s, 15m, 2h, 3d, 1w; without a unit: seconds
 *     time     now, now-3d, 2026-09-01, 2026-09-01T12:00 (local time, or with Z or +02:00);
 *              a duration means the age: age<2h
 *     param, tag: as numbers when both sides are ones, else as text; "0.1" in quotes is text
 *     `~`      a regular expression, anywhere in a text
 * `:` and `=` on times, ages and durations hold within the unit written: 2026-09-01 is that day,
 * 15m is up to 16m. A missing value and NaN match no comparison, `!=` neither; NOT makes that
 * true. `has:` tells what is there (a NaN is).
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

/* `row` is of the filter's kind. */
bool filter_match(const struct filter *f, const struct row *row, int64_t now_ms);

/* Which families a match reads: bits 1 << FAMILY_…; words read tags. */
unsigned filter_needs(const struct filter *f);
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
