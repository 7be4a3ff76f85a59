/* execution: executions, their steps and attempts, as rows read and as requests to a driver.
 *
 * State is written by store_event alone (events.def); what is here reads, and writes the few
 * things that are not state: epoch, log offset, progress, requests. Rows are copies in the
 * caller's arena. Call from the store's thread. */
#ifndef MLW_STORE_EXECUTION_H
#define MLW_STORE_EXECUTION_H

#include "core/base/arena.h"
#include "core/store/store.h"

enum { EXECUTION_ID = 12, GATE_TOKEN = 10 };

struct execution_row {
    const char *id, *pipeline, *status, *actor, *file;
    const char *definition;           /* the document's text as it was at the start */
    const char *parameters, *options; /* JSON */
    const char *failure;              /* NULL when none */
    int64_t started_ms, ended_ms;     /* 0: not ended */
    int64_t epoch;
};
struct step_row {
    const char *name, *type, *status, *why, *arguments, *output, *failure, *outcome;
    const char *cache_key, *cache_attributes, *cache_miss, *cache_source, *run, *gate;
    const char *depends_on; /* JSON array */
    int64_t idx, started_ms, ended_ms, attempts, log_offset;
};
struct attempt_row {
    const char *step, *token, *status, *dir, *failure;
    int64_t n, started_ms, ended_ms, shim_pid, job_pid, exit_code, signal; /* -1: null */
};
struct step_rows {
    struct step_row *at;
    size_t n;
};
struct attempt_rows {
    struct attempt_row *at;
    size_t n;
};

/* The whole id of a unique prefix of four characters or more, into a buffer of EXECUTION_ID + 1.
 * ERR_NOT_FOUND, or ERR_AMBIGUOUS which lists the candidates. */
MUST_USE bool execution_resolve(struct store *st, const char *prefix, char *ret_id, struct err *e);
MUST_USE bool execution_get(struct store *st, const char *id, struct arena *a,
                            struct execution_row *ret, struct err *e);
/* Status alone, into the arena; cheap: for waiting. ret_failure may be NULL. */
MUST_USE bool execution_status(struct store *st, const char *id, struct arena *a,
                               const char **ret_status, const char **ret_failure, struct err *e);
/* The file that a pipeline was last started from; caller frees; NULL when it never was. */
char *execution_last_file(struct store *st, const char *pipeline);
MUST_USE bool execution_steps(struct store *st, const char *id, struct arena *a,
                              struct step_rows *ret, struct err *e);
MUST_USE bool execution_attempts(struct store *st, const char *id, struct arena *a,
                                 struct attempt_rows *ret, struct err *e);
/* Ids of executions that have not ended, oldest first; copies in the arena. */
MUST_USE bool execution_unfinished(struct store *st, struct arena *a, const char ***ret_ids,
                                   size_t *ret_n, struct err *e);

/* --- leadership: whoever holds driver.lock raises the epoch; a driver's transaction begins with
 * execution_is_led, and one that was overtaken ends itself --- */
MUST_USE bool execution_raise_epoch(struct store *st, const char *id, int64_t *ret_epoch,
                                    struct err *e);
/* Begin a transaction that holds only while the epoch is `mine`; ERR_REFUSED when it is not. */
MUST_USE bool execution_begin(struct store *st, const char *id, int64_t mine, struct err *e);

/* --- what is asked of a driver: stop, retry, decide --- */
struct request_row {
    int64_t id;
    const char *kind, *actor;
};
MUST_USE bool execution_ask(struct store *st, const char *id, const char *kind, const char *actor,
                            struct err *e); /* in a transaction */
/* The oldest request; ret->id 0 when there is none. */
MUST_USE bool execution_asked(struct store *st, const char *id, struct arena *a,
                              struct request_row *ret, struct err *e);
/* What was asked before no longer holds. */
MUST_USE bool execution_forget_requests(struct store *st, const char *id, struct err *e);
MUST_USE bool execution_answered(struct store *st, int64_t request, struct err *e);

/* --- retries of a step since it was begun, or since `mlw retry` --- */
struct retry_row {
    const char *class;            /* as the driver called it */
    int64_t n, first_ms, last_ms; /* how many; the first and the newest failure */
    int64_t wait_ms;              /* the longest wait */
};
/* One row a class of failure; its text lives until fn returns. */
MUST_USE bool execution_retries(struct store *st, const char *id, const char *step,
                                void (*fn)(void *arg, const struct retry_row *row), void *arg,
                                struct err *e);

/* --- cache --- */
struct cache_hit {
    const char *execution, *output, *outcome; /* execution NULL: no hit */
};
/* The newest Succeeded run of the same step of this pipeline with that key, not before since_ms. */
MUST_USE bool execution_cache_find(struct store *st, const char *pipeline, const char *step,
                                   const char *type, const char *key, int64_t since_ms,
                                   struct arena *a, struct cache_hit *ret, struct err *e);
/* Attributes (JSON) of the newest Succeeded run of that step; NULL when there is none. */
MUST_USE bool execution_cache_last(struct store *st, const char *execution, const char *pipeline,
                                   const char *step, const char *type, struct arena *a,
                                   const char **ret_attributes, struct err *e);
/* Attributes (JSON) of every result that may be taken over, newest first; `fn` says whether to go
 * on, its text lives until it returns. */
MUST_USE bool execution_cache_each(struct store *st, const char *pipeline, const char *step,
                                   const char *type, int64_t since_ms,
                                   bool (*fn)(void *arg, const char *attributes), void *arg,
                                   struct err *e);

/* --- while it runs: in a transaction --- */
MUST_USE bool execution_log_offset(struct store *st, const char *id, const char *step,
                                   int64_t offset, struct err *e);
MUST_USE bool execution_progress(struct store *st, const char *id, const char *step,
                                 const char *text, double fraction, struct err *e);

#endif
