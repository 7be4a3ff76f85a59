/* The run view as cells: its state in one line, the table, the chart. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "tui/widgets/chart.h"
#include "views/run_state.h"

enum {
    WIDE = 100,
    PLOT_H = 10,
    PLOT_MIN_BODY = 14,
    SPARK_W = 12,
    DIGEST_W = 12,
    VALUE_W = 16,
    LIST_PER_CENT = 45
};

/* --- the table --- */

const struct table_column run_columns[3] = {
    {.id = "key",
     .title = "NAME",
     .min = 10,
     .priority = 9,
     .flags = TABLE_FROZEN,
     .cut = UTF8_CUT_MIDDLE},
    {.id = "value",
     .title = "VALUE",
     .min = 8,
     .ideal = VALUE_W,
     .priority = 8,
     .align = ALIGN_POINT,
     .cut = UTF8_CUT_MIDDLE},
    {.id = "curve",
     .title = "CURVE",
     .min = SPARK_W,
     .ideal = SPARK_W,
     .weight = 1,
     .priority = 5,
     .flags = TABLE_CUSTOM},
};

static enum table_row source_row(const void *arg, size_t row, struct sv *ret_id)
{
    const struct run *r = arg;
    if (r->lines.at[row].row == TABLE_DATA) {
        *ret_id = sv_z(r->lines.at[row].id);
    }
    return r->lines.at[row].row;
}

/* The beginning of a digest, without the name of its algorithm. */
static struct sv digest_of(const struct run_line *line)
{
    struct sv digest = sv_z(line->note);
    size_t at = sv_find(digest, SV(":"));
    if (at != SIZE_MAX) {
        digest = (struct sv){digest.p + at + 1, digest.n - at - 1};
    }
    digest.n = digest.n < DIGEST_W ? digest.n : DIGEST_W;
    return digest;
}

static bool is_object(const struct run_line *line)
{
    return line->row == TABLE_DATA && (line->group == RUN_INPUTS || line->group == RUN_OUTPUTS);
}

static void source_cell(const void *arg, size_t row, size_t col, struct table_cell *ret)
{
    const struct run_line *line = &((const struct run *)arg)->lines.at[row];
    if (line->row == TABLE_GROUP) {
        ret->style = ROLE_TITLE;
    }
    ret->text = sv_z(col == 0 ? line->key : line->value);
    if (col == 1 && is_object(line)) {
        ret->text = digest_of(line);
    } else if (col == 1 && line->group == RUN_METRICS && z_eq(line->value, "NaN")) {
        ret->style = ROLE_BAD;
    }
}

/* A metric's curve; of inputs and outputs where they lie. */
static void source_draw(const void *arg, size_t row, size_t col, struct canvas *c, struct rect r)
{
    const struct run_line *line = &((const struct run *)arg)->lines.at[row];
    (void)col;
    if (line->series) {
        cells_spark(c, r.x, r.y, SPARK_W < r.w ? SPARK_W : r.w, ROLE_NORMAL, line->series);
    } else if (is_object(line)) {
        canvas_fit(c, r.x, r.y, r.w, ROLE_NORMAL, sv_z(line->value), ALIGN_LEFT, UTF8_CUT_MIDDLE);
    }
}

const struct table_source run_source = {
    .row = source_row, .cell = source_cell, .draw = source_draw};

/* --- places --- */

void run_layout(struct view *v, struct rect area)
{
    struct run *r = run_of(v);
    bool has_plot = run_series_of(r, r->metric) != NULL;
    r->head = rect_cut_top(&area, 1);
    r->plot = r->list = (struct rect){0, 0, 0, 0};
    if (area.h >= PLOT_MIN_BODY - 2) {
        rect_cut_top(&area, 1);
    }
    if (r->pane == RUN_PANE_FULL && has_plot) {
        r->plot = area;
    } else if (r->pane == RUN_PANE_HALF && has_plot && area.h >= PLOT_MIN_BODY) {
        r->plot = rect_cut_bottom(&area, area.h * 2 / 3);
        rect_cut_bottom(&area, 1);
        r->list = area;
    } else if (has_plot && area.w >= WIDE) {
        r->list = rect_cut_left(&area, area.w * LIST_PER_CENT / 100);
        rect_cut_left(&area, 2);
        r->plot = area;
    } else if (has_plot && area.h >= PLOT_MIN_BODY) {
        r->plot = rect_cut_bottom(&area, area.h / 2 < PLOT_H ? area.h / 2 : PLOT_H);
        rect_cut_bottom(&area, 1);
        r->list = area;
    } else {
        r->list = area;
    }
    table_layout(&r->table, r->list);
    if (run_is_running(r) && !r->is_ticking && !r->is_paused) {
        r->is_ticking = true; /* seconds run only beside something that runs */
        app_timer(v->app, v, 1000);
    }
}

