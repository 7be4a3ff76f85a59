/* The environment of script mode; see smenv.h. */
#include "core/job/smenv.h"

#include <ctype.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/job/pyjson.h"

enum { LOG_LEVEL_INFO = 20 };

/* --- hyperparameters: decoded, and split into the script's and the toolkit's --- */
struct split {
    struct json *script, *framework, *ours; /* marked dicts (pyjson) */
};

static const char *const reserved[] = {
    "sagemaker_program",
    "sagemaker_submit_directory",
    "sagemaker_enable_cloudwatch_metrics",
    "sagemaker_region",
    "sagemaker_container_log_level",
    "sagemaker_job_name",
    "default_user_module_name",
    "_tuning_objective_metric",
    "sagemaker_s3_output",
};

static struct json *decode(const struct json *value)
{
    const char *text = json_str(value);
    if (!text) {
        return pyjson_of(value);
    }
    struct json *j = pyjson_parse(sv_z(text));
    return j ? j : pyjson_of_text(sv_z(text));
}

static void split_init(struct split *sp, const struct json *hyperparameters)
{
    *sp = (struct split){json_new_object(), json_new_object(), json_new_object()};
    json_each (child, hyperparameters) {
        const char *key = json_key(child);
        bool is_reserved = false;
        for (size_t i = 0; i < ALEN(reserved); i++) {
            is_reserved = is_reserved || z_eq(key, reserved[i]);
        }
        CLEANUP(mem_free_ptr) char *marked = xasprintf("$%s", key);
        struct json *into = is_reserved                          ? sp->ours
                            : sv_starts(sv_z(key), "sagemaker_") ? sp->framework
                                                                 : sp->script;
        json_set(into, marked, decode(child));
    }
}

static void split_release(struct split *sp)
{
    json_free(sp->script);
    json_free(sp->framework);
    json_free(sp->ours);
}

/* str() of one of the toolkit's own; NULL when absent. Caller frees. */
static char *own(const struct split *sp, const char *key)
{
    CLEANUP(mem_free_ptr) char *marked = xasprintf("$%s", key);
    const struct json *value = json_get(sp->ours, marked);
    struct str out = STR_INIT;
    if (!value) {
        return NULL;
    }
    pyjson_str(value, &out);
    return str_detach(&out);
}

static char *own_of(const struct smenv *s, const char *key)
{
    CLEANUP(split_release) struct split sp;
    split_init(&sp, s->hyperparameters);
    return own(&sp, key);
}

char *smenv_program(const struct smenv *s)
{
    return s->program ? xstrdup(s->program) : own_of(s, "sagemaker_program");
}

char *smenv_submit_directory(const struct smenv *s)
{
    return own_of(s, "sagemaker_submit_directory");
}

/* --- the program --- */
static bool is_program_part(struct sv part, bool is_first)
{
    for (size_t i = 0; i < part.n; i++) {
        unsigned char c = (unsigned char)part.p[i];
        if (!isalnum(c) && !strchr("._+-", c)) {
            return false;
        }
    }
    return part.n && !sv_eqz(part, ".") && !sv_eqz(part, "..") &&
           !(is_first && strchr("+-", part.p[0]));
}

bool smenv_check_program(const char *program, struct err *e)
{
    struct sv rest = sv_z(program), part;
    for (bool is_first = true; sv_split(&rest, '/', &part); is_first = false) {
        if (!is_program_part(part, is_first)) {
            err_set(e, ERR_INVALID, "sagemaker_program \"%s\" cannot be run", program);
            return err_hint(e, "name a file below the source folder by letters, digits and . _ + "
                               "- / alone");
        }
    }
    return true;
}

enum smenv_entry smenv_entry_of(const char *program, bool has_setup_py)
{
    if (sv_ends(sv_z(program), ".sh")) {
        return SMENV_COMMAND;
    }
    return has_setup_py                    ? SMENV_PACKAGE
           : sv_ends(sv_z(program), ".py") ? SMENV_SCRIPT
                                           : SMENV_COMMAND;
}

/* "train.py" → "train" */
static struct sv module_of(const char *program)
{
    struct sv v = sv_z(program);
    v.n -= sv_ends(v, ".py") ? 3 : 0;
    return v;
}

