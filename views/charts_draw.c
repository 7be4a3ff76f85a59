/* The charts as cells: who is drawn, the grid, and what the selected one says. */
#include <math.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/model/compare.h"
#include "core/model/state.h"
#include "views/charts_state.h"

enum { GAP_W = 2, VALUE_W = 8, VALUE_WHOLE_W = 18, BLANK_MIN_H = 16 };

/* --- layout --- */

/* As many columns as give the charts the best shape, all of them in sight where that is possible.
 */
static void choose_grid(struct charts *c)
{
    int n = (int)c->shown.n, best = -1;
    int max_columns = c->grid.w / CHARTS_CELL_W, max_lines = c->grid.h / CHARTS_CELL_H;
    max_columns = max_columns < 1                    ? 1
                  : max_columns > CHARTS_COLUMNS_MAX ? CHARTS_COLUMNS_MAX
                                                     : max_columns;
    max_lines = max_lines < 1 ? 1 : max_lines;
    c->columns = c->lines = 1;
    for (int columns = 1; columns <= max_columns && columns <= n; columns++) {
        int lines = (n + columns - 1) / columns;
        lines = lines < max_lines ? lines : max_lines;
        bool is_enough = columns * lines >= n || columns == max_columns;
        int w = c->grid.w / columns, h = c->grid.h / lines * 4;
        int score = w < h ? w : h; /* four columns are as long as one row and a bit is high */
        if (is_enough && score > best) {
            best = score;
            c->columns = columns;
            c->lines = lines;
        }
    }
}

void charts_layout(struct view *v, struct rect area)
{
    struct charts *c = charts_of(v);
    c->legend = rect_cut_top(&area, 1);
    if (area.h >= BLANK_MIN_H) {
        rect_cut_top(&area, 1);
    }
    c->grid = area;
    choose_grid(c);
    charts_subscribe(c);
}

/* Place of the i-th chart of those in sight. */
static struct rect cell_of(const struct charts *c, size_t i)
{
    if (c->is_whole) {
        return c->grid;
    }
    int columns = c->columns, w = (c->grid.w - GAP_W * (columns - 1)) / columns;
    int h = c->grid.h / c->lines;
    int x = (int)i % columns, y = (int)i / columns;
    return (struct rect){c->grid.x + x * (w + GAP_W), c->grid.y + y * h, w,
                         h - (c->lines > 1 && h > CHARTS_CELL_H ? 1 : 0)};
}

/* --- who is drawn --- */

static char tag_of(const struct charts *c, size_t run)
{
    return c->runs.n > 1 ? (char)('a' + run) : 0;
}

/* "a ★ proud-heron-118 ▶"; what is hidden is dim and in brackets. */
static int draw_run(const struct charts *c, struct canvas *to, int x, struct rect row, size_t run)
{
    const struct charts_run *r = &c->runs.at[run];
    CLEANUP(str_release) struct str name = STR_INIT;
    const char *status = row_text(charts_row(c, run), FIELD_RUN_status);
    bool is_current = c->runs.n > 1 && charts_run_place(c) == run;
    bool is_pinned = c->runs.n > 1 && charts_pinned(c) == run;
    unsigned style = r->is_hidden ? ROLE_DIM : style_series(r->colour);
    char tag = tag_of(c, run);
    str_addz(&name, is_pinned ? glyph_text(GLYPH_STAR, to->is_ascii) : "");
    str_addz(&name, r->is_hidden ? "(" : "");
    utf8_sanitize(&name, sv_z(charts_name(c, run)));
    str_addz(&name, r->is_hidden ? ")" : "");
    int need = (int)utf8_width(sv_of(&name)) + (tag ? 2 : 0) + 2;
    if (x + need > row.x + row.w && x > row.x) {
        return -1;
    }
    if (tag) {
        x = canvas_text(to, x, row.y, style | STYLE_BOLD, (struct sv){&tag, 1}) + 1;
    }
    x = canvas_text(to, x, row.y,
                    r->is_hidden ? ROLE_DIM
                    : is_current ? ROLE_TITLE | STYLE_UNDERLINE
                                 : ROLE_NORMAL,
                    sv_of(&name));
    if (state_class(status) == STATE_RUNNING && x + 2 <= row.x + row.w) {
        x = canvas_glyph(to, x + 1, row.y, ROLE_RUNNING, GLYPH_RUNNING);
    }
    return x + 2;
}

