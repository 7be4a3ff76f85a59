/* The log of an attempt on the whole screen, and what can be done to its execution from there. */
#include "views/logs.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/model/state.h"
#include "views/actions.h"
#include "views/cells.h"
#include "views/env.h"
#include "views/events.h"
#include "views/logpane.h"
#include "views/rawdoc.h"
#include "views/reasons.h"
#include "views/run.h"
#include "views/views.h"

enum { TAG_SEARCH = 1 };

struct logs {
    char *id, *execution, *step; /* EXEC/STEP[/N], and its parts */
    uint64_t steps_sub, gates_sub;
    struct snapshot *steps, *gates;
    struct logpane pane;
    struct act act;
    struct rawdoc raw;
};

static struct logs *logs_of(const struct view *v)
{
    return v->state;
}

/* --- life --- */

static bool logs_open(struct view *v, const struct route *route, struct err *e)
{
    struct logs *s = logs_of(v);
    s->step = log_id_step(route->id);
    if (!s->step || !*s->step) {
        free(s->step);
        err_set(e, ERR_USAGE, "whose log? \"%s\" is no EXECUTION/STEP", route->id ? route->id : "");
        return err_hint(e, "open it from the execution's screen with Enter");
    }
    s->id = xstrdup(route->id);
    s->execution = log_id_execution(route->id);
    logpane_init(&s->pane, v);
    logpane_empty(&s->pane, "Nothing was written yet.");
    logpane_show(&s->pane, s->id);
    struct hub *hub = view_hub(v);
    s->steps_sub = hub_subscribe(
        hub, &(struct query){.type = QUERY_ROWS, .kind = KIND_STEP, .id = s->execution});
    s->gates_sub = hub_subscribe(
        hub, &(struct query){.type = QUERY_ROWS, .kind = KIND_GATE, .id = s->execution});
    return true;
}

static void logs_close(struct view *v)
{
    struct logs *s = logs_of(v);
    hub_unsubscribe(view_hub(v), s->steps_sub);
    hub_unsubscribe(view_hub(v), s->gates_sub);
    logpane_release(&s->pane);
    act_release(&s->act, v);
    rawdoc_release(&s->raw, v);
    snapshot_unref(s->steps);
    snapshot_unref(s->gates);
    free(s->id);
    free(s->execution);
    free(s->step);
}

/* --- what is known --- */

static const struct row *find(const struct snapshot *s, int field, const char *text)
{
    for (size_t i = 0; s && i < s->n; i++) {
        if (z_eq(row_text(&s->rows[i], field), text)) {
            return &s->rows[i];
        }
    }
    return NULL;
}

static const struct row *step_of(const struct logs *s)
{
    return find(s->steps, FIELD_STEP_name, s->step);
}

static const struct row *gate_of(const struct logs *s)
{
    for (size_t i = 0; s->gates && i < s->gates->n; i++) {
        const struct row *g = &s->gates->rows[i];
        if (z_eq(row_text(g, FIELD_GATE_state), "Waiting") &&
            z_eq(row_text(g, FIELD_GATE_execution), s->execution)) {
            return g;
        }
    }
    return NULL;
}

/* Whether some step of the execution can still change: then it can be stopped. */
static bool is_running(const struct logs *s)
{
    for (size_t i = 0; s->steps && i < s->steps->n; i++) {
        if (!state_is_final(row_text(&s->steps->rows[i], FIELD_STEP_status))) {
            return true;
        }
    }
    return false;
}

static long attempts_of(const struct logs *s)
{
    struct value v = row_cell(step_of(s), FIELD_STEP_attempts);
    return v.type == VALUE_INT ? (long)v.i : 0;
}

/* --- events --- */

static void logs_event(struct view *v, const void *arg)
{
    const struct ev *ev = arg;
    struct logs *s = logs_of(v);
    if (logpane_event(&s->pane, ev) || act_event(&s->act, v, ev) || rawdoc_event(&s->raw, v, ev)) {
        return;
    }
    bool is_rows = ev->type == EV_SNAPSHOT && ev->snapshot && ev->snapshot->type == SNAPSHOT_ROWS;
    struct snapshot **at = ev->id == s->steps_sub ? &s->steps : &s->gates;
    if (is_rows && (ev->id == s->steps_sub || ev->id == s->gates_sub)) {
        struct snapshot *old = *at;
        *at = snapshot_ref(ev->snapshot);
        snapshot_unref(old);
    }
}

static void logs_reply(struct view *v, int tag, enum reply what, struct sv text)
{
    struct logs *s = logs_of(v);
    if (act_reply(&s->act, v, tag, what, text)) {
        return;
    }
    if (tag == TAG_SEARCH && what == REPLY_ACCEPTED) {
        logpane_search(&s->pane, text);
    }
}

/* --- what can be done --- */

static enum can off(struct str *why, const char *text)
{
    str_addz(why, text);
    return CAN_OFF;
}

