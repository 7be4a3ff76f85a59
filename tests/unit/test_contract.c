/* contract: what a job finds, what becomes of what it leaves, and what is refused by name. Jobs run
 * for real, by the shim, in a sandbox where there is one. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/base/tar.h"
#include "core/job/contract.h"
#include "tests/unit/tmp.h"

struct fixture {
    char *tmp, *dir, *root;
    struct objects objects;
    struct json *arguments;
    struct contract c;
    struct attempt_spec spec;
    struct attempt_look look;
};

static void fixture_init(struct fixture *f, enum job_kind kind, const char *arguments)
{
    struct err e;
    *f = (struct fixture){.tmp = tmp_new(), .look = {.lock_fd = -1}};
    f->dir = path_join(f->tmp, ".mlw/runs/e/s/1");
    f->root = path_join(f->tmp, ".mlw/objects");
    f->objects.root = f->root;
    CLEANUP(str_release) struct str text = STR_INIT;
    for (const char *p = arguments; *p; p++) { /* JSON within C reads better with ' */
        str_addc(&text, *p == '\'' ? '"' : *p);
    }
    if (!json_parse(sv_of(&text), &f->arguments, &e)) {
        fail_msg("%s", e.msg);
    }
    f->c = (struct contract){
        .kind = kind,
        .arguments = f->arguments,
        .job_name = "job-1",
        .arn = "arn:aws:sagemaker:local:000000000000:job/job-1",
        .region = "local",
        .attempt_dir = f->dir,
        .objects = &f->objects,
        .image = NULL,
        .sandbox = sandbox_probe()->kind,
        .cpus = 2,
    };
    attempt_spec_init(&f->spec);
    f->spec.dir = xstrdup(f->dir);
    f->spec.token = xstrdup("t");
}

static void fixture_release(struct fixture *f)
{
    attempt_look_release(&f->look);
    attempt_spec_release(&f->spec);
    json_free(f->arguments);
    free(f->dir);
    free(f->root);
    tmp_free(&f->tmp);
}

static void put(struct fixture *f, const char *uri, const char *bytes)
{
    struct err e;
    if (!objects_put_bytes(&f->objects, sv_z(bytes), uri, &e)) {
        fail_msg("%s", e.msg);
    }
}

static void assert_object(struct fixture *f, const char *rel, const char *want)
{
    CLEANUP(str_release) struct str got = STR_INIT;
    tmp_read(f->root, rel, &got);
    assert_string_equal(got.p, want);
}

static void run(struct fixture *f)
{
    struct err e;
    pid_t shim = 0;
    int fd = -1, status;
    assert_true(executor_lock(f->dir, &fd, &e));
    if (!contract_prepare(&f->c, &f->spec, &e) ||
        !executor_process.start(&f->spec, fd, &shim, &e)) {
        fail_msg("%s", e.msg);
    }
    assert_int_equal(waitpid(shim, &status, 0), shim);
    assert_true(executor_process.look(f->dir, &f->look, &e));
    assert_int_equal(f->look.state, ATTEMPT_ENDED);
}

static void assert_exit(struct fixture *f, int code)
{
    CLEANUP(str_release) struct str log = STR_INIT;
    if (f->look.exit.exit_code != code) {
        tmp_read(f->dir, "log", &log);
        fail_msg("exit %d %s: %s", f->look.exit.exit_code,
                 f->look.exit.message ? f->look.exit.message : "", log.p);
    }
}

