/* The charts: their life and their keys; see charts_state.h. */
#include <math.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/delimited.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "views/charts_state.h"
#include "views/reasons.h"
#include "views/views.h"

enum { TAG_FILTER = 1, TAG_COPY };

/* --- life --- */

static bool charts_open(struct view *v, const struct route *route, struct err *e)
{
    struct charts *c = charts_of(v);
    struct sv rest = sv_z(route->id), id;
    size_t n = 0;
    while (rest.n && sv_split(&rest, '\n', &id)) {
        n += id.n > 0;
    }
    if (n == 0) {
        err_set(e, ERR_USAGE, "charts of which runs? none is named");
        return err_hint(e, "m on a run in :runs, or charts ID…");
    }
    if (n > CHARTS_RUNS_MAX) {
        err_set(e, ERR_LIMIT, "%zu curves in one chart cannot be told apart: at most %d", n,
                CHARTS_RUNS_MAX);
        return err_hint(e, "mark fewer of them");
    }
    c->view = v;
    c->ids = xstrdup(route->id);
    c->filter = xstrdup("");
    c->look.from = c->look.to = NAN;
    c->columns = c->lines = 1;
    c->sub = hub_subscribe(view_hub(v),
                           &(struct query){.type = QUERY_ROWS, .kind = KIND_RUN, .ids = c->ids});
    return true;
}

static void charts_close(struct view *v)
{
    struct charts *c = charts_of(v);
    hub_unsubscribe(view_hub(v), c->sub);
    charts_release(c);
    rawdoc_release(&c->raw, v);
    free(c->ids);
    free(c->filter);
    free(c->filter_before);
    free(c->metric);
    free(c->run);
    free(c->pinned);
}

static void charts_event(struct view *v, const void *arg)
{
    const struct ev *ev = arg;
    struct charts *c = charts_of(v);
    if (rawdoc_event(&c->raw, v, ev) || charts_curve_event(c, ev) || ev->type != EV_SNAPSHOT ||
        ev->id != c->sub || c->is_paused) {
        return;
    }
    if (ev->snapshot->type != SNAPSHOT_ROWS) {
        c->err = ev->snapshot->err;
        return;
    }
    c->err = (struct err)ERR_INIT;
    c->rows_err = ev->snapshot->err;
    charts_take(c, ev->snapshot);
}

/* --- what keys are about --- */

static void set_text(char **at, const char *text)
{
    char *copy = xstrdup(text);
    free(*at);
    *at = copy;
}

static struct charts_metric *metric_of(const struct charts *c)
{
    size_t at = charts_place(c);
    return at == SIZE_MAX ? NULL : &c->metrics.at[c->shown.at[at]];
}

static void choose_metric(struct charts *c, size_t place)
{
    set_text(&c->metric, c->metrics.at[c->shown.at[place]].key);
}

static size_t moved(const struct charts *c, enum cmd cmd)
{
    size_t at = charts_place(c), n = c->shown.n, columns = (size_t)c->columns;
    size_t page = (size_t)c->columns * (size_t)c->lines;
    size_t row = c->is_whole ? 1 : columns;
    const struct {
        enum cmd cmd;
        size_t by;
        int dir;
    } moves[] = {
        {CMD_UP, row, -1},      {CMD_DOWN, row, 1},      {CMD_LEFT, 1, -1},
        {CMD_RIGHT, 1, 1},      {CMD_PAGE_UP, page, -1}, {CMD_PAGE_DOWN, page, 1},
        {CMD_HALF_UP, row, -1}, {CMD_HALF_DOWN, row, 1}, {CMD_TOP, n, -1},
        {CMD_BOTTOM, n, 1},
    };
    for (size_t i = 0; i < ALEN(moves) && n; i++) {
        if (moves[i].cmd != cmd) {
            continue;
        }
        if (moves[i].dir < 0) {
            return at > moves[i].by ? at - moves[i].by : row > 1 && cmd == CMD_UP ? at : 0;
        }
        return at + moves[i].by < n ? at + moves[i].by : cmd == CMD_DOWN && row > 1 ? at : n - 1;
    }
    return SIZE_MAX;
}

static bool is_move(enum cmd cmd)
{
    return (cmd >= CMD_UP && cmd <= CMD_BOTTOM);
}

