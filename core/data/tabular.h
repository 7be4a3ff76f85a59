/* tabular: the bytes of one or more files as a table, and what is in it.
 *
 *     struct tabular *t = tabular_new();
 *     if (tabular_begin(t, "train.csv", head)) {        // head: the file's first bytes
 *         while (…) if (!tabular_feed(t, bytes)) break; // from the first byte on
 *         tabular_end(t);
 *     } // else t->what says what it is: "a gzip archive"
 *     struct json *doc = tabular_json(t);               // mlw(1) has the members
 *     tabular_free(t);
 *
 * CSV, TSV (also parted by ; or |) and JSON lines are tables; what a file is follows from its first
 * bytes, then its name. The first row is the header, unless one of its cells is a number. Further
 * files of the same format and header are the same table; one of another is left out and said to
 * be. A row with fewer or more cells than the header is ragged: counted, the places of the first
 * ten kept; cells it lacks are missing, those beyond the last column are left out. Any bytes may
 * come; memory is bounded (csv.h, profile.h). One thread. */
#ifndef MLW_DATA_TABULAR_H
#define MLW_DATA_TABULAR_H

#include "core/base/json.h"
#include "core/base/str.h"

enum {
    TABULAR_HEAD_BYTES = 64 * 1024, /* what tabular_begin wants to see, where there is as much */
    TABULAR_HEAD_ROWS = 100,        /* kept as they are */
    TABULAR_CELL_BYTES = 256        /* of a cell of those */
};

enum data_format { DATA_NO_TABLE, DATA_CSV, DATA_JSON_LINES };

/* What a file is, by its first bytes and its name. *ret_what: "CSV", "a Parquet file", static. */
enum data_format tabular_sniff(struct sv name, struct sv head, const char **ret_what);

struct tabular;
struct tabular *tabular_new(void);
void tabular_free(struct tabular *t); /* NULL is fine */
/* A file begins; false: it is not read, and *ret_what says what it is. */
bool tabular_begin(struct tabular *t, struct sv name, struct sv head, const char **ret_what);
/* False: the rest of this file is of no use (another header). */
bool tabular_feed(struct tabular *t, struct sv bytes);
/* The file ends. False: it was left out, and *ret_what says why. */
bool tabular_end(struct tabular *t, const char **ret_what);
/* {format, separator, has_header, rows, ragged, columns, head, …}; caller frees. */
struct json *tabular_json(const struct tabular *t);
uint64_t tabular_rows(const struct tabular *t);

#endif
