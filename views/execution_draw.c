/* The execution view as cells: rails, states, bars on one axis, curves, the log. */
#include <string.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/model/state.h"
#include "tui/widgets/bars.h"
#include "views/execution.h"

enum {
    STEPS_MAX = 10, /* beyond, the rails scroll; taller screens show more */
    ROOMY_H = 16,   /* from this height on there are blank rows and curves */
    LOG_MIN = 3,
    STATE_W = 13, /* "✗ Interrupted" */
    TIME_W = 6,   /* "12h03m" */
    NAME_W = 14,
    ROOMY_W = 60,
    BARS_MIN = 10,
    SPARK_W = 12,
    METRIC_GAP = 4,
};

/* --- places --- */

static int name_width(const struct execution *x)
{
    int w = 0;
    for (size_t i = 0; i < x->n; i++) {
        int one = (int)utf8_width(sv_z(row_text(x->at[i], FIELD_STEP_name)));
        w = one > w ? one : w;
    }
    return w;
}

/* Names and states are never cut: what stands beside them gives way. */
static void columns_place(const struct execution *x, struct execution_places *p, int w)
{
    bool is_roomy = w >= ROOMY_W;
    int gap = is_roomy ? 2 : 1, longest = name_width(x);
    int name = is_roomy && longest < NAME_W ? NAME_W : longest > 4 ? longest : 4;
    int rest = w - name - 1 - STATE_W;
    int rails = rails_width(&x->rails);
    p->rails_w = rails + gap <= rest ? rails : rest > gap ? rest - gap : 0;
    p->name_x = p->rails_w ? p->rails_w + gap : 0;
    p->name_w = name < w - 2 ? name : w > 2 ? w - 2 : 0;
    p->state_x = p->name_x + p->name_w + 1;
    p->state_w = p->state_x + STATE_W <= w ? STATE_W : w > p->state_x ? w - p->state_x : 0;
    int x_next = p->state_x + p->state_w;
    p->time_w = x_next + TIME_W <= w ? TIME_W : 0;
    p->time_x = x_next;
    p->bars_x = x_next + p->time_w + 2;
    p->bars_w = w - p->bars_x >= BARS_MIN ? w - p->bars_x : 0;
}

static bool has_metrics(const struct execution *x)
{
    return x->series && x->series->series_count > 0;
}

/* Rows that the log has in any case. */
static int log_min(enum execution_log size, int h)
{
    return size == EXECUTION_LOG_FOLDED ? 0
           : size == EXECUTION_LOG_HALF ? h / 2
           : h >= ROOMY_H               ? LOG_MIN
                                        : 1;
}

/* Rows that the steps take where there is room. */
static int steps_wanted(const struct execution *x, int h)
{
    int most = h / 2 > STEPS_MAX ? h / 2 : STEPS_MAX;
    if (x->log_size == EXECUTION_LOG_FOLDED) {
        most = h;
    } else if (h < ROOMY_H) {
        most = (h - 1) / 2; /* half for each */
    }
    return x->n ? (int)(x->n < (size_t)most ? x->n : (size_t)most) : 1;
}

static void rows_place(const struct execution *x, struct execution_places *p, struct rect r)
{
    bool is_roomy = r.h >= ROOMY_H;
    int fixed = is_roomy ? (has_metrics(x) ? 5 : 3) : 2;
    int room = r.h - fixed - log_min(x->log_size, r.h);
    int steps = steps_wanted(x, r.h);
    p->titles = rect_cut_top(&r, 1);
    p->steps = rect_cut_top(&r, steps < room ? steps : room);
    p->metrics = (struct rect){0, 0, 0, 0};
    if (is_roomy) {
        rect_cut_top(&r, 1);
    }
    if (is_roomy && has_metrics(x)) {
        p->metrics = rect_cut_top(&r, 1);
        rect_cut_top(&r, 1);
    }
    p->log_title = rect_cut_top(&r, 1);
    p->log = x->log_size == EXECUTION_LOG_FOLDED ? (struct rect){r.x, r.y, r.w, 0} : r;
}

static void keep_in_sight(struct execution *x)
{
    size_t page = x->places.steps.h > 0 ? (size_t)x->places.steps.h : 1;
    size_t max_top = x->n > page ? x->n - page : 0;
    x->top = x->selected < x->top ? x->selected : x->top;
    x->top = x->selected >= x->top + page ? x->selected - page + 1 : x->top;
    x->top = x->top < max_top ? x->top : max_top;
}

