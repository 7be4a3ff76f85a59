/* cachekey: what is absent is named, what counts and what does not, and the sentence for a miss. */
#include "tests/unit/test.h"

#include "core/base/mem.h"
#include "core/pipeline/cachekey.h"
#include "tests/unit/tmp.h"

/* ' stands for ". */
static struct json *json_of(const char *text)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    struct json *j = NULL;
    struct err e = ERR_INIT;
    str_addz(&s, text);
    for (size_t i = 0; i < s.n; i++) {
        s.p[i] = s.p[i] == '\'' ? '"' : s.p[i];
    }
    if (!json_parse(sv_of(&s), &j, &e)) {
        fail_msg("%s: %s", text, e.msg);
    }
    return j;
}

static char *world_new(struct objects *ret)
{
    char *tmp = tmp_new();
    tmp_file(tmp, "b/a.csv", SV("rows"));
    tmp_file(tmp, "b/copy/of/a.csv", SV("rows"));
    tmp_file(tmp, "b/other.csv", SV("other rows"));
    tmp_file(tmp, "b/code/train.py", SV("print(1)"));
    ret->root = tmp;
    return tmp;
}

#define TRAINING(more)                                                                             \
    "{'AlgorithmSpecification':{'TrainingImage':'i'},'HyperParameters':{'depth':'4',"              \
    "'sagemaker_submit_directory':'\\'s3://b/code\\''},'InputDataConfig':[{'ChannelName':'train'," \
    "'DataSource':{'S3DataSource':{'S3Uri':'s3://b/a.csv'}}}]" more "}"

static bool key_of(const struct objects *o, enum step_type type, const char *arguments,
                   struct json **ret_attributes, char *ret_key, struct err *e)
{
    CLEANUP(json_free_ptr) struct json *j = json_of(arguments);
    return cachekey_of(type, j, o, ret_attributes, ret_key, e);
}

static void an_absent_input_is_named(void **state)
{
    static const char *const arguments[] = {
        "{'InputDataConfig':[{'DataSource':{'S3DataSource':{'S3Uri':'s3://b/none'}}}]}",
        "{'HyperParameters':{'sagemaker_submit_directory':'\\'s3://b/none\\''}}",
        "{'Environment':{'FROM':'s3://b/none'}}",
    };
    (void)state;
    struct objects o;
    CLEANUP(tmp_free) char *tmp = world_new(&o);
    for (size_t i = 0; i < ALEN(arguments); i++) {
        struct err e = ERR_INIT;
        struct json *attributes = NULL;
        char key[DIGEST_HEX + 1] = "untouched";
        assert_false(key_of(&o, STEP_TRAINING, arguments[i], &attributes, key, &e));
        assert_int_equal(e.code, ERR_NOT_FOUND);
        assert_non_null(strstr(e.msg, "s3://b/none"));
        assert_null(attributes);
        assert_string_equal(key, "untouched");
    }
}

static void types_without_results_have_no_key(void **state)
{
    (void)state;
    for (int t = 0; t < STEP_TYPE_COUNT; t++) {
        assert_int_equal(cachekey_applies((enum step_type)t),
                         t == STEP_TRAINING || t == STEP_PROCESSING);
    }
}

/* `second` is TRAINING with something else: is the key another, and what is said? */
static const struct {
    const char *second, *attribute, *text; /* attribute NULL: the same key */
} pairs[] = {
    /* the same bytes at another place */
    {"{'InputDataConfig':[{'ChannelName':'train','DataSource':{'S3DataSource':{'S3Uri':"
     "'s3://b/copy/of/a.csv'}}}],'AlgorithmSpecification':{'TrainingImage':'i'},'HyperParameters':"
     "{'sagemaker_submit_directory':'\\'s3://b/code\\'','depth':'4'}}",
     NULL, NULL},
    /* where it goes, who does it, on what */
    {TRAINING(",'OutputDataConfig':{'S3OutputPath':'s3://elsewhere'},'RoleArn':'r',"
              "'ResourceConfig':{'InstanceType':'ml.m5.large'},'StoppingCondition':{}"),
     NULL, NULL},
    {TRAINING(",'Environment':{'A':'1'}"), "Environment", "Environment absent"},
    {TRAINING(",'CheckpointConfig':{'S3Uri':'s3://anywhere/c'}"), "CheckpointConfig", "s3://"},
    {TRAINING(",'DebugHookConfig':{'S3OutputPath':'s3://anywhere'}"), "DebugHookConfig", "s3://"},
    {TRAINING(",'DebugRuleConfigurations':[]"), "DebugRuleConfigurations", "[]"},
    {"{'AlgorithmSpecification':{'TrainingImage':'j'},'HyperParameters':{'depth':'4',"
     "'sagemaker_submit_directory':'\\'s3://b/code\\''},'InputDataConfig':[{'ChannelName':'train',"
     "'DataSource':{'S3DataSource':{'S3Uri':'s3://b/a.csv'}}}]}",
     "AlgorithmSpecification", "AlgorithmSpecification.TrainingImage i \xe2\x86\x92 j"},
    {"{'AlgorithmSpecification':{'TrainingImage':'i'},'HyperParameters':{'depth':'6',"
     "'sagemaker_submit_directory':'\\'s3://b/code\\''},'InputDataConfig':[{'ChannelName':'train',"
     "'DataSource':{'S3DataSource':{'S3Uri':'s3://b/a.csv'}}}]}",
     "HyperParameters", "HyperParameters.depth 4 \xe2\x86\x92 6"},
    {"{'AlgorithmSpecification':{'TrainingImage':'i'},'HyperParameters':{'depth':'4',"
     "'sagemaker_submit_directory':'\\'s3://b/a.csv\\''},'InputDataConfig':[{'ChannelName':"
     "'train','DataSource':{'S3DataSource':{'S3Uri':'s3://b/a.csv'}}}]}",
     "HyperParameters", "HyperParameters.sagemaker_submit_directory "},
    {"{'AlgorithmSpecification':{'TrainingImage':'i'},'HyperParameters':{"
     "'sagemaker_submit_directory':'\\'s3://b/code\\''},'InputDataConfig':[{'ChannelName':'train',"
     "'DataSource':{'S3DataSource':{'S3Uri':'s3://b/a.csv'}}}]}",
     "HyperParameters", "HyperParameters.depth 4 \xe2\x86\x92 absent"},
    {"{'AlgorithmSpecification':{'TrainingImage':'i'},'HyperParameters':{'depth':'4',"
     "'sagemaker_submit_directory':'\\'s3://b/code\\''},'InputDataConfig':[{'ChannelName':'train',"
     "'DataSource':{'S3DataSource':{'S3Uri':'s3://b/other.csv'}}}]}",
     "InputDataConfig", "InputDataConfig[train].DataSource.S3DataSource.S3Uri "},
};

