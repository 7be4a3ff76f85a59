/* compare: rows of one kind side by side: a line a field, a value a row, and how far each is from
 * one of them, the baseline.
 *
 * Fields are `params.K` and `metrics.K` of every row, in that order and by key; with
 * COMPARE_WHOLE also `tags.K` and the kind's own fields by their ids (`status`, `duration`).
 * A delta is value - baseline where both are numbers; text is no number, also where it looks like
 * one. Better is a metric's by its goal (goal.h), else not known; so is it for the baseline
 * itself, for what equals it and for NaN.
 *
 * Borrows the rows, which outlive it; owns its lines. Pure, any thread. O(fields * rows). */
#ifndef MLW_MODEL_COMPARE_H
#define MLW_MODEL_COMPARE_H

#include "core/base/vec.h"
#include "core/model/goal.h"
#include "core/model/snapshot.h"

enum {
    COMPARE_MAX = 200 /* rows that stand side by side, on the screen and on the command line */
};

enum better { BETTER_UNKNOWN, BETTER_YES, BETTER_NO };

struct compare_line {
    char *name;                 /* owned: "params.lr", "status" */
    enum family family;         /* of a member of an open family … */
    const struct field *field;  /* … or, when not NULL, of a field of the kind */
    const struct value *values; /* one a row, as below */
    const double *deltas;       /* NaN: none */
    const enum better *betters;
    enum goal goal;
    bool differs; /* not the same everywhere */
};

struct compare {
    struct arena arena;
    VEC(struct compare_line) lines;
    size_t n, baseline;
};

enum compare_flags { COMPARE_WHOLE = 1 << 0 };

/* n >= 1 rows; baseline < n; goals may be NULL. */
void compare_init(struct compare *c, enum kind kind, const struct row *const *rows, size_t n,
                  size_t baseline, const struct goals *goals, unsigned flags);
void compare_release(struct compare *c);

/* What an id is one of: GROUP/VERSION is a model version, all else a run. */
enum kind compare_kind(const char *id);
/* Whether two values are the same: NaN is NaN, 1 is 1.0. */
bool compare_is_same(struct value a, struct value b);
/* "+0.0008": the difference with as many decimals as the finer of the two has, so that it is what
 * one gets on paper; where that takes more than COMPARE_DELTA_W cells, its first digits. Appends
 * nothing where there is none or it is 0. */
enum { COMPARE_DELTA_W = 9 };
void compare_delta_text(struct str *out, struct value v, struct value baseline);

/* A column that holds words and numbers: words begin at its left, numbers have their points under
 * each other. Measure all its texts, then pad each by its indent. A number with more than
 * COMPARE_LEFT_MAX cells before its point (a time, a count of bytes) stands as a word does. */
enum { COMPARE_LEFT_MAX = 8 };
struct compare_column {
    size_t left, width;
};
void compare_measure(struct compare_column *col, struct sv text);
size_t compare_indent(const struct compare_column *col, struct sv text);

/* The whole as text, a line a field. `titles` are those of the rows. CSV and TSV have for each row
 * but the baseline a column `delta.TITLE` and one `better.TITLE`; a table and Markdown show these
 * beside the value. now_ms is what ages count from. */
enum compare_form { COMPARE_TABLE, COMPARE_CSV, COMPARE_TSV, COMPARE_MARKDOWN };
void compare_text(const struct compare *c, const char *const *titles, enum compare_form form,
                  bool only_diff, int64_t now_ms, struct str *out);

#endif