void execution_layout(struct view *v, struct rect area)
{
    struct execution *x = execution_of(v);
    rows_place(x, &x->places, area);
    columns_place(x, &x->places, area.w);
    keep_in_sight(x);
    x->log.text.has_no_cursor = x->pane != EXECUTION_LOG;
    logpane_layout(&x->log, x->places.log);
    if (execution_is_running(x) && !x->is_ticking && !x->is_paused) {
        x->is_ticking = true; /* seconds run only beside something that runs */
        app_timer(v->app, v, 1000);
    }
}

/* --- the axis --- */

static int64_t time_of(const struct row *row, int field, int64_t otherwise)
{
    struct value v = row_cell(row, field);
    return v.type == VALUE_TIME ? v.i : otherwise;
}

struct axis {
    int64_t zero_ms, now_ms;
    struct bar_scale scale;
};

static struct axis axis_of(const struct execution *x, int64_t now_ms)
{
    struct axis a = {.zero_ms = INT64_MAX, .now_ms = now_ms};
    int64_t last = 0;
    for (size_t i = 0; i < x->n; i++) {
        int64_t from = time_of(x->at[i], FIELD_STEP_started, INT64_MAX);
        int64_t to = time_of(x->at[i], FIELD_STEP_ended, from == INT64_MAX ? 0 : now_ms);
        a.zero_ms = from < a.zero_ms ? from : a.zero_ms;
        last = to > last ? to : last;
    }
    int64_t made = time_of(execution_head(x), FIELD_EXECUTION_created, a.zero_ms);
    a.zero_ms = made < a.zero_ms ? made : a.zero_ms;
    int64_t span = a.zero_ms == INT64_MAX || last < a.zero_ms ? 0 : last - a.zero_ms;
    a.scale = bar_scale(span, x->places.bars_w);
    return a;
}

static void titles_draw(const struct execution *x, struct canvas *c, const struct axis *a)
{
    const struct execution_places *p = &x->places;
    struct rect r = p->titles;
    CLEANUP(str_release) struct str step = STR_INIT;
    str_addz(&step, "STEP");
    if (x->n > (size_t)p->steps.h) {
        str_addf(&step, " %zu/%zu", x->selected + 1, x->n);
    }
    if (rect_is_empty(r)) {
        return;
    }
    canvas_fit(c, r.x + p->name_x, r.y, p->name_w, ROLE_DIM, sv_of(&step), ALIGN_LEFT,
               UTF8_CUT_END);
    canvas_fit(c, r.x + p->state_x, r.y, p->state_w, ROLE_DIM, SV("STATE"), ALIGN_LEFT,
               UTF8_CUT_END);
    if (p->time_w) {
        canvas_fit(c, r.x + p->time_x, r.y, p->time_w, ROLE_DIM, SV("TIME"), ALIGN_RIGHT,
                   UTF8_CUT_END);
    }
    if (p->bars_w) {
        bar_titles(c, (struct rect){r.x + p->bars_x, r.y, p->bars_w, 1}, a->scale);
    }
}

/* --- one step --- */

/* What stands beside the bar: progress, where a result came from, how it failed. */
static const char *beside_bar(const struct row *step)
{
    const char *why = row_text(step, FIELD_STEP_why);
    enum state_class class = state_class(row_text(step, FIELD_STEP_status));
    if (class == STATE_RUNNING) {
        return row_text(step, FIELD_STEP_progress);
    }
    bool is_telling = class == STATE_BAD || class == STATE_WAITING || class == STATE_STOPPED ||
                      sv_starts(sv_z(why), "cache hit");
    return is_telling ? why : "";
}

/* Right of the bar; left of it where there is more room. */
static void text_beside(struct canvas *c, struct rect row, int from, int to, bool is_thin,
                        unsigned style, struct sv text)
{
    int w = (int)utf8_width(text), gap = is_thin ? 0 : 2;
    int right = row.x + row.w - to - gap, left = from - row.x - 2;
    if (w == 0) {
        return;
    }
    if (w > right && left > right) {
        int at = left > w ? from - 2 - w : row.x;
        canvas_fit(c, at, row.y, left < w ? left : w, style, text, ALIGN_LEFT, UTF8_CUT_END);
    } else if (right > 1) {
        canvas_fit(c, to + gap, row.y, right < w ? right : w, style, text, ALIGN_LEFT,
                   UTF8_CUT_END);
    }
}

