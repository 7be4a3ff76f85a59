/* The execution view: what it subscribes to, and what its keys do; see execution.h. */
#include "views/execution.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/model/state.h"
#include "views/events.h"
#include "views/logs.h"
#include "views/reasons.h"
#include "views/run.h"
#include "views/views.h"

enum { TAG_SEARCH = 1, SERIES_PIXELS = 120 };

/* --- life --- */

static uint64_t subscribe(struct view *v, enum kind kind, const char *id)
{
    return hub_subscribe(view_hub(v), &(struct query){.type = QUERY_ROWS, .kind = kind, .id = id});
}

static bool execution_open(struct view *v, const struct route *route, struct err *e)
{
    struct execution *x = execution_of(v);
    if (!route->id || !*route->id) {
        err_set(e, ERR_USAGE, "which execution? its id is missing");
        return err_hint(e, "open one from :executions");
    }
    x->id = xstrdup(route->id);
    x->filter = xasprintf("id=%s", x->id);
    rails_init(&x->rails);
    logpane_init(&x->log, v);
    x->head_sub = hub_subscribe(
        view_hub(v),
        &(struct query){.type = QUERY_ROWS, .kind = KIND_EXECUTION, .filter = x->filter, .n = 1});
    x->steps_sub = subscribe(v, KIND_STEP, x->id);
    x->gates_sub = subscribe(v, KIND_GATE, x->id);
    return true;
}

static void series_close(struct view *v, struct execution *x)
{
    if (x->series_sub) {
        hub_unsubscribe(view_hub(v), x->series_sub);
    }
    snapshot_unref(x->series);
    free(x->run);
    x->series = NULL;
    x->run = NULL;
    x->series_sub = 0;
}

static void execution_close(struct view *v)
{
    struct execution *x = execution_of(v);
    series_close(v, x);
    hub_unsubscribe(view_hub(v), x->head_sub);
    hub_unsubscribe(view_hub(v), x->steps_sub);
    hub_unsubscribe(view_hub(v), x->gates_sub);
    logpane_release(&x->log);
    act_release(&x->act, v);
    rawdoc_release(&x->raw, v);
    rails_release(&x->rails);
    snapshot_unref(x->head);
    snapshot_unref(x->steps);
    snapshot_unref(x->gates);
    free(x->at);
    free(x->selected_name);
    free(x->filter);
    free(x->id);
}

/* --- the selection, and what goes with it --- */

/* The log and the curves are those of the selected step. */
static void follow_selection(struct view *v)
{
    struct execution *x = execution_of(v);
    const struct row *step = execution_step(x);
    const char *run = row_text(step, FIELD_STEP_run);
    struct value attempts = row_cell(step, FIELD_STEP_attempts);
    bool has_log = attempts.type == VALUE_INT && attempts.i > 0;
    CLEANUP(mem_free_ptr)
    char *log = has_log ? xasprintf("%s/%s", x->id, row_text(step, FIELD_STEP_name)) : NULL;
    logpane_show(&x->log, log);
    CLEANUP(str_release) struct str why = STR_INIT;
    execution_no_log(x, &why);
    logpane_empty(&x->log, why.p);
    if (!z_eq(x->run ? x->run : "", run)) {
        series_close(v, x);
    }
    if (*run && !x->run) {
        x->run = xstrdup(run);
        x->series_sub = hub_subscribe(
            view_hub(v),
            &(struct query){.type = QUERY_SERIES, .id = x->run, .pixels = SERIES_PIXELS});
    }
}

static void select_step(struct view *v, size_t i)
{
    struct execution *x = execution_of(v);
    const char *name = i < x->n ? row_text(x->at[i], FIELD_STEP_name) : NULL;
    x->selected = i < x->n ? i : 0;
    if (!z_eq(x->selected_name, name)) {
        free(x->selected_name);
        x->selected_name = xstrdup(name);
    }
    follow_selection(v);
}

