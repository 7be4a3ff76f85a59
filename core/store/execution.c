/* Executions, steps and attempts; see execution.h. */
#include "core/store/execution.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/vec.h"
#include "core/store/db.h"

static const char *col(struct q q, int i, struct arena *a)
{
    return arena_z(a, q_col(q, i));
}

static int64_t col_or(struct q q, int i, int64_t otherwise)
{
    return q_col_is_null(q, i) ? otherwise : q_col_i64(q, i);
}

bool store_resolve_prefix(struct q q, const char *what, const char *prefix, struct str *out,
                          struct err *e)
{
    if (strlen(prefix) < 4) {
        return err_set(e, ERR_NOT_FOUND, "no %s \"%s\" (a prefix needs four characters)", what,
                       prefix);
    }
    CLEANUP(str_release) struct str to = STR_INIT;
    CLEANUP(str_release) struct str all = STR_INIT;
    str_addf(&to, "%s\x7f", prefix);
    q_text(q, ":from", prefix);
    q_sv(q, ":to", sv_of(&to));
    size_t n = 0;
    int rc;
    while ((rc = q_step(q, e)) == 1) {
        const char *id = q_col(q, 0);
        if (n++ == 0 || z_eq(id, prefix)) {
            str_setf(out, "%s", id);
        }
        if (z_eq(id, prefix)) {
            q_done(q);
            return true;
        }
        str_addf(&all, "%s%s", n > 1 ? ", " : "", id);
    }
    if (rc < 0) {
        return false;
    }
    if (n == 0) {
        return err_set(e, ERR_NOT_FOUND, "no %s \"%s\"", what, prefix);
    }
    return n == 1 || err_set(e, ERR_AMBIGUOUS, "\"%s\" fits several: %s", prefix, all.p);
}

bool execution_resolve(struct store *st, const char *prefix, char *ret_id, struct err *e)
{
    CLEANUP(str_release) struct str id = STR_INIT;
    if (!store_resolve_prefix(q_get(st, STMT_EXECUTION_PREFIX), "execution", prefix, &id, e)) {
        return false;
    }
    if (id.n != EXECUTION_ID) {
        return err_set(e, ERR_CORRUPT, "execution \"%s\" has a malformed id", id.p);
    }
    memcpy(ret_id, id.p, EXECUTION_ID + 1);
    return true;
}

bool execution_get(struct store *st, const char *id, struct arena *a, struct execution_row *ret,
                   struct err *e)
{
    struct q q = q_get(st, STMT_EXECUTION_GET);
    q_text(q, ":id", id);
    int rc = q_step(q, e);
    if (rc != 1) {
        return rc == 0 ? err_set(e, ERR_NOT_FOUND, "no execution \"%s\"", id) : false;
    }
    *ret = (struct execution_row){
        .id = col(q, 0, a),
        .pipeline = col(q, 1, a),
        .status = col(q, 2, a),
        .started_ms = q_col_i64(q, 3),
        .ended_ms = q_col_i64(q, 4),
        .actor = col(q, 5, a),
        .file = col(q, 6, a),
        .definition = col(q, 7, a),
        .parameters = col(q, 8, a),
        .options = col(q, 9, a),
        .failure = col(q, 10, a),
        .epoch = q_col_i64(q, 11),
    };
    q_done(q);
    return true;
}

bool execution_status(struct store *st, const char *id, struct arena *a, const char **ret_status,
                      const char **ret_failure, struct err *e)
{
    struct q q = q_get(st, STMT_EXECUTION_STATUS);
    q_text(q, ":id", id);
    int rc = q_step(q, e);
    if (rc != 1) {
        return rc == 0 ? err_set(e, ERR_NOT_FOUND, "no execution \"%s\"", id) : false;
    }
    *ret_status = col(q, 0, a);
    if (ret_failure) {
        *ret_failure = col(q, 1, a);
    }
    q_done(q);
    return true;
}

char *execution_last_file(struct store *st, const char *pipeline)
{
    struct err ignored;
    struct q q = q_get(st, STMT_EXECUTION_LAST_FILE);
    q_text(q, ":pipeline", pipeline);
    char *file = q_step(q, &ignored) == 1 ? xstrdup(q_col(q, 0)) : NULL;
    q_done(q);
    return file;
}

