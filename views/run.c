/* The run view: what it subscribes to, and what its keys do; see run_state.h. */
#include "views/run.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "views/events.h"
#include "views/execution.h"
#include "views/logs.h"
#include "views/reasons.h"
#include "views/run_state.h"
#include "views/views.h"

enum { SERIES_PIXELS = 512 };

/* --- life --- */

static bool run_open(struct view *v, const struct route *route, struct err *e)
{
    struct run *r = run_of(v);
    if (!route->id || !*route->id) {
        err_set(e, ERR_USAGE, "which run? its id is missing");
        return err_hint(e, "open one from :runs");
    }
    struct hub *hub = view_hub(v);
    r->id = xstrdup(route->id);
    r->chart.look.from = r->chart.look.to = NAN;
    table_init(&r->table, run_columns, ALEN(run_columns), &run_source, r);
    r->table.flags = TABLE_NO_TITLES | TABLE_NO_MARGIN | TABLE_NO_MARKS;
    r->table.empty = "This run logged nothing.";
    r->doc_sub = hub_subscribe(hub, &(struct query){QUERY_DOC, KIND_RUN, .id = r->id});
    r->series_sub = hub_subscribe(
        hub, &(struct query){.type = QUERY_SERIES, .id = r->id, .pixels = SERIES_PIXELS});
    return true;
}

static void run_close(struct view *v)
{
    struct run *r = run_of(v);
    hub_unsubscribe(view_hub(v), r->doc_sub);
    hub_unsubscribe(view_hub(v), r->series_sub);
    act_release(&r->act, v);
    run_lines_clear(r);
    vec_release(&r->lines);
    table_release(&r->table);
    snapshot_unref(r->doc);
    snapshot_unref(r->series);
    free(r->metric);
    free(r->id);
}

/* --- events --- */

/* The chart is that of the selected metric, or the last one that was. */
static void choose_metric(struct run *r)
{
    const struct run_line *line = run_selected(r);
    bool is_new = line && line->row == TABLE_DATA && line->series && !z_eq(line->key, r->metric);
    if (is_new) {
        free(r->metric);
        r->metric = xstrdup(line->key);
        r->chart.look.from = r->chart.look.to = NAN;
        r->chart.is_inspecting = false;
    }
}

static void renew(struct run *r)
{
    run_lines_make(r);
    table_update(&r->table, r->lines.n);
    for (size_t i = 0; !r->has_chosen && i < r->lines.n; i++) {
        const struct run_line *line = &r->lines.at[i];
        bool is_validation = line->series && (sv_find(sv_z(line->key), SV("val")) != SIZE_MAX ||
                                              sv_find(sv_z(line->key), SV("test")) != SIZE_MAX);
        if (is_validation) { /* what was measured on data that the model has not seen */
            table_select_row(&r->table, i);
            break;
        }
    }
    choose_metric(r);
}

static void keep(struct snapshot **at, struct snapshot *s)
{
    struct snapshot *old = *at;
    *at = snapshot_ref(s);
    snapshot_unref(old);
}

static void run_event(struct view *v, const void *arg)
{
    const struct ev *ev = arg;
    struct run *r = run_of(v);
    bool is_ours = ev->type == EV_SNAPSHOT && ev->snapshot &&
                   (ev->id == r->doc_sub || ev->id == r->series_sub);
    if (act_event(&r->act, v, ev) || !is_ours || r->is_paused) {
        return;
    }
    if (ev->snapshot->type == SNAPSHOT_ERROR) {
        r->err = ev->snapshot->err;
        return;
    }
    r->err = (struct err)ERR_INIT;
    if (ev->id == r->doc_sub && ev->snapshot->type == SNAPSHOT_DOC) {
        keep(&r->doc, ev->snapshot);
    } else if (ev->id == r->series_sub && ev->snapshot->type == SNAPSHOT_SERIES) {
        keep(&r->series, ev->snapshot);
    }
    renew(r);
}

static void run_timer(struct view *v)
{
    run_of(v)->is_ticking = false;
}

/* --- the chart --- */

static const struct series *chart_series_of(const struct run *r)
{
    const struct series *s = run_series_of(r, r->metric);
    return s && s->n ? s : NULL;
}

