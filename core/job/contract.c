/* What a job's Arguments ask for, whether it is done here, and what Describe* says of it. See
 * contract.h. */
#include "core/job/contract.h"

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/job/args.h"

struct kind_paths {
    const char *word, *image, *instance, *count;
};
static const struct kind_paths paths[] = {
    [JOB_PROCESSING] = {"Processing", "AppSpecification.ImageUri",
                        "ProcessingResources.ClusterConfig.InstanceType",
                        "ProcessingResources.ClusterConfig.InstanceCount"},
    [JOB_TRAINING] = {"Training", "AlgorithmSpecification.TrainingImage",
                      "ResourceConfig.InstanceType", "ResourceConfig.InstanceCount"},
};
_Static_assert(ALEN(paths) == JOB_KIND_COUNT, "paths for each");

const char *contract_image_uri(enum job_kind kind, const struct json *arguments)
{
    return args_str(arguments, paths[kind].image);
}

const char *contract_instance_type(enum job_kind kind, const struct json *arguments)
{
    return args_str(arguments, paths[kind].instance);
}

/* --- check --- */
static bool refuse(struct err *e, const char *what)
{
    err_set(e, ERR_REFUSED, "%s does not run on this machine", what);
    return err_hint(e, "run this step on SageMaker, or change the definition");
}

/* A member that is there, or stands for a value that is not known yet, is fine. */
static bool need(const struct contract *c, const char *path, struct err *e)
{
    return args_get(c->arguments, path) ||
           err_set(e, ERR_INVALID, "a %s step needs %s", paths[c->kind].word, path);
}

static bool is_one_of(const char *z, const char *a, const char *b)
{
    return z_eq(z, a) || z_eq(z, b);
}

static bool check_local_path(const struct json *path, const char *name, struct err *e)
{
    const char *z = json_str(path);
    if (!path) {
        return err_set(e, ERR_INVALID, "%s has no LocalPath", name);
    }
    return !z || args_below_ml(z) ||
           err_set(e, ERR_INVALID, "%s has LocalPath %s; it must be a folder below /opt/ml/", name,
                   z);
}

static bool check_input(const struct json *in, struct err *e)
{
    const char *name = json_get_str(in, "InputName");
    CLEANUP(mem_free_ptr) char *what = xasprintf("ProcessingInput %s", name ? name : "?");
    const struct json *s3 = json_get(in, "S3Input");
    if (json_get(in, "DatasetDefinition")) {
        return refuse(e, "DatasetDefinition");
    }
    if (!json_get(s3, "S3Uri")) {
        return err_set(e, ERR_INVALID, "%s has no S3Input.S3Uri", what);
    }
    if (z_eq(json_get_str(s3, "S3DataType"), "ManifestFile")) {
        return refuse(e, "S3DataType ManifestFile");
    }
    return (z_eq(json_get_str(s3, "S3InputMode"), "Pipe") && !refuse(e, "S3InputMode Pipe"))
               ? false
               : check_local_path(json_get(s3, "LocalPath"), what, e);
}

/* Outputs are published into the store; unlike inputs they are never a file's path. */
static bool check_place(const struct json *uri, const char *what, struct err *e)
{
    const char *z = json_str(uri);
    return !z || s3_uri_is(sv_z(z)) ||
           err_set(e, ERR_INVALID, "%s is %s; outputs go to s3://BUCKET/KEY", what, z);
}

static bool check_output(const struct json *out, struct err *e)
{
    const char *name = json_get_str(out, "OutputName");
    CLEANUP(mem_free_ptr) char *what = xasprintf("ProcessingOutput %s", name ? name : "?");
    const struct json *s3 = json_get(out, "S3Output");
    if (json_get(out, "FeatureStoreOutput")) {
        return refuse(e, "FeatureStoreOutput");
    }
    if (!json_get(s3, "S3Uri")) {
        return err_set(e, ERR_INVALID, "%s has no S3Output.S3Uri", what);
    }
    CLEANUP(mem_free_ptr) char *uri = xasprintf("S3Uri of %s", what);
    return check_place(json_get(s3, "S3Uri"), uri, e) &&
           check_local_path(json_get(s3, "LocalPath"), what, e);
}

