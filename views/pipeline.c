/* The pipeline view: what it asks the hub for, and what its keys do; see pipeline.h. */
#include "views/pipeline.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "views/cells.h"
#include "views/env.h"
#include "views/help.h"
#include "views/reasons.h"
#include "views/views.h"

enum { TAG_CHOICE = 1 };

/* --- life --- */

static void subscribe(struct view *v)
{
    struct pipeline *x = pipeline_of(v);
    x->doc_sub = hub_subscribe(
        view_hub(v), &(struct query){.type = QUERY_DOC, .kind = KIND_PIPELINE, .id = x->name});
}

static bool pipeline_open(struct view *v, const struct route *route, struct err *e)
{
    struct pipeline *x = pipeline_of(v);
    if (!route->id || !*route->id) {
        err_set(e, ERR_USAGE, "which pipeline? its name is missing");
        return err_hint(e, "open one from :pipelines");
    }
    form_init(&x->form);
    rails_init(&x->rails);
    if (z_eq(route->kind, "execution")) {
        x->from = xstrdup(route->id);
        x->from_sub = hub_subscribe(
            view_hub(v), &(struct query){.type = QUERY_DOC, .kind = KIND_EXECUTION, .id = x->from});
    } else {
        x->name = xstrdup(route->id);
        subscribe(v);
    }
    return true;
}

static void unsubscribe(struct view *v, uint64_t *sub)
{
    if (*sub) {
        hub_unsubscribe(view_hub(v), *sub);
    }
    *sub = 0;
}

static void forget_question(struct view *v)
{
    struct pipeline *x = pipeline_of(v);
    if (x->plan_request) {
        hub_cancel(view_hub(v), x->plan_request);
    }
    x->plan_request = 0;
}

static void pipeline_close(struct view *v)
{
    struct pipeline *x = pipeline_of(v);
    forget_question(v);
    unsubscribe(v, &x->doc_sub);
    unsubscribe(v, &x->from_sub);
    rawdoc_release(&x->raw, v);
    act_release(&x->act, v);
    pipeline_clear(x);
}

/* --- the plan --- */

/* Ask what a start would do with the values as they are now. */
static void ask_plan(struct view *v)
{
    struct pipeline *x = pipeline_of(v);
    pipeline_note_all(x);
    struct req req = {.type = REQ_PLAN, .text = xstrdup(x->name)};
    forget_question(v);
    pipeline_values(x, &req);
    x->plan_request = hub_request(view_hub(v), &req);
}

static void take_plan(struct view *v, const struct ev *ev)
{
    struct pipeline *x = pipeline_of(v);
    x->plan_request = 0;
    x->plan_err = (struct err)ERR_INIT;
    if (!ev->ok) {
        x->plan_err = ev->err;
    }
    json_free(x->plan);
    x->plan = ev->ok && ev->doc ? json_clone(ev->doc) : NULL;
    pipeline_fill_steps(x);
}

/* --- events --- */

static void take_given(struct view *v, const struct json *doc)
{
    struct pipeline *x = pipeline_of(v);
    const char *arn = json_get_str(doc, "PipelineArn");
    const char *name = arn ? strstr(arn, "pipeline/") : NULL;
    if (x->given || !name) {
        return; /* an execution's values do not change */
    }
    x->given = json_new_object();
    json_each (p, json_get(doc, "PipelineParameters")) {
        json_set_str(x->given, json_get_str(p, "Name"), json_get_str(p, "Value"));
    }
    x->name = xstrdup(name + strlen("pipeline/"));
    unsubscribe(v, &x->from_sub);
    subscribe(v);
}

static void take_document(struct view *v, struct snapshot *s)
{
    struct pipeline *x = pipeline_of(v);
    struct snapshot *old = x->doc;
    x->err = (struct err)ERR_INIT;
    if (x->form.is_editing) {
        x->is_form_stale = true;
    }
    x->doc = snapshot_ref(s);
    if (x->is_form_stale) {
        pipeline_fill_steps(x);
    } else {
        pipeline_fill(x);
        ask_plan(v);
    }
    snapshot_unref(old);
}

