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
    const struct objects *objects;
    const char *base_dir;
    struct json *table;
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

static bool take(struct visit *v, struct json *parent, struct json *node)
{
    (void)parent;
    struct json *bound = NULL;
    struct err ignored;
    if (!bind_value(node, v->scope, &bound, &ignored)) {
        return true; /* it depends on what a step will give */
    }
    bool ok = true, is_quoted;
    CLEANUP(mem_free_ptr)
    char *text = json_str(bound) ? plain_text(json_str(bound), &is_quoted) : NULL;
    if (text && text[0] && !s3_uri_is(sv_z(text)) && !json_get(v->table, text)) {
        char *uri = objects_import(v->objects, text, v->base_dir, v->e);
        ok = uri || err_wrap(v->e, "step %s needs %s", v->step->name, text);
        if (uri) {
            json_set_str(v->table, text, uri);
        }
        free(uri);
    }
    json_free(bound);
    return ok;
}

bool imports_take(const struct definition *d, const struct bind_scope *scope,
                  const struct objects *objects, const char *base_dir, struct json **ret_table,
                  struct err *e)
{
    struct visit v = {.fn = take,
                      .scope = scope,
                      .objects = objects,
                      .base_dir = base_dir,
                      .table = json_new_object(),
                      .e = e};
    for (size_t i = 0; i < d->steps.n; i++) {
        v.step = &d->steps.at[i];
        if (v.step->type == STEP_CONDITION || !v.step->arguments) {
            continue;
        }
        /* walked, not changed: the definition owns it */
        if (!visit(&v, (struct json *)(uintptr_t)v.step->arguments)) {
            json_free(v.table);
            return false;
        }
    }
    *ret_table = v.table;
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
