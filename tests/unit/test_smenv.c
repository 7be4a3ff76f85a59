/* smenv: script mode as the toolkit does it. Expected values are the toolkit's own output for the
 * same input (tests/peers/test_smtoolkit.c compares with the real one). */
#include "tests/unit/test.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/job/pyjson.h"
#include "core/job/smenv.h"

static struct json *parse(const char *text)
{
    struct json *j = NULL;
    struct err e;
    if (!json_parse(sv_z(text), &j, &e)) {
        fail_msg("%s", e.msg);
    }
    return j;
}

static void bad_programs_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",       "-c",  "/abs.py", "../x.py", "a/../b", "./x",
                                      "a b.py", "a;b", "$x",      "a//b",    "+x",     "é.py"};
    struct err e;
    for (size_t i = 0; i < ALEN(bad); i++) {
        if (smenv_check_program(bad[i], &e)) {
            fail_msg("%s was taken", bad[i]);
        }
    }
    assert_true(smenv_check_program("src/train-1.py", &e));
}

static void values_print_as_python_prints_them(void **state)
{
    (void)state;
    static const struct {
        const char *text, *str, *dumps; /* NULL: json.loads raises */
    } cases[] = {
        {"1", "1", "1"},
        {"1.0", "1.0", "1.0"},
        {"-0", "0", "0"},
        {"-0.0", "-0.0", "-0.0"},
        {"1e-05", "1e-05", "1e-05"},
        {"0.0001", "0.0001", "0.0001"},
        {"1E5", "100000.0", "100000.0"},
        {"1e16", "1e+16", "1e+16"},
        {"123456789012345.6", "123456789012345.6", "123456789012345.6"},
        {"1e400", "inf", "Infinity"},
        {"NaN", "nan", "NaN"},
        {"[-Infinity]", "[-inf]", "[-Infinity]"},
        {"12345678901234567890", "12345678901234567890", "12345678901234567890"},
        {"true", "True", "true"},
        {"null", "None", "null"},
        {" \"q\" ", "q", "\"q\""},
        {"[1, \"a\"]", "[1, 'a']", "[1,\"a\"]"},
        {"[\"it's\", \"a\\\"b\", \"\\u00e9\\n\"]", "[\"it's\", 'a\"b', '\xc3\xa9\\n']",
         "[\"it's\",\"a\\\"b\",\"\\u00e9\\n\"]"},
        {"{\"b\": 1, \"a\": [], \"b\": 2}", "{'b': 2, 'a': []}", "{\"a\":[],\"b\":2}"},
        {"[\"\\ud83d\\ude00\"]", "['\xf0\x9f\x98\x80']", "[\"\\ud83d\\ude00\"]"},
        {"01", NULL, NULL},
        {"1.", NULL, NULL},
        {"bob", NULL, NULL},
        {"", NULL, NULL},
        {"[1", NULL, NULL},
        {"'a'", NULL, NULL},
        {"+1", NULL, NULL},
        {"Nan", NULL, NULL},
    };
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(json_free_ptr) struct json *j = pyjson_parse(sv_z(cases[i].text));
        CLEANUP(str_release) struct str str = STR_INIT, dumps = STR_INIT;
        assert_int_equal(j != NULL, cases[i].str != NULL);
        if (j) {
            pyjson_str(j, &str);
            pyjson_dumps(j, &dumps);
            assert_string_equal(str.p, cases[i].str);
            assert_string_equal(dumps.p, cases[i].dumps);
        }
    }
}

static void arguments_are_the_toolkits(void **state)
{
    (void)state;
    static const char *const want[] = {"-a", "1",       "--list", "[1, 'a']", "--lr",   "1e-05",
                                       "-m", "a=1,b=2", "-n",     "",         "--name", "bob",
                                       "-t", "True",    "-x",     "q"};
    CLEANUP(json_free_ptr)
    struct json *hp =
        parse("{\"a\":\"1\",\"lr\":\"1e-05\",\"name\":\"bob\",\"list\":\"[1, \\\"a\\\"]\","
              "\"m\":\"{\\\"b\\\":2,\\\"a\\\":1}\",\"n\":\"null\",\"t\":\"true\","
              "\"x\":\"\\\"q\\\"\",\"sagemaker_program\":\"\\\"train.py\\\"\","
              "\"_tuning_objective_metric\":\"acc\"}");
    struct smenv s = {.hyperparameters = hp, .base_dir = "/opt/ml"};
    CLEANUP(words_release) struct words args = {0}, argv = {0}, shell = {0};
    smenv_user_args(&s, &args);
    assert_int_equal(args.n, ALEN(want));
    for (size_t i = 0; i < ALEN(want); i++) {
        assert_string_equal(args.at[i], want[i]);
    }
    CLEANUP(mem_free_ptr) char *program = smenv_program(&s);
    assert_string_equal(program, "train.py");
    smenv_command(&s, smenv_entry_of(program, true), &argv);
    assert_string_equal(argv.at[2], "-m");
    assert_string_equal(argv.at[3], "train");
    smenv_command(&s, SMENV_COMMAND, &shell);
    assert_string_equal(shell.at[2], "./train.py -a 1 --list '[1, '\"'\"'a'\"'\"']' --lr 1e-05 -m "
                                     "a=1,b=2 -n '' --name bob -t True -x q");
    assert_int_equal(smenv_entry_of("x.sh", true), SMENV_COMMAND);
    assert_int_equal(smenv_entry_of("x.py", false), SMENV_SCRIPT);
    assert_int_equal(smenv_entry_of("x", false), SMENV_COMMAND);
}

