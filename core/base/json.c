/* The tree, by cJSON; scanning is json_scan.c, writing json_print.c. See json.h. */
#include "core/base/json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "core/base/json_scan.h"
#include "core/base/os.h"
#include "core/base/utf8.h"

/* struct json is cJSON under another name: these two are the only conversions. */
static cJSON *in(const struct json *j)
{
    return (cJSON *)(uintptr_t)j;
}

static struct json *out(cJSON *c)
{
    return (struct json *)c;
}

static cJSON *made(cJSON *c)
{
    if (!c) {
        BUG("out of memory for a JSON value");
    }
    return c;
}

/* Walk the tree in the text's order and give the numbers that a double cannot carry their text. */
static void restore_wide(cJSON *c, const struct json_scanned *scanned, size_t *number, size_t *next)
{
    for (; c && *next < scanned->wide.n; c = c->next) {
        if (cJSON_IsNumber(c)) {
            if (scanned->wide.at[*next].ordinal == (*number)++) {
                c->type = cJSON_Raw;
                c->valuestring =
                    xstrndup(scanned->wide.at[*next].text.p, scanned->wide.at[*next].text.n);
                ++*next;
            }
        } else if (c->child) {
            restore_wide(c->child, scanned, number, next);
        }
    }
}

bool json_parse(struct sv text, struct json **ret_root, struct err *e)
{
    struct json_scanned scanned = {0};
    bool ok = json_scan_text(text, &scanned, e);
    if (ok) {
        cJSON *root = cJSON_ParseWithLength(text.p, text.n);
        if (root) {
            size_t number = 0, next = 0;
            restore_wide(root, &scanned, &number, &next);
            *ret_root = out(root);
        } else {
            ok = err_set(e, ERR_INVALID, "the parser refused this JSON text");
        }
    }
    vec_release(&scanned.wide);
    return ok;
}

bool json_scan(struct sv text, struct err *e)
{
    struct json_scanned scanned = {0};
    bool ok = json_scan_text(text, &scanned, e);
    vec_release(&scanned.wide);
    return ok;
}

bool json_parse_file(const char *path, size_t max_bytes, struct json **ret_root, struct err *e)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    return os_read_file(path, max_bytes, &text, e) &&
           (json_parse(sv_of(&text), ret_root, e) || err_wrap(e, "could not read %s", path));
}

void json_free(struct json *root)
{
    cJSON_Delete(in(root));
}

void json_free_ptr(struct json **root)
{
    json_free(*root);
}

enum json_type json_type(const struct json *j)
{
    switch (in(j)->type & 0xFF) {
    case cJSON_True:
    case cJSON_False:
        return JSON_BOOL;
    case cJSON_Number:
    case cJSON_Raw:
        return JSON_NUMBER;
    case cJSON_String:
        return JSON_STRING;
    case cJSON_Array:
        return JSON_ARRAY;
    case cJSON_Object:
        return JSON_OBJECT;
    default:
        return JSON_NULL;
    }
}

const char *json_type_name(enum json_type t)
{
    static const char *const names[] = {
        [JSON_NULL] = "null",       [JSON_BOOL] = "a boolean", [JSON_NUMBER] = "a number",
        [JSON_STRING] = "a string", [JSON_ARRAY] = "an array", [JSON_OBJECT] = "an object",
    };
    return names[t];
}

bool json_is(const struct json *j, enum json_type t)
{
    return j && json_type(j) == t;
}

const char *json_key(const struct json *j)
{
    return in(j)->string;
}

struct json *json_get_sv(const struct json *object, struct sv key)
{
    if (json_is(object, JSON_OBJECT)) {
        json_each (child, object) {
            if (sv_eqz(key, json_key(child))) {
                return child;
            }
        }
    }
    return NULL;
}

struct json *json_get(const struct json *object, const char *key)
{
    return json_get_sv(object, sv_z(key));
}

struct json *json_first(const struct json *j)
{
    return j ? out(in(j)->child) : NULL;
}

struct json *json_next(const struct json *j)
{
    return out(in(j)->next);
}

size_t json_size(const struct json *j)
{
    size_t n = 0;
    json_each (child, j) {
        n++;
    }
    return n;
}

const char *json_str(const struct json *j)
{
    return json_is(j, JSON_STRING) ? in(j)->valuestring : NULL;
}

