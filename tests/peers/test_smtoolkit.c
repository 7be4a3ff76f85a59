/* Script mode beside the real sagemaker-training 5.1.4, installed into build/venv: the same
 * variables, the same command line, for hand-picked and for random hyperparameters. */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/job/contract.h"
#include "tests/unit/tmp.h"

#define PYTHON "build/venv/bin/python3"
enum { RANDOM_CASES = 12 };

/* Run by /bin/sh with an environment of PATH and `base` alone; stdout goes to the file `out`. */
static bool run(const char *script, const char *base, const char *out)
{
    CLEANUP(mem_free_ptr) char *path = xasprintf("PATH=%s", executor_host_path());
    CLEANUP(mem_free_ptr) char *dir = xasprintf("SAGEMAKER_BASE_DIR=%s", base);
    char sh[] = "sh", c[] = "-c", job[] = "TRAINING_JOB_NAME=job-1", *words = xstrdup(script);
    char *argv[] = {sh, c, words, NULL}, *env[] = {path, dir, job, NULL};
    posix_spawn_file_actions_t files;
    pid_t pid;
    int status = -1;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    bool ok = posix_spawn(&pid, "/bin/sh", &files, NULL, argv, env) == 0 &&
              waitpid(pid, &status, 0) == pid && status == 0;
    posix_spawn_file_actions_destroy(&files);
    free(words);
    return ok;
}

static bool has_toolkit(void)
{
    return run("[ -x " PYTHON " ] || python3 -m venv build/venv; " PYTHON
               " -c 'import sagemaker_training' || " PYTHON
               " -m pip install -q sagemaker-training==5.1.4 setuptools",
               "/nowhere", "/dev/null");
}

/* The toolkit's answer for the folder. */
static void ask(const char *tmp, const char *ml, struct str *out)
{
    CLEANUP(mem_free_ptr) char *answer = path_join(tmp, "answer");
    assert_true(run(PYTHON " tests/peers/smtoolkit.py", ml, answer));
    tmp_read(tmp, "answer", out);
}

/* Their words, then an empty one, then their command; -u is ours alone. */
static void compare(const struct str *theirs, const struct attempt_spec *spec)
{
    struct sv rest = {theirs->p, theirs->n ? theirs->n - 1 : 0}, word;
    size_t n = 0;
    while (sv_split(&rest, 0, &word) && word.n) {
        CLEANUP(mem_free_ptr) char *line = sv_dup(word);
        char *eq = strchr(line, '=');
        assert_non_null(eq);
        *eq = 0;
        const char *ours = words_get_env(&spec->env, line);
        if (!ours || strcmp(ours, eq + 1) != 0) {
            fail_msg("%s\ntheirs %s\nours   %s", line, eq + 1, ours ? ours : "(absent)");
        }
    }
    while (sv_split(&rest, 0, &word)) {
        n += n < spec->argv.n && strcmp(spec->argv.at[n], "-u") == 0;
        assert_true(n < spec->argv.n);
        CLEANUP(mem_free_ptr) char *theirs_z = sv_dup(word);
        assert_string_equal(spec->argv.at[n], theirs_z);
        n++;
    }
    assert_int_equal(n, spec->argv.n);
}

static void one(const char *hyperparameters, const char *const *code)
{
    struct err e;
    struct json *arguments = NULL;
    struct attempt_spec spec;
    char *tmp = tmp_new();
    CLEANUP(mem_free_ptr) char *dir = path_join(tmp, "runs/1");
    CLEANUP(mem_free_ptr) char *ml = path_join(dir, "ml");
    CLEANUP(mem_free_ptr) char *root = path_join(tmp, "objects");
    CLEANUP(mem_free_ptr)
    char *text =
        xasprintf("{\"AlgorithmSpecification\":{},\"HyperParameters\":%s,\"OutputDataConfig\":"
                  "{\"S3OutputPath\":\"s3://b/o\"},\"ResourceConfig\":{\"InstanceType\":"
                  "\"ml.m5.large\"},\"InputDataConfig\":[{\"ChannelName\":\"train\",\"DataSource\":"
                  "{\"S3DataSource\":{\"S3Uri\":\"s3://b/d\"}}}]}",
                  hyperparameters);
    struct objects objects = {root};
    tmp_file(root, "b/d", SV("x"));
    for (; *code; code++) {
        CLEANUP(mem_free_ptr) char *rel = path_join("b/code", *code);
        tmp_file(root, rel, SV("x"));
    }
    if (!json_parse(sv_z(text), &arguments, &e)) {
        fail_msg("%s: %s", e.msg, text);
    }
    struct contract c = {
        .kind = JOB_TRAINING,
        .arguments = arguments,
        .job_name = "job-1",
        .arn = "arn",
        .region = "",
        .attempt_dir = dir,
        .objects = &objects,
        .sandbox = SANDBOX_NONE,
        .cpus = (int)sysconf(_SC_NPROCESSORS_CONF),
    };
    CLEANUP(str_release) struct str theirs = STR_INIT;
    attempt_spec_init(&spec);
    if (!contract_prepare(&c, &spec, &e)) {
        fail_msg("%s", e.msg);
    }
    ask(tmp, ml, &theirs);
    compare(&theirs, &spec);
    attempt_spec_release(&spec);
    json_free(arguments);
    tmp_free(&tmp);
}

