/* Drawing of a table: which columns fit, titles, rows. */
#include <stdlib.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "tui/widgets/table.h"

enum { MARGIN = 2 };

struct plan {
    int *x, *w; /* of each column; w 0: not shown */
    bool is_cut_left, is_cut_right;
};

bool table_is_number(struct sv text)
{
    size_t digits = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        digits += c >= '0' && c <= '9';
        if (!(c >= '0' && c <= '9') && !strchr("+-.eE", c)) {
            return false;
        }
    }
    return digits > 0;
}

static int gap_of(const struct table *t, size_t col, bool is_first)
{
    return is_first ? 0 : t->columns[col].flags & TABLE_TIGHT ? 1 : 2;
}

static int title_width(const struct table *t, size_t col)
{
    bool is_sorted = t->sort_id && strcmp(t->sort_id, t->columns[col].id) == 0;
    return (int)utf8_width(sv_z(t->columns[col].title)) + (is_sorted && t->sort_dir ? 2 : 0);
}

/* What a column would like: its content within min and ideal, and room for its title. */
static int wish(const struct table *t, size_t col)
{
    const struct table_column *c = &t->columns[col];
    int w = t->widths[col].content;
    int title = t->flags & TABLE_NO_TITLES ? 0 : title_width(t, col);
    w = w > title ? w : title;
    w = c->ideal > 0 && w > c->ideal ? c->ideal : w;
    return w > c->min ? w : c->min > 0 ? c->min : 1;
}

static int total(const struct table *t, const struct plan *p)
{
    int sum = 0;
    bool is_first = true;
    for (size_t i = 0; i < t->column_count; i++) {
        if (p->w[i] > 0) {
            sum += p->w[i] + gap_of(t, i, is_first);
            is_first = false;
        }
    }
    return sum;
}

/* The column to give up: scrolled, the last one; else the lowest priority, of equal the last. */
static size_t victim(const struct table *t, const struct plan *p)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < t->column_count; i++) {
        if (p->w[i] == 0 || t->columns[i].flags & TABLE_FROZEN) {
            continue;
        }
        if (best == SIZE_MAX || t->first_column > 0 ||
            t->columns[i].priority <= t->columns[best].priority) {
            best = i;
        }
    }
    return best;
}

/* The widest column that can give a cell away, of equal ones the last. */
static size_t widest(const struct table *t, const struct plan *p)
{
    size_t best = SIZE_MAX;
    for (size_t i = t->column_count; i-- > 0;) {
        int min = t->columns[i].min > 0 ? t->columns[i].min : 1;
        bool can_give = t->columns[i].weight > 0 && p->w[i] > min;
        if (can_give && (best == SIZE_MAX || p->w[i] > p->w[best])) {
            best = i;
        }
    }
    return best;
}

/* Takes `over` cells from the columns with a weight, a cell at a time; what is left is returned. */
static int shrink(const struct table *t, struct plan *p, int over)
{
    size_t col;
    while (over > 0 && (col = widest(t, p)) != SIZE_MAX) {
        p->w[col]--;
        over--;
    }
    return over;
}

static long weight_of(const struct table *t, const struct plan *p, size_t col, bool is_numbers)
{
    const struct table_column *c = &t->columns[col];
    return p->w[col] == 0 ? 0 : is_numbers ? c->align == ALIGN_POINT : c->weight;
}

/* Hands out what is left over; false: no column takes it. */
static bool grow(const struct table *t, struct plan *p, int room, bool is_numbers)
{
    long weight = 0, spare = room - total(t, p);
    for (size_t i = 0; i < t->column_count; i++) {
        weight += weight_of(t, p, i, is_numbers);
    }
    bool has_taker = weight > 0;
    for (size_t i = 0; i < t->column_count && weight > 0 && spare > 0; i++) {
        long own = weight_of(t, p, i, is_numbers), part = spare * own / weight;
        p->w[i] += (int)part;
        spare -= part;
        weight -= own;
    }
    return has_taker;
}

