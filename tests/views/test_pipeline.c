/* The pipeline view: its parameters are changed in place, the plan follows, and a start says what
 * it is given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tests/views/fake_hub.h"
#include "views/views.h"

#define EXEC "k3v9x0m2q8ab"

#define STEPS                                                                                      \
    "\"Steps\":[{\"Name\":\"preprocess\",\"Type\":\"Processing\",\"DependsOn\":[],\"Why\":null},"  \
    "{\"Name\":\"profile\",\"Type\":\"Processing\",\"DependsOn\":[\"preprocess\"],\"Why\":"        \
    "\"after preprocess\"},{\"Name\":\"train\",\"Type\":\"Training\",\"DependsOn\":["              \
    "\"preprocess\"],\"Why\":\"after preprocess\"},{\"Name\":\"check-auc\",\"Type\":"              \
    "\"Condition\",\"DependsOn\":[\"train\"],\"Why\":\"after train\"},{\"Name\":\"register\","     \
    "\"Type\":\"RegisterModel\",\"DependsOn\":[\"check-auc\",\"profile\"],\"Why\":"                \
    "\"if check-auc holds\"},{\"Name\":\"fail-low-auc\",\"Type\":\"Fail\",\"DependsOn\":["         \
    "\"check-auc\"],\"Why\":\"else of check-auc\"}]"

#define PARAMETERS                                                                                 \
    "\"Parameters\":[{\"Name\":\"InputData\",\"Type\":\"String\",\"DefaultValue\":"                \
    "\"data/churn.csv\"},{\"Name\":\"Epochs\",\"Type\":\"Integer\",\"DefaultValue\":60},"          \
    "{\"Name\":\"Task\",\"Type\":\"String\",\"DefaultValue\":\"auto\",\"EnumValues\":[\"auto\","   \
    "\"classification\",\"regression\"]},{\"Name\":\"MinAuc\",\"Type\":\"Float\","                 \
    "\"DefaultValue\":0.8},{\"Name\":\"Owner\",\"Type\":\"String\",\"DefaultValue\":null}]"

#define MLW                                                                                        \
    "\"Mlw\":{\"File\":\"/home/ops/churn/pipeline.json\",\"Problem\":null,\"Executions\":3,"       \
    "\"LastExecution\":\"" EXEC "\",\"LastStatus\":\"Succeeded\","

static const char document[] = "{\"PipelineName\":\"churn\"," MLW PARAMETERS "," STEPS "}}";
static const char bare[] = "{\"PipelineName\":\"churn\",\"Mlw\":{\"File\":\"/home/ops/p.json\","
                           "\"Problem\":null,\"Executions\":0,\"LastExecution\":null,"
                           "\"LastStatus\":null,\"Parameters\":[],\"Steps\":[]}}";
static const char broken[] =
    "{\"PipelineName\":\"churn\",\"Mlw\":{\"File\":\"/home/ops/p.json\",\"Problem\":"
    "\"could not open /home/ops/p.json: No such file or directory\",\"Executions\":3,"
    "\"LastExecution\":\"" EXEC "\",\"LastStatus\":\"Failed\"," PARAMETERS "," STEPS "}}";

static const char plan[] =
    "{\"steps\":[{\"name\":\"preprocess\",\"action\":\"cache\",\"why\":\"from b7qp02mz5kd1\"},"
    "{\"name\":\"profile\",\"action\":\"cache\",\"why\":\"from b7qp02mz5kd1\"},{\"name\":\"train\","
    "\"action\":\"run\",\"why\":\"HyperParameters.epochs 60 → 3\"},{\"name\":\"check-auc\","
    "\"action\":\"run\",\"why\":\"decides when train has ended\"},{\"name\":\"register\","
    "\"action\":\"unknown\",\"why\":\"if check-auc holds, depends on train\"},{\"name\":"
    "\"fail-low-auc\",\"action\":\"unknown\",\"why\":\"else of check-auc, depends on train\"}]}";

static const char execution[] =
    "{\"PipelineArn\":\"arn:aws:sagemaker:local:000000000000:pipeline/churn\","
    "\"PipelineParameters\":[{\"Name\":\"InputData\",\"Value\":\"data/old.csv\"},{\"Name\":"
    "\"Epochs\",\"Value\":\"60\"},{\"Name\":\"Task\",\"Value\":\"auto\"},{\"Name\":\"MinAuc\","
    "\"Value\":\"0.9\"},{\"Name\":\"Owner\",\"Value\":\"ops\"}]}";

static const int sizes[][2] = {{80, 24}, {132, 43}, {40, 8}};

static struct fake *opened(int w, int h, const char *doc)
{
    struct fake *f = fake_new(w, h, false);
    if (doc) {
        fake_doc(f, KIND_PIPELINE, "churn", doc);
    }
    fake_open(f, &home_view, NULL);
    fake_open(f, &pipeline_view, "churn");
    return f;
}

/* The newest request. */
static const struct req *newest(const struct fake *f)
{
    return fake_request(f, fake_request_count(f) - 1);
}