static bool check_processing(const struct contract *c, struct err *e)
{
    if (!need(c, "AppSpecification", e)) {
        return false;
    }
    json_each (in, args_get(c->arguments, "ProcessingInputs")) {
        if (!check_input(in, e)) {
            return false;
        }
    }
    json_each (out, args_get(c->arguments, "ProcessingOutputConfig.Outputs")) {
        if (!check_output(out, e)) {
            return false;
        }
    }
    return true;
}

static bool is_channel_name(const char *z)
{
    for (const char *p = z; *p; p++) {
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_", *p)) {
            return false;
        }
    }
    return z[0] && !is_one_of(z, ".", "..");
}

static bool check_channel(const struct json *ch, struct err *e)
{
    const char *name = json_get_str(ch, "ChannelName");
    const char *mode = json_get_str(ch, "InputMode");
    const char *type = args_str(ch, "DataSource.S3DataSource.S3DataType");
    if (json_get(ch, "ChannelName") && !args_is_known(json_get(ch, "ChannelName"))) {
        name = "?"; /* told when the step starts */
    } else if (!name || !is_channel_name(name)) {
        return err_set(e, ERR_INVALID, "a channel of InputDataConfig has no good ChannelName");
    }
    if (z_eq(mode, "Pipe")) {
        return refuse(e, "InputMode Pipe");
    }
    if (is_one_of(type, "ManifestFile", "AugmentedManifestFile")) {
        return refuse(e, "S3DataType ManifestFile");
    }
    if (args_get(ch, "DataSource.FileSystemDataSource")) {
        return refuse(e, "FileSystemDataSource");
    }
    return args_get(ch, "DataSource.S3DataSource.S3Uri") ||
           err_set(e, ERR_INVALID, "channel %s has no DataSource.S3DataSource.S3Uri", name);
}

static bool check_training(const struct contract *c, struct err *e)
{
    const struct json *out = args_get(c->arguments, "OutputDataConfig");
    bool is_known = !out || args_is_known(out);
    if (!need(c, "AlgorithmSpecification", e) ||
        (is_known && !need(c, "OutputDataConfig.S3OutputPath", e)) ||
        !check_place(json_get(out, "S3OutputPath"), "OutputDataConfig.S3OutputPath", e) ||
        !args_check_metrics(c->arguments, e)) {
        return false;
    }
    if (z_eq(args_str(c->arguments, "AlgorithmSpecification.TrainingInputMode"), "Pipe")) {
        return refuse(e, "TrainingInputMode Pipe");
    }
    json_each (ch, args_get(c->arguments, "InputDataConfig")) {
        if (!check_channel(ch, e)) {
            return false;
        }
    }
    const char *checkpoints = args_str(c->arguments, "CheckpointConfig.LocalPath");
    return !checkpoints || check_local_path(args_get(c->arguments, "CheckpointConfig.LocalPath"),
                                            "CheckpointConfig", e);
}

bool contract_check(const struct contract *c, struct err *e)
{
    double count = json_num(args_get(c->arguments, paths[c->kind].count));
    size_t groups = json_size(args_get(c->arguments, "ResourceConfig.InstanceGroups"));
    json_each (g, args_get(c->arguments, "ResourceConfig.InstanceGroups")) {
        count = count > 1 ? count : json_get_num(g, "InstanceCount", 1);
    }
    if (count > 1 || groups > 1) {
        return refuse(e, "InstanceCount above 1");
    }
    if (c->image && c->image->kind == CONFIG_IMAGE_ROOTFS && c->sandbox != SANDBOX_BWRAP) {
        return err_set(e, ERR_REFUSED,
                       "image %s is mapped to the root folder %s, which needs bubblewrap",
                       c->image->pattern, c->image->words[0]);
    }
    return args_check_shapes(c->kind, c->arguments, e) &&
           (c->kind == JOB_TRAINING ? check_training(c, e) : check_processing(c, e));
}

