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

/* A child and where it stands, so that members of the same name keep their order. */
struct child {
    const struct json *node;
    size_t at;
};

struct children {
    VEC(struct child) list;
};

static int by_key(const void *a, const void *b)
{
    const struct child *x = a, *y = b;
    int c = strcmp(json_key(x->node), json_key(y->node));
    return c ? c : (x->at > y->at) - (x->at < y->at);
}

static void children_of(const struct json *j, bool is_sorted, struct children *out)
{
    json_each (node, j) {
        struct child child = {node, out->list.n};
        vec_push(&out->list, child);
    }
    if (is_sorted && out->list.n) {
        qsort(out->list.at, out->list.n, sizeof *out->list.at, by_key);
    }
}

static void print_children(const struct json *j, enum json_style style, size_t depth,
                           struct str *out)
{
    bool is_object = json_type(j) == JSON_OBJECT;
    struct children kids = {0};
    children_of(j, is_object && style == JSON_CANONICAL, &kids);
    str_addc(out, is_object ? '{' : '[');
    for (size_t i = 0; i < kids.list.n; i++) {
        if (i) {
            str_addc(out, ',');
        }
        newline(out, style, depth + 1);
        if (is_object) {
            json_quote(sv_z(json_key(kids.list.at[i].node)), out);
            str_addz(out, style == JSON_PRETTY ? ": " : ":");
        }
        json_print_in(kids.list.at[i].node, style, depth + 1, out);
    }
    if (kids.list.n) {
        newline(out, style, depth);
    }
    str_addc(out, is_object ? '}' : ']');
    vec_release(&kids.list);
}

void json_print_num(double x, struct str *out)
{
    if (!isfinite(x)) {
        str_addz(out, "null");
    } else if (x == 0 && signbit(x)) {
        str_addz(out, "-0.0");
    } else {
        fmt_double(out, x);
    }
}

void json_print_in(const struct json *j, enum json_style style, size_t depth, struct str *out)
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
            json_print_num(json_num(j), out);
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
    json_print_in(j, style, 0, out);
}

/* Below 2^53 a double is the integer that was written. */
static bool is_exact(double x)
{
    return fabs(x) < 9007199254740992.0;
}

static bool numbers_equal(const struct json *a, const struct json *b)
{
    bool is_wide = json_wide_text(a) || json_wide_text(b);
    if (!is_wide || (is_exact(json_num(a)) && is_exact(json_num(b)))) {
        return json_num(a) == json_num(b);
    }
    /* a large double prints as the integer that it is, and is wide when it is read again */
    CLEANUP(str_release) struct str x = STR_INIT, y = STR_INIT;
    json_print(a, JSON_COMPACT, &x);
    json_print(b, JSON_COMPACT, &y);
    return sv_eq(sv_of(&x), sv_of(&y));
}

static bool children_equal(const struct json *a, const struct json *b)
{
    bool is_object = json_type(a) == JSON_OBJECT;
    struct children x = {0}, y = {0};
    children_of(a, is_object, &x);
    children_of(b, is_object, &y);
    bool is_equal = x.list.n == y.list.n;
    for (size_t i = 0; is_equal && i < x.list.n; i++) {
        const struct json *p = x.list.at[i].node, *q = y.list.at[i].node;
        is_equal = (!is_object || z_eq(json_key(p), json_key(q))) && json_equal(p, q);
    }
    vec_release(&x.list);
    vec_release(&y.list);
    return is_equal;
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
        return children_equal(a, b);
    }
    BUG("a JSON value of no type");
}
