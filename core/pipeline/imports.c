/* Taking inputs into the store; see imports.h. */
#include "core/pipeline/imports.h"

#include "core/base/mem.h"

static const char *const input_keys[] = {"S3Uri", "ModelDataUrl", "sagemaker_submit_directory"};
/* below these an address says where something goes */
static const char *const output_keys[] = {"S3Output", "OutputDataConfig", "CheckpointConfig",
                                          "TensorBoardOutputConfig"};

static bool is_one_of(const char *key, const char *const *keys, size_t n)
{
    for (size_t i = 0; key && i < n; i++) {
        if (strcmp(key, keys[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Call fn on every input's node below j. */
struct visit {
    bool (*fn)(struct visit *v, struct json *parent, struct json *node);
    const struct definition_step *step;
    const struct bind_scope *scope;
    struct json *table;
    bool (*each)(void *arg, const struct definition_step *step, const char *text, struct err *e);
    void *arg;
    struct err *e;
};

static bool visit(struct visit *v, struct json *j)
{
    for (struct json *child = json_first(j), *next; child; child = next) {
        next = json_next(child);
        const char *key = json_key(child);
        if (is_one_of(key, output_keys, ALEN(output_keys))) {
            continue;
        }
        if (is_one_of(key, input_keys, ALEN(input_keys))) {
            if (!v->fn(v, j, child)) {
                return false;
            }
        } else if (!visit(v, child)) {
            return false;
        }
    }
    return true;
}

/* What a JSON-quoted text says, else the text itself (hyperparameters are often quoted). */
static char *plain_text(const char *text, bool *ret_is_quoted)
{
    struct json *inner = NULL;
    struct err ignored;
    *ret_is_quoted = text[0] == '"' && json_parse(sv_z(text), &inner, &ignored) && json_str(inner);
    char *plain = xstrdup(*ret_is_quoted ? json_str(inner) : text);
    json_free(inner);
    return plain;
}

static bool tell(struct visit *v, struct json *parent, struct json *node)
{
    (void)parent;
    struct json *bound = NULL;
    struct err ignored;
    if (!bind_value(node, v->scope, &bound, &ignored)) {
        return true; /* it depends on what a step will give */
    }
    bool is_quoted;
    CLEANUP(mem_free_ptr)
    char *text = json_str(bound) ? plain_text(json_str(bound), &is_quoted) : NULL;
    bool is_file = text && text[0] && !s3_uri_is(sv_z(text));
    json_free(bound);
    return !is_file || v->each(v->arg, v->step, text, v->e);
}

/* At the start no step has ended: what asks for one is resolved later. */
static const struct json *no_document(void *arg, const char *step)
{
    (void)arg, (void)step;
    return NULL;
}

static bool no_file(void *arg, const char *step, const char *file, struct json **ret_file,
                    struct err *e)
{
    (void)arg, (void)ret_file;
    return err_set(e, ERR_NOT_FOUND, "step %s has not written %s yet", step, file);
}

static bool no_uri(void *arg, const char *uri, struct str *out, struct err *e)
{
    (void)arg, (void)out;
    return err_set(e, ERR_NOT_FOUND, "%s is not read before its step starts", uri);
}

struct bind_scope imports_scope(const struct json *parameters, const struct json *execution)
{
    return (struct bind_scope){.parameters = parameters,
                               .execution = execution,
                               .step_document = no_document,
                               .property_file = no_file,
                               .read_uri = no_uri};
}

bool imports_each(const struct definition *d, const struct bind_scope *scope,
                  bool (*each)(void *arg, const struct definition_step *step, const char *text,
                               struct err *e),
                  void *arg, struct err *e)
{
    struct visit v = {.fn = tell, .scope = scope, .each = each, .arg = arg, .e = e};
    for (size_t i = 0; i < d->steps.n; i++) {
        v.step = &d->steps.at[i];
        /* walked, not changed: the definition owns it */
        if (v.step->type != STEP_CONDITION && v.step->arguments &&
            !visit(&v, (struct json *)(uintptr_t)v.step->arguments)) {
            return false;
        }
    }
    return true;
}

struct taking {
    const struct objects *objects;
    const char *base_dir;
    struct json *table;
};

static bool take(void *arg, const struct definition_step *step, const char *text, struct err *e)
{
    struct taking *t = arg;
    if (json_get(t->table, text)) {
        return true;
    }
    CLEANUP(mem_free_ptr) char *uri = objects_import(t->objects, text, t->base_dir, e);
    if (!uri) {
        return err_wrap(e, "step %s needs %s", step->name, text);
    }
    json_set_str(t->table, text, uri);
    return true;
}

bool imports_take(const struct definition *d, const struct bind_scope *scope,
                  const struct objects *objects, const char *base_dir, struct json **ret_table,
                  struct err *e)
{
    struct taking t = {objects, base_dir, json_new_object()};
    if (!imports_each(d, scope, take, &t, e)) {
        json_free(t.table);
        return false;
    }
    *ret_table = t.table;
    return true;
}

static bool apply(struct visit *v, struct json *parent, struct json *node)
{
    if (!json_str(node)) {
        return true;
    }
    bool is_quoted;
    CLEANUP(mem_free_ptr) char *text = plain_text(json_str(node), &is_quoted);
    if (!text[0] || s3_uri_is(sv_z(text))) {
        return true;
    }
    const char *uri = json_get_str(v->table, text);
    if (!uri) {
        return err_set(v->e, ERR_INVALID,
                       "%s is \"%s\", which was not known when the execution started; "
                       "use an s3:// address or a parameter",
                       json_key(node), text);
    }
    CLEANUP(str_release) struct str value = STR_INIT;
    if (is_quoted) {
        json_quote(sv_z(uri), &value);
    } else {
        str_addz(&value, uri);
    }
    CLEANUP(mem_free_ptr) char *key = xstrdup(json_key(node));
    json_set(parent, key, json_new_sv(sv_of(&value)));
    return true;
}

bool imports_apply(struct json *arguments, const struct json *table, struct err *e)
{
    struct visit v = {.fn = apply, .table = (struct json *)(uintptr_t)table, .e = e};
    return visit(&v, arguments);
}
