/* Shared actions with their journal; see actions.h. */
#include "core/hub/actions.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/pipeline/control.h"
#include "core/store/acks.h"
#include "core/store/journal.h"
#include "core/store/packages.h"

/* One action while it is done: the effect fills what the reply needs. */
struct doing {
    const struct actions *a;
    const struct req *req;
    struct ev *reply;
    struct err *e;
};

static bool do_start(struct doing *d)
{
    const struct req *req = d->req;
    struct definition def = {0};
    char *file = NULL;
    if (!control_load(d->a->st, req->text, req->name, &def, &file, d->e)) {
        return false;
    }
    VEC(const char *) params = {0};
    for (size_t i = 0; i < req->params.n; i++) {
        vec_push(&params, xasprintf("%s=%s", req->params.at[i].key, req->params.at[i].value));
    }
    struct start_options options = {params.at, params.n, req->parallel, req->retry_on_exit};
    char id[EXECUTION_ID + 1];
    bool ok = control_start(d->a->ws, d->a->st, &def, file, &options, id, d->e);
    if (ok) {
        d->reply->reply_id = xstrdup(id);
        d->reply->text = xasprintf("execution %s of %s has started", id, def.name);
    }
    for (size_t i = 0; i < params.n; i++) {
        free((char *)(uintptr_t)params.at[i]);
    }
    vec_release(&params);
    definition_release(&def);
    free(file);
    return ok;
}

static bool do_stop(struct doing *d)
{
    CLEANUP(mem_free_ptr) char *ended = NULL;
    bool ok = control_stop(d->a->ws, d->a->st, d->req->id, &ended, d->e);
    d->reply->text = ended ? xasprintf("execution %s has ended already: it is %s, and nothing was "
                                       "stopped",
                                       d->req->id, ended)
                           : xasprintf("execution %s is asked to stop", d->req->id);
    return ok;
}

static bool do_retry(struct doing *d)
{
    d->reply->text = xasprintf("execution %s runs again what did not succeed", d->req->id);
    return control_retry(d->a->ws, d->a->st, d->req->id, d->e);
}

/* The token itself, or that of a model version's gate. */
static char *token_of(const struct doing *d)
{
    if (!strchr(d->req->id, '/')) {
        return xstrdup(d->req->id);
    }
    struct arena a;
    struct package_row p;
    arena_init(&a, 0);
    char *token = NULL;
    if (package_get(d->a->st, d->req->id, &a, &p, d->e)) {
        token = xstrdup(p.token);
        if (!token) {
            err_set(d->e, ERR_REFUSED, "%s is %s: there is no decision to make", d->req->id,
                    p.approval);
        }
    }
    arena_release(&a);
    return token;
}

static bool decide(struct doing *d, bool is_approved)
{
    CLEANUP(mem_free_ptr) char *token = token_of(d);
    if (!token) {
        return false;
    }
    struct json *outputs = d->req->params.n ? json_new_object() : NULL;
    for (size_t i = 0; i < d->req->params.n; i++) {
        json_set_str(outputs, d->req->params.at[i].key, d->req->params.at[i].value);
    }
    bool ok = control_decide(d->a->ws, d->a->st, token, is_approved, d->req->text, outputs, d->e);
    json_free(outputs);
    d->reply->text = xasprintf("%s is %s", d->req->id, is_approved ? "Approved" : "Rejected");
    return ok;
}

static bool do_approve(struct doing *d)
{
    return decide(d, true);
}

static bool do_reject(struct doing *d)
{
    return decide(d, false);
}

/* "execution:ID" or "gate:TOKEN", as what needs a person calls it. */
static bool set_aside(struct doing *d, bool is_taken_back)
{
    struct store *st = d->a->st;
    const char *id = strchr(d->req->id, ':');
    if (!id) {
        return err_set(d->e, ERR_USAGE, "\"%s\" cannot be put aside: it has no kind", d->req->id);
    }
    CLEANUP(mem_free_ptr) char *kind = xstrndup(d->req->id, (size_t)(id++ - d->req->id));
    const char *reason = d->req->text ? d->req->text : "";
    bool ok = store_begin(st, d->e) &&
              (is_taken_back ? ack_take_back(st, kind, id, d->e)
                             : ack_set(st, kind, id, reason, store_actor(), d->e)) &&
              store_commit(st, d->e);
    store_rollback(st);
    d->reply->text = xasprintf("%s %s %s", kind, id,
                               is_taken_back ? "is back where it stood"
                                             : "is put aside until its state changes");
    return ok;
}

static bool do_ack(struct doing *d)
{
    return set_aside(d, false);
}

static bool do_unack(struct doing *d)
{
    return set_aside(d, true);
}

static bool (*const effects[REQ_COUNT])(struct doing *) = {
    [REQ_START] = do_start,     [REQ_STOP] = do_stop,     [REQ_RETRY] = do_retry,
    [REQ_APPROVE] = do_approve, [REQ_REJECT] = do_reject, [REQ_ACK] = do_ack,
    [REQ_UNACK] = do_unack,
};

static bool refuse_read_only(const struct doing *d)
{
    const char *word = req_infos[d->req->type].word;
    if (d->a->is_read_only) {
        return err_set(d->e, ERR_REFUSED, "%s is refused: this mlw was started with --read-only",
                       word);
    }
    if (store_is_read_only(d->a->st)) {
        return err_set(d->e, ERR_REFUSED, "%s is refused: the workspace %s can only be read", word,
                       d->a->ws->dir);
    }
    return true;
}

static bool write_intent(const struct doing *d, int64_t *ret_id)
{
    const char *object = d->req->id ? d->req->id : d->req->text;
    const char *reason = d->req->type == REQ_START ? NULL : d->req->text;
    bool ok = store_begin(d->a->st, d->e) &&
              journal_intent(d->a->st, store_actor(), req_infos[d->req->type].word, object, reason,
                             ret_id, d->e) &&
              store_commit(d->a->st, d->e);
    store_rollback(d->a->st);
    return ok;
}

static void write_outcome(const struct doing *d, int64_t id, bool ok)
{
    struct err ignored;
    const char *outcome = ok ? d->reply->text : d->e->msg;
    const char *status = ok ? "done" : d->e->code == ERR_REFUSED ? "refused" : "failed";
    if (!store_begin(d->a->st, &ignored) ||
        !journal_outcome(d->a->st, id, status, outcome, &ignored) ||
        !store_commit(d->a->st, &ignored)) {
        store_rollback(d->a->st); /* the intent stands: what came of it is looked up */
    }
}

void actions_do(const struct actions *a, const struct req *req, struct ev *ret_reply)
{
    struct doing d = {a, req, ret_reply, &ret_reply->err};
    int64_t id = 0;
    ret_reply->ok = refuse_read_only(&d) && write_intent(&d, &id);
    if (ret_reply->ok) {
        ret_reply->ok = effects[req->type](&d);
        write_outcome(&d, id, ret_reply->ok);
    }
}
