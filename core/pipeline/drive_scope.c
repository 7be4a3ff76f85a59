/* What Get and Std:JsonGet stand for while an execution is driven; see drive.h. */
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/pipeline/drive.h"
#include "core/pipeline/imports.h"
#include "core/pipeline/names.h"
#include "core/pipeline/outputs.h"

struct json *drive_execution_vars(const char *pipeline, const char *execution, int64_t started_ms)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    struct json *vars = json_new_object();
    json_set_str(vars, "PipelineName", pipeline);
    json_set_str(vars, "PipelineExecutionId", execution);
    names_pipeline_arn(&s, pipeline);
    json_set_str(vars, "PipelineArn", s.p);
    str_clear(&s);
    names_execution_arn(&s, pipeline, execution);
    json_set_str(vars, "PipelineExecutionArn", s.p);
    str_clear(&s);
    clock_rfc3339(&s, started_ms);
    json_set_str(vars, "StartDateTime", s.p);
    json_set_str(vars, "CurrentDateTime", s.p);
    return vars;
}

static const struct json *step_document(void *arg, const char *step)
{
    struct driver *d = arg;
    size_t index = definition_find_step(&d->def, step);
    return index == DEFINITION_NONE ? NULL : d->steps[index].output;
}

static bool read_uri(void *arg, const char *uri, struct str *out, struct err *e)
{
    const struct driver *d = arg;
    return outputs_read_uri(&d->objects, uri, out, e);
}

static bool property_file(void *arg, const char *step, const char *file, struct json **ret_file,
                          struct err *e)
{
    const struct driver *d = arg;
    size_t index = definition_find_step(&d->def, step);
    return outputs_property_file(&d->objects, &d->def.steps.at[index], d->steps[index].output, file,
                                 ret_file, e);
}

bool drive_bind(struct driver *d, const struct json *value, struct json **ret, struct err *e)
{
    struct bind_scope scope = {.parameters = d->parameters,
                               .execution = d->execution_vars,
                               .experiment = d->experiment,
                               .arg = d,
                               .step_document = step_document,
                               .property_file = property_file,
                               .read_uri = read_uri};
    return bind_value(value, &scope, ret, e);
}

bool drive_bind_arguments(struct driver *d, size_t index, struct json **ret, struct err *e)
{
    const struct definition_step *step = &d->def.steps.at[index];
    struct json *empty = step->arguments ? NULL : json_new_object();
    const struct json *arguments = step->arguments ? step->arguments : empty;
    struct json *bound = NULL;
    bool ok = drive_bind(d, arguments, &bound, e) &&
              imports_apply(bound, json_get(d->options, "imports"), e);
    json_free(empty);
    if (!ok) {
        json_free(bound);
        return false;
    }
    *ret = bound;
    return true;
}
