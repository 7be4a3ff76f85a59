/* names: identifiers of an execution in the shapes that SageMaker gives them. Text is appended.
 * Pure. */
#ifndef MLW_PIPELINE_NAMES_H
#define MLW_PIPELINE_NAMES_H

#include "core/base/str.h"

/* arn:aws:sagemaker:local:000000000000:pipeline/NAME[/execution/EXEC] */
void names_pipeline_arn(struct str *out, const char *pipeline);
void names_execution_arn(struct str *out, const char *pipeline, const char *execution);
/* arn:aws:sagemaker:local:000000000000:KIND/NAME, NAME in lower case as SageMaker does. */
void names_arn(struct str *out, const char *kind, const char *name);
/* pipelines-EXEC-STEP-TOKEN, at most 63 characters of [A-Za-z0-9-]. */
void names_job(struct str *out, const char *execution, const char *step, const char *token);

#endif
