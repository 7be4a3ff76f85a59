/* The nine functions of the facade, the thread and its queues; see core/mlw.h. */
#include "core/hub/hub.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/executor/logout.h"
#include "core/hub/hash.h"
#include "core/pipeline/control.h"

static const char *copy_z(const char *z)
{
    return xstrdup(z);
}

void query_copy(struct query *to, const struct query *from)
{
    *to = *from;
    to->id = copy_z(from->id);
    to->ids = copy_z(from->ids);
    to->filter = copy_z(from->filter);
    to->sort = copy_z(from->sort);
    to->key = copy_z(from->key);
    to->select = copy_z(from->select);
}

void query_release(struct query *q)
{
    const char *texts[] = {q->id, q->ids, q->filter, q->sort, q->key, q->select};
    for (size_t i = 0; i < ALEN(texts); i++) {
        free((void *)(uintptr_t)texts[i]);
    }
    *q = (struct query){0};
}

/* --- making and ending --- */

static void ring_ui(void *arg)
{
    struct hub *hub = arg;
    (void)!write(hub->wake_fd, &(uint64_t){1}, sizeof(uint64_t));
}

static void ring_hub(void *arg)
{
    struct hub *hub = arg;
    loop_wake(hub->loop);
}

static void on_wake(void *arg)
{
    struct hub *hub = arg;
    struct msg *msg;
    while ((msg = queue_pop(hub->to_hub)) != NULL) {
        hub_receive(hub, msg);
    }
}

static void tell(struct hub *hub, const char *text)
{
    struct ev ev = {.type = EV_NOTICE};
    err_set(&ev.err, ERR_REFUSED, "%s", text);
    hub_send(hub, &ev);
}

/* Something runs: that a log-out would end it is said once. */
static void tell_logout(struct hub *hub)
{
    const char *warning = logout_probe()->warning;
    hub->is_logout_told = true;
    if (warning) {
        tell(hub, warning);
    }
}

/* Whoever looks makes sure that what runs is driven: a driver that was killed is replaced. */
static void ensure_drivers(void *arg)
{
    struct hub *hub = arg;
    struct err ignored;
    size_t n = 0;
    (void)!control_ensure_all(&hub->ws, hub->st, &n, &ignored);
    bool is_first = !hub->has_guarded; /* the first rows come before any question to logind */
    hub->has_guarded = true;
    if (n && !is_first && !hub->is_logout_told) {
        tell_logout(hub);
    }
}

struct loop *hub_stay(struct hub *hub)
{
    if (!store_is_read_only(hub->st)) {
        loop_timer_start(hub->guard, 0, GUARD_MS);
    }
    return hub->loop;
}

static void *run(void *arg)
{
    loop_run(hub_stay(arg));
    return NULL;
}

static void flush(void *arg)
{
    struct hub *hub = arg;
    size_t n = 0;
    while (n < hub->outbox.n && queue_push(hub->to_ui, hub->outbox.at[n])) {
        n++;
    }
    if (n) {
        hub->outbox.n -= n;
        memmove(hub->outbox.at, hub->outbox.at + n, hub->outbox.n * sizeof *hub->outbox.at);
    }
    if (hub->outbox.n) {
        loop_timer_start(hub->retry, FULL_RETRY_MS, 0);
    }
}

static void hub_work_later(void *arg)
{
    hub_work_soon(arg);
}

static void arm(struct hub *hub)
{
    struct err ignored;
    hub->loop = loop_new();
    loop_on_wake(hub->loop, on_wake, hub);
    hub->net = loop_timer_new(hub->loop, hub_look, hub);
    hub->change = loop_timer_new(hub->loop, hub_look, hub);
    hub->retry = loop_timer_new(hub->loop, flush, hub);
    hub->later = loop_timer_new(hub->loop, hub_work_later, hub);
    hub->guard = loop_timer_new(hub->loop, ensure_drivers, hub);
    if (!hub->source) {
        hub->watch = loop_watch_new(hub->loop, store_wake_path(hub->st), hub_bell, hub, &ignored);
    }
    hub->data_version = store_data_version(hub->st);
}

static void tell_read_only(struct hub *hub, const struct hub_options *options)
{
    if (store_is_read_only(hub->st) && !options->is_read_only) {
        CLEANUP(mem_free_ptr)
        char *text = xasprintf("%s can only be read: actions are refused", hub->ws.mlw);
        tell(hub, text);
    }
}

