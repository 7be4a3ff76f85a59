/* Runs of training jobs; see drive_runs.h. */
#include "core/pipeline/drive_runs.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/digest.h"
#include "core/base/mem.h"

enum { MAX_INPUTS = 64 };

/* A hyperparameter as a person wrote it: SDKs quote texts as JSON. */
static void set_param(struct json *params, const char *key, const char *value)
{
    struct json *inner = NULL;
    struct err ignored;
    if (value[0] == '"' && json_parse(sv_z(value), &inner, &ignored) && json_str(inner)) {
        json_set_str(params, key, json_str(inner));
    } else {
        json_set_str(params, key, value);
    }
    json_free(inner);
}

static struct json *params_of(const struct json *arguments)
{
    struct json *params = json_new_object();
    json_each (h, json_get(arguments, "HyperParameters")) {
        if (json_str(h) && strncmp(json_key(h), "sagemaker_", 10) != 0) {
            set_param(params, json_key(h), json_str(h));
        }
    }
    return params;
}

/* The digest of the input of that name in a cache key's attributes; NULL: it is not there. */
static const char *known_digest(const struct json *attributes, const char *name)
{
    json_each (list, attributes) {
        json_each (in, json_is(list, JSON_ARRAY) ? list : NULL) {
            const char *channel = json_get_str(in, "ChannelName");
            const struct json *at = json_get(in, "S3Input");
            at = at ? at : json_get(json_get(in, "DataSource"), "S3DataSource");
            const char *digest = json_get_str(at, "S3Uri");
            if (z_eq(channel ? channel : json_get_str(in, "InputName"), name) && digest &&
                sv_starts(sv_z(digest), "sha256:")) {
                return digest + strlen("sha256:");
            }
        }
    }
    return NULL;
}

const struct json *drive_inputs(struct driver *d, size_t index, const struct json *attributes)
{
    struct contract c = drive_contract(d, index);
    struct contract_input inputs[MAX_INPUTS];
    size_t n = contract_inputs(&c, inputs, MAX_INPUTS);
    struct drive_step *s = &d->steps[index];
    json_free(s->inputs);
    s->inputs = json_new_array();
    for (size_t i = 0; i < n && i < MAX_INPUTS; i++) {
        struct json *one = json_push(s->inputs, json_new_object());
        char hex[DIGEST_HEX + 1];
        int64_t bytes;
        struct err ignored;
        const char *digest = known_digest(attributes, inputs[i].name);
        if (!digest && objects_digest(&d->objects, inputs[i].uri, hex, &ignored)) {
            digest = hex;
        }
        json_set_str(one, "name", inputs[i].name);
        json_set_str(one, "uri", inputs[i].uri);
        json_set_str(one, "digest", digest);
        if (objects_size(&d->objects, inputs[i].uri, &bytes, &ignored)) {
            json_set_i64(one, "size", bytes);
        }
    }
    return s->inputs;
}

static struct json *tags_of(const struct driver *d, size_t index)
{
    struct json *tags = json_new_object();
    const char *trial = json_get_str(d->experiment, "TrialName");
    json_set_str(tags, "execution", d->row.id);
    json_set_str(tags, "step", d->def.steps.at[index].name);
    json_set_str(tags, "pipeline", d->row.pipeline);
    json_set_str(tags, "job", d->steps[index].job_name);
    json_set_str(tags, "user", d->row.actor);
    if (trial) {
        json_set_str(tags, "trial", trial);
    }
    return tags;
}

bool drive_begin_run(struct driver *d, size_t index)
{
    const struct definition_step *step = &d->def.steps.at[index];
    struct drive_step *s = &d->steps[index];
    if (step->type != STEP_TRAINING) {
        return true;
    }
    const char *experiment = json_get_str(d->experiment, "ExperimentName");
    CLEANUP(mem_free_ptr) char *name = xasprintf("%s-%s", step->name, d->row.id);
    struct json *params = params_of(s->arguments), *tags = tags_of(d, index);
    const struct json *inputs = s->inputs ? s->inputs : drive_inputs(d, index, NULL);
    struct run_new run = {.uid = s->token,
                          .source = "local",
                          .experiment = experiment ? experiment : d->row.pipeline,
                          .name = name,
                          .status = "RUNNING",
                          .started_ms = clock_wall_ms(),
                          .params = params,
                          .tags = tags,
                          .inputs = inputs};
    bool ok = run_add(d->st, &run, &d->err) || drive_give_up(d);
    json_free(params);
    json_free(tags);
    drive_resume_run(d, index);
    return ok;
}

void drive_resume_run(struct driver *d, size_t index)
{
    struct drive_step *s = &d->steps[index];
    if (d->def.steps.at[index].type == STEP_TRAINING) {
        free(s->run);
        s->run = xstrdup(s->token);
    }
}

static bool set_outputs(struct driver *d, size_t index)
{
    struct contract c = drive_contract(d, index);
    struct words uris = {0};
    contract_output_uris(&c, &uris);
    struct json *list = json_new_array();
    for (size_t i = 0; i < uris.n; i++) {
        struct err ignored;
        char hex[DIGEST_HEX + 1];
        if (objects_exist(&d->objects, uris.at[i])) {
            struct json *one = json_push(list, json_new_object());
            json_set_str(one, "uri", uris.at[i]);
            json_set_str(one, "digest",
                         objects_digest(&d->objects, uris.at[i], hex, &ignored) ? hex : NULL);
        }
    }
    words_release(&uris);
    bool ok = run_set_outputs(d->st, d->steps[index].run, list, &d->err) || drive_give_up(d);
    json_free(list);
    return ok;
}

bool drive_end_run(struct driver *d, size_t index, const char *status)
{
    const struct drive_step *s = &d->steps[index];
    if (!s->run) {
        return true;
    }
    bool is_good = strcmp(status, "Succeeded") == 0;
    const char *word = is_good ? "FINISHED" : strcmp(status, "Stopped") == 0 ? "KILLED" : "FAILED";
    return (run_set_status(d->st, s->run, word, clock_wall_ms(), &d->err) || drive_give_up(d)) &&
           (!is_good || set_outputs(d, index));
}

bool drive_final_metrics(struct driver *d, size_t index, struct json *output)
{
    const struct drive_step *s = &d->steps[index];
    struct run_row run;
    struct series_keys keys = {0};
    if (!s->run) {
        return true;
    }
    if (!run_get(d->st, s->run, &d->arena, &run, &d->err) ||
        !run_series_keys(d->st, run.id, &d->arena, &keys, &d->err)) {
        return drive_give_up(d);
    }
    struct json *list = json_set(output, "FinalMetricDataList", json_new_array());
    for (size_t i = 0; i < keys.n; i++) {
        struct point last = {0};
        bool is_there;
        if (!run_series_last(d->st, run.id, keys.at[i].id, &last, &is_there, &d->err)) {
            return drive_give_up(d);
        }
        if (is_there && isfinite(last.value)) {
            struct json *one = json_push(list, json_new_object());
            json_set_str(one, "MetricName", keys.at[i].key);
            json_set_num(one, "Value", last.value);
            json_set_num(one, "Timestamp", last.time_ms / 1000);
        }
    }
    return true;
}