static void zoom(struct run *r, double factor)
{
    const struct series *s = chart_series_of(r);
    const struct curve_look *look = &r->chart.look;
    bool has_cursor = r->chart.is_inspecting && r->chart.cursor < s->n;
    curve_zoom(&r->chart.look, factor, curve_x(look, s, 0), curve_x(look, s, s->n - 1),
               has_cursor ? curve_x(look, s, r->chart.cursor) : NAN);
}

static void inspect(struct run *r)
{
    const struct series *s = chart_series_of(r);
    r->chart.is_inspecting = !r->chart.is_inspecting;
    r->chart.cursor = s->n - 1;
}

static void inspect_move(struct run *r, int by)
{
    const struct series *s = chart_series_of(r);
    size_t at = r->chart.cursor < s->n ? r->chart.cursor : s->n - 1;
    r->chart.cursor = by < 0 ? (at ? at - 1 : 0) : at + 1 < s->n ? at + 1 : at;
}

static enum handled chart_command(struct run *r, enum cmd cmd)
{
    switch ((int)cmd) {
    case CMD_SMOOTH_LESS:
        r->chart.look.smoothing -= r->chart.look.smoothing > 0;
        return HANDLED;
    case CMD_SMOOTH_MORE:
        r->chart.look.smoothing += r->chart.look.smoothing + 1 < curve_smoothing_count();
        return HANDLED;
    case CMD_LOG_SCALE:
        r->chart.is_log = !r->chart.is_log;
        return HANDLED;
    case CMD_X_AXIS:
        r->chart.look.axis = (enum curve_axis)((r->chart.look.axis + 1) % CURVE_AXIS_COUNT);
        r->chart.look.from = r->chart.look.to = NAN;
        return HANDLED;
    case CMD_INSPECT:
        inspect(r);
        return HANDLED;
    case CMD_ZOOM_IN:
        zoom(r, 0.5);
        return HANDLED;
    case CMD_ZOOM_OUT:
        zoom(r, 2);
        return HANDLED;
    case CMD_ZOOM_RESET:
        r->chart.look.from = r->chart.look.to = NAN;
        return HANDLED;
    default:
        return PASS;
    }
}

/* --- what can be done --- */

static enum can off(struct str *why, const char *text)
{
    str_addz(why, text);
    return CAN_OFF;
}

static bool is_of_chart(enum cmd cmd)
{
    return (cmd >= CMD_SMOOTH_LESS && cmd <= CMD_ZOOM_RESET) || cmd == CMD_ZOOM_PANE ||
           cmd == CMD_PANE_LESS || cmd == CMD_PANE_RESET || cmd == CMD_METRICS;
}

/* Why a key of the chart would change nothing; NULL: it would. */
static const char *chart_end(const struct run *r, enum cmd cmd)
{
    const struct {
        enum cmd cmd;
        bool is_end;
        const char *why;
    } ends[] = {
        {CMD_SMOOTH_LESS, r->chart.look.smoothing == 0, "the curve is not smoothed"},
        {CMD_SMOOTH_MORE, r->chart.look.smoothing + 1 >= curve_smoothing_count(),
         "it is as smooth as it gets"},
        {CMD_ZOOM_OUT, isnan(r->chart.look.from), "all of the x axis is shown"},
        {CMD_ZOOM_RESET, isnan(r->chart.look.from), "all of the x axis is shown"},
        {CMD_PANE_LESS, r->pane == RUN_PANE_NORMAL,
         "the chart has its usual size; + makes it larger"},
        {CMD_PANE_RESET, r->pane == RUN_PANE_NORMAL, "the chart has its usual size"},
    };
    for (size_t i = 0; i < ALEN(ends); i++) {
        if (ends[i].cmd == cmd && ends[i].is_end) {
            return ends[i].why;
        }
    }
    return NULL;
}

