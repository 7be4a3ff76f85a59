/* One row of any kind and what can be done to it; see things.h. */
#include "views/things.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/model/cell.h"
#include "core/model/state.h"
#include "views/cells.h"
#include "views/env.h"
#include "views/views.h"

/* --- what it is --- */

static struct thing of_attention(const struct row *row)
{
    struct thing t = {.kind = KIND_COUNT, .id = ""};
    const char *kind = row_text(row, FIELD_ATTENTION_kind);
    t.kind = views_split(row->id, &t.id);
    t.attention = row->id;
    t.why = row_text(row, FIELD_ATTENTION_why);
    if (t.kind == KIND_EXECUTION) {
        t.execution = t.id;
    } else if (t.kind == KIND_GATE) {
        t.gate = (struct act_gate){t.id, row_text(row, FIELD_ATTENTION_name),
                                   z_eq(kind, "Callback") || z_eq(kind, "callback")};
    }
    return t;
}

/* What a row about another thing opens. */
static struct thing of_about(enum kind kind, const struct row *row)
{
    static const int targets[KIND_COUNT] = {[KIND_EVIDENCE] = FIELD_EVIDENCE_target,
                                            [KIND_TIMELINE] = FIELD_TIMELINE_target,
                                            [KIND_LINEAGE] = FIELD_LINEAGE_target};
    struct thing t = {.kind = KIND_COUNT, .id = ""};
    t.kind = views_split(row_text(row, targets[kind]), &t.id);
    t.execution = t.kind == KIND_EXECUTION ? t.id : NULL;
    t.run = t.kind == KIND_RUN ? t.id : NULL;
    t.why = kind == KIND_EVIDENCE   ? row_text(row, FIELD_EVIDENCE_why)
            : kind == KIND_TIMELINE ? row_text(row, FIELD_TIMELINE_why)
                                    : row_text(row, FIELD_LINEAGE_relation);
    return t;
}

static void of_gate(struct thing *t, const struct row *row)
{
    t->execution = row_text(row, FIELD_GATE_execution);
    t->step = row_text(row, FIELD_GATE_step);
    t->why = row_text(row, FIELD_GATE_reason);
    t->gate = act_gate_of(row);
    if (!z_eq(t->status, "Waiting")) {
        t->gate.token = NULL; /* it was decided */
    }
}

static void of_package(struct thing *t, const struct row *row)
{
    t->execution = row_text(row, FIELD_PACKAGE_execution);
    t->run = row_text(row, FIELD_PACKAGE_run);
    t->why = row_text(row, FIELD_PACKAGE_reason);
    if (z_eq(t->status, "PendingManualApproval")) {
        t->gate.token = row_text(row, FIELD_PACKAGE_token);
        t->gate.subject = t->id;
    }
}

static void of_step(struct thing *t, const struct row *row)
{
    t->execution = row_text(row, FIELD_STEP_execution);
    t->step = row_text(row, FIELD_STEP_name);
    t->run = row_text(row, FIELD_STEP_run);
    t->why = row_text(row, FIELD_STEP_why);
}

static void fill(struct thing *t, const struct row *row)
{
    switch ((int)t->kind) {
    case KIND_EXECUTION:
        t->execution = t->id;
        t->why = row_text(row, FIELD_EXECUTION_failure);
        break;
    case KIND_STEP:
        of_step(t, row);
        break;
    case KIND_JOB:
        t->execution = row_text(row, FIELD_JOB_execution);
        t->step = row_text(row, FIELD_JOB_step);
        break;
    case KIND_EVENT:
        t->execution = row_text(row, FIELD_EVENT_execution);
        t->step = row_text(row, FIELD_EVENT_step);
        t->why = row_text(row, FIELD_EVENT_text);
        break;
    case KIND_RUN:
        t->run = t->id;
        break;
    case KIND_PACKAGE:
        of_package(t, row);
        break;
    case KIND_GATE:
        of_gate(t, row);
        break;
    case KIND_JOURNAL:
        t->why = row_text(row, FIELD_JOURNAL_outcome);
        break;
    case KIND_BOOKMARK:
        t->line = row_text(row, FIELD_BOOKMARK_line);
        break;
    default:
        break;
    }
}

