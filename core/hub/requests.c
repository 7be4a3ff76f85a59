/* Requests and their replies. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/executor/clipboard.h"
#include "core/hub/actions.h"
#include "core/hub/hub.h"

void hub_reply(struct hub *hub, uint64_t request, const struct err *e, char *reply_id, char *text)
{
    struct ev ev = {.type = EV_REPLY,
                    .id = request,
                    .ok = e == NULL,
                    .reply_id = reply_id,
                    .text = text,
                    .at = -1};
    if (e) {
        ev.err = *e;
    }
    hub_send(hub, &ev);
}

static void act(struct hub *hub, uint64_t id, struct req *req)
{
    struct actions actions = {&hub->ws, hub->st, hub->is_read_only};
    struct ev ev = {.at = -1};
    actions_do(&actions, req, &ev);
    ev.type = EV_REPLY;
    ev.id = id;
    hub_send(hub, &ev);
    /* our own commits do not change the data version that we see */
    hub_changed(hub);
}

/* Where there is no tool the terminal alone has it, which is no failure. */
static void copy_text(struct hub *hub, uint64_t id, struct req *req)
{
    struct err e;
    const char *tool = NULL;
    bool ok = clipboard_put(sv_z(req->text ? req->text : ""), &tool, &e);
    hub_reply(hub, id, ok ? NULL : &e, NULL, tool ? xstrdup(tool) : NULL);
}

static void (*const doers[REQ_COUNT])(struct hub *, uint64_t, struct req *) = {
    [REQ_START] = act,
    [REQ_STOP] = act,
    [REQ_RETRY] = act,
    [REQ_APPROVE] = act,
    [REQ_REJECT] = act,
    [REQ_ACK] = act,
    [REQ_UNACK] = act,
    [REQ_BOOKMARK] = keep_view,
    [REQ_LOG_FIND] = log_find,
    [REQ_COPY_OUT] = export_rows,
    [REQ_MATCHED] = matched_ids,
    [REQ_PLAN] = plan_start,
    [REQ_NOTIFY] = notify_ask,
    [REQ_CLIPBOARD] = copy_text,
    [REQ_REMEMBER] = remember_line,
};

void hub_do(struct hub *hub, uint64_t id, struct req *req)
{
    doers[req->type](hub, id, req);
}
