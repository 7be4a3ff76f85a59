/* The hub's turn: what came from the UI, what was committed, and work in slices. */
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/hub/hub.h"

static const struct sub_type *const types[] = {
    [QUERY_ROWS] = &rows_type,
    [QUERY_DOC] = &doc_type,
    [QUERY_LOG] = &log_type,
    [QUERY_SERIES] = &series_type,
};

/* --- what came --- */

static bool is_anybody_listening(const struct hub *hub)
{
    return hub->subs.n > 0 || hub->watched.n > 0;
}

void hub_listen(struct hub *hub)
{
    loop_timer_start(hub->net, NET_MS, NET_MS);
}

static void subscribe(struct hub *hub, struct msg *msg)
{
    struct sub *sub = xcalloc(1, sizeof *sub);
    sub->id = msg->id;
    sub->generation = 1;
    sub->query = msg->query;
    msg->query = (struct query){0};
    bool is_dataset = sub->query.type == QUERY_DOC && sub->query.kind == KIND_DATASET;
    sub->type = is_dataset ? &dataset_type : types[sub->query.type];
    sub->needs_work = true;
    vec_push(&hub->subs, sub);
    sub->type->begin(hub, sub);
    if (hub->subs.n == 1) {
        hub_look(hub);
        hub_listen(hub);
    }
}

static void window(struct hub *hub, struct msg *msg)
{
    struct sub *sub = hub_sub(hub, msg->id);
    if (!sub) {
        return;
    }
    struct query before = sub->query, id_of;
    sub->query = msg->query;
    msg->query = (struct query){0};
    /* what a subscription is about stays */
    id_of = sub->query;
    sub->query.type = before.type;
    sub->query.kind = before.kind;
    sub->query.id = before.id;
    sub->query.ids = before.ids;
    before.id = id_of.id;
    before.ids = id_of.ids;
    sub->generation++;
    sub->needs_work = true;
    sub->not_before_ms = 0;
    sub->type->window(hub, sub, &before);
    query_release(&before);
}

static void unsubscribe(struct hub *hub, uint64_t id)
{
    for (size_t i = 0; i < hub->subs.n; i++) {
        struct sub *sub = hub->subs.at[i];
        if (sub->id == id) {
            vec_remove(&hub->subs, i);
            sub->type->end(hub, sub);
            query_release(&sub->query);
            free(sub);
            break;
        }
    }
    if (!is_anybody_listening(hub)) {
        loop_timer_stop(hub->net);
    }
}

static void cancel(struct hub *hub, uint64_t request)
{
    for (size_t i = 0; i < hub->tasks.n; i++) {
        struct task *task = hub->tasks.at[i];
        if (task->request == request) {
            struct err e;
            err_set(&e, ERR_CANCELLED, "cancelled");
            vec_remove(&hub->tasks, i);
            task->free(task->state);
            free(task);
            hub_reply(hub, request, &e, NULL, NULL);
            return;
        }
    }
}

void hub_receive(struct hub *hub, struct msg *msg)
{
    switch (msg->type) {
    case MSG_REQUEST:
        if (!hub->is_ending) {
            hub_do(hub, msg->id, &msg->req);
        }
        break;
    case MSG_CANCEL:
        cancel(hub, msg->id);
        break;
    case MSG_SUBSCRIBE:
        if (!hub->is_ending) {
            subscribe(hub, msg);
        }
        break;
    case MSG_WINDOW:
        window(hub, msg);
        break;
    case MSG_UNSUBSCRIBE:
        unsubscribe(hub, msg->id);
        break;
    case MSG_END:
        hub->is_ending = true;
        if (!hub->is_inline) {
            loop_stop(hub->loop);
        }
        break;
    }
    req_release(&msg->req);
    query_release(&msg->query);
    free(msg);
    hub_work_soon(hub);
}

/* --- what was committed --- */

void hub_changed(struct hub *hub)
{
    for (size_t i = 0; i < hub->sets.n; i++) {
        rowset_changed(hub->sets.at[i]);
    }
    for (size_t i = 0; i < hub->subs.n; i++) {
        struct sub *sub = hub->subs.at[i];
        if (sub->type->changed) {
            sub->type->changed(hub, sub);
        }
    }
    notify_watched(hub);
    hub_work_soon(hub);
}

void hub_look(void *arg)
{
    struct hub *hub = arg;
    hub->looks++;
    hub->looked_ms = clock_mono_ms();
    int64_t version = store_data_version(hub->st);
    if (version != hub->data_version) {
        hub->data_version = version;
        hub_changed(hub);
    }
}

void hub_bell(void *arg)
{
    struct hub *hub = arg;
    int64_t since_ms = clock_mono_ms() - hub->looked_ms;
    if (!is_anybody_listening(hub)) {
        return;
    }
    if (since_ms >= CHANGE_MS) {
        hub_look(hub);
    } else {
        loop_timer_start(hub->change, CHANGE_MS - since_ms, 0);
    }
}

/* --- sets --- */

