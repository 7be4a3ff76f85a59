/* Writing JSON: compact, pretty, canonical; over the public tree alone. See json.h. */
#include <math.h>
#include <stdlib.h>

#include "core/base/fmt.h"
#include "core/base/json.h"
#include "core/base/vec.h"

static void newline(struct str *out, enum json_style style, size_t depth)
{
    if (style == JSON_PRETTY) {
        str_addc(out, '\n');
        str_addn(out, ' ', depth * 2);
    }
}

static int by_key(const void *a, const void *b)
{
    return strcmp(json_key(*(const struct json *const *)a),
                  json_key(*(const struct json *const *)b));
}

static void print(const struct json *j, enum json_style style, size_t depth, struct str *out);

static void print_children(const struct json *j, enum json_style style, size_t depth,
                           struct str *out)
{
    bool is_object = json_type(j) == JSON_OBJECT;
    VEC(const struct json *) kids = {0};
    json_each (child, j) {
        vec_push(&kids, child);
    }
    if (is_object && style == JSON_CANONICAL && kids.n) {
        qsort(kids.at, kids.n, sizeof *kids.at, by_key);
    }
    str_addc(out, is_object ? '{' : '[');
    for (size_t i = 0; i < kids.n; i++) {
        if (i) {
            str_addc(out, ',');
        }
        newline(out, style, depth + 1);
        if (is_object) {
            json_quote(sv_z(json_key(kids.at[i])), out);
            str_addz(out, style == JSON_PRETTY ? ": " : ":");
        }
        print(kids.at[i], style, depth + 1, out);
    }
    if (kids.n) {
        newline(out, style, depth);
    }
    str_addc(out, is_object ? '}' : ']');
    vec_release(&kids);
}

static void print(const struct json *j, enum json_style style, size_t depth, struct str *out)
{
    switch (json_type(j)) {
    case JSON_NULL:
        str_addz(out, "null");
        return;
    case JSON_BOOL:
        str_addz(out, json_bool(j) ? "true" : "false");
        return;
    case JSON_NUMBER:
        if (json_wide_text(j)) {
            str_addz(out, json_wide_text(j));
        } else {
            fmt_double(out, json_num(j));
        }
        return;
    case JSON_STRING:
        json_quote(sv_z(json_str(j)), out);
        return;
    case JSON_ARRAY:
    case JSON_OBJECT:
        print_children(j, style, depth, out);
        return;
    }
}

void json_print(const struct json *j, enum json_style style, struct str *out)
{
    print(j, style, 0, out);
}

static bool numbers_equal(const struct json *a, const struct json *b)
{
    const char *ta = json_wide_text(a), *tb = json_wide_text(b);
    return ta || tb ? z_eq(ta, tb) : json_num(a) == json_num(b);
}

bool json_equal(const struct json *a, const struct json *b)
{
    if (!a || !b || json_type(a) != json_type(b)) {
        return a == b;
    }
    switch (json_type(a)) {
    case JSON_NULL:
        return true;
    case JSON_BOOL:
        return json_bool(a) == json_bool(b);
    case JSON_NUMBER:
        return numbers_equal(a, b);
    case JSON_STRING:
        return z_eq(json_str(a), json_str(b));
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    if (json_size(a) != json_size(b)) {
        return false;
    }
    bool is_object = json_type(a) == JSON_OBJECT;
    struct json *y = json_first(b);
    json_each (x, a) {
        if (!json_equal(x, is_object ? json_get(b, json_key(x)) : y)) {
            return false;
        }
        y = json_next(y);
    }
    return true;
}