struct thing thing_of(enum kind kind, const struct row *row)
{
    struct thing t = {.kind = KIND_COUNT, .id = ""};
    if (row && kind == KIND_ATTENTION) {
        t = of_attention(row);
        t.name = row_text(row, FIELD_ATTENTION_name);
        t.status = row_text(row, FIELD_ATTENTION_status);
    } else if (row && kind_is_about(kind)) {
        t = of_about(kind, row);
        t.name = row_text(row, FIELD_EVIDENCE_name);
        t.status = row_text(row, FIELD_EVIDENCE_status);
    } else if (row) {
        t.kind = kind;
        t.id = row->id;
        t.name = row_text(row, FIELD_RUN_name); /* every kind has these two in these places */
        t.status = row_text(row, FIELD_RUN_status);
        fill(&t, row);
    }
    const char **texts[] = {&t.name, &t.status, &t.execution, &t.step,
                            &t.run,  &t.why,    &t.attention, &t.line};
    for (size_t i = 0; i < ALEN(texts); i++) {
        *texts[i] = *texts[i] ? *texts[i] : "";
    }
    return t;
}

bool thing_log(const struct thing *t, struct str *out)
{
    if (t->kind == KIND_STEP || t->kind == KIND_JOB) {
        str_addz(out, t->id);
        return true;
    }
    if (*t->execution && *t->step) {
        str_addf(out, "%s/%s", t->execution, t->step);
        return true;
    }
    return false;
}

/* --- what can be done --- */

static bool is_execution(const struct thing *t)
{
    return t->kind == KIND_EXECUTION;
}

static enum can off(struct str *why, const char *text)
{
    str_addz(why, text);
    return CAN_OFF;
}

static enum can can_stop(const struct thing *t, struct str *why)
{
    if (!is_execution(t)) {
        return off(why, *t->execution ? "an execution is stopped as a whole: open it, then K"
                                      : "only an execution can be stopped");
    }
    if (z_eq(t->status, "Stopping")) {
        return off(why, "it is being stopped already");
    }
    return state_is_final(t->status) ? off(why, "it has ended") : CAN_YES;
}

static enum can can_retry(const struct thing *t, struct str *why)
{
    if (!is_execution(t)) {
        return off(why, "only an execution is run again; r on a pipeline starts a new one");
    }
    if (!state_is_final(t->status)) {
        return off(why, "it is still running; K stops it");
    }
    return z_eq(t->status, "Succeeded") ? off(why, "everything in it succeeded") : CAN_YES;
}

static enum can can_decide(const struct thing *t, struct str *why)
{
    if (t->gate.token && *t->gate.token) {
        return CAN_YES;
    }
    if (t->kind == KIND_PACKAGE || t->kind == KIND_GATE) {
        str_addf(why, "%s is %s: there is no decision to make", t->name, t->status);
        return CAN_OFF;
    }
    return off(why, t->kind == KIND_MODEL ? "versions are approved one by one: Enter lists them"
                                          : "nothing here waits for a decision");
}

static enum can can_log(const struct thing *t, struct str *why)
{
    CLEANUP(str_release) struct str log = STR_INIT;
    return thing_log(t, &log) || *t->execution || *t->run
               ? CAN_YES
               : off(why, "only what runs writes a log: executions, steps, jobs, runs");
}

static enum can can_run(const struct thing *t, struct str *why)
{
    return t->kind == KIND_PIPELINE || is_execution(t)
               ? CAN_YES
               : off(why, "what is run is a pipeline: see :pipelines");
}

/* What evidence and timelines are kept of. */
static bool is_of_execution(const struct thing *t)
{
    return t->kind == KIND_EXECUTION || t->kind == KIND_STEP || t->kind == KIND_JOB ||
           t->kind == KIND_RUN || t->kind == KIND_PACKAGE || t->kind == KIND_GATE;
}

static enum can can_why(const struct thing *t, struct str *why)
{
    return is_of_execution(t)
               ? CAN_YES
               : off(why, "evidence is kept of executions, and of what they do and make");
}

static enum can can_timeline(const struct thing *t, struct str *why)
{
    return is_of_execution(t) ? CAN_YES
                              : off(why, "only what executions do and make has states in time");
}

static enum can can_lineage(const struct thing *t, struct str *why)
{
    return is_of_execution(t) || t->kind == KIND_DATASET || t->kind == KIND_MODEL
               ? CAN_YES
               : off(why, "lineage is that of data, executions, runs and models");
}

