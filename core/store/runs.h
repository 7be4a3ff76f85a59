/* runs: trainings with their params, metrics, tags and curves.
 *
 * A run's latest metrics are cells of columns (one column a metric, 4096 runs a block), its curves
 * chunks of 512 points with their minimum and maximum. Missing is one reserved NaN that only
 * cell_is_missing and cell_missing know: a logged NaN stays a NaN. Writes run in a transaction. */
#ifndef MLW_STORE_RUNS_H
#define MLW_STORE_RUNS_H

#include "core/base/arena.h"
#include "core/base/vec.h"
#include "core/store/store.h"

enum { MCOL_BLOCK = 4096, SERIES_CHUNK = 512 };

#define RUN_NO_TIME INT64_MIN

struct run_row {
    int64_t id, source, slot;
    const char *uid, *experiment, *name, *status, *source_name;
    const char *parent;           /* uid; NULL */
    int64_t started_ms, ended_ms; /* RUN_NO_TIME; 0: not ended */
    int started_us, ended_us;     /* what ms do not hold: 0 to 999 */
};
struct run_state {
    const char *status;
    int64_t ended_ms; /* 0: not ended */
};
struct run_new {
    const char *uid, *source, *experiment, *name, *status;
    int64_t started_ms;
    const struct json *params, *tags, *inputs; /* object, object, array; NULL: empty */
};
struct run_docs { /* JSON texts */
    const char *params, *tags, *inputs, *outputs;
};
struct point {
    int64_t step;
    double time_ms, value;
};

/* A run that is there already (same uid) is left as it is: a replay doubles nothing. */
MUST_USE bool run_add(struct store *st, const struct run_new *run, struct err *e);
MUST_USE bool run_set_status(struct store *st, const char *uid, const char *status,
                             int64_t ended_ms, struct err *e);
MUST_USE bool run_set_outputs(struct store *st, const char *uid, const struct json *outputs,
                              struct err *e);
/* Append points to a curve and set the latest value. */
MUST_USE bool run_log(struct store *st, const char *uid, const char *key,
                      const struct point *points, size_t n, struct err *e);

/* The whole uid of a unique prefix; caller frees, NULL with an error. */
char *run_resolve(struct store *st, const char *prefix, struct err *e);
MUST_USE bool run_get(struct store *st, const char *uid, struct arena *a, struct run_row *ret,
                      struct err *e);
/* What changes of a run while it goes on; status is in the arena. */
MUST_USE bool run_state_get(struct store *st, int64_t run, struct arena *a, struct run_state *ret,
                            struct err *e);
MUST_USE bool run_docs_get(struct store *st, int64_t run, struct arena *a, struct run_docs *ret,
                           struct err *e);

/* Params and tags of the runs whose ids lie in [from, to), in any order; the texts live until fn
 * returns and are not terminated. */
MUST_USE bool run_docs_each(struct store *st, int64_t from, int64_t to,
                            void (*fn)(void *arg, int64_t run, struct sv params, struct sv tags),
                            void *arg, struct err *e);

/* --- columns --- */
struct metric_key {
    int64_t id;
    const char *key;
};
struct metric_keys {
    struct metric_key *at;
    size_t n;
};
MUST_USE bool run_metric_keys(struct store *st, struct arena *a, struct metric_keys *ret,
                              struct err *e);
bool cell_is_missing(double x);
double cell_missing(void);
/* The same value, the same NaN, or both missing. */
bool cell_is_same(double a, double b);
/* A piece of a source's column: ret[i] is that of slot first + i, for i < n, missing where nothing
 * was logged. Only the blocks that the piece touches are read. `ret` holds n doubles. */
MUST_USE bool run_column(struct store *st, int64_t source, int64_t key, size_t first, double *ret,
                         size_t n, struct err *e);
/* One cell. */
MUST_USE bool run_cell(struct store *st, int64_t source, int64_t key, int64_t slot, double *ret,
                       struct err *e);

/* --- curves --- */
struct series_key {
    int64_t id;
    const char *key;
    int64_t n;
};
struct series_keys {
    struct series_key *at;
    size_t n;
};
MUST_USE bool run_series_keys(struct store *st, int64_t run, struct arena *a,
                              struct series_keys *ret, struct err *e);
/* The point that was logged last, in O(1); *ret_is_there is false for a curve without points. */
MUST_USE bool run_series_last(struct store *st, int64_t run, int64_t key, struct point *ret,
                              bool *ret_is_there, struct err *e);
/* Every point of a curve in the order of logging; `fn` returns false to stop. */
MUST_USE bool run_series(struct store *st, int64_t run, int64_t key,
                         bool (*fn)(void *arg, const struct point *points, size_t n), void *arg,
                         struct err *e);

#endif
