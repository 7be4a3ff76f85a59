/* rows: a list as a table, JSON, JSON lines, CSV or TSV. Pure but for the output text. */
#ifndef MLW_CMD_ROWS_H
#define MLW_CMD_ROWS_H

#include "core/cmd/cmd.h"
#include "core/model/snapshot.h"

/* One chosen column: a field of the kind, or a member of an open family. */
struct column {
    const struct field *field; /* NULL: a member */
    int index;
    enum family family;
    char *key; /* of a member; owned */
};
struct columns {
    VEC(struct column) list;
};
/* From "a,metrics.loss,b"; NULL: the kind's table columns (tables), all of them (`is_all`).
 * ERR_USAGE names a column that there is not. */
MUST_USE bool columns_choose(enum kind kind, const char *words, bool is_all, struct columns *ret,
                             struct err *e);
void columns_release(struct columns *c);
/* Append the rows in that form. `columns` matter for table, CSV and TSV; JSON has everything. */
void rows_print(const struct snapshot *s, const struct columns *columns, enum cmd_format format,
                int64_t now_ms, struct str *out);
/* One value of a CSV or TSV line. */
void rows_delimited(struct sv v, char sep, struct str *out);
/* A row's JSON object: every field, age_s, and for runs run_id, params, metrics, tags. */
struct json *row_json(const struct row *row, enum kind kind, int64_t now_ms);

#endif
