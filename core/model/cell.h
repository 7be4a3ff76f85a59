/* cell: a value as text, the same on the screen, in `ls` tables and in exports. A value is shown
 * as it was logged, never rounded. Pure. */
#ifndef MLW_MODEL_CELL_H
#define MLW_MODEL_CELL_H

#include "core/base/json_out.h"
#include "core/base/str.h"
#include "core/model/kinds.h"
#include "core/model/value.h"

enum cell_style {
    CELL_HUMAN,  /* ages, durations, "–" for missing */
    CELL_MACHINE /* RFC 3339, seconds, empty for missing: CSV and TSV */
};

/* `field` may be NULL (an open family's value). `now_ms` is the wall time ages count from. */
void cell_text(struct str *out, struct value v, const struct field *field, enum cell_style style,
               int64_t now_ms);
/* The value for JSON: times RFC 3339, durations in seconds, missing and NaN null. */
struct json *cell_json(struct value v, const struct field *field);
/* The same as text, after a key or an item. */
void cell_json_out(struct json_out *o, struct value v, const struct field *field);

#endif
