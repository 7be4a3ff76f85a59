/* LIKE patterns, and numbers from curves. */
#include "tests/unit/test.h"

#include <locale.h>
#include <math.h>

#include "core/base/mem.h"
#include "core/query/like.h"
#include "core/query/reduce.h"

static void patterns(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool is_caseless, does_match;
    } cases[] = {
        {"", "a", false, false},
        {"a", "", false, false},
        {"_", "", false, false},
        {"a", "A", false, false},
        {"a", "ab", false, false},
        {"%b", "abc", false, false},
        {"a_", "a", false, false},
        {"__", "é", false, false},
        {"a.c", "abc", false, false},
        {"%a%a%", "a", false, false},
        {"é", "É", false, false},
        {"a%b%c", "abdb", false, false},
        {"", "", false, true},
        {"%", "", false, true},
        {"%%", "x", false, true},
        {"a", "A", true, true},
        {"É_", "éX", true, true},
        {"_", "é", false, true},
        {"%b", "aab", false, true},
        {"a%", "a", false, true},
        {"a%b%c", "abbbcc", false, true},
        {"%ab", "aaab", false, true},
        {"_%_", "xy", false, true},
        {"10[%]", "10[x]", false, true},
        {"ГОД%", "год 1", true, true},
        {"%\\%%", "a\\b", false, true},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        if (like_match(sv_z(cases[i].pattern), sv_z(cases[i].text), cases[i].is_caseless) !=
            cases[i].does_match) {
            fail_msg("%s and %s", cases[i].pattern, cases[i].text);
        }
    }
}

static const struct filter_point points[] = {{0, NAN}, {10, 3}, {20, 1},
                                             {20, 2},  {30, 4}, {40, NAN}};
static const struct filter_point straight[] = {{INT64_C(9007199254740993), 5},
                                               {INT64_C(9007199254740995), 5}};

static void curves(void **state)
{
    static const struct {
        enum reducer reducer;
        int64_t arg;
        size_t n; /* of the points */
        const char *metric;
        double want; /* NaN: one; -99: missing */
    } cases[] = {
        {REDUCE_MIN, 0, 0, "x", -99},     {REDUCE_MIN, 0, 1, "x", -99},
        {REDUCE_MEAN, 0, 1, "x", -99},    {REDUCE_FIRST, 0, 0, "x", -99},
        {REDUCE_LAST, 0, 0, "x", -99},    {REDUCE_SLOPE, 9, 2, "x", -99},
        {REDUCE_SLOPE, 2, 4, "x", -99}, /* two points of one step */
        {REDUCE_AT, 15, 6, "x", -99},     {REDUCE_BEST, 0, 1, "loss", -99},
        {REDUCE_MIN, 0, 6, "x", 1},       {REDUCE_MAX, 0, 6, "x", 4},
        {REDUCE_MEAN, 0, 6, "x", 2.5},    {REDUCE_FIRST, 0, 6, "x", NAN},
        {REDUCE_LAST, 0, 6, "x", NAN},    {REDUCE_LAST, 0, 5, "x", 4},
        {REDUCE_AT, 20, 6, "x", 2},       {REDUCE_AT, 40, 6, "x", NAN},
        {REDUCE_BEST, 0, 6, "auc", 4},    {REDUCE_BEST, 0, 6, "val_Loss", 1},
        {REDUCE_SLOPE, 2, 6, "x", 0.2},   {REDUCE_SLOPE, 3, 6, "x", 0.25},
        {REDUCE_SLOPE, 99, 3, "x", -0.2},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct filter_series s = {points, cases[i].n, GOAL_NONE};
        struct value v = reduce(cases[i].reducer, cases[i].arg, cases[i].metric, &s);
        double have = v.type == VALUE_MISSING ? -99 : v.num;
        bool is_nan = isnan(have) && isnan(cases[i].want);
        if (!is_nan && !(fabs(have - cases[i].want) < 1e-12)) {
            fail_msg("case %zu: %g, not %g", i, have, cases[i].want);
        }
    }
    struct filter_series s = {points, ALEN(points), GOAL_MAX};
    assert_true(reduce(REDUCE_BEST, 0, "loss", &s).num == 4);
    s = (struct filter_series){straight, ALEN(straight), GOAL_NONE};
    assert_true(reduce(REDUCE_AT, INT64_C(9007199254740995), "x", &s).num == 5);
    assert_true(reduce(REDUCE_AT, INT64_C(9007199254740994), "x", &s).type == VALUE_MISSING);
}

static void goals_by_name(void **state)
{
    static const char *const less[] = {"loss",       "val/ERROR", "mae",         "train_mse",
                                       "perplexity", "latency",   "seconds time"};
    (void)state;
    for (size_t i = 0; i < ALEN(less); i++) {
        assert_int_equal(reduce_goal(less[i]), GOAL_MIN);
    }
    assert_int_equal(reduce_goal("accuracy"), GOAL_MAX);
    assert_int_equal(reducer_find(SV("@")), REDUCE_NONE);
    assert_int_equal(reducer_find(SV("slope")), REDUCE_SLOPE);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns),
        cmocka_unit_test(curves),
        cmocka_unit_test(goals_by_name),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
