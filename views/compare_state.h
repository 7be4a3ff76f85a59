/* compare_state: the insides of the comparison, shared by views/compare*.c alone.
 *
 * One subscription gives the rows that are compared, live and in the order in which they were
 * named. They become a core/model compare; its lines, in groups and narrowed by what is typed,
 * are the rows of one table, the compared things its columns, the baseline first. Everything here
 * borrows from the snapshot and is made anew with it. UI thread. */
#ifndef MLW_VIEWS_COMPARE_STATE_H
#define MLW_VIEWS_COMPARE_STATE_H

#include "core/base/vec.h"
#include "core/model/compare.h"
#include "tui/widgets/table.h"
#include "views/cells.h"
#include "views/env.h"

enum { COMPARE_WIDE = 100 };

/* A line of the table: a line of the comparison, or the title of a group. */
struct compare_shown {
    enum table_row row;
    size_t line;
    char *title; /* owned; of a group */
};

/* A column: one of what is compared, with the widths its values and deltas need. */
struct compare_shown_column {
    size_t row; /* of the snapshot */
    char *title;
    struct compare_column values, deltas;
    int value_w, delta_w, mark_w;
};

struct comparison {
    struct view *view;
    enum kind kind;
    char *ids;      /* as asked for, a line each */
    char *baseline; /* id; NULL: the first */
    char *current;  /* id of the column that keys are about; NULL: the first beside the baseline */
    char *filter, *filter_before;
    uint64_t sub;
    struct snapshot *rows;
    struct err err, rows_err; /* could not be read; some of it is not there */
    struct compare compare;
    bool has_compare, only_diff, is_wide, is_paused, has_words, has_cut;
    VEC(struct compare_shown) shown;
    VEC(struct compare_shown_column) columns;
    struct table_column *table_columns; /* the field, then one for each of columns */
    struct table table;
    int w; /* that it was made for */
    size_t differing;
};

static inline struct comparison *comparison_of(const struct view *v)
{
    return v->state;
}

/* --- compare_lines.c --- */
void comparison_make(struct comparison *c, int w);
void comparison_release(struct comparison *c);
const struct compare_line *comparison_selected(const struct comparison *c); /* NULL: none */
/* Column (of `columns`) that keys are about; SIZE_MAX: there is none. */
size_t comparison_current(const struct comparison *c);
/* A member's key without its family, which the group's title says. */
struct sv comparison_field(const struct compare_line *l);
/* The value in words, whole. */
void comparison_value(const struct comparison *c, const struct compare_line *l, size_t row,
                      struct str *out);
const char *comparison_name(const struct comparison *c, size_t row);
/* Rows as a file: "csv", "tsv" or "md"; false: not known. */
bool comparison_text(const struct comparison *c, struct sv format, struct str *out);

/* --- compare_draw.c --- */
void comparison_layout(struct view *v, struct rect area);
void comparison_draw(const struct view *v, struct canvas *to, struct rect area);
void comparison_crumbs(const struct view *v, struct str *out);
void comparison_connection(const struct view *v, struct str *out, unsigned *style);
void comparison_sentence(const struct view *v, struct str *out);
void comparison_status(const struct view *v, struct status *st);
void comparison_hints(const struct view *v, struct hints *h);
extern const struct table_source comparison_source;

#endif
