/* The comparison as cells: values under their points, deltas beside them, what is better. */
#include "core/base/mem.h"
#include "views/compare_state.h"

enum { TICK_MS = 60000 };

/* --- the table --- */

static enum table_row source_row(const void *arg, size_t row, struct sv *ret_id)
{
    const struct comparison *c = arg;
    const struct compare_shown *s = &c->shown.at[row];
    if (s->row == TABLE_DATA) {
        *ret_id = sv_z(c->compare.lines.at[s->line].name);
    }
    return s->row;
}

static void source_cell(const void *arg, size_t row, size_t col, struct table_cell *ret)
{
    const struct comparison *c = arg;
    const struct compare_shown *s = &c->shown.at[row];
    (void)col;
    if (s->row == TABLE_GROUP) {
        ret->text = sv_z(s->title);
        ret->style = ROLE_TITLE;
        return;
    }
    const struct compare_line *l = &c->compare.lines.at[s->line];
    utf8_sanitize(&ret->buf, comparison_field(l));
    ret->style = l->differs ? ROLE_NORMAL : ROLE_DIM;
}

/* Bold is better; worse has the warning's look: neither says it by colour alone. */
static unsigned better_style(enum better better)
{
    static const unsigned styles[] = {[BETTER_UNKNOWN] = ROLE_NORMAL,
                                      [BETTER_YES] = ROLE_NORMAL | STYLE_BOLD,
                                      [BETTER_NO] = ROLE_WARN};
    return styles[better];
}

static void draw_better(const struct comparison *c, struct canvas *to, int x, int y,
                        enum better better)
{
    unsigned style = better_style(better);
    if (better == BETTER_UNKNOWN) {
        return;
    }
    if (c->has_words) {
        canvas_z(to, x, y, style, better == BETTER_YES ? "better" : "worse");
    } else {
        canvas_glyph(to, x, y, style, better == BETTER_YES ? GLYPH_BETTER : GLYPH_WORSE);
    }
}

static void draw_text(struct canvas *to, int x, int y, int w, unsigned style,
                      const struct compare_column *col, struct sv text)
{
    int indent = (int)compare_indent(col, text);
    indent = indent < w ? indent : 0;
    if (text.n && w > 0) {
        canvas_fit(to, x + indent, y, w - indent, style, text, ALIGN_LEFT, UTF8_CUT_END);
    }
}

static void source_draw(const void *arg, size_t row, size_t col, struct canvas *to, struct rect r)
{
    const struct comparison *c = arg;
    const struct compare_shown_column *column = &c->columns.at[col - 1];
    const struct compare_line *l = &c->compare.lines.at[c->shown.at[row].line];
    CLEANUP(str_release) struct str text = STR_INIT;
    enum better better = l->betters[column->row];
    unsigned style = cells_value_style(l->values[column->row], l->field);
    style = style != ROLE_NORMAL ? style : l->differs ? better_style(better) : ROLE_DIM;
    comparison_value(c, l, column->row, &text);
    draw_text(to, r.x, r.y, column->value_w < r.w ? column->value_w : r.w, style, &column->values,
              sv_of(&text));
    int x = r.x + column->value_w + 1;
    if (column->row == c->compare.baseline || x >= r.x + r.w) {
        return;
    }
    str_clear(&text);
    compare_delta_text(&text, l->values[column->row], l->values[c->compare.baseline]);
    draw_text(to, x, r.y, column->delta_w, better_style(better), &column->deltas, sv_of(&text));
    x += column->delta_w ? column->delta_w + 1 : 0;
    if (x < r.x + r.w) {
        draw_better(c, to, x, r.y, better);
    }
}

/* The column that keys are about is underlined. */
static void source_title(const void *arg, size_t col, struct canvas *to, struct rect r)
{
    const struct comparison *c = arg;
    bool is_current = comparison_current(c) == col - 1;
    struct sv title = sv_z(c->columns.at[col - 1].title);
    int w = (int)utf8_width(title);
    canvas_fit(to, r.x, r.y, w < r.w ? w : r.w,
               is_current ? ROLE_TITLE | STYLE_UNDERLINE : ROLE_DIM, title, ALIGN_LEFT,
               UTF8_CUT_MIDDLE);
}

const struct table_source comparison_source = {
    .row = source_row, .cell = source_cell, .draw = source_draw, .draw_title = source_title};

/* --- layout --- */

/* The column that keys are about is in sight. */
static void keep_in_sight(struct comparison *c)
{
    size_t current = comparison_current(c);
    size_t frozen = c->columns.n && c->table_columns[1].flags & TABLE_FROZEN ? 1 : 0;
    if (current == SIZE_MAX || current < frozen) {
        return;
    }
    size_t at = current - frozen;
    if (c->table.first_column > at) {
        c->table.first_column = at;
    }
    while (c->table.first_column < at && table_column_width(&c->table, current + 1) == 0) {
        c->table.first_column++;
    }
    c->table_columns[0].title = c->table.first_column ? " FIELD" : "FIELD"; /* room for "‹" */
}

void comparison_layout(struct view *v, struct rect area)
{
    struct comparison *c = comparison_of(v);
    if (c->w != area.w) {
        comparison_make(c, area.w);
    }
    table_layout(&c->table, area);
    keep_in_sight(c);
    app_timer(v->app, v, TICK_MS); /* ages */
}

/* --- drawing --- */

static size_t asked_for(const struct comparison *c)
{
    size_t n = 1;
    for (const char *p = c->ids; *p; p++) {
        n += *p == '\n';
    }
    return n;
}