/* Room that is left goes first to what its ideal cut, from the left: a name before the rest. */
static void uncut(const struct table *t, struct plan *p, int room)
{
    int spare = room - total(t, p);
    for (size_t i = 0; i < t->column_count && spare > 0; i++) {
        bool can_spill = t->columns[i].flags & TABLE_SPILL;
        bool is_text = t->columns[i].align == ALIGN_LEFT && !can_spill;
        int lacks = is_text ? t->widths[i].content - p->w[i] : 0;
        int part = p->w[i] == 0 || lacks <= 0 ? 0 : lacks < spare ? lacks : spare;
        p->w[i] += part;
        spare -= part;
    }
}

static void place(const struct table *t, struct plan *p, int x)
{
    bool is_first = true;
    for (size_t i = 0; i < t->column_count; i++) {
        if (p->w[i] > 0) {
            x += gap_of(t, i, is_first);
            p->x[i] = x;
            x += p->w[i];
            is_first = false;
        }
    }
}

/* " ›" at the end of the titles. */
static int cut_width(const struct table *t, const struct plan *p)
{
    return p->is_cut_right && !(t->flags & TABLE_NO_TITLES) ? 2 : 0;
}

static void plan_init(const struct table *t, struct plan *p, struct rect area)
{
    int margin = t->flags & TABLE_NO_MARGIN ? 0 : MARGIN;
    int room = area.w - margin;
    size_t skipped = 0;
    *p = (struct plan){.x = xcalloc(t->column_count + 1, sizeof *p->x),
                       .w = xcalloc(t->column_count + 1, sizeof *p->w)};
    for (size_t i = 0; i < t->column_count; i++) {
        bool is_frozen = t->columns[i].flags & TABLE_FROZEN;
        if (!is_frozen && !(t->columns[i].flags & TABLE_HIDDEN) && skipped < t->first_column) {
            skipped++;
            p->is_cut_left = true;
        } else if (!(t->columns[i].flags & TABLE_HIDDEN)) {
            p->w[i] = wish(t, i);
        }
    }
    for (;;) {
        int marks = cut_width(t, p);
        int wished = total(t, p) - (room - marks);
        int over = shrink(t, p, wished);
        size_t col = over > 0 ? victim(t, p) : SIZE_MAX;
        if (col == SIZE_MAX) {
            break;
        }
        p->w[col] = 0;
        p->is_cut_right = true;
        /* the room it had is shared anew */
        for (size_t i = 0; over < wished && i < t->column_count; i++) {
            p->w[i] = p->w[i] > 0 ? wish(t, i) : 0;
        }
    }
    uncut(t, p, room - cut_width(t, p));
    if (!grow(t, p, room - cut_width(t, p), false) && p->is_cut_right) {
        /* the last column ends where the titles do */
        (void)grow(t, p, room - cut_width(t, p), true);
    }
    place(t, p, area.x + margin);
}

static void plan_release(struct plan *p)
{
    free(p->x);
    free(p->w);
}

int table_column_width(const struct table *t, size_t col)
{
    struct plan p;
    plan_init(t, &p, t->area);
    int w = col < t->column_count ? p.w[col] : 0;
    plan_release(&p);
    return w;
}

bool table_is_cut(const struct table *t)
{
    struct plan p;
    plan_init(t, &p, t->area);
    bool is_cut = p.is_cut_right;
    plan_release(&p);
    return is_cut;
}

/* The part of a column that lies inside the area; frozen ones may be wider than it. */
static struct rect col_rect(const struct plan *p, size_t col, struct rect row)
{
    return rect_meet((struct rect){p->x[col], row.y, p->w[col], 1}, row);
}

/* --- titles --- */

static void draw_title(const struct table *t, size_t col, struct canvas *c, struct rect r)
{
    const struct table_column *column = &t->columns[col];
    CLEANUP(str_release) struct str s = STR_INIT;
    bool is_sorted = t->sort_dir && t->sort_id && strcmp(t->sort_id, column->id) == 0;
    str_addz(&s, column->title);
    if (is_sorted) {
        str_addf(&s, " %s", glyph_text(t->sort_dir < 0 ? GLYPH_SORT_DOWN : GLYPH_SORT_UP, false));
    }
    canvas_fit(c, r.x, r.y, r.w, is_sorted ? ROLE_TITLE : ROLE_DIM, sv_of(&s), column->align,
               UTF8_CUT_END);
}

