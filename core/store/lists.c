/* Rows of every kind; see lists.h. */
#include "core/store/lists.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/store/db.h"
#include "core/store/execution.h"
#include "core/store/list_read.h"
#include "core/store/runs.h"

enum { MIN_PREFIX = 4, MAX_CANDIDATES = 10 };

static const enum stmt list_stmts[KIND_COUNT] = {
    [KIND_CONTEXT] = STMT_LIST_CONTEXT,   [KIND_ATTENTION] = STMT_LIST_ATTENTION,
    [KIND_PIPELINE] = STMT_LIST_PIPELINE, [KIND_EXECUTION] = STMT_LIST_EXECUTION,
    [KIND_STEP] = STMT_LIST_STEP,         [KIND_JOB] = STMT_LIST_JOB,
    [KIND_DATASET] = STMT_LIST_DATASET,   [KIND_EXPERIMENT] = STMT_LIST_EXPERIMENT,
    [KIND_RUN] = STMT_LIST_RUN,           [KIND_MODEL] = STMT_LIST_MODEL,
    [KIND_PACKAGE] = STMT_LIST_PACKAGE,   [KIND_GATE] = STMT_LIST_GATE,
    [KIND_JOURNAL] = STMT_LIST_JOURNAL,   [KIND_EVENT] = STMT_LIST_EVENT,
    [KIND_BOOKMARK] = STMT_LIST_BOOKMARK,
};

static struct value cell(struct q q, int i, enum field_type type)
{
    if (q_col_is_null(q, i)) {
        return (struct value){.type = VALUE_MISSING};
    }
    switch (type) {
    case FIELD_NUM:
        return value_num(q_col_num(q, i));
    case FIELD_INT:
    case FIELD_BYTES:
        return value_int(q_col_i64(q, i));
    case FIELD_TIME:
    case FIELD_DURATION:
        return value_time(q_col_i64(q, i));
    case FIELD_TEXT:
    case FIELD_STATE:
        break;
    }
    return value_text(q_col(q, i));
}

static void read_cells(struct q q, enum kind kind, struct value *cells)
{
    const struct kind_info *info = &kinds[kind];
    for (size_t i = 0; i < info->field_count; i++) {
        cells[i] = cell(q, (int)i, info->fields[i].type);
    }
}

bool list_read(struct list_reader *r, struct q q, struct err *e)
{
    int rc;
    while ((rc = q_step(q, e)) == 1) {
        struct value cells[FIELD_MAX] = {{.type = VALUE_MISSING}};
        read_cells(q, r->kind, cells);
        struct list_row row = {.cells = cells};
        if (r->kind == KIND_PACKAGE) {
            row.metrics = q_col(q, (int)kinds[r->kind].field_count);
        }
        if (!r->fn(r->arg, &row)) {
            r->is_stopped = true;
            q_done(q);
            return true;
        }
    }
    return rc == 0;
}

bool list_rows(struct store *st, enum kind kind, const char *parent, int64_t now_ms,
               bool (*fn)(void *arg, const struct list_row *row), void *arg, struct err *e)
{
    if (kind == KIND_RUN) {
        struct run_cursor cursor = {0};
        size_t n;
        return list_runs(st, parent, &cursor, SIZE_MAX / 2, now_ms, fn, arg, &n, e);
    }
    struct list_reader r = {.kind = kind, .fn = fn, .arg = arg};
    struct store *user;
    if (kind == KIND_BOOKMARK && st->schema != SCHEMA_USER) { /* another file has them */
        return db_user(st, false, &user, e) &&
               (!user || list_rows(user, kind, parent, now_ms, fn, arg, e));
    }
    if (kind_is_about(kind)) {
        return list_about(st, &r, parent, now_ms, e);
    }
    struct q q = q_get(st, list_stmts[kind]);
    q_scope(q);
    q_text(q, ":parent", parent);
    q_text(q, ":workspace", st->workspace);
    q_i64(q, ":now", now_ms);
    return list_read(&r, q, e);
}

/* A run's times to the microsecond; without one they are missing. */
static void add_us(struct value *cells, uint16_t started_us, uint16_t ended_us)
{
    static const int starts[] = {FIELD_RUN_created, FIELD_RUN_start_time};
    static const int ends[] = {FIELD_RUN_ended, FIELD_RUN_end_time};
    bool has_start = cells[FIELD_RUN_created].i != RUN_NO_TIME;
    for (size_t i = 0; i < ALEN(starts); i++) {
        cells[starts[i]].us = started_us;
        cells[ends[i]].us = ended_us;
        if (!has_start) {
            cells[starts[i]] = (struct value){.type = VALUE_MISSING};
        }
    }
    if (!has_start) {
        cells[FIELD_RUN_duration] = (struct value){.type = VALUE_MISSING};
    }
}