static void what_counts_is_named(void **state)
{
    (void)state;
    struct objects o;
    struct err e = ERR_INIT;
    CLEANUP(tmp_free) char *tmp = world_new(&o);
    CLEANUP(json_free_ptr) struct json *before = NULL;
    char first[DIGEST_HEX + 1];
    assert_true(key_of(&o, STEP_TRAINING, TRAINING(""), &before, first, &e));
    for (size_t i = 0; i < ALEN(pairs); i++) {
        CLEANUP(json_free_ptr) struct json *now = NULL;
        CLEANUP(str_release) struct str text = STR_INIT;
        char key[DIGEST_HEX + 1];
        const char *attribute = NULL;
        if (!key_of(&o, STEP_TRAINING, pairs[i].second, &now, key, &e)) {
            fail_msg("%s: %s", pairs[i].second, e.msg);
        }
        bool differs = cachekey_difference(before, now, &attribute, &text);
        assert_int_equal(differs, pairs[i].attribute != NULL);
        assert_int_equal(strcmp(first, key) != 0, differs);
        if (differs && (!z_eq(attribute, pairs[i].attribute) || !strstr(text.p, pairs[i].text))) {
            fail_msg("%s: %s: \"%s\"", pairs[i].second, attribute, text.p);
        }
    }
}

static void addresses_are_content_in_the_attributes(void **state)
{
    (void)state;
    struct objects o;
    struct err e = ERR_INIT;
    CLEANUP(tmp_free) char *tmp = world_new(&o);
    CLEANUP(json_free_ptr) struct json *attributes = NULL;
    CLEANUP(str_release) struct str text = STR_INIT;
    char key[DIGEST_HEX + 1];
    assert_true(key_of(&o, STEP_TRAINING, TRAINING(""), &attributes, key, &e));
    json_print(attributes, JSON_COMPACT, &text);
    assert_null(strstr(text.p, "s3://"));
    assert_non_null(strstr(text.p, "sha256:"));
}

static void the_type_and_its_attributes_count(void **state)
{
    static const char arguments[] =
        "{'AppSpecification':{'ImageUri':'i'},'Environment':{'A':'1'},'HyperParameters':{'d':'1'},"
        "'ProcessingInputs':[{'InputName':'x','S3Input':{'S3Uri':'s3://b/a.csv'}}],"
        "'ProcessingOutputConfig':{'Outputs':[{'S3Output':{'S3Uri':'s3://b/out'}}]}}";
    (void)state;
    struct objects o;
    struct err e = ERR_INIT;
    CLEANUP(tmp_free) char *tmp = world_new(&o);
    CLEANUP(json_free_ptr) struct json *processing = NULL;
    CLEANUP(json_free_ptr) struct json *training = NULL;
    char a[DIGEST_HEX + 1], b[DIGEST_HEX + 1];
    assert_true(key_of(&o, STEP_PROCESSING, arguments, &processing, a, &e));
    assert_true(key_of(&o, STEP_TRAINING, arguments, &training, b, &e));
    assert_string_not_equal(a, b);
    assert_int_equal(json_size(processing), 3);
    assert_null(json_get(processing, "HyperParameters"));
    assert_null(json_get(training, "ProcessingInputs"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_absent_input_is_named),
        cmocka_unit_test(types_without_results_have_no_key),
        cmocka_unit_test(what_counts_is_named),
        cmocka_unit_test(addresses_are_content_in_the_attributes),
        cmocka_unit_test(the_type_and_its_attributes_count),
    };
    return RUN_TESTS(tests);
}
