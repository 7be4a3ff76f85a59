/* What was put aside; see acks.h. */
#include "core/store/acks.h"

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/store/db.h"

/* The state that is hidden, into `out`. */
static bool ack_state(struct store *st, const char *kind, const char *id, struct str *out,
                      struct err *e)
{
    struct q q = q_get(st, STMT_ACK_STATE);
    q_text(q, ":kind", kind);
    q_text(q, ":id", id);
    int rc = q_step(q, e);
    if (rc != 1) {
        return rc == 0 ? err_set(e, ERR_NOT_FOUND, "no %s \"%s\"", kind, id) : false;
    }
    bool ok = !q_col_is_null(q, 1) ||
              err_set(e, ERR_REFUSED, "%s %s is %s: only what is red or waits can be put aside",
                      kind, id, q_col(q, 0));
    if (ok) {
        str_setf(out, "%s", q_col(q, 1));
    }
    q_done(q);
    return ok;
}

bool ack_set(struct store *st, const char *kind, const char *id, const char *reason,
             const char *actor, struct err *e)
{
    CLEANUP(str_release) struct str state = STR_INIT;
    if (!ack_state(st, kind, id, &state, e)) {
        return false;
    }
    CLEANUP(mem_free_ptr) char *object = xasprintf("%s:%s", kind, id);
    struct q q = q_get(st, STMT_ACK_SET);
    q_text(q, ":object", object);
    q_text(q, ":state", state.p);
    q_text(q, ":reason", reason);
    q_text(q, ":actor", actor);
    q_i64(q, ":time", clock_wall_ms());
    return q_run(q, e);
}

bool ack_take_back(struct store *st, const char *kind, const char *id, struct err *e)
{
    CLEANUP(mem_free_ptr) char *object = xasprintf("%s:%s", kind, id);
    struct q q = q_get(st, STMT_ACK_TAKE_BACK);
    q_text(q, ":object", object);
    return q_run(q, e);
}
