/* The run view: what it shows, its chart and the chart's keys. */
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
#include "views/run.h"
#include "views/run_state.h"

#define RUN "5f0c9a27d1e84b6c9a3f0e7d2b1c4a58"

/* %s: the status, and when it ended */
#define DOC                                                                                        \
    "{\"id\":\"" RUN "\",\"run_id\":\"" RUN "\",\"name\":\"train-k3v9x0m2q8ab\","                  \
    "\"experiment\":\"churn\",\"status\":\"%s\",\"start_time\":\"2025-11-24T15:58:55.000Z\","      \
    "\"end_time\":%s,\"source\":\"mlw\","                                                          \
    "\"params\":{\"batch_size\":\"64\",\"depth\":\"8\",\"lr\":\"0.003\"},"                         \
    "\"metrics\":{\"accuracy\":0.91,\"val_loss\":0.33,\"broken\":null},"                           \
    "\"nonfinite\":{\"broken\":\"NaN\"},"                                                          \
    "\"tags\":{\"execution\":\"k3v9x0m2q8ab\",\"step\":\"train\",\"user\":\"ops\"},"               \
    "\"inputs\":[{\"name\":\"train\",\"uri\":\"s3://churn/k3v9x0m2q8ab/preprocess/output/train\"," \
    "\"digest\":\"sha256:9c1e77ab51b0d2f4\"}],"                                                    \
    "\"outputs\":[{\"uri\":\"s3://churn/k3v9x0m2q8ab/train/model.tar.gz\","                        \
    "\"digest\":\"sha256:51b0d2f49c1e77ab\"}]}"

static void lay_down(struct fake *f, bool is_running)
{
    CLEANUP(str_release) struct str curves = STR_INIT;
    CLEANUP(mem_free_ptr)
    char *filled = xasprintf(DOC, is_running ? "RUNNING" : "FINISHED",
                             is_running ? "null" : "\"2025-11-24T15:59:55.000Z\"");
    str_addz(&curves, "train_loss");
    for (int i = 0; i < 60; i++) {
        str_addf(&curves, " %.4f", 0.25 + 0.6 * exp(-i / 12.0) + 0.01 * sin(i));
    }
    str_addz(&curves, "\nval_loss");
    for (int i = 0; i < 60; i++) {
        str_addf(&curves, " %.4f", 0.3 + 0.6 * exp(-i / 15.0) + 0.02 * sin(i * 1.7));
    }
    fake_doc(f, KIND_RUN, RUN, filled);
    fake_series(f, RUN, curves.p);
}

static struct fake *opened(int w, int h)
{
    struct fake *f = fake_new(w, h, false);
    lay_down(f, true);
    fake_open(f, &run_view, RUN);
    return f;
}

static void looks_the_same_in_every_state(void **state)
{
    (void)state;
    static const int sizes[][2] = {{80, 24}, {132, 43}, {40, 10}};
    for (size_t i = 0; i < ALEN(sizes); i++) {
        int w = sizes[i][0], h = sizes[i][1];
        struct fake *f = fake_new(w, h, false);
        fake_open(f, &run_view, RUN);
        fake_golden_sized(f, "run-loading");
        fake_failure(f, QUERY_DOC, KIND_RUN, RUN, ERR_NOT_FOUND, "there is no run 5f0c9a27");
        fake_golden_sized(f, "run-error");
        fake_doc(f, KIND_RUN, RUN, "{\"id\":\"" RUN "\",\"name\":\"x\",\"status\":\"FAILED\"}");
        fake_golden_sized(f, "run-empty");
        lay_down(f, true);
        fake_golden_sized(f, "run-data");
        fake_failure(f, QUERY_DOC, KIND_RUN, RUN, ERR_IO, "could not read .mlw/mlw.db");
        fake_golden_sized(f, "run-stale");
        fake_free(f);
    }
    struct fake *f = fake_new(80, 24, true);
    lay_down(f, false);
    fake_open(f, &run_view, RUN);
    fake_golden(f, "run-ascii-80x24");
    fake_free(f);
}

