/* Questions, requests and their outcome; see actions.h. */
#include "views/actions.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "views/approval.h"
#include "views/env.h"
#include "views/views.h"

static void forget(struct act *a, struct view *v)
{
    if (a->proof_sub) {
        hub_unsubscribe(view_hub(v), a->proof_sub);
    }
    snapshot_unref(a->proof);
    a->proof_sub = 0;
    a->proof = NULL;
    free(a->id);
    free(a->object);
    free(a->reason);
    free(a->pairs);
    a->id = a->object = a->reason = a->pairs = NULL;
    req_release(&a->values);
    a->is_callback = false;
}

void act_release(struct act *a, struct view *v)
{
    forget(a, v);
    free(a->sent_id);
    free(a->sent_object);
    free(a->undo_id);
    free(a->undo_text);
    a->sent_id = a->sent_object = a->undo_id = a->undo_text = NULL;
    a->request = 0; /* it goes on without us: what was sent is done */
}

static void keep(char **at, struct sv text)
{
    free(*at);
    *at = sv_dup(sv_trim(text));
}

/* --- asking --- */

static void begin(struct act *a, struct view *v, enum req_type type, const char *id,
                  const char *object)
{
    forget(a, v);
    a->type = type;
    a->id = xstrdup(id);
    a->object = xstrdup(object && *object ? object : id);
}

static void ask(struct view *v, const char *verb, const char *object, const char *body)
{
    app_dialog(v->app, v, ACT_TAG_DIALOG,
               &(struct dialog_spec){.verb = verb, .object = object, .body = body});
}

void act_stop(struct act *a, struct view *v, const char *execution)
{
    begin(a, v, REQ_STOP, execution, NULL);
    ask(v, "stop", execution,
        "What runs is told to end and gets its grace; what is done stays done.\n"
        "u runs again what did not succeed, r all of it.");
}

void act_retry(struct act *a, struct view *v, const char *execution)
{
    begin(a, v, REQ_RETRY, execution, NULL);
    ask(v, "retry", execution, "What succeeded is kept; the rest runs again as it was started.");
}

/* What a start is given, a line each. */
static void add_values(const struct act *a, struct str *body)
{
    if (a->pairs && *a->pairs) {
        str_addf(body, "Parameters: %s\n", a->pairs);
    }
    for (size_t i = 0; i < a->values.params.n; i++) {
        str_addf(body, "%s = %s\n", a->values.params.at[i].key, a->values.params.at[i].value);
    }
    if (!(a->pairs && *a->pairs) && !a->values.params.n) {
        str_addz(body, "With the parameters' defaults.\n");
    }
}

/* A version's evidence is read while the reason is typed. */
static void read_proof(struct act *a, struct view *v)
{
    const char *slash = strrchr(a->object, '/');
    if (slash && !a->is_callback) {
        CLEANUP(mem_free_ptr) char *group = xstrndup(a->object, (size_t)(slash - a->object));
        a->proof_sub = hub_subscribe(
            view_hub(v), &(struct query){.type = QUERY_ROWS, .kind = KIND_PACKAGE, .id = group});
    }
}

static void add_proof(const struct act *a, struct view *v, struct str *body)
{
    if (a->proof) {
        approval_text(body, a->proof, a->object, view_goals(v), app_now_ms(v->app));
    } else if (a->proof_sub) {
        str_addf(body, "What speaks for it was not read yet: Esc, then :package %s\n", a->object);
    }
}

/* The question before a decision or a start: everything that will be sent. */
static void confirm(struct act *a, struct view *v)
{
    CLEANUP(str_release) struct str body = STR_INIT;
    if (!z_eq(a->id, a->object)) {
        str_addf(&body, "%s: %s\n", a->type == REQ_ACK ? "What is red" : "Token", a->id);
    }
    if (a->reason && *a->reason) {
        str_addf(&body, "Reason: %s\n", a->reason);
    }
    if (a->type == REQ_START) {
        add_values(a, &body);
    } else if (a->pairs && *a->pairs) {
        str_addf(&body, "Outputs: %s\n", a->pairs);
    }
    add_proof(a, v, &body);
    str_addz(&body, a->type == REQ_START ? "It goes on without the screen."
                                         : "The decision is kept in the journal with your name.");
    ask(v, a->type == REQ_START ? "run" : req_infos[a->type].word, a->object, body.p);
}

static void ask_reason(struct act *a, struct view *v)
{
    bool is_required = a->type != REQ_APPROVE;
    CLEANUP(mem_free_ptr)
    char *label = xasprintf("%s %s, reason%s: ",
                            a->type == REQ_APPROVE  ? "Approve"
                            : a->type == REQ_REJECT ? "Reject"
                                                    : "Put aside",
                            a->object, is_required ? "" : " (may be empty)");
    app_prompt(
        v->app, v, ACT_TAG_REASON,
        &(struct prompt_spec){.label = label, .history = "reason", .is_required = is_required});
}