double json_num(const struct json *j)
{
    if (!json_is(j, JSON_NUMBER)) {
        return NAN;
    }
    return cJSON_IsRaw(in(j)) ? strtod(in(j)->valuestring, NULL) : in(j)->valuedouble;
}

const char *json_wide_text(const struct json *j)
{
    return cJSON_IsRaw(in(j)) ? in(j)->valuestring : NULL;
}

bool json_bool(const struct json *j)
{
    return j && cJSON_IsTrue(in(j));
}

bool json_i64(const struct json *j, int64_t *ret)
{
    if (!json_is(j, JSON_NUMBER)) {
        return false;
    }
    if (cJSON_IsRaw(in(j))) {
        const char *text = in(j)->valuestring;
        char *end;
        errno = 0;
        long long x = strtoll(text, &end, 10);
        if (*end || errno) {
            return false;
        }
        *ret = x;
        return true;
    }
    double x = in(j)->valuedouble;
    if (x != floor(x) || fabs(x) >= 9007199254740992.0) { /* 2^53: it may have been rounded */
        return false;
    }
    *ret = (int64_t)x;
    return true;
}

const char *json_get_str(const struct json *object, const char *key)
{
    return json_str(json_get(object, key));
}

double json_get_num(const struct json *object, const char *key, double otherwise)
{
    const struct json *j = json_get(object, key);
    return json_is(j, JSON_NUMBER) ? json_num(j) : otherwise;
}

int64_t json_get_i64(const struct json *object, const char *key, int64_t otherwise)
{
    int64_t x;
    return json_i64(json_get(object, key), &x) ? x : otherwise;
}

bool json_get_bool(const struct json *object, const char *key, bool otherwise)
{
    const struct json *j = json_get(object, key);
    return json_is(j, JSON_BOOL) ? json_bool(j) : otherwise;
}

struct json *json_new_object(void)
{
    return out(made(cJSON_CreateObject()));
}

struct json *json_new_array(void)
{
    return out(made(cJSON_CreateArray()));
}

struct json *json_new_null(void)
{
    return out(made(cJSON_CreateNull()));
}

struct json *json_new_bool(bool b)
{
    return out(made(cJSON_CreateBool(b)));
}

struct json *json_new_sv(struct sv v)
{
    CLEANUP(str_release) struct str clean = STR_INIT;
    utf8_make_valid(&clean, v);
    return out(made(cJSON_CreateString(clean.p)));
}

struct json *json_new_str(const char *z)
{
    return z ? json_new_sv(sv_z(z)) : json_new_null();
}

struct json *json_new_num(double x)
{
    return isfinite(x) ? out(made(cJSON_CreateNumber(x))) : json_new_null();
}

struct json *json_new_i64(int64_t x)
{
    if (fabs((double)x) < JSON_INTEGER_AS_TEXT) {
        return json_new_num((double)x);
    }
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)x);
    return out(made(cJSON_CreateRaw(text)));
}

struct json *json_clone(const struct json *j)
{
    cJSON *copy = made(cJSON_Duplicate(in(j), true));
    return out(copy);
}

struct json *json_set(struct json *object, const char *key, struct json *value)
{
    cJSON *old = in(json_get(object, key));
    if (old) {
        if (!cJSON_ReplaceItemViaPointer(in(object), old, in(value))) {
            BUG("could not replace member \"%s\"", key);
        }
        free(in(value)->string);
        in(value)->string = xstrdup(key);
    } else if (!cJSON_AddItemToObject(in(object), key, in(value))) {
        BUG("could not add member \"%s\"", key);
    }
    return value;
}

struct json *json_set_str(struct json *object, const char *key, const char *z)
{
    return json_set(object, key, json_new_str(z));
}

struct json *json_set_num(struct json *object, const char *key, double x)
{
    return json_set(object, key, json_new_num(x));
}

struct json *json_set_i64(struct json *object, const char *key, int64_t x)
{
    return json_set(object, key, json_new_i64(x));
}

struct json *json_set_bool(struct json *object, const char *key, bool b)
{
    return json_set(object, key, json_new_bool(b));
}

struct json *json_push(struct json *array, struct json *value)
{
    if (!cJSON_AddItemToArray(in(array), in(value))) {
        BUG("could not add to a JSON array");
    }
    return value;
}

struct json *json_take(struct json *object, const char *key)
{
    struct json *child = json_get(object, key);
    if (child) {
        cJSON_DetachItemViaPointer(in(object), in(child));
        free(in(child)->string);
        in(child)->string = NULL;
    }
    return child;
}