static enum can can_look(const struct run *r, enum cmd cmd, struct str *why)
{
    bool needs_tags = cmd == CMD_LOGS || cmd == CMD_EVENTS || cmd == CMD_WHY ||
                      cmd == CMD_TIMELINE || cmd == CMD_LINEAGE;
    if (needs_tags) {
        CLEANUP(mem_free_ptr) char *log = run_log_id(r);
        return log ? CAN_YES : off(why, "it was not made by an execution of this workspace");
    }
    bool is_group = cmd == CMD_NEXT_PANE || cmd == CMD_PREV_PANE;
    if (is_group && r->lines.n == 0) {
        return off(why, "there is nothing of it yet");
    }
    bool needs_line = cmd == CMD_OPEN || cmd == CMD_DESCRIBE || cmd == CMD_COPY;
    return needs_line && !run_selected(r) ? off(why, "nothing is selected") : CAN_YES;
}

static enum can run_can(const struct view *v, enum cmd cmd, struct str *why)
{
    const struct run *r = run_of(v);
    if (is_of_chart(cmd) && !chart_series_of(r)) {
        return off(why, "this run has no curve yet");
    }
    if (chart_end(r, cmd)) {
        return off(why, chart_end(r, cmd));
    }
    if (cmd == CMD_NOTIFY && !run_is_running(r)) {
        return off(why, "it has ended: there is nothing more to tell");
    }
    if (cmd == CMD_RAW && !r->doc) {
        return off(why, "its document is not here yet");
    }
    return can_look(r, cmd, why);
}

/* --- doing it --- */

static void zoom_pane(struct run *r)
{
    r->pane = r->pane == RUN_PANE_FULL ? RUN_PANE_NORMAL : RUN_PANE_FULL;
}

/* An input is a dataset: the last part of its address, and the first digits of its digest. */
static void open_input(struct view *v, const struct run_line *line)
{
    enum { DIGITS = 8 };
    struct sv uri = sv_z(line->value), part = {"", 0}, digest = sv_z(line->note);
    CLEANUP(str_release) struct str id = STR_INIT;
    while (uri.n && uri.p[uri.n - 1] == '/') {
        uri.n--;
    }
    while (sv_split(&uri, '/', &part)) {
    }
    size_t colon = sv_find(digest, SV(":")); /* sha256:… */
    digest.p += colon == SIZE_MAX ? 0 : colon + 1;
    str_addsv(&id, part);
    str_addf(&id, "@%.*s", DIGITS, digest.p);
    struct err e = ERR_INIT;
    if (!views_open_thing(v->app, KIND_DATASET, id.p, &e)) {
        app_error(v->app, &e);
    }
}

/* A metric: its chart alone; an input or execution: its screen; all else: the whole text. */
static void open_line(struct view *v)
{
    struct run *r = run_of(v);
    const struct run_line *line = run_selected(r);
    if (line->series) {
        zoom_pane(r);
    } else if (line->group == RUN_INPUTS && line->note) {
        open_input(v, line);
    } else if (line->group == RUN_TAGS && z_eq(line->key, "execution")) {
        views_go(v, KIND_EXECUTION, line->value);
    } else {
        CLEANUP(str_release) struct str text = STR_INIT;
        str_addf(&text, "%s\n\n%s\n", line->key, line->value);
        if (line->note) {
            str_addf(&text, "%s\n", line->note);
        }
        app_text(v->app, line->key, sv_of(&text));
    }
}

static void show_raw(struct view *v)
{
    const struct run *r = run_of(v);
    CLEANUP(str_release) struct str text = STR_INIT;
    if (r->doc) {
        json_print(r->doc->doc, JSON_PRETTY, &text);
        app_text(v->app, r->id, sv_of(&text));
    }
}

static void show_events(struct view *v)
{
    CLEANUP(mem_free_ptr) char *log = run_log_id(run_of(v));
    CLEANUP(mem_free_ptr) char *execution = xstrndup(log, strcspn(log, "/"));
    views_events(v, execution);
}

static void refresh(struct view *v)
{
    const struct run *r = run_of(v);
    hub_window(view_hub(v), r->doc_sub, &(struct query){.n = 0});
    hub_window(view_hub(v), r->series_sub, &(struct query){.pixels = SERIES_PIXELS});
}

static enum handled back(struct run *r)
{
    if (r->chart.is_inspecting) {
        r->chart.is_inspecting = false;
    } else if (r->pane != RUN_PANE_NORMAL) {
        r->pane = RUN_PANE_NORMAL;
    } else {
        return PASS;
    }
    return HANDLED;
}

