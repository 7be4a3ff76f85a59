/* Runs and their documents; columns and curves are columns.c. See runs.h. */
#include "core/store/runs.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/store/db.h"

static struct q named(struct store *st, enum stmt stmt, const char *name, int64_t source)
{
    bool is_key = stmt == STMT_METRIC_KEY_ADD || stmt == STMT_METRIC_KEY_ID;
    struct q q = q_get(st, stmt);
    q_text(q, is_key ? ":key" : ":name", name);
    q_i64(q, ":source", source);
    q_i64(q, ":created", clock_wall_ms());
    return q;
}

/* The id of a name, which is added when it is new; -1 with an error. */
static int64_t id_of(struct store *st, enum stmt add, enum stmt get, const char *name,
                     int64_t source, struct err *e)
{
    int rc = 0;
    for (int attempt = 0; attempt < 2; attempt++) {
        struct q q = named(st, get, name, source);
        rc = q_step(q, e);
        if (rc == 1) {
            int64_t id = q_col_i64(q, 0);
            q_done(q);
            return id;
        }
        if (rc < 0 || !q_run(named(st, add, name, source), e)) {
            break;
        }
    }
    return -1;
}

int64_t run_metric_id(struct store *st, const char *key, struct err *e)
{
    return id_of(st, STMT_METRIC_KEY_ADD, STMT_METRIC_KEY_ID, key, 0, e);
}

int64_t run_source_id(struct store *st, const char *name, struct err *e)
{
    return id_of(st, STMT_SOURCE_ADD, STMT_SOURCE_ID, name, 0, e);
}

int64_t run_experiment_id(struct store *st, const char *name, int64_t source, struct err *e)
{
    return id_of(st, STMT_EXPERIMENT_ADD, STMT_EXPERIMENT_ID, name, source, e);
}

int run_ids(struct store *st, const char *uid, struct run_row *ret, struct err *e)
{
    struct q q = q_get(st, STMT_RUN_ID);
    q_scope(q);
    q_text(q, ":uid", uid);
    int rc = q_step(q, e);
    if (rc == 1) {
        *ret = (struct run_row){
            .id = q_col_i64(q, 0), .source = q_col_i64(q, 1), .slot = q_col_i64(q, 2)};
        q_done(q);
    }
    return rc;
}

static void bind_doc(struct q q, const char *name, const struct json *j, const char *empty)
{
    if (j) {
        q_json(q, name, j);
    } else {
        q_text(q, name, empty);
    }
}

bool run_docs_set(struct store *st, int64_t run, const struct json *params, const struct json *tags,
                  const struct json *inputs, struct err *e)
{
    struct q q = q_get(st, STMT_RUN_DOC_SET);
    q_i64(q, ":run", run);
    bind_doc(q, ":params", params, "{}");
    bind_doc(q, ":tags", tags, "{}");
    bind_doc(q, ":inputs", inputs, "[]");
    q_text(q, ":outputs", "[]");
    return q_run(q, e);
}

bool run_add(struct store *st, const struct run_new *run, struct err *e)
{
    struct run_row ids;
    int rc = run_ids(st, run->uid, &ids, e);
    if (rc != 0) {
        return rc == 1;
    }
    int64_t source = run_source_id(st, run->source, e);
    int64_t experiment = source < 0 ? -1 : run_experiment_id(st, run->experiment, source, e);
    if (experiment < 0) {
        return false;
    }
    struct q q = q_get(st, STMT_RUN_ADD);
    q_text(q, ":uid", run->uid);
    q_i64(q, ":source", source);
    q_i64(q, ":experiment", experiment);
    q_text(q, ":name", run->name);
    q_text(q, ":status", run->status);
    q_i64(q, ":started", run->started_ms);
    return q_run(q, e) && run_docs_set(st, sqlite3_last_insert_rowid(st->db), run->params,
                                       run->tags, run->inputs, e);
}

bool run_set_status(struct store *st, const char *uid, const char *status, int64_t ended_ms,
                    struct err *e)
{
    struct q q = q_get(st, STMT_RUN_STATUS);
    q_text(q, ":uid", uid);
    q_text(q, ":status", status);
    if (ended_ms) {
        q_i64(q, ":ended", ended_ms);
    }
    return q_run(q, e);
}