/* --- arguments --- */
static void add_arg_value(const struct json *value, struct words *out)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    if (json_is(value, JSON_OBJECT)) {
        size_t n;
        const struct json **list = pyjson_sorted(value, &n);
        for (size_t i = 0; i < n; i++) {
            str_addf(&text, "%s%s=", i ? "," : "", json_key(list[i]) + 1);
            pyjson_str(list[i], &text);
        }
        free(list);
    } else if (!json_is(value, JSON_NULL)) {
        pyjson_str(value, &text);
    }
    words_add(out, text.p);
}

static size_t characters(const char *z)
{
    size_t n = 0;
    for (; *z; z++) {
        n += ((unsigned char)*z & 0xC0) != 0x80;
    }
    return n;
}

static void user_args(const struct split *sp, struct words *out)
{
    size_t n;
    const struct json **list = pyjson_sorted(sp->script, &n);
    for (size_t i = 0; i < n; i++) {
        const char *key = json_key(list[i]) + 1;
        words_addf(out, "%s%s", characters(key) > 1 ? "--" : key[0] ? "-" : "", key);
        add_arg_value(list[i], out);
    }
    free(list);
}

void smenv_user_args(const struct smenv *s, struct words *out)
{
    CLEANUP(split_release) struct split sp;
    split_init(&sp, s->hyperparameters);
    user_args(&sp, out);
}

/* shlex.quote */
static void add_quoted(struct str *out, const char *z)
{
    bool is_safe = z[0] != 0;
    for (const char *p = z; *p; p++) {
        is_safe = is_safe && (isalnum((unsigned char)*p) || strchr("@%+=:,./-_", *p)) &&
                  !((unsigned char)*p & 0x80);
    }
    if (is_safe) {
        str_addz(out, z);
        return;
    }
    str_addc(out, '\'');
    for (const char *p = z; *p; p++) {
        if (*p == '\'') {
            str_addz(out, "'\"'\"'");
        } else {
            str_addc(out, *p);
        }
    }
    str_addc(out, '\'');
}

static void add_shell(const char *program, const struct words *args, struct words *argv)
{
    CLEANUP(str_release) struct str line = STR_INIT;
    str_addz(&line, "./");
    add_quoted(&line, program);
    str_addc(&line, ' ');
    for (size_t i = 0; i < args->n; i++) {
        str_addz(&line, i ? " " : "");
        add_quoted(&line, args->at[i]);
    }
    words_add(argv, "/bin/sh");
    words_add(argv, "-c");
    words_add(argv, line.p);
}

void smenv_command(const struct smenv *s, enum smenv_entry entry, struct words *argv)
{
    CLEANUP(words_release) struct words args = {0};
    CLEANUP(mem_free_ptr) char *program = smenv_program(s);
    smenv_user_args(s, &args);
    if (entry == SMENV_COMMAND) {
        add_shell(program, &args, argv);
        return;
    }
    words_add(argv, "python3");
    words_add(argv, "-u"); /* the log is a pipe: what is printed is to be seen as it comes */
    if (entry == SMENV_PACKAGE) {
        words_add(argv, "-m");
        words_add_sv(argv, module_of(program));
    } else {
        words_add(argv, "--");
        words_add(argv, program);
    }
    for (size_t i = 0; i < args.n; i++) {
        words_add(argv, args.at[i]);
    }
}

/* --- variables: everything first becomes one dict, as in the toolkit --- */
struct vars {
    struct json *dict;         /* SM_<key>: value */
    struct json *training_env; /* SM_TRAINING_ENV */
};

enum place { IN_BOTH, IN_VARS, IN_TRAINING_ENV };

static void put(struct vars *v, enum place place, const char *key, struct json *value)
{
    CLEANUP(mem_free_ptr) char *marked = xasprintf("$%s", key);
    if (place == IN_BOTH) {
        json_set(v->training_env, marked, json_clone(value));
    }
    json_set(place == IN_TRAINING_ENV ? v->training_env : v->dict, marked, value);
}

static struct json *text_of(const char *z)
{
    return z ? pyjson_of_text(sv_z(z)) : json_new_null();
}

static struct json *number_of(int x)
{
    CLEANUP(mem_free_ptr) char *text = xasprintf("%d", x);
    struct json *j = pyjson_parse(sv_z(text));
    xassert(j);
    return j;
}

static void put_text(struct vars *v, const char *key, const char *z)
{
    put(v, IN_BOTH, key, text_of(z));
}

