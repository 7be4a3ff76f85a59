/* Binding of values; see bind.h. */
#include "core/pipeline/bind.h"

#include "core/base/mem.h"
#include "core/pipeline/check.h"
#include "core/pipeline/propath.h"

static bool undefined(struct err *e, struct sv what)
{
    CLEANUP(mem_free_ptr) char *q = check_quote(what);
    return err_set(e, ERR_INVALID, "%s is undefined", q);
}

/* --- paths --- */

/* Is this member a name of its element: OutputName, InputName, ChannelName, Name …? */
static bool is_name_of(const struct json *member, struct sv key)
{
    return json_is(member, JSON_STRING) && sv_ends(sv_z(json_key(member)), "Name") &&
           sv_eqz(key, json_str(member));
}

/* The one element of an array that is called `key`; NULL when none or several are. */
static const struct json *element_named(const struct json *array, struct sv key)
{
    const struct json *found = NULL;
    json_each (element, array) {
        size_t fits = 0;
        json_each (member, element) {
            fits += is_name_of(member, key);
        }
        if (fits == 1 && found) {
            return NULL;
        }
        found = fits == 1 ? element : found;
    }
    /* OutputParameters are pairs: what is meant is the value */
    const struct json *value = json_get(found, "Value");
    return value && json_get(found, "Name") && json_size(found) == 2 ? value : found;
}

static const struct json *element_at(const struct json *array, size_t index)
{
    const struct json *v = json_is(array, JSON_ARRAY) ? json_first(array) : NULL;
    while (v && index--) {
        v = json_next(v);
    }
    return v;
}

static const struct json *descend(const struct json *from, const struct propath_step *step)
{
    switch (step->kind) {
    case PROPATH_NAME:
        return json_get_sv(from, step->text);
    case PROPATH_INDEX:
        return element_at(from, step->index);
    case PROPATH_KEY:
        return json_is(from, JSON_ARRAY) ? element_named(from, step->text)
                                         : json_get_sv(from, step->text);
    }
    return NULL;
}

/* What the path leads to; NULL when there is nothing, null, or the path is malformed. */
static const struct json *follow(const struct json *from, struct sv path, bool is_first)
{
    struct propath_step step;
    for (; from && path.n; is_first = false) {
        if (!propath_next(&path, is_first, &step)) {
            return NULL;
        }
        from = descend(from, &step);
    }
    return json_is(from, JSON_NULL) ? NULL : from;
}

/* --- Get --- */

static const struct json *get_step(const struct bind_scope *scope, struct sv text)
{
    struct sv rest = text;
    struct sv name = propath_name(&rest);
    CLEANUP(mem_free_ptr) char *step = sv_dup(name);
    const struct json *document = scope->step_document(scope->arg, step);
    return document ? follow(document, rest, false) : NULL;
}

static const struct json *get_member(const struct json *table, struct sv name)
{
    const struct json *v = json_get_sv(table, name);
    return json_is(v, JSON_NULL) ? NULL : v;
}

static struct sv after(struct sv text, const char *prefix)
{
    size_t n = strlen(prefix);
    return (struct sv){text.p + n, text.n - n};
}

/* Borrowed; NULL when undefined. */
static const struct json *get_text(const struct bind_scope *scope, struct sv text)
{
    if (sv_starts(text, "Steps.")) {
        return get_step(scope, after(text, "Steps."));
    }
    if (sv_starts(text, "Parameters.")) {
        return get_member(scope->parameters, after(text, "Parameters."));
    }
    if (sv_starts(text, "Execution.")) {
        return get_member(scope->execution, after(text, "Execution."));
    }
    if (sv_starts(text, "PipelineExperimentConfig.")) {
        return get_member(scope->experiment, after(text, "PipelineExperimentConfig."));
    }
    return NULL;
}

static bool bind_get(const struct json *value, const struct bind_scope *scope,
                     struct json **ret_bound, struct err *e)
{
    const char *text = json_get_str(value, "Get");
    if (!text) {
        return err_set(e, ERR_INVALID, "Get must be a string");
    }
    const struct json *found = get_text(scope, sv_z(text));
    if (!found) {
        return undefined(e, sv_z(text));
    }
    *ret_bound = json_clone(found);
    return true;
}

/* --- Std:Join --- */

static bool add_joined(struct str *out, const struct json *value, struct err *e)
{
    if (json_is(value, JSON_STRING)) {
        str_addz(out, json_str(value));
    } else if (json_is(value, JSON_NUMBER) || json_is(value, JSON_BOOL)) {
        json_print(value, JSON_COMPACT, out);
    } else {
        return err_set(e, ERR_INVALID, "Std:Join cannot join %s", json_type_name(json_type(value)));
    }
    return true;
}

static bool bind_join(const struct json *value, const struct bind_scope *scope,
                      struct json **ret_bound, struct err *e)
{
    const struct json *join = json_get(value, "Std:Join");
    const char *on = json_get_str(join, "On");
    const struct json *values = json_get(join, "Values");
    CLEANUP(str_release) struct str text = STR_INIT;
    if (!json_is(values, JSON_ARRAY)) {
        return err_set(e, ERR_INVALID, "Std:Join without Values");
    }
    json_each (one, values) {
        CLEANUP(json_free_ptr) struct json *bound = NULL;
        if (one != json_first(values)) {
            str_addz(&text, on ? on : "");
        }
        if (!bind_value(one, scope, &bound, e) || !add_joined(&text, bound, e)) {
            return false;
        }
    }
    *ret_bound = json_new_sv(sv_of(&text));
    return true;
}