/* --- the cursor --- */

static const struct series *series_of(const struct charts *c)
{
    const struct charts_metric *m = metric_of(c);
    size_t run = charts_run_place(c);
    return m && run != SIZE_MAX ? charts_series(c, c->runs.at[run].id, m->key) : NULL;
}

static void inspect(struct charts *c)
{
    const struct series *s = series_of(c);
    c->is_inspecting = !c->is_inspecting;
    c->cursor = s ? curve_x(&c->look, s, s->n - 1) : NAN;
}

/* By points of the run that keys are about; the other curves follow. */
static void cursor_move(struct charts *c, long by)
{
    const struct series *s = series_of(c);
    size_t at = charts_point(c, s);
    if (!s) {
        return;
    }
    long last = (long)s->n - 1, to = (at == SIZE_MAX ? last : (long)at) + by;
    to = to < 0 ? 0 : to > last ? last : to;
    c->cursor = curve_x(&c->look, s, (size_t)to);
    if (!isnan(c->look.from)) { /* the part that is shown goes with it */
        double width = c->look.to - c->look.from;
        double shift = c->cursor < c->look.from ? c->cursor - c->look.from - width / 4
                       : c->cursor > c->look.to ? c->cursor - c->look.to + width / 4
                                                : 0;
        c->look.from += shift;
        c->look.to += shift;
    }
}

static void zoom(struct charts *c, double factor)
{
    double first, last;
    if (charts_range(c, &first, &last)) {
        curve_zoom(&c->look, factor, first, last, c->is_inspecting ? c->cursor : NAN);
    }
}

/* The x of the same point on another axis. */
static void next_axis(struct charts *c)
{
    const struct series *s = series_of(c);
    size_t at = charts_point(c, s);
    c->look.axis = (enum curve_axis)((c->look.axis + 1) % CURVE_AXIS_COUNT);
    c->look.from = c->look.to = NAN;
    if (c->is_inspecting && s && at != SIZE_MAX) {
        c->cursor = curve_x(&c->look, s, at);
    }
}

/* --- what can be done --- */

static enum can off(struct str *why, const char *text)
{
    str_addz(why, text);
    return CAN_OFF;
}

static bool has_positive(const struct charts *c, const char *key)
{
    for (size_t r = 0; r < c->runs.n; r++) {
        const struct series *s = charts_series(c, c->runs.at[r].id, key);
        for (size_t i = 0; s && i < s->n; i++) {
            if (s->at[i].max > 0) {
                return true;
            }
        }
    }
    return false;
}

/* Why a key of charts would change nothing; NULL: it would. */
static const char *chart_end(const struct charts *c, enum cmd cmd)
{
    const struct charts_metric *m = metric_of(c);
    bool is_log_off = m && !m->is_log && !has_positive(c, m->key);
    const struct {
        enum cmd cmd;
        bool is_end;
        const char *why;
    } ends[] = {
        {CMD_SMOOTH_LESS, c->look.smoothing == 0, "the curves are not smoothed"},
        {CMD_SMOOTH_MORE, c->look.smoothing + 1 >= curve_smoothing_count(),
         "they are as smooth as they get"},
        {CMD_ZOOM_OUT, isnan(c->look.from), "all of the x axis is shown"},
        {CMD_ZOOM_RESET, isnan(c->look.from), "all of the x axis is shown"},
        {CMD_LOG_SCALE, is_log_off, "no value here is above zero: it has no logarithm"},
        {CMD_NEXT_PANE, c->runs.n < 2, "there is one run in these charts"},
        {CMD_PREV_PANE, c->runs.n < 2, "there is one run in these charts"},
        {CMD_PIN, c->runs.n < 2, "there is one run: none to hold it against"},
        {CMD_PIN, charts_run_place(c) == charts_pinned(c) && charts_pinned(c) == 0,
         "the others are held against this one already: Tab goes to the next"},
        {CMD_HIDE, c->runs.n < 2, "there is one run: without it nothing is left"},
        {CMD_COMPARE, c->runs.n < 2, "there is one run: it takes two to compare"},
        {CMD_DIFF, c->runs.n < 2, "there is one run: nothing to differ from"},
        {CMD_PANE_LESS, !c->is_whole, "the charts stand side by side already"},
        {CMD_PANE_RESET, !c->is_whole, "the charts stand side by side already"},
    };
    for (size_t i = 0; i < ALEN(ends); i++) {
        if (ends[i].cmd == cmd && ends[i].is_end) {
            return ends[i].why;
        }
    }
    return NULL;
}

