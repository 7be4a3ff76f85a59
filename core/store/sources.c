/* What the cache knows of each source; see sources.h. */
#include "core/store/sources.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/store/db.h"
#include "core/store/workspace.h"

/* Raised with each change of the SQL, and of what readers put there. */
enum { CACHE_SCHEMA = 1 };
#define CACHE_UNUSED_MS ((int64_t)30 * 24 * 3600 * 1000)

/* --- the file --- */

static void remove_files(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < ALEN(ends); i++) {
        CLEANUP(mem_free_ptr) char *file = xasprintf("%s%s", path, ends[i]);
        unlink(file);
    }
}

static bool open_cache(const char *path, const struct workspace *ws, struct store **ret_store,
                       struct err *e)
{
    struct store *st;
    if (!db_open_file(path, ws, SCHEMA_CACHE, STORE_CREATE, &st, e)) {
        return false;
    }
    store_set_durable(st, false);
    /* a first reading writes much: 32 MiB before it goes from the log into the file */
    if (!db_exec(st, "pragma wal_autocheckpoint=8192", e)) {
        store_close(st);
        return false;
    }
    *ret_store = st;
    return true;
}

bool store_open_cache(struct store **ret_store, struct err *e)
{
    CLEANUP(mem_free_ptr) char *dir = workspace_cache_dir();
    CLEANUP(mem_free_ptr)
    char *path = dir ? xasprintf("%s/cache-%d.db", dir, CACHE_SCHEMA) : NULL;
    if (!path || !db_make_file(dir, path)) {
        struct workspace nowhere = {.mlw = (char[]){""}};
        return open_cache(":memory:", &nowhere, ret_store, e);
    }
    struct workspace ws = {.mlw = dir, .is_network_fs = os_is_network_fs(dir)};
    if (open_cache(path, &ws, ret_store, e)) {
        return true;
    }
    if (e->code != ERR_CORRUPT) {
        return false;
    }
    remove_files(path);
    return db_make_file(dir, path) && open_cache(path, &ws, ret_store, e);
}

void store_look_at(struct store *st, int64_t source, enum run_view view)
{
    st->source = source;
    st->view = view;
}

int64_t store_source(const struct store *st)
{
    return st->source;
}

static struct q of_source(struct store *st, enum stmt stmt, int64_t source)
{
    struct q q = q_get(st, stmt);
    q_i64(q, ":source", source);
    return q;
}

/* --- the source itself --- */

static bool run_all(struct store *st, const enum stmt *stmts, size_t n, int64_t source,
                    struct err *e)
{
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        ok = q_run(of_source(st, stmts[i], source), e);
    }
    return ok;
}

/* Runs keep their slots; they come back as they are found again. */
static bool forget_all(struct store *st, int64_t source, struct err *e)
{
    static const enum stmt stmts[] = {STMT_SOURCE_RUNS_GONE, STMT_SOURCE_SERIES_DROP,
                                      STMT_SOURCE_MCOL_DROP, STMT_SOURCE_PIECES_DROP,
                                      STMT_SOURCE_STATE_DROP};
    return run_all(st, stmts, ALEN(stmts), source, e) && source_damage_forget(st, source, NULL, e);
}

/* One that nobody asked about for long goes whenever another one is begun. */
static bool drop_unused(struct store *st, int64_t begun, struct err *e)
{
    static const enum stmt stmts[] = {STMT_SOURCE_DOCS_DROP, STMT_SOURCE_RUNS_DROP,
                                      STMT_SOURCE_EXPERIMENTS_DROP, STMT_SOURCE_DROP};
    struct q q = of_source(st, STMT_SOURCE_UNUSED, begun);
    q_i64(q, ":before", clock_wall_ms() - CACHE_UNUSED_MS);
    int rc = q_step(q, e);
    if (rc != 1) {
        return rc == 0;
    }
    int64_t unused = q_col_i64(q, 0);
    q_done(q);
    return forget_all(st, unused, e) && run_all(st, stmts, ALEN(stmts), unused, e);
}

bool source_begin(struct store *st, const char *name, const char *reader, struct source_place *ret,
                  struct err *e)
{
    struct source_place found = {.id = run_source_id(st, name, e)};
    if (found.id < 0) {
        return false;
    }
    struct q q = of_source(st, STMT_SOURCE_STATE, found.id);
    int rc = q_step(q, e);
    bool is_other = false;
    if (rc == 1) {
        struct err ignored;
        is_other = strcmp(q_col(q, 0), reader) != 0;
        if (!is_other && !q_col_is_null(q, 1) &&
            !json_parse(sv_z(q_col(q, 1)), &found.state, &ignored)) {
            found.state = NULL;
        }
        found.commits = is_other ? 0 : q_col_i64(q, 2);
        q_done(q);
    }
    if (rc < 0 || (is_other && !forget_all(st, found.id, e))) {
        return false;
    }
    q = of_source(st, STMT_SOURCE_STATE_ADD, found.id);
    q_text(q, ":reader", reader);
    q_i64(q, ":used", clock_wall_ms());
    if (!q_run(q, e) || !drop_unused(st, found.id, e)) {
        json_free(found.state);
        return false;
    }
    *ret = found;
    return true;
}

bool source_save(struct store *st, int64_t source, const struct json *state, struct err *e)
{
    struct q q = of_source(st, STMT_SOURCE_STATE_SET, source);
    q_json(q, ":state", state);
    q_i64(q, ":used", clock_wall_ms());
    return q_run(q, e);
}

