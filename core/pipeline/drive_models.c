/* Model and RegisterModel: what a training left becomes a version in a model group; see drive.h. */
#include <stdlib.h>

#include "core/base/digest.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/pipeline/drive.h"
#include "core/pipeline/names.h"
#include "core/store/packages.h"

enum { MAX_METRICS = 50, MAX_METRIC_DEPTH = 8, MAX_STATISTICS_BYTES = 4 * 1024 * 1024 };

/* Begin the step, then either fail it for `e` or end it with `output`. */
static bool end_with(struct driver *d, size_t index, bool ok, const struct err *e,
                     struct json *output)
{
    if (!ok) {
        json_free(output);
    }
    return drive_end_step(d, index, ok ? "Succeeded" : "Failed", ok ? NULL : e->msg,
                          ok ? output : NULL, true);
}

static bool start(struct driver *d, size_t index, struct json *arguments)
{
    struct json *j = drive_json(d, index);
    if (arguments) {
        json_set(j, "arguments", json_clone(arguments));
    }
    json_free(d->steps[index].arguments);
    d->steps[index].arguments = arguments;
    d->sched.steps[index].state = SCHED_RUNNING;
    return drive_open(d, EVENT_STEP_STARTED, j);
}

/* Where the model's data lie; NULL: an image that brings its own model. */
static const char *artifact_of(const struct json *container)
{
    const char *uri = json_get_str(container, "ModelDataUrl");
    const struct json *source = json_get(json_get(container, "ModelDataSource"), "S3DataSource");
    return uri ? uri : json_get_str(source, "S3Uri");
}

/* Every artifact must lie in the store; the first one's digest is the version's. */
static bool check_artifact(struct driver *d, const struct json *container, char *ret_hex,
                           struct err *e)
{
    const char *uri = artifact_of(container);
    ret_hex[0] = 0;
    if (!uri) {
        return true;
    }
    if (!objects_exist(&d->objects, uri)) {
        return err_set(e, ERR_NOT_FOUND, "no object %s: the model artifact is not there", uri);
    }
    return objects_digest(&d->objects, uri, ret_hex, e);
}

bool drive_model(struct driver *d, size_t index)
{
    struct err e = ERR_INIT;
    struct json *arguments = NULL;
    char hex[DIGEST_HEX + 1], token[GATE_TOKEN + 1];
    bool ok = drive_bind_arguments(d, index, &arguments, &e);
    const struct json *primary = json_get(arguments, "PrimaryContainer");
    ok = ok && (!primary || check_artifact(d, primary, hex, &e));
    json_each (c, ok ? json_get(arguments, "Containers") : NULL) {
        ok = ok && check_artifact(d, c, hex, &e);
    }
    struct json *output = ok ? json_clone(arguments) : NULL;
    if (ok) {
        CLEANUP(str_release) struct str name = STR_INIT;
        CLEANUP(str_release) struct str arn = STR_INIT;
        os_random_id(token, GATE_TOKEN, true);
        names_job(&name, d->row.id, d->def.steps.at[index].name, token);
        const char *given = json_get_str(arguments, "ModelName");
        names_arn(&arn, "model", given ? given : name.p);
        json_set_str(output, "ModelName", given ? given : name.p);
        json_set_str(output, "ModelArn", arn.p);
    }
    if (!start(d, index, arguments)) {
        json_free(output);
        return false;
    }
    return end_with(d, index, ok, &e, output);
}

/* Numbers of an evaluation document, by the name above their "value": {"auc": {"value": 0.9}}. */
static void collect_metrics(const struct json *j, int depth, struct json *out)
{
    if (depth > MAX_METRIC_DEPTH) {
        return;
    }
    json_each (child, j) {
        const struct json *value = json_get(child, "value");
        const char *key = json_key(child);
        if (key && json_is(value, JSON_NUMBER) && json_size(out) < MAX_METRICS &&
            !json_get(out, key)) {
            json_set(out, key, json_clone(value));
        } else if (json_is(child, JSON_OBJECT)) {
            collect_metrics(child, depth + 1, out);
        }
    }
}

/* A document that has none of those may be plain: {"auc": 0.9}, or one group of such. */
static void collect_plain(const struct json *j, bool is_inside, struct json *out)
{
    json_each (child, j) {
        const char *key = json_key(child);
        if (json_is(child, JSON_OBJECT) && !is_inside) {
            collect_plain(child, true, out);
        } else if (key && json_is(child, JSON_NUMBER) && json_size(out) < MAX_METRICS &&
                   !json_get(out, key)) {
            json_set(out, key, json_clone(child));
        }
    }
}

/* Without an evaluation a model is as good as its training said last. */
static void take_final_metrics(const struct json *output, struct json *out)
{
    json_each (one, json_get(output, "FinalMetricDataList")) {
        const char *name = json_get_str(one, "MetricName");
        const struct json *value = json_get(one, "Value");
        if (name && json_is(value, JSON_NUMBER) && json_size(out) < MAX_METRICS) {
            json_set(out, name, json_clone(value));
        }
    }
}

