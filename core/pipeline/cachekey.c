/* Key attributes with content in place of addresses; see cachekey.h. */
#include "core/pipeline/cachekey.h"

#include <stdlib.h>

#include "core/base/utf8.h"

enum { MAX_VALUE_CELLS = 24 };

static const struct {
    enum step_type type;
    const char *attributes[8];
} keyed[] = {
    {STEP_PROCESSING, {"AppSpecification", "Environment", "ProcessingInputs"}},
    {STEP_TRAINING,
     {"AlgorithmSpecification", "CheckpointConfig", "DebugHookConfig", "DebugRuleConfigurations",
      "Environment", "HyperParameters", "InputDataConfig"}},
};

static const char *const *attributes_of(enum step_type type)
{
    for (size_t i = 0; i < ALEN(keyed); i++) {
        if (keyed[i].type == type) {
            return keyed[i].attributes;
        }
    }
    return NULL;
}

bool cachekey_applies(enum step_type type)
{
    return attributes_of(type) != NULL;
}

/* Where a checkpoint goes is an output; everything else that is an s3 address is content. */
static bool is_output(const char *key)
{
    return key && (strcmp(key, "CheckpointConfig") == 0 || strcmp(key, "S3OutputPath") == 0);
}

/* A JSON-quoted address, as SDKs write hyperparameters: "\"s3://…\"". */
static bool unquoted_uri(const char *text, struct str *out)
{
    struct json *inner = NULL;
    struct err ignored;
    if (text[0] != '"' || !json_parse(sv_z(text), &inner, &ignored)) {
        str_setf(out, "%s", text);
    } else {
        str_setf(out, "%s", json_str(inner) ? json_str(inner) : "");
        json_free(inner);
    }
    return s3_uri_is(sv_of(out));
}

/* A deep copy in which texts that are s3 addresses became what `source` says of them. */
static struct json *with_content(const struct json *j, const struct cachekey_source *source,
                                 struct err *e)
{
    CLEANUP(str_release) struct str uri = STR_INIT;
    if (json_is(j, JSON_STRING) && !is_output(json_key(j)) && unquoted_uri(json_str(j), &uri)) {
        return source->content(source->arg, uri.p, e);
    }
    if (is_output(json_key(j)) || !(json_is(j, JSON_OBJECT) || json_is(j, JSON_ARRAY))) {
        return json_clone(j);
    }
    struct json *copy = json_is(j, JSON_OBJECT) ? json_new_object() : json_new_array();
    json_each (child, j) {
        struct json *c = with_content(child, source, e);
        if (!c) {
            json_free(copy);
            return NULL;
        }
        if (json_is(j, JSON_OBJECT)) {
            json_set(copy, json_key(child), c);
        } else {
            json_push(copy, c);
        }
    }
    return copy;
}

struct json *cachekey_attributes(enum step_type type, const struct json *arguments,
                                 const struct cachekey_source *source, struct err *e)
{
    const char *const *names = attributes_of(type);
    struct json *attributes = json_new_object();
    for (size_t i = 0; names[i]; i++) {
        const struct json *value = json_get(arguments, names[i]);
        struct json *content = value ? with_content(value, source, e) : NULL;
        if (value && !content) {
            json_free(attributes);
            return NULL;
        }
        if (content) {
            json_set(attributes, names[i], content);
        }
    }
    return attributes;
}

bool cachekey_digest(enum step_type type, const struct json *attributes, char *ret_key,
                     struct err *e)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addf(&text, "%s\n", step_type_word(type));
    json_print(attributes, JSON_CANONICAL, &text);
    return digest_bytes(sv_of(&text), ret_key, e);
}

struct json *cachekey_content(const char *hex)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    str_setf(&text, "sha256:%s", hex);
    return json_new_sv(sv_of(&text));
}

static struct json *content_of_object(void *arg, const char *uri, struct err *e)
{
    char hex[DIGEST_HEX + 1];
    return objects_digest(arg, uri, hex, e) ? cachekey_content(hex) : NULL;
}

bool cachekey_of(enum step_type type, const struct json *arguments, const struct objects *objects,
                 struct json **ret_attributes, char *ret_key, struct err *e)
{
    struct objects o = *objects;
    struct cachekey_source source = {content_of_object, &o};
    struct json *attributes = cachekey_attributes(type, arguments, &source, e);
    if (!attributes || !cachekey_digest(type, attributes, ret_key, e)) {
        json_free(attributes);
        return false;
    }
    *ret_attributes = attributes;
    return true;
}

