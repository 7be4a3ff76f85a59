/* The execution view: the drawing of screens.md, its states, and what its keys do. */
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
#include "views/execution.h"

#define EXEC "k3v9x0m2q8ab"

static const char head[] = "id | name | status | pipeline | sandbox | created | context\n" EXEC
                           " | " EXEC " | Executing | churn | bwrap | 14s | local\n";

static const char steps[] =
    "id | name | status | type | started | ended | attempts | why | progress | index | "
    "depends_on | run\n"
    "a | preprocess | Succeeded | Processing | 14s | 10s | 1 | first run | | 0 | |\n"
    "b | profile | Succeeded | Processing | 10s | 10s | 0 | cache hit, from b7qp02mz5kd1 | | 1 | "
    "preprocess |\n"
    "c | train | Executing | Training | 10s | | 1 | | epoch 23 of 60 | 2 | preprocess | run1\n"
    "d | evaluate | waiting | Processing | | | 0 | after train | | 3 | train preprocess |\n"
    "e | check-auc | waiting | Condition | | | 0 | after evaluate | | 4 | evaluate |\n"
    "f | register | waiting | RegisterModel | | | 0 | if check-auc holds | | 5 | check-auc "
    "profile |\n"
    "g | approve | waiting | Callback | | | 0 | if check-auc holds | | 6 | register |\n"
    "h | fail-low-auc | waiting | Fail | | | 0 | else | | 7 | check-auc |\n";

static const char curves[] = "train_loss 0.9 0.8 0.7 0.6 0.5 0.45 0.4 0.38 0.36 0.34 0.33 0.3224\n"
                             "val_loss 0.9 0.8 0.7 0.65 0.6 0.55 0.5 0.45 0.42 0.4 0.35 0.3304\n"
                             "val_auc 0.6 0.65 0.7 0.72 0.75 0.78 0.8 0.82 0.84 0.86 0.87 0.8812\n";

static char *log_text(int n)
{
    struct str s = STR_INIT;
    for (int i = 0; i < n; i++) {
        if (i == n - 6) {
            str_addz(&s, "warning: 3 rows with a negative tenure were dropped\n");
        } else if (i < n - 23) {
            str_addf(&s, "batch %d read\n", i + 1);
        } else {
            str_addf(&s, "epoch %d/60 train_loss=0.3%03d val_loss=0.3%03d val_auc=0.8%03d\n",
                     i - n + 24, 391 - i, 519 - i, 702 + i);
        }
    }
    return str_detach(&s);
}

static void lay_down(struct fake *f)
{
    CLEANUP(mem_free_ptr) char *log = log_text(107);
    fake_rows(f, KIND_EXECUTION, NULL, head);
    fake_rows(f, KIND_STEP, EXEC, steps);
    fake_rows(f, KIND_GATE, EXEC, "id | token\n");
    fake_series(f, "run1", curves);
    fake_log(f, EXEC "/train", EXEC "/train/1", log, false);
}

static struct fake *opened(int w, int h)
{
    struct fake *f = fake_new(w, h, false);
    lay_down(f);
    fake_open(f, &execution_view, EXEC);
    return f;
}

static void looks_like_the_drawing(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int w, h;
    } sizes[] = {{"execution-data-80x24", 80, 24},
                 {"execution-data-132x43", 132, 43},
                 {"execution-data-40x10", 40, 10}};
    for (size_t i = 0; i < ALEN(sizes); i++) {
        struct fake *f = opened(sizes[i].w, sizes[i].h);
        fake_golden(f, sizes[i].name);
        fake_free(f);
    }
    struct fake *f = fake_new(80, 24, true);
    lay_down(f);
    fake_open(f, &execution_view, EXEC);
    fake_golden(f, "execution-ascii-80x24");
    fake_free(f);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    static const int sizes[][2] = {{80, 24}, {132, 43}, {40, 10}};
    for (size_t i = 0; i < ALEN(sizes); i++) {
        int w = sizes[i][0], h = sizes[i][1];
        struct fake *f = fake_new(w, h, false);
        fake_open(f, &execution_view, EXEC);
        fake_golden_sized(f, "execution-loading");
        fake_failure(f, QUERY_ROWS, KIND_STEP, EXEC, ERR_IO,
                     "could not read .mlw/mlw.db: disk I/O error");
        fake_golden_sized(f, "execution-error");
        fake_rows(f, KIND_STEP, EXEC, "id | name\n");
        fake_golden_sized(f, "execution-empty");
        lay_down(f);
        fake_failure(f, QUERY_ROWS, KIND_STEP, EXEC, ERR_IO,
                     "could not read .mlw/mlw.db: disk I/O error");
        fake_golden_sized(f, "execution-stale");
        fake_free(f);
    }
}

