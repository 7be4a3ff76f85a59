/* Questions, requests and their outcome; see actions.h. */
#include "views/actions.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "views/env.h"

static void forget(struct act *a)
{
    free(a->id);
    free(a->reason);
    a->id = a->reason = NULL;
}

void act_release(struct act *a)
{
    forget(a);
    a->request = 0; /* it goes on without us: what was sent is done */
}

/* --- asking --- */

static void begin(struct act *a, enum req_type type, const char *id)
{
    forget(a);
    a->type = type;
    a->id = xstrdup(id);
}

static void ask(struct view *v, const char *verb, const char *object, const char *body)
{
    app_dialog(v->app, v, ACT_TAG_DIALOG,
               &(struct dialog_spec){.verb = verb, .object = object, .body = body});
}

void act_stop(struct act *a, struct view *v, const char *execution)
{
    begin(a, REQ_STOP, execution);
    ask(v, "stop", execution,
        "What runs is told to end and gets its grace; what is done stays done.\n"
        "r runs again what did not succeed.");
}

void act_retry(struct act *a, struct view *v, const char *execution)
{
    begin(a, REQ_RETRY, execution);
    ask(v, "retry", execution, "What succeeded is kept; the rest runs again as it was started.");
}

void act_approve(struct act *a, struct view *v, const char *token, const char *subject)
{
    begin(a, REQ_APPROVE, token);
    ask(v, "approve", subject, "The decision is kept with your name; :reject says no.");
}

void act_reject(struct act *a, struct view *v, const char *token, const char *subject,
                struct sv reason)
{
    begin(a, REQ_REJECT, token);
    if (reason.n) {
        a->reason = sv_dup(reason);
        ask(v, "reject", subject, a->reason);
        return;
    }
    CLEANUP(mem_free_ptr) char *label = xasprintf("Why reject %s: ", subject);
    app_prompt(v->app, v, ACT_TAG_REASON,
               &(struct prompt_spec){.label = label, .history = "reason", .is_required = true});
}

/* --- sending --- */

static void send(struct act *a, struct view *v)
{
    struct req req = {.type = a->type, .id = xstrdup(a->id), .text = xstrdup(a->reason)};
    a->request = hub_request(view_hub(v), &req);
}

bool act_reply(struct act *a, struct view *v, int tag, enum reply what, struct sv text)
{
    bool is_ours = tag == ACT_TAG_DIALOG || tag == ACT_TAG_REASON;
    if (!is_ours || what == REPLY_CHANGED) {
        return is_ours;
    }
    if (what == REPLY_ACCEPTED && a->id) {
        if (tag == ACT_TAG_REASON) {
            free(a->reason);
            a->reason = sv_dup(text);
        }
        send(a, v); /* a reason that was typed is a yes */
    }
    forget(a);
    return true;
}

bool act_event(struct act *a, struct view *v, const struct ev *ev)
{
    if (ev->type != EV_REPLY || !a->request || ev->id != a->request) {
        return false;
    }
    a->request = 0;
    if (ev->ok) {
        app_toast(v->app, TOAST_INFO, "%s", ev->text ? ev->text : "done");
    } else {
        app_error(v->app, &ev->err);
    }
    return true;
}