static void draw_legend(const struct charts *c, struct canvas *to, struct rect row)
{
    size_t current = charts_run_place(c), first = 0;
    int x;
    for (; first <= current && current != SIZE_MAX; first++) { /* the current one is in sight */
        int w = 0;
        for (size_t i = first; i <= current; i++) {
            w += (int)utf8_width(sv_z(charts_name(c, i))) + 6;
        }
        if (w <= row.w) {
            break;
        }
    }
    x = row.x;
    for (size_t i = first < c->runs.n ? first : current; i < c->runs.n && x >= 0; i++) {
        x = draw_run(c, to, x, row, i);
    }
    if (x < 0) {
        canvas_glyph(to, row.x + row.w - 1, row.y, ROLE_DIM, GLYPH_MORE_RIGHT);
    }
}

/* --- one chart --- */

/* What a chart of several runs borrows while it is drawn. */
struct drawing {
    struct chart_series *lines; /* smoothed ones, then the points, the pinned first */
    struct curve *curves;
    struct str *texts; /* values and notes by turns */
    char (*names)[2];
    size_t n, line_count;
};

static bool value_at(const struct charts *c, const struct series *s, double *ret)
{
    size_t at = charts_point(c, s);
    if (at == SIZE_MAX) {
        return false;
    }
    *ret = s->at[at].value;
    return true;
}

static void say_value(const struct charts *c, const char *key, const struct series *s, size_t run,
                      struct str *value, struct str *note)
{
    CLEANUP(str_release) struct str whole = STR_INIT;
    size_t pinned = charts_pinned(c);
    double x, y;
    bool is_large = c->is_whole || c->columns == 1;
    if (!value_at(c, s, &x)) {
        str_addz(value, glyph_text(GLYPH_MISSING, false));
        return;
    }
    fmt_double(&whole, x);
    utf8_fit(value, sv_of(&whole), is_large ? VALUE_WHOLE_W : VALUE_W, UTF8_CUT_END);
    const struct series *other = charts_series(c, c->runs.at[pinned].id, key);
    if (run != pinned && value_at(c, other, &y)) {
        compare_delta_text(note, value_num(x), value_num(y));
    }
}

static void add_run(const struct charts *c, struct drawing *d, const char *key, size_t run)
{
    const struct charts_run *r = &c->runs.at[run];
    const struct series *s = r->is_hidden ? NULL : charts_series(c, r->id, key);
    if (!s) {
        return;
    }
    size_t i = d->n++;
    struct curve *k = &d->curves[i];
    unsigned style = c->runs.n > 1 ? style_series(r->colour) : ROLE_NORMAL; /* one needs none */
    curve_init(k, &c->look, s);
    say_value(c, key, s, run, &d->texts[2 * i], &d->texts[2 * i + 1]);
    d->names[i][0] = tag_of(c, run);
    d->lines[c->runs.n + i] = (struct chart_series){.x = k->x,
                                                    .y = k->y,
                                                    .lo = k->lo,
                                                    .hi = k->hi,
                                                    .n = k->n,
                                                    .style = k->smooth ? ROLE_DIM : style,
                                                    .name = {d->names[i], d->names[i][0] ? 1 : 0},
                                                    .value = sv_of(&d->texts[2 * i]),
                                                    .note = sv_of(&d->texts[2 * i + 1]),
                                                    .tag = k->smooth ? 0 : d->names[i][0],
                                                    .mark = k->smooth ? '.' : 0};
    d->lines[i] = (struct chart_series){.x = k->x,
                                        .y = k->smooth,
                                        .n = k->smooth ? k->n : 0,
                                        .style = style,
                                        .tag = k->smooth ? d->names[i][0] : 0,
                                        .is_silent = true};
}

static bool is_ended(const struct charts *c)
{
    for (size_t i = 0; i < c->runs.n; i++) {
        if (state_class(row_text(charts_row(c, i), FIELD_RUN_status)) == STATE_RUNNING) {
            return false;
        }
    }
    return true;
}