/* --- what keys do --- */

static void only_y_stops(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_keys(f, "K");
    assert_true(fake_shows(f, "Cancel"));
    assert_true(fake_shows(f, EXEC));
    fake_keys(f, "<Enter>K<Esc>KnKq");
    assert_int_equal(fake_request_count(f), 0);
    fake_keys(f, "Ky");
    assert_int_equal(fake_request_count(f), 1);
    assert_int_equal(fake_request(f, 0)->type, REQ_STOP);
    assert_string_equal(fake_request(f, 0)->id, EXEC);
    fake_reply(f, 0, true, "execution " EXEC " is asked to stop", 0);
    assert_true(fake_shows(f, "is asked to stop"));
    fake_free(f);
}

static void a_refusal_is_said(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_keys(f, "Ky");
    fake_reply(f, 0, false, "execution " EXEC " has ended", 0);
    assert_true(fake_shows(f, "execution " EXEC " has ended"));
    fake_free(f);
}

static void what_cannot_be_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *keys, *says;
    } rows[] = {
        {"u", "it is still running"},
        {"A", "nothing here waits for a decision"},
        {"jl", "evaluate has not started: it waits, after train"},
        {"jm", "evaluate is no run"},
        {"kl", "profile was not run: cache hit, from b7qp02mz5kd1"},
        {"jt", "there are no lines yet"},
        {"n", "nothing is searched for"},
        {"z", "reject it with A"},
        {"c", "the runs they made are compared: :runs"},
    };
    for (size_t i = 0; i < ALEN(rows); i++) {
        struct fake *f = opened(120, 24);
        fake_keys(f, rows[i].keys);
        if (!fake_shows(f, rows[i].says)) {
            fail_msg("%s does not say \"%s\"", rows[i].keys, rows[i].says);
        }
        fake_free(f);
    }
}

static void a_gate_is_decided_with_a(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_rows(f, KIND_GATE, EXEC,
              "id | token | state | execution | step | subject\n"
              "old | old | Approved | " EXEC " | register | churn/6\n"
              "aB3 | aB3 | Waiting | " EXEC " | register | churn/7\n");
    fake_keys(f, "A");
    assert_true(fake_shows(f, "churn/7"));
    fake_keys(f, "<Esc>A<Enter><Enter><Enter>"); /* Approve, no reason, and then not yes */
    assert_int_equal(fake_request_count(f), 0);
    fake_keys(f, "A<Enter><Enter>y");
    assert_int_equal(fake_request_count(f), 1);
    assert_int_equal(fake_request(f, 0)->type, REQ_APPROVE);
    assert_string_equal(fake_request(f, 0)->id, "aB3");
    (void)app_command(f->app, CMD_REJECT, NULL);
    fake_keys(f, "<Enter>bad<Enter>y");
    assert_int_equal(fake_request(f, 1)->type, REQ_REJECT);
    assert_string_equal(fake_request(f, 1)->text, "bad");
    fake_free(f);
}

static void a_failed_one_is_retried(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_rows(f, KIND_EXECUTION, NULL,
              "id | name | status | pipeline | duration | created | ended | failure\n" EXEC
              " | " EXEC " | Failed | churn | 14s | 20s | 6s | train: exit code 1\n");
    fake_rows(f, KIND_STEP, EXEC,
              "id | name | status | type | started | ended | attempts | why | index | depends_on\n"
              "a | preprocess | Succeeded | Processing | 20s | 16s | 1 | first run | 0 |\n"
              "b | train | Failed | Training | 16s | 6s | 2 | exit code 1: out of memory | 1 | "
              "preprocess\n"
              "c | register | skipped | RegisterModel | | | 0 | its branch was not taken | 2 | "
              "train\n");
    fake_golden(f, "execution-failed-80x24");
    fake_keys(f, "uy");
    assert_int_equal(fake_request(f, 0)->type, REQ_RETRY);
    assert_int_equal(fake_request_count(f), 1);
    fake_keys(f, "K");
    assert_true(fake_shows(f, "it has ended"));
    fake_free(f);
}

static void the_log_waits_while_one_reads(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    CLEANUP(mem_free_ptr) char *more = log_text(119);
    assert_true(fake_shows(f, "107 lines, following"));
    fake_keys(f, "<Tab>kkk");
    assert_true(fake_shows(f, "107 lines, paused"));
    fake_log(f, EXEC "/train", EXEC "/train/1", more, false);
    assert_true(fake_shows(f, "119 lines, paused, 12 new"));
    fake_golden(f, "execution-paused-80x24");
    fake_keys(f, "f");
    assert_true(fake_shows(f, "119 lines, following"));
    fake_keys(f, "/negative<Enter>");
    assert_true(fake_shows(f, "/negative (1/119)"));
    fake_keys(f, "<Esc>");
    assert_false(fake_shows(f, "/negative"));
    assert_ptr_equal(app_top(f->app)->ops, &execution_view);
    fake_keys(f, "<Esc>");
    assert_int_equal(execution_of(app_top(f->app))->pane, EXECUTION_STEPS);
    fake_free(f);
}

