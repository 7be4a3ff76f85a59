/* The connection, its statements and its transactions; see db.h and store.h. */
#include "core/store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/model/condition_text.h"

enum { BUSY_LIMIT_MS = 5000 };

static const char *const stmt_sql[] = {
#define STMT(S, sql) [STMT_##S] = sql,
#include "core/store/cache.def"
#include "core/store/stmts.def"
#include "core/store/user.def"
#undef STMT
};
_Static_assert(ALEN(stmt_sql) == STMT_COUNT, "one text a statement");

static const struct {
    const char *word, *sql;
} events[] = {
#define EVENT(E, word, sql) [EVENT_##E] = {word, sql},
#include "core/store/events.def"
#undef EVENT
};
_Static_assert(ALEN(events) == EVENT_COUNT, "one projection an event");

const char *event_word(enum event_type type)
{
    return events[type].word;
}

bool db_fail(struct store *st, struct err *e, const char *what)
{
    int rc = sqlite3_errcode(st->db);
    enum err_code code = rc == SQLITE_FULL                             ? ERR_NO_SPACE
                         : rc == SQLITE_READONLY                       ? ERR_REFUSED
                         : rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB ? ERR_CORRUPT
                         : rc == SQLITE_BUSY                           ? ERR_TIMEOUT
                                                                       : ERR_IO;
    /* of a full disk SQLite also says "disk I/O error": its index beside the log cannot be made */
    bool is_full = code == ERR_IO && os_disk_is_full(st->path);
    err_set(e, is_full ? ERR_NO_SPACE : code, "could not %s in %s: %s%s", what, st->path,
            sqlite3_errmsg(st->db), is_full ? ": the disk is full" : "");
    if (is_full) {
        err_hint(e, "make room on it; nothing is lost");
    }
    if (code == ERR_CORRUPT) {
        err_hint(e, st->schema == SCHEMA_CACHE
                        ? "remove the file: all it holds is read again"
                        : "keep the file; a copy from before the last migration lies beside it");
    }
    return false;
}

bool db_exec(struct store *st, const char *sql, struct err *e)
{
    return sqlite3_exec(st->db, sql, NULL, NULL, NULL) == SQLITE_OK || db_fail(st, e, "work");
}

static sqlite3_stmt *prepare(struct store *st, const char *sql, const char **ret_tail)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v3(st->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, ret_tail) != SQLITE_OK &&
        sqlite3_errcode(st->db) == SQLITE_ERROR) {
        BUG("statement \"%s\": %s", sql, sqlite3_errmsg(st->db));
    }
    return s;
}

/* Without a statement (it could not be prepared) the first step says why. */
static struct q fresh(struct store *st, sqlite3_stmt *s)
{
    if (s) {
        sqlite3_reset(s);
        sqlite3_clear_bindings(s);
    }
    return (struct q){s, st};
}

struct q q_get(struct store *st, enum stmt stmt)
{
    if (!st->stmts[stmt]) {
        st->stmts[stmt] = prepare(st, stmt_sql[stmt], NULL);
    }
    return fresh(st, st->stmts[stmt]);
}

struct q q_projection(struct store *st, enum event_type type, int part)
{
    if (!st->projections[type][0]) {
        const char *tail = NULL;
        st->projections[type][0] = prepare(st, events[type].sql, &tail);
        if (tail && *tail) {
            st->projections[type][1] = prepare(st, tail, NULL);
        }
    }
    return fresh(st, st->projections[type][part]);
}

static int place(struct q q, const char *name)
{
    return sqlite3_bind_parameter_index(q.s, name); /* 0 where a projection does not use it */
}