/* Where the selected step is now: by name when a person chose it, or between two steps. */
static void select_again(struct view *v)
{
    struct execution *x = execution_of(v);
    size_t at = execution_interesting(x);
    bool is_between = execution_is_running(x) && at < x->n && !step_is_running(x->at[at]);
    for (size_t i = 0; (x->is_chosen || is_between) && i < x->n; i++) {
        if (z_eq(row_text(x->at[i], FIELD_STEP_name), x->selected_name)) {
            at = i;
        }
    }
    select_step(v, at);
}

static void choose(struct view *v, long to)
{
    struct execution *x = execution_of(v);
    long last = x->n ? (long)x->n - 1 : 0;
    x->is_chosen = true;
    select_step(v, (size_t)(to < 0 ? 0 : to > last ? last : to));
}

/* --- events --- */

static void keep(struct snapshot **at, struct snapshot *s)
{
    struct snapshot *old = *at;
    *at = snapshot_ref(s);
    snapshot_unref(old);
}

static void take_snapshot(struct view *v, uint64_t sub, struct snapshot *s)
{
    struct execution *x = execution_of(v);
    bool is_bad = s->type == SNAPSHOT_ERROR;
    if (sub == x->steps_sub && is_bad) {
        x->err = s->err;
    }
    if (is_bad || (x->is_paused && sub != x->gates_sub)) {
        return;
    }
    if (sub == x->head_sub) {
        keep(&x->head, s);
    } else if (sub == x->steps_sub) {
        keep(&x->steps, s);
        x->err = (struct err)ERR_INIT;
        execution_arrange(x);
        select_again(v);
    } else if (sub == x->gates_sub) {
        keep(&x->gates, s);
    } else if (sub == x->series_sub) {
        keep(&x->series, s);
    }
}

static void execution_event(struct view *v, const void *arg)
{
    const struct ev *ev = arg;
    struct execution *x = execution_of(v);
    if (logpane_event(&x->log, ev) || act_event(&x->act, v, ev) || rawdoc_event(&x->raw, v, ev)) {
        return;
    }
    if (ev->type == EV_SNAPSHOT && ev->id && ev->snapshot) {
        take_snapshot(v, ev->id, ev->snapshot);
    }
}

static void execution_timer(struct view *v)
{
    execution_of(v)->is_ticking = false; /* layout starts it again while the view is in sight */
}

static void execution_reply(struct view *v, int tag, enum reply what, struct sv text)
{
    struct execution *x = execution_of(v);
    if (act_reply(&x->act, v, tag, what, text)) {
        return;
    }
    if (tag == TAG_SEARCH && what == REPLY_ACCEPTED) {
        x->pane = EXECUTION_LOG;
        logpane_search(&x->log, text);
    }
}

/* --- what can be done --- */

static enum can off(struct str *why, const char *text)
{
    str_addz(why, text);
    return CAN_OFF;
}

static enum can can_retry(const struct execution *x, struct str *why)
{
    const char *status = execution_word(x);
    if (execution_is_running(x)) {
        return off(why, "it is still running; K stops it");
    }
    if (!z_eq(status, "Failed") && !z_eq(status, "Stopped")) {
        return off(why, *status ? "everything in it succeeded" : "its state is not known yet");
    }
    return CAN_YES;
}

static enum can can_act(const struct execution *x, enum cmd cmd, struct str *why)
{
    const char *status = execution_word(x);
    if (cmd == CMD_STOP && !execution_is_running(x)) {
        return off(why, *status ? "it has ended" : "its state is not known yet");
    }
    if (cmd == CMD_STOP && z_eq(status, "Stopping")) {
        return off(why, "it is being stopped already");
    }
    if (cmd == CMD_RUN && !execution_head(x)) {
        return off(why, "what it was started with is not known yet");
    }
    if ((cmd == CMD_APPROVE || cmd == CMD_REJECT) && !execution_gate(x)) {
        return off(why, "nothing here waits for a decision");
    }
    return CAN_YES;
}

static enum can can_look(const struct execution *x, enum cmd cmd, struct str *why)
{
    const struct row *step = execution_step(x);
    if (!step) {
        return off(why, "its steps are not known yet");
    }
    if ((cmd == CMD_OPEN || cmd == CMD_LOGS) && !x->log.id) {
        execution_no_log(x, why);
        return CAN_OFF;
    }
    if (cmd == CMD_METRICS && !*row_text(step, FIELD_STEP_run)) {
        str_addf(why, "%s is no run: Training steps become runs when they start",
                 row_text(step, FIELD_STEP_name));
        return CAN_OFF;
    }
    return CAN_YES;
}

