/* reader: tracking data that another program left on disk, behind one table of functions.
 *
 * A source is one file or folder of one format. A reader finds out what is new there and hands it
 * to a sink, in slices; it makes, changes and removes nothing in the source. What it was told
 * last time (`state`, which the cache keeps) is where it goes on, so only new bytes are read.
 * Everything in a source is hostile: a damaged piece is told to the sink with its file and offset,
 * costs itself alone and never the rest. An error is for what ends the reading: the source is not
 * there, or may not be read.
 *
 *     r = f->open(path, state, &e);
 *     while (ok && more) { ok = f->step(r, &sink, deadline_us, &more, &e); }
 *     state = f->state(r);  f->close(r);
 *
 * Formats: reference/tracking.md C of the design's facts names layout and source of each. One
 * thread; a step takes until its deadline and at most one piece (a record, a row, 64 KiB) more. */
#ifndef MLW_PROVIDER_FILES_READER_H
#define MLW_PROVIDER_FILES_READER_H

#include "core/base/json.h"
#include "core/store/runs.h"

/* Times in us since 1970; every digit that the source has. */
#define READER_NO_TIME INT64_MIN

/* A run as its source has it; borrowed by the sink for the call alone. A run that comes again
 * takes the place of what was known of it, its metrics stay. */
struct reader_run {
    const char *id; /* whole and unique in the source */
    const char *name, *experiment;
    const char *status; /* the source's own word; NULL: it has none */
    const char *parent; /* id of another run of the source; NULL */
    int64_t started_us, ended_us;
    bool is_deleted;
    const struct json *params, *tags; /* objects of key → text; NULL: none */
    const struct json *inputs;        /* array of {name, digest, context}; NULL: none */
};

/* Where it goes. `run` names a run that was handed over before. False: stop, with *e. */
struct reader_sink {
    void *arg;
    bool (*run)(void *arg, const struct reader_run *run, struct err *e);
    /* Points in the order in which they are to be listed, after those that came before. */
    bool (*points)(void *arg, const char *run, const char *key, const struct point *points,
                   size_t n, struct err *e);
    /* The value that counts as the metric's last. */
    bool (*latest)(void *arg, const char *run, const char *key, double value, struct err *e);
    /* Forget the points of a run whose step is `from` or more. */
    bool (*purge)(void *arg, const char *run, double from_step, struct err *e);
    /* A piece that could not be read; file is relative to the source, offset in bytes, or the
     * row of a table. */
    void (*damaged)(void *arg, const char *file, int64_t offset, const char *reason);
};

struct reader {
    const char *name; /* of the format, as `ls contexts` says it */
    /* Is this file or folder one? By its name, its first bytes or its tables; quick. */
    bool (*is_here)(const char *path);
    /* state: what state() gave last time, or NULL to begin. NULL with an error. */
    void *(*open)(const char *path, const struct json *state, struct err *e);
    MUST_USE bool (*step)(void *r, const struct reader_sink *to, int64_t deadline_us,
                          bool *ret_more, struct err *e);
    /* The points of one metric, for formats that have them at hand in an order of their own and do
     * not hand them over in steps; NULL: they came with the steps. */
    bool (*series)(void *r, const char *run, const char *key, const struct reader_sink *to,
                   struct err *e);
    struct json *(*state)(const void *r); /* the caller frees */
    void (*close)(void *r);
};

extern const struct reader mlflow_db_reader, mlruns_reader, tensorboard_reader, wandb_reader,
    optuna_reader, dvclive_reader, trackio_reader;

#endif
