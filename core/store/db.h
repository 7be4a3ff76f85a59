/* db: SQLite for the files of core/store alone: one connection, statements by name.
 *
 * A query is got by its enumerator, bound by the names in its SQL, stepped, and read by column
 * beside the SQL that names the columns. It is prepared at first use and kept. Text that a
 * column gives lives until the next step or reset. One thread per store. */
#ifndef MLW_STORE_DB_H
#define MLW_STORE_DB_H

#include <sqlite3.h>

#include "core/store/runs.h"
#include "core/store/sources.h"
#include "core/store/store.h"

enum stmt {
#define STMT(S, sql) STMT_##S,
#include "core/store/stmts.def"
    STMT_CACHE_BEGIN, /* from here on of the cache */
    STMT_BEFORE_CACHE = STMT_CACHE_BEGIN - 1,
#include "core/store/cache.def"
    STMT_USER_BEGIN, /* from here on of user.db */
    STMT_BEFORE_USER = STMT_USER_BEGIN - 1,
#include "core/store/user.def"
#undef STMT
    STMT_COUNT
};

struct cell_block; /* of a metric column: columns.c */
enum { CHANGED_BLOCKS_MAX = 32 };

enum store_schema { SCHEMA_LOCAL, SCHEMA_CACHE, SCHEMA_USER, SCHEMA_COUNT };

struct store {
    sqlite3 *db;
    enum store_schema schema;
    int64_t source; /* whose runs are looked at; 0: of all */
    enum run_view view;
    char *workspace;    /* its folder; of user.db: whose bookmarks are meant */
    struct store *user; /* beside local.db, opened at need: bookmarks.c */
    bool is_left_alone; /* nothing of the person's is made or changed either */
    sqlite3_stmt *stmts[STMT_COUNT];
    sqlite3_stmt *projections[EVENT_COUNT][2];
    char *path, *wake_path;
    int wake_fd;
    int lock_fd;
    bool is_read_only, in_transaction;
    struct cell_block *blocks[CHANGED_BLOCKS_MAX]; /* that the transaction changed so far */
    size_t block_count;
};

/* --- a statement, ready to be bound --- */
struct q {
    sqlite3_stmt *s;
    struct store *st;
};
struct q q_get(struct store *st, enum stmt stmt);
struct q q_projection(struct store *st, enum event_type type, int part); /* s NULL: no such part */
void q_text(struct q q, const char *name, const char *z);                /* NULL binds null */
void q_sv(struct q q, const char *name, struct sv v);
void q_i64(struct q q, const char *name, int64_t x);
void q_num(struct q q, const char *name, double x);
void q_blob(struct q q, const char *name, const void *p, size_t n);
void q_json(struct q q, const char *name, const struct json *j); /* NULL binds null */
/* :source, :from_deleted and :to_deleted by what the store looks at. */
void q_scope(struct q q);
/* 1 a row, 0 the end, -1 an error. After 0 or -1 the statement is reset. */
int q_step(struct q q, struct err *e);
MUST_USE bool q_run(struct q q, struct err *e); /* a statement that gives no rows */
void q_done(struct q q);                        /* leave a query early */
const char *q_col(struct q q, int i);           /* NULL for null */
int64_t q_col_i64(struct q q, int i);
double q_col_num(struct q q, int i);
bool q_col_is_null(struct q q, int i);
struct sv q_col_blob(struct q q, int i);

MUST_USE bool db_exec(struct store *st, const char *sql, struct err *e);
bool db_fail(struct store *st, struct err *e, const char *what); /* false, with SQLite's reason */
/* The one whole id that begins with `prefix`: q selects ids between :from and :to. */
MUST_USE bool store_resolve_prefix(struct q q, const char *what, const char *prefix,
                                   struct str *out, struct err *e);
/* id, source, slot of a run: 1 found, 0 not there, -1 an error. */
int run_ids(struct store *st, const char *uid, struct run_row *ret, struct err *e);
/* Made at need; -1 with an error. */
int64_t run_source_id(struct store *st, const char *name, struct err *e);
int64_t run_experiment_id(struct store *st, const char *name, int64_t source, struct err *e);
MUST_USE bool run_docs_set(struct store *st, int64_t run, const struct json *params,
                           const struct json *tags, const struct json *inputs, struct err *e);
/* Open the file of st->path, whose folder is ws->mlw. */
MUST_USE bool db_open(struct store *st, const struct workspace *ws, unsigned flags, struct err *e);
/* A file of the person's own: made 0600, in a folder that is made 0700. False: no place for it. */
bool db_make_file(const char *dir, const char *path);
/* Open such a file, or ":memory:". */
MUST_USE bool db_open_file(const char *path, const struct workspace *ws, enum store_schema schema,
                           unsigned flags, struct store **ret_store, struct err *e);
/* user.db for a workspace's store; *ret_user NULL: there is none and none is to be made. */
MUST_USE bool db_user(struct store *st, bool may_create, struct store **ret_user, struct err *e);
/* Write the blocks of cells that the transaction changed, at the latest before it commits; or
 * forget them with it. */
MUST_USE bool cells_save(struct store *st, struct err *e);
void cells_forget(struct store *st);
/* Run a file of core/store that is compiled in. */
MUST_USE bool db_apply(struct store *st, const char *file, struct err *e);
MUST_USE bool db_migrate(struct store *st, struct err *e);

#endif