static enum can can_fold(const struct execution *x, struct str *why)
{
    bool has_all = x->n <= (size_t)x->places.steps.h;
    if (x->log_size == EXECUTION_LOG_FOLDED) {
        return off(why, "the log is folded: + unfolds it");
    }
    if (x->log_size == EXECUTION_LOG_NORMAL && has_all) {
        return off(why, x->n ? "all steps are in sight: they need no more room"
                             : "its steps are not known yet");
    }
    return CAN_YES;
}

static enum can execution_can(const struct view *v, enum cmd cmd, struct str *why)
{
    const struct execution *x = execution_of(v);
    switch ((int)cmd) {
    case CMD_RETRY:
        return can_retry(x, why);
    case CMD_STOP:
    case CMD_RUN:
    case CMD_APPROVE:
    case CMD_REJECT:
        return can_act(x, cmd, why);
    case CMD_OPEN:
    case CMD_LOGS:
    case CMD_METRICS:
    case CMD_DESCRIBE:
    case CMD_RAW:
    case CMD_COPY:
        return can_look(x, cmd, why);
    case CMD_ZOOM_PANE:
        return x->log_size == EXECUTION_LOG_FOLDED ? CAN_YES : can_look(x, CMD_LOGS, why);
    case CMD_PANE_LESS:
        return can_fold(x, why);
    case CMD_PANE_RESET:
        return x->log_size != EXECUTION_LOG_NORMAL
                   ? CAN_YES
                   : off(why, "the log takes what the steps leave already");
    case CMD_NOTIFY:
        return execution_is_running(x) ? CAN_YES : off(why, "it has ended");
    case CMD_NEXT_PANE:
    case CMD_PREV_PANE:
        return x->n ? CAN_YES : off(why, "its steps are not known yet");
    default:
        break;
    }
    enum can can = logpane_can(&x->log, cmd, why);
    return can == CAN_NOT ? CAN_YES : can;
}

/* --- doing it --- */

/* Everything about the selected step: a line a field. */
static void describe(struct view *v)
{
    const struct row *step = execution_step(execution_of(v));
    const struct kind_info *info = &kinds[KIND_STEP];
    CLEANUP(str_release) struct str text = STR_INIT;
    for (size_t i = 0; i < info->field_count; i++) {
        struct table_cell cell = {.buf = STR_INIT};
        cells_value(&cell, row_cell(step, (int)i), &info->fields[i], app_now_ms(v->app));
        str_addf(&text, "%-12s  %s\n", info->fields[i].id, cell.buf.p);
        str_release(&cell.buf);
    }
    app_text(v->app, row_text(step, FIELD_STEP_name), sv_of(&text));
}

static void refresh(struct view *v)
{
    struct execution *x = execution_of(v);
    struct hub *hub = view_hub(v);
    hub_window(hub, x->head_sub, &(struct query){.filter = x->filter, .n = 1});
    hub_window(hub, x->steps_sub, &(struct query){.n = 0});
    hub_window(hub, x->gates_sub, &(struct query){.n = 0});
    logpane_refresh(&x->log);
}

static void toggle_pause(struct view *v)
{
    struct execution *x = execution_of(v);
    x->is_paused = !x->is_paused;
    if (!x->is_paused) {
        refresh(v);
    }
}

static enum handled move(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct execution *x = execution_of(v);
    long at = (long)x->selected, page = x->places.steps.h > 1 ? x->places.steps.h - 1 : 1;
    switch ((int)cmd) {
    case CMD_UP:
        choose(v, at - 1);
        return HANDLED;
    case CMD_DOWN:
        choose(v, at + 1);
        return HANDLED;
    case CMD_PAGE_UP:
        choose(v, at - page);
        return HANDLED;
    case CMD_PAGE_DOWN:
        choose(v, at + page);
        return HANDLED;
    case CMD_HALF_UP:
        choose(v, at - (page + 1) / 2);
        return HANDLED;
    case CMD_HALF_DOWN:
        choose(v, at + (page + 1) / 2);
        return HANDLED;
    case CMD_TOP:
        choose(v, 0);
        return HANDLED;
    case CMD_BOTTOM:
        choose(v, (long)x->n);
        return HANDLED;
    case CMD_LINE:
        choose(v, arg->n - 1);
        return HANDLED;
    default:
        return PASS;
    }
}

