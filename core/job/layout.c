/* Before the job: ml/ as the container contract has it, and the attempt's spec. See contract.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/base/tar.h"
#include "core/job/args.h"
#include "core/job/smenv.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define HOST         "algo-1"
#define GROUP        "homogeneousCluster"
static const uint64_t CODE_MAX_BYTES = UINT64_C(8) << 30;

/* Makes the way for everything else: what prepare knows while it works. */
struct layout {
    const struct contract *c;
    struct attempt_spec *spec;
    struct json *hyperparameters, *resourceconfig, *inputdataconfig; /* as in the files */
    char *base_dir;
    struct smenv sm;
};

static void layout_release(struct layout *l)
{
    json_free(l->hyperparameters);
    json_free(l->resourceconfig);
    json_free(l->inputdataconfig);
    free(l->base_dir);
}

/* --- files --- */
static bool make_dir(const struct layout *l, const char *rel, struct err *e)
{
    CLEANUP(mem_free_ptr) char *path = args_ml_path(l->c, rel);
    return os_mkdirs(path, e);
}

/* Needs no flush: after a power failure the attempt is begun anew. */
static bool write_json(const struct layout *l, const char *rel, const struct json *j, struct err *e)
{
    CLEANUP(mem_free_ptr) char *path = args_ml_path(l->c, rel);
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(j, JSON_COMPACT, &text);
    FILE *f = fopen(path, "we");
    if (!f) {
        return err_sys(e, "could not make %s", path);
    }
    bool ok = fwrite(text.p, 1, text.n, f) == text.n;
    ok = fclose(f) == 0 && ok;
    return ok || err_sys(e, "could not write %s", path);
}

static bool fetch(const struct layout *l, const char *uri, const char *rel, struct err *e)
{
    CLEANUP(mem_free_ptr) char *dir = args_ml_path(l->c, rel);
    return objects_get_into(l->c->objects, uri, dir, e);
}

static struct json *list_of(const char *z)
{
    struct json *list = json_new_array();
    json_push(list, json_new_str(z));
    return list;
}

/* --- resourceconfig.json --- */
static void make_resources(struct layout *l)
{
    const char *type = contract_instance_type(l->c->kind, l->c->arguments);
    struct json *config = json_new_object();
    json_set_str(config, "current_host", HOST);
    json_set(config, "hosts", list_of(HOST));
    if (l->c->kind == JOB_TRAINING) {
        struct json *group = json_new_object();
        json_set_str(config, "current_instance_type", type ? type : "local");
        json_set_str(config, "current_group_name", GROUP);
        json_set_str(group, "instance_group_name", GROUP);
        json_set_str(group, "instance_type", type ? type : "local");
        json_set(group, "hosts", list_of(HOST));
        json_push(json_set(config, "instance_groups", json_new_array()), group);
        json_set_str(config, "network_interface_name", "eth0");
    }
    l->resourceconfig = config;
}

/* --- training --- */

/* All values are strings in the file, whatever they are in the document. */
static void make_hyperparameters(struct layout *l)
{
    l->hyperparameters = json_new_object();
    json_each (hp, args_get(l->c->arguments, "HyperParameters")) {
        CLEANUP(str_release) struct str text = STR_INIT;
        if (json_str(hp)) {
            str_addz(&text, json_str(hp));
        } else {
            json_print(hp, JSON_COMPACT, &text);
        }
        json_set_str(l->hyperparameters, json_key(hp), text.p);
    }
}

static void set_or(struct json *to, const char *key, const char *value, const char *otherwise)
{
    if (value || otherwise) {
        json_set_str(to, key, value ? value : otherwise);
    }
}

static void make_channels(struct layout *l)
{
    const char *mode = args_str(l->c->arguments, "AlgorithmSpecification.TrainingInputMode");
    l->inputdataconfig = json_new_object();
    json_each (ch, args_get(l->c->arguments, "InputDataConfig")) {
        struct json *config = json_new_object();
        const char *own = json_get_str(ch, "InputMode");
        set_or(config, "TrainingInputMode", own ? own : mode, "File");
        set_or(config, "S3DistributionType",
               args_str(ch, "DataSource.S3DataSource.S3DataDistributionType"), "FullyReplicated");
        set_or(config, "RecordWrapperType", json_get_str(ch, "RecordWrapperType"), "None");
        set_or(config, "ContentType", json_get_str(ch, "ContentType"), NULL);
        set_or(config, "CompressionType", json_get_str(ch, "CompressionType"), NULL);
        json_set(l->inputdataconfig, json_get_str(ch, "ChannelName"), config);
    }
}

