/* Charts of runs: the grid, the overlay, the cursor, and what is asked of the hub for them. */
#include <math.h>
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
#include "views/charts_state.h"
#include "views/views.h"

#define IDS "r118\nr97\nr90"

static const char runs[] =
    "id | name | status | metrics.auc | metrics.loss | metrics.lr | metrics.seconds | "
    "metrics.val_loss | tags.execution | tags.step\n"
    "r118 | proud-heron-118 | FINISHED | 0.9217 | 0.1894 | 0.001 | 12 | 0.3041 | k3v9x0m2q8ab | "
    "train\n"
    "r97 | quiet-mole-97 | FINISHED | 0.9209 | 0.1901 | 0.001 | 13 | 0.3 | |\n"
    "r90 | merry-finch-90 | RUNNING | 0.9231 | 0.1877 | 0.001 | | 0.2987 | |\n";

static const char *const keys[] = {"auc", "loss", "lr", "seconds", "val_loss"};

/* Curves that one can tell apart, `n` points of each. */
static void curves(struct fake *f, const char *run, int n, double shift)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    for (size_t k = 0; k < ALEN(keys); k++) {
        str_addf(&text, "%s%s", k ? "\n" : "", keys[k]);
        for (int i = 0; i < n; i++) {
            double fall = exp(-(i + 1) / (10.0 + shift * 10)) + shift / 10;
            double y = k == 0   ? 1 - fall / 2
                       : k == 2 ? pow(10, -1 - (double)i / 20 + shift)
                                : fall + 0.05 * sin(i * (1.3 + shift)) * (k == 4);
            str_addf(&text, " %.4f", y);
        }
    }
    fake_series(f, run, text.p);
}

static void lay_down(struct fake *f)
{
    fake_rows(f, KIND_RUN, NULL, runs);
    curves(f, "r118", 60, 0);
    curves(f, "r97", 60, 0.5);
    curves(f, "r90", 40, 1);
}

static struct fake *opened(int w, int h)
{
    struct fake *f = fake_new(w, h, false);
    lay_down(f);
    fake_open(f, &charts_view, IDS);
    return f;
}

static struct charts *top(const struct fake *f)
{
    return charts_of(app_top(f->app));
}

static void looks_the_same_in_every_state(void **state)
{
    (void)state;
    static const int sizes[][2] = {{80, 24}, {132, 43}, {40, 8}};
    for (size_t i = 0; i < ALEN(sizes); i++) {
        int w = sizes[i][0], h = sizes[i][1];
        struct fake *f = fake_new(w, h, false);
        fake_open(f, &charts_view, IDS);
        fake_golden_sized(f, "charts-loading");
        fake_failure(f, QUERY_ROWS, KIND_RUN, NULL, ERR_IO, "could not read .mlw/local.db");
        fake_golden_sized(f, "charts-error");
        fake_rows(f, KIND_RUN, NULL, "id | name\nr118 | x\nr97 | y\nr90 | z\n");
        fake_golden_sized(f, "charts-empty");
        lay_down(f);
        fake_golden_sized(f, "charts-data");
        fake_failure(f, QUERY_ROWS, KIND_RUN, NULL, ERR_IO, "could not read .mlw/local.db");
        fake_golden_sized(f, "charts-stale");
        fake_free(f);
    }
}

static void without_colours_lines_have_letters(void **state)
{
    (void)state;
    struct fake *f = fake_new_with((struct app_config){.w = 80, .h = 24, .theme = "mono"});
    lay_down(f);
    fake_open(f, &charts_view, IDS);
    fake_keys(f, "2");
    fake_golden(f, "charts-mono-80x24");
    fake_free(f);
    f = fake_new(80, 24, true);
    lay_down(f);
    fake_open(f, &charts_view, IDS);
    fake_keys(f, "2>>");
    fake_golden(f, "charts-ascii-80x24");
    fake_free(f);
}

static size_t series_queries(const struct fake *f)
{
    size_t n = 0;
    while (fake_query(f, QUERY_SERIES, KIND_RUN, n)) {
        n++;
    }
    return n;
}

static void only_what_is_in_sight_is_read(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    assert_int_equal(series_queries(f), 4 * 3 - 1); /* r90 has no seconds */
    for (size_t i = 0; i < series_queries(f); i++) {
        assert_non_null(fake_query(f, QUERY_SERIES, KIND_RUN, i)->key);
        assert_string_not_equal(fake_query(f, QUERY_SERIES, KIND_RUN, i)->key, "val_loss");
    }
    fake_keys(f, "<PgDn>");
    assert_int_equal(series_queries(f), 3);
    assert_string_equal(fake_query(f, QUERY_SERIES, KIND_RUN, 0)->key, "val_loss");
    fake_keys(f, "<Enter>g");
    assert_int_equal(series_queries(f), 3);
    assert_string_equal(fake_query(f, QUERY_SERIES, KIND_RUN, 0)->key, "auc");
    fake_keys(f, "H");
    assert_int_equal(series_queries(f), 2);
    fake_keys(f, "Hi"); /* the points themselves, to be read one by one */
    assert_int_equal(fake_query(f, QUERY_SERIES, KIND_RUN, 0)->pixels, CHARTS_RAW_MAX);
    fake_free(f);
}