/* --- the chart --- */

static void plot_draw(const struct run *r, struct canvas *c, struct rect area)
{
    const struct series *s = run_series_of(r, r->metric);
    if (!s || s->n == 0 || rect_is_empty(area)) {
        return;
    }
    struct curve k;
    curve_init(&k, &r->chart.look, s);
    struct chart_series lines[2] = {{.x = k.x,
                                     .y = k.smooth,
                                     .n = k.smooth ? s->n : 0,
                                     .style = style_series(0),
                                     .is_silent = true},
                                    {.x = k.x,
                                     .y = k.y,
                                     .lo = k.lo,
                                     .hi = k.hi,
                                     .n = s->n,
                                     .style = k.smooth ? ROLE_DIM : style_series(0),
                                     .name = sv_z(s->key),
                                     .mark = k.smooth ? '.' : '*'}};
    struct chart chart = {.title = sv_z(s->key),
                          .series = lines,
                          .n = ALEN(lines),
                          .x_kind = curve_x_kind(&r->chart.look),
                          .is_log_y = r->chart.is_log,
                          .is_ended = !run_is_running(r),
                          .x_from = r->chart.look.from,
                          .x_to = r->chart.look.to,
                          .cursor = NAN};
    if (r->chart.is_inspecting && r->chart.cursor < s->n) {
        chart.cursor = k.x[r->chart.cursor];
    }
    chart_draw(c, area, &chart);
    curve_release(&k);
}

/* --- the whole --- */

/* "✓ FINISHED  1m05s  experiment churn  started 14:02  mlw" */
static void head_draw(const struct view *v, struct canvas *c, struct rect row)
{
    const struct run *r = run_of(v);
    CLEANUP(str_release) struct str state = STR_INIT;
    CLEANUP(str_release) struct str rest = STR_INIT;
    int64_t from, now_ms = app_now_ms(v->app), ms = run_duration(r, now_ms);
    const char *status = run_text(r, "status");
    cells_state_text(&state, status);
    int x = canvas_text(c, row.x, row.y, cells_state_style(status), sv_of(&state));
    if (ms >= 0) {
        str_addz(&rest, "  ");
        fmt_duration(&rest, ms);
    }
    if (*run_text(r, "experiment")) {
        str_addf(&rest, "  experiment %s", run_text(r, "experiment"));
    }
    if (clock_parse(sv_z(run_text(r, "start_time")), &from)) {
        str_addz(&rest, "  started ");
        clock_local(&rest, from, now_ms);
    }
    if (*run_text(r, "source")) {
        str_addf(&rest, "  from %s", run_text(r, "source"));
    }
    if (r->is_paused) {
        str_addz(&rest, "  paused");
    }
    if (x < row.x + row.w) {
        canvas_text(c, x, row.y, ROLE_NORMAL, sv_of(&rest));
    }
}

void run_draw(const struct view *v, struct canvas *c, struct rect area)
{
    const struct run *r = run_of(v);
    if (rect_is_empty(area)) {
        return;
    }
    if (!r->doc) {
        if (r->err.code) {
            cells_error(c, area, &r->err);
        } else {
            canvas_textf(c, area.x, area.y, ROLE_DIM, "Reading run %s", r->id);
        }
        return;
    }
    head_draw(v, c, r->head);
    if (!rect_is_empty(r->list)) {
        table_draw(&r->table, c, r->list);
    }
    plot_draw(r, c, r->plot);
}
