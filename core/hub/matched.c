/* MATCHED: the ids of the rows of a subscription, also of those that are in no window. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/hub/hub.h"

struct matched {
    uint64_t sub;
};

static bool answer(struct hub *hub, uint64_t request, const struct sub *sub)
{
    struct rowset *set;
    size_t n;
    const uint32_t *order = rows_order(sub, &set, &n);
    struct str ids;
    str_init(&ids);
    str_addz(&ids, "");
    for (size_t i = 0; i < n && i < MATCHED_MAX; i++) {
        str_addz(&ids, rowset_row_id(set, order[i]));
        str_addc(&ids, '\n');
    }
    struct ev ev = {
        .type = EV_REPLY, .id = request, .ok = true, .text = str_detach(&ids), .at = (int64_t)n};
    hub_send(hub, &ev);
    return false;
}

/* What was typed before it was asked is looked for first. */
static bool matched_step(struct hub *hub, struct task *task, int64_t deadline_us)
{
    (void)deadline_us;
    const struct matched *m = task->state;
    const struct sub *sub = hub_sub(hub, m->sub);
    struct err e;
    if (sub) {
        return !rows_is_ordered(sub) || answer(hub, task->request, sub);
    }
    err_set(&e, ERR_CANCELLED, "the list whose rows were to be marked is closed");
    hub_reply(hub, task->request, &e, NULL, NULL);
    return false;
}

void matched_ids(struct hub *hub, uint64_t id, struct req *req)
{
    const struct sub *sub = hub_sub(hub, req->subscription);
    struct err e;
    if (!sub || sub->type != &rows_type) {
        err_set(&e, ERR_USAGE, "rows are marked in a list");
        hub_reply(hub, id, &e, NULL, NULL);
        return;
    }
    struct matched *m = xcalloc(1, sizeof *m);
    m->sub = sub->id;
    struct task *task = xcalloc(1, sizeof *task);
    *task = (struct task){id, m, matched_step, free};
    hub_task(hub, task);
}
