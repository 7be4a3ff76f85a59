/* names: ARNs and job names in the shapes that SageMaker gives them. */
#include "tests/unit/test.h"

#include <ctype.h>

#include "core/base/mem.h"
#include "core/pipeline/names.h"

#define ARN "arn:aws:sagemaker:local:000000000000:"

static void arns_have_their_shape(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str s = STR_INIT;
    names_pipeline_arn(&s, "Churn-1");
    assert_string_equal(s.p, ARN "pipeline/Churn-1");
    str_clear(&s);
    names_execution_arn(&s, "Churn-1", "abcdefghijkl");
    assert_string_equal(s.p, ARN "pipeline/Churn-1/execution/abcdefghijkl");
    str_clear(&s);
    names_arn(&s, "training-job", "pipelines-X-Train");
    assert_string_equal(s.p, ARN "training-job/pipelines-x-train");
}

static void text_is_appended(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str s = STR_INIT;
    str_addz(&s, "= ");
    names_job(&s, "abcdefghijkl", "train", "tokentokento");
    assert_string_equal(s.p, "= pipelines-abcdefghijkl-train-tokentokento");
}

static void job_names_are_short_and_of_plain_characters(void **state)
{
    static const char *const steps[] = {
        "a", "train_model", "Step.With/Everything at all",
        "a-very-long-name-of-a-step-that-goes-on-and-on-and-on-until-the-limit",
        "\xc3\xa9t\xc3\xa9"};
    (void)state;
    for (size_t i = 0; i < ALEN(steps); i++) {
        CLEANUP(str_release) struct str s = STR_INIT;
        names_job(&s, "abcdefghijkl", steps[i], "tokentokento");
        assert_true(s.n <= 63);
        for (size_t k = 0; k < s.n; k++) {
            unsigned char c = (unsigned char)s.p[k];
            assert_true(c < 128 && (isalnum(c) || c == '-'));
        }
        assert_true(sv_starts(sv_of(&s), "pipelines-abcdefghijkl-"));
        assert_string_equal(s.p + s.n - 13, "-tokentokento");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arns_have_their_shape),
        cmocka_unit_test(text_is_appended),
        cmocka_unit_test(job_names_are_short_and_of_plain_characters),
    };
    return RUN_TESTS(tests);
}