static bool open_workspace(struct hub *hub, const struct hub_options *options, struct err *e)
{
    unsigned flags = (options->is_read_only ? STORE_READ_ONLY : STORE_CREATE) |
                     (options->is_brief ? STORE_BRIEF : 0);
    return workspace_find(options->dir, !options->is_read_only, &hub->ws, e) &&
           store_open(&hub->ws, flags, &hub->st, e);
}

static bool open_source(struct hub *hub, const struct hub_options *options, struct err *e)
{
    if (!store_open_cache(&hub->st, e) || !source_open(options->source, hub->st, &hub->source, e)) {
        return false;
    }
    store_look_at(hub->st, source_id(hub->source), options->view);
    return true;
}

struct hub *hub_new(const struct hub_options *options, int *ret_wake_fd, struct err *e)
{
    struct hub *hub = xcalloc(1, sizeof *hub);
    hub->is_inline = options->is_inline;
    if (!(options->source ? open_source : open_workspace)(hub, options, e)) {
        store_close(hub->st);
        workspace_release(&hub->ws);
        free(hub);
        return NULL;
    }
    hub->is_read_only = options->is_read_only || options->source;
    hub->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    hub->to_ui = queue_new(QUEUE_CAPACITY, ring_ui, hub);
    hub->to_hub = queue_new(QUEUE_CAPACITY, ring_hub, hub);
    arm(hub);
    tell_read_only(hub, options);
    if (!hub->is_inline && pthread_create(&hub->thread, NULL, run, hub) != 0) {
        BUG("no thread for the hub");
    }
    *ret_wake_fd = hub->wake_fd;
    return hub;
}

static void push_backlog(struct hub *hub)
{
    size_t n = 0;
    while (n < hub->backlog.n && queue_push(hub->to_hub, hub->backlog.at[n])) {
        n++;
    }
    if (n) {
        hub->backlog.n -= n;
        memmove(hub->backlog.at, hub->backlog.at + n, hub->backlog.n * sizeof *hub->backlog.at);
    }
}

static void post(struct hub *hub, enum msg_type type, uint64_t id, struct req *req,
                 const struct query *query)
{
    struct msg *msg = xcalloc(1, sizeof *msg);
    msg->type = type;
    msg->id = id;
    if (req) {
        msg->req = *req;
        *req = (struct req){0};
    }
    if (query) {
        query_copy(&msg->query, query);
    }
    vec_push(&hub->backlog, msg);
    push_backlog(hub);
}

static void free_events(struct hub *hub)
{
    struct ev *ev;
    while ((ev = queue_pop(hub->to_ui)) != NULL) {
        ev_release(ev);
        free(ev);
    }
    for (size_t i = 0; i < hub->outbox.n; i++) {
        ev_release(hub->outbox.at[i]);
        free(hub->outbox.at[i]);
    }
    vec_release(&hub->outbox);
}

static void free_hub_side(struct hub *hub)
{
    while (hub->subs.n) {
        struct msg *msg = xcalloc(1, sizeof *msg);
        msg->type = MSG_UNSUBSCRIBE;
        msg->id = hub->subs.at[0]->id;
        hub_receive(hub, msg);
    }
    for (size_t i = 0; i < hub->tasks.n; i++) {
        hub->tasks.at[i]->free(hub->tasks.at[i]->state);
        free(hub->tasks.at[i]);
    }
    notify_end(hub);
    vec_release(&hub->tasks);
    digest_memo_free(hub->digests);
    vec_release(&hub->subs);
    vec_release(&hub->sets);
    if (hub->watch) {
        loop_watch_free(hub->watch);
    }
    loop_timer_free(hub->net);
    loop_timer_free(hub->change);
    loop_timer_free(hub->retry);
    loop_timer_free(hub->later);
    loop_timer_free(hub->guard);
    loop_on_idle(hub->loop, NULL, NULL);
    loop_free(hub->loop);
    source_close(hub->source);
    store_close(hub->st);
}