static void draw_chart(const struct charts *c, struct canvas *to, struct rect r, size_t place)
{
    const struct charts_metric *m = &c->metrics.at[c->shown.at[place]];
    size_t n = c->runs.n, pinned = charts_pinned(c);
    bool is_current = charts_place(c) == place, is_several = !c->is_whole && c->shown.n > 1;
    struct drawing d = {.lines = xcalloc(2 * n + 1, sizeof *d.lines),
                        .curves = xcalloc(n + 1, sizeof *d.curves),
                        .texts = xcalloc(2 * n + 1, sizeof *d.texts),
                        .names = xcalloc(n + 1, sizeof *d.names)};
    CLEANUP(str_release) struct str title = STR_INIT;
    for (size_t i = 0; i < 2 * n; i++) {
        str_init(&d.texts[i]);
    }
    for (size_t i = 0; i < n; i++) { /* the pinned lies on top and stands first */
        add_run(c, &d, m->key, i == 0 ? pinned : i <= pinned ? i - 1 : i);
    }
    utf8_sanitize(&title, sv_z(m->key));
    struct chart chart = {.title = sv_of(&title),
                          .series = d.lines,
                          .n = 2 * n,
                          .x_kind = curve_x_kind(&c->look),
                          .is_log_y = m->is_log,
                          .is_ended = is_ended(c),
                          .is_tagged = n > 1 && !app_has_colour(c->view->app),
                          .x_from = c->look.from,
                          .x_to = c->look.to,
                          .cursor = c->is_inspecting ? c->cursor : NAN,
                          .title_flags = is_current && is_several ? STYLE_REVERSE : 0};
    chart_draw(to, r, &chart);
    if (is_current) {
        canvas_cursor(to, r.x, r.y, false);
    }
    for (size_t i = 0; i < n; i++) {
        curve_release(&d.curves[i]);
        str_release(&d.texts[2 * i]);
        str_release(&d.texts[2 * i + 1]);
    }
    free(d.lines);
    free(d.curves);
    free(d.texts);
    free(d.names);
}

/* --- the whole --- */

static void draw_nothing(const struct charts *c, struct canvas *to, struct rect area)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    if (*c->filter) {
        str_addf(&text, "No metric matches /%s; Esc clears the filter.", c->filter);
    } else {
        str_addf(&text, "%s logged no metric yet: curves come here as they are logged.",
                 c->runs.n == 1 ? "This run has" : "These runs have");
    }
    cells_words(to, area, ROLE_DIM, text.p);
}

void charts_draw(const struct view *v, struct canvas *to, struct rect area)
{
    const struct charts *c = charts_of(v);
    size_t first, n;
    if (rect_is_empty(area)) {
        return;
    }
    bool is_whole = c->rows && c->rows->loaded == c->rows->total;
    if (!c->rows && c->err.code) {
        cells_error(to, area, &c->err);
        return;
    }
    if (c->runs.n == 0) {
        if (is_whole) {
            cells_error(to, area, &c->rows_err);
        } else {
            canvas_z(to, area.x, area.y, ROLE_DIM, "Reading the runs");
        }
        return;
    }
    draw_legend(c, to, c->legend);
    if (c->shown.n == 0) {
        draw_nothing(c, to, c->grid);
        return;
    }
    charts_visible(c, &first, &n);
    for (size_t i = 0; i < n; i++) {
        struct rect r = cell_of(c, i);
        canvas_push(to, r);
        draw_chart(c, to, r, first + i);
        canvas_pop(to);
    }
}

/* --- around it --- */

void charts_crumbs(const struct view *v, struct str *out)
{
    const struct charts *c = charts_of(v);
    crumb_add(out, "local");
    crumb_add(out, "runs");
    if (c->runs.n == 1) {
        crumb_add(out, charts_name(c, 0));
    }
    crumb_add(out, "charts");
}

void charts_connection(const struct view *v, struct str *out, unsigned *style)
{
    const struct charts *c = charts_of(v);
    if (c->err.code && c->rows) {
        cells_stale(out, style, c->rows->as_of_ms, app_now_ms(v->app));
    } else if (c->is_paused) {
        str_addz(out, "paused");
        *style = ROLE_WARN;
    }
}