static bool is_of_chart(enum cmd cmd)
{
    return (cmd >= CMD_SMOOTH_LESS && cmd <= CMD_ZOOM_RESET) || cmd == CMD_ZOOM_PANE ||
           cmd == CMD_PANE_LESS || cmd == CMD_PANE_RESET || cmd == CMD_TAB || cmd == CMD_COPY ||
           cmd == CMD_DESCRIBE || cmd == CMD_OPEN;
}

/* EXEC or EXEC/STEP that made the run that keys are about; false: it was made elsewhere. */
static bool step_of(const struct charts *c, bool with_step, struct str *out)
{
    size_t run = charts_run_place(c);
    const struct row *row = run == SIZE_MAX ? NULL : charts_row(c, run);
    struct value execution = row_named(row, FAMILY_TAGS, "execution");
    struct value step = row_named(row, FAMILY_TAGS, "step");
    if (execution.type != VALUE_TEXT || step.type != VALUE_TEXT) {
        return false;
    }
    str_addf(out, with_step ? "%s/%s" : "%s", execution.text, step.text);
    return true;
}

static enum can charts_can(const struct view *v, enum cmd cmd, struct str *why)
{
    const struct charts *c = charts_of(v);
    if (is_of_chart(cmd) && !metric_of(c)) {
        return off(why, "there is no curve yet");
    }
    const char *end = chart_end(c, cmd);
    if (end) {
        return off(why, end);
    }
    CLEANUP(str_release) struct str step = STR_INIT;
    bool needs_step = cmd == CMD_LOGS || cmd == CMD_EVENTS || cmd == CMD_TIMELINE;
    if (needs_step && !step_of(c, false, &step)) {
        return off(why, "this run was not made by an execution of this workspace");
    }
    bool needs_run = cmd == CMD_RAW || cmd == CMD_WHY || cmd == CMD_LINEAGE;
    if (needs_run && c->runs.n == 0) {
        return off(why, "the runs are not here yet");
    }
    if (cmd == CMD_INSPECT && !series_of(c)) {
        return off(why, "this run has no such curve: Tab goes to the next");
    }
    return cmd_info(cmd)->flags & CMD_WRITES ? CAN_NOT : CAN_YES;
}

/* --- doing it --- */

/* Least, most, last and how it went, of every run: the chart in words. */
static void describe(struct view *v)
{
    const struct charts *c = charts_of(v);
    const struct charts_metric *m = metric_of(c);
    CLEANUP(str_release) struct str text = STR_INIT;
    for (size_t r = 0; r < c->runs.n; r++) {
        const struct series *s = charts_series(c, c->runs.at[r].id, m->key);
        double least = INFINITY, most = -INFINITY;
        str_addf(&text, "%s\n", charts_name(c, r));
        for (size_t i = 0; s && i < s->n; i++) {
            least = s->at[i].min < least ? s->at[i].min : least;
            most = s->at[i].max > most ? s->at[i].max : most;
        }
        if (!s) {
            str_addz(&text, c->runs.at[r].is_hidden ? "  hidden\n\n" : "  no curve\n\n");
            continue;
        }
        const struct {
            const char *word;
            double value;
        } facts[] = {
            {"first", s->at[0].value}, {"least", least}, {"most", most}, {"last", s->last}};
        for (size_t i = 0; i < ALEN(facts); i++) {
            str_addf(&text, "  %-6s ", facts[i].word);
            fmt_double(&text, facts[i].value);
            str_addz(&text, "\n");
        }
        str_addf(&text, "  %zu points\n\n", s->total);
    }
    app_prose(v->app, m->key, sv_of(&text));
}