/* A folder below the base, and its name. */
static void put_dir(struct vars *v, const char *key, const struct smenv *s, const char *rel)
{
    CLEANUP(mem_free_ptr) char *path = xasprintf("%s/%s", s->base_dir, rel);
    put_text(v, key, path);
}

static void put_channels(struct vars *v, const struct smenv *s)
{
    struct json *dirs = json_new_object(), *names = json_new_array();
    struct json *config = pyjson_of(s->inputdataconfig);
    size_t n;
    const struct json **list = pyjson_sorted(config, &n);
    for (size_t i = 0; i < n; i++) {
        const char *name = json_key(list[i]) + 1;
        CLEANUP(mem_free_ptr) char *path = xasprintf("%s/input/data/%s", s->base_dir, name);
        CLEANUP(mem_free_ptr) char *var = xasprintf("channel_%s", name);
        json_set(dirs, json_key(list[i]), text_of(path));
        json_push(names, text_of(name));
        put(v, IN_VARS, var, text_of(path));
    }
    free(list);
    put(v, IN_VARS, "channels", names);
    put(v, IN_TRAINING_ENV, "channel_input_dirs", dirs);
    put(v, IN_BOTH, "input_data_config", config);
}

/* What some distribution needs (none of which runs here) makes its group a distribution group. */
static bool is_distributed(const struct split *sp)
{
    static const char *const keys[] = {
        "$sagemaker_mpi_enabled",
        "$sagemaker_parameter_server_enabled",
        "$sagemaker_distributed_dataparallel_enabled",
        "$sagemaker_pytorch_ddp_enabled",
        "$sagemaker_pytorch_xla_multi_worker_enabled",
        "$sagemaker_multi_worker_mirrored_strategy_enabled",
        "$sagemaker_torch_distributed_enabled",
    };
    for (size_t i = 0; i < ALEN(keys); i++) {
        if (pyjson_is_true(json_get(sp->framework, keys[i]))) {
            return true;
        }
    }
    return false;
}

static struct json *list_of(const char *z)
{
    struct json *list = json_new_array();
    json_push(list, text_of(z));
    return list;
}

/* One host, one group: what this machine is. */
static void put_resources(struct vars *v, const struct smenv *s, const struct split *sp)
{
    struct json *config = pyjson_of(s->resourceconfig), *dict = json_new_object();
    const struct json *groups = json_get(config, "$instance_groups");
    const char *host = pyjson_text(json_get(config, "$current_host"));
    const char *group = pyjson_text(json_get(config, "$current_group_name"));
    const char *type = pyjson_text(json_get(config, "$current_instance_type"));
    const struct json *named = json_get(sp->framework, "$sagemaker_distribution_instance_groups");
    bool is_in = is_distributed(sp);
    host = host ? host : "algo-1";
    group = group ? group : "homogeneousCluster";
    CLEANUP(mem_free_ptr) char *group_key = xasprintf("$%s", group);
    json_set(dict, group_key, json_clone(json_first(groups)));
    put_text(v, "current_host", host);
    put_text(v, "current_instance_type", type ? type : "local");
    put_text(v, "current_instance_group", group);
    put_text(v, "network_interface_name", "eth0");
    put(v, IN_BOTH, "hosts", list_of(host));
    put(v, IN_BOTH, "current_instance_group_hosts", list_of(host));
    put(v, IN_BOTH, "instance_groups", list_of(group));
    put(v, IN_BOTH, "instance_groups_dict", dict);
    put(v, IN_BOTH, "distribution_instance_groups",
        named   ? json_clone(named)
        : is_in ? list_of(group)
                : json_new_array());
    put(v, IN_TRAINING_ENV, "distribution_hosts", is_in ? list_of(host) : json_new_array());
    put(v, IN_TRAINING_ENV, "master_hostname", text_of(host));
    put(v, IN_TRAINING_ENV, "is_master", json_new_bool(true));
    put(v, IN_TRAINING_ENV, "topology", json_new_array());
    put(v, IN_BOTH, "is_hetero", json_new_bool(false));
    put(v, IN_BOTH, "resource_config", config);
}