static void bar_of_step(const struct row *step, struct canvas *c, struct rect row,
                        const struct axis *a)
{
    int64_t from = time_of(step, FIELD_STEP_started, -1);
    int64_t to = time_of(step, FIELD_STEP_ended, a->now_ms);
    struct sv text = sv_z(beside_bar(step));
    if (!step_is_started(step) || from < 0) {
        bool is_waiting = !step_is_started(step);
        const char *why = row_text(step, FIELD_STEP_why);
        bool is_else = sv_starts(sv_z(why), "else of "); /* of which, the rails show */
        canvas_fit(c, row.x, row.y, row.w, is_waiting ? ROLE_DIM : ROLE_NORMAL,
                   is_else ? SV("else") : sv_z(why), ALIGN_LEFT, UTF8_CUT_END);
        return;
    }
    from -= a->zero_ms;
    to -= a->zero_ms;
    int start = row.x + (int)((from > 0 ? from + a->scale.cell_ms / 2 : 0) / a->scale.cell_ms);
    int end = bar_draw(c, row, a->scale, from, to, ROLE_BAR);
    bool is_thin = end - start <= 1 && to - from < a->scale.cell_ms / 2;
    text_beside(c, row, start, end, is_thin, ROLE_NORMAL, text);
}

static void time_of_step(const struct row *step, struct canvas *c, struct rect cell, int64_t now_ms)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    int64_t ms =
        execution_elapsed(step, FIELD_STEP_started, FIELD_STEP_ended, FIELD_STEP_duration, now_ms);
    if (ms >= 0) {
        fmt_duration(&text, ms);
        canvas_fit(c, cell.x, cell.y, cell.w, ROLE_NORMAL, sv_of(&text), ALIGN_RIGHT, UTF8_CUT_END);
    }
}

static void step_draw(const struct execution *x, size_t i, struct canvas *c, struct rect row,
                      const struct axis *a)
{
    const struct execution_places *p = &x->places;
    const struct row *step = x->at[i];
    const char *status = row_text(step, FIELD_STEP_status);
    bool is_started = step_is_started(step);
    unsigned style = is_started ? ROLE_NORMAL : ROLE_DIM;
    if (p->rails_w) {
        rails_draw(&x->rails, i, is_started, c, row.x, row.y, p->rails_w, ROLE_DIM, style);
    }
    canvas_fit(c, row.x + p->name_x, row.y, p->name_w, style, sv_z(row_text(step, FIELD_STEP_name)),
               ALIGN_LEFT, UTF8_CUT_END);
    if (p->state_w) {
        cells_state(c, row.x + p->state_x, row.y, p->state_w, status, 0);
    }
    if (p->time_w) {
        time_of_step(step, c, (struct rect){row.x + p->time_x, row.y, p->time_w, 1}, a->now_ms);
    }
    if (p->bars_w) {
        bar_of_step(step, c, (struct rect){row.x + p->bars_x, row.y, p->bars_w, 1}, a);
    }
}

/* The selected row: reversed whole; the cursor on the step's name, not on its rails. */
static void select_draw(const struct execution *x, struct canvas *c, struct rect row)
{
    canvas_select(c, row);
    canvas_cursor(c, row.x + x->places.name_x, row.y, false);
}

static void steps_draw(const struct execution *x, struct canvas *c, const struct axis *a)
{
    struct rect area = x->places.steps;
    for (int y = 0; y < area.h; y++) {
        size_t i = x->top + (size_t)y;
        if (i >= x->n) {
            break;
        }
        struct rect row = rect_row(area, y);
        step_draw(x, i, c, row, a);
        if (i == x->selected && x->pane == EXECUTION_STEPS) {
            select_draw(x, c, row);
        } else if (i == x->selected) { /* whose log it is that has the cursor */
            canvas_flags(c, (struct rect){row.x + x->places.name_x, row.y, x->places.name_w, 1},
                         STYLE_BOLD);
        }
    }
}

/* --- curves --- */

/* What was measured on data that the model has not seen comes first; of that, what is minimised. */
static int metric_rank(const struct series *s)
{
    bool is_unseen = strstr(s->key, "val") || strstr(s->key, "test");
    bool is_loss = strstr(s->key, "loss") != NULL;
    return (is_unseen ? 0 : 2) + (is_loss ? 0 : 1);
}

static int metric_draw(const struct series *s, struct canvas *c, struct rect row, int x)
{
    CLEANUP(str_release) struct str value = STR_INIT;
    cells_number(&value, s->last);
    int cells = s->n < SPARK_W ? (int)s->n : SPARK_W;
    int need = (int)utf8_width(sv_z(s->key)) + 1 + cells + 1 + (int)value.n;
    if (x + need > row.x + row.w) {
        return -1;
    }
    x = canvas_z(c, x, row.y, ROLE_NORMAL, s->key) + 1;
    x = cells_spark(c, x, row.y, SPARK_W, ROLE_NORMAL, s) + 1;
    return canvas_text(c, x, row.y, ROLE_NORMAL | STYLE_BOLD, sv_of(&value)) + METRIC_GAP;
}

