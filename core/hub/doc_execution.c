/* The document of an execution: DescribePipelineExecution, its steps, and what is ours. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/hub/documents.h"
#include "core/pipeline/definition.h"
#include "core/pipeline/names.h"
#include "core/store/execution.h"

/* The pid that driver.lock names, while somebody holds it; -1 otherwise. */
static int64_t driver_pid(const struct workspace *ws, const char *execution)
{
    CLEANUP(mem_free_ptr) char *dir = workspace_execution_dir(ws, execution);
    CLEANUP(mem_free_ptr) char *path = path_join(dir, "driver.lock");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    char text[32];
    int64_t pid = -1;
    if (flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        ssize_t n = pread(fd, text, sizeof text, 0);
        if (n <= 0 || !fmt_parse_i64(sv_trim((struct sv){text, (size_t)n}), &pid)) {
            pid = -1;
        }
    }
    close(fd);
    return pid;
}

/* What a step's Metadata is called and which member of its document names it. */
static const struct metadata {
    const char *type, *key, *arn;
} metadata[] = {
    {"Training", "TrainingJob", "TrainingJobArn"},
    {"Processing", "ProcessingJob", "ProcessingJobArn"},
    {"Model", "Model", "ModelArn"},
    {"RegisterModel", "RegisterModel", "ModelPackageArn"},
};

/* [{Name, Value}], the values as AWS writes them: as text, whatever their type. */
static struct json *callback_outputs(const struct json *outputs)
{
    struct json *list = json_new_array();
    json_each (o, outputs) {
        struct json *pair = json_push(list, json_new_object());
        CLEANUP(str_release) struct str text = STR_INIT;
        const struct json *value = json_get(o, "Value");
        if (!json_is(value, JSON_STRING)) {
            json_print(value, JSON_COMPACT, &text);
        }
        document_text(pair, "Name", json_get_str(o, "Name"));
        document_text(pair, "Value", text.n ? text.p : json_str(value));
    }
    return list;
}

static void add_callback(struct json *to, const struct step_row *step, const struct json *output,
                         const struct json *declared)
{
    struct json *c = json_set(to, "Callback", json_new_object());
    document_text(c, "CallbackToken",
                  step->gate ? step->gate : json_get_str(output, "CallbackToken"));
    document_text(c, "SqsQueueUrl", json_get_str(declared, "SqsQueueUrl"));
    json_set(c, "OutputParameters", callback_outputs(json_get(output, "OutputParameters")));
}

static void add_metadata(struct json *to, const struct step_row *step, const struct json *declared)
{
    struct json *output = NULL;
    struct err ignored;
    if (step->output && !json_parse(sv_z(step->output), &output, &ignored)) {
        output = NULL;
    }
    struct json *m = json_set(to, "Metadata", json_new_object());
    for (size_t i = 0; i < ALEN(metadata); i++) {
        const char *arn = json_get_str(output, metadata[i].arn);
        if (strcmp(step->type, metadata[i].type) == 0 && arn) {
            json_set_str(json_set(m, metadata[i].key, json_new_object()), "Arn", arn);
        }
    }
    if (strcmp(step->type, "Condition") == 0) {
        document_text(json_set(m, "Condition", json_new_object()), "Outcome", step->outcome);
    } else if (strcmp(step->type, "Fail") == 0) {
        document_text(json_set(m, "Fail", json_new_object()), "ErrorMessage", step->failure);
    } else if (strcmp(step->type, "Callback") == 0) {
        add_callback(m, step, output, declared);
    }
    json_free(output);
}

/* `declared`: the step's object in the definition, or NULL. */
static struct json *step_json(const struct execution_row *ex, const struct step_row *step,
                              const struct json *declared)
{
    struct json *j = json_new_object();
    const char *display = json_get_str(declared, "DisplayName");
    document_text(j, "StepName", step->name);
    document_text(j, "StepDisplayName", display ? display : step->name);
    document_time(j, "StartTime", step->started_ms);
    document_time(j, "EndTime", step->ended_ms);
    document_text(j, "StepStatus", step->status);
    json_set_i64(j, "AttemptCount", step->attempts);
    document_text(j, "FailureReason", step->failure);
    struct json *hit = json_new_null();
    if (step->cache_source && step->cache_source[0]) {
        CLEANUP(str_release) struct str arn = STR_INIT;
        names_execution_arn(&arn, ex->pipeline, step->cache_source);
        json_free(hit);
        hit = json_new_object();
        json_set_str(hit, "SourcePipelineExecutionArn", arn.p);
    }
    json_set(j, "CacheHitResult", hit);
    add_metadata(j, step, declared);
    return j;
}

static struct json *attempt_json(const struct attempt_row *a)
{
    struct json *j = json_new_object();
    document_text(j, "StepName", a->step);
    json_set_i64(j, "N", a->n);
    document_text(j, "Status", a->status);
    document_int(j, "ExitCode", a->exit_code);
    document_int(j, "Signal", a->signal);
    document_time(j, "StartTime", a->started_ms);
    document_time(j, "EndTime", a->ended_ms);
    document_int(j, "ShimPid", a->shim_pid);
    document_int(j, "JobPid", a->job_pid);
    document_text(j, "Dir", a->dir);
    return j;
}