static void one_chart_has_the_whole_screen(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    assert_true(fake_shows(f, "seconds"));
    fake_keys(f, "2");
    assert_false(fake_shows(f, "seconds"));
    assert_true(top(f)->is_whole);
    fake_golden(f, "charts-whole-80x24");
    fake_keys(f, "<Esc>j<Enter>");
    assert_true(fake_shows(f, "seconds of proud-heron-118"));
    fake_keys(f, "k<Esc>");
    assert_false(top(f)->is_whole);
    fake_keys(f, "/val<Enter>");
    assert_true(fake_shows(f, "val_loss of"));
    assert_true(fake_shows(f, "chart 1 of 1"));
    fake_keys(f, "<Esc>");
    assert_true(fake_shows(f, "of 5"));
    fake_free(f);
}

static void values_are_read_from_the_points(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_keys(f, "2i<Left><Left>");
    const struct series *s = charts_series(top(f), "r118", "loss");
    CLEANUP(str_release) struct str want = STR_INIT;
    str_addf(&want, "loss of proud-heron-118 at step 58: %g", s->at[57].value);
    assert_true(fake_shows(f, want.p));
    app_keys(f->app, "<S-Left>");
    assert_true(fake_shows(f, "at step 48:"));
    fake_keys(f, "<Tab>"); /* the next run, the same place */
    assert_true(fake_shows(f, "loss of quiet-mole-97 at step 48:"));
    assert_true(fake_shows(f, " on proud"));
    fake_keys(f, "<Tab>");
    assert_true(fake_shows(f, "no point here")); /* it has 40 steps */
    fake_golden(f, "charts-inspect-80x24");
    fake_keys(f, "<Esc>");
    assert_true(fake_shows(f, "loss of merry-finch-90, RUNNING"));
    fake_free(f);
}

static void keys_of_charts(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_keys(f, ">>");
    assert_true(fake_shows(f, "smoothed 0.8"));
    (void)app_command(f->app, CMD_SMOOTHING, &(struct cmd_arg){.text = SV("ema 0.95")});
    assert_true(fake_shows(f, "smoothed 0.95 ema"));
    (void)app_command(f->app, CMD_SMOOTHING, &(struct cmd_arg){.text = SV("median")});
    assert_true(fake_shows(f, "smoothing is none, twema or ema"));
    (void)app_command(f->app, CMD_SMOOTHING, &(struct cmd_arg){.text = SV("none")});
    assert_false(fake_shows(f, "smoothed"));
    fake_pass(f, 10000);
    fake_keys(f, "L");
    assert_true(fake_shows(f, "3 runs  log y"));
    fake_keys(f, "j");
    assert_false(fake_shows(f, "3 runs  log y")); /* each chart has its own */
    fake_keys(f, "t");
    assert_true(fake_shows(f, "by time"));
    fake_keys(f, "t");
    assert_true(fake_shows(f, "by the clock"));
    fake_keys(f, "t(");
    assert_true(fake_shows(f, "zoomed"));
    assert_true(top(f)->look.from > 25 && top(f)->look.to > 59);
    fake_keys(f, ")");
    assert_true(isnan(top(f)->look.from));
    fake_keys(f, "((0");
    assert_true(isnan(top(f)->look.from));
    fake_free(f);
}

static void runs_are_held_against_one(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    assert_true(fake_shows(f, "★proud-heron-118"));
    fake_keys(f, "<Tab>p");
    assert_true(fake_shows(f, "★quiet-mole-97"));
    fake_keys(f, "H");
    assert_true(fake_shows(f, "(quiet-mole-97)"));
    fake_keys(f, "Hp");
    assert_true(fake_shows(f, "★proud-heron-118"));
    fake_keys(f, "c");
    assert_string_equal(app_top(f->app)->ops->name, "compare");
    fake_keys(f, "m");
    assert_string_equal(app_top(f->app)->ops->name, "charts");
    fake_free(f);
}

static void colours_stay_with_their_runs(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    unsigned colour = top(f)->runs.at[2].colour;
    assert_int_not_equal(top(f)->runs.at[0].colour, top(f)->runs.at[1].colour);
    assert_int_not_equal(top(f)->runs.at[1].colour, colour);
    fake_keys(f, "q");
    fake_open(f, &charts_view, "r90");
    struct charts alone = *top(f);
    fake_open(f, &charts_view, "r90\nr118");
    assert_int_equal(top(f)->runs.at[0].colour, alone.runs.at[0].colour);
    fake_free(f);
}

static void what_is_not_finite_is_a_gap_with_a_sign(void **state)
{
    (void)state;
    struct fake *f = fake_new(80, 24, false);
    fake_rows(f, KIND_RUN, NULL, "id | name | metrics.loss\nr1 | one | 0.1\n");
    fake_series(f, "r1", "loss 0.9 0.8 0.7 nan nan 0.5 inf 0.4 0.35 -inf 0.3 0.2 0.1 nan\n");
    fake_open(f, &charts_view, "r1");
    fake_golden(f, "charts-gaps-80x24");
    fake_free(f);
}