/* Forty in a row, of which the 31st runs and has a log. */
static void many_steps(struct fake *f)
{
    CLEANUP(str_release) struct str table = STR_INIT;
    str_addz(&table,
             "id | name | status | type | started | ended | attempts | index | depends_on\n");
    for (int i = 0; i < 40; i++) {
        const char *status = i < 30 ? "Succeeded" : i == 30 ? "Executing" : "waiting";
        str_addf(&table, "s%d | step-%02d | %s | Processing | %s | %s | 1 | %d | ", i, i, status,
                 i <= 30 ? "60s" : "", i < 30 ? "30s" : "", i);
        str_addf(&table, i ? "step-%02d\n" : "\n", i - 1);
    }
    fake_rows(f, KIND_STEP, EXEC, table.p);
    fake_log(f, EXEC "/step-30", EXEC "/step-30/1", "one\ntwo\n", false);
}

static void is_laid_out(const struct fake *f, int steps_h, int log_h)
{
    const struct execution *x = execution_of(app_top(f->app));
    assert_int_equal(x->places.steps.h, steps_h);
    assert_int_equal(x->places.log.h, log_h);
}

/* + gives the log half of the screen and then all of it, _ takes it back until the steps have all,
 * = is as it was. */
static void the_log_grows_and_folds(void **state)
{
    (void)state;
    struct fake *f = fake_new(80, 24, false);
    many_steps(f);
    fake_open(f, &execution_view, EXEC);
    is_laid_out(f, 10, 8);
    fake_keys(f, "=");
    assert_true(fake_shows(f, "the log takes what the steps leave already"));
    fake_keys(f, "+");
    is_laid_out(f, 8, 10);
    fake_keys(f, "+");
    assert_string_equal(app_top(f->app)->ops->name, "logs");
    fake_keys(f, "_"); /* from there back to the half */
    is_laid_out(f, 8, 10);
    fake_keys(f, "_");
    is_laid_out(f, 10, 8);
    fake_keys(f, "_");
    is_laid_out(f, 18, 0);
    fake_golden(f, "execution-folded-80x24");
    fake_keys(f, "_");
    assert_true(fake_shows(f, "the log is folded: + unfolds it"));
    fake_keys(f, "<Tab>"); /* into the log, which needs room for that */
    is_laid_out(f, 10, 8);
    fake_keys(f, "+=");
    is_laid_out(f, 10, 8);
    fake_free(f);
    f = opened(80, 24); /* eight steps, all in sight */
    fake_keys(f, "_");
    assert_true(fake_shows(f, "all steps are in sight: they need no more room"));
    fake_free(f);
}

/* A step that waits has no log yet: the pane that has the keys has the cursor all the same. */
static void an_empty_log_has_the_cursor(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_keys(f, "G<Tab>");
    const struct canvas *c = app_canvas(f->app);
    assert_int_equal(c->cursor_x, 0);
    assert_in_range(c->cursor_y, 12, 22);
    fake_free(f);
}

static void enter_gives_the_log_the_screen(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_keys(f, "<Enter>");
    assert_string_equal(app_top(f->app)->ops->name, "logs");
    assert_true(fake_shows(f, "train/1"));
    fake_keys(f, "q");
    assert_ptr_equal(app_top(f->app)->ops, &execution_view);
    fake_keys(f, "m");
    assert_string_equal(app_top(f->app)->ops->name, "charts");
    fake_free(f);
}

/* --- time --- */

static void seconds_run_only_beside_what_runs(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_pass(f, 1000);
    assert_true(fake_shows(f, "▶ Executing 15s"));
    assert_true(fake_shows(f, "▶ Executing     11s"));
    fake_pass(f, 1000);
    assert_true(fake_shows(f, "▶ Executing 16s"));
    fake_rows(f, KIND_EXECUTION, NULL,
              "id | name | status | pipeline | duration | created | ended\n" EXEC " | " EXEC
              " | Succeeded | churn | 14s | 14s | 0s\n");
    fake_settle(f);
    fake_pass(f, 1000);
    CLEANUP(str_release) struct str before = STR_INIT;
    CLEANUP(str_release) struct str after = STR_INIT;
    canvas_row_text(app_canvas(f->app), 23, &before);
    fake_pass(f, 5000);
    canvas_row_text(app_canvas(f->app), 23, &after);
    assert_string_equal(before.p, after.p);
    fake_free(f);
}