static void pipeline_event(struct view *v, const void *arg)
{
    const struct ev *ev = arg;
    struct pipeline *x = pipeline_of(v);
    if (act_event(&x->act, v, ev) || rawdoc_event(&x->raw, v, ev)) {
        return;
    }
    if (ev->type == EV_REPLY && ev->id == x->plan_request && x->plan_request) {
        take_plan(v, ev);
        return;
    }
    bool is_ours =
        ev->type == EV_SNAPSHOT && ev->id && (ev->id == x->doc_sub || ev->id == x->from_sub);
    if (!is_ours) {
        return;
    }
    if (ev->snapshot->type == SNAPSHOT_ERROR) {
        x->err = ev->snapshot->err;
    } else if (ev->id == x->from_sub) {
        take_given(v, ev->snapshot->doc);
    } else {
        take_document(v, ev->snapshot);
    }
}

/* --- the form --- */

/* A field was left, or has another text. */
static void left_field(struct view *v, bool is_changed)
{
    struct pipeline *x = pipeline_of(v);
    bool is_stale = x->is_form_stale && !x->form.is_editing;
    if (is_stale) {
        pipeline_fill(x);
    }
    if (is_changed || is_stale) {
        ask_plan(v);
    }
}

static bool pipeline_is_typing(const struct view *v)
{
    return pipeline_of(v)->form.is_editing;
}

static void pipeline_type(struct view *v, struct key key)
{
    enum form_event ev = form_key(&pipeline_of(v)->form, key);
    if (ev != FORM_NOTHING) {
        left_field(v, ev == FORM_CHANGED);
    }
}

static void pipeline_paste(struct view *v, struct sv text)
{
    form_paste(&pipeline_of(v)->form, text);
}

static void choose(struct view *v)
{
    struct pipeline *x = pipeline_of(v);
    const struct form_field *f = &x->form.fields.at[x->form.selected];
    VEC(struct menu_item) items = {0};
    for (size_t i = 0; i < f->choices.n; i++) {
        const char *text = f->choices.at[i];
        bool is_default = z_eq(text, x->defaults.at[x->form.selected]);
        struct menu_item item = {.id = text, .describe = is_default ? "default" : NULL};
        vec_push(&items, item);
    }
    CLEANUP(mem_free_ptr) char *label = xasprintf("%s: ", f->label);
    app_menu(v->app, v, TAG_CHOICE, label, items.at, items.n);
    vec_release(&items);
}

static void pipeline_reply(struct view *v, int tag, enum reply what, struct sv text)
{
    struct pipeline *x = pipeline_of(v);
    if (act_reply(&x->act, v, tag, what, text) || tag != TAG_CHOICE || what != REPLY_ACCEPTED) {
        return;
    }
    if (x->form.selected < x->form.fields.n && form_set(&x->form, x->form.selected, text)) {
        ask_plan(v);
    }
}

/* --- what can be done --- */

static enum can off(struct str *why, const char *text)
{
    str_addz(why, text);
    return CAN_OFF;
}

static enum can can_run(const struct pipeline *x, struct str *why)
{
    if (x->plan_err.code) {
        return off(why, x->plan_err.msg);
    }
    return pipeline_problem(x) ? off(why, pipeline_problem(x)) : CAN_YES;
}

static enum can pipeline_can(const struct view *v, enum cmd cmd, struct str *why)
{
    const struct pipeline *x = pipeline_of(v);
    bool has_row = x->in_steps || x->form.fields.n;
    switch ((int)cmd) {
    case CMD_EVENTS:
    case CMD_RAW:
        return x->name ? CAN_YES : off(why, "the pipeline is not known yet");
    case CMD_RUN:
        return x->doc ? can_run(x, why) : off(why, "its definition is not known yet");
    case CMD_OPEN:
    case CMD_DESCRIBE:
    case CMD_COPY:
        return has_row ? CAN_YES : off(why, "there is no parameter and no step to choose");
    case CMD_NEXT_PANE:
    case CMD_PREV_PANE:
        return x->form.fields.n && x->steps.n
                   ? CAN_YES
                   : off(why, "there are no parameters and steps to go between");
    case CMD_WHY:
        return x->plan || x->plan_err.code ? CAN_YES : off(why, "there is no plan yet");
    default:
        return cmd_info(cmd)->flags & (CMD_NEEDS_SELECTION | CMD_TAKES_MARKS | CMD_WRITES)
                   ? CAN_NOT
                   : CAN_YES;
    }
}

/* --- doing it --- */

