/* json_out: JSON written as it comes, without a tree: the same bytes that json_print makes of one.
 *
 * Appends to the caller's text, owns nothing, cannot fail. Between a key (or an item) and the next
 * the caller appends exactly one value: json_quote, fmt_double, "null", or another
 * json_out_begin … json_out_end. JSON_CANONICAL is for trees: nothing is sorted here. Pure, O(1)
 * beside the bytes. */
#ifndef MLW_BASE_JSON_OUT_H
#define MLW_BASE_JSON_OUT_H

#include "core/base/json.h"

struct json_out {
    struct str *out;
    enum json_style style;
    size_t depth;  /* of what is open: its members stand so many levels in */
    bool has_some; /* what is open has a member already */
};

void json_out_begin(struct json_out *o, char open); /* '{' or '[' */
void json_out_key(struct json_out *o, const char *key);
void json_out_item(struct json_out *o); /* of an array */
void json_out_end(struct json_out *o, char close);
/* A number as JSON has it: what is not finite is null. */
void json_out_num(struct json_out *o, double x);

#endif
