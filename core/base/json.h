/* json: the one door to cJSON. Trees are owned by their root; a child is borrowed from it.
 *
 * Reading is strict (RFC 8259): the text is scanned before it is parsed, so that depth, node
 * count, bad UTF-8, NUL (raw or \u0000), bad numbers and trailing bytes are refused with the
 * line and column, in memory independent of the text's size. Duplicate keys are kept; json_get
 * finds the first. Integers from 10^15 on and numbers beyond a double keep their text: json_i64 is
 * exact and they print as they came. One thread per tree. */
#ifndef MLW_BASE_JSON_H
#define MLW_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"

struct json; /* a node */

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

enum { JSON_MAX_DEPTH = 1000, JSON_MAX_NODES = 4000000 };

/* --- reading --- */
MUST_USE bool json_parse(struct sv text, struct json **ret_root, struct err *e);
MUST_USE bool json_parse_file(const char *path, size_t max_bytes, struct json **ret_root,
                              struct err *e);
/* The scan alone: is this one strict JSON text within the caps? */
MUST_USE bool json_scan(struct sv text, struct err *e);
void json_free(struct json *root);      /* NULL is fine; only roots and detached nodes */
void json_free_ptr(struct json **root); /* for CLEANUP */

enum json_type json_type(const struct json *j);
const char *json_type_name(enum json_type t);         /* "a number", "an object" … for messages */
bool json_is(const struct json *j, enum json_type t); /* false for NULL */
const char *json_key(const struct json *j);           /* of an object's child, else NULL */
struct json *json_get(const struct json *object, const char *key); /* NULL: absent or no object */
struct json *json_get_sv(const struct json *object, struct sv key);
struct json *json_first(const struct json *j); /* first child, NULL when none or a scalar */
struct json *json_next(const struct json *j);  /* next sibling */
size_t json_size(const struct json *j);        /* children; O(n) */
#define json_each(child, of)                                                                       \
    for (struct json *child = json_first(of); child; child = json_next(child))

const char *json_str(const struct json *j); /* NULL unless a string */
double json_num(const struct json *j);      /* NAN unless a number */
/* The text of a number that a double cannot carry, else NULL. */
const char *json_wide_text(const struct json *j);
bool json_bool(const struct json *j);              /* false unless true */
bool json_i64(const struct json *j, int64_t *ret); /* an integer within range, exactly */
/* Shorthand for members: NULL, `otherwise` where absent or of another type. */
const char *json_get_str(const struct json *object, const char *key);
double json_get_num(const struct json *object, const char *key, double otherwise);
int64_t json_get_i64(const struct json *object, const char *key, int64_t otherwise);
bool json_get_bool(const struct json *object, const char *key, bool otherwise);

/* --- making: each returns the new node, owned by its parent once added --- */
struct json *json_new_object(void);
struct json *json_new_array(void);
struct json *json_new_str(const char *z); /* NULL makes null */
struct json *json_new_sv(struct sv v);    /* invalid UTF-8 and NUL become U+FFFD */
struct json *json_new_num(double x);      /* NaN and Inf become null */
struct json *json_new_i64(int64_t x);     /* exact */
struct json *json_new_bool(bool b);
struct json *json_new_null(void);
struct json *json_clone(const struct json *j);
/* Add or replace a member; returns `value`. */
struct json *json_set(struct json *object, const char *key, struct json *value);
struct json *json_set_str(struct json *object, const char *key, const char *z);
struct json *json_set_num(struct json *object, const char *key, double x);
struct json *json_set_i64(struct json *object, const char *key, int64_t x);
struct json *json_set_bool(struct json *object, const char *key, bool b);
struct json *json_push(struct json *array, struct json *value);
/* Take a member out; the caller owns it. NULL when absent. */
struct json *json_take(struct json *object, const char *key);

/* --- writing --- */
enum json_style {
    JSON_COMPACT,
    JSON_PRETTY,   /* two spaces, for people */
    JSON_CANONICAL /* keys sorted by bytes, no spaces: for digests and SM_* variables */
};
void json_print(const struct json *j, enum json_style style, struct str *out);
/* The same as a part of a larger text, `depth` levels in. */
void json_print_in(const struct json *j, enum json_style style, size_t depth, struct str *out);
/* A double as JSON: NaN and Inf are null; -0 is -0.0, which no reader takes for a whole number. */
void json_print_num(double x, struct str *out);
/* A JSON string literal of `v`, quoted and escaped; invalid UTF-8 and NUL become U+FFFD. */
void json_quote(struct sv v, struct str *out);
/* Objects: the order of members does not matter (of those with one name it does). O(n log n). */
bool json_equal(const struct json *a, const struct json *b);

#endif