/* --- what is not known yet --- */
#define UNKNOWN "Mlw:Unknown"

struct json *cachekey_unknown(void)
{
    struct json *j = json_new_object();
    json_set_bool(j, UNKNOWN, true);
    return j;
}

bool cachekey_is_known(const struct json *j)
{
    if (json_get(j, UNKNOWN)) {
        return false;
    }
    json_each (child, j) {
        if (!cachekey_is_known(child)) {
            return false;
        }
    }
    return true;
}

bool cachekey_agrees(const struct json *before, const struct json *now)
{
    if (json_get(now, UNKNOWN)) {
        return true;
    }
    bool are_objects = json_is(before, JSON_OBJECT) && json_is(now, JSON_OBJECT);
    bool are_arrays = json_is(before, JSON_ARRAY) && json_is(now, JSON_ARRAY);
    if (!are_objects && !are_arrays) {
        return json_equal(before, now);
    }
    const struct json *b = json_first(before);
    bool ok = json_size(before) == json_size(now);
    json_each (child, ok ? now : NULL) {
        const struct json *other = are_objects ? json_get(before, json_key(child)) : b;
        ok = ok && other && cachekey_agrees(other, child);
        b = json_next(b);
    }
    return ok;
}

static void add_value(const struct json *j, struct str *out)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(str_release) struct str clean = STR_INIT;
    if (!j) {
        str_addz(&text, "absent");
    } else if (json_str(j)) {
        str_addz(&text, json_str(j));
    } else {
        json_print(j, JSON_COMPACT, &text);
    }
    utf8_sanitize(&clean, sv_of(&text));
    struct sv shown = sv_of(&clean);
    if (sv_starts(shown, "sha256:")) {
        shown = (struct sv){shown.p + 7, 8};
    }
    utf8_fit(out, shown, MAX_VALUE_CELLS, UTF8_CUT_END);
}

/* [raw] of what is called so (InputName, ChannelName), else [n]. */
static void add_place(const struct json *element, size_t i, struct str *path)
{
    static const char *const names[] = {"InputName", "ChannelName"};
    for (size_t n = 0; n < ALEN(names); n++) {
        const char *name = json_get_str(element, names[n]);
        if (name) {
            CLEANUP(str_release) struct str clean = STR_INIT;
            utf8_sanitize(&clean, sv_z(name));
            str_addf(path, "[%s]", clean.p);
            return;
        }
    }
    str_addf(path, "[%zu]", i);
}

/* Go down to the first leaf that differs, naming the way. */
static void describe(const struct json *before, const struct json *now, struct str *path,
                     struct str *out)
{
    bool are_objects = json_is(before, JSON_OBJECT) && json_is(now, JSON_OBJECT);
    bool are_arrays = json_is(before, JSON_ARRAY) && json_is(now, JSON_ARRAY) &&
                      json_size(before) == json_size(now);
    size_t i = 0;
    const struct json *b = json_first(before);
    json_each (child, are_objects || are_arrays ? now : NULL) {
        const struct json *other = are_objects ? json_get(before, json_key(child)) : b;
        if (!cachekey_agrees(other, child)) {
            if (are_objects) {
                str_addf(path, ".%s", json_key(child));
            } else {
                add_place(child, i, path);
            }
            describe(other, child, path, out);
            return;
        }
        i++;
        b = b ? json_next(b) : NULL;
    }
    json_each (child, are_objects ? before : NULL) {
        if (!json_get(now, json_key(child))) {
            str_addf(path, ".%s", json_key(child));
            describe(child, NULL, path, out);
            return;
        }
    }
    str_addf(out, "%s ", path->p);
    add_value(before, out);
    str_addz(out, " \xe2\x86\x92 ");
    add_value(now, out);
}

bool cachekey_difference(const struct json *before, const struct json *now,
                         const char **ret_attribute, struct str *out)
{
    const struct json *sides[] = {now, before};
    for (size_t side = 0; side < ALEN(sides); side++) {
        json_each (child, sides[side]) {
            const char *key = json_key(child);
            const struct json *a = json_get(before, key), *b = json_get(now, key);
            if (!cachekey_agrees(a, b)) {
                CLEANUP(str_release) struct str path = STR_INIT;
                str_addz(&path, key);
                describe(a, b, &path, out);
                *ret_attribute = key;
                return true;
            }
        }
    }
    return false;
}