/* The log gets more room, at last the whole screen; where the steps leave it half or more, at once.
 */
static void log_grow(struct view *v)
{
    struct execution *x = execution_of(v);
    bool has_half = x->places.log.h >= v->area.h / 2;
    if (x->log_size == EXECUTION_LOG_HALF || (x->log_size == EXECUTION_LOG_NORMAL && has_half)) {
        views_go(v, KIND_STEP, x->log.id);
    } else {
        x->log_size++;
    }
}

static void log_shrink(struct execution *x)
{
    x->log_size--;
    x->pane = x->log_size == EXECUTION_LOG_FOLDED ? EXECUTION_STEPS : x->pane;
}

static void next_pane(struct execution *x)
{
    x->pane = x->pane == EXECUTION_LOG ? EXECUTION_STEPS : EXECUTION_LOG;
    if (x->pane == EXECUTION_LOG && x->log_size == EXECUTION_LOG_FOLDED) {
        x->log_size = EXECUTION_LOG_NORMAL;
    }
}

static enum handled panes(struct view *v, enum cmd cmd)
{
    struct execution *x = execution_of(v);
    switch ((int)cmd) {
    case CMD_NEXT_PANE:
    case CMD_PREV_PANE:
        next_pane(x);
        return HANDLED;
    case CMD_ZOOM_PANE:
        log_grow(v);
        return HANDLED;
    case CMD_PANE_LESS:
        log_shrink(x);
        return HANDLED;
    case CMD_PANE_RESET:
        x->log_size = EXECUTION_LOG_NORMAL;
        return HANDLED;
    default:
        return PASS;
    }
}

/* One layer: the search, the pane. */
static enum handled back(struct execution *x)
{
    if (logpane_is_narrowed(&x->log)) {
        logpane_widen(&x->log);
        return HANDLED;
    }
    if (x->pane == EXECUTION_LOG) {
        x->pane = EXECUTION_STEPS;
        return HANDLED;
    }
    return PASS;
}

static enum handled look(struct view *v, enum cmd cmd)
{
    struct execution *x = execution_of(v);
    const struct row *step = execution_step(x);
    switch ((int)cmd) {
    case CMD_OPEN:
    case CMD_LOGS:
        views_go(v, KIND_STEP, x->log.id);
        return HANDLED;
    case CMD_METRICS:
        views_go_charts(v, row_text(step, FIELD_STEP_run));
        return HANDLED;
    case CMD_WHY:
    case CMD_TIMELINE:
    case CMD_LINEAGE:
        views_about_cmd(v, cmd, KIND_EXECUTION, x->id);
        return HANDLED;
    case CMD_DESCRIBE:
        describe(v);
        return HANDLED;
    case CMD_RAW:
        rawdoc_ask(&x->raw, v, KIND_EXECUTION, x->id);
        return HANDLED;
    case CMD_EVENTS:
        views_events(v, x->id);
        return HANDLED;
    default:
        return PASS;
    }
}

static void rerun(struct view *v)
{
    struct err e = ERR_INIT;
    if (!views_rerun(v->app, execution_of(v)->id, &e)) {
        app_error(v->app, &e);
    }
}

static enum handled act(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct execution *x = execution_of(v);
    const struct row *gate = execution_gate(x);
    struct act_gate of_gate = act_gate_of(gate);
    switch ((int)cmd) {
    case CMD_STOP:
        act_stop(&x->act, v, x->id);
        return HANDLED;
    case CMD_RETRY:
        act_retry(&x->act, v, x->id);
        return HANDLED;
    case CMD_RUN:
        rerun(v);
        return HANDLED;
    case CMD_APPROVE:
        act_decide(&x->act, v, &of_gate);
        return HANDLED;
    case CMD_REJECT:
        act_reject(&x->act, v, &of_gate, arg->text);
        return HANDLED;
    case CMD_NOTIFY:
        act_notify(&x->act, v, KIND_EXECUTION, x->id, NULL);
        return HANDLED;
    case CMD_COPY:
        app_copy(v->app, sv_z(x->id));
        return HANDLED;
    case CMD_REFRESH:
        refresh(v);
        return HANDLED;
    case CMD_PAUSE:
        toggle_pause(v);
        return HANDLED;
    case CMD_BACK:
        return back(x);
    default:
        return PASS;
    }
}

