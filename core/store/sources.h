/* sources: the cache: rows of files and servers, how far each source was read, and what of it could
 * not be. All of it is a copy: the file may be deleted at any time.
 *
 * A source is a row of `source` by its name (a whole path) with the format that reads it. What a
 * reader found and the state from which it goes on are committed together. Writes run in a
 * transaction. A store that looks at one source sees no run of another, whatever function of runs.h
 * and lists.h asks. One thread per store. */
#ifndef MLW_STORE_SOURCES_H
#define MLW_STORE_SOURCES_H

#include "core/model/kinds.h"
#include "core/store/runs.h"

/* $XDG_CACHE_HOME/mlw/cache-N.db, made at need (0600 in 0700), made anew when it cannot be read;
 * in memory where there is no place for it. Another schema is another N. */
MUST_USE bool store_open_cache(struct store **ret_store, struct err *e);

/* source 0: all. */
void store_look_at(struct store *st, int64_t source, enum run_view view);
int64_t store_source(const struct store *st); /* that it looks at; 0: all */

struct source_place {
    int64_t id;
    int64_t commits;    /* how often something was saved: another's commit is seen by it */
    struct json *state; /* the reader's, NULL when there is none; the caller frees */
};
/* The source of that name, made at need; another format than last time forgets what was known of
 * it. One that was not begun or saved for 30 days goes meanwhile. */
MUST_USE bool source_begin(struct store *st, const char *name, const char *reader,
                           struct source_place *ret, struct err *e);
/* commits goes up by one. */
MUST_USE bool source_save(struct store *st, int64_t source, const struct json *state,
                          struct err *e);
/* NULL: nothing is kept of that piece; the caller frees. */
struct json *source_piece(struct store *st, int64_t source, const char *piece);
MUST_USE bool source_piece_set(struct store *st, int64_t source, const char *piece,
                               const struct json *state, struct err *e); /* NULL forgets */

/* --- runs of a source --- */
struct source_run {
    const char *id; /* whole and unique in the source */
    const char *name, *experiment;
    const char *status;           /* the source's own word; NULL: it has none */
    const char *parent;           /* id of another run of the source, known or not; NULL */
    int64_t started_us, ended_us; /* since 1970; RUN_NO_TIME */
    bool is_deleted;
    const struct json *params, *tags; /* objects of key → text; NULL: none */
    const struct json *inputs;        /* array of {name, digest, context}; NULL: none */
};
/* New, or in the place of what was known of it; its metrics stay. */
MUST_USE bool source_run_set(struct store *st, int64_t source, const struct source_run *run,
                             struct err *e);
MUST_USE bool source_run_gone(struct store *st, int64_t source, const char *id, struct err *e);
/* 1 found, 0 there is none, -1 an error. */
int source_run_ids(struct store *st, int64_t source, const char *id, struct run_row *ret,
                   struct err *e);
/* Every run that is not gone. */
MUST_USE bool source_each_run(struct store *st, int64_t source,
                              void (*fn)(void *arg, const char *id), void *arg, struct err *e);

/* --- metrics; `key` is of run_metric_id --- */
int64_t run_metric_id(struct store *st, const char *key, struct err *e); /* made at need; -1 */
/* Append to a curve; unless `in_order`, into the order of (step, time). The latest value is left
 * alone. */
MUST_USE bool run_points(struct store *st, int64_t run, int64_t key, const struct point *points,
                         size_t n, bool in_order, struct err *e);
MUST_USE bool run_set_latest(struct store *st, const struct run_row *run, int64_t key, double value,
                             struct err *e);
/* Forget the points whose step is `from` or more; the latest is the last one left, or missing. */
MUST_USE bool run_purge(struct store *st, const struct run_row *run, int64_t key, int64_t from,
                        struct err *e);

/* --- what could not be read --- */
struct damage {
    const char *file;
    int64_t offset;
    const char *reason;
};
/* Without a reason: what was told of this place is whole by now. */
MUST_USE bool source_damage(struct store *st, int64_t source, const struct damage *d,
                            struct err *e);
/* Of one file, or (NULL) of all. */
MUST_USE bool source_damage_forget(struct store *st, int64_t source, const char *file,
                                   struct err *e);
/* By file and offset; borrowed for the call. */
MUST_USE bool source_damages(struct store *st, int64_t source,
                             void (*fn)(void *arg, const struct damage *d), void *arg,
                             struct err *e);

#endif
