/* store: local.db, the truth of a workspace, and every statement on it.
 *
 * One `struct store` is one connection for one thread (the hub's, a driver's, a command's);
 * several processes may have the file open: WAL, BEGIN IMMEDIATE, a busy wait of 5 s at most.
 * After every commit the writer rings .mlw/wake. State is changed by events alone
 * (store_event), which are appended and projected in one transaction. Functions in domain terms
 * are in the other headers of this folder, one a family. */
#ifndef MLW_STORE_STORE_H
#define MLW_STORE_STORE_H

#include "core/base/err.h"
#include "core/base/json.h"
#include "core/store/workspace.h"

enum event_type {
#define EVENT(E, word, sql) EVENT_##E,
#include "core/store/events.def"
#undef EVENT
    EVENT_COUNT
};
const char *event_word(enum event_type type);

struct store;

enum {
    STORE_READ_ONLY = 1 << 0,
    STORE_CREATE = 1 << 1,
    /* read-only, for one look: no file is made or changed beside the database either; what others
     * commit meanwhile may not be seen */
    STORE_LOOK = 1 << 2,
    /* for a moment: where the disk is so full that SQLite has no room for its index beside the
     * file, it is kept in memory and the store is read-only, and others wait until it is closed */
    STORE_BRIEF = 1 << 3,
};

/* Open (and create or migrate) the workspace's local.db. A store on a read-only disk, or one
 * that a newer mlw wrote, opens read-only: store_is_read_only says so, with the reason. */
MUST_USE bool store_open(const struct workspace *ws, unsigned flags, struct store **ret_store,
                         struct err *e);
void store_close(struct store *st); /* NULL is fine */
bool store_is_read_only(const struct store *st);

/* One writer's transaction: BEGIN IMMEDIATE … COMMIT. commit rings the bell. Each write function
 * must run inside one. */
MUST_USE bool store_begin(struct store *st, struct err *e);
MUST_USE bool store_commit(struct store *st, struct err *e);
void store_rollback(struct store *st); /* does nothing outside a transaction */
/* Many reads as one, until store_rollback: they see one state and lock the file once (a statement
 * alone locks and unlocks it, which is a third of a small one's time). */
MUST_USE bool store_read_begin(struct store *st, struct err *e);
/* synchronous = NORMAL for the next transactions (metric points), FULL otherwise. */
void store_set_durable(struct store *st, bool is_durable);
/* Changes whenever another connection committed; -1 when it cannot be asked. */
int64_t store_data_version(struct store *st);
const char *store_wake_path(const struct store *st);

/* Append an event and apply its projection; `json` is borrowed. */
MUST_USE bool store_event(struct store *st, const char *execution, enum event_type type,
                          const char *actor, const struct json *json, struct err *e);
/* Empty the projected tables and replay every event: the proof that they are a projection. */
MUST_USE bool store_rebuild(struct store *st, struct err *e);
/* Prepare every statement; for tests. */
MUST_USE bool store_prepare_all(struct store *st, struct err *e);

#endif