/* --- refused --- */
static void what_does_not_run_here_is_named(void **state)
{
    (void)state;
    static const struct {
        enum job_kind kind;
        const char *arguments, *named;
    } cases[] = {
        {JOB_TRAINING, "{}", "AlgorithmSpecification"},
        {JOB_TRAINING, "{'AlgorithmSpecification':{}}", "S3OutputPath"},
        {JOB_TRAINING,
         "{'AlgorithmSpecification':{'TrainingInputMode':'Pipe'},"
         "'OutputDataConfig':{'S3OutputPath':'s3://b/o'}}",
         "Pipe"},
        {JOB_TRAINING,
         "{'AlgorithmSpecification':{},'OutputDataConfig':{'S3OutputPath':'s3://b/o'},"
         "'ResourceConfig':{'InstanceCount':2}}",
         "InstanceCount"},
        {JOB_TRAINING,
         "{'AlgorithmSpecification':{},'OutputDataConfig':{'S3OutputPath':'s3://b/o'},"
         "'InputDataConfig':[{'ChannelName':'../x'}]}",
         "ChannelName"},
        {JOB_TRAINING,
         "{'AlgorithmSpecification':{},'OutputDataConfig':{'S3OutputPath':'s3://b/o'},"
         "'InputDataConfig':[{'ChannelName':'x','DataSource':{'FileSystemDataSource':{}}}]}",
         "FileSystemDataSource"},
        {JOB_PROCESSING, "{}", "AppSpecification"},
        {JOB_PROCESSING,
         "{'AppSpecification':{},'ProcessingInputs':[{'InputName':'i',"
         "'S3Input':{'S3Uri':'s3://b/k','LocalPath':'/etc/x'}}]}",
         "/etc/x"},
        {JOB_PROCESSING,
         "{'AppSpecification':{},'ProcessingInputs':[{'InputName':'i',"
         "'S3Input':{'S3Uri':'s3://b/k','LocalPath':'/opt/ml/../x'}}]}",
         "/opt/ml/../x"},
        {JOB_PROCESSING,
         "{'AppSpecification':{},'ProcessingOutputConfig':{'Outputs':[{'OutputName':'o',"
         "'S3Output':{'LocalPath':'/opt/ml/o'}}]}}",
         "S3Uri"},
    };
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct fixture f;
        struct err e;
        fixture_init(&f, cases[i].kind, cases[i].arguments);
        assert_false(contract_check(&f.c, &e));
        assert_non_null(strstr(e.msg, cases[i].named));
        fixture_release(&f);
    }
}

#define TRAINING_WITH(rest)                                                                        \
    "{'AlgorithmSpecification':{},'OutputDataConfig':{'S3OutputPath':'s3://b/o'}," rest "}"
#define PROCESSING_WITH(rest) "{'AppSpecification':{}," rest "}"

static void wrong_types_are_named(void **state)
{
    (void)state;
    static const struct {
        enum job_kind kind;
        const char *arguments, *said;
    } cases[] = {
        {JOB_PROCESSING, "{'AppSpecification':[]}", "AppSpecification must be an object"},
        {JOB_PROCESSING, "{'AppSpecification':{'ContainerEntrypoint':'true'}}",
         "ContainerEntrypoint must be a list of strings"},
        {JOB_PROCESSING, "{'AppSpecification':{'ContainerArguments':['a',['b']]}}",
         "ContainerArguments must be a list of strings"},
        {JOB_PROCESSING, PROCESSING_WITH("'Environment':[]"), "Environment must be an object"},
        {JOB_PROCESSING, PROCESSING_WITH("'Environment':{'A=B':'c'}"), "hold no ="},
        {JOB_PROCESSING, PROCESSING_WITH("'Environment':{'A':{'b':1}}"), "object of strings"},
        {JOB_PROCESSING, PROCESSING_WITH("'ProcessingInputs':{}"), "a list of objects"},
        {JOB_PROCESSING, PROCESSING_WITH("'StoppingCondition':{'MaxRuntimeInSeconds':'x'}"),
         "MaxRuntimeInSeconds must be a whole number from 1"},
        {JOB_PROCESSING, PROCESSING_WITH("'StoppingCondition':{'MaxRuntimeInSeconds':0}"),
         "MaxRuntimeInSeconds must be a whole number from 1"},
        {JOB_PROCESSING, PROCESSING_WITH("'NetworkConfig':{'EnableNetworkIsolation':'true'}"),
         "EnableNetworkIsolation must be true or false"},
        {JOB_PROCESSING,
         PROCESSING_WITH("'ProcessingOutputConfig':{'Outputs':[{'OutputName':'o','S3Output':"
                         "{'S3Uri':'file:///x','LocalPath':'/opt/ml/o'}}]}"),
         "S3Uri of ProcessingOutput o is file:///x; outputs go to s3://BUCKET/KEY"},
        {JOB_TRAINING, TRAINING_WITH("'HyperParameters':[]"), "HyperParameters must be an object"},
        {JOB_TRAINING, TRAINING_WITH("'InputDataConfig':{}"), "InputDataConfig must be a list"},
        {JOB_TRAINING, "{'AlgorithmSpecification':{},'OutputDataConfig':{'S3OutputPath':'out'}}",
         "OutputDataConfig.S3OutputPath is out; outputs go to s3://BUCKET/KEY"},
        {JOB_TRAINING,
         "{'AlgorithmSpecification':{'MetricDefinitions':[{'Name':'m','Regex':'(['}]},"
         "'OutputDataConfig':{'S3OutputPath':'s3://b/o'}}",
         "metric m: could not read the pattern"},
        {JOB_TRAINING,
         "{'AlgorithmSpecification':{'MetricDefinitions':[{'Name':'m'}]},"
         "'OutputDataConfig':{'S3OutputPath':'s3://b/o'}}",
         "needs Name and Regex"},
        /* what is not settled yet, and scalars that become texts, are fine */
        {JOB_PROCESSING,
         "{'AppSpecification':{'ContainerEntrypoint':{'Get':'Parameters.e'},'ContainerArguments':"
         "[1,{'Std:Join':{'On':'','Values':[]}}]},'Environment':{'A':1,'B':{'Get':'Parameters.b'}},"
         "'StoppingCondition':{'MaxRuntimeInSeconds':{'Get':'Parameters.n'}}}",
         NULL},
        {JOB_TRAINING,
         "{'AlgorithmSpecification':{},'OutputDataConfig':{'Get':'Parameters.o'},"
         "'HyperParameters':{'a':1,'b':true},'InputDataConfig':[{'ChannelName':"
         "{'Get':'Parameters.c'},'DataSource':{'S3DataSource':{'S3Uri':{'Get':'Parameters.d'}}}}]}",
         NULL},
    };
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct fixture f;
        struct err e = ERR_INIT;
        fixture_init(&f, cases[i].kind, cases[i].arguments);
        assert_int_equal(contract_check(&f.c, &e), !cases[i].said);
        if (cases[i].said && !strstr(e.msg, cases[i].said)) {
            fail_msg("\"%s\" does not hold \"%s\"", e.msg, cases[i].said);
        }
        fixture_release(&f);
    }
}