bool list_runs(struct store *st, const char *experiment, struct run_cursor *cursor, size_t limit,
               int64_t now_ms, bool (*fn)(void *arg, const struct list_row *row), void *arg,
               size_t *ret_n, struct err *e)
{
    struct q q = q_get(st, st->source ? STMT_LIST_RUN_OF_SOURCE : STMT_LIST_RUN);
    q_scope(q);
    q_text(q, ":parent", experiment);
    q_i64(q, ":now", now_ms);
    q_i64(q, ":before", cursor->has_begun ? cursor->started_ms : INT64_MAX);
    q_i64(q, ":before_id", cursor->has_begun ? cursor->id : INT64_MAX);
    q_i64(q, ":limit", (int64_t)limit);
    int field_count = (int)kinds[KIND_RUN].field_count, rc;
    size_t n = 0;
    while ((rc = q_step(q, e)) == 1) {
        struct value cells[FIELD_MAX];
        read_cells(q, KIND_RUN, cells);
        struct list_row row = {.cells = cells,
                               .run = q_col_i64(q, field_count),
                               .slot = q_col_i64(q, field_count + 1)};
        *cursor = (struct run_cursor){true, cells[FIELD_RUN_created].i, row.run};
        add_us(cells, (uint16_t)q_col_i64(q, field_count + 2),
               (uint16_t)q_col_i64(q, field_count + 3));
        n++;
        if (!fn(arg, &row)) {
            q_done(q);
            rc = 0;
            break;
        }
    }
    *ret_n = n;
    return rc == 0;
}

bool list_run_count(struct store *st, const char *experiment, size_t *ret_n, struct err *e)
{
    struct q q = q_get(st, st->source   ? STMT_RUN_COUNT_OF_SOURCE
                           : experiment ? STMT_RUN_COUNT_OF
                                        : STMT_RUN_COUNT);
    q_scope(q);
    q_text(q, ":experiment", experiment);
    int rc = q_step(q, e);
    if (rc == 1) {
        *ret_n = (size_t)q_col_i64(q, 0);
        q_done(q);
    }
    return rc == 1;
}

/* --- ids --- */

struct search {
    struct sv id;
    bool is_exact;
    char *found; /* the first that fits */
    size_t n;
    struct str candidates;
};

static bool search_row(void *arg, const struct list_row *row)
{
    struct search *s = arg;
    const char *id = row->cells[0].type == VALUE_TEXT ? row->cells[0].text : "";
    s->is_exact = sv_eqz(s->id, id);
    if (s->is_exact || (s->id.n >= MIN_PREFIX && strncmp(id, s->id.p, s->id.n) == 0)) {
        if (s->is_exact || !s->found) {
            free(s->found);
            s->found = xstrdup(id);
        }
        if (s->n++ < MAX_CANDIDATES) {
            str_addf(&s->candidates, "%s%s", s->n > 1 ? ", " : "", id);
        }
    }
    return !s->is_exact;
}

static char *resolve_row(struct store *st, enum kind kind, const char *parent, struct sv id,
                         struct err *e)
{
    struct search s = {.id = id, .candidates = STR_INIT};
    bool ok = list_rows(st, kind, parent, clock_wall_ms(), search_row, &s, e);
    if (ok && !s.found) {
        ok = err_set(e, ERR_NOT_FOUND, "no %s \"%s\"", kinds[kind].singular, id.p);
    } else if (ok && !s.is_exact && s.n > 1) {
        ok = err_set(e, ERR_AMBIGUOUS, "\"%s\" fits several %s: %s", id.p, kinds[kind].plural,
                     s.candidates.p);
    }
    str_release(&s.candidates);
    if (!ok) {
        free(s.found);
    }
    return ok ? s.found : NULL;
}

/* EXEC/STEP, EXEC/STEP/N, EXEC/SEQ: the execution first, then among its own. */
static char *resolve_below(struct store *st, enum kind kind, const char *id, struct err *e)
{
    size_t n = strcspn(id, "/");
    char execution[EXECUTION_ID + 1];
    CLEANUP(mem_free_ptr) char *prefix = xstrndup(id, n);
    if (!execution_resolve(st, prefix, execution, e)) {
        return NULL;
    }
    CLEANUP(mem_free_ptr) char *whole = xasprintf("%s%s", execution, id + n);
    return resolve_row(st, kind, execution, sv_z(whole), e);
}

char *list_resolve(struct store *st, enum kind kind, const char *id, struct err *e)
{
    if (kind == KIND_RUN) {
        return run_resolve(st, id, e);
    }
    if (kind == KIND_EXECUTION) {
        char whole[EXECUTION_ID + 1];
        return execution_resolve(st, id, whole, e) ? xstrdup(whole) : NULL;
    }
    bool is_below = kind == KIND_STEP || kind == KIND_JOB || kind == KIND_EVENT;
    return is_below && strchr(id, '/') ? resolve_below(st, kind, id, e)
                                       : resolve_row(st, kind, NULL, sv_z(id), e);
}
