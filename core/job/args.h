/* args: reading a job's Arguments by path, within this folder. Pure; results are borrowed. */
#ifndef MLW_JOB_ARGS_H
#define MLW_JOB_ARGS_H

#include "core/base/json.h"
#include "core/job/contract.h"

/* "ResourceConfig.InstanceType"; NULL where a part is absent. */
const struct json *args_get(const struct json *j, const char *path);
/* A string, NULL otherwise. */
const char *args_str(const struct json *j, const char *path);
/* "/opt/ml/x/y" → "x/y"; NULL unless it is a plain path below /opt/ml. */
const char *args_below_ml(const char *local_path);
/* ATTEMPT/ml/rel; caller frees. */
char *args_ml_path(const struct contract *c, const char *rel);
/* What is in force for this job: a `command PREFIX` brings its own or none. */
enum sandbox_kind args_sandbox(const struct contract *c);
/* Where the job sees it: /opt/ml, or the attempt's ml/ without a sandbox. Caller frees. */
char *args_base_dir(const struct contract *c);

/* Training's outputs: OUT/JOB/output/NAME. Caller frees; NULL without S3OutputPath. */
char *args_training_output(const struct contract *c, const char *name);
bool args_is_model_packed(const struct contract *c); /* CompressionType is not NONE */

/* Is the value itself there, and not a Get or a function of one that the start of the step settles?
 */
bool args_is_known(const struct json *v);
/* Has every member that is there the type that is read of it? ERR_INVALID names the first that has
 * not; what is not settled yet is taken for right. */
MUST_USE bool args_check_shapes(enum job_kind kind, const struct json *arguments, struct err *e);
/* Can every MetricDefinition be looked for? */
MUST_USE bool args_check_metrics(const struct json *arguments, struct err *e);

#endif