static void an_absent_input_is_named(void **state)
{
    (void)state;
    struct fixture f;
    struct err e;
    fixture_init(&f, JOB_PROCESSING,
                 "{'AppSpecification':{'ContainerEntrypoint':['true']},'ProcessingInputs':[{"
                 "'InputName':'data','S3Input':{'S3Uri':'s3://b/no.csv',"
                 "'LocalPath':'/opt/ml/processing/in'}}]}");
    assert_true(os_mkdirs(f.dir, &e));
    assert_false(contract_prepare(&f.c, &f.spec, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_non_null(strstr(e.msg, "s3://b/no.csv"));
    fixture_release(&f);
}

/* --- processing --- */
#define PROCESSING(script)                                                                         \
    "{'AppSpecification':{'ImageUri':'i','ContainerEntrypoint':['sh','-c'],"                       \
    "'ContainerArguments':[" script "]},'Environment':{'X':'1'},"                                  \
    "'ProcessingInputs':[{'InputName':'in','S3Input':{'S3Uri':'s3://b/in.csv',"                    \
    "'LocalPath':'/opt/ml/processing/in'}}],'ProcessingOutputConfig':{'Outputs':["                 \
    "{'OutputName':'out','S3Output':{'S3Uri':'s3://b/out/x','LocalPath':"                          \
    "'/opt/ml/processing/out','S3UploadMode':'EndOfJob'}}]}}"

static void processing_reads_and_writes(void **state)
{
    (void)state;
    struct fixture f;
    struct err e;
    fixture_init(
        &f, JOB_PROCESSING,
        PROCESSING("'cd ${SAGEMAKER_BASE_DIR:-/opt/ml}; cat processing/in/in.csv > "
                   "processing/out/res; test -s config/processingjobconfig.json && test "
                   "-s config/resourceconfig.json || exit 9; echo done > output/message'"));
    put(&f, "s3://b/in.csv", "a,b\n");
    run(&f);
    assert_exit(&f, 0);
    CLEANUP(mem_free_ptr) char *early = path_join(f.root, "b/out");
    assert_false(os_exists(early));
    assert_true(contract_publish(&f.c, &e));
    assert_true(contract_publish(&f.c, &e)); /* again, as after a kill */
    assert_object(&f, "b/out/x/res", "a,b\n");
    CLEANUP(json_free_ptr)
    struct json *d = contract_describe(&f.c, "Completed", &f.look.exit, NULL);
    assert_string_equal(json_get_str(d, "ExitMessage"), "done");
    assert_string_equal(json_get_str(d, "ProcessingJobStatus"), "Completed");
    assert_string_equal(json_get_str(d, "ProcessingJobName"), "job-1");
    fixture_release(&f);
}

static void a_literal_opt_ml_works_in_the_sandbox(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, JOB_PROCESSING,
                 PROCESSING("'cat /opt/ml/processing/in/in.csv && getent hosts algo-1'"));
    if (f.c.sandbox == SANDBOX_BWRAP) {
        put(&f, "s3://b/in.csv", "a,b\n");
        run(&f);
        assert_exit(&f, 0);
    }
    fixture_release(&f);
}

static void the_environment_is_declared(void **state)
{
    (void)state;
    struct fixture f;
    CLEANUP(str_release) struct str log = STR_INIT;
    setenv("AWS_SECRET_ACCESS_KEY", "hidden", 1);
    fixture_init(&f, JOB_PROCESSING,
                 PROCESSING("'cat /proc/self/environ | tr \\\\\\\\0 \\\\\\\\n'"));
    put(&f, "s3://b/in.csv", "");
    run(&f);
    unsetenv("AWS_SECRET_ACCESS_KEY");
    tmp_read(f.dir, "log", &log);
    struct sv rest = sv_of(&log), line;
    while (sv_split(&rest, '\n', &line)) {
        static const char *const known[] = {"PATH=", "HOME=", "LANG=C.UTF-8",       "X=1",
                                            "PWD=",  "_=",    "SAGEMAKER_BASE_DIR="};
        bool is_known = line.n == 0;
        for (size_t i = 0; i < ALEN(known); i++) {
            is_known = is_known || sv_starts(line, known[i]);
        }
        if (!is_known) {
            fail_msg("%.*s", (int)line.n, line.p);
        }
    }
    fixture_release(&f);
}

static void failures_have_true_reasons(void **state)
{
    (void)state;
    static const struct {
        const char *script, *reason;
        bool is_message_bad;
    } cases[] = {
        {PROCESSING("'exit 3'"), "AlgorithmError: exit code: 3", false},
        {PROCESSING("'cd ${SAGEMAKER_BASE_DIR:-/opt/ml}; echo no luck > output/message; exit 4'"),
         "no luck, exit code: 4", false},
        {PROCESSING("'kill -9 $$'"), "AlgorithmError: signal: 9 (SIGKILL)", false},
        {PROCESSING("'cd ${SAGEMAKER_BASE_DIR:-/opt/ml}; printf \\\\\\\\377 > output/message'"),
         NULL, true},
        {PROCESSING("'cd ${SAGEMAKER_BASE_DIR:-/opt/ml}; mkfifo output/message; exit 5'"),
         "AlgorithmError: exit code: 5", false},
    };
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct fixture f;
        struct err e;
        CLEANUP(str_release) struct str reason = STR_INIT, message = STR_INIT;
        fixture_init(&f, JOB_PROCESSING, cases[i].script);
        put(&f, "s3://b/in.csv", "");
        run(&f);
        assert_int_equal(!contract_exit_message(&f.c, &message, &e), cases[i].is_message_bad);
        contract_failure_reason(&f.c, &f.look.exit, &reason);
        if (cases[i].reason) {
            assert_string_equal(reason.p, cases[i].reason);
        }
        fixture_release(&f);
    }
}

