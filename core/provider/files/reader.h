/* reader: tracking data that another program left on disk, behind one table of functions.
 *
 * A source is one file or folder of one format. A reader finds out what is new there and hands it
 * to a sink, in slices; it makes, changes and removes nothing in the source. What it was told
 * last time is where it goes on, so only new bytes are read: state() is the whole's, and what the
 * sink keeps under a piece's name (get, keep: a file's offset, say) is for sources of many files.
 * All of it is committed together with the data that was handed over before.
 * Everything in a source is hostile: a damaged piece is told to the sink with its file and offset,
 * costs itself alone and never the rest. An error is for what ends the reading: the source is not
 * there, or may not be read. Texts may hold any bytes: the sink makes them valid UTF-8.
 *
 *     r = f->open(path, state, &e);
 *     while (ok && more) { ok = f->step(r, &sink, deadline_us, &more, &e); }
 *     state = f->state(r);  f->close(r);
 *
 * Without more to read, a later step looks again from the start for what is new by then.
 * Formats: reference/tracking.md C of the design's facts names layout and source of each. One
 * thread; a step takes until its deadline and at most one piece (a record, a row, 64 KiB) more. */
#ifndef MLW_PROVIDER_FILES_READER_H
#define MLW_PROVIDER_FILES_READER_H

#include "core/base/json.h"
#include "core/store/sources.h"

/* Times in us since 1970; every digit that the source has. */
#define READER_NO_TIME RUN_NO_TIME

enum {
    READER_KEY_MAX = 1 << 16,  /* of a key or an id; what is longer is a damaged piece */
    READER_TEXT_MAX = 16 << 20 /* of a param, a tag, a line */
};

/* Where it goes (struct source_run is in core/store/sources.h). `run` names a run that was handed
 * over before (points of others are dropped). False: stop, with *e. */
struct reader_sink {
    void *arg;
    /* A run that comes again takes the place of what was known of it, its metrics stay. */
    bool (*run)(void *arg, const struct source_run *run, struct err *e);
    /* The run is there no longer. */
    bool (*gone)(void *arg, const char *run, struct err *e);
    /* Every run that was handed over, now or earlier, and is not gone; fn false: stop. */
    bool (*each_run)(void *arg, void (*fn)(void *fn_arg, const char *run), void *fn_arg,
                     struct err *e);
    /* Points after those that came before: in their order where the format is `in_file_order`, else
     * they are put in the order of (step, time). Times in ms, with their fraction; NAN: none. */
    bool (*points)(void *arg, const char *run, const char *key, const struct point *points,
                   size_t n, struct err *e);
    /* The value that counts as the metric's last. */
    bool (*latest)(void *arg, const char *run, const char *key, double value, struct err *e);
    /* Forget the points of a run whose step is `from` or more (INT64_MIN: all), of one key or of
     * all (NULL). The last one left is then the metric's last. */
    bool (*purge)(void *arg, const char *run, const char *key, int64_t from_step, struct err *e);
    /* A piece that could not be read; file is relative to the source, offset in bytes, or the
     * row of a table. The same piece told twice counts once; a NULL reason takes it back (a torn
     * end whose rest came). */
    void (*damaged)(void *arg, const char *file, int64_t offset, const char *reason);
    /* The file is read from its beginning: what was damaged in it is forgotten. */
    void (*afresh)(void *arg, const char *file);
    /* What the reader keeps of one piece: NULL for none, the caller frees; keep NULL forgets. */
    struct json *(*get)(void *arg, const char *piece);
    bool (*keep)(void *arg, const char *piece, const struct json *state, struct err *e);
};

struct reader {
    const char *name; /* of the format, as `ls contexts` says it */
    bool in_file_order;
    /* Is this file or folder one? By its name, its first bytes or its tables; quick. */
    bool (*is_here)(const char *path);
    /* state: what state() gave last time, or NULL to begin. NULL with an error. */
    void *(*open)(const char *path, const struct json *state, struct err *e);
    MUST_USE bool (*step)(void *r, const struct reader_sink *to, int64_t deadline_us,
                          bool *ret_more, struct err *e);
    /* The points of one metric, for formats that have them at hand and do not hand them over in
     * steps; NULL: they came with the steps. */
    bool (*series)(void *r, const char *run, const char *key, const struct reader_sink *to,
                   struct err *e);
    struct json *(*state)(const void *r); /* the caller frees; NULL: nothing to keep */
    void (*close)(void *r);
};

/* Every format, the most particular first; ends with NULL. A new one is a line in readers.c. */
extern const struct reader *const readers[];
/* The first whose is_here says so; NULL: none. */
const struct reader *reader_find(const char *path);

extern const struct reader mlflow_db_reader, mlruns_reader, tensorboard_reader, wandb_reader,
    optuna_reader, dvclive_reader, trackio_reader;

#endif