struct json *source_piece(struct store *st, int64_t source, const char *piece)
{
    struct err ignored;
    struct json *state = NULL;
    struct q q = of_source(st, STMT_SOURCE_PIECE, source);
    q_text(q, ":piece", piece);
    if (q_step(q, &ignored) == 1) {
        if (!json_parse(sv_z(q_col(q, 0)), &state, &ignored)) {
            state = NULL;
        }
        q_done(q);
    }
    return state;
}

bool source_piece_set(struct store *st, int64_t source, const char *piece, const struct json *state,
                      struct err *e)
{
    struct q q = of_source(st, state ? STMT_SOURCE_PIECE_SET : STMT_SOURCE_PIECE_DROP, source);
    q_text(q, ":piece", piece);
    if (state) {
        q_json(q, ":state", state);
    }
    return q_run(q, e);
}

/* --- runs --- */

int source_run_ids(struct store *st, int64_t source, const char *id, struct run_row *ret,
                   struct err *e)
{
    struct q q = of_source(st, STMT_SOURCE_RUN_ID, source);
    q_text(q, ":uid", id);
    int rc = q_step(q, e);
    if (rc == 1) {
        *ret = (struct run_row){.id = q_col_i64(q, 0), .source = source, .slot = q_col_i64(q, 1)};
        q_done(q);
    }
    return rc;
}

/* Whole milliseconds, rounded down, and the microseconds above them. */
static int64_t split_us(int64_t us, int64_t *ret_rest)
{
    int64_t ms = us / 1000, rest = us % 1000;
    *ret_rest = rest < 0 ? rest + 1000 : rest;
    return rest < 0 ? ms - 1 : ms;
}

static void bind_times(struct q q, const struct source_run *run)
{
    int64_t rest = 0;
    q_i64(q, ":started",
          run->started_us == RUN_NO_TIME ? RUN_NO_TIME : split_us(run->started_us, &rest));
    q_i64(q, ":started_us", rest);
    rest = 0;
    if (run->ended_us != RUN_NO_TIME) {
        q_i64(q, ":ended", split_us(run->ended_us, &rest));
    }
    q_i64(q, ":ended_us", rest);
}

bool source_run_set(struct store *st, int64_t source, const struct source_run *run, struct err *e)
{
    int64_t experiment = run_experiment_id(st, run->experiment, source, e);
    if (experiment < 0) {
        return false;
    }
    struct q q = of_source(st, STMT_SOURCE_RUN_SET, source);
    q_text(q, ":uid", run->id);
    q_i64(q, ":experiment", experiment);
    q_text(q, ":name", run->name);
    q_text(q, ":status", run->status);
    q_text(q, ":parent", run->parent);
    q_i64(q, ":deleted", run->is_deleted);
    bind_times(q, run);
    struct run_row ids;
    return q_run(q, e) && source_run_ids(st, source, run->id, &ids, e) == 1 &&
           run_docs_set(st, ids.id, run->params, run->tags, run->inputs, e);
}

bool source_run_gone(struct store *st, int64_t source, const char *id, struct err *e)
{
    struct run_row ids;
    int rc = source_run_ids(st, source, id, &ids, e);
    if (rc != 1) {
        return rc == 0;
    }
    struct q q = q_get(st, STMT_SOURCE_RUN_GONE);
    q_i64(q, ":run", ids.id);
    if (!q_run(q, e)) {
        return false;
    }
    struct arena a;
    struct series_keys keys;
    arena_init(&a, 0);
    bool ok = run_series_keys(st, ids.id, &a, &keys, e);
    for (size_t i = 0; ok && i < keys.n; i++) {
        ok = run_purge(st, &ids, keys.at[i].id, INT64_MIN, e);
    }
    arena_release(&a);
    return ok;
}

bool source_each_run(struct store *st, int64_t source, void (*fn)(void *arg, const char *id),
                     void *arg, struct err *e)
{
    struct q q = of_source(st, STMT_SOURCE_RUNS, source);
    int rc;
    while ((rc = q_step(q, e)) == 1) {
        fn(arg, q_col(q, 0));
    }
    return rc == 0;
}

/* --- damage --- */

bool source_damage(struct store *st, int64_t source, const struct damage *d, struct err *e)
{
    struct q q =
        of_source(st, d->reason ? STMT_SOURCE_DAMAGE_SET : STMT_SOURCE_DAMAGE_WHOLE, source);
    q_text(q, ":file", d->file);
    q_i64(q, ":offset", d->offset);
    if (d->reason) {
        q_text(q, ":reason", d->reason);
    }
    return q_run(q, e);
}

bool source_damage_forget(struct store *st, int64_t source, const char *file, struct err *e)
{
    struct q q = of_source(st, STMT_SOURCE_DAMAGE_DROP, source);
    q_text(q, ":file", file);
    return q_run(q, e);
}

bool source_damages(struct store *st, int64_t source, void (*fn)(void *arg, const struct damage *d),
                    void *arg, struct err *e)
{
    struct q q = of_source(st, STMT_SOURCE_DAMAGES, source);
    int rc;
    while ((rc = q_step(q, e)) == 1) {
        fn(arg, &(struct damage){q_col(q, 0), q_col_i64(q, 1), q_col(q, 2)});
    }
    return rc == 0;
}