static void metrics_draw(const struct execution *x, struct canvas *c)
{
    struct rect row = x->places.metrics;
    int at = row.x;
    for (int rank = 0; rank < 4 && !rect_is_empty(row); rank++) {
        for (size_t i = 0; i < x->series->series_count && at >= 0; i++) {
            const struct series *s = &x->series->series[i];
            if (metric_rank(s) == rank) {
                int next = metric_draw(s, c, row, at);
                at = next >= 0 ? next : at;
            }
        }
    }
}

/* --- the log --- */

static void log_draw(const struct execution *x, struct canvas *c)
{
    CLEANUP(str_release) struct str words = STR_INIT;
    CLEANUP(str_release) struct str title = STR_INIT;
    struct rect row = x->places.log_title;
    const char *attempt = logpane_attempt(&x->log);
    const struct row *step = execution_step(x);
    if (rect_is_empty(row)) {
        return;
    }
    str_addf(&title, "LOG %s", *attempt ? attempt : row_text(step, FIELD_STEP_name));
    logpane_words(&x->log, &words);
    int w = (int)utf8_width(sv_of(&words));
    if (w > 0 && w + 8 <= row.w) {
        struct rect right = rect_cut_right(&row, w);
        canvas_text(c, right.x, right.y, ROLE_DIM, sv_of(&words));
        rect_cut_right(&row, 1);
    }
    canvas_fit(c, row.x, row.y, row.w, ROLE_TITLE, sv_of(&title), ALIGN_LEFT, UTF8_CUT_END);
    logpane_draw(&x->log, c, x->places.log);
}

/* --- the whole --- */

/* Nothing to show: why, and what to do. */
static void nothing_draw(const struct execution *x, struct canvas *c, struct rect area)
{
    if (x->err.code) {
        cells_error(c, area, &x->err);
    } else if (x->steps) {
        canvas_z(c, area.x, area.y, ROLE_DIM, "This execution has no steps.");
    } else {
        canvas_textf(c, area.x, area.y, ROLE_DIM, "Reading execution %s", x->id);
    }
}

void execution_draw(const struct view *v, struct canvas *c, struct rect area)
{
    const struct execution *x = execution_of(v);
    if (rect_is_empty(area)) {
        return;
    }
    if (x->n == 0) {
        nothing_draw(x, c, area);
        return;
    }
    struct axis axis = axis_of(x, app_now_ms(v->app));
    titles_draw(x, c, &axis);
    steps_draw(x, c, &axis);
    metrics_draw(x, c);
    log_draw(x, c);
}

/* --- rows 23 and 24 --- */

/* "train: Training, sandbox bwrap, attempt 1", and why when that is the news. */
void execution_sentence(const struct view *v, struct str *out)
{
    const struct execution *x = execution_of(v);
    const struct row *step = execution_step(x), *head = execution_head(x);
    const char *sandbox = row_text(head, FIELD_EXECUTION_sandbox);
    struct value attempts = row_cell(step, FIELD_STEP_attempts);
    if (x->err.code && x->steps) {
        str_addz(out, x->err.msg);
        return;
    }
    if (!step) {
        return;
    }
    bool was_launched = attempts.type == VALUE_INT && attempts.i > 0;
    enum state_class class = state_class(row_text(step, FIELD_STEP_status));
    const char *why = row_text(step, FIELD_STEP_why);
    str_addf(out, "%s: %s", row_text(step, FIELD_STEP_name), row_text(step, FIELD_STEP_type));
    if (class == STATE_BAD && *why) {
        str_addf(out, ", attempt %lld: %s", was_launched ? (long long)attempts.i : 1LL, why);
        return;
    }
    if (was_launched && *sandbox) {
        str_addf(out, ", on this host, sandbox %s", sandbox);
    }
    if (was_launched) {
        str_addf(out, ", attempt %lld", (long long)attempts.i);
    }
    if (*why && (!was_launched || class != STATE_RUNNING)) {
        str_addf(out, ", %s", why);
    }
}

void execution_show_status(const struct view *v, struct status *st)
{
    const struct execution *x = execution_of(v);
    const struct row *head = execution_head(x);
    const char *status = execution_word(x);
    int64_t ms = execution_elapsed(head, FIELD_EXECUTION_created, FIELD_EXECUTION_ended,
                                   FIELD_EXECUTION_duration, app_now_ms(v->app));
    if (head) {
        cells_state_text(&st->state, status);
        str_addc(&st->state, '\t');
        st->state_style = cells_state_style(status);
    }
    if (ms >= 0) {
        str_addc(&st->state, ' ');
        fmt_duration(&st->state, ms);
    }
    if (x->n) {
        size_t all, done = execution_done(x, &all);
        str_addf(&st->state, "  %zu of %zu", done, all);
    }
    if (x->is_paused) {
        str_addz(&st->state, "  paused");
    }
    logpane_status(&x->log, st);
}