static enum can can_ack(const struct thing *t, struct str *why)
{
    bool is_red = is_execution(t) && state_class(t->status) == STATE_BAD;
    return *t->attention && (is_red || t->kind == KIND_GATE)
               ? CAN_YES
               : off(why, "what is red or waits at home is put aside, nothing else");
}

static bool waits(const struct thing *t)
{
    return t->gate.token && *t->gate.token;
}

static enum can can_notify(const struct thing *t, struct str *why)
{
    bool can_end = is_execution(t) || t->kind == KIND_RUN || t->kind == KIND_GATE;
    if (!can_end && t->kind != KIND_PACKAGE) {
        return off(why, "executions, runs and gates call when they end; this has no end");
    }
    bool has_ended = can_end ? state_is_final(t->status) : !waits(t);
    return has_ended ? off(why, "it has ended: there is nothing more to tell") : CAN_YES;
}

static enum can can_metrics(const struct thing *t, struct str *why)
{
    return *t->run ? CAN_YES : off(why, "only runs have metrics, and what became or came of one");
}

static enum can can_events(const struct thing *t, struct str *why)
{
    return *t->execution ? CAN_YES : off(why, "events are kept of executions");
}

static enum can can_delete(const struct thing *t, struct str *why)
{
    return t->kind == KIND_BOOKMARK
               ? CAN_YES
               : off(why, "what ran and what came of it is kept: it says where models come from");
}

static enum can can_open(const struct thing *t, struct str *why)
{
    (void)t;
    (void)why;
    return CAN_YES;
}

static enum can can_raw(const struct thing *t, struct str *why)
{
    return t->kind == KIND_CONTEXT ? off(why, "a context is no document") : CAN_YES;
}

/* --- doing it --- */

struct doing {
    struct view *v;
    struct act *act;
    struct rawdoc *raw;
    const struct thing *t;
    enum cmd cmd;
    const struct cmd_arg *arg;
};

static void do_logs(const struct doing *d)
{
    CLEANUP(str_release) struct str log = STR_INIT;
    if (thing_log(d->t, &log)) {
        views_go(d->v, KIND_STEP, log.p);
    } else if (*d->t->execution) {
        views_go(d->v, KIND_EXECUTION, d->t->execution); /* its steps have the logs */
    } else {
        views_go(d->v, KIND_RUN, d->t->run);
    }
}

static void do_open(const struct doing *d)
{
    const struct thing *t = d->t;
    struct err e = ERR_INIT;
    if (t->kind == KIND_BOOKMARK) {
        if (!app_line(d->v->app, sv_z(t->line), &e)) {
            app_error(d->v->app, &e);
        }
        return;
    }
    bool is_version = t->gate.subject && strchr(t->gate.subject, '/') && !t->gate.is_callback;
    if (t->kind == KIND_GATE && is_version) {
        views_go(d->v, KIND_PACKAGE, t->gate.subject);
    } else if (t->kind == KIND_GATE && !*t->execution) {
        views_go(d->v, KIND_GATE, t->id);
    } else if (t->kind == KIND_GATE || t->kind == KIND_EVENT) {
        views_go(d->v, KIND_EXECUTION, t->execution);
    } else {
        views_go(d->v, t->kind, t->id);
    }
}

static void do_delete(const struct doing *d)
{
    act_forget_bookmark(d->act, d->v, d->t->id, d->t->line);
}

static void do_about(const struct doing *d)
{
    views_about_cmd(d->v, d->cmd, d->t->kind, d->t->id);
}

static void do_stop(const struct doing *d)
{
    act_stop(d->act, d->v, d->t->id);
}

static void do_retry(const struct doing *d)
{
    act_retry(d->act, d->v, d->t->id);
}

static void do_approve(const struct doing *d)
{
    act_decide(d->act, d->v, &d->t->gate);
}

static void do_reject(const struct doing *d)
{
    act_reject(d->act, d->v, &d->t->gate, d->arg->text);
}

static void do_run(const struct doing *d)
{
    struct err e = ERR_INIT;
    if (d->t->kind == KIND_PIPELINE && sv_trim(d->arg->text).n) {
        act_start(d->act, d->v, d->t->id, d->arg->text);
    } else if (!(is_execution(d->t) ? views_rerun(d->v->app, d->t->id, &e)
                                    : views_open_thing(d->v->app, d->t->kind, d->t->id, &e))) {
        app_error(d->v->app, &e);
    }
}