bool execution_steps(struct store *st, const char *id, struct arena *a, struct step_rows *ret,
                     struct err *e)
{
    VEC(struct step_row) rows = {0};
    struct q q = q_get(st, STMT_STEP_ALL);
    q_text(q, ":execution", id);
    int rc;
    while ((rc = q_step(q, e)) == 1) {
        struct step_row row = {
            .name = col(q, 0, a),
            .idx = q_col_i64(q, 1),
            .type = col(q, 2, a),
            .status = col(q, 3, a),
            .started_ms = q_col_i64(q, 4),
            .ended_ms = q_col_i64(q, 5),
            .attempts = q_col_i64(q, 6),
            .why = col(q, 7, a),
            .arguments = col(q, 8, a),
            .output = col(q, 9, a),
            .failure = col(q, 10, a),
            .outcome = col(q, 11, a),
            .cache_key = col(q, 12, a),
            .cache_attributes = col(q, 13, a),
            .cache_miss = col(q, 14, a),
            .cache_source = col(q, 15, a),
            .run = col(q, 16, a),
            .gate = col(q, 17, a),
            .log_offset = q_col_i64(q, 18),
            .depends_on = col(q, 19, a),
        };
        vec_push(&rows, row);
    }
    ret->n = rows.n;
    ret->at = arena_copy(a, rows.at, rows.n * sizeof *rows.at);
    vec_release(&rows);
    return rc == 0;
}

bool execution_attempts(struct store *st, const char *id, struct arena *a, struct attempt_rows *ret,
                        struct err *e)
{
    VEC(struct attempt_row) rows = {0};
    struct q q = q_get(st, STMT_ATTEMPT_ALL);
    q_text(q, ":execution", id);
    int rc;
    while ((rc = q_step(q, e)) == 1) {
        struct attempt_row row = {
            .step = col(q, 0, a),
            .n = q_col_i64(q, 1),
            .token = col(q, 2, a),
            .status = col(q, 3, a),
            .exit_code = col_or(q, 4, -1),
            .signal = col_or(q, 5, -1),
            .started_ms = q_col_i64(q, 6),
            .ended_ms = col_or(q, 7, -1),
            .shim_pid = col_or(q, 8, -1),
            .job_pid = col_or(q, 9, -1),
            .dir = col(q, 10, a),
            .failure = col(q, 11, a),
        };
        vec_push(&rows, row);
    }
    ret->n = rows.n;
    ret->at = arena_copy(a, rows.at, rows.n * sizeof *rows.at);
    vec_release(&rows);
    return rc == 0;
}

bool execution_retries(struct store *st, const char *id, const char *step,
                       void (*fn)(void *arg, const struct retry_row *row), void *arg, struct err *e)
{
    struct q q = q_get(st, STMT_STEP_RETRIES);
    q_text(q, ":execution", id);
    q_text(q, ":step", step);
    int rc;
    while ((rc = q_step(q, e)) == 1) {
        struct retry_row row = {.class = q_col(q, 0),
                                .n = q_col_i64(q, 1),
                                .first_ms = q_col_i64(q, 2),
                                .last_ms = q_col_i64(q, 3),
                                .wait_ms = q_col_i64(q, 4)};
        fn(arg, &row);
    }
    return rc == 0;
}

bool execution_unfinished(struct store *st, struct arena *a, const char ***ret_ids, size_t *ret_n,
                          struct err *e)
{
    VEC(const char *) ids = {0};
    struct q q = q_get(st, STMT_EXECUTION_UNFINISHED);
    int rc;
    while ((rc = q_step(q, e)) == 1) {
        vec_push(&ids, col(q, 0, a));
    }
    *ret_n = ids.n;
    *ret_ids = arena_copy(a, ids.at, ids.n * sizeof *ids.at);
    vec_release(&ids);
    return rc == 0;
}

static bool epoch_of(struct store *st, const char *id, int64_t *ret, struct err *e)
{
    struct q q = q_get(st, STMT_EXECUTION_EPOCH);
    q_text(q, ":id", id);
    int rc = q_step(q, e);
    if (rc == 1) {
        *ret = q_col_i64(q, 0);
        q_done(q);
    }
    return rc == 1 || (rc == 0 && err_set(e, ERR_NOT_FOUND, "no execution \"%s\"", id));
}

bool execution_raise_epoch(struct store *st, const char *id, int64_t *ret_epoch, struct err *e)
{
    if (!store_begin(st, e)) {
        return false;
    }
    struct q q = q_get(st, STMT_EXECUTION_RAISE_EPOCH);
    q_text(q, ":id", id);
    if (!q_run(q, e) || !epoch_of(st, id, ret_epoch, e)) {
        store_rollback(st);
        return false;
    }
    return store_commit(st, e);
}