struct rowset *hub_set(struct hub *hub, enum kind kind, const char *id)
{
    for (size_t i = 0; i < hub->sets.n; i++) {
        struct rowset *set = hub->sets.at[i];
        if (set->kind == kind && z_eq(set->id, id && id[0] ? id : NULL)) {
            set->refs++;
            return set;
        }
    }
    struct rowset *set = rowset_new(kind, id);
    set->refs = 1;
    vec_push(&hub->sets, set);
    return set;
}

void hub_set_unref(struct hub *hub, struct rowset *set)
{
    if (--set->refs) {
        return;
    }
    for (size_t i = 0; i < hub->sets.n; i++) {
        if (hub->sets.at[i] == set) {
            vec_remove(&hub->sets, i);
            break;
        }
    }
    rowset_free(set);
}

/* --- slices --- */

static bool is_due(const struct sub *sub, int64_t now_ms, int64_t *wait_ms)
{
    if (!sub->needs_work) {
        return false;
    }
    if (sub->not_before_ms > now_ms) {
        int64_t wait = sub->not_before_ms - now_ms;
        *wait_ms = *wait_ms < 0 || wait < *wait_ms ? wait : *wait_ms;
        return false;
    }
    return true;
}

/* Each subscription in turn; true when one has more to do at once. */
static bool work_subs(struct hub *hub, int64_t deadline_us, int64_t *wait_ms)
{
    bool has_more = false;
    int64_t now_ms = clock_mono_ms();
    for (size_t i = 0; i < hub->subs.n; i++) {
        struct sub *sub = hub->subs.at[i];
        if (!is_due(sub, now_ms, wait_ms)) {
            continue;
        }
        if (clock_mono_us() >= deadline_us) {
            return true;
        }
        sub->needs_work = sub->type->work(hub, sub, deadline_us);
        has_more |= sub->needs_work && sub->not_before_ms <= now_ms;
        (void)is_due(sub, now_ms, wait_ms);
    }
    return has_more;
}

static bool work_sets(struct hub *hub, int64_t deadline_us)
{
    bool has_more = false;
    for (size_t i = 0; i < hub->sets.n; i++) {
        struct rowset *set = hub->sets.at[i];
        uint64_t before = set->version;
        bool was_complete = rowset_is_complete(set);
        while (set->is_stale && clock_mono_us() < deadline_us && rowset_step(set, hub->st)) {
        }
        has_more |= set->is_stale;
        if (set->version != before || was_complete != rowset_is_complete(set)) {
            for (size_t k = 0; k < hub->subs.n; k++) {
                struct sub *sub = hub->subs.at[k];
                if (sub->type == &rows_type && rows_set(sub) == set) {
                    sub->needs_work = true;
                    has_more = true;
                    sub->not_before_ms = rowset_is_complete(set) ? 0 : sub->not_before_ms;
                }
            }
        }
    }
    return has_more;
}

static bool work_tasks(struct hub *hub, int64_t deadline_us)
{
    for (size_t i = 0; i < hub->tasks.n && clock_mono_us() < deadline_us;) {
        struct task *task = hub->tasks.at[i];
        if (task->step(hub, task, deadline_us)) {
            i++;
            continue;
        }
        vec_remove(&hub->tasks, i);
        task->free(task->state);
        free(task);
    }
    return hub->tasks.n > 0;
}

/* Before anything is answered all of the source is read. False: it goes on. */
static bool work_source(struct hub *hub, int64_t deadline_us)
{
    bool has_more;
    struct err e;
    if (!hub->source || hub->is_source_read) {
        return true;
    }
    if (source_step(hub->source, deadline_us, &has_more, &e)) {
        hub->is_source_read = !has_more;
        return hub->is_source_read;
    }
    for (size_t i = 0; i < hub->subs.n; i++) {
        hub_send_error(hub, hub->subs.at[i], &e);
        hub->subs.at[i]->needs_work = false;
    }
    return false;
}

static int64_t later(int64_t deadline_us)
{
    int64_t least_us = clock_mono_us() + SLICE_LEAST_US;
    return deadline_us > least_us ? deadline_us : least_us;
}

void hub_work(void *arg)
{
    struct hub *hub = arg;
    int64_t deadline_us = clock_mono_us() + SLICE_US, wait_ms = -1;
    if (!work_source(hub, deadline_us)) {
        return;
    }
    size_t sent = hub->sent;
    /* what a person waits for comes first */
    if (work_subs(hub, deadline_us, &wait_ms)) {
        return;
    }
    /* what is left of the turn, but something */
    bool has_more = work_sets(hub, later(deadline_us));
    has_more |= work_tasks(hub, later(deadline_us));
    /* a turn that made events ends without waiting, so that who steps an inline hub sees them */
    if (has_more || hub->sent != sent) {
        return;
    }
    hub->is_working = false;
    loop_on_idle(hub->loop, NULL, NULL);
    if (wait_ms >= 0) {
        loop_timer_start(hub->later, wait_ms, 0);
    }
}