static enum handled execution_command(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct execution *x = execution_of(v);
    if (look(v, cmd) == HANDLED || act(v, cmd, arg) == HANDLED || panes(v, cmd) == HANDLED) {
        return HANDLED;
    }
    if (x->pane == EXECUTION_STEPS && move(v, cmd, arg) == HANDLED) {
        return HANDLED;
    }
    return logpane_command(&x->log, TAG_SEARCH, cmd, arg);
}

/* --- around it --- */

static void execution_crumbs(const struct view *v, struct str *out)
{
    const struct execution *x = execution_of(v);
    const char *context = row_text(execution_head(x), FIELD_EXECUTION_context);
    crumb_add(out, *context ? context : "local");
    if (*execution_pipeline(x)) {
        crumb_add(out, "pipelines");
        crumb_add(out, execution_pipeline(x));
    }
    crumb_add(out, "executions");
    crumb_add(out, x->id);
}

static void execution_connection(const struct view *v, struct str *out, unsigned *style)
{
    const struct execution *x = execution_of(v);
    if (x->err.code && x->steps) {
        cells_stale(out, style, x->steps->as_of_ms, app_now_ms(v->app));
    }
}

static void execution_hints(const struct view *v, struct hints *h)
{
    const struct execution *x = execution_of(v);
    hint_add(h, CMD_OPEN, "log");
    if (execution_gate(x)) {
        hint_add(h, CMD_APPROVE, "approve");
    }
    if (state_class(execution_word(x)) == STATE_BAD) {
        hint_add(h, CMD_WHY, "why");
    }
    hint_add(h, CMD_METRICS, "charts");
    hint_add(h, CMD_STOP, "stop");
    hint_add(h, CMD_RETRY, "retry");
    if (!execution_is_running(x)) {
        hint_add(h, CMD_RUN, "run again");
    }
    hint_add(h, CMD_NEXT_PANE, x->pane == EXECUTION_LOG ? "steps" : "log pane");
}

static unsigned execution_contexts(const struct view *v)
{
    (void)v;
    return KEYCTX_BIT(LOG) | KEYCTX_BIT(EXECUTION);
}

static bool execution_pick(struct view *v, int y)
{
    struct execution *x = execution_of(v);
    struct rect r = x->places.steps;
    if (y < r.y || y >= r.y + r.h || x->top + (size_t)(y - r.y) >= x->n) {
        return false;
    }
    x->pane = EXECUTION_STEPS;
    choose(v, (long)x->top + y - r.y);
    return true;
}

static bool execution_selection(const struct view *v, struct str *out)
{
    const struct execution *x = execution_of(v);
    str_addz(out, x->id);
    return true;
}

static bool execution_is_loading(const struct view *v)
{
    const struct execution *x = execution_of(v);
    return !x->steps && !x->err.code;
}

const struct view_ops execution_view = {
    .name = "execution",
    .title = "An execution",
    .state_size = sizeof(struct execution),
    .flags = VIEW_IS_SINGLE,
    .reasons = reasons[REASONS_execution],
    .open = execution_open,
    .event = execution_event,
    .timer = execution_timer,
    .reply = execution_reply,
    .command = execution_command,
    .can = execution_can,
    .is_loading = execution_is_loading,
    .layout = execution_layout,
    .draw = execution_draw,
    .crumbs = execution_crumbs,
    .connection = execution_connection,
    .sentence = execution_sentence,
    .status = execution_show_status,
    .hints = execution_hints,
    .contexts = execution_contexts,
    .pick = execution_pick,
    .selection = execution_selection,
    .close = execution_close,
};
