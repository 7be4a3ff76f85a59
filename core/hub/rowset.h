/* rowset: the rows of one kind, of one parent or of all, shared by the subscriptions that show
 * them. Small kinds come whole and are taken over whole when something changed in them; runs are
 * a run_table. Filled by rowset_step in slices. Rows are known by a number; numbers are good
 * until `epoch` changes. One thread. */
#ifndef MLW_HUB_ROWSET_H
#define MLW_HUB_ROWSET_H

#include "core/hub/run_table.h"
#include "core/query/filter.h"

struct rowset {
    enum kind kind;
    char *id; /* parent; NULL: all */
    size_t refs;
    uint64_t version; /* raised when what is shown may differ */
    uint64_t epoch;   /* raised when rows have other numbers */
    int64_t as_of_ms;
    struct err err; /* code ERR_NONE: the last read went well */
    bool is_stale;

    /* small kinds */
    struct arena arena;
    struct row *rows;
    size_t n;
    uint64_t hash;
    struct key_set keys[FAMILY_COUNT];
    size_t loads; /* for tests */

    /* runs */
    struct run_table *runs, *next; /* next: being read, to take the place of runs */
};

struct rowset *rowset_new(enum kind kind, const char *id);
void rowset_free(struct rowset *rs);
/* Something was committed: look again. */
void rowset_changed(struct rowset *rs);
/* A slice of work; false when there is none left. Errors are kept in rs->err. */
bool rowset_step(struct rowset *rs, struct store *st);

bool rowset_is_begun(const struct rowset *rs);    /* there is something to show */
bool rowset_is_complete(const struct rowset *rs); /* everything wanted was read */
size_t rowset_count(const struct rowset *rs);
size_t rowset_total(const struct rowset *rs);
const struct key_set *rowset_keys(const struct rowset *rs, enum family family);
/* Row numbers in the store's own order: the n-th. */
uint32_t rowset_nth(const struct rowset *rs, size_t n);

/* --- access for filters and sorting --- */
enum { ROW_NAMED_MAX = 256 };
struct row_reader { /* a row made again and again without memory */
    const struct rowset *set;
    int64_t now_ms;
    bool has_tags;                          /* they are looked at */
    VEC(int) fields;                        /* of the kind */
    VEC(const struct run_metric *) metrics; /* sorted by key */
    VEC(const struct doc_column *) params;  /* sorted by key */
    uint32_t number;                        /* of the row, where it is a run */
    struct row row;
    struct value cells[FIELD_MAX];
    struct named_value named[FAMILY_COUNT][ROW_NAMED_MAX];
};
const struct row *row_reader_row(struct row_reader *r, uint32_t row);
const char *rowset_row_id(const struct rowset *rs, uint32_t row);

#endif