void q_sv(struct q q, const char *name, struct sv v)
{
    sqlite3_bind_text64(q.s, place(q, name), v.p, v.n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

void q_text(struct q q, const char *name, const char *z)
{
    if (z) {
        q_sv(q, name, sv_z(z));
    } else {
        sqlite3_bind_null(q.s, place(q, name));
    }
}

void q_i64(struct q q, const char *name, int64_t x)
{
    sqlite3_bind_int64(q.s, place(q, name), x);
}

void q_num(struct q q, const char *name, double x)
{
    sqlite3_bind_double(q.s, place(q, name), x);
}

void q_blob(struct q q, const char *name, const void *p, size_t n)
{
    sqlite3_bind_blob64(q.s, place(q, name), p, n, SQLITE_TRANSIENT);
}

void q_json(struct q q, const char *name, const struct json *j)
{
    if (!j) {
        q_text(q, name, NULL);
        return;
    }
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(j, JSON_COMPACT, &text);
    q_sv(q, name, sv_of(&text));
}

void q_scope(struct q q)
{
    static const int deleted[][2] = {
        [RUNS_ACTIVE] = {0, 0}, [RUNS_DELETED] = {1, 1}, [RUNS_ALL] = {0, 1}};
    if (q.st->source) {
        q_i64(q, ":source", q.st->source);
    }
    q_i64(q, ":from_deleted", deleted[q.st->view][0]);
    q_i64(q, ":to_deleted", deleted[q.st->view][1]);
}

int q_step(struct q q, struct err *e)
{
    if (!q.s) {
        db_fail(q.st, e, "prepare a statement");
        return -1;
    }
    int rc = sqlite3_step(q.s);
    if (rc == SQLITE_ROW) {
        return 1;
    }
    if (rc != SQLITE_DONE) {
        db_fail(q.st, e, sqlite3_stmt_readonly(q.s) ? "read" : "write");
    }
    sqlite3_reset(q.s);
    return rc == SQLITE_DONE ? 0 : -1;
}

bool q_run(struct q q, struct err *e)
{
    int rc = q_step(q, e);
    while (rc == 1) {
        rc = q_step(q, e);
    }
    return rc == 0;
}

void q_done(struct q q)
{
    sqlite3_reset(q.s);
}

const char *q_col(struct q q, int i)
{
    return (const char *)sqlite3_column_text(q.s, i);
}

int64_t q_col_i64(struct q q, int i)
{
    return sqlite3_column_int64(q.s, i);
}

double q_col_num(struct q q, int i)
{
    return sqlite3_column_double(q.s, i);
}

bool q_col_is_null(struct q q, int i)
{
    return sqlite3_column_type(q.s, i) == SQLITE_NULL;
}

struct sv q_col_blob(struct q q, int i)
{
    const void *p = sqlite3_column_blob(q.s, i);
    return (struct sv){p, (size_t)sqlite3_column_bytes(q.s, i)};
}

/* Writers wait for each other in steps of a millisecond: transactions here are short. */
static int on_busy(void *arg, int count)
{
    (void)arg;
    sqlite3_sleep(1);
    return count < BUSY_LIMIT_MS;
}

bool store_begin(struct store *st, struct err *e)
{
    xassert(!st->in_transaction);
    if (!q_run(q_get(st, STMT_BEGIN), e)) {
        return err_wrap(e, "could not begin a transaction");
    }
    st->in_transaction = true;
    return true;
}

bool store_read_begin(struct store *st, struct err *e)
{
    xassert(!st->in_transaction);
    if (!q_run(q_get(st, STMT_BEGIN_READ), e)) {
        return err_wrap(e, "could not begin to read");
    }
    st->in_transaction = true;
    return true;
}

static void ring(struct store *st)
{
    if (st->wake_fd >= 0) {
        (void)!pwrite(st->wake_fd, "!", 1, 0);
    }
}

bool store_commit(struct store *st, struct err *e)
{
    xassert(st->in_transaction);
    bool ok = cells_save(st, e);
    if (ok) {
        os_fault_point("commit");
        ok = q_run(q_get(st, STMT_COMMIT), e);
    }
    if (!ok) {
        store_rollback(st);
        return err_wrap(e, "could not commit");
    }
    st->in_transaction = false;
    ring(st);
    return true;
}

void store_rollback(struct store *st)
{
    struct err ignored;
    cells_forget(st);
    if (st->in_transaction) {
        st->in_transaction = false;
        if (!sqlite3_get_autocommit(st->db)) {
            (void)!q_run(q_get(st, STMT_ROLLBACK), &ignored);
        }
    }
}

void store_set_durable(struct store *st, bool is_durable)
{
    struct err ignored;
    (void)!db_exec(st, is_durable ? "pragma synchronous=full" : "pragma synchronous=normal",
                   &ignored);
}

int64_t store_data_version(struct store *st)
{
    struct err ignored;
    struct q q = q_get(st, STMT_DATA_VERSION);
    int64_t version = q_step(q, &ignored) == 1 ? q_col_i64(q, 0) : -1;
    q_done(q);
    return version < 0 || !st->user ? version : version + store_data_version(st->user);
}

bool store_is_read_only(const struct store *st)
{
    return st->is_read_only;
}

const char *store_wake_path(const struct store *st)
{
    return st->wake_path;
}

/* Every process that uses the file holds version.lock shared; a migration needs it alone. */
static void take_version_lock(struct store *st, const struct workspace *ws)
{
    CLEANUP(mem_free_ptr) char *path = path_join(ws->mlw, "version.lock");
    int how = st->is_read_only ? O_RDONLY : O_RDWR | O_CREAT;
    st->lock_fd = open(path, how | O_CLOEXEC, 0600);
    if (st->lock_fd >= 0) {
        flock(st->lock_fd, LOCK_SH | LOCK_NB);
    }
}

/* condition_text(JSON) in statements: the conditions as an expression, or NULL. */
static void condition_function(sqlite3_context *context, int n, sqlite3_value **values)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(json_free_ptr) struct json *doc = NULL;
    struct err ignored;
    const char *z = n == 1 ? (const char *)sqlite3_value_text(values[0]) : NULL;
    if (z && json_parse(sv_z(z), &doc, &ignored)) {
        condition_text(&text, doc);
    }
    if (text.n) {
        sqlite3_result_text64(context, text.p, text.n, SQLITE_TRANSIENT, SQLITE_UTF8);
    }
}

static bool set_functions(struct store *st, struct err *e)
{
    int how = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
    if (sqlite3_create_function_v2(st->db, "condition_text", 1, how, NULL, condition_function, NULL,
                                   NULL, NULL) != SQLITE_OK) {
        return err_set(e, ERR_IO, "could not prepare %s: %s", st->path, sqlite3_errmsg(st->db));
    }
    return true;
}

static bool set_pragmas(struct store *st, const struct workspace *ws, struct err *e)
{
    sqlite3_busy_handler(st->db, on_busy, NULL);
    sqlite3_extended_result_codes(st->db, 0);
    sqlite3_db_config(st->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    const char *journal =
        ws->is_network_fs ? "pragma journal_mode=delete" : "pragma journal_mode=wal";
    if (!st->is_read_only && !db_exec(st, journal, e)) {
        return false;
    }
    return db_exec(st, "pragma synchronous=full; pragma foreign_keys=on; pragma cell_size_check=on",
                   e);
}

static bool is_disk_read_only(const struct workspace *ws)
{
    return access(ws->mlw, W_OK) != 0 && errno == EROFS;
}

/* Where no file can or may be made, SQLite opens a database without its -wal only as one that
 * nobody changes: the name as a URI that says so, if that is how it is. */
static void set_name(const struct store *st, bool may_make_files, struct str *out)
{
    CLEANUP(mem_free_ptr) char *wal = xasprintf("%s-wal", st->path);
    if (may_make_files || os_exists(wal)) {
        str_addz(out, st->path);
        return;
    }
    str_addz(out, "file:");
    for (const char *p = st->path; *p; p++) {
        if (strchr("%?#", *p)) {
            str_addf(out, "%%%02X", (unsigned)*p);
        } else {
            str_addc(out, *p);
        }
    }
    str_addz(out, "?immutable=1");
}

/* Statements belong to the connection. */
static void close_file(struct store *st)
{
    for (size_t i = 0; i < STMT_COUNT; i++) {
        sqlite3_finalize(st->stmts[i]);
        st->stmts[i] = NULL;
    }
    for (size_t i = 0; i < EVENT_COUNT; i++) {
        sqlite3_finalize(st->projections[i][0]);
        sqlite3_finalize(st->projections[i][1]);
        st->projections[i][0] = st->projections[i][1] = NULL;
    }
    sqlite3_close(st->db);
    st->db = NULL;
}

static bool open_file(struct store *st, const char *name, int how, struct err *e)
{
    if (sqlite3_open_v2(name, &st->db, how | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL) !=
        SQLITE_OK) {
        return err_set(e, os_exists(st->path) ? ERR_IO : ERR_NOT_FOUND, "could not open %s: %s",
                       st->path, st->db ? sqlite3_errmsg(st->db) : "no memory");
    }
    return set_functions(st, e);
}

static bool try_alone(struct store *st, struct err *e)
{
    close_file(st);
    st->is_read_only = true;
    return open_file(st, st->path, SQLITE_OPEN_READWRITE, e) &&
           db_exec(st,
                   "pragma locking_mode=exclusive; pragma query_only=on; pragma foreign_keys=on;"
                   " pragma cell_size_check=on",
                   e) &&
           db_migrate(st, e);
}

/* With the lock of the whole file SQLite keeps its index in memory: nothing is written. Whoever
 * has the file open has the index there already; but two who both want it alone stand in each
 * other's way, and waiting would not help: both let go, and try again at odds. */
static bool open_alone(struct store *st)
{
    struct err e = ERR_INIT;
    int64_t end_us = clock_mono_us() + (int64_t)BUSY_LIMIT_MS * 1000;
    while (!try_alone(st, &e)) {
        if (e.code != ERR_TIMEOUT || clock_mono_us() > end_us) {
            return false;
        }
        close_file(st);
        sqlite3_sleep(1 + (int)((getpid() + clock_mono_us()) % 17));
    }
    return true;
}

bool db_open(struct store *st, const struct workspace *ws, unsigned flags, struct err *e)
{
    int how = st->is_read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (flags & STORE_CREATE && !st->is_read_only) {
        how |= SQLITE_OPEN_CREATE;
    }
    CLEANUP(str_release) struct str name = STR_INIT;
    set_name(st, !(flags & STORE_LOOK) && !is_disk_read_only(ws), &name);
    return (open_file(st, name.p, how, e) && set_pragmas(st, ws, e) && db_migrate(st, e)) ||
           (flags & STORE_BRIEF && e->code == ERR_NO_SPACE && open_alone(st));
}

bool db_make_file(const char *dir, const char *path)
{
    struct err ignored;
    struct stat s;
    if (!os_mkdirs(dir, &ignored) || stat(dir, &s) != 0 || s.st_uid != geteuid() ||
        ((s.st_mode & 07777) != 0700 && chmod(dir, 0700) != 0)) {
        return false;
    }
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

bool db_open_file(const char *path, const struct workspace *ws, enum store_schema schema,
                  unsigned flags, struct store **ret_store, struct err *e)
{
    struct store *st = xcalloc(1, sizeof *st);
    st->schema = schema;
    st->path = xstrdup(path);
    st->wake_fd = -1;
    st->lock_fd = -1;
    st->is_read_only = flags & STORE_READ_ONLY;
    if (!db_open(st, ws, flags, e)) {
        store_close(st);
        return false;
    }
    *ret_store = st;
    return true;
}

bool store_open(const struct workspace *ws, unsigned flags, struct store **ret_store, struct err *e)
{
    struct store *st = xcalloc(1, sizeof *st);
    st->path = path_join(ws->mlw, "local.db");
    st->wake_path = path_join(ws->mlw, "wake");
    st->workspace = xstrdup(ws->dir);
    st->is_left_alone = flags & (STORE_READ_ONLY | STORE_LOOK);
    st->is_read_only = st->is_left_alone || is_disk_read_only(ws);
    st->wake_fd = st->is_read_only ? -1 : open(st->wake_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    take_version_lock(st, ws);
    if (!db_open(st, ws, flags, e)) {
        store_close(st);
        return false;
    }
    *ret_store = st;
    return true;
}

void store_close(struct store *st)
{
    if (!st) {
        return;
    }
    store_rollback(st);
    close_file(st);
    store_close(st->user);
    if (st->wake_fd >= 0) {
        close(st->wake_fd);
    }
    if (st->lock_fd >= 0) {
        close(st->lock_fd);
    }
    free(st->path);
    free(st->workspace);
    free(st->wake_path);
    free(st);
}

bool store_prepare_all(struct store *st, struct err *e)
{
    static const enum stmt parts[SCHEMA_COUNT][2] = {
        [SCHEMA_LOCAL] = {0, STMT_CACHE_BEGIN},
        [SCHEMA_CACHE] = {STMT_CACHE_BEGIN + 1, STMT_USER_BEGIN},
        [SCHEMA_USER] = {STMT_USER_BEGIN + 1, STMT_COUNT},
    };
    for (enum stmt i = parts[st->schema][0]; i < parts[st->schema][1]; i++) {
        if (!q_get(st, (enum stmt)i).s) {
            return db_fail(st, e, "prepare a statement");
        }
    }
    for (size_t i = 0; i < EVENT_COUNT && st->schema == SCHEMA_LOCAL; i++) {
        if (!q_projection(st, (enum event_type)i, 0).s) {
            return db_fail(st, e, "prepare a projection");
        }
    }
    return true;
}