/* The step whose ModelArtifacts are this object; NULL: none of this execution. */
static const struct drive_step *trained(const struct driver *d, const char *artifact)
{
    for (size_t i = 0; artifact && i < d->def.steps.n; i++) {
        const struct json *artifacts = json_get(d->steps[i].output, "ModelArtifacts");
        if (z_eq(json_get_str(artifacts, "S3ModelArtifacts"), artifact)) {
            return &d->steps[i];
        }
    }
    return NULL;
}

static struct json *read_metrics(struct driver *d, const struct json *arguments,
                                 const char *artifact)
{
    struct json *metrics = json_new_object();
    const struct drive_step *from = trained(d, artifact);
    const struct json *statistics =
        json_get(json_get(json_get(arguments, "ModelMetrics"), "ModelQuality"), "Statistics");
    const char *uri = json_get_str(statistics, "S3Uri");
    struct err ignored;
    char *path = uri ? objects_path(&d->objects, uri, &ignored) : NULL;
    struct json *document = NULL;
    if (path && os_exists(path) &&
        json_parse_file(path, MAX_STATISTICS_BYTES, &document, &ignored)) {
        collect_metrics(document, 0, metrics);
        if (!json_size(metrics)) {
            collect_plain(document, false, metrics);
        }
        json_free(document);
    }
    if (from && !json_size(metrics)) {
        take_final_metrics(from->output, metrics);
    }
    free(path);
    return metrics;
}

/* Add the version and, when a person must decide, its gate. Within a transaction. */
static bool add_version(struct driver *d, size_t index, struct package_row *p)
{
    const struct json *arguments = d->steps[index].arguments;
    CLEANUP(str_release) struct str document = STR_INIT;
    CLEANUP(str_release) struct str metrics_text = STR_INIT;
    struct json *metrics = read_metrics(d, arguments, p->artifact);
    json_print(arguments, JSON_COMPACT, &document);
    json_print(metrics, JSON_COMPACT, &metrics_text);
    json_free(metrics);
    p->document = document.p;
    p->metrics = metrics_text.p;
    if (!package_add(d->st, p, &d->err)) {
        return drive_give_up(d);
    }
    if (!p->token) {
        return true;
    }
    CLEANUP(str_release) struct str subject = STR_INIT;
    str_addf(&subject, "%s/%lld", p->model, (long long)p->version);
    struct gate_row g = {.token = p->token,
                         .kind = "Approval",
                         .execution = d->row.id,
                         .step = p->step,
                         .subject = subject.p,
                         .digest = p->digest};
    return drive_gate(d, &g);
}

static struct json *package_document(const struct json *arguments, const struct package_row *p)
{
    CLEANUP(str_release) struct str name = STR_INIT;
    CLEANUP(str_release) struct str arn = STR_INIT;
    str_addf(&name, "%s/%lld", p->model, (long long)p->version);
    names_arn(&arn, "model-package", name.p);
    struct json *output = json_clone(arguments);
    json_set_str(output, "ModelPackageName", p->model);
    json_set_str(output, "ModelPackageGroupName", p->model);
    json_set_i64(output, "ModelPackageVersion", p->version);
    json_set_str(output, "ModelPackageArn", arn.p);
    json_set_str(output, "ModelApprovalStatus", p->approval);
    json_set_str(output, "ModelPackageStatus", "Completed");
    return output;
}

static bool check_approval(const char *word, struct err *e)
{
    static const char *const words[] = {"PendingManualApproval", "Approved", "Rejected"};
    for (size_t i = 0; i < ALEN(words); i++) {
        if (!word || strcmp(word, words[i]) == 0) {
            return true;
        }
    }
    return err_set(e, ERR_INVALID,
                   "ModelApprovalStatus is %s; it is PendingManualApproval, Approved or Rejected",
                   word);
}

bool drive_register(struct driver *d, size_t index)
{
    struct err e = ERR_INIT;
    struct json *arguments = NULL;
    char hex[DIGEST_HEX + 1] = "", token[GATE_TOKEN + 1];
    bool ok = drive_bind_arguments(d, index, &arguments, &e);
    const struct json *container =
        json_first(json_get(json_get(arguments, "InferenceSpecification"), "Containers"));
    ok = ok && check_artifact(d, container, hex, &e);
    const char *approval = json_get_str(arguments, "ModelApprovalStatus");
    ok = ok && check_approval(approval, &e);
    if (!start(d, index, arguments)) {
        return false;
    }
    if (!ok) {
        return end_with(d, index, false, &e, NULL);
    }
    const char *artifact = artifact_of(container);
    const struct drive_step *from = trained(d, artifact);
    struct package_row p = {
        .model = json_get_str(arguments, "ModelPackageGroupName"),
        .approval = approval ? approval : "PendingManualApproval",
        .execution = d->row.id,
        .step = d->def.steps.at[index].name,
        .run = from ? from->run : NULL,
        .artifact = artifact,
        .digest = hex[0] ? hex : NULL,
        .image = json_get_str(container, "Image"),
    };
    if (!p.model) {
        p.model = d->row.pipeline;
    }
    if (strcmp(p.approval, "PendingManualApproval") == 0) {
        os_random_id(token, GATE_TOKEN, true);
        p.token = token;
    }
    return add_version(d, index, &p) &&
           end_with(d, index, true, &e, package_document(arguments, &p));
}