static void do_ack(const struct doing *d)
{
    act_ack(d->act, d->v, d->t->attention, d->t->name, d->arg->text);
}

static void do_notify(const struct doing *d)
{
    const struct thing *t = d->t;
    if (waits(t)) { /* a gate, or a version that waits for its own */
        act_notify(d->act, d->v, KIND_GATE, t->gate.token, t->gate.subject);
    } else {
        act_notify(d->act, d->v, t->kind, t->id, NULL);
    }
}

static void do_metrics(const struct doing *d)
{
    views_go_charts(d->v, d->t->run);
}

static void do_events(const struct doing *d)
{
    views_events(d->v, d->t->execution);
}

static void do_raw(const struct doing *d)
{
    rawdoc_ask(d->raw, d->v, d->t->kind, d->t->id);
}

static void do_copy(const struct doing *d)
{
    app_copy(d->v->app, sv_z(d->t->id));
}

/* A row a command: whether, and how. */
static const struct {
    enum cmd cmd;
    enum can (*can)(const struct thing *t, struct str *why);
    void (*run)(const struct doing *d);
} doings[] = {
    {CMD_OPEN, can_open, do_open},
    {CMD_LOGS, can_log, do_logs},
    {CMD_STOP, can_stop, do_stop},
    {CMD_RETRY, can_retry, do_retry},
    {CMD_APPROVE, can_decide, do_approve},
    {CMD_REJECT, can_decide, do_reject},
    {CMD_NOTIFY, can_notify, do_notify},
    {CMD_RUN, can_run, do_run},
    {CMD_ACK, can_ack, do_ack},
    {CMD_WHY, can_why, do_about},
    {CMD_METRICS, can_metrics, do_metrics},
    {CMD_EVENTS, can_events, do_events},
    {CMD_TIMELINE, can_timeline, do_about},
    {CMD_LINEAGE, can_lineage, do_about},
    {CMD_DELETE, can_delete, do_delete},
    {CMD_RAW, can_raw, do_raw},
    {CMD_COPY, can_open, do_copy},
};

enum can things_can(const struct thing *t, enum cmd cmd, struct str *why)
{
    for (size_t i = 0; i < ALEN(doings); i++) {
        if (doings[i].cmd == cmd) {
            return t->kind < KIND_COUNT ? doings[i].can(t, why) : off(why, "no row is selected");
        }
    }
    return CAN_NOT;
}

enum handled things_do(struct view *v, struct act *act, struct rawdoc *raw, const struct thing *t,
                       enum cmd cmd, const struct cmd_arg *arg)
{
    struct doing d = {v, act, raw, t, cmd, arg};
    for (size_t i = 0; i < ALEN(doings) && t->kind < KIND_COUNT; i++) {
        if (doings[i].cmd == cmd) {
            doings[i].run(&d);
            return HANDLED;
        }
    }
    return PASS;
}

/* --- everything about it --- */

static void describe_line(struct str *out, const char *key, struct value v,
                          const struct field *field, int64_t now_ms)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    struct table_cell cell = {.buf = STR_INIT};
    cells_value(&cell, v, field, now_ms);
    str_addf(out, "  %-16s  %s\n", key, cell.buf.p);
    str_release(&cell.buf);
}

void things_describe(struct str *out, enum kind kind, const struct row *row, int64_t now_ms)
{
    const struct kind_info *info = &kinds[kind];
    if (!row) {
        return;
    }
    str_addf(out, "%s\n", info->singular);
    for (size_t i = 0; i < info->field_count; i++) {
        if (row->cells[i].type != VALUE_MISSING) {
            describe_line(out, info->fields[i].id, row->cells[i], &info->fields[i], now_ms);
        }
    }
    for (int f = 0; f < FAMILY_COUNT; f++) {
        const struct named_list *list = &row->families[f];
        if (list->n) {
            str_addf(out, "\n%s\n", family_names[f]);
        }
        for (size_t i = 0; i < list->n; i++) {
            describe_line(out, list->at[i].key, list->at[i].value, NULL, now_ms);
        }
    }
}