static const char *const script[] = {"train.py", NULL};
static const char *const package[] = {"train.py", "setup.py", NULL};
static const char *const shell[] = {"train.sh", "setup.py", NULL};
#define SUBMIT "\"sagemaker_submit_directory\":\"\\\"s3://b/code\\\"\""

static void chosen_ones_agree(void **state)
{
    (void)state;
    one("{" SUBMIT ",\"sagemaker_program\":\"train.py\"}", script);
    one("{" SUBMIT ",\"sagemaker_program\":\"\\\"train.py\\\"\",\"a\":\"1\",\"b-c\":\"1.0\","
        "\"map\":\"{\\\"b\\\":2.50,\\\"a\\\":[1,\\\"x\\\"]}\",\"n\":\"null\",\"t\":\"true\"}",
        package);
    one("{" SUBMIT ",\"sagemaker_program\":\"train.sh\",\"q\":\"it's \\\"so\\\" $HOME\","
        "\"e\":\"\",\"u\":\"\xc3\xa9\",\"sagemaker_container_log_level\":\"10\"}",
        shell);
    one("{" SUBMIT ",\"sagemaker_program\":\"train.py\",\"sagemaker_mpi_enabled\":\"false\","
        "\"sagemaker_job_name\":\"\\\"j\\\"\",\"sagemaker_region\":\"\\\"eu-west-1\\\"\","
        "\"sagemaker_pytorch_ddp_enabled\":\"true\",\"_tuning_objective_metric\":\"x\"}",
        script);
}

/* xorshift: the same cases on every machine. */
static unsigned pick(uint32_t *seed, unsigned n)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed % n;
}

/* Values that are JSON, nearly JSON, or not at all. */
static void add_value(uint32_t *seed, struct str *out, int depth)
{
    static const char *const atoms[] = {"1",
                                        "-0",
                                        "1.0",
                                        "1e-05",
                                        "0.1",
                                        "1e16",
                                        "NaN",
                                        "true",
                                        "null",
                                        "x",
                                        "1e5",
                                        "-1.5E-7",
                                        "\"s\"",
                                        "\"'\"",
                                        "[]",
                                        "{}",
                                        "100000000000000000000",
                                        "\"\\u00e9\\n\"",
                                        "5e-324",
                                        "1.7976931348623157e308"};
    unsigned kind = pick(seed, depth < 2 ? 6 : 4);
    if (kind < 4) {
        str_addz(out, atoms[pick(seed, ALEN(atoms))]);
        return;
    }
    str_addz(out, kind == 4 ? "[" : "{");
    for (unsigned i = 0, n = pick(seed, 4); i < n; i++) {
        str_addz(out, i ? ", " : "");
        if (kind == 5) {
            str_addf(out, "\"k%u\": ", pick(seed, 3));
        }
        add_value(seed, out, depth + 1);
    }
    str_addz(out, kind == 4 ? "]" : "}");
}

static void random_ones_agree(void **state)
{
    (void)state;
    uint32_t seed = 20201201;
    for (int i = 0; i < RANDOM_CASES; i++) {
        CLEANUP(str_release) struct str hp = STR_INIT;
        str_addz(&hp, "{" SUBMIT ",\"sagemaker_program\":\"train.py\"");
        for (int k = 0; k < 40; k++) {
            CLEANUP(str_release) struct str value = STR_INIT;
            add_value(&seed, &value, 0);
            str_addf(&hp, ",\"p%d\":", k);
            json_quote(sv_of(&value), &hp);
        }
        str_addz(&hp, "}");
        one(hp.p, script);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chosen_ones_agree),
        cmocka_unit_test(random_ones_agree),
    };
    if (!has_toolkit()) {
        print_message("skipped: sagemaker-training 5.1.4 could not be installed by pip\n");
        print_message("[  PASSED  ] 0 test(s).\n");
        return 0;
    }
    return RUN_TESTS(tests);
}