static void the_chart_is_of_the_selected_metric(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    assert_string_equal(run_of(app_top(f->app))->metric, "val_loss");
    fake_keys(f, "g");
    assert_string_equal(run_of(app_top(f->app))->metric, "train_loss");
    fake_keys(f, "<Tab>"); /* params have no curve: the chart stays */
    assert_string_equal(run_of(app_top(f->app))->metric, "train_loss");
    assert_true(fake_shows(f, "batch_size = 64"));
    fake_free(f);
}

static void keys_of_charts(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    const struct run *r = run_of(app_top(f->app));
    fake_keys(f, ">>");
    assert_true(fake_shows(f, "smoothed 0.8"));
    fake_keys(f, "<lt><lt><lt>");
    assert_false(fake_shows(f, "smoothed 0"));
    fake_keys(f, "L");
    assert_true(fake_shows(f, "log y"));
    fake_keys(f, "Lt");
    assert_true(fake_shows(f, "by time"));
    fake_keys(f, "t");
    assert_true(fake_shows(f, "by the clock"));
    fake_keys(f, "ti");
    assert_true(fake_shows(f, "step 60  val_loss"));
    fake_keys(f, "<Left><Left>");
    assert_true(fake_shows(f, "step 58  val_loss"));
    fake_keys(f, "(");
    assert_true(fake_shows(f, "zoomed"));
    fake_keys(f, "))");
    assert_true(isnan(r->chart.look.from));
    fake_keys(f, "(0");
    assert_true(isnan(r->chart.look.from));
    fake_keys(f, "<Esc>+");
    assert_int_equal(r->pane, RUN_PANE_FULL);
    fake_golden(f, "run-zoomed-80x24");
    fake_keys(f, "_");
    assert_int_equal(r->pane, RUN_PANE_HALF);
    assert_true(r->list.h > 0 && r->plot.h > r->list.h);
    fake_keys(f, "=+");
    fake_keys(f, "<Esc>");
    assert_int_equal(r->pane, RUN_PANE_NORMAL);
    assert_ptr_equal(app_top(f->app)->ops, &run_view);
    fake_free(f);
}

static void a_new_point_moves_nothing_else(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_keys(f, "G"); /* someone reads the tags meanwhile */
    int y = app_canvas(f->app)->cursor_y;
    fake_series(f, RUN, "train_loss 0.9 0.8\nval_loss 0.9 0.8 0.1234\n");
    fake_settle(f);
    assert_true(fake_shows(f, "0.1234"));
    assert_int_equal(app_canvas(f->app)->cursor_y, y);
    fake_free(f);
}

static void from_here_one_gets_to_its_log_and_execution(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_keys(f, "l");
    assert_string_equal(app_top(f->app)->ops->name, "logs");
    fake_keys(f, "q");
    struct run *r = run_of(app_top(f->app));
    table_select_id(&r->table, SV("4/execution"));
    fake_keys(f, "<Enter>");
    assert_string_equal(app_top(f->app)->ops->name, "execution");
    fake_free(f);
}

static void curves_are_saved_whole_or_not(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    CLEANUP(str_release) struct str csv = STR_INIT;
    struct err e = ERR_INIT;
    fake_series(f, RUN, "val_loss 0.5 nan\n");
    fake_settle(f);
    assert_false(run_view.export(app_top(f->app), SV("pdf"), &csv, &e));
    assert_int_equal(e.code, ERR_REFUSED);
    assert_true(run_view.export(app_top(f->app), SV("csv"), &csv, &e));
    assert_string_equal(csv.p, "metric,step,time,value\n"
                               "val_loss,1,2025-11-24T15:59:59.000Z,0.5\n"
                               "val_loss,2,2025-11-24T16:00:00.000Z,NaN\n");
    fake_free(f);
}

static void nothing_is_drawn_outside(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_monkey(f, &run_view, RUN, 4711, 10000);
    fake_free(f);
}

int main(void)
{
    (void)utf8_init_locale();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_the_same_in_every_state),
        cmocka_unit_test(the_chart_is_of_the_selected_metric),
        cmocka_unit_test(keys_of_charts),
        cmocka_unit_test(a_new_point_moves_nothing_else),
        cmocka_unit_test(from_here_one_gets_to_its_log_and_execution),
        cmocka_unit_test(curves_are_saved_whole_or_not),
        cmocka_unit_test(nothing_is_drawn_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