static void variables_are_the_toolkits(void **state)
{
    (void)state;
    static const char *const want[][2] = {
        {"SM_CHANNELS", "[\"test\",\"train\"]"},
        {"SM_CHANNEL_TRAIN", "/b/input/data/train"},
        {"SM_CURRENT_HOST", "algo-1"},
        {"SM_CURRENT_INSTANCE_GROUP_HOSTS", "[\"algo-1\"]"},
        {"SM_DISTRIBUTION_INSTANCE_GROUPS", "[\"homogeneousCluster\"]"},
        {"SM_FRAMEWORK_MODULE", ""},
        {"SM_FRAMEWORK_PARAMS", "{\"sagemaker_mpi_enabled\":true}"},
        {"SM_HPS", "{\"MY-lr\":1.0,\"n\":null}"},
        {"SM_HP_MY-LR", "1.0"},
        {"SM_HP_N", ""},
        {"SM_INSTANCE_GROUPS_DICT",
         "{\"homogeneousCluster\":{\"hosts\":[\"algo-1\"],\"instance_group_name\":"
         "\"homogeneousCluster\",\"instance_type\":\"ml.m5.large\"}}"},
        {"SM_IS_HETERO", "false"},
        {"SM_LOG_LEVEL", "20"},
        {"SM_MODULE_DIR", "s3://b/k.tar.gz"},
        {"SM_MODULE_NAME", "train"},
        {"SM_NUM_CPUS", "3"},
        {"SM_OUTPUT_INTERMEDIATE_DIR", "/b/output/intermediate"},
        {"SM_USER_ARGS", "[\"--MY-lr\",\"1.0\",\"-n\",\"\"]"},
        {"SM_USER_ENTRY_POINT", "train.py"},
        {"CURRENT_HOST", "algo-1"},
        {"SAGEMAKER_JOB_NAME", ""},
        {"SAGEMAKER_REGION", "eu-west-1"},
    };
    CLEANUP(json_free_ptr)
    struct json *hp =
        parse("{\"MY-lr\":\"1.0\",\"n\":\"null\",\"sagemaker_program\":\"train.py\","
              "\"sagemaker_mpi_enabled\":\"true\",\"sagemaker_region\":\"\\\"eu-west-1\\\"\","
              "\"sagemaker_submit_directory\":\"\\\"s3://b/k.tar.gz\\\"\"}");
    CLEANUP(json_free_ptr)
    struct json *res =
        parse("{\"current_host\":\"algo-1\",\"hosts\":[\"algo-1\"],\"current_instance_type\":"
              "\"ml.m5.large\",\"current_group_name\":\"homogeneousCluster\",\"instance_groups\":"
              "[{\"instance_group_name\":\"homogeneousCluster\",\"instance_type\":\"ml.m5.large\","
              "\"hosts\":[\"algo-1\"]}],\"network_interface_name\":\"eth0\"}");
    CLEANUP(json_free_ptr) struct json *data = parse("{\"train\":{},\"test\":{}}");
    struct smenv s = {.hyperparameters = hp,
                      .resourceconfig = res,
                      .inputdataconfig = data,
                      .base_dir = "/b",
                      .job_name = "j",
                      .cpus = 3};
    CLEANUP(words_release) struct words env = {0};
    smenv_fill(&s, &env);
    for (size_t i = 0; i < ALEN(want); i++) {
        const char *got = words_get_env(&env, want[i][0]);
        if (!got || strcmp(got, want[i][1]) != 0) {
            fail_msg("%s is %s", want[i][0], got ? got : "absent");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_programs_are_refused),
        cmocka_unit_test(values_print_as_python_prints_them),
        cmocka_unit_test(arguments_are_the_toolkits),
        cmocka_unit_test(variables_are_the_toolkits),
    };
    return RUN_TESTS(tests);
}