static void open_log(struct view *v)
{
    CLEANUP(mem_free_ptr) char *log = run_log_id(run_of(v));
    views_go(v, KIND_STEP, log);
}

static enum handled look(struct view *v, enum cmd cmd)
{
    struct run *r = run_of(v);
    switch ((int)cmd) {
    case CMD_OPEN:
    case CMD_DESCRIBE:
        open_line(v);
        return HANDLED;
    case CMD_METRICS:
        views_go_charts(v, r->id);
        return HANDLED;
    case CMD_ZOOM_PANE:
        zoom_pane(r);
        return HANDLED;
    case CMD_PANE_LESS:
        r->pane--;
        return HANDLED;
    case CMD_PANE_RESET:
        r->pane = RUN_PANE_NORMAL;
        return HANDLED;
    case CMD_LOGS:
        open_log(v);
        return HANDLED;
    case CMD_WHY:
    case CMD_TIMELINE:
    case CMD_LINEAGE:
        views_about_cmd(v, cmd, KIND_RUN, r->id);
        return HANDLED;
    case CMD_EVENTS:
        show_events(v);
        return HANDLED;
    case CMD_RAW:
        show_raw(v);
        return HANDLED;
    case CMD_COPY:
        app_copy(v->app, sv_z(run_selected(r)->value));
        return HANDLED;
    case CMD_BACK:
        return back(r);
    default:
        return PASS;
    }
}

static enum handled steer(struct view *v, enum cmd cmd)
{
    struct run *r = run_of(v);
    switch ((int)cmd) {
    case CMD_NOTIFY:
        act_notify(&r->act, v, KIND_RUN, r->id, run_text(r, "name"));
        return HANDLED;
    case CMD_REFRESH:
        refresh(v);
        return HANDLED;
    case CMD_PAUSE:
        r->is_paused = !r->is_paused;
        if (!r->is_paused) {
            refresh(v);
        }
        return HANDLED;
    case CMD_NEXT_PANE:
        table_next_group(&r->table, 1);
        choose_metric(r);
        return HANDLED;
    case CMD_PREV_PANE:
        table_next_group(&r->table, -1);
        choose_metric(r);
        return HANDLED;
    default:
        return PASS;
    }
}

static enum handled run_command(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct run *r = run_of(v);
    if (look(v, cmd) == HANDLED || steer(v, cmd) == HANDLED || chart_command(r, cmd) == HANDLED) {
        return HANDLED;
    }
    if (r->chart.is_inspecting && (cmd == CMD_LEFT || cmd == CMD_RIGHT) && chart_series_of(r)) {
        inspect_move(r, cmd == CMD_LEFT ? -1 : 1);
        return HANDLED;
    }
    if (table_command(&r->table, cmd, arg) == PASS) {
        return PASS;
    }
    r->has_chosen = true;
    choose_metric(r);
    return HANDLED;
}

/* --- around it --- */

static void run_crumbs(const struct view *v, struct str *out)
{
    const struct run *r = run_of(v);
    crumb_add(out, "local");
    if (*run_text(r, "experiment")) {
        crumb_add(out, "experiments");
        crumb_add(out, run_text(r, "experiment"));
    }
    crumb_add(out, "runs");
    crumb_add(out, *run_text(r, "name") ? run_text(r, "name") : r->id);
}

static void run_connection(const struct view *v, struct str *out, unsigned *style)
{
    const struct run *r = run_of(v);
    if (r->err.code && r->doc) {
        cells_stale(out, style, r->doc->as_of_ms, app_now_ms(v->app));
    }
}

static void inspect_words(const struct run *r, const struct series *s, struct str *out)
{
    const struct series_point *p = &s->at[r->chart.cursor < s->n ? r->chart.cursor : s->n - 1];
    str_addz(out, "step ");
    fmt_double(out, p->step);
    str_addf(out, "  %s ", s->key);
    fmt_double(out, p->value);
    if (s->total > s->n) {
        str_addz(out, "  from ");
        fmt_double(out, p->min);
        str_addz(out, " to ");
        fmt_double(out, p->max);
    }
}