static void copy_menu(struct view *v)
{
    const struct charts *c = charts_of(v);
    const struct series *s = series_of(c);
    size_t at = charts_point(c, s);
    CLEANUP(str_release) struct str value = STR_INIT;
    CLEANUP(str_release) struct str sentence = STR_INIT;
    charts_sentence(v, &sentence);
    if (at != SIZE_MAX) {
        fmt_double(&value, s->at[at].value);
    }
    struct sv rest = sv_of(&sentence), said = {"", 0};
    (void)sv_split(&rest, '\t', &said);
    CLEANUP(mem_free_ptr) char *z = sv_dup(said);
    const struct menu_item items[] = {
        {.id = value.p, .describe = "the value"},
        {.id = z, .describe = "with its place"},
        {.id = c->runs.at[charts_run_place(c)].id, .describe = "id of the run"},
        {.id = metric_of(c)->key, .describe = "name of the metric"},
    };
    size_t skip = value.n ? 0 : 1;
    app_menu(v->app, v, TAG_COPY, "copy: ", &items[skip], ALEN(items) - skip);
}

static void compare(struct view *v, bool only_diff)
{
    const struct charts *c = charts_of(v);
    struct err e = ERR_INIT;
    CLEANUP(str_release) struct str ids = STR_INIT;
    size_t pinned = charts_pinned(c);
    str_addz(&ids, c->runs.at[pinned].id);
    for (size_t r = 0; r < c->runs.n; r++) {
        if (r != pinned) {
            str_addf(&ids, "\n%s", c->runs.at[r].id);
        }
    }
    if (!views_compare(v->app, KIND_RUN, ids.p, only_diff, &e)) {
        app_error(v->app, &e);
    }
}

static void open_step(struct view *v, const struct view_ops *ops, bool with_step)
{
    CLEANUP(str_release) struct str id = STR_INIT;
    struct err e = ERR_INIT;
    if (step_of(charts_of(v), with_step, &id) &&
        !app_open(v->app, ops, &(struct route){.id = id.p}, &e)) {
        app_error(v->app, &e);
    }
}

static void filter_prompt(struct view *v)
{
    struct charts *c = charts_of(v);
    set_text(&c->filter_before, c->filter);
    app_prompt(v->app, v, TAG_FILTER,
               &(struct prompt_spec){
                   .label = "/", .text = c->filter, .history = "metrics", .is_live = true});
}

static void next_run(struct charts *c, int dir)
{
    size_t at = charts_run_place(c), n = c->runs.n;
    set_text(&c->run, c->runs.at[(at + n + (size_t)dir) % n].id);
}

/* The run that keys are about becomes the one that others are held against, and the first again. */
static void pin(struct charts *c)
{
    const char *id = c->runs.at[charts_run_place(c)].id;
    set_text(&c->pinned, z_eq(c->pinned, id) ? NULL : id);
}

static void refresh(struct view *v)
{
    struct charts *c = charts_of(v);
    hub_window(view_hub(v), c->sub, &(struct query){.n = 0});
    for (size_t i = 0; i < c->curves.n; i++) {
        const struct charts_curve *k = &c->curves.at[i];
        hub_window(view_hub(v), k->sub, &(struct query){.key = k->key, .pixels = k->pixels});
    }
}

static enum handled chart_command(struct charts *c, enum cmd cmd)
{
    switch ((int)cmd) {
    case CMD_SMOOTH_LESS:
        c->look.smoothing -= c->look.smoothing > 0;
        return HANDLED;
    case CMD_SMOOTH_MORE:
        c->look.smoothing += c->look.smoothing + 1 < curve_smoothing_count();
        return HANDLED;
    case CMD_LOG_SCALE:
        metric_of(c)->is_log = !metric_of(c)->is_log;
        return HANDLED;
    case CMD_X_AXIS:
        next_axis(c);
        return HANDLED;
    case CMD_INSPECT:
        inspect(c);
        return HANDLED;
    case CMD_ZOOM_IN:
    case CMD_ZOOM_OUT:
        zoom(c, cmd == CMD_ZOOM_IN ? 0.5 : 2);
        return HANDLED;
    case CMD_ZOOM_RESET:
        c->look.from = c->look.to = NAN;
        return HANDLED;
    default:
        return PASS;
    }
}