static void ask_pairs(struct act *a, struct view *v)
{
    CLEANUP(mem_free_ptr)
    char *label = xasprintf("%s of %s, K=V K=V (may be empty): ",
                            a->type == REQ_START ? "Parameters" : "Outputs", a->object);
    app_prompt(v->app, v, ACT_TAG_PAIRS,
               &(struct prompt_spec){.label = label, .text = a->pairs, .history = "pairs"});
}

struct act_gate act_gate_of(const struct row *gate)
{
    if (!gate) {
        return (struct act_gate){0};
    }
    bool is_callback = z_eq(row_text(gate, FIELD_GATE_kind), "Callback");
    return (struct act_gate){row_text(gate, FIELD_GATE_token), row_text(gate, FIELD_GATE_subject),
                             is_callback};
}

void act_decide(struct act *a, struct view *v, const struct act_gate *gate)
{
    static const struct menu_item items[] = {
        {.id = "Approve", .describe = "yes: what waits for it goes on"},
        {.id = "Reject", .describe = "no, with a reason"},
    };
    begin(a, v, REQ_APPROVE, gate->token, gate->subject);
    a->is_callback = gate->is_callback;
    read_proof(a, v);
    CLEANUP(mem_free_ptr) char *label = xasprintf("%s: ", a->object);
    app_menu(v->app, v, ACT_TAG_CHOICE, label, items, ALEN(items));
}

void act_reject(struct act *a, struct view *v, const struct act_gate *gate, struct sv reason)
{
    begin(a, v, REQ_REJECT, gate->token, gate->subject);
    a->is_callback = gate->is_callback;
    read_proof(a, v);
    if (sv_trim(reason).n) {
        keep(&a->reason, reason);
        confirm(a, v);
    } else {
        ask_reason(a, v);
    }
}

void act_ack(struct act *a, struct view *v, const char *attention, const char *name,
             struct sv reason)
{
    begin(a, v, REQ_ACK, attention, name);
    if (sv_trim(reason).n) {
        keep(&a->reason, reason);
        confirm(a, v);
    } else {
        ask_reason(a, v);
    }
}

/* --- pairs: K=V parted by spaces; a value with spaces stands in "…" --- */

static struct sv cut_pair(struct sv *rest)
{
    bool in_quotes = false;
    size_t n = 0;
    *rest = sv_trim(*rest);
    while (n < rest->n && (in_quotes || rest->p[n] != ' ')) {
        in_quotes ^= rest->p[n] == '"';
        n++;
    }
    struct sv pair = {rest->p, n};
    *rest = (struct sv){rest->p + n, rest->n - n};
    return pair;
}

/* Into req, or only checked when it is NULL. */
static bool pairs_read(const char *text, struct req *req, struct err *e)
{
    struct sv rest = sv_z(text);
    while (sv_trim(rest).n) {
        struct sv value = cut_pair(&rest), key = {"", 0}, pair = value;
        if (sv_find(pair, SV("=")) == SIZE_MAX || pair.p[0] == '=') {
            err_set(e, ERR_USAGE, "\"%.*s\" is not of the form K=V", (int)pair.n, pair.p);
            return err_hint(e, "part several by spaces; a value with spaces stands in \"…\"");
        }
        (void)sv_split(&value, '=', &key);
        if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"') {
            value = (struct sv){value.p + 1, value.n - 2};
        }
        if (req) {
            CLEANUP(mem_free_ptr) char *k = sv_dup(key);
            CLEANUP(mem_free_ptr) char *val = sv_dup(value);
            req_pair(req, k, val);
        }
    }
    return true;
}

static void take_pairs(struct act *a, struct view *v, struct sv text)
{
    struct err e = ERR_INIT;
    keep(&a->pairs, text);
    if (pairs_read(a->pairs, NULL, &e)) {
        confirm(a, v);
    } else {
        app_error(v->app, &e);
        ask_pairs(a, v);
    }
}

void act_start(struct act *a, struct view *v, const char *pipeline, struct sv pairs)
{
    begin(a, v, REQ_START, pipeline, NULL);
    if (sv_trim(pairs).n) {
        take_pairs(a, v, pairs);
    } else {
        ask_pairs(a, v);
    }
}

void act_start_with(struct act *a, struct view *v, const char *pipeline, struct req *values)
{
    begin(a, v, REQ_START, pipeline, NULL);
    a->values = *values;
    *values = (struct req){0};
    confirm(a, v);
}

/* --- sending --- */

static void send_off(struct act *a, struct view *v, struct req *req, const char *object)
{
    free(a->sent_id);
    free(a->sent_object);
    a->sent_id = xstrdup(req->id);
    a->sent_object = xstrdup(object);
    a->sent = req->type;
    a->request = hub_request(view_hub(v), req);
}

/* --- taking back --- */

static void forget_undo(struct act *a)
{
    free(a->undo_id);
    free(a->undo_text);
    a->undo_id = a->undo_text = NULL;
}

static void set_undo(struct act *a, enum req_type type, const char *id, const char *text)
{
    forget_undo(a);
    a->undo = type;
    a->undo_id = xstrdup(id);
    a->undo_text = xstrdup(text);
}