static bool fetch_channels(const struct layout *l, struct err *e)
{
    json_each (ch, args_get(l->c->arguments, "InputDataConfig")) {
        const char *uri = args_str(ch, "DataSource.S3DataSource.S3Uri");
        CLEANUP(mem_free_ptr) char *rel = path_join("input/data", json_get_str(ch, "ChannelName"));
        if (!fetch(l, uri ? uri : "", rel, e)) {
            return err_wrap(e, "channel %s", json_get_str(ch, "ChannelName"));
        }
    }
    const char *kept = args_str(l->c->arguments, "CheckpointConfig.S3Uri");
    const char *rel = args_below_ml(args_str(l->c->arguments, "CheckpointConfig.LocalPath"));
    rel = rel ? rel : "checkpoints";
    return make_dir(l, rel, e) &&
           (!kept || !objects_exist(l->c->objects, kept) || fetch(l, kept, rel, e));
}

/* An archive as the SDK packs it, or (ours) a folder that was taken into the store. */
static bool fetch_code(const struct layout *l, struct err *e)
{
    CLEANUP(mem_free_ptr) char *uri = smenv_submit_directory(&l->sm);
    CLEANUP(mem_free_ptr) char *dir = args_ml_path(l->c, "code");
    if (!uri || !s3_uri_is(sv_z(uri))) {
        return true; /* code that comes with the image or by a channel */
    }
    CLEANUP(mem_free_ptr) char *path = objects_path(l->c->objects, uri, e);
    if (!path) {
        return false;
    }
    if (objects_exist(l->c->objects, uri) && !os_is_dir(path)) {
        return tar_unpack(path, dir, CODE_MAX_BYTES, e) || err_wrap(e, "%s", uri);
    }
    return fetch(l, uri, "code", e) || err_wrap(e, "sagemaker_submit_directory");
}

static bool lay_out_training(struct layout *l, struct err *e)
{
    static const char *const dirs[] = {"input/config", "input/data", "model", "code",
                                       "output/data"};
    for (size_t i = 0; i < ALEN(dirs); i++) {
        if (!make_dir(l, dirs[i], e)) {
            return false;
        }
    }
    return write_json(l, "input/config/hyperparameters.json", l->hyperparameters, e) &&
           write_json(l, "input/config/resourceconfig.json", l->resourceconfig, e) &&
           write_json(l, "input/config/inputdataconfig.json", l->inputdataconfig, e) &&
           fetch_channels(l, e) && fetch_code(l, e);
}

/* --- processing --- */
static bool lay_out_processing(struct layout *l, struct err *e)
{
    const struct contract *c = l->c;
    CLEANUP(json_free_ptr) struct json *config = json_clone(c->arguments);
    json_set_str(config, "ProcessingJobArn", c->arn);
    json_set_str(config, "ProcessingJobName", c->job_name);
    if (!make_dir(l, "config", e) || !make_dir(l, "output", e) ||
        !write_json(l, "config/processingjobconfig.json", config, e) ||
        !write_json(l, "config/resourceconfig.json", l->resourceconfig, e)) {
        return false;
    }
    json_each (out, args_get(c->arguments, "ProcessingOutputConfig.Outputs")) {
        const char *rel = args_below_ml(args_str(out, "S3Output.LocalPath"));
        if (rel && !make_dir(l, rel, e)) {
            return false;
        }
    }
    json_each (in, args_get(c->arguments, "ProcessingInputs")) {
        const char *uri = args_str(in, "S3Input.S3Uri"), *name = json_get_str(in, "InputName");
        const char *rel = args_below_ml(args_str(in, "S3Input.LocalPath"));
        if (!rel || !fetch(l, uri ? uri : "", rel, e)) {
            return err_wrap(e, "ProcessingInput %s", name ? name : "?");
        }
    }
    return true;
}

/* --- environment --- */
static void set_environment(struct layout *l)
{
    const struct contract *c = l->c;
    struct words *env = &l->spec->env;
    CLEANUP(mem_free_ptr) char *tmp = path_join(c->attempt_dir, "tmp");
    bool is_boxed = args_sandbox(c) == SANDBOX_BWRAP;
    bool is_image = c->image && c->image->kind == CONFIG_IMAGE_ROOTFS;
    const char *path = is_image ? NULL : executor_host_path();
    words_set_env(env, "PATH", path ? path : DEFAULT_PATH);
    words_set_env(env, "HOME", is_boxed ? "/tmp" : tmp);
    words_set_env(env, "LANG", "C.UTF-8");
    json_each (v, args_get(c->arguments, "Environment")) {
        CLEANUP(str_release) struct str text = STR_INIT;
        if (json_str(v)) {
            str_addz(&text, json_str(v));
        } else {
            json_print(v, JSON_COMPACT, &text);
        }
        if (json_key(v)[0] && !strchr(json_key(v), '=')) {
            words_set_env(env, json_key(v), text.p);
        }
    }
    if (c->kind == JOB_TRAINING) {
        words_set_env(env, "TRAINING_JOB_NAME", c->job_name);
        words_set_env(env, "TRAINING_JOB_ARN", c->arn);
    }
    if (!is_boxed) {
        words_set_env(env, "SAGEMAKER_BASE_DIR", l->base_dir);
    }
}

