/* The plan of a start as a request that is done in slices. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/hub/hub.h"
#include "core/pipeline/foresee.h"

static bool plan_step(struct hub *hub, struct task *task, int64_t deadline_us)
{
    struct err e = ERR_INIT;
    bool is_done = false;
    if (!foresee_step(task->state, deadline_us, &is_done, &e)) {
        hub_reply(hub, task->request, &e, NULL, NULL);
        return false;
    }
    if (is_done) {
        struct ev ev = {.type = EV_REPLY, .id = task->request, .ok = true, .at = -1};
        ev.doc = foresee_json(task->state);
        hub_send(hub, &ev);
    }
    return !is_done;
}

static void plan_free(void *state)
{
    foresee_free(state);
}

void plan_start(struct hub *hub, uint64_t id, struct req *req)
{
    VEC(const char *) params = {0};
    for (size_t i = 0; i < req->params.n; i++) {
        vec_push(&params, xasprintf("%s=%s", req->params.at[i].key, req->params.at[i].value));
    }
    hub->digests = hub->digests ? hub->digests : digest_memo_new();
    struct foresee_of of = {.ws = &hub->ws,
                            .st = hub->st,
                            .what = req->text ? req->text : "",
                            .name = req->name,
                            .params = params.at,
                            .param_count = params.n,
                            .memo = hub->digests};
    struct err e = ERR_INIT;
    struct foresee *f = foresee_new(&of, &e);
    if (f) {
        struct task *task = xcalloc(1, sizeof *task);
        *task = (struct task){id, f, plan_step, plan_free};
        hub_task(hub, task);
    } else {
        hub_reply(hub, id, &e, NULL, NULL);
    }
    for (size_t i = 0; i < params.n; i++) {
        free((char *)(uintptr_t)params.at[i]);
    }
    vec_release(&params);
}