void hub_free(struct hub *hub)
{
    if (!hub) {
        return;
    }
    post(hub, MSG_END, 0, NULL, NULL);
    if (hub->is_inline) {
        on_wake(hub);
    } else {
        while (hub->backlog.n) {
            push_backlog(hub);
        }
        pthread_join(hub->thread, NULL);
    }
    struct msg *msg;
    while ((msg = queue_pop(hub->to_hub)) != NULL) {
        hub_receive(hub, msg);
    }
    free_hub_side(hub);
    free_events(hub);
    queue_free(hub->to_hub);
    queue_free(hub->to_ui);
    vec_release(&hub->backlog);
    close(hub->wake_fd);
    workspace_release(&hub->ws);
    free(hub);
}

/* --- asking --- */

uint64_t hub_request(struct hub *hub, struct req *req)
{
    uint64_t id = ++hub->last_id;
    post(hub, MSG_REQUEST, id, req, NULL);
    return id;
}

void hub_cancel(struct hub *hub, uint64_t request)
{
    post(hub, MSG_CANCEL, request, NULL, NULL);
}

uint64_t hub_subscribe(struct hub *hub, const struct query *query)
{
    uint64_t id = ++hub->last_id;
    post(hub, MSG_SUBSCRIBE, id, NULL, query);
    return id;
}

void hub_window(struct hub *hub, uint64_t subscription, const struct query *query)
{
    post(hub, MSG_WINDOW, subscription, NULL, query);
}

void hub_unsubscribe(struct hub *hub, uint64_t subscription)
{
    post(hub, MSG_UNSUBSCRIBE, subscription, NULL, NULL);
}

bool hub_next_event(struct hub *hub, struct ev *ret_ev)
{
    push_backlog(hub);
    struct ev *ev = queue_pop(hub->to_ui);
    if (!ev) {
        uint64_t drained;
        (void)!read(hub->wake_fd, &drained, sizeof drained);
        /* what came between the look and the drain rang before it was drained */
        ev = queue_pop(hub->to_ui);
        if (!ev) {
            return false;
        }
        ring_ui(hub);
    }
    *ret_ev = *ev;
    free(ev);
    return true;
}

void hub_step(struct hub *hub, int timeout_ms)
{
    push_backlog(hub);
    loop_step(hub->loop, timeout_ms);
}

/* --- answering --- */

void hub_work_soon(struct hub *hub)
{
    if (!hub->is_working) {
        hub->is_working = true;
        loop_on_idle(hub->loop, hub_work, hub);
    }
}

/* An older snapshot of the same subscription that still waits gives way. */
static bool replace_waiting(struct hub *hub, const struct ev *ev)
{
    for (size_t i = 0; ev->type == EV_SNAPSHOT && i < hub->outbox.n; i++) {
        struct ev *old = hub->outbox.at[i];
        if (old->type == EV_SNAPSHOT && old->id == ev->id) {
            ev_release(old);
            *old = *ev;
            return true;
        }
    }
    return false;
}

void hub_send(struct hub *hub, struct ev *ev)
{
    hub->sent++;
    if (!replace_waiting(hub, ev)) {
        struct ev *copy = xmalloc(sizeof *copy);
        *copy = *ev;
        vec_push(&hub->outbox, copy);
        flush(hub);
    }
    *ev = (struct ev){0};
}

void hub_send_snapshot(struct hub *hub, struct sub *sub, struct snapshot *s, uint64_t hash)
{
    if (sub->has_sent && sub->sent_hash == hash) {
        snapshot_unref(s);
        return;
    }
    sub->has_sent = true;
    sub->sent_hash = hash;
    s->subscription = sub->id;
    s->generation = sub->generation;
    struct ev ev = {.type = EV_SNAPSHOT, .id = sub->id, .snapshot = s};
    hub_send(hub, &ev);
}

void hub_send_error(struct hub *hub, struct sub *sub, const struct err *e)
{
    struct snapshot *s = snapshot_new(SNAPSHOT_ERROR);
    s->kind = sub->query.kind;
    s->err = *e;
    s->as_of_ms = clock_wall_ms();
    hub_send_snapshot(hub, sub, s, hash_z(hash_u64(HASH_INIT, sub->generation), e->msg));
}

struct sub *hub_sub(const struct hub *hub, uint64_t id)
{
    for (size_t i = 0; i < hub->subs.n; i++) {
        if (hub->subs.at[i]->id == id) {
            return hub->subs.at[i];
        }
    }
    return NULL;
}

void hub_task(struct hub *hub, struct task *task)
{
    vec_push(&hub->tasks, task);
    hub_work_soon(hub);
}
