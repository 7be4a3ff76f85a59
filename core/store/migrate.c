/* One step a version: its SQL and the new user_version in one transaction, a copy of the file
 * made before. See db.h. */
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "core/base/embed.h"
#include "core/base/mem.h"
#include "core/store/db.h"

enum { STEP_FILES = 3 };

/* Version i + 1 is reached by these files of core/store, compiled in. */
static const char *const local_steps[][STEP_FILES] = {
    {"runs.sql", "schema.sql"},
    {"datasets.sql", "dataset_uses.sql"},
    {"notices.sql"},
    {"bookmarks.sql"},
    {"sources.sql"},
};
/* Made in one step: another version is another file. */
static const char *const cache_steps[][STEP_FILES] = {{"runs.sql", "sources.sql", "cache.sql"}};
static const char *const user_steps[][STEP_FILES] = {{"user.sql"}};

static const struct {
    const char *const (*at)[STEP_FILES];
    size_t n;
} schemas[] = {
    [SCHEMA_LOCAL] = {local_steps, ALEN(local_steps)},
    [SCHEMA_CACHE] = {cache_steps, ALEN(cache_steps)},
    [SCHEMA_USER] = {user_steps, ALEN(user_steps)},
};
_Static_assert(ALEN(schemas) == SCHEMA_COUNT, "the steps of each schema");

static const struct embed_file *sql_file(const char *name)
{
    for (const struct embed_file *f = sql_files; f->name; f++) {
        if (strcmp(f->name, name) == 0) {
            return f;
        }
    }
    BUG("no %s is compiled in", name);
}

/* The number that a pragma gives; `otherwise` without a row, -1 with an error. */
static int ask(struct store *st, const char *pragma, int otherwise)
{
    sqlite3_stmt *s = NULL;
    int answer = -1;
    if (sqlite3_prepare_v2(st->db, pragma, -1, &s, NULL) == SQLITE_OK) {
        int rc = sqlite3_step(s);
        answer = rc == SQLITE_ROW ? sqlite3_column_int(s, 0) : rc == SQLITE_DONE ? otherwise : -1;
    }
    sqlite3_finalize(s);
    return answer;
}

static int user_version(struct store *st)
{
    return ask(st, "pragma user_version", -1);
}

static bool is_linked(struct store *st)
{
    return ask(st, "select 1 from pragma_foreign_key_check limit 1", 0) == 0;
}

/* The whole file as it was, beside it: local.db.v1 before the step from 1 to 2. */
static bool back_up(struct store *st, int version, struct err *e)
{
    CLEANUP(mem_free_ptr) char *path = xasprintf("%s.v%d", st->path, version);
    sqlite3 *to = NULL;
    bool ok = sqlite3_open(path, &to) == SQLITE_OK;
    sqlite3_backup *b = ok ? sqlite3_backup_init(to, "main", st->db, "main") : NULL;
    if (b) {
        sqlite3_backup_step(b, -1);
        ok = sqlite3_backup_finish(b) == SQLITE_OK;
    }
    sqlite3_close(to);
    return (ok && b) ||
           err_set(e, ERR_IO, "could not copy %s to %s before its migration", st->path, path);
}

bool db_apply(struct store *st, const char *file, struct err *e)
{
    const struct embed_file *f = sql_file(file);
    CLEANUP(mem_free_ptr) char *sql = xstrndup((const char *)f->data, f->size);
    return db_exec(st, sql, e);
}

static bool apply_files(struct store *st, const char *const *names, struct err *e)
{
    bool ok = true;
    for (size_t i = 0; ok && i < STEP_FILES && names[i]; i++) {
        ok = db_apply(st, names[i], e);
    }
    return ok;
}

/* A table that others refer to may be made anew: what refers to what is checked at the end. */
static bool apply_step(struct store *st, size_t i, struct err *e)
{
    bool ok = db_exec(st, "pragma foreign_keys=off; begin immediate", e);
    if (ok && user_version(st) != (int)i) { /* another process was first */
        return db_exec(st, "rollback; pragma foreign_keys=on", e);
    }
    ok = ok && apply_files(st, schemas[st->schema].at[i], e) &&
         (is_linked(st) || err_set(e, ERR_CORRUPT, "%s holds rows that refer to none", st->path));
    if (ok) {
        char *sql = xasprintf("pragma user_version=%zu; commit", i + 1);
        ok = db_exec(st, sql, e);
        free(sql);
    }
    if (!ok) {
        struct err ignored;
        (void)!db_exec(st, "rollback", &ignored);
    }
    struct err also;
    return db_exec(st, "pragma foreign_keys=on", ok ? e : &also) && ok;
}

bool db_migrate(struct store *st, struct err *e)
{
    int version = user_version(st);
    size_t newest = schemas[st->schema].n;
    if (version < 0) {
        return db_fail(st, e, "read the version");
    }
    if ((size_t)version > newest) {
        st->is_read_only = true; /* a newer mlw wrote it: look, do not touch */
        return db_exec(st, "pragma query_only=on", e);
    }
    if ((size_t)version == newest) {
        return true;
    }
    if (st->is_read_only) {
        return err_set(e, ERR_REFUSED, "%s has version %d and cannot be brought to %zu: read-only",
                       st->path, version, newest);
    }
    if (version > 0) {
        if (st->lock_fd >= 0 && flock(st->lock_fd, LOCK_EX | LOCK_NB) != 0) {
            err_set(e, ERR_REFUSED, "%s needs a migration, but another mlw has it open", st->path);
            return err_hint(e, "close the other mlw, or wait until its executions have ended");
        }
        if (!back_up(st, version, e)) {
            return false;
        }
    }
    for (size_t i = (size_t)version; i < newest; i++) {
        if (!apply_step(st, i, e)) {
            return err_wrap(e, "could not bring %s to version %zu", st->path, i + 1);
        }
    }
    if (st->lock_fd >= 0) {
        flock(st->lock_fd, LOCK_SH | LOCK_NB);
    }
    return true;
}
