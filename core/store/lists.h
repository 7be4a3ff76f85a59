/* lists: the rows of every kind as the store has them, in its own order (newest first). One
 * statement a kind gives the cells in the order of kinds.def. Small kinds come whole; runs come
 * in pages by key. */
#ifndef MLW_STORE_LISTS_H
#define MLW_STORE_LISTS_H

#include "core/model/kinds.h"
#include "core/store/store.h"

struct list_row {
    const struct value *cells; /* kinds[kind].field_count; text lives until fn returns */
    const char *metrics;       /* KIND_PACKAGE: JSON object */
    int64_t run, slot;         /* KIND_RUN */
};

/* `fn` gets each row and returns false to stop. `parent`: the execution of steps, jobs, events,
 * gates; the model of packages; KIND:ID of what
 * evidence, timeline and lineage are about; the pipeline of executions; the name of datasets; the
 * group of what needs a person; NULL for all. Kinds that the store does not know give no rows.
 * `now_ms` is what running durations count to. */
MUST_USE bool list_rows(struct store *st, enum kind kind, const char *parent, int64_t now_ms,
                        bool (*fn)(void *arg, const struct list_row *row), void *arg,
                        struct err *e);

/* The whole id of the one thing of a kind that `id` names, or that alone begins with it (four
 * characters or more; in EXEC/STEP/N the execution may be cut too). The caller frees it. NULL with
 * ERR_NOT_FOUND, or ERR_AMBIGUOUS which lists candidates. O(rows); executions and runs O(log). */
char *list_resolve(struct store *st, enum kind kind, const char *id, struct err *e);

/* A page of runs after the place in `cursor` (zeroed: from the newest), at most `limit`; the
 * cursor moves on. *ret_n tells how many came: fewer than limit is the end. */
struct run_cursor {
    bool has_begun;
    int64_t started_ms, id;
};
MUST_USE bool list_runs(struct store *st, const char *experiment, struct run_cursor *cursor,
                        size_t limit, int64_t now_ms,
                        bool (*fn)(void *arg, const struct list_row *row), void *arg, size_t *ret_n,
                        struct err *e);
/* How many runs there are, of an experiment or (NULL) in all. */
MUST_USE bool list_run_count(struct store *st, const char *experiment, size_t *ret_n,
                             struct err *e);

#endif