static enum handled run_command(struct view *v, enum cmd cmd)
{
    struct charts *c = charts_of(v);
    size_t run = charts_run_place(c);
    switch ((int)cmd) {
    case CMD_NEXT_PANE:
    case CMD_PREV_PANE:
        next_run(c, cmd == CMD_NEXT_PANE ? 1 : -1);
        return HANDLED;
    case CMD_PIN:
        pin(c);
        return HANDLED;
    case CMD_HIDE:
        c->runs.at[run].is_hidden = !c->runs.at[run].is_hidden;
        return HANDLED;
    case CMD_LOGS:
        open_step(v, &logs_view, true);
        return HANDLED;
    case CMD_EVENTS:
    case CMD_TIMELINE:
        open_step(v, &events_view, false);
        return HANDLED;
    case CMD_RAW:
        rawdoc_ask(&c->raw, v, KIND_RUN, c->runs.at[run].id);
        return HANDLED;
    case CMD_WHY:
    case CMD_LINEAGE:
        views_about_cmd(v, cmd, KIND_RUN, c->runs.at[run].id);
        return HANDLED;
    case CMD_COMPARE:
    case CMD_DIFF:
        compare(v, cmd == CMD_DIFF);
        return HANDLED;
    default:
        return PASS;
    }
}

static enum handled back(struct charts *c)
{
    if (c->is_inspecting) {
        c->is_inspecting = false;
    } else if (c->is_whole) {
        c->is_whole = false;
    } else if (*c->filter) {
        charts_filter(c, SV(""));
    } else {
        return PASS;
    }
    return HANDLED;
}

/* 1 to 9: that chart of those in sight, on the whole screen; there, of all. */
static void tab(struct view *v, long n)
{
    struct charts *c = charts_of(v);
    size_t first, count;
    charts_visible(c, &first, &count);
    if (c->is_whole) {
        first = 0;
        count = c->shown.n;
    }
    if (n < 1 || (size_t)n > count) {
        app_toast(v->app, TOAST_INFO, "there %s %zu here: 1 to 9 give one the whole screen",
                  count == 1 ? "is" : "are", count);
    } else if (c->is_whole && first + (size_t)n - 1 == charts_place(c)) {
        app_toast(v->app, TOAST_INFO, "this is chart %ld; Esc shows all of them", n);
    } else {
        choose_metric(c, first + (size_t)n - 1);
        c->is_whole = true;
    }
}

static enum handled look(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct charts *c = charts_of(v);
    switch ((int)cmd) {
    case CMD_OPEN:
    case CMD_ZOOM_PANE:
        c->is_whole = !c->is_whole;
        return HANDLED;
    case CMD_PANE_LESS:
    case CMD_PANE_RESET:
        c->is_whole = false;
        return HANDLED;
    case CMD_TAB:
        tab(v, arg ? arg->n : 0);
        return HANDLED;
    case CMD_DESCRIBE:
        describe(v);
        return HANDLED;
    case CMD_COPY:
        copy_menu(v);
        return HANDLED;
    case CMD_FILTER:
        arg->text.n ? charts_filter(c, arg->text) : filter_prompt(v);
        return HANDLED;
    case CMD_PAUSE:
        c->is_paused = !c->is_paused;
        if (!c->is_paused) {
            refresh(v);
        }
        return HANDLED;
    case CMD_REFRESH:
        refresh(v);
        return HANDLED;
    case CMD_BACK:
        return back(c);
    default:
        return PASS;
    }
}

static enum handled charts_command(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct charts *c = charts_of(v);
    if (cmd == CMD_SMOOTHING) {
        if (!curve_parse_smoothing(&c->look, arg->text)) {
            app_toast(v->app, TOAST_WARN,
                      "smoothing is none, twema or ema, then 0.5, 0.8, 0.9, 0.95 or 0.99");
        }
        return HANDLED;
    }
    if (look(v, cmd, arg) == HANDLED || run_command(v, cmd) == HANDLED ||
        chart_command(c, cmd) == HANDLED) {
        return HANDLED;
    }
    bool is_sideways = cmd == CMD_LEFT || cmd == CMD_RIGHT;
    if (c->is_inspecting && is_sideways) {
        cursor_move(c, (cmd == CMD_LEFT ? -1 : 1) * (arg && arg->n > 1 ? arg->n : 1));
        return HANDLED;
    }
    size_t to = is_move(cmd) ? moved(c, cmd) : SIZE_MAX;
    if (to < c->shown.n) {
        choose_metric(c, to);
    }
    return is_move(cmd) ? HANDLED : PASS;
}