static enum can can_act(const struct logs *s, enum cmd cmd, struct str *why)
{
    if (cmd == CMD_STOP && !is_running(s)) {
        return off(why, s->steps ? "the execution has ended" : "its steps are not known yet");
    }
    if (cmd == CMD_RETRY && is_running(s)) {
        return off(why, "the execution is still running; K stops it");
    }
    if ((cmd == CMD_APPROVE || cmd == CMD_REJECT) && !gate_of(s)) {
        return off(why, "nothing in this execution waits for a decision");
    }
    return CAN_YES;
}

static enum can logs_can(const struct view *v, enum cmd cmd, struct str *why)
{
    const struct logs *s = logs_of(v);
    if (can_act(s, cmd, why) == CAN_OFF) {
        return CAN_OFF;
    }
    if (cmd == CMD_METRICS && !*row_text(step_of(s), FIELD_STEP_run)) {
        return off(why, "this step is no run: Training steps become runs when they start");
    }
    if ((cmd == CMD_NEXT_PANE || cmd == CMD_PREV_PANE) && attempts_of(s) < 2) {
        return off(why, s->steps ? "this step has one attempt: there is no other log of it"
                                 : "its attempts are not known yet");
    }
    enum can can = logpane_can(&s->pane, cmd == CMD_PAUSE ? CMD_FOLLOW : cmd, why);
    return can == CAN_NOT ? CAN_YES : can;
}

static void open_attempt(struct view *v, long n)
{
    struct logs *s = logs_of(v);
    CLEANUP(mem_free_ptr) char *id = xasprintf("%s/%s/%ld", s->execution, s->step, n);
    if (n < 1 || n > attempts_of(s)) {
        app_toast(v->app, TOAST_INFO, "%s has %ld attempt%s", s->step, attempts_of(s),
                  attempts_of(s) == 1 ? "" : "s");
        return;
    }
    if (z_eq(s->id, id)) {
        app_toast(v->app, TOAST_INFO, "this is attempt %ld", n);
        return;
    }
    free(s->id);
    s->id = xstrdup(id);
    logpane_show(&s->pane, s->id);
}

/* The attempt that is shown or asked for; 0: the newest, which is not known yet. */
static long attempt_of(const struct logs *s)
{
    const char *shown = logpane_attempt(&s->pane), *slash = strrchr(*shown ? shown : s->id, '/');
    int64_t n = 0;
    return slash && fmt_parse_i64(sv_z(slash + 1), &n) ? (long)n : 0;
}

/* Round and round. */
static void open_next_attempt(struct view *v, long dir)
{
    long all = attempts_of(logs_of(v)), at = attempt_of(logs_of(v));
    if (all < 1) {
        return;
    }
    open_attempt(v, ((at ? at : all) - 1 + dir + all) % all + 1);
}

static void rerun(struct view *v)
{
    struct err e = ERR_INIT;
    if (!views_rerun(v->app, logs_of(v)->execution, &e)) {
        app_error(v->app, &e);
    }
}

static enum handled act(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct logs *s = logs_of(v);
    const struct row *gate = gate_of(s);
    struct act_gate of_gate = act_gate_of(gate);
    switch ((int)cmd) {
    case CMD_STOP:
        act_stop(&s->act, v, s->execution);
        return HANDLED;
    case CMD_RETRY:
        act_retry(&s->act, v, s->execution);
        return HANDLED;
    case CMD_RUN:
        rerun(v);
        return HANDLED;
    case CMD_APPROVE:
        act_decide(&s->act, v, &of_gate);
        return HANDLED;
    case CMD_REJECT:
        act_reject(&s->act, v, &of_gate, arg->text);
        return HANDLED;
    default:
        return PASS;
    }
}

static void about_step(struct view *v, enum cmd cmd)
{
    const struct logs *s = logs_of(v);
    CLEANUP(mem_free_ptr) char *id = xasprintf("%s/%s", s->execution, s->step);
    views_about_cmd(v, cmd, KIND_STEP, id);
}

static enum handled look(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct logs *s = logs_of(v);
    switch ((int)cmd) {
    case CMD_METRICS:
        views_go_charts(v, row_text(step_of(s), FIELD_STEP_run));
        return HANDLED;
    case CMD_WHY:
    case CMD_TIMELINE:
    case CMD_LINEAGE:
        about_step(v, cmd);
        return HANDLED;
    case CMD_EVENTS:
        views_events(v, s->execution);
        return HANDLED;
    case CMD_RAW:
        rawdoc_ask(&s->raw, v, KIND_EXECUTION, s->execution);
        return HANDLED;
    case CMD_TAB:
        open_attempt(v, arg->n);
        return HANDLED;
    case CMD_NEXT_PANE:
    case CMD_PREV_PANE:
        open_next_attempt(v, cmd == CMD_NEXT_PANE ? 1 : -1);
        return HANDLED;
    case CMD_COPY:
        app_copy(v->app, logpane_line(&s->pane));
        return HANDLED;
    case CMD_REFRESH:
        logpane_refresh(&s->pane);
        return HANDLED;
    default:
        return PASS;
    }
}

