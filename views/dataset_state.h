/* dataset_state: the insides of the dataset view, shared by views/dataset*.c alone.
 *
 * One document (`mlw show dataset`, mlw(1)) gives all of it: columns, first rows, who used it,
 * versions; each is a table, and one of them is in front. What the tables show borrows from the
 * document's snapshot and is made anew when another comes. UI thread. */
#ifndef MLW_VIEWS_DATASET_STATE_H
#define MLW_VIEWS_DATASET_STATE_H

#include "core/base/vec.h"
#include "tui/widgets/table.h"
#include "views/cells.h"
#include "views/env.h"

enum dataset_pane {
    DATASET_COLUMNS,
    DATASET_ROWS,
    DATASET_USES,
    DATASET_VERSIONS,
    DATASET_PANE_COUNT
};

/* Columns of the tables. */
enum {
    DS_NAME,
    DS_TYPE,
    DS_COUNT,
    DS_MISSING,
    DS_DISTINCT,
    DS_MIN,
    DS_MAX,
    DS_MEAN,
    DS_HISTOGRAM,
    DS_COLUMNS
};
enum { DU_KIND, DU_ID, DU_WHAT, DU_AGE, DU_COLUMNS };
enum { DV_VERSION, DV_ROWS, DV_SIZE, DV_USES, DV_AGE, DV_COLUMNS };

/* Something that used it, and what Enter on it opens. */
struct dataset_use {
    enum kind kind;
    char *id, *what; /* owned */
    int64_t at_ms;   /* 0: not known */
};

struct dataset {
    struct view *view;
    char *id;
    uint64_t sub;
    struct snapshot *doc; /* NULL: not here yet */
    struct err err;       /* it could not be read (again) */
    enum dataset_pane pane;
    struct table tables[DATASET_PANE_COUNT];
    VEC(const struct json *) columns, rows, versions;
    VEC(struct dataset_use) uses;
    /* the first rows: a table column for each of the data's, after the row number */
    VEC(struct table_column) head;
    VEC(char *) titles;
    VEC(const struct json *) cells;           /* rows.n × columns.n; NULL: the row is short */
    bool is_zoomed;                           /* the selected column has the whole screen */
    struct rect top, tabs, body, detail, bar; /* from dataset_layout */
};

static inline struct dataset *dataset_of(const struct view *v)
{
    return v->state;
}

/* --- facts (dataset_facts.c) --- */
void dataset_facts_make(struct dataset *d);
void dataset_facts_clear(struct dataset *d);
const struct json *dataset_doc(const struct dataset *d);   /* NULL: none */
const struct json *dataset_found(const struct dataset *d); /* NULL: not known */
bool dataset_is_table(const struct dataset *d);
bool dataset_is_loading(const struct dataset *d);
/* "f204db2c" of NAME@f204db2c. */
const char *dataset_version(const char *id);
/* The column that is selected; NULL: none. */
const struct json *dataset_column(const struct dataset *d);
/* Milliseconds of a time in a document; 0 when there is none. */
int64_t dataset_time(const struct json *object, const char *key);

/* A number, time or text of a column as short as it is read: 4-digit means, days without hours. */
void dataset_short(const struct json *value, struct str *out);
/* All that is known of a column, a row, a use or a version: lines to read. */
void dataset_describe(const struct dataset *d, struct str *out);
/* One sentence about what is selected. */
void dataset_say(const struct dataset *d, struct str *out);
/* The table in front, whole. */
void dataset_csv(const struct dataset *d, struct str *out);

/* --- drawing (dataset_draw.c, dataset_detail.c) --- */
void dataset_layout(struct view *v, struct rect area);
void dataset_draw(const struct view *v, struct canvas *c, struct rect area);
/* The distribution of a column: bins or frequent values, and what is known of it. */
void dataset_detail_draw(const struct json *column, struct canvas *c, struct rect area);
extern const struct table_column dataset_columns[DS_COLUMNS];
extern const struct table_column dataset_use_columns[DU_COLUMNS];
extern const struct table_column dataset_version_columns[DV_COLUMNS];
extern const struct table_source dataset_sources[DATASET_PANE_COUNT];

#endif
