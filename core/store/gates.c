/* Gates and their decisions; see gates.h. */
#include "core/store/gates.h"

#include "core/base/clock.h"
#include "core/store/db.h"

bool gate_add(struct store *st, const struct gate_row *g, struct err *e)
{
    struct q q = q_get(st, STMT_GATE_ADD);
    q_text(q, ":token", g->token);
    q_text(q, ":kind", g->kind);
    q_text(q, ":execution", g->execution);
    q_text(q, ":step", g->step);
    q_text(q, ":subject", g->subject);
    q_text(q, ":digest", g->digest);
    q_i64(q, ":created", clock_wall_ms());
    return q_run(q, e);
}

bool gate_get(struct store *st, const char *token, struct arena *a, struct gate_row *ret,
              struct err *e)
{
    struct q q = q_get(st, STMT_GATE_GET);
    q_text(q, ":token", token);
    int rc = q_step(q, e);
    if (rc != 1) {
        return rc == 0 ? err_set(e, ERR_NOT_FOUND, "no gate with the token \"%s\"", token) : false;
    }
    *ret = (struct gate_row){
        .token = arena_z(a, q_col(q, 0)),
        .kind = arena_z(a, q_col(q, 1)),
        .execution = arena_z(a, q_col(q, 2)),
        .step = arena_z(a, q_col(q, 3)),
        .subject = arena_z(a, q_col(q, 4)),
        .digest = arena_z(a, q_col(q, 5)),
        .state = arena_z(a, q_col(q, 6)),
        .reason = arena_z(a, q_col(q, 7)),
        .outputs = arena_z(a, q_col(q, 8)),
        .actor = arena_z(a, q_col(q, 9)),
    };
    q_done(q);
    return true;
}

bool gate_decide(struct store *st, const char *token, bool is_approved, const char *reason,
                 const struct json *outputs, const char *actor, struct err *e)
{
    struct q q = q_get(st, STMT_GATE_DECIDE);
    q_text(q, ":token", token);
    q_text(q, ":state", is_approved ? "Approved" : "Rejected");
    q_text(q, ":reason", reason);
    q_json(q, ":outputs", outputs);
    q_text(q, ":actor", actor);
    q_i64(q, ":time", clock_wall_ms());
    if (!q_run(q, e)) {
        return false;
    }
    if (sqlite3_changes(st->db) == 1) {
        return true;
    }
    struct arena a;
    arena_init(&a, 0);
    struct gate_row g;
    if (gate_get(st, token, &a, &g, e)) {
        err_set(e, ERR_REFUSED, "%s is decided already: %s by %s", g.subject, g.state,
                g.actor ? g.actor : "unknown");
    }
    arena_release(&a);
    return false;
}