static enum handled logs_command(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct logs *s = logs_of(v);
    if (act(v, cmd, arg) == HANDLED || look(v, cmd, arg) == HANDLED) {
        return HANDLED;
    }
    if (cmd == CMD_BACK && logpane_is_narrowed(&s->pane)) {
        logpane_widen(&s->pane);
        return HANDLED;
    }
    if (cmd == CMD_ZOOM_PANE || cmd == CMD_PANE_LESS || cmd == CMD_PANE_RESET) {
        app_close(v->app, v->id);
        return HANDLED;
    }
    /* what is live in a log is that it follows */
    return logpane_command(&s->pane, TAG_SEARCH, cmd == CMD_PAUSE ? CMD_FOLLOW : cmd, arg);
}

/* --- drawing --- */

static void logs_layout(struct view *v, struct rect area)
{
    logpane_layout(&logs_of(v)->pane, area);
}

static void logs_draw(const struct view *v, struct canvas *c, struct rect area)
{
    const struct logs *s = logs_of(v);
    logpane_draw(&s->pane, c, area);
}

static void logs_crumbs(const struct view *v, struct str *out)
{
    const struct logs *s = logs_of(v);
    const char *attempt = logpane_attempt(&s->pane);
    crumb_add(out, "local");
    crumb_add(out, "executions");
    crumb_add(out, s->execution);
    crumb_add(out, *attempt ? attempt : strchr(s->id, '/') + 1);
    crumb_add(out, "log");
}

static void logs_connection(const struct view *v, struct str *out, unsigned *style)
{
    const struct logs *s = logs_of(v);
    if (s->pane.err.code && s->pane.snap) {
        cells_stale(out, style, s->pane.snap->as_of_ms, app_now_ms(v->app));
    }
}

static void logs_sentence(const struct view *v, struct str *out)
{
    const struct logs *s = logs_of(v);
    const struct log_lines *log = s->pane.snap ? s->pane.snap->log : NULL;
    if (log && s->pane.err.code) {
        str_addz(out, s->pane.err.msg);
    } else if (log && log->total) {
        str_addf(out, "line %zu of %zu  %s", logpane_number(&s->pane), log->total,
                 log->path ? log->path : "");
    }
}

static void logs_status(const struct view *v, struct status *st)
{
    const struct logs *s = logs_of(v);
    const char *status = row_text(step_of(s), FIELD_STEP_status);
    cells_state_text(&st->state, status);
    st->state_style = cells_state_style(status);
    str_addz(&st->state, st->state.n ? "\t  " : "");
    logpane_words(&s->pane, &st->state);
    logpane_status(&s->pane, st);
}

static void logs_hints(const struct view *v, struct hints *h)
{
    const struct logs *s = logs_of(v);
    if (logpane_is_searching(&s->pane)) {
        hint_add(h, CMD_SEARCH_NEXT, "next");
        hint_add(h, CMD_SEARCH_PREV, "before");
        hint_add(h, CMD_BACK, "clear");
    }
    if (gate_of(s)) {
        hint_add(h, CMD_APPROVE, "approve");
    }
    hint_add(h, CMD_SEARCH, "search");
    if (s->pane.snap && !s->pane.snap->log->is_ended) {
        hint_add(h, CMD_FOLLOW, s->pane.text.is_following ? "pause" : "follow");
    }
    hint_add(h, CMD_NEXT_ERROR, "next error");
    if (attempts_of(s) > 1) {
        hint_add(h, CMD_NEXT_PANE, "next attempt");
    }
    hint_add(h, CMD_WRAP, "wrap");
}

static unsigned logs_contexts(const struct view *v)
{
    (void)v;
    return KEYCTX_BIT(DOCUMENT) | KEYCTX_BIT(LOG) | KEYCTX_BIT(EXECUTION);
}

static bool logs_selection(const struct view *v, struct str *out)
{
    const struct logs *s = logs_of(v);
    str_addz(out, s->id);
    return true;
}

const struct view_ops logs_view = {
    .name = "logs",
    .title = "A log",
    .state_size = sizeof(struct logs),
    .flags = VIEW_IS_SINGLE,
    .reasons = reasons[REASONS_logs],
    .open = logs_open,
    .event = logs_event,
    .reply = logs_reply,
    .command = logs_command,
    .can = logs_can,
    .layout = logs_layout,
    .draw = logs_draw,
    .crumbs = logs_crumbs,
    .connection = logs_connection,
    .sentence = logs_sentence,
    .status = logs_status,
    .hints = logs_hints,
    .contexts = logs_contexts,
    .selection = logs_selection,
    .close = logs_close,
};
