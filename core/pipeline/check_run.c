/* What `run` needs beyond a valid document. */
#include "core/base/mem.h"
#include "core/job/contract.h"
#include "core/pipeline/check.h"

/* The job arguments that a type cannot do without, as dotted paths below Arguments. `or_path`:
 * another one that will do. */
static const struct {
    enum step_type type;
    const char *path, *or_path;
} needed[] = {
    {STEP_PROCESSING, "AppSpecification.ImageUri", NULL},
    {STEP_PROCESSING, "ProcessingResources.ClusterConfig", NULL},
    {STEP_TRAINING, "AlgorithmSpecification.TrainingImage", "AlgorithmSpecification.AlgorithmName"},
    {STEP_TRAINING, "ResourceConfig", NULL},
    {STEP_TRAINING, "OutputDataConfig.S3OutputPath", NULL},
    {STEP_MODEL, "PrimaryContainer", "Containers"},
    {STEP_REGISTER_MODEL, "ModelPackageGroupName", NULL},
};

/* Where a job says how many machines it wants. */
static const struct {
    enum step_type type;
    const char *path;
} instance_counts[] = {
    {STEP_PROCESSING, "ProcessingResources.ClusterConfig.InstanceCount"},
    {STEP_TRAINING, "ResourceConfig.InstanceCount"},
};

static const struct json *get_path(const struct json *from, const char *path)
{
    struct sv rest = sv_z(path), name;
    while (from && sv_split(&rest, '.', &name)) {
        if (value_kind(from) == VALUE_GET) {
            return from; /* told only when the step starts */
        }
        from = json_get_sv(from, name);
    }
    return json_is(from, JSON_NULL) ? NULL : from;
}

/* The value itself, or of the parameter that it names. */
static const struct json *resolved(const struct json *value, const struct json *parameters)
{
    static const char root[] = "Parameters.";
    const char *get = json_get_str(value, "Get");
    if (get && !strncmp(get, root, strlen(root))) {
        return json_get(parameters, get + strlen(root));
    }
    return value;
}

static void report(const struct definition *d, const struct definition_step *s, const char *path,
                   enum problem_kind kind, struct definition_problems *problems, const char *reason)
{
    CLEANUP(str_release) struct str at = STR_INIT;
    definition_step_path(d, s->index, &at);
    str_addf(&at, "%s%s%s", path ? ".Arguments" : ".Type", path && path[0] ? "." : "",
             path ? path : "");
    problems_add(problems, kind, at.p, reason);
}

static void check_needed(const struct definition *d, const struct definition_step *s,
                         struct definition_problems *problems)
{
    for (size_t i = 0; i < ALEN(needed); i++) {
        if (needed[i].type != s->type || get_path(s->arguments, needed[i].path) ||
            (needed[i].or_path && get_path(s->arguments, needed[i].or_path))) {
            continue;
        }
        CLEANUP(str_release) struct str reason = STR_INIT;
        str_setf(&reason, "step %s cannot run without %s", s->name, needed[i].path);
        report(d, s, needed[i].path, PROBLEM_INCOMPLETE, problems, reason.p);
    }
}

static void check_instances(const struct definition *d, const struct definition_step *s,
                            const struct json *parameters, struct definition_problems *problems)
{
    for (size_t i = 0; i < ALEN(instance_counts); i++) {
        if (instance_counts[i].type != s->type) {
            continue;
        }
        const struct json *v =
            resolved(get_path(s->arguments, instance_counts[i].path), parameters);
        int64_t count;
        if (json_i64(v, &count) && count > 1) {
            CLEANUP(str_release) struct str reason = STR_INIT;
            str_setf(&reason,
                     "step %s asks for InstanceCount %lld; a job here runs on one instance",
                     s->name, (long long)count);
            report(d, s, instance_counts[i].path, PROBLEM_NOT_HERE, problems, reason.p);
        }
    }
}

/* The rest of the container contract, as far as the document tells it. */
static void check_job(const struct definition *d, const struct definition_step *s,
                      struct definition_problems *problems)
{
    bool is_training = s->type == STEP_TRAINING;
    struct contract c = {.kind = is_training ? JOB_TRAINING : JOB_PROCESSING,
                         .arguments = s->arguments};
    struct err e = ERR_INIT;
    if ((is_training || s->type == STEP_PROCESSING) && !contract_check(&c, &e)) {
        CLEANUP(mem_free_ptr) char *reason = xasprintf("step %s: %s", s->name, e.msg);
        report(d, s, "", e.code == ERR_REFUSED ? PROBLEM_NOT_HERE : PROBLEM_INCOMPLETE, problems,
               reason);
    }
}

void definition_check_runnable(const struct definition *d, const struct json *parameters,
                               struct definition_problems *problems)
{
    for (size_t i = 0; i < d->steps.n; i++) {
        const struct definition_step *s = &d->steps.at[i];
        if (!s->name || s->type == STEP_TYPE_COUNT) {
            continue; /* a problem of the document already */
        }
        if (!step_type_runs_here(s->type)) {
            CLEANUP(str_release) struct str reason = STR_INIT;
            str_setf(&reason, "step %s is of type %s, which mlw does not run%s", s->name,
                     step_type_word(s->type),
                     step_type_needs(s->type) == NEEDS_AWS ? "; it needs AWS" : " yet");
            report(d, s, NULL, PROBLEM_NOT_HERE, problems, reason.p);
            continue;
        }
        size_t before = problems->list.n;
        check_needed(d, s, problems);
        check_instances(d, s, parameters, problems);
        if (problems->list.n == before) {
            check_job(d, s, problems);
        }
    }
}