static void draw_nothing(const struct comparison *c, struct canvas *to, struct rect area)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    if (*c->filter) {
        str_addf(&text, "No field matches /%s; Esc clears the filter.", c->filter);
    } else if (c->only_diff) {
        str_addz(&text, "Nothing differs: D shows what is the same.");
    } else {
        str_addf(&text, "These %s have no fields.", kinds[c->kind].plural);
    }
    cells_words(to, area, ROLE_DIM, text.p);
}

void comparison_draw(const struct view *v, struct canvas *to, struct rect area)
{
    const struct comparison *c = comparison_of(v);
    if (rect_is_empty(area)) {
        return;
    }
    bool is_whole = c->rows && c->rows->loaded == c->rows->total;
    if (!c->rows && c->err.code) {
        cells_error(to, area, &c->err);
    } else if (c->rows && c->rows->n == 0 && is_whole) {
        cells_error(to, area, &c->rows_err);
    } else if (!c->has_compare) {
        canvas_textf(to, area.x, area.y, ROLE_DIM, "Reading %zu %s", asked_for(c),
                     kinds[c->kind].plural);
    } else {
        table_draw(&c->table, to, area);
        if (c->shown.n == 0 && area.h > 1) {
            rect_cut_top(&area, 1);
            draw_nothing(c, to, area);
        }
    }
}

/* --- around it --- */

void comparison_crumbs(const struct view *v, struct str *out)
{
    const struct comparison *c = comparison_of(v);
    int context = (int)kinds[c->kind].field_count - 1;
    const char *where = c->rows && c->rows->n ? row_text(&c->rows->rows[0], context) : "";
    crumb_add(out, *where ? where : "local");
    crumb_add(out, kinds[c->kind].plural);
    crumb_add(out, "compare");
}

void comparison_connection(const struct view *v, struct str *out, unsigned *style)
{
    const struct comparison *c = comparison_of(v);
    if (c->err.code && c->rows) {
        cells_stale(out, style, c->rows->as_of_ms, app_now_ms(v->app));
    } else if (c->is_paused) {
        str_addz(out, "paused");
        *style = ROLE_WARN;
    }
}

/* "loss of quiet-mole-97 is 0.1901, -0.0012 on proud-heron-118: better, less is" */
static void say_value(const struct comparison *c, const struct compare_line *l, size_t row,
                      struct str *out)
{
    static const char *const words[] = {[BETTER_YES] = "better", [BETTER_NO] = "worse"};
    static const char *const goals[] = {[GOAL_MIN] = "less is", [GOAL_MAX] = "more is"};
    CLEANUP(str_release) struct str value = STR_INIT;
    size_t base = c->compare.baseline, before;
    comparison_value(c, l, row, &value);
    str_addf(out, "%.*s of %s is %s", (int)comparison_field(l).n, comparison_field(l).p,
             comparison_name(c, row), value.p);
    if (row == base) {
        return;
    }
    str_addz(out, ", ");
    before = out->n;
    compare_delta_text(out, l->values[row], l->values[base]);
    if (out->n > before) {
        str_addf(out, " on %s", comparison_name(c, base));
    } else {
        str_addf(out, "%s %s", l->deltas[row] == 0 ? "as" : "beside", comparison_name(c, base));
    }
    if (l->betters[row] != BETTER_UNKNOWN) {
        str_addf(out, ": %s%s%s", words[l->betters[row]],
                 l->betters[row] == BETTER_YES ? ", " : ", as ", goals[l->goal]);
        str_addz(out, l->betters[row] == BETTER_YES ? "" : " better");
    }
}

void comparison_sentence(const struct view *v, struct str *out)
{
    const struct comparison *c = comparison_of(v);
    const struct compare_line *l = comparison_selected(c);
    size_t current = comparison_current(c);
    if (c->err.code && c->rows) {
        str_addz(out, c->err.msg);
    } else if (c->rows_err.code && c->rows && c->rows->n) {
        str_addz(out, c->rows_err.msg);
    } else if (l && current != SIZE_MAX) {
        say_value(c, l, c->columns.at[current].row, out);
    }
    if (c->has_compare) {
        str_addf(out, "\t%zu of %zu differ", c->differing, c->compare.lines.n);
    }
}

void comparison_status(const struct view *v, struct status *st)
{
    const struct comparison *c = comparison_of(v);
    if (!c->has_compare) {
        return;
    }
    str_addf(&st->state, "%zu %s", c->rows->n,
             c->rows->n == 1 ? kinds[c->kind].singular : kinds[c->kind].plural);
    str_addz(&st->state, c->only_diff ? ", differences" : "");
    bool has_arrows = !c->has_words && c->columns.n > 1 && c->columns.at[1].mark_w;
    if (has_arrows) {
        str_addf(&st->state, "  %s better %s worse", glyph_text(GLYPH_BETTER, false),
                 glyph_text(GLYPH_WORSE, false));
    }
    if (*c->filter) {
        st->is_filtered = true;
        str_addz(&st->filter, c->filter);
        for (size_t i = 0; i < c->shown.n; i++) {
            st->matched += c->shown.at[i].row == TABLE_DATA;
        }
        st->total = c->compare.lines.n;
    }
}

void comparison_hints(const struct view *v, struct hints *h)
{
    const struct comparison *c = comparison_of(v);
    hint_add(h, CMD_NEXT_DIFF, "next");
    hint_add(h, CMD_DIFF, c->only_diff ? "all" : "differences");
    hint_add(h, CMD_PIN, "baseline");
    hint_add(h, CMD_OPEN, "open");
    if (c->kind == KIND_RUN) {
        hint_add(h, CMD_METRICS, "charts");
    }
}
