/* Curves: which x, which average, zoom; and where a chart finds a point. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "views/curve.h"

static const struct series_point points[] = {
    {1, 1000, 1, 1, 1}, {2, 2000, 3, 2, 4},   {3, 3000, NAN, NAN, NAN},
    {4, 4000, 5, 5, 5}, {14, 14000, 1, 1, 1}, {15, 15000, INFINITY, 1, 1},
};
static const struct series six = {.run = "r", .key = "loss", .at = points, .n = ALEN(points)};

static bool is_near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

static void x_is_step_time_or_clock(void **state)
{
    (void)state;
    struct curve_look look = {.from = NAN, .to = NAN};
    assert_true(curve_x(&look, &six, 4) == 14);
    look.axis = CURVE_BY_TIME;
    assert_true(curve_x(&look, &six, 4) == 13);
    look.axis = CURVE_BY_CLOCK;
    assert_true(curve_x(&look, &six, 4) == 14);
    assert_int_equal(curve_x_kind(&look), CHART_X_CLOCK);
}

static void averages_do_not_lean_on_zero_nor_on_gaps(void **state)
{
    (void)state;
    struct curve_look look = {.average = CURVE_EMA, .smoothing = 1, .from = NAN, .to = NAN};
    struct curve c;
    curve_init(&c, &look, &six);
    assert_true(is_near(curve_weight(&look), 0.5));
    assert_true(is_near(c.smooth[0], 1)); /* and not a half of it */
    assert_true(is_near(c.smooth[1], (0.25 * 1 + 0.5 * 3) / 0.75));
    assert_true(isnan(c.smooth[2]) && isnan(c.smooth[5]));
    assert_true(is_near(c.smooth[3], (0.125 * 1 + 0.25 * 3 + 0.5 * 5) / 0.875));
    assert_true(c.y[1] == 3 && c.lo[1] == 2 && c.hi[1] == 4); /* the points stay */
    double by_points = c.smooth[4];
    curve_release(&c);
    look.average = CURVE_TWEMA; /* ten steps back count for less than one */
    curve_init(&c, &look, &six);
    assert_true(c.smooth[4] < by_points && c.smooth[4] > 1);
    curve_release(&c);
    look.smoothing = 0;
    curve_init(&c, &look, &six);
    assert_null(c.smooth);
    curve_release(&c);
}

static void zoom_keeps_the_end_or_the_cursor(void **state)
{
    (void)state;
    struct curve_look look = {.from = NAN, .to = NAN};
    curve_zoom(&look, 0.5, 0, 100, NAN);
    assert_true(look.from == 50 && look.to == 100);
    curve_zoom(&look, 0.5, 0, 100, 60);
    assert_true(look.from == 47.5 && look.to == 72.5);
    curve_zoom(&look, 2, 0, 100, 50);
    curve_zoom(&look, 2, 0, 100, 50);
    assert_true(isnan(look.from) && isnan(look.to)); /* all of it again */
    curve_zoom(&look, 0.5, 3, 3, NAN);
    assert_true(isnan(look.from)); /* one point has no part */
}

static void smoothing_is_said_in_words(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "median", "ema 0.3", "ema x", "twema 0.5 0.5", "0.9"};
    struct curve_look look = {.smoothing = 2};
    for (size_t i = 0; i < ALEN(wrong); i++) {
        assert_false(curve_parse_smoothing(&look, sv_z(wrong[i])));
        assert_int_equal(look.smoothing, 2);
    }
    assert_true(curve_parse_smoothing(&look, SV(" ema  0.95 ")));
    assert_true(look.average == CURVE_EMA && curve_weight(&look) == 0.95);
    assert_true(curve_parse_smoothing(&look, SV("twema")));
    assert_true(look.average == CURVE_TWEMA && curve_weight(&look) == 0.95);
    assert_true(curve_parse_smoothing(&look, SV("none")));
    assert_int_equal(look.smoothing, 0);
}

static void a_cursor_finds_the_nearest_point(void **state)
{
    (void)state;
    static const double x[] = {0, 1, 2, 10};
    const struct chart_series s = {.x = x, .n = ALEN(x)};
    static const struct {
        double x;
        size_t want;
    } cases[] = {{0, 0},   {0.4, 0}, {0.6, 1},         {2, 2},           {5.9, 2},
                 {6.1, 3}, {10, 3},  {-0.1, SIZE_MAX}, {10.1, SIZE_MAX}, {NAN, SIZE_MAX}};
    for (size_t i = 0; i < ALEN(cases); i++) {
        assert_int_equal(chart_nearest(&s, cases[i].x), cases[i].want);
    }
    assert_int_equal(chart_nearest(&(struct chart_series){.n = 0}, 0), SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(x_is_step_time_or_clock),
        cmocka_unit_test(averages_do_not_lean_on_zero_nor_on_gaps),
        cmocka_unit_test(zoom_keeps_the_end_or_the_cursor),
        cmocka_unit_test(smoothing_is_said_in_words),
        cmocka_unit_test(a_cursor_finds_the_nearest_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
