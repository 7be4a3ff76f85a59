/* Any JSON {"value", "steps", "parameters", "files"}: the value is bound in that world, or fails
 * with a reason; what was bound holds no structure of its own making. Conditions likewise. */
#include <stddef.h>
#include <stdint.h>

#include "core/pipeline/bind.h"
#include "core/pipeline/condition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct json *step_document(void *arg, const char *step)
{
    return json_get(json_get(arg, "steps"), step);
}

static bool property_file(void *arg, const char *step, const char *file, struct json **ret_file,
                          struct err *e)
{
    const struct json *found = json_get(json_get(arg, "files"), file);
    if (!found) {
        return err_set(e, ERR_NOT_FOUND, "no file %s of %s", file, step);
    }
    *ret_file = json_clone(found);
    return true;
}

static bool read_uri(void *arg, const char *uri, struct str *out, struct err *e)
{
    const char *text = json_get_str(json_get(arg, "files"), uri);
    str_addz(out, text ? text : "");
    return text || err_set(e, ERR_NOT_FOUND, "there is no %s", uri);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json *world, *bound = NULL;
    struct err e = ERR_INIT;
    if (!json_parse((struct sv){(const char *)data, size}, &world, &e)) {
        return 0;
    }
    const struct json *parameters = json_get(world, "parameters");
    struct bind_scope scope = {.parameters = parameters,
                               .execution = parameters,
                               .experiment = NULL,
                               .arg = world,
                               .step_document = step_document,
                               .property_file = property_file,
                               .read_uri = read_uri};
    const struct json *value = json_get(world, "value");
    if (value && bind_value(value, &scope, &bound, &e)) {
        bool holds;
        if (!condition_holds(bound, &holds, &e)) {
            xassert(e.code != ERR_NONE && e.msg[0]);
        }
        json_free(bound);
    } else if (value) {
        xassert(e.code != ERR_NONE && e.msg[0]);
    }
    json_free(world);
    return 0;
}