static const char *value_of(const struct req *r, const char *key)
{
    for (size_t i = 0; i < r->params.n; i++) {
        if (strcmp(r->params.at[i].key, key) == 0) {
            return r->params.at[i].value;
        }
    }
    return NULL;
}

static struct fake *planned(int w, int h)
{
    struct fake *f = opened(w, h, document);
    fake_answer(f, 0, plan);
    return f;
}

static void golden(struct fake *f, const char *state, int w, int h)
{
    CLEANUP(mem_free_ptr) char *name = xasprintf("pipeline-%s-%dx%d", state, w, h);
    fake_golden(f, name);
}

/* --- negatives --- */

static void it_needs_a_name(void **state)
{
    static const char *const bad[] = {NULL, ""};
    (void)state;
    struct fake *f = fake_new(80, 24, false);
    for (size_t i = 0; i < ALEN(bad); i++) {
        struct err e = ERR_INIT;
        assert_null(app_open(f->app, &pipeline_view, &(struct route){.id = bad[i]}, &e));
        assert_int_equal(e.code, ERR_USAGE);
    }
    fake_free(f);
}

static void what_cannot_start_says_why(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, NULL);
    fake_keys(f, "r");
    assert_true(fake_shows(f, "its definition is not known yet"));
    fake_doc(f, KIND_PIPELINE, "churn", document);
    fake_settle(f);
    fake_reply(f, 0, false, "parameter Epochs is of type Integer; \"x\" is not", 0);
    fake_pass(f, 5000); /* what was said is gone */
    assert_true(fake_shows(f, "parameter Epochs is of type Integer"));
    fake_keys(f, "r");
    assert_true(fake_shows(f, "run: parameter Epochs is of type Integer"));
    fake_free(f);
    f = opened(80, 24, broken);
    assert_true(fake_shows(f, "✗ could not open /home/ops/p.json"));
    assert_true(fake_shows(f, "preprocess")); /* as it was started last */
    fake_answer(f, 0, plan);
    fake_keys(f, "r");
    assert_int_equal(fake_request_count(f), 1);
    fake_free(f);
}

/* --- the five states at three sizes --- */

static void it_looks_right_in_every_state(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALEN(sizes); i++) {
        int w = sizes[i][0], h = sizes[i][1];
        struct fake *f = opened(w, h, bare);
        fake_answer(f, 0, "{\"steps\":[]}");
        golden(f, "empty", w, h);
        fake_free(f);
        f = opened(w, h, NULL);
        golden(f, "loading", w, h);
        fake_failure(f, QUERY_DOC, KIND_PIPELINE, "churn", ERR_IO,
                     "read .mlw/local.db: disk error");
        golden(f, "error", w, h);
        fake_free(f);
        f = planned(w, h);
        golden(f, "data", w, h);
        fake_pass(f, 180000);
        fake_failure(f, QUERY_DOC, KIND_PIPELINE, "churn", ERR_IO,
                     "read .mlw/local.db: disk error");
        golden(f, "stale", w, h);
        fake_free(f);
    }
}

static void before_the_plan_it_says_what_steps_come_after(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, document);
    assert_false(fake_shows(f, "Steps 6:"));
    assert_true(fake_shows(f, "planning"));
    assert_true(fake_shows(f, "if check-auc holds"));
    fake_answer(f, 0, plan);
    assert_false(fake_shows(f, "planning"));
    assert_true(fake_shows(f, "Steps 6: 2 cached, 2 run, 2 unknown"));
    fake_free(f);
}

/* --- changing --- */