static void draw_titles(const struct table *t, const struct plan *p, struct canvas *c,
                        struct rect row)
{
    for (size_t i = 0; i < t->column_count; i++) {
        struct rect r = col_rect(p, i, row);
        if (p->w[i] == 0 || rect_is_empty(r)) {
            continue;
        }
        if (t->columns[i].flags & TABLE_CUSTOM && t->source.draw_title) {
            canvas_push(c, r);
            t->source.draw_title(t->arg, i, c, r);
            canvas_pop(c);
        } else {
            draw_title(t, i, c, r);
        }
    }
    if (p->is_cut_right) {
        canvas_glyph(c, row.x + row.w - 1, row.y, ROLE_DIM, GLYPH_MORE_RIGHT);
    }
    if (p->is_cut_left) {
        canvas_glyph(c, row.x, row.y, ROLE_DIM, GLYPH_MORE_LEFT);
    }
}

/* --- cells --- */

/* Numbers of a column have their decimal points under each other; what is no number is right. */
static void pad_point(const struct table *t, size_t col, struct sv text, struct str *out)
{
    size_t point = sv_find(text, SV("."));
    int right = point < text.n ? (int)(text.n - point) : 0;
    str_addsv(out, text);
    if (table_is_number(text) && right < t->widths[col].right) {
        str_addn(out, ' ', (size_t)(t->widths[col].right - right));
    }
}

static bool equal_letter(char a, char b, bool is_smart)
{
    if (!is_smart && a >= 'A' && a <= 'Z') {
        a = (char)(a - 'A' + 'a');
    }
    return a == b;
}

