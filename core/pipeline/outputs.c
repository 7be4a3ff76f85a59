/* Objects and property files behind a step's document; see outputs.h. */
#include "core/pipeline/outputs.h"

#include "core/base/mem.h"
#include "core/base/os.h"

enum { MAX_PROPERTY_BYTES = 32 * 1024 * 1024 };

bool outputs_exist(const struct objects *objects, enum step_type type, const struct json *document)
{
    if (!document) {
        return false;
    }
    bool ok = true;
    const char *artifact = json_get_str(json_get(document, "ModelArtifacts"), "S3ModelArtifacts");
    if (type == STEP_TRAINING) {
        ok = artifact && objects_exist(objects, artifact);
    }
    json_each (o, json_get(json_get(document, "ProcessingOutputConfig"), "Outputs")) {
        const char *uri = json_get_str(json_get(o, "S3Output"), "S3Uri");
        ok = ok && (!uri || objects_exist(objects, uri));
    }
    return ok;
}

/* The s3 address of one output of a processing step, from its document. */
static const char *output_uri(const struct json *document, const char *output)
{
    const struct json *outputs = json_get(json_get(document, "ProcessingOutputConfig"), "Outputs");
    json_each (o, outputs) {
        if (z_eq(json_get_str(o, "OutputName"), output)) {
            return json_get_str(json_get(o, "S3Output"), "S3Uri");
        }
    }
    return NULL;
}

bool outputs_read_uri(const struct objects *o, const char *uri, struct str *out, struct err *e)
{
    CLEANUP(mem_free_ptr) char *path = objects_path(o, uri, e);
    if (!path) {
        return false;
    }
    if (!os_exists(path)) {
        return err_set(e, ERR_NOT_FOUND, "no object %s", uri);
    }
    return os_read_file(path, MAX_PROPERTY_BYTES, out, e);
}

bool outputs_property_file(const struct objects *o, const struct definition_step *step,
                           const struct json *document, const char *file, struct json **ret_file,
                           struct err *e)
{
    for (size_t i = 0; i < step->property_files.n; i++) {
        const struct property_file *p = &step->property_files.at[i];
        if (!z_eq(p->name, file)) {
            continue;
        }
        const char *uri = output_uri(document, p->output);
        if (!uri) {
            return err_set(e, ERR_NOT_FOUND, "step %s has no output %s", step->name, p->output);
        }
        CLEANUP(mem_free_ptr) char *at = xasprintf("%s/%s", uri, p->file_path);
        CLEANUP(str_release) struct str text = STR_INIT;
        return (outputs_read_uri(o, at, &text, e) && json_parse(sv_of(&text), ret_file, e)) ||
               err_wrap(e, "property file %s of step %s", file, step->name);
    }
    return err_set(e, ERR_NOT_FOUND, "step %s has no property file %s", step->name, file);
}