static void put_program(struct vars *v, const struct smenv *s, const struct split *sp)
{
    CLEANUP(mem_free_ptr) char *program = smenv_program(s);
    CLEANUP(mem_free_ptr) char *dir = own(sp, "sagemaker_submit_directory");
    const struct json *level = json_get(sp->ours, "$sagemaker_container_log_level");
    CLEANUP(mem_free_ptr) char *module = sv_dup(module_of(program ? program : "None"));
    put_text(v, "user_entry_point", program);
    put_text(v, "module_name", module);
    if (dir) {
        put_text(v, "module_dir", dir);
    } else {
        put_dir(v, "module_dir", s, "code");
    }
    put(v, IN_BOTH, "log_level", level ? json_clone(level) : number_of(LOG_LEVEL_INFO));
    put(v, IN_BOTH, "framework_module", json_new_null());
    put(v, IN_VARS, "framework_params", json_clone(sp->framework));
    put(v, IN_TRAINING_ENV, "additional_framework_parameters", json_clone(sp->framework));
    put(v, IN_TRAINING_ENV, "is_modelparallel_enabled", json_new_null());
    put(v, IN_TRAINING_ENV, "is_smddpmprun_installed", json_new_bool(false));
    put(v, IN_TRAINING_ENV, "is_smddprun_installed", json_new_bool(false));
    put(v, IN_TRAINING_ENV, "job_name", text_of(s->job_name));
}

static void put_hyperparameters(struct vars *v, const struct split *sp)
{
    struct words args = {0};
    struct json *list = json_new_array();
    put(v, IN_VARS, "hps", json_clone(sp->script));
    put(v, IN_TRAINING_ENV, "hyperparameters", json_clone(sp->script));
    json_each (child, sp->script) {
        CLEANUP(mem_free_ptr) char *var = xasprintf("hp_%s", json_key(child) + 1);
        put(v, IN_VARS, var, json_clone(child));
    }
    user_args(sp, &args);
    for (size_t i = 0; i < args.n; i++) {
        json_push(list, text_of(args.at[i]));
    }
    put(v, IN_VARS, "user_args", list);
    words_release(&args);
}

static void put_all(struct vars *v, const struct smenv *s, const struct split *sp)
{
    put_dir(v, "model_dir", s, "model");
    put_dir(v, "input_dir", s, "input");
    put_dir(v, "input_config_dir", s, "input/config");
    put_dir(v, "output_dir", s, "output");
    put_dir(v, "output_data_dir", s, "output/data");
    put_dir(v, "output_intermediate_dir", s, "output/intermediate");
    put(v, IN_BOTH, "num_cpus", number_of(s->cpus));
    put(v, IN_BOTH, "num_gpus", number_of(s->gpus));
    put(v, IN_BOTH, "num_neurons", number_of(0));
    put_channels(v, s);
    put_resources(v, s, sp);
    put_program(v, s, sp);
    put_hyperparameters(v, sp);
    put(v, IN_VARS, "training_env", v->training_env);
}

/* A name with "=" or an empty one cannot stand in an environment. */
static void set_var(struct words *env, const char *key, const struct json *value)
{
    CLEANUP(mem_free_ptr) char *name = xasprintf("SM_%s", key);
    CLEANUP(str_release) struct str text = STR_INIT;
    const char *plain = pyjson_text(value);
    for (char *p = name; *p; p++) {
        *p = (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
    }
    if (plain) {
        str_addz(&text, plain);
    } else if (!json_is(value, JSON_NULL)) {
        pyjson_dumps(value, &text);
    }
    if (!strchr(name, '=')) {
        words_set_env(env, name, text.p);
    }
}

void smenv_fill(const struct smenv *s, struct words *env)
{
    struct vars v = {json_new_object(), json_new_object()};
    struct split sp;
    split_init(&sp, s->hyperparameters);
    CLEANUP(mem_free_ptr) char *region = own(&sp, "sagemaker_region");
    CLEANUP(mem_free_ptr) char *job = own(&sp, "sagemaker_job_name");
    put_all(&v, s, &sp);
    json_each (child, v.dict) {
        set_var(env, json_key(child) + 1, child);
    }
    const char *host = words_get_env(env, "SM_CURRENT_HOST");
    CLEANUP(mem_free_ptr) char *current = xstrdup(host);
    words_set_env(env, "CURRENT_HOST", current);
    words_set_env(env, "SAGEMAKER_JOB_NAME", job ? job : "");
    words_set_env(env, "SAGEMAKER_REGION", region ? region : s->region ? s->region : "");
    json_free(v.dict); /* holds training_env */
    split_release(&sp);
}