static size_t find_word(struct sv text, struct sv word)
{
    bool has_upper = false;
    for (size_t i = 0; i < word.n; i++) {
        has_upper |= word.p[i] >= 'A' && word.p[i] <= 'Z';
    }
    for (size_t i = 0; i + word.n <= text.n; i++) {
        size_t k = 0;
        while (k < word.n && equal_letter(text.p[i + k], word.p[k], has_upper)) {
            k++;
        }
        if (k == word.n) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void draw_matches(const struct table *t, struct canvas *c, struct rect r, struct sv text)
{
    struct sv rest = sv_of(&t->match), word;
    while (rest.n && sv_split(&rest, '\n', &word)) {
        size_t at = word.n ? find_word(text, word) : SIZE_MAX;
        if (at != SIZE_MAX) {
            int x = r.x + (int)utf8_width((struct sv){text.p, at});
            int w = (int)utf8_width((struct sv){text.p + at, word.n});
            struct rect hit = rect_meet((struct rect){x, r.y, w, 1}, r);
            canvas_role(c, hit, ROLE_MATCH);
        }
    }
}

static void draw_cell(const struct table *t, size_t row, size_t col, struct canvas *c,
                      struct rect r, struct table_cell *cell)
{
    const struct table_column *column = &t->columns[col];
    CLEANUP(str_release) struct str padded = STR_INIT;
    str_clear(&cell->buf);
    cell->text = (struct sv){NULL, 0};
    cell->style = column->flags & TABLE_LATE_DIM ? ROLE_DIM : ROLE_NORMAL;
    t->source.cell(t->arg, row, col, cell);
    struct sv text = cell->text.p ? cell->text : sv_of(&cell->buf);
    if (text.n == 0) {
        return;
    }
    if (column->align == ALIGN_POINT) {
        pad_point(t, col, text, &padded);
        while ((int)padded.n > r.w && padded.p[padded.n - 1] == ' ') {
            str_truncate(&padded, padded.n - 1); /* blanks are not worth an ellipsis */
        }
        canvas_fit(c, r.x, r.y, r.w, cell->style, sv_of(&padded), ALIGN_RIGHT, UTF8_CUT_END);
        return;
    }
    canvas_fit(c, r.x, r.y, r.w, cell->style, text, column->align, column->cut);
    if (t->match.n && column->align == ALIGN_LEFT) {
        draw_matches(t, c, r, text);
    }
}

/* Cells that a text of column `col` may take: its own, and those of the empty ones after it. */
static int spill_width(const struct table *t, const struct plan *p, size_t row, size_t col,
                       struct rect r)
{
    struct table_cell cell = {.buf = STR_INIT};
    int end = r.x + r.w;
    bool is_empty = true;
    for (size_t i = col + 1; i < t->column_count && is_empty; i++) {
        str_clear(&cell.buf);
        cell.text = (struct sv){NULL, 0};
        if (p->w[i] > 0 && !(t->columns[i].flags & TABLE_CUSTOM)) {
            t->source.cell(t->arg, row, i, &cell);
            is_empty = (cell.text.p ? cell.text.n : cell.buf.n) == 0;
            end = is_empty ? p->x[i] + p->w[i] : end;
        }
    }
    str_release(&cell.buf);
    return end - r.x;
}

static void draw_data(const struct table *t, const struct plan *p, size_t row, struct sv id,
                      struct canvas *c, struct rect line, struct table_cell *cell)
{
    if (table_is_marked(t, id) && !(t->flags & TABLE_NO_MARGIN)) {
        canvas_glyph(c, line.x, line.y, ROLE_NORMAL, GLYPH_MARK);
    }
    for (size_t i = 0; i < t->column_count; i++) {
        struct rect r = col_rect(p, i, line);
        if (p->w[i] == 0 || rect_is_empty(r)) {
            continue;
        }
        if (t->columns[i].flags & TABLE_SPILL) {
            r.w = spill_width(t, p, row, i, r);
        }
        if (t->columns[i].flags & TABLE_CUSTOM && t->source.draw) {
            canvas_push(c, r);
            t->source.draw(t->arg, row, i, c, r);
            canvas_pop(c);
        } else {
            draw_cell(t, row, i, c, r, cell);
        }
    }
}

static void draw_row(const struct table *t, const struct plan *p, size_t row, struct canvas *c,
                     struct rect line, struct table_cell *cell)
{
    struct sv id = {"", 0};
    switch (t->source.row(t->arg, row, &id)) {
    case TABLE_DATA:
        draw_data(t, p, row, id, c, line, cell);
        break;
    case TABLE_GROUP:
        str_clear(&cell->buf);
        cell->text = (struct sv){NULL, 0};
        cell->style = ROLE_TITLE;
        t->source.cell(t->arg, row, 0, cell);
        canvas_text(c, line.x, line.y, cell->style, cell->text.p ? cell->text : sv_of(&cell->buf));
        break;
    case TABLE_LOADING:
        canvas_glyph(c, line.x + (t->flags & TABLE_NO_MARGIN || line.w <= MARGIN ? 0 : MARGIN),
                     line.y, ROLE_DIM, GLYPH_ELLIPSIS);
        break;
    case TABLE_BLANK:
        break;
    }
    if (row == t->selected) {
        canvas_select(c, line);
    }
}

void table_draw(const struct table *t, struct canvas *c, struct rect area)
{
    struct plan p;
    struct table_cell cell = {.buf = STR_INIT};
    struct rect body = rect_meet(area, c->clips[c->clip_depth]);
    if (rect_is_empty(body)) {
        return;
    }
    plan_init(t, &p, body);
    if (!(t->flags & TABLE_NO_TITLES)) {
        draw_titles(t, &p, c, rect_cut_top(&body, 1));
    }
    if (t->rows == 0 && t->empty && body.h > 0) {
        canvas_z(c, body.x + (body.w > MARGIN ? MARGIN : 0), body.y, ROLE_DIM, t->empty);
    }
    for (int i = 0; i < body.h && t->top + (size_t)i < t->rows; i++) {
        draw_row(t, &p, t->top + (size_t)i, c, rect_row(body, i), &cell);
    }
    str_release(&cell.buf);
    plan_release(&p);
}