static void the_selection_follows_what_runs_until_one_moves(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    assert_int_equal(app_canvas(f->app)->cursor_y, 4);
    fake_rows(f, KIND_STEP, EXEC,
              "id | name | status | type | started | ended | attempts | index | depends_on\n"
              "a | preprocess | Succeeded | Processing | 14s | 10s | 1 | 0 |\n"
              "c | train | Succeeded | Training | 10s | 1s | 1 | 1 | preprocess\n"
              "d | evaluate | Executing | Processing | 1s | | 1 | 2 | train\n");
    fake_settle(f);
    assert_int_equal(app_canvas(f->app)->cursor_y, 4);
    fake_keys(f, "g");
    assert_int_equal(app_canvas(f->app)->cursor_y, 2);
    fake_rows(f, KIND_STEP, EXEC, steps);
    fake_settle(f);
    assert_int_equal(app_canvas(f->app)->cursor_y, 2);
    fake_free(f);
}

static void many_steps_scroll_and_the_running_one_is_in_sight(void **state)
{
    (void)state;
    struct fake *f = fake_new(80, 24, false);
    many_steps(f);
    fake_open(f, &execution_view, EXEC);
    assert_true(fake_shows(f, "step-30"));
    assert_true(fake_shows(f, "STEP 31/40"));
    fake_keys(f, "G");
    assert_true(fake_shows(f, "step-39"));
    fake_keys(f, "g");
    assert_true(fake_shows(f, "step-00"));
    fake_free(f);
}

static void long_names_are_never_cut(void **state)
{
    (void)state;
    static const char name[] = "a-step-with-a-very-long-name-of-50-characters-here";
    struct fake *f = fake_new(80, 24, false);
    CLEANUP(mem_free_ptr)
    char *table = xasprintf("id | name | status | type | started | index\n"
                            "a | %s | Executing | Training | 14s | 0\n",
                            name);
    fake_rows(f, KIND_STEP, EXEC, table);
    fake_open(f, &execution_view, EXEC);
    assert_true(fake_shows(f, name));
    assert_true(fake_shows(f, "▶ Executing"));
    fake_free(f);
}

static void hostile_text_stays_in_its_place(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_rows(
        f, KIND_STEP, EXEC,
        "id | name | status | type | started | index | attempts | why\n"
        "a | \x1b[2J\xe2\x80\xae日本語日本語日本語日本語日本語 | \x1b]0;x\a | T | 5s | 0 | 1 | "
        "\x1b[31m\n");
    fake_log(f, EXEC "/train", EXEC "/train/1", "\x1b[2J\x1b[H\xff\xfe\n\r\r\r\n", false);
    fake_settle(f);
    CLEANUP(str_release) struct str screen = STR_INIT;
    canvas_plain(app_canvas(f->app), &screen);
    assert_int_equal(sv_find(sv_of(&screen), SV("\x1b")), SIZE_MAX);
    fake_free(f);
}

static void pause_holds_what_is_shown(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_keys(f, "P");
    fake_rows(f, KIND_STEP, EXEC, "id | name | status | index\na | other | Executing | 0\n");
    assert_true(fake_shows(f, "paused"));
    assert_true(fake_shows(f, "preprocess"));
    fake_keys(f, "P");
    assert_true(fake_shows(f, "other"));
    fake_free(f);
}

static void nothing_is_drawn_outside(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_monkey(f, &execution_view, EXEC, 20260901, 10000);
    fake_free(f);
}

int main(void)
{
    (void)utf8_init_locale();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_like_the_drawing),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(only_y_stops),
        cmocka_unit_test(a_refusal_is_said),
        cmocka_unit_test(what_cannot_be_says_why),
        cmocka_unit_test(a_gate_is_decided_with_a),
        cmocka_unit_test(a_failed_one_is_retried),
        cmocka_unit_test(the_log_waits_while_one_reads),
        cmocka_unit_test(the_log_grows_and_folds),
        cmocka_unit_test(an_empty_log_has_the_cursor),
        cmocka_unit_test(enter_gives_the_log_the_screen),
        cmocka_unit_test(seconds_run_only_beside_what_runs),
        cmocka_unit_test(the_selection_follows_what_runs_until_one_moves),
        cmocka_unit_test(many_steps_scroll_and_the_running_one_is_in_sight),
        cmocka_unit_test(long_names_are_never_cut),
        cmocka_unit_test(hostile_text_stays_in_its_place),
        cmocka_unit_test(pause_holds_what_is_shown),
        cmocka_unit_test(nothing_is_drawn_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
