/* snapshot: what the hub hands to a view: immutable, refcounted, whole.
 *
 * Made by the hub thread, read by any number of views on the UI thread, freed by the last unref;
 * every pointer inside lives in its arena and as long as the snapshot. A snapshot holds the
 * counts of the whole list and a window of whole rows; rows outside the window are asked for by
 * hub_window. */
#ifndef MLW_MODEL_SNAPSHOT_H
#define MLW_MODEL_SNAPSHOT_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/json.h"
#include "core/model/kinds.h"
#include "core/model/value.h"

/* One member of an open family. */
struct named_value {
    const char *key;
    struct value value;
};

enum family { FAMILY_PARAMS, FAMILY_METRICS, FAMILY_TAGS, FAMILY_COUNT };
extern const char *const family_names[FAMILY_COUNT]; /* "params", "metrics", "tags" */

struct named_list {
    const struct named_value *at; /* sorted by key */
    size_t n;
};

struct row {
    const char *id;
    const struct value *cells;                /* kinds[kind].field_count of them, by field index */
    struct named_list families[FAMILY_COUNT]; /* runs and packages; else empty */
};

enum snapshot_type {
    SNAPSHOT_ROWS,   /* a list of one kind */
    SNAPSHOT_DOC,    /* one thing's whole document, as `mlw show -o json` */
    SNAPSHOT_LOG,    /* lines of an attempt's log */
    SNAPSHOT_SERIES, /* metric curves of runs */
    SNAPSHOT_ERROR   /* it could not be read: err says why; the last good snapshot stays */
};

struct log_lines {
    size_t total;          /* lines known so far; grows while it is counted or written */
    size_t first, n;       /* the window */
    const char *const *at; /* sanitised, without line end, cut at 4 KiB with "…" */
    /* When each was written (wall clock, to the second); 0: not known. `from` is the first one
     * written since query.since_ms, `total` when none was. */
    const int64_t *times_ms;
    size_t from;
    int64_t first_ms, last_ms; /* of the log; 0: no times were kept */
    bool is_counted;           /* the whole file was read through */
    bool is_ended;             /* the attempt has ended: nothing more will come */
    const char *attempt;       /* EXEC/STEP/N */
    const char *path;
};

struct series_point {
    double step, time_ms, value; /* value is the last of its bucket */
    double min, max;             /* over the bucket */
};

struct series {
    const char *run, *key;
    size_t total; /* points stored */
    const struct series_point *at;
    size_t n; /* buckets: at most what the query's pixels asked for */
    double last;
};

struct snapshot {
    atomic_int refs;
    struct arena arena;
    enum snapshot_type type;
    uint64_t subscription, generation;
    int64_t as_of_ms; /* wall time of the data */
    struct err err;   /* SNAPSHOT_ERROR, or a filter that does not parse: rows are the last good */

    /* SNAPSHOT_ROWS */
    enum kind kind;
    size_t total;   /* rows there are; of a document: bytes that it is made from */
    size_t loaded;  /* of them, so many were read so far */
    size_t matched; /* rows that the filter lets through */
    size_t first, n;
    const struct row *rows;
    size_t selected; /* place of the query's `select` id in the order, SIZE_MAX when gone */
    const char *filter, *sort;
    struct { /* keys seen in the open families, sorted: what columns can be chosen */
        const char *const *at;
        size_t n;
    } keys[FAMILY_COUNT];

    const struct json *doc;      /* SNAPSHOT_DOC; freed with the snapshot */
    const struct log_lines *log; /* SNAPSHOT_LOG */
    const struct series *series; /* SNAPSHOT_SERIES */
    size_t series_count;
};

struct snapshot *snapshot_new(enum snapshot_type type);
struct snapshot *snapshot_ref(struct snapshot *s);
void snapshot_unref(struct snapshot *s); /* NULL is fine */

/* The cell of a field, missing when the row is NULL. */
static inline struct value row_cell(const struct row *row, int field)
{
    return row ? row->cells[field] : (struct value){.type = VALUE_MISSING};
}
/* The text of a text field, or "" when it is missing. */
const char *row_text(const struct row *row, int field);
/* A member of an open family by key: binary search; missing when absent. */
struct value row_named(const struct row *row, enum family family, const char *key);
/* The row with that place in the whole order, or NULL outside the window. */
const struct row *snapshot_row(const struct snapshot *s, size_t place);

#endif