/* --- argv --- */
static bool add_list(const struct json *list, struct words *argv)
{
    json_each (word, list) {
        CLEANUP(str_release) struct str text = STR_INIT;
        if (json_str(word)) {
            str_addz(&text, json_str(word));
        } else {
            json_print(word, JSON_COMPACT, &text);
        }
        words_add(argv, text.p);
    }
    return argv->n > 0;
}

/* Does the image bring `train` (the toolkit, or an algorithm's own)? */
static bool has_train(const struct contract *c)
{
    static const char *const dirs[] = {"usr/local/bin", "usr/bin", "bin", "usr/local/sbin",
                                       "opt/conda/bin"};
    for (size_t i = 0; c->image && c->image->kind == CONFIG_IMAGE_ROOTFS && i < ALEN(dirs); i++) {
        CLEANUP(mem_free_ptr) char *dir = path_join(c->image->words[0], dirs[i]);
        CLEANUP(mem_free_ptr) char *path = path_join(dir, "train");
        if (os_exists(path)) {
            return true;
        }
    }
    return false;
}

/* requirements.txt is installed first, beside the job: the machine's own packages stay as they
 * are. The words that follow are the command. */
static void add_requirements(const struct contract *c, struct attempt_spec *spec)
{
    const char *home = words_get_env(&spec->env, "HOME");
    CLEANUP(mem_free_ptr) char *site = path_join(home, "site-packages");
    CLEANUP(mem_free_ptr)
    char *path = xasprintf("%s:%s", words_get_env(&spec->env, "PYTHONPATH"), site);
    CLEANUP(mem_free_ptr) char *file = args_ml_path(c, "code/requirements.txt");
    if (!os_exists(file)) {
        return;
    }
    words_set_env(&spec->env, "PYTHONPATH", path);
    words_add(&spec->argv, "/bin/sh");
    words_add(&spec->argv, "-c");
    words_add(&spec->argv, "python3 -m pip install --disable-pip-version-check --target \"$0\" "
                           "-r requirements.txt && exec \"$@\"");
    words_add(&spec->argv, site);
}

static bool script_mode(struct layout *l, const char *program, struct err *e)
{
    struct attempt_spec *spec = l->spec;
    CLEANUP(mem_free_ptr) char *setup = args_ml_path(l->c, "code/setup.py");
    CLEANUP(mem_free_ptr) char *code = path_join(l->base_dir, "code");
    if (!smenv_check_program(program, e)) {
        return false;
    }
    CLEANUP(mem_free_ptr) char *rel = path_join("code", program);
    CLEANUP(mem_free_ptr) char *file = args_ml_path(l->c, rel);
    enum smenv_entry entry = smenv_entry_of(program, os_exists(setup));
    const char *declared = words_get_env(&spec->env, "PYTHONPATH");
    CLEANUP(mem_free_ptr)
    char *path = xasprintf("%s%s%s", code, declared ? ":" : "", declared ? declared : "");
    smenv_fill(&l->sm, &spec->env);
    words_set_env(&spec->env, "PYTHONPATH", path);
    if (entry == SMENV_COMMAND) {
        (void)chmod(file, 0777); /* absent: the shell says so in the log */
    } else if (entry == SMENV_SCRIPT) {
        add_requirements(l->c, spec);
    }
    smenv_command(&l->sm, entry, &spec->argv);
    free(spec->cwd);
    spec->cwd = xstrdup(code);
    return true;
}

static bool set_command(struct layout *l, struct err *e)
{
    const struct contract *c = l->c;
    const char *spec = c->kind == JOB_TRAINING ? "AlgorithmSpecification" : "AppSpecification";
    const struct json *from = args_get(c->arguments, spec);
    struct words *argv = &l->spec->argv;
    bool has_entry = add_list(json_get(from, "ContainerEntrypoint"), argv);
    CLEANUP(mem_free_ptr)
    char *program =
        c->kind == JOB_TRAINING && !has_entry && !has_train(c) ? smenv_program(&l->sm) : NULL;
    if (program) {
        return script_mode(l, program, e);
    }
    if (!has_entry && c->kind == JOB_TRAINING && !json_get(from, "ContainerArguments")) {
        words_add(argv, "train");
    }
    return add_list(json_get(from, "ContainerArguments"), argv) || argv->n ||
           err_set(
               e, ERR_INVALID,
               "the step has no ContainerEntrypoint, and its image is not here to know its own");
}

/* --- the box --- */