bool execution_begin(struct store *st, const char *id, int64_t mine, struct err *e)
{
    if (!store_begin(st, e)) {
        return false;
    }
    int64_t epoch = 0;
    if (!epoch_of(st, id, &epoch, e) ||
        (epoch != mine &&
         !err_set(e, ERR_REFUSED, "execution %s is driven by another process now", id))) {
        store_rollback(st);
        return false;
    }
    return true;
}

bool execution_ask(struct store *st, const char *id, const char *kind, const char *actor,
                   struct err *e)
{
    struct q q = q_get(st, STMT_REQUEST_ADD);
    q_text(q, ":execution", id);
    q_text(q, ":kind", kind);
    q_text(q, ":actor", actor);
    q_i64(q, ":created", clock_wall_ms());
    return q_run(q, e);
}

bool execution_asked(struct store *st, const char *id, struct arena *a, struct request_row *ret,
                     struct err *e)
{
    struct q q = q_get(st, STMT_REQUEST_NEXT);
    q_text(q, ":execution", id);
    int rc = q_step(q, e);
    *ret = (struct request_row){0};
    if (rc == 1) {
        *ret = (struct request_row){q_col_i64(q, 0), col(q, 1, a), col(q, 2, a)};
        q_done(q);
    }
    return rc >= 0;
}

bool execution_forget_requests(struct store *st, const char *id, struct err *e)
{
    struct q q = q_get(st, STMT_REQUEST_FORGET);
    q_text(q, ":execution", id);
    return q_run(q, e);
}

bool execution_answered(struct store *st, int64_t request, struct err *e)
{
    struct q q = q_get(st, STMT_REQUEST_DELETE);
    q_i64(q, ":id", request);
    return q_run(q, e);
}

bool execution_cache_find(struct store *st, const char *pipeline, const char *step,
                          const char *type, const char *key, int64_t since_ms, struct arena *a,
                          struct cache_hit *ret, struct err *e)
{
    struct q q = q_get(st, STMT_CACHE_FIND);
    q_text(q, ":pipeline", pipeline);
    q_text(q, ":step", step);
    q_text(q, ":type", type);
    q_text(q, ":key", key);
    q_i64(q, ":since", since_ms);
    int rc = q_step(q, e);
    *ret = (struct cache_hit){0};
    if (rc == 1) {
        *ret = (struct cache_hit){col(q, 0, a), col(q, 1, a), col(q, 2, a)};
        q_done(q);
    }
    return rc >= 0;
}

bool execution_cache_last(struct store *st, const char *execution, const char *pipeline,
                          const char *step, const char *type, struct arena *a,
                          const char **ret_attributes, struct err *e)
{
    struct q q = q_get(st, STMT_CACHE_LAST);
    q_text(q, ":execution", execution);
    q_text(q, ":pipeline", pipeline);
    q_text(q, ":step", step);
    q_text(q, ":type", type);
    int rc = q_step(q, e);
    *ret_attributes = rc == 1 ? col(q, 0, a) : NULL;
    q_done(q);
    return rc >= 0;
}

bool execution_cache_each(struct store *st, const char *pipeline, const char *step,
                          const char *type, int64_t since_ms,
                          bool (*fn)(void *arg, const char *attributes), void *arg, struct err *e)
{
    struct q q = q_get(st, STMT_CACHE_ALL);
    q_text(q, ":pipeline", pipeline);
    q_text(q, ":step", step);
    q_text(q, ":type", type);
    q_i64(q, ":since", since_ms);
    int rc;
    while ((rc = q_step(q, e)) == 1 && fn(arg, q_col(q, 0))) {
    }
    q_done(q);
    return rc >= 0;
}

bool execution_log_offset(struct store *st, const char *id, const char *step, int64_t offset,
                          struct err *e)
{
    struct q q = q_get(st, STMT_STEP_LOG_OFFSET);
    q_text(q, ":execution", id);
    q_text(q, ":step", step);
    q_i64(q, ":offset", offset);
    return q_run(q, e);
}

bool execution_progress(struct store *st, const char *id, const char *step, const char *text,
                        double fraction, struct err *e)
{
    struct q q = q_get(st, STMT_PROGRESS_SET);
    q_text(q, ":execution", id);
    q_text(q, ":step", step);
    q_text(q, ":text", text);
    q_num(q, ":fraction", fraction);
    return q_run(q, e);
}
