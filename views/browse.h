/* browse: the insides of the one table view for every kind, shared by views/browse*.c alone.
 *
 * Columns are the kind's fields and, of runs and versions, the keys of their open families. One
 * subscription gives a window of rows around what is in sight; what a person types becomes its
 * filter. While a key was pressed in the last two seconds `fresh` waits: its cells show, its order
 * does not. UI thread; draws O(cells in sight). */
#ifndef MLW_VIEWS_BROWSE_H
#define MLW_VIEWS_BROWSE_H

#include "core/base/vec.h"
#include "tui/widgets/table.h"
#include "views/actions.h"
#include "views/cells.h"
#include "views/env.h"
#include "views/rawdoc.h"
#include "views/things.h"

enum {
    BROWSE_FAMILY_SHOWN = 12, /* keys of a family that are columns without being asked for */
    BROWSE_FAMILY_MAX = 500,  /* that can be chosen */
    BROWSE_SIDE_MIN_W = 100,  /* from here on the detail stands beside the table */
    BROWSE_SPARKS_MAX = 64,
    BROWSE_SPARK_W = 10,
    BROWSE_FIRST_N = 100
};

enum browse_source { BROWSE_FIELD, BROWSE_NAMED, BROWSE_SPARK };

struct browse_column {
    enum browse_source source;
    int field;                /* BROWSE_FIELD */
    enum family family;       /* BROWSE_NAMED */
    char *key;                /* of the family, or the spark's metric */
    char *id, *title;         /* id: as a filter and a sort name it */
    bool is_shown, is_number; /* by default; whether all its values are */
};

/* The curve of one run, for its cell. */
struct browse_spark {
    char *run;
    uint64_t sub;
    struct snapshot *series;
};

struct browse {
    struct view *view;
    enum kind kind;
    char *parent, *filter, *filter_before; /* "" is no filter; before: while one is typed */
    uint64_t sub;
    struct snapshot *rows, *fresh;
    VEC(const struct row *) fresh_rows; /* of fresh, one for each of rows; NULL: not in it */
    struct err err, filter_err;
    size_t first, n;    /* the window that was asked for */
    size_t first_place; /* to stand on when rows come */

    VEC(struct browse_column) columns;
    struct table_column *table_columns; /* one for each */
    struct map toggled;                 /* id → non-NULL: not as by default */
    char *only;                         /* ids with commas between: these by default; NULL */
    char *sort_id, *sort_key;           /* NULL: the store's order, newest first */
    int sort_dir;
    size_t key_counts[FAMILY_COUNT];
    int columns_w; /* width they were made for */
    bool is_wide;

    VEC(struct browse_spark) sparks;

    struct table table;
    uint64_t marking; /* request for the ids of all that match; 0: none */
    struct act act;
    struct rawdoc raw;
    bool is_paused, is_ticking, has_detail;
    struct rect list, side; /* from the layout */
};

static inline struct browse *browse_of(const struct view *v)
{
    return v->state;
}

/* --- browse_columns.c --- */
void browse_columns_make(struct browse *b, int w);
void browse_columns_release(struct browse *b);
/* By id, key or title; NULL: none. */
const struct browse_column *browse_column_find(const struct browse *b, struct sv name);
bool browse_column_is_shown(const struct browse *b, const struct browse_column *c);
/* The palette line that leads to this list as it is: parent, order, columns, filter. */
void browse_line(const struct view *v, struct str *out);
void browse_column_toggle(struct browse *b, const struct browse_column *c);
extern const struct table_source browse_table_source;

/* --- browse_rows.c --- */
const struct row *browse_row(const struct browse *b, size_t place); /* NULL: not loaded */
const struct row *browse_selected(const struct browse *b);
bool browse_is_answered(const struct browse *b); /* these are the rows that were asked for */
void browse_ask(struct browse *b);               /* filter, order or window changed */
void browse_take(struct browse *b, struct snapshot *s);
void browse_adopt(struct browse *b); /* what waited becomes what is shown */
void browse_window(struct browse *b);
void browse_sparks_update(struct browse *b);
bool browse_sparks_event(struct browse *b, const struct ev *ev);
void browse_sparks_release(struct browse *b);
bool browse_is_running(const struct row *row);

/* --- browse_marks.c --- */
/* True: the hub is asked for all that match; else those that are loaded are all. */
bool browse_mark_all(struct view *v, enum cmd cmd);
void browse_say_marks(struct view *v, enum cmd cmd, size_t before); /* that nothing is new */
bool browse_marks_event(struct view *v, const struct ev *ev);

/* --- browse_draw.c --- */
void browse_layout(struct view *v, struct rect area);
void browse_draw(const struct view *v, struct canvas *c, struct rect area);
void browse_crumbs(const struct view *v, struct str *out);
void browse_connection(const struct view *v, struct str *out, unsigned *style);
void browse_sentence(const struct view *v, struct str *out);
void browse_status(const struct view *v, struct status *st);
void browse_hints(const struct view *v, struct hints *h);
/* The value in words, to be copied; nothing when it is missing. */
void browse_value(const struct browse *b, const struct browse_column *c, const struct row *row,
                  struct str *out);
enum kind browse_parent_kind(enum kind kind); /* KIND_COUNT: none */

#endif