/* Fields and steps are one list for the cursor. */
static void go(struct view *v, long to)
{
    struct pipeline *x = pipeline_of(v);
    long fields = (long)x->form.fields.n, all = fields + (long)x->steps.n;
    to = to < 0 ? 0 : to >= all ? all - 1 : to;
    x->in_steps = to >= fields && x->steps.n;
    if (x->in_steps) {
        x->step = (size_t)(to - fields);
    } else {
        form_select(&x->form, (size_t)(to < 0 ? 0 : to));
    }
}

static enum handled move(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    const struct pipeline *x = pipeline_of(v);
    long fields = (long)x->form.fields.n;
    long at = x->in_steps ? fields + (long)x->step : (long)x->form.selected;
    long page = x->in_steps ? x->places.steps.h : x->places.form.h;
    page = page > 1 ? page - 1 : 1;
    const struct {
        enum cmd cmd;
        long to;
    } moves[] = {{CMD_UP, at - 1},
                 {CMD_DOWN, at + 1},
                 {CMD_PAGE_UP, at - page},
                 {CMD_PAGE_DOWN, at + page},
                 {CMD_HALF_UP, at - (page + 1) / 2},
                 {CMD_HALF_DOWN, at + (page + 1) / 2},
                 {CMD_TOP, 0},
                 {CMD_BOTTOM, fields + (long)x->steps.n},
                 {CMD_LINE, arg->n - 1},
                 {CMD_NEXT_PANE, x->in_steps ? 0 : fields},
                 {CMD_PREV_PANE, x->in_steps ? 0 : fields}};
    for (size_t i = 0; i < ALEN(moves); i++) {
        if (moves[i].cmd == cmd) {
            go(v, moves[i].to);
            return HANDLED;
        }
    }
    return PASS;
}

static void describe(struct view *v, const char *title)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    pipeline_describe(pipeline_of(v), &text);
    app_prose(v->app, title, sv_of(&text));
}

/* The whole plan, or why there is none. */
static void show_plan(struct view *v)
{
    const struct pipeline *x = pipeline_of(v);
    CLEANUP(str_release) struct str text = STR_INIT;
    if (x->plan_err.code) {
        str_addf(&text, "%s\n%s\n", x->plan_err.msg, x->plan_err.hint);
    }
    for (size_t i = 0; i < x->steps.n && !x->plan_err.code; i++) {
        const struct pipeline_step *s = &x->steps.at[i];
        str_addf(&text, "%s: %s, %s\n", s->name, s->action ? s->action : "not planned",
                 s->why ? s->why : "");
    }
    app_prose(v->app, "plan", sv_of(&text));
}

static void open_selected(struct view *v)
{
    struct pipeline *x = pipeline_of(v);
    const struct pipeline_step *step = pipeline_step(x);
    if (step) {
        describe(v, step->name);
    } else if (!form_edit(&x->form)) {
        choose(v);
    }
}

static void start(struct view *v)
{
    struct pipeline *x = pipeline_of(v);
    struct req values = {0};
    pipeline_values(x, &values);
    act_start_with(&x->act, v, x->name, &values);
}

static void copy(struct view *v)
{
    const struct pipeline *x = pipeline_of(v);
    const struct pipeline_step *step = pipeline_step(x);
    app_copy(v->app, step ? sv_z(step->name) : sv_of(&x->form.fields.at[x->form.selected].text));
}

static void refresh(struct view *v)
{
    const struct pipeline *x = pipeline_of(v);
    if (x->doc_sub) {
        hub_window(view_hub(v), x->doc_sub, &(struct query){.n = 0});
    }
    if (x->doc && !x->form.is_editing) {
        ask_plan(v);
    }
}

static void executions(struct view *v)
{
    struct err e = ERR_INIT;
    if (!views_browse(v->app, KIND_EXECUTION, pipeline_of(v)->name, NULL, &e)) {
        app_error(v->app, &e);
    }
}

static enum handled pipeline_command(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct pipeline *x = pipeline_of(v);
    switch ((int)cmd) {
    case CMD_OPEN:
        open_selected(v);
        return HANDLED;
    case CMD_RUN:
        start(v);
        return HANDLED;
    case CMD_DESCRIBE:
        describe(v, x->name);
        return HANDLED;
    case CMD_WHY:
        show_plan(v);
        return HANDLED;
    case CMD_EVENTS:
        executions(v);
        return HANDLED;
    case CMD_RAW:
        rawdoc_ask(&x->raw, v, KIND_PIPELINE, x->name);
        return HANDLED;
    case CMD_COPY:
        copy(v);
        return HANDLED;
    case CMD_REFRESH:
        refresh(v);
        return HANDLED;
    default:
        return move(v, cmd, arg);
    }
}

