/* run_table: the runs of a workspace or of one experiment, compactly: 56 bytes a run and its name,
 * metric columns and docs only where somebody needs them.
 *
 * It is filled in slices by run_table_step from the hub's store: rows newest first, then what is
 * wanted of metrics, params and tags; after run_table_changed it takes over new runs, what became
 * of unfinished ones, and their metrics, without reading the rest again. Rows are known by a
 * number that does not change; `base` has them newest first. One thread. Texts that it gives live
 * until the next step. */
#ifndef MLW_HUB_RUN_TABLE_H
#define MLW_HUB_RUN_TABLE_H

#include "core/hub/doc_columns.h"
#include "core/hub/intern.h"
#include "core/model/snapshot.h"
#include "core/store/lists.h"
#include "core/store/runs.h"

enum { RUN_FIRST_PAGE = 500, RUN_PAGE = 200, RUN_REFRESH_MAX = 512, RUN_ALL_COLUMNS = 32 };
enum { RUN_AHEAD_CELLS = 2000000 };

struct run_record {
    int64_t id, started_ms, ended_ms; /* INT64_MIN: not known, not ended */
    uint32_t uid, name, parent;       /* places in text; parent 0: none */
    uint32_t status, experiment, source;
    uint32_t slot;
    uint16_t started_us, ended_us; /* what ms do not hold */
};
struct run_metric {
    const char *key;
    int64_t id;
    double *at; /* by row; NULL: not read yet */
    size_t n, cap;
};
/* One tag of one run: codes. */
struct run_tag {
    uint32_t key, value;
};
/* Tags of rows [0, first.n - 1): at[first[i] .. first[i + 1]), sorted by key. */
struct run_tags {
    bool is_wanted;
    VEC(struct run_tag) at;
    VEC(uint32_t) first;
    uint32_t guesses[DOC_GUESSES]; /* key that stood at this place of a document before */
};
struct run_source {
    uint32_t name;
    int64_t id;
};
struct key_set { /* sorted by bytes */
    VEC(const char *) at;
    uint64_t version;
};

struct run_table {
    char *experiment; /* NULL: all */
    struct intern words;
    struct str text;
    VEC(struct run_record) rows;
    VEC(uint32_t) base;
    VEC(struct run_source) sources;
    VEC(struct run_metric *) metrics; /* each stays where it is */
    struct run_tags tags;
    struct doc_columns params; /* by row */
    struct key_set keys[FAMILY_COUNT];
    struct arena key_texts;
    size_t total;
    struct run_cursor cursor;
    bool is_counted, is_read;    /* rows */
    bool is_changed, needs_keys; /* to do */
    bool needs_reload;           /* what changed cannot be taken over: read all again */
    bool is_ahead;               /* docs are read before they are asked for */
    bool is_asked;               /* somebody asked for docs */
    VEC(uint32_t) refresh;       /* rows to look at again, then */
    size_t refresh_at;
    uint64_t version;  /* raised by everything that changes what is shown */
    size_t statements; /* asked of the store, for tests */
};

struct run_table *run_table_new(const char *experiment);
void run_table_free(struct run_table *t);
void run_table_changed(struct run_table *t);
/* Some work of at most a few milliseconds; *ret_more: there is more to do. */
MUST_USE bool run_table_step(struct run_table *t, struct store *st, bool *ret_more, struct err *e);
/* Ask for a metric, a param or the tags of all rows to be read; by later steps. */
void run_table_want_metric(struct run_table *t, const char *key);
void run_table_want_param(struct run_table *t, const char *key);
void run_table_want_tags(struct run_table *t);
/* Read the tags and the params that the newest runs have when there is nothing else to do, so that
 * the first filter need not wait for them; not where that would take more than RUN_AHEAD_CELLS. */
void run_table_read_ahead(struct run_table *t);
/* The same wants as another table has. */
void run_table_want_as(struct run_table *t, const struct run_table *other);
/* Rows whose tags, whose value of a param is known: the honest count of what is loaded for
 * somebody who asks about these. */
size_t run_table_tags_read(const struct run_table *t);
size_t run_table_param_read(const struct run_table *t, const char *key);
/* Nothing is left to do of what was asked for. */
bool run_table_is_complete(const struct run_table *t);
/* Every wanted column is read for rows [0, n). */
bool run_table_has_columns(const struct run_table *t, size_t n);

void run_table_cells(const struct run_table *t, uint32_t row, int64_t now_ms, struct value *cells);
struct value run_table_cell(const struct run_table *t, uint32_t row, int field, int64_t now_ms);
const char *run_table_uid(const struct run_table *t, uint32_t row);
/* NULL where the column was not read. */
const struct run_metric *run_table_metric(const struct run_table *t, const char *key);
struct value run_metric_value(const struct run_metric *m, uint32_t row);
/* NULL where nobody asked for it. */
const struct doc_column *run_table_param(const struct run_table *t, const char *key);
/* Tags of a row by what was read for all; at most `max` go to `ret`. */
size_t run_table_row_tags(const struct run_table *t, uint32_t row, struct named_value *ret,
                          size_t max);
struct value run_table_tag(const struct run_table *t, uint32_t row, const char *key);
/* The key as the table keeps it. */
const char *run_table_saw_key(struct run_table *t, enum family family, const char *key);

/* run_table_docs.c: params and tags. */
bool run_table_has_docs_to_read(const struct run_table *t);
MUST_USE bool run_table_read_docs(struct run_table *t, struct store *st, struct err *e);

#endif