static void charts_reply(struct view *v, int tag, enum reply what, struct sv text)
{
    struct charts *c = charts_of(v);
    if (tag == TAG_FILTER) {
        charts_filter(c, what == REPLY_CANCELLED ? sv_z(c->filter_before) : text);
    } else if (tag == TAG_COPY && what == REPLY_ACCEPTED) {
        app_copy(v->app, text);
    }
}

/* --- around it --- */

static unsigned charts_contexts(const struct view *v)
{
    (void)v;
    return KEYCTX_BIT(CHART);
}

static bool charts_selection(const struct view *v, struct str *out)
{
    const struct charts *c = charts_of(v);
    size_t run = charts_run_place(c);
    if (run != SIZE_MAX) {
        str_addz(out, c->runs.at[run].id);
    }
    return run != SIZE_MAX;
}

static void export_series(const struct series *s, struct str *out)
{
    for (size_t i = 0; i < s->n; i++) {
        delimited_csv(out, sv_z(s->run));
        str_addc(out, ',');
        delimited_csv(out, sv_z(s->key));
        str_addc(out, ',');
        fmt_double(out, s->at[i].step);
        str_addc(out, ',');
        clock_rfc3339(out, (int64_t)s->at[i].time_ms);
        str_addc(out, ',');
        fmt_double(out, s->at[i].value);
        str_addz(out, "\r\n");
    }
}

/* The points of the curves in sight, all of them or none. */
static bool charts_export(const struct view *v, struct sv format, struct str *out, struct err *e)
{
    const struct charts *c = charts_of(v);
    if (!sv_eqz(format, "csv")) {
        err_set(e, ERR_REFUSED, "charts cannot be saved as %.*s", (int)format.n, format.p);
        return err_hint(e, "end the name in .csv, .txt or .svg");
    }
    str_addz(out, "run,metric,step,time,value\r\n");
    for (size_t i = 0; i < c->curves.n; i++) {
        const struct series *s = charts_series(c, c->curves.at[i].run, c->curves.at[i].key);
        if (s && s->total > s->n) {
            err_set(e, ERR_REFUSED, "%s has %zu points, of which %zu are drawn", s->key, s->total,
                    s->n);
            return err_hint(e, "all of them: mlw history %s %s", s->run, s->key);
        }
        if (s) {
            export_series(s, out);
        }
    }
    return true;
}

/* The runs, and then the curves in sight. */
static bool charts_is_loading(const struct view *v)
{
    const struct charts *c = charts_of(v);
    bool is_loading = !c->rows || (c->runs.n && c->shown.n && c->curves.n == 0);
    for (size_t i = 0; i < c->curves.n; i++) {
        is_loading |= !c->curves.at[i].snapshot;
    }
    return is_loading && !c->err.code;
}

const struct view_ops charts_view = {
    .name = "charts",
    .title = "Charts",
    .state_size = sizeof(struct charts),
    .reasons = reasons[REASONS_charts],
    .open = charts_open,
    .event = charts_event,
    .reply = charts_reply,
    .command = charts_command,
    .can = charts_can,
    .layout = charts_layout,
    .is_loading = charts_is_loading,
    .draw = charts_draw,
    .crumbs = charts_crumbs,
    .connection = charts_connection,
    .sentence = charts_sentence,
    .status = charts_status,
    .hints = charts_hints,
    .contexts = charts_contexts,
    .selection = charts_selection,
    .export = charts_export,
    .close = charts_close,
};

bool views_charts(struct app *app, const char *ids, struct err *e)
{
    CLEANUP(str_release) struct str line = STR_INIT;
    str_addf(&line, "charts %s", ids);
    for (size_t i = 0; i < line.n; i++) {
        line.p[i] = line.p[i] == '\n' ? ' ' : line.p[i];
    }
    return app_open(app, &charts_view, &(struct route){.line = line.p, .id = ids}, e) != NULL;
}

void views_go_charts(struct view *v, const char *ids)
{
    struct err e = ERR_INIT;
    if (!views_charts(v->app, ids, &e)) {
        app_error(v->app, &e);
    }
}
