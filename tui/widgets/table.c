/* A table's selection, scrolling, marks and measures; drawing is in table_draw.c. */
#include "tui/widgets/table.h"

#include <stdlib.h>

#include "core/base/mem.h"

enum { FIND_REACH = 20000, MEASURE_ROWS = 200, WINDOW_PAGES = 3 };

void table_init(struct table *t, const struct table_column *columns, size_t n,
                const struct table_source *source, const void *arg)
{
    *t = (struct table){.source = *source,
                        .arg = arg,
                        .selected = SIZE_MAX,
                        .last_mark = SIZE_MAX,
                        .selected_id = STR_INIT,
                        .match = STR_INIT,
                        .wanted = STR_INIT};
    table_columns(t, columns, n);
}

void table_release(struct table *t)
{
    free(t->widths);
    map_release(&t->marks);
    str_release(&t->selected_id);
    str_release(&t->match);
    str_release(&t->wanted);
    *t = (struct table){
        .selected = SIZE_MAX, .selected_id = STR_INIT, .match = STR_INIT, .wanted = STR_INIT};
}

void table_columns(struct table *t, const struct table_column *columns, size_t n)
{
    free(t->widths);
    t->columns = columns;
    t->column_count = n;
    t->widths = xcalloc(n + 1, sizeof *t->widths);
    t->first_column = 0;
}

static enum table_row row_kind(const struct table *t, size_t row, struct sv *ret_id)
{
    struct sv id = {"", 0};
    enum table_row kind = t->source.row(t->arg, row, &id);
    *ret_id = id;
    return kind;
}

static bool is_data(const struct table *t, size_t row)
{
    struct sv id;
    return row < t->rows && row_kind(t, row, &id) == TABLE_DATA;
}

/* A row one can stand on: data, or data that is still to come. */
static bool is_place(const struct table *t, size_t row)
{
    struct sv id;
    enum table_row kind = row < t->rows ? row_kind(t, row, &id) : TABLE_BLANK;
    return kind == TABLE_DATA || kind == TABLE_LOADING;
}

/* --- measures --- */

static void measure_cell(struct table *t, size_t col, struct sv text)
{
    struct table_width *w = &t->widths[col];
    int width = (int)utf8_width(text);
    if (t->columns[col].align == ALIGN_POINT && text.n && table_is_number(text)) {
        size_t point = sv_find(text, SV("."));
        int left = point < text.n ? (int)point : width;
        w->left = left > w->left ? left : w->left;
        w->right = width - left > w->right ? width - left : w->right;
        width = w->left + w->right;
    }
    w->content = width > w->content ? width : w->content;
}

static void measure_row(struct table *t, size_t row, struct table_cell *cell)
{
    for (size_t col = 0; col < t->column_count; col++) {
        if (t->columns[col].flags & (TABLE_CUSTOM | TABLE_HIDDEN)) {
            continue;
        }
        str_clear(&cell->buf);
        cell->text = (struct sv){NULL, 0};
        t->source.cell(t->arg, row, col, cell);
        measure_cell(t, col, cell->text.p ? cell->text : sv_of(&cell->buf));
    }
}

static void measure(struct table *t)
{
    struct table_cell cell = {.buf = STR_INIT};
    size_t from = t->top > MEASURE_ROWS / 2 ? t->top - MEASURE_ROWS / 2 : 0;
    for (size_t i = 0; i < MEASURE_ROWS && from + i < t->rows; i++) {
        if (is_data(t, from + i)) {
            measure_row(t, from + i, &cell);
        }
    }
    str_release(&cell.buf);
}

/* --- selection --- */

static int page_rows(const struct table *t)
{
    int rows = t->area.h - (t->flags & TABLE_NO_TITLES ? 0 : 1);
    return rows > 0 ? rows : 1;
}

/* Keep the selected row in sight, with its group's title when it is the first of it. */
static void keep_in_sight(struct table *t)
{
    size_t page = (size_t)page_rows(t);
    struct sv id;
    size_t max_top = t->rows > page ? t->rows - page : 0;
    if (t->selected != SIZE_MAX) {
        size_t first = t->selected;
        while (first > 0 && t->selected - first < 2 && row_kind(t, first - 1, &id) != TABLE_DATA) {
            first--;
        }
        if (first < t->top) {
            t->top = first;
        }
        if (t->selected >= t->top + page) {
            t->top = t->selected - page + 1;
        }
    }
    t->top = t->top > max_top ? max_top : t->top;
}

static void select_at(struct table *t, size_t row)
{
    struct sv id;
    t->selected = row;
    str_clear(&t->selected_id);
    if (row < t->rows && row_kind(t, row, &id) == TABLE_DATA) {
        str_addsv(&t->selected_id, id);
    }
    keep_in_sight(t);
}

/* The nearest row one can stand on, at `row` or after it, else before it. */
static size_t place_near(const struct table *t, size_t row)
{
    for (size_t i = row; i < t->rows; i++) {
        if (is_place(t, i)) {
            return i;
        }
    }
    for (size_t i = row < t->rows ? row : t->rows; i-- > 0;) {
        if (is_place(t, i)) {
            return i;
        }
    }
    return SIZE_MAX;
}