bool views_start(struct app *app, struct sv line, struct err *e)
{
    struct sv rest = sv_trim(line), name = {"", 0};
    (void)sv_split(&rest, ' ', &name);
    if (app_is_read_only(app)) {
        return err_set(e, ERR_REFUSED, "run: mlw was started read-only");
    }
    CLEANUP(mem_free_ptr) char *pipeline = sv_dup(name);
    if (!views_open_thing(app, KIND_PIPELINE, pipeline, e)) {
        return false;
    }
    if (name.n < line.n && sv_trim(rest).n) {
        act_start(&pipeline_of(app_top(app))->act, app_top(app), pipeline, rest);
    }
    return true;
}

bool views_rerun(struct app *app, const char *execution, struct err *e)
{
    struct route route = {.kind = "execution", .id = execution};
    return app_open(app, &pipeline_view, &route, e) != NULL;
}

/* --- around it --- */

static void pipeline_crumbs(const struct view *v, struct str *out)
{
    const struct pipeline *x = pipeline_of(v);
    crumb_add(out, "local");
    crumb_add(out, "pipelines");
    crumb_add(out, x->name ? x->name : "?");
    if (x->from) {
        CLEANUP(mem_free_ptr) char *again = xasprintf("%s again", x->from);
        crumb_add(out, again);
    }
}

static void pipeline_connection(const struct view *v, struct str *out, unsigned *style)
{
    const struct pipeline *x = pipeline_of(v);
    if (x->err.code && x->doc) {
        cells_stale(out, style, x->doc->as_of_ms, app_now_ms(v->app));
    }
}

static void pipeline_status(const struct view *v, struct status *st)
{
    const struct pipeline *x = pipeline_of(v);
    if (x->form.is_editing) {
        str_addf(&st->state, "%s", x->form.fields.at[x->form.selected].label);
    }
    st->state_style = ROLE_ACCENT;
}

static void pipeline_hints(const struct view *v, struct hints *h)
{
    const struct pipeline *x = pipeline_of(v);
    bool has_choices = !x->in_steps && x->form.selected < x->form.fields.n &&
                       x->form.fields.at[x->form.selected].choices.n;
    hint_add(h, CMD_OPEN, x->in_steps ? "all of it" : has_choices ? "choose" : "edit");
    hint_add(h, CMD_RUN, "run");
    hint_add(h, CMD_EVENTS, "executions");
    if (x->form.fields.n && x->steps.n) {
        hint_add(h, CMD_NEXT_PANE, x->in_steps ? "parameters" : "steps");
    }
    hint_add(h, CMD_WHY, "plan");
}

static bool pipeline_selection(const struct view *v, struct str *out)
{
    const struct pipeline *x = pipeline_of(v);
    str_addz(out, x->name ? x->name : "");
    return x->name != NULL;
}

static void pipeline_help(const struct view *v, struct help *h)
{
    (void)v;
    help_section(h, "What the plan says");
    help_line(h, "cache", "ends at once with the result of the execution that is named");
    help_line(h, "runs", "it runs: what differs, or that it is not cached");
    help_line(h, "skip", "its branch is not taken");
    help_line(h, "unknown", "it hangs on what a step will write that runs first");
}

static bool pipeline_is_loading(const struct view *v)
{
    const struct pipeline *x = pipeline_of(v);
    return !x->doc && !x->err.code;
}

const struct view_ops pipeline_view = {
    .name = "pipeline",
    .title = "A pipeline",
    .state_size = sizeof(struct pipeline),
    .flags = VIEW_IS_SINGLE,
    .reasons = reasons[REASONS_pipeline],
    .open = pipeline_open,
    .event = pipeline_event,
    .reply = pipeline_reply,
    .command = pipeline_command,
    .is_typing = pipeline_is_typing,
    .type = pipeline_type,
    .paste = pipeline_paste,
    .can = pipeline_can,
    .is_loading = pipeline_is_loading,
    .layout = pipeline_layout,
    .draw = pipeline_draw,
    .crumbs = pipeline_crumbs,
    .connection = pipeline_connection,
    .sentence = pipeline_sentence,
    .status = pipeline_status,
    .hints = pipeline_hints,
    .pick = pipeline_pick,
    .selection = pipeline_selection,
    .help = pipeline_help,
    .close = pipeline_close,
};
