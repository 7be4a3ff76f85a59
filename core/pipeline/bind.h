/* bind: replace Get, Std:Join and Std:JsonGet in a step's values by what they stand for.
 *
 * Happens when the step starts. Nothing is guessed: a property that is absent or null fails with
 * "Steps.train.ModelArtifacts.Foo is undefined", never as an empty text. Paths are dotted names,
 * [n] and ['k']; on an array ['k'] is the element whose one *Name member is k (Outputs['train'],
 * ProcessingInputs['x']), and of a {Name, Value} pair its value. Callbacks run inside the call.
 * The scope is borrowed; results are owned by the caller. One thread per call. */
#ifndef MLW_PIPELINE_BIND_H
#define MLW_PIPELINE_BIND_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/str.h"

struct bind_scope {
    const struct json *parameters; /* name → typed value */
    const struct json *execution;  /* PipelineName, PipelineExecutionId … → text */
    const struct json *experiment; /* ExperimentName, TrialName, already bound; may be NULL */
    void *arg;                     /* for the callbacks */
    /* The Describe-shaped document of a step that ended, {"Outcome":"True"} of a Condition;
     * borrowed until bind returns. NULL: there is none. */
    const struct json *(*step_document)(void *arg, const char *step);
    /* A declared property file's content; bind frees *ret_file. */
    bool (*property_file)(void *arg, const char *step, const char *file, struct json **ret_file,
                          struct err *e);
    /* The bytes behind an S3Uri of Std:JsonGet, appended to out. */
    bool (*read_uri)(void *arg, const char *uri, struct str *out, struct err *e);
};

/* A deep copy of `value` with every structure replaced; `value` itself is not changed. */
MUST_USE bool bind_value(const struct json *value, const struct bind_scope *scope,
                         struct json **ret_bound, struct err *e);

#endif
