/* What there is to tell, and claims; see notices.h. */
#include "core/store/notices.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/vec.h"
#include "core/model/state.h"
#include "core/store/db.h"
#include "core/store/journal.h"

static const char *event_of(const char *state)
{
    switch (state_class(state)) {
    case STATE_WAITING:
        return "waiting";
    case STATE_BAD:
        return "red";
    case STATE_NEUTRAL:
    case STATE_GOOD:
    case STATE_WARN:
    case STATE_RUNNING:
    case STATE_STOPPED:
    case STATE_CLASS_COUNT:
        break;
    }
    return "ended";
}

bool notices_of(struct store *st, enum kind kind, const char *id, struct arena *a,
                struct notice_rows *ret, struct err *e)
{
    static const struct {
        enum kind kind;
        enum stmt stmt;
    } table[] = {{KIND_EXECUTION, STMT_NOTICE_OF_EXECUTION},
                 {KIND_RUN, STMT_NOTICE_OF_RUN},
                 {KIND_GATE, STMT_NOTICE_OF_GATE}};
    size_t i = 0;
    while (i < ALEN(table) && table[i].kind != kind) {
        i++;
    }
    if (i == ALEN(table)) {
        return err_set(e, ERR_USAGE, "%s %s cannot be watched: an execution, a run or a gate can",
                       kinds[kind].singular, id);
    }
    struct q q = q_get(st, table[i].stmt);
    q_text(q, ":id", id);
    VEC(struct notice) rows = {0};
    int rc;
    while ((rc = q_step(q, e)) == 1) {
        struct notice n = {.kind = arena_z(a, q_col(q, 0)),
                           .id = arena_z(a, q_col(q, 1)),
                           .name = arena_z(a, q_col(q, 2)),
                           .context = "local",
                           .state = arena_z(a, q_col(q, 3)),
                           .why = arena_z(a, q_col(q, 4)),
                           .since_ms = q_col_i64(q, 5)};
        n.event = event_of(n.state);
        vec_push(&rows, n);
    }
    *ret = (struct notice_rows){NULL, rows.n};
    if (rows.n) {
        ret->at = arena_copy(a, rows.at, rows.n * sizeof *rows.at);
    }
    vec_release(&rows);
    return rc == 0 || err_wrap(e, "could not look what there is to tell of %s", id);
}

bool notice_claim(struct store *st, const struct notice *n, bool *ret_is_mine, struct err *e)
{
    if (!store_begin(st, e)) {
        return false;
    }
    struct q q = q_get(st, STMT_NOTICE_CLAIM);
    q_text(q, ":kind", n->kind);
    q_text(q, ":id", n->id);
    q_text(q, ":event", n->event);
    q_i64(q, ":since", n->since_ms);
    q_text(q, ":actor", store_actor());
    q_i64(q, ":time", clock_wall_ms());
    bool ok = q_run(q, e);
    bool is_mine = ok && sqlite3_changes(st->db) == 1;
    /* not the first: there is nothing to write, and no bell to ring */
    if (!is_mine) {
        store_rollback(st);
    } else {
        ok = store_commit(st, e);
    }
    if (ok) {
        *ret_is_mine = is_mine;
    }
    return ok || err_wrap(e, "could not claim what is to be told of %s", n->id);
}
