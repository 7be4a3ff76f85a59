/* Appending events and projecting them onto the state columns; see store.h and events.def. */
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/store/db.h"

struct event {
    const char *execution, *actor, *json;
    int64_t time_ms;
    enum event_type type;
};

static bool project(struct store *st, const struct event *ev, struct err *e)
{
    for (int part = 0; part < 2; part++) {
        struct q q = q_projection(st, ev->type, part);
        if (!q.s) {
            return part > 0 || db_fail(st, e, "prepare a projection");
        }
        q_text(q, ":execution", ev->execution);
        q_text(q, ":actor", ev->actor);
        q_text(q, ":json", ev->json);
        q_i64(q, ":time", ev->time_ms);
        if (!q_run(q, e)) {
            return err_wrap(e, "could not apply %s", event_word(ev->type));
        }
    }
    return true;
}

static int64_t next_seq(struct store *st, const char *execution, struct err *e)
{
    struct q q = q_get(st, STMT_EVENT_NEXT);
    q_text(q, ":execution", execution);
    int64_t seq = q_step(q, e) == 1 ? q_col_i64(q, 0) : -1;
    q_done(q);
    return seq;
}

bool store_event(struct store *st, const char *execution, enum event_type type, const char *actor,
                 const struct json *json, struct err *e)
{
    xassert(st->in_transaction);
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(json, JSON_COMPACT, &text);
    struct event ev = {execution, actor, text.p, clock_wall_ms(), type};
    int64_t seq = next_seq(st, execution, e);
    if (seq < 0) {
        return false;
    }
    struct q q = q_get(st, STMT_EVENT_ADD);
    q_text(q, ":execution", execution);
    q_i64(q, ":seq", seq);
    q_i64(q, ":time", ev.time_ms);
    q_text(q, ":type", event_word(type));
    q_text(q, ":actor", actor);
    q_text(q, ":json", ev.json);
    return q_run(q, e) && project(st, &ev, e);
}

static enum event_type type_of(const char *word)
{
    for (enum event_type t = 0; t < EVENT_COUNT; t++) {
        if (z_eq(event_word(t), word)) {
            return t;
        }
    }
    return EVENT_NOTE; /* a newer mlw's event: it changes nothing that this one knows */
}

static bool replay(struct store *st, struct err *e)
{
    struct q q = q_get(st, STMT_EVENT_ALL);
    int rc;
    while ((rc = q_step(q, e)) == 1) {
        struct event ev = {q_col(q, 0), q_col(q, 3), q_col(q, 4), q_col_i64(q, 1),
                           type_of(q_col(q, 2))};
        if (!project(st, &ev, e)) {
            q_done(q);
            return false;
        }
    }
    return rc == 0;
}

bool store_rebuild(struct store *st, struct err *e)
{
    return store_begin(st, e) &&
           ((db_exec(st,
                     "pragma defer_foreign_keys=on; delete from attempt; "
                     "delete from dataset_use; delete from step;"
                     " delete from execution",
                     e) &&
             replay(st, e) && db_apply(st, "dataset_uses.sql", e) && store_commit(st, e)) ||
            (store_rollback(st), false));
}
