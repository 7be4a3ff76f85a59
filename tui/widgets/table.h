/* table: rows and columns with a selection that is kept by id. Embedded by value in a view.
 *
 * Rows come through callbacks, so a million rows are never copied; the table keeps numbers, the
 * selected id and marked ids. Life: table_init, table_update after every change of the data,
 * table_layout from the view's layout slot, table_command, table_draw (pure), table_release.
 *
 *     table_init(&s->t, columns, ALEN(columns), &(struct table_source){rows_row, rows_cell}, s);
 *     s->snap = snap; table_update(&s->t, snap->count);              // on an event
 *     static void runs_layout(struct view *v, struct rect r) { table_layout(&state(v)->t, r); }
 *     return table_command(&state(v)->t, cmd, arg);                  // HANDLED for moves and marks
 *     if (table_window(&s->t, &first, &n)) mlw_window(hub, s->sub, first, n);
 *
 * The first row of the area holds titles (unless TABLE_NO_TITLES). Columns that do not fit are cut
 * by priority, lowest first, and titles end in "›"; right and left scroll over columns, frozen ones
 * stay. Widths are measured when data comes, only grow, and do not move while scrolling. What is
 * left over goes to columns by weight; where columns are cut and none has a weight, to numbers.
 * Costs: draw O(visible cells); update O(rows looked at for the selection, at most 20,000). */
#ifndef MLW_TUI_WIDGETS_TABLE_H
#define MLW_TUI_WIDGETS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/map.h"
#include "core/base/str.h"
#include "tui/canvas.h"
#include "tui/command.h"
#include "tui/view_ops.h"

enum table_column_flags {
    TABLE_FROZEN = 1 << 0, /* stays when scrolled, is never cut */
    TABLE_CUSTOM = 1 << 1, /* drawn by source.draw, title by source.draw_title */
    TABLE_HIDDEN = 1 << 2,
    TABLE_TIGHT = 1 << 3,    /* one cell before it instead of two */
    TABLE_LATE_DIM = 1 << 4, /* dim (ages) */
    TABLE_SPILL = 1 << 5,    /* a text too long runs over the empty cells after it */
};

struct table_column {
    const char *id, *title;
    int min, ideal; /* cells; ideal 0: as wide as the content; a text gets more if there is room */
    int weight;     /* share of what is left over; 0: none */
    int priority;   /* the lowest goes first when it is narrow; frozen ones never */
    enum align align;
    enum utf8_cut cut;
    unsigned flags; /* enum table_column_flags */
};

enum table_row {
    TABLE_DATA,
    TABLE_GROUP, /* a title over the whole width: cell() of column 0; not selectable */
    TABLE_BLANK,
    TABLE_LOADING, /* not here yet: drawn as a dim placeholder */
};

struct table_cell {
    struct str buf; /* scratch: format here and leave `text` alone, … */
    struct sv text; /* … or point to bytes that live until the draw is over */
    unsigned style; /* NORMAL; of the whole cell */
};

struct table_source {
    /* Kind of a row, and for TABLE_DATA its id (unique, any bytes, borrowed). */
    enum table_row (*row)(const void *arg, size_t row, struct sv *ret_id);
    void (*cell)(const void *arg, size_t row, size_t col, struct table_cell *ret);
    /* For TABLE_CUSTOM columns; style has the row's flags. May be NULL. */
    void (*draw)(const void *arg, size_t row, size_t col, struct canvas *c, struct rect r);
    void (*draw_title)(const void *arg, size_t col, struct canvas *c, struct rect r);
    /* Row of an id, or SIZE_MAX; NULL: the table looks around the old place. */
    size_t (*find)(const void *arg, struct sv id);
};

enum table_flags {
    TABLE_NO_TITLES = 1 << 0,
    TABLE_NO_MARGIN = 1 << 1, /* no cells for marks */
    TABLE_NO_MARKS = 1 << 2   /* its rows cannot be marked */
};

struct table_width {
    int content, left, right; /* measured: whole; before and after the decimal point */
};

struct table {
    const struct table_column *columns;
    size_t column_count;
    struct table_source source;
    const void *arg;
    unsigned flags;
    size_t rows, top, selected; /* selected: SIZE_MAX when there is none */
    struct str selected_id;
    struct map marks; /* id → non-NULL when marked */
    size_t mark_count, last_mark;
    struct str wanted;   /* id to select when its row comes; a move forgets it */
    size_t first_column; /* scrolled over so many that are not frozen */
    struct rect area;
    struct table_width *widths;
    const char *sort_id; /* column with the arrow; borrowed; NULL: none */
    int sort_dir;        /* -1 down, 1 up */
    struct str match;    /* words to highlight, joined by '\n' */
    const char *empty;   /* sentence when there are no rows; borrowed */
};

void table_init(struct table *t, const struct table_column *columns, size_t n,
                const struct table_source *source, const void *arg);
void table_release(struct table *t);
/* Other columns (borrowed); widths start anew. */
void table_columns(struct table *t, const struct table_column *columns, size_t n);
/* The data changed: keeps the selected id where it is now, else the same place. */
void table_update(struct table *t, size_t rows);
void table_layout(struct table *t, struct rect area);
void table_draw(const struct table *t, struct canvas *c, struct rect area);

/* Moves, marks, columns to the left and right. PASS for all else. */
enum handled table_command(struct table *t, enum cmd cmd, const struct cmd_arg *arg);
/* Rows to have loaded: the visible ± 3 pages; false when there are none. */
bool table_window(const struct table *t, size_t *ret_first, size_t *ret_n);
bool table_selection(const struct table *t, struct str *out); /* id; false: none */
void table_select_id(struct table *t, struct sv id);          /* now, or when it comes */
void table_select_row(struct table *t, size_t row);           /* or the next that is data */
/* First data row of the next (dir 1) or previous (-1) group. */
void table_next_group(struct table *t, int dir);
/* Data row drawn at screen row y, or SIZE_MAX. */
size_t table_row_at(const struct table *t, int y);
bool table_is_marked(const struct table *t, struct sv id);
void table_mark(struct table *t, struct sv id, bool is_marked); /* any row, in sight or not */
void table_clear_marks(struct table *t);
/* Call fn for each marked id, in order of marking. */
void table_each_mark(const struct table *t, void (*fn)(void *arg, struct sv id), void *arg);
/* Words of a filter to highlight in cells (copied); n 0: none. */
void table_match(struct table *t, const struct sv *words, size_t n);
/* Fills order, marks. */
void table_status(const struct table *t, struct status *st);
/* What CMD_UP… MARK… can do now; CAN_NOT for what is not the table's. */
enum can table_can(const struct table *t, enum cmd cmd, struct str *why);
/* Whether columns are left out at the right; whether a cell aligns as a number. */
bool table_is_cut(const struct table *t);
int table_column_width(const struct table *t, size_t col); /* in the last layout; 0: not shown */
bool table_is_number(struct sv text);

#endif
