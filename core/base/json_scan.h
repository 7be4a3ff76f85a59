/* json_scan: the strict reader in front of the parser: one pass, constant memory apart from the
 * list of numbers that a double cannot carry. Used by json.c alone. */
#ifndef MLW_BASE_JSON_SCAN_H
#define MLW_BASE_JSON_SCAN_H

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/base/vec.h"

/* A number whose text must be kept: the how-manieth number of the text it is, and its text. */
struct json_wide_number {
    size_t ordinal;
    struct sv text; /* into the scanned text */
};

/* From here on a double is printed with an exponent, and further up it is no longer exact: such
 * integers keep their text. */
#define JSON_INTEGER_AS_TEXT 1e15

struct json_scanned {
    VEC(struct json_wide_number) wide;
    size_t node_count, number_count;
};

/* True when `text` is one JSON text (RFC 8259) within the caps of json.h. `out` is released by
 * the caller either way. */
MUST_USE bool json_scan_text(struct sv text, struct json_scanned *out, struct err *e);

#endif