static void run_sentence(const struct view *v, struct str *out)
{
    const struct run *r = run_of(v);
    const struct run_line *line = run_selected(r);
    const struct series *s = chart_series_of(r);
    if (r->err.code && r->doc) {
        str_addz(out, r->err.msg);
    } else if (r->chart.is_inspecting && s) {
        inspect_words(r, s, out);
    } else if (line && line->row == TABLE_DATA) {
        str_addf(out, "%s = %s", line->key, line->value);
        if (line->series) {
            str_addf(out, ", the last of %zu", line->series->total);
        }
        if (line->note) {
            str_addf(out, "  %s", line->note);
        }
    }
}

static void run_status(const struct view *v, struct status *st)
{
    const struct run *r = run_of(v);
    str_addf(&st->state, "run %.8s", r->id);
    if (r->is_paused) {
        str_addz(&st->state, "  paused");
    }
    if (r->chart.is_log) {
        str_addz(&st->state, "  log y");
    }
    curve_say(&st->state, &r->chart.look);
}

static void run_hints(const struct view *v, struct hints *h)
{
    const struct run *r = run_of(v);
    const struct run_line *line = run_selected(r);
    bool is_data = line && line->group == RUN_INPUTS && line->note;
    hint_add(h, CMD_OPEN,
             line && line->series ? (r->pane == RUN_PANE_FULL ? "all" : "chart")
             : is_data            ? "data"
                                  : "whole");
    hint_add(h, CMD_LOGS, "log");
    hint_add(h, CMD_INSPECT, "inspect");
    hint_add(h, CMD_SMOOTH_MORE, "smooth");
    if (!isnan(r->chart.look.from)) {
        hint_add(h, CMD_ZOOM_RESET, "all of x");
    }
    hint_add(h, CMD_NEXT_PANE, "group");
}

static unsigned run_contexts(const struct view *v)
{
    (void)v;
    return KEYCTX_BIT(TABLE) | KEYCTX_BIT(CHART);
}

static bool run_pick(struct view *v, int y)
{
    struct run *r = run_of(v);
    size_t row = table_row_at(&r->table, y);
    if (row == SIZE_MAX) {
        return false;
    }
    table_select_row(&r->table, row);
    r->has_chosen = true;
    choose_metric(r);
    return true;
}

static bool run_selection(const struct view *v, struct str *out)
{
    str_addz(out, run_of(v)->id);
    return true;
}

/* Points of every curve; only when none was left out. */
static bool run_export(const struct view *v, struct sv format, struct str *out, struct err *e)
{
    const struct run *r = run_of(v);
    if (!sv_eqz(format, "csv")) {
        err_set(e, ERR_REFUSED, "a run is not saved as .%.*s", (int)format.n, format.p);
        return err_hint(e, "end the name in .csv, .txt or .svg");
    }
    str_addz(out, "metric,step,time,value\n");
    for (size_t i = 0; r->series && i < r->series->series_count; i++) {
        const struct series *s = &r->series->series[i];
        if (s->total > s->n) {
            err_set(e, ERR_LIMIT, "%s has %zu points, and %zu are on the screen", s->key, s->total,
                    s->n);
            return err_hint(e, "all of them: mlw history %s", r->id);
        }
        for (size_t k = 0; k < s->n; k++) {
            str_addf(out, "%s,", s->key);
            fmt_double(out, s->at[k].step);
            str_addc(out, ',');
            clock_rfc3339(out, (int64_t)s->at[k].time_ms);
            str_addc(out, ',');
            fmt_double(out, s->at[k].value);
            str_addc(out, '\n');
        }
    }
    return true;
}

static bool run_is_loading(const struct view *v)
{
    const struct run *r = run_of(v);
    return !r->doc && !r->err.code;
}

const struct view_ops run_view = {
    .name = "run",
    .title = "A run",
    .state_size = sizeof(struct run),
    .flags = VIEW_IS_SINGLE,
    .reasons = reasons[REASONS_run],
    .open = run_open,
    .event = run_event,
    .timer = run_timer,
    .command = run_command,
    .can = run_can,
    .is_loading = run_is_loading,
    .layout = run_layout,
    .draw = run_draw,
    .crumbs = run_crumbs,
    .connection = run_connection,
    .sentence = run_sentence,
    .status = run_status,
    .hints = run_hints,
    .contexts = run_contexts,
    .pick = run_pick,
    .selection = run_selection,
    .export = run_export,
    .close = run_close,
};