/* --- Std:JsonGet --- */

/* STEP and NAME of Steps.STEP.PropertyFiles.NAME. */
static bool split_file(const char *get, char **ret_step, char **ret_file)
{
    struct propath_step kind, file;
    struct sv rest = sv_z(get);
    if (!get || !sv_starts(rest, "Steps.")) {
        return false;
    }
    rest = after(rest, "Steps.");
    struct sv step = propath_name(&rest);
    if (!rest.n || !propath_next(&rest, false, &kind) || !sv_eqz(kind.text, "PropertyFiles") ||
        !rest.n || !propath_next(&rest, false, &file) || rest.n) {
        return false;
    }
    *ret_step = sv_dup(step);
    *ret_file = sv_dup(file.text);
    return true;
}

static bool load_file(const struct json *reference, const struct bind_scope *scope,
                      struct json **ret_file, struct str *where, struct err *e)
{
    CLEANUP(mem_free_ptr) char *step = NULL;
    CLEANUP(mem_free_ptr) char *file = NULL;
    if (!split_file(json_get_str(reference, "Get"), &step, &file)) {
        return err_set(e, ERR_INVALID, "PropertyFile is no Steps.STEP.PropertyFiles.NAME");
    }
    str_setf(where, "property file %s of step %s", file, step);
    return scope->property_file(scope->arg, step, file, ret_file, e);
}

static bool load_uri(const struct json *value, const struct bind_scope *scope,
                     struct json **ret_file, struct str *where, struct err *e)
{
    CLEANUP(json_free_ptr) struct json *uri = NULL;
    CLEANUP(str_release) struct str text = STR_INIT;
    if (!bind_value(value, scope, &uri, e)) {
        return false;
    }
    if (!json_is(uri, JSON_STRING)) {
        return err_set(e, ERR_INVALID, "S3Uri of Std:JsonGet is %s, not a string",
                       json_type_name(json_type(uri)));
    }
    str_setf(where, "%s", json_str(uri));
    return scope->read_uri(scope->arg, json_str(uri), &text, e) &&
           (json_parse(sv_of(&text), ret_file, e) || err_wrap(e, "could not read %s", where->p));
}

static bool bind_json_get(const struct json *value, const struct bind_scope *scope,
                          struct json **ret_bound, struct err *e)
{
    const struct json *call = json_get(value, "Std:JsonGet");
    const struct json *reference = json_get(call, "PropertyFile");
    const struct json *uri = json_get(call, "S3Uri");
    const char *path = json_get_str(call, "Path");
    CLEANUP(json_free_ptr) struct json *file = NULL;
    CLEANUP(str_release) struct str where = STR_INIT;
    if (!path || !propath_is_valid(sv_z(path)) || !reference == !uri) {
        return err_set(e, ERR_INVALID, "Std:JsonGet is malformed");
    }
    if (reference ? !load_file(reference, scope, &file, &where, e)
                  : !load_uri(uri, scope, &file, &where, e)) {
        return false;
    }
    const struct json *found = follow(file, sv_z(path), true);
    if (!found) {
        CLEANUP(mem_free_ptr) char *shown_path = check_quote(sv_z(path));
        CLEANUP(mem_free_ptr) char *shown_where = check_quote(sv_of(&where));
        return err_set(e, ERR_INVALID, "%s is undefined in %s", shown_path, shown_where);
    }
    *ret_bound = json_clone(found);
    return true;
}

/* --- anything --- */

static bool bind_children(const struct json *value, const struct bind_scope *scope,
                          struct json **ret_bound, struct err *e)
{
    bool is_array = json_is(value, JSON_ARRAY);
    struct json *made = is_array ? json_new_array() : json_new_object();
    json_each (child, value) {
        struct json *bound = NULL;
        if (!bind_value(child, scope, &bound, e)) {
            json_free(made);
            return false;
        }
        if (is_array) {
            json_push(made, bound);
        } else {
            json_set(made, json_key(child), bound);
        }
    }
    *ret_bound = made;
    return true;
}

bool bind_value(const struct json *value, const struct bind_scope *scope, struct json **ret_bound,
                struct err *e)
{
    switch (value_kind(value)) {
    case VALUE_GET:
        return bind_get(value, scope, ret_bound, e);
    case VALUE_JOIN:
        return bind_join(value, scope, ret_bound, e);
    case VALUE_JSON_GET:
        return bind_json_get(value, scope, ret_bound, e);
    case VALUE_ARRAY:
    case VALUE_OBJECT:
    case VALUE_UNKNOWN_FUNCTION:
        return bind_children(value, scope, ret_bound, e);
    case VALUE_NULL:
    case VALUE_SCALAR:
        break;
    }
    *ret_bound = json_clone(value);
    return true;
}