static size_t cells_that_differ(const struct cell *before, const struct canvas *c)
{
    size_t n = 0;
    for (int i = 0; i < c->w * c->h; i++) {
        n += memcmp(&before[i], &c->cells[i], sizeof *before) != 0;
    }
    return n;
}

/* A point more repaints its end, its value and its sentence, not the chart. */
static void a_live_point_repaints_a_few_cells(void **state)
{
    (void)state;
    enum { CELLS_MAX = 12 };
    struct fake *f = fake_new(80, 24, false);
    fake_rows(f, KIND_RUN, NULL, "id | name | status | metrics.loss\nr1 | one | RUNNING | 0.1\n");
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addz(&text, "loss");
    for (int i = 0; i < 60; i++) {
        str_addf(&text, " %.4f", 0.2 + 0.7 * exp(-i / 12.0));
    }
    fake_series(f, "r1", text.p);
    fake_open(f, &charts_view, "r1");
    fake_settle(f);
    const struct canvas *c = app_canvas(f->app);
    size_t most = 0;
    for (int i = 60; i < 90; i++) {
        struct cell *before = xcalloc((size_t)c->w * (size_t)c->h, sizeof *before);
        memcpy(before, c->cells, (size_t)c->w * (size_t)c->h * sizeof *before);
        str_addf(&text, " %.4f", 0.2 + 0.7 * exp(-i / 12.0));
        fake_series(f, "r1", text.p);
        fake_settle(f);
        size_t n = cells_that_differ(before, c);
        most = n > most ? n : most;
        free(before);
    }
    print_message("a live point repaints at most %zu cells\n", most);
    assert_true(most > 0 && most <= CELLS_MAX);
    fake_free(f);
}

static void what_is_not_there_is_said(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    struct err e = ERR_INIT;
    assert_false(views_charts(f->app, "", &e));
    assert_int_equal(e.code, ERR_USAGE);
    CLEANUP(str_release) struct str many = STR_INIT;
    for (int i = 0; i <= CHARTS_RUNS_MAX; i++) {
        str_addf(&many, "r%d\n", i);
    }
    assert_false(views_charts(f->app, many.p, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    fake_open(f, &charts_view, "r97\nnobody");
    assert_true(fake_shows(f, "no run \"nobody\""));
    fake_open(f, &charts_view, "nobody");
    assert_true(fake_shows(f, "no run \"nobody\""));
    fake_free(f);
}

static void from_here_one_gets_to_log_and_points(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_keys(f, "l");
    assert_string_equal(app_top(f->app)->ops->name, "logs");
    fake_keys(f, "q<Tab>l");
    assert_true(fake_shows(f, "not made by an execution"));
    CLEANUP(str_release) struct str csv = STR_INIT;
    struct err e = ERR_INIT;
    assert_false(charts_view.export(app_top(f->app), SV("pdf"), &csv, &e));
    assert_true(charts_view.export(app_top(f->app), SV("csv"), &csv, &e));
    assert_non_null(strstr(csv.p, "run,metric,step,time,value\r\n"));
    assert_non_null(strstr(csv.p, "r118,auc,1,2025-11-24T15:59:01.000Z,0."));
    fake_keys(f, "d");
    assert_true(fake_shows(f, "least"));
    fake_free(f);
}

static void nothing_is_drawn_outside(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_monkey(f, &charts_view, IDS, 4242, 10000);
    fake_free(f);
}

/* The run that keys are about: what speaks against it, and where it came from. */
static void a_run_says_why_and_whence(void **state)
{
    static const struct {
        const char *keys, *shows;
    } ways[] = {{"X", "runs ▸ r118 ▸ evidence"},
                {"x", "runs ▸ r118 ▸ lineage"},
                {"<Tab>x", "runs ▸ r97 ▸ lineage"}};
    (void)state;
    for (size_t i = 0; i < ALEN(ways); i++) {
        struct fake *f = opened(80, 24);
        fake_keys(f, ways[i].keys);
        assert_true(fake_shows(f, ways[i].shows));
        fake_free(f);
    }
}

int main(void)
{
    (void)utf8_init_locale();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_says_why_and_whence),
        cmocka_unit_test(what_is_not_there_is_said),
        cmocka_unit_test(looks_the_same_in_every_state),
        cmocka_unit_test(without_colours_lines_have_letters),
        cmocka_unit_test(only_what_is_in_sight_is_read),
        cmocka_unit_test(one_chart_has_the_whole_screen),
        cmocka_unit_test(values_are_read_from_the_points),
        cmocka_unit_test(keys_of_charts),
        cmocka_unit_test(runs_are_held_against_one),
        cmocka_unit_test(colours_stay_with_their_runs),
        cmocka_unit_test(what_is_not_finite_is_a_gap_with_a_sign),
        cmocka_unit_test(a_live_point_repaints_a_few_cells),
        cmocka_unit_test(from_here_one_gets_to_log_and_points),
        cmocka_unit_test(nothing_is_drawn_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
