/* Gates, model versions, journal; see gates.h. */
#include "core/store/gates.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/store/db.h"

const char *store_actor(void)
{
    static char name[64];
    if (!name[0]) {
        struct passwd pw, *found = NULL;
        char buf[4096];
        if (getpwuid_r(getuid(), &pw, buf, sizeof buf, &found) == 0 && found && pw.pw_name[0]) {
            snprintf(name, sizeof name, "%s", pw.pw_name);
        } else {
            snprintf(name, sizeof name, "uid %ld", (long)getuid());
        }
    }
    return name;
}

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

static bool ensure_model(struct store *st, const char *name, struct err *e)
{
    struct q q = q_get(st, STMT_MODEL_ADD);
    q_text(q, ":name", name);
    q_i64(q, ":created", clock_wall_ms());
    return q_run(q, e);
}

/* The version that this step of this execution made before, 0 when it did not. */
static int64_t version_of_step(struct store *st, const struct package_row *p, struct err *e)
{
    struct q q = q_get(st, STMT_PACKAGE_OF_STEP);
    q_text(q, ":execution", p->execution);
    q_text(q, ":step", p->step);
    int rc = q_step(q, e);
    int64_t version = rc == 1 ? q_col_i64(q, 1) : rc;
    q_done(q);
    return version;
}

static bool insert_package(struct store *st, const struct package_row *p, struct err *e)
{
    struct q q = q_get(st, STMT_PACKAGE_ADD);
    q_text(q, ":model", p->model);
    q_i64(q, ":version", p->version);
    q_i64(q, ":created", clock_wall_ms());
    q_text(q, ":approval", p->approval);
    q_text(q, ":execution", p->execution);
    q_text(q, ":step", p->step);
    q_text(q, ":run", p->run);
    q_text(q, ":artifact", p->artifact);
    q_text(q, ":digest", p->digest);
    q_text(q, ":image", p->image);
    q_text(q, ":metrics", p->metrics);
    q_text(q, ":document", p->document);
    q_text(q, ":token", p->token);
    return q_run(q, e);
}

bool package_add(struct store *st, struct package_row *p, struct err *e)
{
    int64_t before = version_of_step(st, p, e);
    if (before != 0) {
        p->version = before;
        return before > 0;
    }
    if (!ensure_model(st, p->model, e)) {
        return false;
    }
    struct q q = q_get(st, STMT_PACKAGE_NEXT);
    q_text(q, ":model", p->model);
    if (q_step(q, e) != 1) {
        return false;
    }
    p->version = q_col_i64(q, 0);
    q_done(q);
    return insert_package(st, p, e);
}

bool package_get(struct store *st, const char *id, struct arena *a, struct package_row *ret,
                 struct err *e)
{
    const char *slash = strrchr(id, '/');
    int64_t version;
    if (!slash || !fmt_parse_i64(sv_z(slash + 1), &version)) {
        return err_set(e, ERR_NOT_FOUND, "no model version \"%s\" (they read MODEL/NUMBER)", id);
    }
    struct q q = q_get(st, STMT_PACKAGE_GET);
    q_sv(q, ":model", (struct sv){id, (size_t)(slash - id)});
    q_i64(q, ":version", version);
    int rc = q_step(q, e);
    if (rc != 1) {
        return rc == 0 ? err_set(e, ERR_NOT_FOUND, "no model version \"%s\"", id) : false;
    }
    *ret = (struct package_row){
        .model = arena_z(a, q_col(q, 0)),
        .version = q_col_i64(q, 1),
        .created_ms = q_col_i64(q, 2),
        .approval = arena_z(a, q_col(q, 3)),
        .execution = arena_z(a, q_col(q, 4)),
        .step = arena_z(a, q_col(q, 5)),
        .run = arena_z(a, q_col(q, 6)),
        .artifact = arena_z(a, q_col(q, 7)),
        .digest = arena_z(a, q_col(q, 8)),
        .image = arena_z(a, q_col(q, 9)),
        .metrics = arena_z(a, q_col(q, 10)),
        .document = arena_z(a, q_col(q, 11)),
        .token = arena_z(a, q_col(q, 12)),
        .reason = arena_z(a, q_col(q, 13)),
        .decided_by = arena_z(a, q_col(q, 14)),
    };
    q_done(q);
    return true;
}

bool journal_intent(struct store *st, const char *actor, const char *action, const char *object,
                    const char *reason, int64_t *ret_id, struct err *e)
{
    struct q q = q_get(st, STMT_JOURNAL_ADD);
    q_i64(q, ":time", clock_wall_ms());
    q_text(q, ":actor", actor);
    q_text(q, ":action", action);
    q_text(q, ":object", object);
    q_text(q, ":reason", reason);
    if (!q_run(q, e)) {
        return false;
    }
    *ret_id = sqlite3_last_insert_rowid(st->db);
    return true;
}

bool journal_outcome(struct store *st, int64_t id, const char *status, const char *outcome,
                     struct err *e)
{
    struct q q = q_get(st, STMT_JOURNAL_END);
    q_i64(q, ":id", id);
    q_text(q, ":status", status);
    q_text(q, ":outcome", outcome);
    return q_run(q, e);
}

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

bool bookmark_set(struct store *st, const char *name, const char *line, const char *actor,
                  struct err *e)
{
    struct q q = q_get(st, line ? STMT_BOOKMARK_SET : STMT_BOOKMARK_DELETE);
    q_text(q, ":name", name);
    q_text(q, ":line", line);
    q_text(q, ":actor", actor);
    q_i64(q, ":time", clock_wall_ms());
    if (!q_run(q, e)) {
        return false;
    }
    return line || sqlite3_changes(st->db) > 0 ||
           err_set(e, ERR_NOT_FOUND, "no view is kept under the name \"%s\"", name);
}