bool run_set_outputs(struct store *st, const char *uid, const struct json *outputs, struct err *e)
{
    struct run_row ids;
    int rc = run_ids(st, uid, &ids, e);
    if (rc != 1) {
        return rc == 0 ? err_set(e, ERR_NOT_FOUND, "no run \"%s\"", uid) : false;
    }
    struct q q = q_get(st, STMT_RUN_OUTPUTS_SET);
    q_i64(q, ":run", ids.id);
    q_json(q, ":outputs", outputs);
    return q_run(q, e);
}

char *run_resolve(struct store *st, const char *prefix, struct err *e)
{
    CLEANUP(str_release) struct str uid = STR_INIT;
    struct run_row ids;
    int rc = run_ids(st, prefix, &ids, e);
    if (rc != 0) { /* a whole id may be shorter than a prefix */
        return rc == 1 ? xstrdup(prefix) : NULL;
    }
    struct q q = q_get(st, STMT_RUN_PREFIX);
    q_scope(q);
    if (!store_resolve_prefix(q, "run", prefix, &uid, e)) {
        return NULL;
    }
    return str_detach(&uid);
}

bool run_get(struct store *st, const char *uid, struct arena *a, struct run_row *ret, struct err *e)
{
    struct q q = q_get(st, STMT_RUN_GET);
    q_scope(q);
    q_text(q, ":uid", uid);
    int rc = q_step(q, e);
    if (rc != 1) {
        return rc == 0 ? err_set(e, ERR_NOT_FOUND, "no run \"%s\"", uid) : false;
    }
    *ret = (struct run_row){
        .id = q_col_i64(q, 0),
        .uid = arena_z(a, q_col(q, 1)),
        .source = q_col_i64(q, 2),
        .slot = q_col_i64(q, 3),
        .experiment = arena_z(a, q_col(q, 4)),
        .name = arena_z(a, q_col(q, 5)),
        .status = arena_z(a, q_col(q, 6)),
        .started_ms = q_col_i64(q, 7),
        .ended_ms = q_col_i64(q, 8),
        .source_name = arena_z(a, q_col(q, 9)),
        .started_us = (int)q_col_i64(q, 10),
        .ended_us = (int)q_col_i64(q, 11),
        .parent = arena_z(a, q_col(q, 12)),
    };
    q_done(q);
    return true;
}

bool run_state_get(struct store *st, int64_t run, struct arena *a, struct run_state *ret,
                   struct err *e)
{
    struct q q = q_get(st, STMT_RUN_STATE);
    q_i64(q, ":run", run);
    int rc = q_step(q, e);
    if (rc != 1) {
        return rc == 0 ? err_set(e, ERR_NOT_FOUND, "no run %lld in %s", (long long)run, st->path)
                       : false;
    }
    *ret = (struct run_state){.status = arena_z(a, q_col(q, 0)), .ended_ms = q_col_i64(q, 1)};
    q_done(q);
    return true;
}

bool run_docs_get(struct store *st, int64_t run, struct arena *a, struct run_docs *ret,
                  struct err *e)
{
    struct q q = q_get(st, STMT_RUN_DOC);
    q_i64(q, ":run", run);
    int rc = q_step(q, e);
    *ret = (struct run_docs){"{}", "{}", "[]", "[]"};
    if (rc == 1) {
        *ret = (struct run_docs){arena_z(a, q_col(q, 0)), arena_z(a, q_col(q, 1)),
                                 arena_z(a, q_col(q, 2)), arena_z(a, q_col(q, 3))};
        q_done(q);
    }
    return rc >= 0;
}

bool run_docs_each(struct store *st, int64_t from, int64_t to,
                   void (*fn)(void *arg, int64_t run, struct sv params, struct sv tags), void *arg,
                   struct err *e)
{
    struct q q = q_get(st, STMT_RUN_DOC_RANGE);
    q_i64(q, ":from", from);
    q_i64(q, ":to", to);
    int rc;
    while ((rc = q_step(q, e)) == 1) {
        fn(arg, q_col_i64(q, 0), q_col_blob(q, 1), q_col_blob(q, 2));
    }
    return rc == 0;
}
