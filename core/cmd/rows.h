/* rows: a list as a table, JSON, JSON lines, CSV or TSV. Pure but for the output text. */
#ifndef MLW_CMD_ROWS_H
#define MLW_CMD_ROWS_H

#include "core/base/json_out.h"
#include "core/cmd/cmd.h"
#include "core/model/snapshot.h"

/* One chosen column: a field of the kind, what is said of it beside its fields, or a member of an
 * open family. */
enum column_type { COLUMN_FIELD, COLUMN_AGE_S, COLUMN_RUN_ID, COLUMN_MEMBER };
struct column {
    enum column_type type;
    const struct field *field; /* COLUMN_FIELD */
    int index;
    enum family family; /* COLUMN_MEMBER */
    char *key;          /* COLUMN_MEMBER; owned */
    size_t place;       /* COLUMN_MEMBER: where most rows have it in their list */
};
struct columns {
    VEC(struct column) list;
};
/* From `a,metrics.loss,params."x,y"`; NULL: the kind's table columns (tables), all of them
 * (`is_all`). ERR_USAGE names a column that there is not. */
MUST_USE bool columns_choose(enum kind kind, const char *words, bool is_all, struct columns *ret,
                             struct err *e);
bool kind_has_family(enum kind kind, enum family family);
/* Add params.*, metrics.* and tags.*: every key that a row has, sorted. */
void columns_add_members(struct columns *c, const struct snapshot *s);
void columns_release(struct columns *c);

struct rows_form {
    const struct columns *columns; /* of table, CSV and TSV; JSON has everything */
    enum cmd_format format;
    bool is_cut; /* a table for a terminal: cells of 60 columns at most; else prose alone is cut */
    int64_t now_ms;
    void (*flush)(struct str *out); /* takes away what there is so far; NULL: it stays */
};
/* Append the rows in that form. O(rows), without memory for each beyond the text; a table's cells
 * are kept until all are known. */
void rows_print(const struct snapshot *s, const struct rows_form *form, struct str *out);
/* A row as a JSON object: every field, age_s, and for runs run_id, params, metrics, tags. */
void row_json(const struct row *row, enum kind kind, int64_t now_ms, struct json_out *o);

#endif