static bool has_id(const struct table *t, size_t row, struct sv want)
{
    struct sv id;
    return row < t->rows && row_kind(t, row, &id) == TABLE_DATA && sv_eq(id, want);
}

static size_t find_id(const struct table *t, struct sv id)
{
    if (t->source.find) {
        return t->source.find(t->arg, id);
    }
    size_t from = t->selected < t->rows ? t->selected : 0;
    for (size_t d = 0; d < FIND_REACH && (d <= from || from + d < t->rows); d++) {
        if (has_id(t, from + d, id)) {
            return from + d;
        }
        if (d <= from && has_id(t, from - d, id)) {
            return from - d;
        }
    }
    return SIZE_MAX;
}

/* Row of the id that is to be selected now; SIZE_MAX: it is not there. */
static size_t row_to_select(struct table *t)
{
    size_t row = t->wanted.n ? find_id(t, sv_of(&t->wanted)) : SIZE_MAX;
    if (row < t->rows) {
        str_clear(&t->wanted);
        return row;
    }
    return t->selected_id.n ? find_id(t, sv_of(&t->selected_id)) : SIZE_MAX;
}

void table_update(struct table *t, size_t rows)
{
    t->rows = rows;
    measure(t);
    size_t row = row_to_select(t);
    if (row < rows) {
        select_at(t, row);
        return;
    }
    if (rows == 0 && t->selected_id.n && t->wanted.n == 0) {
        str_addsv(&t->wanted, sv_of(&t->selected_id)); /* loading anew: it may come again */
    }
    select_at(t, place_near(t, t->selected == SIZE_MAX ? 0 : t->selected));
}

void table_layout(struct table *t, struct rect area)
{
    t->area = area;
    keep_in_sight(t);
}

void table_select_id(struct table *t, struct sv id)
{
    size_t row = find_id(t, id);
    if (row < t->rows) {
        select_at(t, row);
        return;
    }
    str_clear(&t->wanted);
    str_addsv(&t->wanted, id);
}

void table_select_row(struct table *t, size_t row)
{
    select_at(t, place_near(t, row));
}

bool table_selection(const struct table *t, struct str *out)
{
    if (!is_data(t, t->selected)) {
        return false;
    }
    str_addsv(out, sv_of(&t->selected_id));
    return true;
}

static bool group_starts(const struct table *t, size_t row)
{
    struct sv id;
    return row == 0 || row_kind(t, row - 1, &id) == TABLE_GROUP;
}

void table_next_group(struct table *t, int dir)
{
    size_t n = t->rows;
    size_t from = t->selected < n ? t->selected : 0;
    for (size_t i = 1; i <= n; i++) {
        size_t row = dir > 0 ? (from + i) % n : (from + n - i) % n;
        if (is_place(t, row) && group_starts(t, row)) {
            select_at(t, row);
            return;
        }
    }
}

/* By so many rows one can stand on; stops at the ends. */
static void move_by(struct table *t, long rows)
{
    size_t row = t->selected;
    str_clear(&t->wanted);
    if (row >= t->rows) {
        table_select_row(t, 0);
        return;
    }
    for (long left = rows < 0 ? -rows : rows; left > 0; left--) {
        size_t next = row;
        do {
            next = rows > 0 ? next + 1 : next - 1; /* below 0 wraps to beyond the end */
        } while (next < t->rows && !is_place(t, next));
        if (next >= t->rows) {
            break;
        }
        row = next;
    }
    select_at(t, row);
    if (row == place_near(t, 0)) {
        t->top = 0; /* the titles above the first row come into sight too */
    }
}

/* --- marks --- */

void table_mark(struct table *t, struct sv id, bool is_marked)
{
    bool was = map_get(&t->marks, id) != NULL;
    if (was != is_marked) {
        (void)map_set(&t->marks, id, is_marked ? t : NULL);
        t->mark_count = is_marked ? t->mark_count + 1 : t->mark_count - 1;
    }
}

bool table_is_marked(const struct table *t, struct sv id)
{
    return t->mark_count > 0 && map_get(&t->marks, id) != NULL;
}

void table_clear_marks(struct table *t)
{
    map_release(&t->marks);
    t->mark_count = 0;
    t->last_mark = SIZE_MAX;
}

void table_each_mark(const struct table *t, void (*fn)(void *arg, struct sv id), void *arg)
{
    for (size_t i = 0; i < t->marks.n; i++) {
        if (t->marks.at[i].value) {
            fn(arg, sv_z(t->marks.at[i].key));
        }
    }
}

static void mark_rows(struct table *t, size_t from, size_t to)
{
    struct sv id;
    for (size_t row = from; row <= to && row < t->rows; row++) {
        if (row_kind(t, row, &id) == TABLE_DATA) {
            table_mark(t, id, true);
        }
    }
}