/* --- what goes in and out --- */
size_t contract_inputs(const struct contract *c, struct contract_input *ret, size_t cap)
{
    bool is_training = c->kind == JOB_TRAINING;
    size_t n = 0;
    json_each (in, args_get(c->arguments, is_training ? "InputDataConfig" : "ProcessingInputs")) {
        const char *name = json_get_str(in, is_training ? "ChannelName" : "InputName");
        const char *uri =
            args_str(in, is_training ? "DataSource.S3DataSource.S3Uri" : "S3Input.S3Uri");
        if (uri && n < cap) {
            ret[n] = (struct contract_input){name ? name : "", uri};
        }
        n += uri != NULL;
    }
    return n;
}

void contract_output_uris(const struct contract *c, struct words *out)
{
    if (c->kind == JOB_TRAINING) {
        bool is_packed = args_is_model_packed(c);
        CLEANUP(mem_free_ptr)
        char *uri = args_training_output(c, is_packed ? "model.tar.gz" : "model");
        if (uri) {
            words_add(out, uri);
        }
        return;
    }
    json_each (o, args_get(c->arguments, "ProcessingOutputConfig.Outputs")) {
        const char *uri = args_str(o, "S3Output.S3Uri");
        if (uri) {
            words_add(out, uri);
        }
    }
}

/* --- describe --- */
static void set_time(struct json *d, const char *key, int64_t wall_ms)
{
    if (wall_ms) {
        json_set_num(d, key, (double)wall_ms / 1000);
    }
}

/* Every kind of job calls the same things by its own prefix. */
static void set_prefixed(struct json *d, const struct contract *c, const char *suffix,
                         const char *value)
{
    CLEANUP(mem_free_ptr) char *key = xasprintf("%sJob%s", paths[c->kind].word, suffix);
    json_set_str(d, key, value);
}

static const char *secondary_status(const char *status, const struct attempt_exit *x)
{
    if (x && x->reason == EXIT_TIMEOUT) {
        return "MaxRuntimeExceeded";
    }
    return z_eq(status, "InProgress") ? "Training" : status;
}

static void describe_training(struct json *d, const struct contract *c, const char *status,
                              const struct attempt_exit *x)
{
    CLEANUP(mem_free_ptr)
    char *model = args_training_output(c, args_is_model_packed(c) ? "model.tar.gz" : "model");
    json_set_str(d, "SecondaryStatus", secondary_status(status, x));
    if (z_eq(status, "Completed") && model) {
        struct json *artifacts = json_set(d, "ModelArtifacts", json_new_object());
        json_set_str(artifacts, "S3ModelArtifacts", model);
    }
    if (x) {
        int64_t seconds = (x->ended_wall_ms - x->started_wall_ms + 999) / 1000;
        json_set_i64(d, "TrainingTimeInSeconds", seconds > 0 ? seconds : 0);
        json_set_i64(d, "BillableTimeInSeconds", 0);
    }
}

static void describe_processing(struct json *d, const struct contract *c)
{
    CLEANUP(str_release) struct str message = STR_INIT;
    struct err e;
    if (contract_exit_message(c, &message, &e) && message.n) {
        json_set_str(d, "ExitMessage", message.p);
    }
}

struct json *contract_describe(const struct contract *c, const char *status,
                               const struct attempt_exit *x, const char *reason)
{
    struct json *d = c->arguments ? json_clone(c->arguments) : json_new_object();
    set_prefixed(d, c, "Name", c->job_name);
    set_prefixed(d, c, "Arn", c->arn);
    set_prefixed(d, c, "Status", status);
    if (reason && reason[0]) {
        json_set_str(d, "FailureReason", reason);
    }
    if (x) {
        CLEANUP(mem_free_ptr) char *start = xasprintf("%sStartTime", paths[c->kind].word);
        CLEANUP(mem_free_ptr) char *end = xasprintf("%sEndTime", paths[c->kind].word);
        set_time(d, "CreationTime", x->started_wall_ms);
        set_time(d, start, x->started_wall_ms);
        set_time(d, end, x->ended_wall_ms);
        set_time(d, "LastModifiedTime", x->ended_wall_ms);
    }
    if (c->kind == JOB_TRAINING) {
        describe_training(d, c, status, x);
    } else {
        describe_processing(d, c);
    }
    return d;
}