/* The definition, where it says what no row has: few do, and a big one takes its time. */
static void read_definition(const struct execution_row *ex, struct definition *def)
{
    static const char *const members[] = {"\"DisplayName\"", "\"SqsQueueUrl\""};
    *def = (struct definition){0};
    for (size_t i = 0; ex->definition && i < ALEN(members); i++) {
        if (strstr(ex->definition, members[i])) {
            definition_parse(sv_z(ex->definition), ex->pipeline, true, def);
            return;
        }
    }
}

static const struct json *declared_in(const struct definition *def, const char *step)
{
    size_t index = def->steps.n ? definition_find_step(def, step) : DEFINITION_NONE;
    return index == DEFINITION_NONE ? NULL : def->steps.at[index].json;
}

static void add_steps(struct json *doc, const struct execution_row *ex,
                      const struct step_rows *steps)
{
    struct definition def;
    read_definition(ex, &def);
    struct json *started = json_set(doc, "Steps", json_new_array());
    struct json *skipped = json_set(doc, "Skipped", json_new_array());
    for (size_t i = 0; i < steps->n; i++) {
        const struct step_row *s = &steps->at[i];
        if (strcmp(s->status, "skipped") == 0) {
            json_push(skipped, json_new_str(s->name));
        } else if (s->started_ms > 0 && strcmp(s->status, "waiting") != 0) {
            json_push(started, step_json(ex, s, declared_in(&def, s->name)));
        }
    }
    definition_release(&def);
}

static void add_ours(struct json *doc, const struct workspace *ws, const struct execution_row *ex,
                     const struct step_rows *steps, const struct attempt_rows *attempts)
{
    struct json *mlw = json_set(doc, "Mlw", json_new_object());
    document_int(mlw, "DriverPid", driver_pid(ws, ex->id));
    struct json *list = json_set(mlw, "Attempts", json_new_array());
    for (size_t i = 0; i < attempts->n; i++) {
        json_push(list, attempt_json(&attempts->at[i]));
    }
    struct json *misses = json_set(mlw, "CacheMiss", json_new_array());
    for (size_t i = 0; i < steps->n; i++) {
        if (steps->at[i].cache_miss) {
            struct json *miss = json_push(misses, json_new_object());
            json_set_str(miss, "StepName", steps->at[i].name);
            json_set_str(miss, "Attribute", steps->at[i].cache_miss);
        }
    }
    document_text(mlw, "Actor", ex->actor);
    document_text(mlw, "File", ex->file);
}

static void add_parameters(struct json *doc, const struct execution_row *ex)
{
    struct json *list = json_set(doc, "PipelineParameters", json_new_array());
    struct json *parameters = NULL;
    struct err ignored;
    if (!ex->parameters || !json_parse(sv_z(ex->parameters), &parameters, &ignored)) {
        return;
    }
    json_each (child, parameters) {
        CLEANUP(str_release) struct str value = STR_INIT;
        if (json_str(child)) {
            str_addz(&value, json_str(child));
        } else {
            json_print(child, JSON_COMPACT, &value);
        }
        struct json *p = json_push(list, json_new_object());
        json_set_str(p, "Name", json_key(child));
        json_set_str(p, "Value", value.p);
    }
    json_free(parameters);
}

static int64_t last_change(const struct execution_row *ex, const struct step_rows *steps)
{
    int64_t last = ex->ended_ms > ex->started_ms ? ex->ended_ms : ex->started_ms;
    for (size_t i = 0; i < steps->n; i++) {
        const struct step_row *s = &steps->at[i];
        last = s->started_ms > last ? s->started_ms : last;
        last = s->ended_ms > last ? s->ended_ms : last;
    }
    return last;
}

bool document_execution(const struct workspace *ws, struct store *st, const char *prefix,
                        struct json **ret_doc, struct err *e)
{
    char id[EXECUTION_ID + 1];
    struct arena a;
    struct execution_row ex;
    struct step_rows steps;
    struct attempt_rows attempts;
    arena_init(&a, 0);
    bool ok = execution_resolve(st, prefix, id, e) && execution_get(st, id, &a, &ex, e) &&
              execution_steps(st, id, &a, &steps, e) &&
              execution_attempts(st, id, &a, &attempts, e);
    if (ok) {
        struct json *doc = json_new_object();
        CLEANUP(str_release) struct str arn = STR_INIT;
        names_pipeline_arn(&arn, ex.pipeline);
        json_set_str(doc, "PipelineArn", arn.p);
        str_clear(&arn);
        names_execution_arn(&arn, ex.pipeline, ex.id);
        json_set_str(doc, "PipelineExecutionArn", arn.p);
        json_set_str(doc, "PipelineExecutionDisplayName", ex.id);
        json_set_str(doc, "PipelineExecutionStatus", ex.status);
        document_text(doc, "FailureReason", ex.failure);
        document_time(doc, "CreationTime", ex.started_ms);
        document_time(doc, "LastModifiedTime", last_change(&ex, &steps));
        add_parameters(doc, &ex);
        add_steps(doc, &ex, &steps);
        add_ours(doc, ws, &ex, &steps, &attempts);
        *ret_doc = doc;
    }
    arena_release(&a);
    return ok;
}