static void a_long_message_is_cut_by_characters(void **state)
{
    (void)state;
    struct fixture f;
    struct attempt_exit x = {.reason = EXIT_EXITED, .exit_code = 1};
    CLEANUP(str_release) struct str text = STR_INIT, reason = STR_INIT;
    fixture_init(&f, JOB_TRAINING, "{}");
    for (int i = 0; i < 5000; i++) {
        str_addz(&text, "\xc3\xa9");
    }
    tmp_file(f.dir, "ml/output/failure", sv_of(&text));
    contract_failure_reason(&f.c, &x, &reason);
    assert_int_equal(reason.n, 2 * 1024 + strlen(", exit code: 1"));
    fixture_release(&f);
}

/* --- training --- */
#define TRAINING                                                                                   \
    "{'AlgorithmSpecification':{'TrainingImage':'i','TrainingInputMode':'File'},"                  \
    "'HyperParameters':{'epochs':'3','lr':0.5,'sagemaker_program':'train.py',"                     \
    "'sagemaker_submit_directory':'s3://b/code'},'OutputDataConfig':{'S3OutputPath':"              \
    "'s3://b/models/'},'ResourceConfig':{'InstanceType':'ml.m5.large','InstanceCount':1},"         \
    "'StoppingCondition':{'MaxRuntimeInSeconds':60},'InputDataConfig':[{'ChannelName':'train',"    \
    "'DataSource':{'S3DataSource':{'S3Uri':'s3://b/data','S3DataType':'S3Prefix'}}}]}"

