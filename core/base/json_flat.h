/* json_flat: the members of an object one after the other, without a tree and without memory: for
 * a hundred thousand small documents that we wrote ourselves.
 *
 * It reads objects of scalars whose strings have no escapes. At anything else (an escape, an array,
 * a number that a double or an int64_t cannot carry, text that is no JSON) it says so, having given
 * what stood before: then json_parse is the one to ask. What it reads it reads as strictly as
 * json_parse does. Texts are borrowed. Pure; O(bytes). */
#ifndef MLW_BASE_JSON_FLAT_H
#define MLW_BASE_JSON_FLAT_H

#include "core/base/json.h"

struct json_flat {
    const char *p, *end;
    bool has_begun;
};

struct json_member {
    struct sv key;
    enum json_type type; /* of a scalar */
    struct sv str;       /* JSON_STRING */
    bool is_true;        /* JSON_BOOL */
    bool is_integer;     /* JSON_NUMBER: as json_i64 would have it, in `i`; else in `num` */
    int64_t i;
    double num;
};

enum json_flat_result { JSON_FLAT_MEMBER, JSON_FLAT_END, JSON_FLAT_OTHER };

struct json_flat json_flat_of(struct sv text);
/* The next member; END after the last, and only where the text ends there too. After END or OTHER
 * it is over. */
MUST_USE enum json_flat_result json_flat_next(struct json_flat *f, struct json_member *ret);

#endif