static void a_field_is_edited_in_place(void **state)
{
    (void)state;
    struct fake *f = planned(80, 24);
    fake_keys(f, "j<Enter><C-u>3");
    assert_true(fake_shows(f, "Enter keep  Tab next field  Esc leave"));
    fake_golden(f, "pipeline-editing-80x24");
    /* what are commands elsewhere are letters here */
    fake_keys(f, "qr:?<BS><BS><BS><BS>");
    assert_int_equal(fake_request_count(f), 1);
    fake_keys(f, "<Enter>");
    assert_int_equal(fake_request_count(f), 2);
    assert_int_equal(newest(f)->type, REQ_PLAN);
    assert_string_equal(newest(f)->text, "churn");
    assert_int_equal(newest(f)->params.n, 1);
    assert_string_equal(value_of(newest(f), "Epochs"), "3");
    assert_true(fake_shows(f, "Parameters 5, 1 changed"));
    assert_true(fake_shows(f, "Integer, default 60"));
    fake_answer(f, 1, plan);
    fake_golden(f, "pipeline-changed-80x24");
    fake_free(f);
}

static void esc_leaves_a_field_as_it_was(void **state)
{
    (void)state;
    struct fake *f = planned(80, 24);
    fake_keys(f, "j<Enter>999<Esc>");
    assert_false(fake_shows(f, "changed"));
    assert_true(fake_shows(f, "Enter edit"));
    assert_int_equal(fake_request_count(f), 1);
    fake_free(f);
}

static void tab_goes_from_field_to_field(void **state)
{
    (void)state;
    struct fake *f = planned(80, 24);
    /* the third field is chosen from a list: there typing ends */
    fake_keys(f, "<Enter><C-u>a.csv<Tab><C-u>7<Tab>");
    assert_true(fake_shows(f, "Enter choose"));
    assert_string_equal(value_of(newest(f), "InputData"), "a.csv");
    assert_string_equal(value_of(newest(f), "Epochs"), "7");
    fake_keys(f, "<Tab>");
    assert_true(fake_shows(f, "Enter all of it"));
    fake_keys(f, "<S-Tab>jjj<Enter><S-Tab>");
    assert_true(fake_shows(f, "Enter choose"));
    app_paste(f->app, SV("nothing"));
    assert_false(fake_shows(f, "nothing"));
    fake_keys(f, "jj<Enter>");
    app_paste(f->app, SV("ops\nteam"));
    fake_keys(f, "<Enter>");
    assert_string_equal(value_of(newest(f), "Owner"), "ops team");
    fake_free(f);
}

static void enum_values_are_chosen_from_a_list(void **state)
{
    (void)state;
    struct fake *f = planned(80, 24);
    fake_keys(f, "jj<Enter>");
    assert_true(fake_shows(f, "regression"));
    fake_keys(f, "regr<Enter>");
    assert_string_equal(value_of(newest(f), "Task"), "regression");
    fake_keys(f, "<Enter>auto<Enter>");
    assert_null(value_of(newest(f), "Task"));
    fake_free(f);
}

static void a_newer_question_cancels_the_older(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, document);
    fake_keys(f, "j<Enter><C-u>3<Enter>");
    assert_true(fake_is_cancelled(f, 0));
    fake_answer(f, 0, plan); /* it came all the same */
    assert_true(fake_shows(f, "planning"));
    fake_answer(f, 1, plan);
    assert_false(fake_shows(f, "planning"));
    fake_keys(f, "<Enter><C-u>4<Enter>q");
    assert_true(fake_is_cancelled(f, 2));
    fake_free(f);
}

static void a_new_document_keeps_what_was_changed(void **state)
{
    (void)state;
    struct fake *f = planned(80, 24);
    fake_keys(f, "j<Enter><C-u>3<Enter>j");
    fake_doc(f, KIND_PIPELINE, "churn", document);
    fake_settle(f);
    assert_true(fake_shows(f, "Parameters 5, 1 changed"));
    assert_true(fake_shows(f, "Enter choose"));
    /* not below the hands of who types */
    fake_keys(f, "k<Enter>4");
    fake_doc(f, KIND_PIPELINE, "churn", bare);
    fake_settle(f);
    assert_true(fake_shows(f, "34"));
    fake_keys(f, "<Enter>");
    assert_true(fake_shows(f, "none: it runs as it is"));
    fake_free(f);
}

/* Then the cursor is on the first step, and there is no other pane to go to. */
static void without_parameters_a_step_is_selected(void **state)
{
    (void)state;
    static const char text[] = "{\"PipelineName\":\"churn\",\"Mlw\":{\"Problem\":null,"
                               "\"Parameters\":[]," STEPS "}}";
    struct fake *f = fake_new(80, 24, false);
    fake_open(f, &pipeline_view, "churn");
    fake_doc(f, KIND_PIPELINE, "churn", text);
    fake_settle(f);
    assert_true(fake_shows(f, "Enter all of it"));
    assert_false(fake_shows(f, "Tab"));
    fake_free(f);
}

