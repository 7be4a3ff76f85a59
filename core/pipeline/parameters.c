/* Start values; see parameters.h. */
#include "core/pipeline/parameters.h"

#include <math.h>
#include <strings.h>

#include "core/base/fmt.h"
#include "core/base/utf8.h"
#include "core/pipeline/check.h"

/* Characters of valid UTF-8, or SIZE_MAX. */
static size_t count_chars(struct sv v)
{
    size_t n = 0;
    for (; v.n; n++) {
        size_t bytes = utf8_valid_bytes(v.p, v.n);
        if (!bytes) {
            return SIZE_MAX;
        }
        v = (struct sv){v.p + bytes, v.n - bytes};
    }
    return n;
}

struct json *parameter_value(enum parameter_type type, const char *text)
{
    int64_t whole;
    double x;
    switch (type) {
    case PARAMETER_STRING:
        return json_new_str(text);
    case PARAMETER_INTEGER:
        return fmt_parse_i64(sv_z(text), &whole) ? json_new_i64(whole) : NULL;
    case PARAMETER_FLOAT:
        return fmt_parse_double(sv_z(text), &x) && isfinite(x) ? json_new_num(x) : NULL;
    case PARAMETER_BOOLEAN:
        if (!strcasecmp(text, "true") || !strcasecmp(text, "false")) {
            return json_new_bool(!strcasecmp(text, "true"));
        }
        return NULL;
    case PARAMETER_TYPE_COUNT:
        break;
    }
    return NULL;
}

static bool check_allowed(const struct definition_parameter *p, const struct json *value,
                          struct err *e)
{
    if (!p->enum_values) {
        return true;
    }
    json_each (one, p->enum_values) {
        if (json_equal(one, value)) {
            return true;
        }
    }
    CLEANUP(str_release) struct str list = STR_INIT;
    CLEANUP(str_release) struct str given = STR_INIT;
    json_print(p->enum_values, JSON_COMPACT, &list);
    json_print(value, JSON_COMPACT, &given);
    CLEANUP(mem_free_ptr) char *shown = check_quote(sv_of(&given));
    CLEANUP(mem_free_ptr) char *choices = check_quote(sv_of(&list));
    return err_set(e, ERR_USAGE, "parameter %s cannot be %s: it is one of %s", p->name, shown,
                   choices);
}

static bool convert_checked(const struct definition_parameter *p, const char *text,
                            struct json **ret_value, struct err *e)
{
    size_t chars = count_chars(sv_z(text));
    if (chars == SIZE_MAX) {
        return err_set(e, ERR_USAGE, "the value of parameter %s is no UTF-8 text", p->name);
    }
    if (chars > PARAMETER_MAX_CHARS) {
        return err_set(e, ERR_USAGE, "the value of parameter %s has %zu characters; at most %d",
                       p->name, chars, PARAMETER_MAX_CHARS);
    }
    struct json *value = parameter_value(p->type, text);
    if (!value) {
        CLEANUP(mem_free_ptr) char *q = check_quote(sv_z(text));
        return err_set(e, ERR_USAGE, "parameter %s is of type %s; \"%s\" is not", p->name,
                       parameter_type_word(p->type), q);
    }
    if (!check_allowed(p, value, e)) {
        json_free(value);
        return false;
    }
    *ret_value = value;
    return true;
}

/* Put one "NAME=VALUE" into values, an array in the order of declaration. */
static bool take_pair(const struct definition *d, const char *pair, struct json **values,
                      struct err *e)
{
    const char *equals = strchr(pair, '=');
    if (!equals || equals == pair) {
        CLEANUP(mem_free_ptr) char *q = check_quote(sv_z(pair));
        return err_set(e, ERR_USAGE, "\"%s\" is no NAME=VALUE", q);
    }
    CLEANUP(mem_free_ptr) char *name = xstrndup(pair, (size_t)(equals - pair));
    size_t i = definition_find_parameter(d, name);
    if (i == DEFINITION_NONE) {
        CLEANUP(mem_free_ptr) char *q = check_quote(sv_z(name));
        return err_set(e, ERR_USAGE, "pipeline %s has no parameter \"%s\"", d->name, q);
    }
    if (values[i]) {
        return err_set(e, ERR_USAGE, "parameter %s is given twice", name);
    }
    return convert_checked(&d->parameters.at[i], equals + 1, &values[i], e);
}

static bool fill_defaults(const struct definition *d, struct json **values, struct err *e)
{
    CLEANUP(str_release) struct str missing = STR_INIT;
    for (size_t i = 0; i < d->parameters.n; i++) {
        const struct definition_parameter *p = &d->parameters.at[i];
        if (!values[i] && p->default_value) {
            values[i] = json_clone(p->default_value);
        } else if (!values[i]) {
            str_addf(&missing, "%s%s", missing.n ? ", " : "", p->name);
        }
    }
    if (missing.n) {
        (void)err_set(e, ERR_USAGE, "pipeline %s has parameters without a value: %s", d->name,
                      missing.p);
        return err_hint(e, "give them with -p NAME=VALUE");
    }
    return true;
}

bool parameters_resolve(const struct definition *d, const char *const *pairs, size_t n,
                        struct json **ret_values, struct err *e)
{
    struct json **values = xcalloc(d->parameters.n + 1, sizeof *values);
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        ok = take_pair(d, pairs[i], values, e);
    }
    ok = ok && fill_defaults(d, values, e);
    struct json *object = ok ? json_new_object() : NULL;
    for (size_t i = 0; i < d->parameters.n; i++) {
        if (ok) {
            json_set(object, d->parameters.at[i].name, values[i]);
        } else {
            json_free(values[i]);
        }
    }
    free(values);
    if (ok) {
        *ret_values = object;
    }
    return ok;
}
