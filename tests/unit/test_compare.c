/* Rows side by side: which fields, which deltas, what is better, and how columns are aligned. */
#include "tests/unit/test.h"

#include <math.h>

#include "core/model/compare.h"

static const struct goal_of goal_list[] = {{"loss", GOAL_MIN}, {"auc", GOAL_MAX}, {"lr", GOAL_MIN}};
static const struct goals goals = {goal_list, ALEN(goal_list)};

static const struct named_value params_a[] = {{"lr", {.type = VALUE_NUM, .num = 0.01}},
                                              {"opt", {.type = VALUE_TEXT, .text = "10"}}};
static const struct named_value params_b[] = {{"depth", {.type = VALUE_INT, .i = 8}},
                                              {"lr", {.type = VALUE_NUM, .num = 0.003}},
                                              {"opt", {.type = VALUE_TEXT, .text = "12"}}};
static const struct named_value metrics_a[] = {{"auc", {.type = VALUE_NUM, .num = 0.9209}},
                                               {"loss", {.type = VALUE_NUM, .num = 0.19}}};
static const struct named_value metrics_b[] = {{"acc", {.type = VALUE_NUM, .num = 0.5}},
                                               {"auc", {.type = VALUE_NUM, .num = 0.9217}},
                                               {"loss", {.type = VALUE_NUM, .num = NAN}}};
static const struct named_value metrics_c[] = {{"auc", {.type = VALUE_NUM, .num = 0.9209}},
                                               {"loss", {.type = VALUE_NUM, .num = INFINITY}}};
static struct value cells[3][FIELD_MAX];
static const struct row rows[3] = {
    {"a", cells[0], {{params_a, 2}, {metrics_a, 2}, {NULL, 0}}},
    {"b", cells[1], {{params_b, 3}, {metrics_b, 3}, {NULL, 0}}},
    {"c", cells[2], {{params_a, 2}, {metrics_c, 2}, {NULL, 0}}},
};
static const struct row *const three[] = {&rows[0], &rows[1], &rows[2]};

static const struct compare_line *line_of(const struct compare *c, const char *name)
{
    for (size_t i = 0; i < c->lines.n; i++) {
        if (strcmp(c->lines.at[i].name, name) == 0) {
            return &c->lines.at[i];
        }
    }
    fail_msg("there is no %s", name);
    return NULL;
}

static void deltas_are_of_numbers_alone(void **state)
{
    (void)state;
    struct compare c;
    compare_init(&c, KIND_RUN, three, 3, 1, &goals, 0);
    CLEANUP(str_release) struct str names = STR_INIT;
    for (size_t i = 0; i < c.lines.n; i++) {
        str_addf(&names, "%s ", c.lines.at[i].name);
    }
    assert_string_equal(names.p,
                        "params.depth params.lr params.opt metrics.acc metrics.auc metrics.loss ");
    const struct compare_line *l = line_of(&c, "params.opt"); /* text is no number */
    assert_true(isnan(l->deltas[0]) && isnan(l->deltas[1]) && l->differs);
    l = line_of(&c, "params.depth"); /* missing here and there */
    assert_true(isnan(l->deltas[0]) && l->deltas[1] == 0 && l->differs);
    assert_int_equal(l->values[0].type, VALUE_MISSING);
    l = line_of(&c, "params.lr");
    assert_true(l->deltas[0] == 0.01 - 0.003 && l->deltas[1] == 0);
    l = line_of(&c, "metrics.loss");
    assert_true(isnan(l->deltas[0]) && isnan(l->deltas[1]) && l->differs);
    compare_release(&c);
}

static void better_is_never_guessed(void **state)
{
    (void)state;
    struct compare c;
    compare_init(&c, KIND_RUN, three, 3, 0, &goals, 0);
    const struct compare_line *l = line_of(&c, "metrics.auc");
    assert_int_equal(l->betters[0], BETTER_UNKNOWN); /* the baseline itself */
    assert_int_equal(l->betters[1], BETTER_YES);
    assert_int_equal(l->betters[2], BETTER_UNKNOWN); /* the same */
    l = line_of(&c, "metrics.loss");
    assert_int_equal(l->betters[1], BETTER_UNKNOWN);                          /* NaN */
    assert_int_equal(l->betters[2], BETTER_NO);                               /* Infinity */
    assert_int_equal(line_of(&c, "metrics.acc")->betters[1], BETTER_UNKNOWN); /* no goal */
    assert_int_equal(line_of(&c, "params.lr")->betters[1], BETTER_UNKNOWN);   /* no metric */
    compare_release(&c);
    compare_init(&c, KIND_RUN, three, 3, 0, NULL, 0);
    assert_int_equal(line_of(&c, "metrics.auc")->betters[1], BETTER_UNKNOWN);
    compare_release(&c);
}

static void the_whole_has_fields_and_no_empty_ones(void **state)
{
    (void)state;
    struct compare c;
    cells[0][FIELD_RUN_status] = cells[1][FIELD_RUN_status] = value_text("FINISHED");
    cells[2][FIELD_RUN_status] = value_text("FAILED");
    compare_init(&c, KIND_RUN, three, 3, 0, NULL, COMPARE_WHOLE);
    assert_true(line_of(&c, "status")->differs);
    assert_string_equal(line_of(&c, "status")->field->id, "status");
    for (size_t i = 0; i < c.lines.n; i++) {
        assert_string_not_equal(c.lines.at[i].name, "experiment");
    }
    compare_release(&c);
    memset(cells, 0, sizeof cells);
}

static void a_delta_is_what_one_gets_on_paper(void **state)
{
    (void)state;
    static const struct {
        double value, base;
        const char *want;
    } cases[] = {
        {0.9217, 0.9209, "+0.0008"},
        {0.1894, 0.19, "-0.0006"},
        {1, 1, ""},
        {NAN, 1, ""},
        {INFINITY, 1, ""},
        {64, 8, "+56"},
        {1e-7, 0.5, "-0.5"},
        {0.5 + 1.25e-5, 0.5 + 1e-16, "+1.2e-05"},
        {0.49322634546410027, 0.9930240453654404, "-0.4998"},
        {1000000.5, 0.25, "+1.0e+06"},
    };
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(str_release) struct str text = STR_INIT;
        compare_delta_text(&text, value_num(cases[i].value), value_num(cases[i].base));
        assert_string_equal(text.p, cases[i].want);
    }
    CLEANUP(str_release) struct str text = STR_INIT;
    compare_delta_text(&text, value_text("2"), value_num(1));
    compare_delta_text(&text, value_int(2), (struct value){.type = VALUE_MISSING});
    assert_string_equal(text.p, "");
}

static void points_stand_under_each_other(void **state)
{
    (void)state;
    static const char *const texts[] = {"0.25",  "128",           "-12.5",       "adam",
                                        "1e-05", "1764000000000", "\xe2\x80\x93"};
    static const size_t indents[] = {2, 0, 0, 0, 2, 0, 0};
    struct compare_column col = {0};
    for (size_t i = 0; i < ALEN(texts); i++) {
        compare_measure(&col, sv_z(texts[i]));
    }
    for (size_t i = 0; i < ALEN(texts); i++) {
        assert_int_equal(compare_indent(&col, sv_z(texts[i])), indents[i]);
    }
    assert_int_equal(col.width, 13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deltas_are_of_numbers_alone),
        cmocka_unit_test(better_is_never_guessed),
        cmocka_unit_test(the_whole_has_fields_and_no_empty_ones),
        cmocka_unit_test(a_delta_is_what_one_gets_on_paper),
        cmocka_unit_test(points_stand_under_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
