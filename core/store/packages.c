/* Models and their versions; see packages.h. */
#include "core/store/packages.h"

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/store/db.h"

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
