/* What is watched for a person: asked for, looked at after each change, told by an event. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/hub/hub.h"
#include "core/model/state.h"
#include "core/pipeline/notify.h"

/* "execution:ID", "run:ID" or "gate:TOKEN". */
static bool parse(const char *object, enum kind *ret_kind, const char **ret_id, struct err *e)
{
    const char *colon = object ? strchr(object, ':') : NULL;
    *ret_kind = colon ? kind_find((struct sv){object, (size_t)(colon - object)}) : KIND_COUNT;
    *ret_id = colon ? colon + 1 : "";
    return *ret_kind < KIND_COUNT ||
           err_set(e, ERR_USAGE, "\"%s\" is not KIND:ID", object ? object : "");
}

static size_t find(const struct hub *hub, enum kind kind, const char *id)
{
    size_t i = 0;
    while (i < hub->watched.n &&
           !(hub->watched.at[i]->kind == kind && z_eq(hub->watched.at[i]->id, id))) {
        i++;
    }
    return i;
}

static void forget(struct hub *hub, size_t i)
{
    notify_release(hub->watched.at[i]);
    free(hub->watched.at[i]);
    vec_remove(&hub->watched, i);
}

/* From now on what changes is told. What has ended cannot change. */
static bool add(struct hub *hub, enum kind kind, const char *id, struct err *e)
{
    struct notify_watch *w = xmalloc(sizeof *w);
    notify_init(w, kind, id);
    bool ok =
        notify_skip(w, hub->st, e) &&
        (!w->is_over || err_set(e, ERR_REFUSED, "%s %s has ended: there is nothing more to tell",
                                kinds[kind].singular, id));
    if (!ok) {
        notify_release(w);
        free(w);
        return false;
    }
    vec_push(&hub->watched, w);
    hub_listen(hub);
    return true;
}

void notify_ask(struct hub *hub, uint64_t id, struct req *req)
{
    enum kind kind;
    const char *of;
    struct err e = ERR_INIT;
    if (!parse(req->id, &kind, &of, &e)) {
        hub_reply(hub, id, &e, NULL, NULL);
        return;
    }
    size_t i = find(hub, kind, of);
    bool is_watched = i < hub->watched.n;
    if (is_watched) {
        forget(hub, i);
    } else if (!add(hub, kind, of, &e)) {
        hub_reply(hub, id, &e, NULL, NULL);
        return;
    }
    const char *when = kind == KIND_GATE ? "is decided" : "ends, waits or turns red";
    hub_reply(hub, id, NULL, NULL,
              is_watched ? xasprintf("%s is not watched any more", req->id)
                         : xasprintf("%s is watched: you are called when it %s", req->id, when));
}

static void send_call(void *arg, const struct notice *n)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    notify_line(n, &text);
    struct ev ev = {.type = EV_CALL, .ok = !z_eq(n->event, "red"), .text = str_detach(&text)};
    hub_send(arg, &ev);
}

void notify_watched(struct hub *hub)
{
    for (size_t i = 0; i < hub->watched.n;) {
        struct notify_watch *w = hub->watched.at[i];
        struct err e = ERR_INIT;
        if (!notify_look(w, &hub->ws, hub->st, send_call, hub, &e)) {
            struct ev ev = {.type = EV_NOTICE, .err = e};
            hub_send(hub, &ev);
        }
        if (w->is_over) {
            forget(hub, i);
        } else {
            i++;
        }
    }
}

void notify_end(struct hub *hub)
{
    while (hub->watched.n) {
        forget(hub, hub->watched.n - 1);
    }
    vec_release(&hub->watched);
}