/* A hosts file in which the job's own name is known. */
static bool add_hosts(const struct layout *l, struct err *e)
{
    const struct contract *c = l->c;
    bool is_image = c->image && c->image->kind == CONFIG_IMAGE_ROOTFS;
    CLEANUP(mem_free_ptr)
    char *theirs = path_join(is_image ? c->image->words[0] : "/", "etc/hosts");
    CLEANUP(mem_free_ptr) char *ours = path_join(c->attempt_dir, "hosts");
    CLEANUP(str_release) struct str text = STR_INIT;
    struct stat st;
    struct err ignored;
    if (args_sandbox(c) != SANDBOX_BWRAP || lstat(theirs, &st) != 0 || !S_ISREG(st.st_mode)) {
        return true;
    }
    if (!os_read_file("/etc/hosts", 1024 * 1024, &text, &ignored)) {
        str_setf(&text, "127.0.0.1 localhost\n");
    }
    str_addz(&text, "\n127.0.0.1 " HOST "\n");
    FILE *f = fopen(ours, "we");
    if (!f || fwrite(text.p, 1, text.n, f) != text.n || fclose(f) != 0) {
        return err_sys(e, "could not write %s", ours);
    }
    attempt_spec_add_bind(l->spec, ours, "/etc/hosts", false);
    return true;
}

/* What mlw.conf says of the step's image: a root file system, or words before the command. */
static bool set_image(const struct contract *c, struct attempt_spec *spec, struct err *e)
{
    if (c->image && c->image->kind == CONFIG_IMAGE_ROOTFS) {
        if (!os_is_dir(c->image->words[0])) {
            return err_set(e, ERR_INVALID,
                           "image %s: mlw.conf says rootfs %s, and there is no such folder",
                           contract_image_uri(c->kind, c->arguments), c->image->words[0]);
        }
        free(spec->rootfs);
        spec->rootfs = xstrdup(c->image->words[0]);
    } else if (c->image && c->image->kind == CONFIG_IMAGE_COMMAND) {
        for (size_t i = 0; i < c->image->word_count; i++) {
            words_add(&spec->prefix, c->image->words[i]);
        }
    }
    return true;
}

static bool set_box(struct layout *l, struct err *e)
{
    const struct contract *c = l->c;
    struct attempt_spec *spec = l->spec;
    spec->sandbox = args_sandbox(c);
    if (args_sandbox(c) == SANDBOX_BWRAP) {
        free(spec->bwrap);
        spec->bwrap = xstrdup(sandbox_probe()->bwrap);
        CLEANUP(mem_free_ptr) char *mlw = path_dir(c->objects->root);
        words_add(&spec->hidden, mlw); /* what the job is given of it is below /opt/ml */
    }
    spec->is_network_isolated =
        json_get_bool(c->arguments, "EnableNetworkIsolation", false) ||
        json_get_bool(args_get(c->arguments, "NetworkConfig"), "EnableNetworkIsolation", false);
    const struct json *stop = args_get(c->arguments, "StoppingCondition");
    int64_t limit = json_get_i64(stop, "MaxRuntimeInSeconds", 0);
    spec->max_runtime_s = limit > 0 ? limit : 0;
    return set_image(c, spec, e) && add_hosts(l, e);
}

static bool prepare(const struct contract *c, const char *ml, struct attempt_spec *spec,
                    struct err *e)
{
    CLEANUP(layout_release) struct layout l = {.c = c, .spec = spec};
    if (!contract_check(c, e) || !os_remove_tree(ml, e) || !os_mkdirs(ml, e)) {
        return false;
    }
    l.base_dir = args_base_dir(c);
    make_resources(&l);
    make_hyperparameters(&l);
    make_channels(&l);
    l.sm = (struct smenv){
        .hyperparameters = l.hyperparameters,
        .resourceconfig = l.resourceconfig,
        .inputdataconfig = l.inputdataconfig,
        .base_dir = l.base_dir,
        .job_name = c->job_name,
        .region = c->region,
        .program = args_str(c->arguments, "Environment.SAGEMAKER_PROGRAM"),
        .cpus = c->cpus,
        .gpus = c->gpus,
    };
    bool ok = c->kind == JOB_TRAINING ? lay_out_training(&l, e) : lay_out_processing(&l, e);
    if (!ok) {
        return false;
    }
    set_environment(&l);
    free(spec->cwd);
    spec->cwd = xstrdup(l.base_dir); /* where it may write; in an image / could be written too */
    return set_command(&l, e) && set_box(&l, e);
}

bool contract_prepare(const struct contract *c, struct attempt_spec *spec, struct err *e)
{
    CLEANUP(mem_free_ptr) char *ml = args_ml_path(c, "");
    struct err ignored;
    if (prepare(c, ml, spec, e)) {
        return true;
    }
    /* half of an input may have taken the room that the store needs to say so */
    (void)!os_remove_tree(ml, &ignored);
    return false;
}