static void say_x(const struct charts *c, const struct series_point *p, struct str *out)
{
    if (c->look.axis == CURVE_BY_CLOCK) {
        clock_local(out, (int64_t)p->time_ms, app_now_ms(c->view->app));
        str_addz(out, ", ");
    }
    str_addz(out, "step ");
    fmt_double(out, p->step);
}

/* "val_loss of proud-heron-118 at step 58: 0.3304, +0.0097 on quiet-mole-97" */
static void say_point(const struct charts *c, const char *key, size_t run, struct str *out)
{
    const struct series *s = charts_series(c, c->runs.at[run].id, key);
    size_t at = charts_point(c, s), pinned = charts_pinned(c);
    double other;
    str_addf(out, "%s of %s", key, charts_name(c, run));
    if (at == SIZE_MAX) {
        str_addz(out, c->runs.at[run].is_hidden ? ": hidden, H shows it"
                      : s                       ? ": no point here"
                                                : ": no curve");
        return;
    }
    const struct series_point *p = &s->at[at];
    bool is_large = c->is_whole || c->columns == 1;
    if (!c->is_inspecting && is_large) { /* the title has the value, with all its digits */
        str_addf(out, ", %s", row_text(charts_row(c, run), FIELD_RUN_status));
        return;
    }
    str_addz(out, " at ");
    say_x(c, p, out);
    str_addz(out, ": ");
    fmt_double(out, p->value);
    if (run != pinned && value_at(c, charts_series(c, c->runs.at[pinned].id, key), &other)) {
        CLEANUP(str_release) struct str delta = STR_INIT;
        compare_delta_text(&delta, value_num(p->value), value_num(other));
        str_addf(out, delta.n ? ", %s on %s" : "", delta.p, charts_name(c, pinned));
    }
    if (s->total > s->n && p->min != p->max) {
        str_addz(out, ", here from ");
        fmt_double(out, p->min);
        str_addz(out, " to ");
        fmt_double(out, p->max);
    }
}

void charts_sentence(const struct view *v, struct str *out)
{
    const struct charts *c = charts_of(v);
    size_t place = charts_place(c), run = charts_run_place(c);
    if (c->err.code && c->rows) {
        str_addz(out, c->err.msg);
    } else if (c->rows_err.code && c->runs.n) {
        str_addz(out, c->rows_err.msg);
    } else if (place != SIZE_MAX && run != SIZE_MAX) {
        say_point(c, c->metrics.at[c->shown.at[place]].key, run, out);
    }
    if (place != SIZE_MAX) {
        str_addf(out, "\tchart %zu of %zu", place + 1, c->shown.n);
    }
}

void charts_status(const struct view *v, struct status *st)
{
    const struct charts *c = charts_of(v);
    size_t place = charts_place(c);
    str_addf(&st->state, "%zu %s", c->runs.n, c->runs.n == 1 ? "run" : "runs");
    if (place != SIZE_MAX && c->metrics.at[c->shown.at[place]].is_log) {
        str_addz(&st->state, "  log y");
    }
    curve_say(&st->state, &c->look);
    if (*c->filter) {
        st->is_filtered = true;
        str_addz(&st->filter, c->filter);
        st->matched = c->shown.n;
        st->total = c->metrics.n;
    }
}

void charts_hints(const struct view *v, struct hints *h)
{
    const struct charts *c = charts_of(v);
    hint_add(h, CMD_OPEN, c->is_whole ? "all" : "whole");
    hint_add(h, CMD_INSPECT, c->is_inspecting ? "end" : "inspect");
    hint_add(h, CMD_SMOOTH_MORE, "smooth");
    if (c->runs.n > 1) {
        hint_add(h, CMD_NEXT_PANE, "run");
    }
    if (!isnan(c->look.from)) {
        hint_add(h, CMD_ZOOM_RESET, "all of x");
    }
    hint_add(h, CMD_X_AXIS, "x");
    hint_add(h, CMD_LOG_SCALE, "log y");
}