/* --- starting --- */

static void a_start_names_what_is_changed(void **state)
{
    (void)state;
    struct fake *f = planned(80, 24);
    fake_keys(f, "r");
    assert_true(fake_shows(f, "Run churn?"));
    assert_true(fake_shows(f, "With the parameters' defaults"));
    fake_keys(f, "r<Enter>");
    assert_int_equal(fake_request_count(f), 1);
    fake_keys(f, "jjjj<Enter>a \"b\" = c<Enter>k<Enter><C-u>0.5<Enter>");
    size_t before = fake_request_count(f);
    fake_answer(f, before - 1, plan);
    fake_keys(f, "r");
    assert_true(fake_shows(f, "Owner = a \"b\" = c"));
    assert_true(fake_shows(f, "MinAuc = 0.5"));
    fake_golden(f, "pipeline-start-80x24");
    fake_keys(f, "y");
    assert_int_equal(fake_request_count(f), before + 1);
    assert_int_equal(newest(f)->type, REQ_START);
    assert_string_equal(newest(f)->text, "churn");
    assert_int_equal(newest(f)->params.n, 2);
    assert_string_equal(value_of(newest(f), "Owner"), "a \"b\" = c");
    fake_free(f);
}

static void an_execution_fills_it(void **state)
{
    (void)state;
    struct fake *f = fake_new(80, 24, false);
    struct err e = ERR_INIT;
    fake_open(f, &home_view, NULL);
    assert_true(views_rerun(f->app, EXEC, &e));
    assert_true(fake_shows(f, "Reading " EXEC));
    fake_doc(f, KIND_EXECUTION, EXEC, execution);
    fake_doc(f, KIND_PIPELINE, "churn", document);
    fake_settle(f);
    assert_true(fake_shows(f, "Parameters 5, as " EXEC " had them"));
    assert_int_equal(newest(f)->params.n, 3);
    assert_string_equal(value_of(newest(f), "InputData"), "data/old.csv");
    assert_string_equal(value_of(newest(f), "Owner"), "ops");
    fake_answer(f, 0, plan);
    fake_golden(f, "pipeline-again-80x24");
    fake_keys(f, "j<Enter><C-u>3<Enter>");
    assert_true(fake_shows(f, "Parameters 5, 1 changed"));
    assert_string_equal(value_of(newest(f), "Epochs"), "3");
    fake_free(f);
}

/* --- around it --- */

static void its_executions_are_a_key_away(void **state)
{
    (void)state;
    struct fake *f = planned(80, 24);
    fake_rows(f, KIND_EXECUTION, "churn",
              "id | name | status | pipeline | created | context\n" EXEC " | " EXEC
              " | Succeeded | churn | 2h | local\n");
    fake_keys(f, "e");
    assert_true(fake_shows(f, "churn ▸ executions"));
    fake_keys(f, "q");
    assert_true(fake_shows(f, "Parameters 5"));
    fake_keys(f, "<Tab>jj<Enter>");
    assert_true(fake_shows(f, "HyperParameters.epochs 60 → 3"));
    fake_keys(f, "qX");
    assert_true(fake_shows(f, "register: unknown, if check-auc holds"));
    fake_free(f);
}

static void a_monkey_breaks_nothing(void **state)
{
    (void)state;
    struct fake *f = planned(80, 24);
    fake_monkey(f, &pipeline_view, "churn", 11, 10000);
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_needs_a_name),
        cmocka_unit_test(what_cannot_start_says_why),
        cmocka_unit_test(it_looks_right_in_every_state),
        cmocka_unit_test(before_the_plan_it_says_what_steps_come_after),
        cmocka_unit_test(a_field_is_edited_in_place),
        cmocka_unit_test(esc_leaves_a_field_as_it_was),
        cmocka_unit_test(tab_goes_from_field_to_field),
        cmocka_unit_test(enum_values_are_chosen_from_a_list),
        cmocka_unit_test(a_newer_question_cancels_the_older),
        cmocka_unit_test(a_new_document_keeps_what_was_changed),
        cmocka_unit_test(without_parameters_a_step_is_selected),
        cmocka_unit_test(a_start_names_what_is_changed),
        cmocka_unit_test(an_execution_fills_it),
        cmocka_unit_test(its_executions_are_a_key_away),
        cmocka_unit_test(a_monkey_breaks_nothing),
    };
    (void)utf8_init_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
