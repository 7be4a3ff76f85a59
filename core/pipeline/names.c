/* ARNs and job names; see names.h. */
#include "core/pipeline/names.h"

#include <ctype.h>

enum { STEP_IN_JOB_NAME = 24 };
#define ARN_PREFIX "arn:aws:sagemaker:local:000000000000:"

void names_pipeline_arn(struct str *out, const char *pipeline)
{
    str_addf(out, ARN_PREFIX "pipeline/%s", pipeline);
}

void names_execution_arn(struct str *out, const char *pipeline, const char *execution)
{
    names_pipeline_arn(out, pipeline);
    str_addf(out, "/execution/%s", execution);
}

void names_arn(struct str *out, const char *kind, const char *name)
{
    str_addf(out, ARN_PREFIX "%s/", kind);
    for (; *name; name++) {
        str_addc(out, (char)tolower((unsigned char)*name));
    }
}

void names_job(struct str *out, const char *execution, const char *step, const char *token)
{
    str_addf(out, "pipelines-%s-", execution);
    for (size_t i = 0; i < STEP_IN_JOB_NAME && step[i]; i++) {
        str_addc(out, isalnum((unsigned char)step[i]) ? step[i] : '-');
    }
    str_addf(out, "-%s", token);
}