static void mark_command(struct table *t, enum cmd cmd)
{
    size_t row = t->selected;
    if (cmd == CMD_CLEAR_MARKS) {
        table_clear_marks(t);
    } else if (cmd == CMD_MARK_ALL && t->rows) {
        mark_rows(t, 0, t->rows - 1);
    } else if (cmd == CMD_MARK_RANGE && is_data(t, row)) {
        size_t other = t->last_mark < t->rows ? t->last_mark : row;
        mark_rows(t, row < other ? row : other, row < other ? other : row);
        t->last_mark = row;
    } else if (cmd == CMD_MARK && is_data(t, row)) {
        table_mark(t, sv_of(&t->selected_id), !table_is_marked(t, sv_of(&t->selected_id)));
        t->last_mark = row;
        move_by(t, 1);
    }
}

/* --- commands --- */

static void scroll_columns(struct table *t, int dir)
{
    size_t moving = 0;
    for (size_t i = 0; i < t->column_count; i++) {
        moving += !(t->columns[i].flags & (TABLE_FROZEN | TABLE_HIDDEN));
    }
    if (dir < 0 && t->first_column > 0) {
        t->first_column--;
    } else if (dir > 0 && t->first_column + 1 < moving && table_is_cut(t)) {
        t->first_column++;
    }
}

/* Rows to move by; 0 when cmd is no move. */
static long step_of(const struct table *t, enum cmd cmd)
{
    long page = page_rows(t);
    const struct {
        enum cmd cmd;
        long step;
    } steps[] = {{CMD_UP, -1},
                 {CMD_DOWN, 1},
                 {CMD_PAGE_UP, -page},
                 {CMD_PAGE_DOWN, page},
                 {CMD_HALF_UP, -(page + 1) / 2},
                 {CMD_HALF_DOWN, (page + 1) / 2}};
    for (size_t i = 0; i < ALEN(steps); i++) {
        if (steps[i].cmd == cmd) {
            return steps[i].step;
        }
    }
    return 0;
}

static bool is_mark_command(const struct table *t, enum cmd cmd)
{
    if (t->flags & TABLE_NO_MARKS) {
        return false;
    }
    return cmd == CMD_MARK || cmd == CMD_MARK_RANGE || cmd == CMD_MARK_ALL ||
           cmd == CMD_CLEAR_MARKS;
}

enum handled table_command(struct table *t, enum cmd cmd, const struct cmd_arg *arg)
{
    long step = step_of(t, cmd);
    if (step) {
        move_by(t, step);
    } else if (cmd == CMD_TOP) {
        t->top = 0;
        table_select_row(t, 0);
        t->top = 0;
    } else if (cmd == CMD_BOTTOM) {
        table_select_row(t, t->rows ? t->rows - 1 : 0);
    } else if (cmd == CMD_LINE) {
        table_select_row(t, arg && arg->n > 0 ? (size_t)arg->n - 1 : 0);
    } else if (cmd == CMD_LEFT || cmd == CMD_RIGHT) {
        scroll_columns(t, cmd == CMD_LEFT ? -1 : 1);
    } else if (is_mark_command(t, cmd)) {
        mark_command(t, cmd);
    } else {
        return PASS;
    }
    return HANDLED;
}

enum can table_can(const struct table *t, enum cmd cmd, struct str *why)
{
    bool marks = is_mark_command(t, cmd);
    if (marks && cmd == CMD_CLEAR_MARKS && t->mark_count == 0) {
        str_addz(why, "nothing is marked");
        return CAN_OFF;
    }
    if (marks && cmd != CMD_CLEAR_MARKS && !is_data(t, t->selected)) {
        str_addz(why, "no row is selected");
        return CAN_OFF;
    }
    return step_of(t, cmd) || marks || cmd == CMD_TOP || cmd == CMD_BOTTOM || cmd == CMD_LINE ||
                   cmd == CMD_LEFT || cmd == CMD_RIGHT
               ? CAN_YES
               : CAN_NOT;
}

bool table_window(const struct table *t, size_t *ret_first, size_t *ret_n)
{
    size_t page = (size_t)page_rows(t), reach = page * WINDOW_PAGES;
    if (t->rows == 0) {
        return false;
    }
    size_t first = t->top > reach ? t->top - reach : 0;
    size_t end = t->top + page + reach;
    *ret_first = first;
    *ret_n = (end < t->rows ? end : t->rows) - first;
    return true;
}

size_t table_row_at(const struct table *t, int y)
{
    int line = y - t->area.y - (t->flags & TABLE_NO_TITLES ? 0 : 1);
    return line >= 0 && is_data(t, t->top + (size_t)line) ? t->top + (size_t)line : SIZE_MAX;
}

void table_match(struct table *t, const struct sv *words, size_t n)
{
    str_clear(&t->match);
    for (size_t i = 0; i < n; i++) {
        if (words[i].n) {
            str_addsv(&t->match, words[i]);
            str_addc(&t->match, '\n');
        }
    }
}

void table_status(const struct table *t, struct status *st)
{
    st->marks = t->mark_count;
    for (size_t i = 0; i < t->column_count && t->sort_id; i++) {
        if (strcmp(t->columns[i].id, t->sort_id) == 0) {
            str_clear(&st->order);
            str_addz(&st->order, t->columns[i].id);
            st->order_dir = t->sort_dir;
        }
    }
}