void act_forget_bookmark(struct act *a, struct view *v, const char *name, const char *line)
{
    struct req req = {.type = REQ_BOOKMARK, .id = xstrdup(name)};
    set_undo(a, REQ_BOOKMARK, name, line);
    send_off(a, v, &req, name);
}

enum can act_can_undo(const struct act *a, struct str *why)
{
    if (a->undo_id) {
        return CAN_YES;
    }
    str_addz(why, "nothing was put aside or forgotten here that could come back");
    return CAN_OFF;
}

void act_undo(struct act *a, struct view *v)
{
    struct req req = {.type = a->undo, .id = xstrdup(a->undo_id), .text = xstrdup(a->undo_text)};
    send_off(a, v, &req, a->undo_id);
    forget_undo(a);
}

static void send(struct act *a, struct view *v)
{
    struct err ignored = ERR_INIT; /* was read once already */
    struct req req = {.type = a->type};
    if (a->type == REQ_START) {
        req.text = xstrdup(a->id);
    } else {
        req.id = xstrdup(a->id);
        req.text = xstrdup(a->reason && *a->reason ? a->reason : NULL);
    }
    (void)!pairs_read(a->pairs, &req, &ignored);
    for (size_t i = 0; i < a->values.params.n; i++) {
        req_pair(&req, a->values.params.at[i].key, a->values.params.at[i].value);
    }
    send_off(a, v, &req, a->object);
}

void act_export(struct act *a, struct view *v, uint64_t subscription, struct sv file)
{
    struct req req = {
        .type = REQ_COPY_OUT, .text = sv_dup(sv_trim(file)), .subscription = subscription};
    send_off(a, v, &req, req.text);
}

void act_notify(struct act *a, struct view *v, enum kind kind, const char *id, const char *name)
{
    struct req req = {.type = REQ_NOTIFY, .id = xasprintf("%s:%s", kinds[kind].singular, id)};
    send_off(a, v, &req, name && *name ? name : id);
}

static void accepted(struct act *a, struct view *v, int tag, struct sv text)
{
    switch (tag) {
    case ACT_TAG_CHOICE:
        a->type = sv_eqz(text, "Reject") ? REQ_REJECT : REQ_APPROVE;
        ask_reason(a, v);
        break;
    case ACT_TAG_REASON:
        keep(&a->reason, text);
        if (a->type == REQ_APPROVE && a->is_callback) {
            ask_pairs(a, v);
        } else {
            confirm(a, v);
        }
        break;
    case ACT_TAG_PAIRS:
        take_pairs(a, v, text);
        break;
    default:
        send(a, v);
        forget(a, v);
    }
}

bool act_reply(struct act *a, struct view *v, int tag, enum reply what, struct sv text)
{
    bool is_ours = tag >= ACT_TAG_DIALOG && tag < ACT_TAG_END;
    if (!is_ours || what == REPLY_CHANGED) {
        return is_ours;
    }
    if (what == REPLY_ACCEPTED && a->id) {
        accepted(a, v, tag, text);
    } else {
        forget(a, v);
    }
    return true;
}

static bool proof_event(struct act *a, const struct ev *ev)
{
    if (ev->type != EV_SNAPSHOT || !a->proof_sub || ev->id != a->proof_sub) {
        return false;
    }
    if (ev->snapshot->type == SNAPSHOT_ROWS) {
        struct snapshot *old = a->proof;
        a->proof = snapshot_ref(ev->snapshot);
        snapshot_unref(old);
    }
    return true;
}

static void say_outcome(struct act *a, struct view *v, const struct ev *ev)
{
    /* a token means nothing to a person */
    const char *text = ev->text ? ev->text : "done";
    size_t n = a->sent_id ? strlen(a->sent_id) : 0;
    bool names_id = n && strncmp(text, a->sent_id, n) == 0 && a->sent_object;
    app_toast(v->app, TOAST_INFO, "%s%s%s", names_id ? a->sent_object : "",
              names_id ? text + n : text, a->sent == REQ_ACK ? "; z undoes it" : "");
}

bool act_take_done(struct act *a)
{
    bool is_done = a->is_done;
    a->is_done = false;
    return is_done;
}

bool act_event(struct act *a, struct view *v, const struct ev *ev)
{
    struct err e = ERR_INIT;
    if (proof_event(a, ev)) {
        return true;
    }
    if (ev->type != EV_REPLY || !a->request || ev->id != a->request) {
        return false;
    }
    a->request = 0;
    if (!ev->ok) {
        app_error(v->app, &ev->err);
        return true;
    }
    a->is_done = true;
    if (a->sent == REQ_ACK) {
        set_undo(a, REQ_UNACK, a->sent_id, "");
    }
    say_outcome(a, v, ev);
    if (a->sent == REQ_START && ev->reply_id &&
        !views_open_thing(v->app, KIND_EXECUTION, ev->reply_id, &e)) {
        app_error(v->app, &e);
    }
    return true;
}