static const char train_py[] =
    "import os, sys, json, shutil\n"
    "assert sys.argv[1:] == ['--epochs', '3', '--lr', '0.5'], sys.argv\n"
    "assert os.getcwd().endswith('/code') and os.environ['TRAINING_JOB_NAME'] == 'job-1'\n"
    "shutil.copy(os.environ['SM_CHANNEL_TRAIN'] + '/a.csv', os.environ['SM_MODEL_DIR'])\n"
    "hp = json.load(open(os.environ['SM_INPUT_CONFIG_DIR'] + '/hyperparameters.json'))\n"
    "assert hp['lr'] == '0.5', hp\n"
    "open(os.environ['SM_OUTPUT_DATA_DIR'] + '/extra', 'w').write('x')\n"
    "import helper\n";

static void training_in_script_mode(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct fixture f;
        struct err e;
        CLEANUP(words_release) struct words uris = {0};
        fixture_init(&f, JOB_TRAINING, TRAINING);
        f.c.sandbox = i ? SANDBOX_NONE : f.c.sandbox;
        put(&f, "s3://b/code/train.py", train_py);
        put(&f, "s3://b/code/helper.py", "");
        put(&f, "s3://b/data/a.csv", "1,2\n");
        run(&f);
        assert_exit(&f, 0);
        if (!contract_publish(&f.c, &e)) {
            fail_msg("%s", e.msg);
        }
        contract_output_uris(&f.c, &uris);
        assert_string_equal(uris.at[0], "s3://b/models/job-1/output/model.tar.gz");
        CLEANUP(mem_free_ptr) char *model = objects_path(&f.objects, uris.at[0], &e);
        CLEANUP(mem_free_ptr) char *to = path_join(f.tmp, "unpacked");
        CLEANUP(str_release) struct str got = STR_INIT;
        assert_true(os_mkdirs(to, &e) && tar_unpack(model, to, 1000, &e));
        tmp_read(to, "a.csv", &got);
        assert_string_equal(got.p, "1,2\n");
        assert_true(objects_exist(&f.objects, "s3://b/models/job-1/output/output.tar.gz"));
        CLEANUP(json_free_ptr)
        struct json *d = contract_describe(&f.c, "Completed", &f.look.exit, NULL);
        assert_string_equal(json_get_str(json_get(d, "ModelArtifacts"), "S3ModelArtifacts"),
                            uris.at[0]);
        fixture_release(&f);
    }
}

static void a_command_prefix_goes_before(void **state)
{
    (void)state;
    struct fixture f;
    char pattern[] = "*", env[] = "env", y[] = "Y=2", *words[] = {env, y, NULL};
    const struct config_image rule = {pattern, CONFIG_IMAGE_COMMAND, words, 2};
    CLEANUP(str_release) struct str log = STR_INIT;
    fixture_init(&f, JOB_PROCESSING, PROCESSING("'echo $Y'"));
    f.c.image = &rule;
    put(&f, "s3://b/in.csv", "");
    run(&f);
    tmp_read(f.dir, "log", &log);
    assert_string_equal(log.p, "2\n");
    fixture_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_run_here_is_named),
        cmocka_unit_test(wrong_types_are_named),
        cmocka_unit_test(an_absent_input_is_named),
        cmocka_unit_test(processing_reads_and_writes),
        cmocka_unit_test(a_literal_opt_ml_works_in_the_sandbox),
        cmocka_unit_test(the_environment_is_declared),
        cmocka_unit_test(failures_have_true_reasons),
        cmocka_unit_test(a_long_message_is_cut_by_characters),
        cmocka_unit_test(training_in_script_mode),
        cmocka_unit_test(a_command_prefix_goes_before),
    };
    const char *bin = getenv("MLW_BIN");
    if (bin && !getenv("MLW_LIBEXEC")) {
        char *dir = path_dir(bin);
        setenv("MLW_LIBEXEC", dir, 1);
        free(dir);
    }
    return RUN_TESTS(tests);
}
