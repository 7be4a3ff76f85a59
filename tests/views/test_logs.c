/* The log view: following, reading, searching, and windows of what is too long to hold. */
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
#include "views/logs.h"

#define EXEC "k3v9x0m2q8ab"
#define LOG  EXEC "/train"

static const char steps[] = "id | name | status | type | attempts | run | why\n"
                            "a | preprocess | Succeeded | Processing | 1 | |\n"
                            "b | train | Executing | Training | 2 | run1 |\n";

static char *lines(int n)
{
    struct str s = STR_INIT;
    for (int i = 1; i <= n; i++) {
        if (i % 20 == 10) {
            str_addf(&s, "ValueError: row %d has no label\n", i);
        } else if (i % 20 == 15) {
            str_addf(&s,
                     "%d a line that is longer than a screen is wide, so that its end is only "
                     "seen by going to the right or by wrapping it: END\n",
                     i);
        } else {
            str_addf(&s, "epoch %d/60 val_loss=0.3%03d\n", i, 600 - i);
        }
    }
    return str_detach(&s);
}

static void lay_down(struct fake *f, int n)
{
    CLEANUP(mem_free_ptr) char *text = lines(n);
    fake_rows(f, KIND_STEP, EXEC, steps);
    fake_rows(f, KIND_GATE, EXEC, "id | token\n");
    fake_log(f, LOG, EXEC "/train/2", text, false);
    fake_log(f, LOG "/1", EXEC "/train/1",
             "the first attempt\nTraceback (most recent call last):\n", true);
}

static struct fake *opened(int w, int h, int n)
{
    struct fake *f = fake_new(w, h, false);
    lay_down(f, n);
    fake_open(f, &logs_view, LOG);
    return f;
}

static void looks_the_same_in_every_state(void **state)
{
    (void)state;
    static const int sizes[][2] = {{80, 24}, {132, 43}, {40, 10}};
    for (size_t i = 0; i < ALEN(sizes); i++) {
        int w = sizes[i][0], h = sizes[i][1];
        struct fake *f = fake_new(w, h, false);
        fake_open(f, &logs_view, LOG);
        fake_golden_sized(f, "logs-loading");
        fake_failure(f, QUERY_LOG, 0, LOG, ERR_IO, "could not read the log: input/output error");
        fake_golden_sized(f, "logs-error");
        fake_log(f, LOG, EXEC "/train/2", "", false);
        fake_golden_sized(f, "logs-empty");
        lay_down(f, 107);
        fake_golden_sized(f, "logs-data");
        fake_failure(f, QUERY_LOG, 0, LOG, ERR_IO, "could not read the log: input/output error");
        fake_golden_sized(f, "logs-stale");
        fake_free(f);
    }
}

static void a_log_without_a_step_does_not_open(void **state)
{
    (void)state;
    static const char *const ids[] = {NULL, "", EXEC, EXEC "/"};
    struct fake *f = fake_new(80, 24, false);
    for (size_t i = 0; i < ALEN(ids); i++) {
        struct err e = ERR_INIT;
        assert_null(app_open(f->app, &logs_view, &(struct route){.id = ids[i]}, &e));
        assert_int_equal(e.code, ERR_USAGE);
    }
    fake_free(f);
}

static void moves_and_shapes(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, 107);
    assert_true(fake_shows(f, "107 lines, following"));
    fake_keys(f, "g");
    assert_true(fake_shows(f, "epoch 1/60"));
    assert_true(fake_shows(f, "107 lines, paused"));
    assert_false(fake_shows(f, "it: END"));
    fake_keys(f, "<Right><Right>");
    assert_true(fake_shows(f, "it: END"));
    fake_keys(f, "<Left><Left>");
    fake_keys(f, "w");
    assert_true(fake_shows(f, "it: END"));
    fake_keys(f, "wf");
    assert_true(fake_shows(f, "107 lines, following"));
    fake_keys(f, "<Home>");
    assert_true(fake_shows(f, "epoch 1/60"));
    fake_keys(f, "<End>");
    assert_true(fake_shows(f, "epoch 107/60"));
    fake_free(f);
}

static void errors_and_matches_are_found(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, 107);
    fake_keys(f, "g}");
    assert_true(fake_shows(f, "line 10 of 107"));
    fake_keys(f, "}");
    assert_true(fake_shows(f, "line 30 of 107"));
    fake_keys(f, "{");
    assert_true(fake_shows(f, "line 10 of 107"));
    fake_keys(f, "{");
    assert_true(fake_shows(f, "no line above looks like an error"));
    fake_pass(f, 5000); /* until the toast has gone */
    fake_keys(f, "g/epoch 3<Enter>");
    assert_true(fake_shows(f, "/epoch 3 (9/107)"));
    assert_true(fake_shows(f, "line 3 of 107"));
    fake_keys(f, "n");
    assert_true(fake_shows(f, "line 31 of 107"));
    fake_keys(f, "N");
    fake_golden(f, "logs-search-80x24");
    fake_keys(f, "&");
    assert_false(fake_shows(f, "epoch 40/60"));
    fake_keys(f, "<Esc>");
    assert_true(fake_shows(f, "epoch 4/60"));
    fake_keys(f, "/nowhere<Enter>");
    assert_true(fake_shows(f, "no line there holds \"nowhere\""));
    fake_free(f);
}

static void a_long_log_comes_by_windows(void **state)
{
    (void)state;
    struct fake *f = fake_new(80, 24, false);
    fake_rows(f, KIND_STEP, EXEC, steps);
    fake_long_log(f, LOG, EXEC "/train/2", 3000000, false);
    fake_open(f, &logs_view, LOG);
    assert_true(fake_shows(f, "line 2999999"));
    assert_true(fake_query(f, QUERY_LOG, 0, 0)->is_tail);
    assert_true(fake_query(f, QUERY_LOG, 0, 0)->n <= 1000);
    fake_keys(f, "g");
    assert_true(fake_shows(f, "line 0"));
    assert_true(fake_shows(f, "line 20"));
    const struct query *q = fake_query(f, QUERY_LOG, 0, 0);
    assert_false(q->is_tail);
    assert_int_equal(q->first, 0);
    (void)app_command(f->app, CMD_LINE, &(struct cmd_arg){.n = 1500001});
    assert_true(fake_shows(f, "line 1500000"));
    fake_free(f);
}

static void what_is_beyond_the_window_is_asked_for(void **state)
{
    (void)state;
    struct fake *f = fake_new(80, 24, false);
    fake_rows(f, KIND_STEP, EXEC, steps);
    fake_long_log(f, LOG, EXEC "/train/2", 3000000, false);
    fake_open(f, &logs_view, LOG);
    fake_keys(f, "/line 77<Enter>");
    assert_int_equal(fake_request_count(f), 1);
    const struct req *r = fake_request(f, 0);
    assert_int_equal(r->type, REQ_LOG_FIND);
    assert_string_equal(r->id, EXEC "/train/2");
    assert_string_equal(r->text, "line 77");
    assert_true(r->is_backward);
    fake_reply(f, 0, true, NULL, 779999);
    assert_true(fake_shows(f, "line 779999"));
    assert_true(fake_shows(f, "/line 77 (…/3000000)")); /* how many match was not counted */
    fake_keys(f, "}");
    assert_int_equal(fake_request(f, 1)->type, REQ_LOG_FIND);
    assert_int_equal(fake_request(f, 1)->at, 780000);
    fake_reply(f, 1, true, NULL, -1);
    assert_true(fake_shows(f, "no more of these lines there"));
    fake_reply(f, 1, false, "the log is gone", -1); /* an answer nobody waits for */
    assert_false(fake_shows(f, "the log is gone"));
    fake_free(f);
}

static void attempts_have_numbers(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, 107);
    assert_true(fake_shows(f, "train/2"));
    fake_keys(f, "<Tab>"); /* after the last comes the first */
    assert_true(fake_shows(f, "the first attempt"));
    assert_true(fake_shows(f, "2 lines, ended"));
    fake_keys(f, "7");
    assert_true(fake_shows(f, "train has 2 attempts"));
    (void)app_command(f->app, CMD_TAB, &(struct cmd_arg){.n = 1});
    assert_true(fake_shows(f, "this is attempt 1"));
    fake_rows(f, KIND_STEP, EXEC, "id | name | status | attempts\nb | train | Failed | 1\n");
    fake_keys(f, "<S-Tab>");
    assert_true(fake_shows(f, "this step has one attempt"));
    fake_free(f);
}

/* 0 to 5 choose how far back; t shows when each line was written. The fake's lines are ten seconds
 * apart, the last from a moment ago. */
static void lines_have_times(void **state)
{
    (void)state;
    static const struct {
        const char *key, *says;
        size_t n;
    } rows[] = {{"1", "last 1m", 6},
                {"2", "last 5m", 30},
                {"3", "last 15m", 90},
                {"4", "last 30m", 107},
                {"5", "last 60m", 107}};
    struct fake *f = opened(80, 24, 107);
    for (size_t i = 0; i < ALEN(rows); i++) {
        CLEANUP(mem_free_ptr)
        char *words = xasprintf("%zu of 107 lines, %s", rows[i].n, rows[i].says);
        fake_keys(f, rows[i].key);
        assert_true(fake_shows(f, words));
        assert_true(fake_shows(f, "epoch 107/60")); /* it follows */
    }
    fake_keys(f, "1");
    assert_true(fake_shows(f, "what was written since 15:59:0"));
    fake_keys(f, "g");
    assert_true(fake_shows(f, "line 102 of 107"));
    fake_keys(f, "t");
    fake_golden(f, "logs-since-80x24");
    fake_keys(f, "/16:00:00<Enter>"); /* what is shown is searched */
    assert_true(fake_shows(f, "line 107 of 107"));
    fake_keys(f, "<Esc>"); /* one layer: the search, then the time */
    assert_true(fake_shows(f, "6 of 107 lines"));
    fake_keys(f, "<Esc>t");
    assert_true(fake_shows(f, "107 lines"));
    assert_false(fake_shows(f, "16:00:00"));
    fake_keys(f, "0");
    assert_true(fake_shows(f, "all that was written"));
    fake_free(f);
}

/* A minute later nothing more has come; a log that has ended is looked at from its end. */
static void a_time_without_lines_says_so(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, 107);
    fake_pass(f, 120000);
    fake_keys(f, "1");
    assert_true(fake_shows(f, "Nothing was written in that time; 0 shows all of it."));
    fake_keys(f, "/");
    assert_true(fake_shows(f, "nothing was written in that time; 0 shows all"));
    fake_keys(f, "0");
    assert_true(fake_shows(f, "107 lines"));
    fake_keys(f, "<Tab>1");
    assert_true(fake_shows(f, "2 of 2 lines, last 1m"));
    fake_free(f);
    f = fake_new(80, 24, false);
    fake_rows(f, KIND_STEP, EXEC, steps);
    fake_long_log(f, LOG, EXEC "/train/2", 5000, false);
    fake_open(f, &logs_view, LOG);
    fake_keys(f, "1");
    assert_true(fake_shows(f, "when these lines were written was not kept"));
    fake_keys(f, "t");
    assert_true(fake_shows(f, "when these lines were written was not kept"));
    fake_free(f);
}

static void its_execution_is_acted_on_from_here(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, 107);
    fake_keys(f, "A");
    assert_true(fake_shows(f, "nothing in this execution waits for a decision"));
    fake_rows(f, KIND_GATE, EXEC,
              "id | token | state | execution | step | subject\n"
              "aB3 | aB3 | Waiting | " EXEC " | register | churn/7\n");
    fake_keys(f, "A<Enter><Enter>y");
    assert_int_equal(fake_request(f, 0)->type, REQ_APPROVE);
    assert_string_equal(fake_request(f, 0)->id, "aB3");
    fake_keys(f, "Ky");
    assert_int_equal(fake_request(f, 1)->type, REQ_STOP);
    assert_string_equal(fake_request(f, 1)->id, EXEC);
    fake_keys(f, "u");
    assert_true(fake_shows(f, "still running"));
    fake_keys(f, "r");
    assert_true(fake_shows(f, EXEC " again"));
    fake_free(f);
}

static void sequences_in_a_log_do_nothing(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, 3);
    fake_log(f, LOG, EXEC "/train/2",
             "\x1b[2J\x1b[31mred\x1b[0m\n\x1b]0;title\abell\n\xe2\x80\xaeright to left\n\xff\xfe\n",
             false);
    fake_settle(f);
    CLEANUP(str_release) struct str screen = STR_INIT;
    canvas_plain(app_canvas(f->app), &screen);
    assert_int_equal(sv_find(sv_of(&screen), SV("\x1b")), SIZE_MAX);
    assert_int_equal(sv_find(sv_of(&screen), SV("title")), SIZE_MAX);
    assert_int_not_equal(sv_find(sv_of(&screen), SV("red")), SIZE_MAX);
    fake_free(f);
}

static void nothing_is_drawn_outside(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, 300);
    fake_monkey(f, &logs_view, LOG, 77, 10000);
    fake_free(f);
}

int main(void)
{
    (void)utf8_init_locale();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_without_a_step_does_not_open),
        cmocka_unit_test(looks_the_same_in_every_state),
        cmocka_unit_test(moves_and_shapes),
        cmocka_unit_test(errors_and_matches_are_found),
        cmocka_unit_test(a_long_log_comes_by_windows),
        cmocka_unit_test(what_is_beyond_the_window_is_asked_for),
        cmocka_unit_test(attempts_have_numbers),
        cmocka_unit_test(lines_have_times),
        cmocka_unit_test(a_time_without_lines_says_so),
        cmocka_unit_test(its_execution_is_acted_on_from_here),
        cmocka_unit_test(sequences_in_a_log_do_nothing),
        cmocka_unit_test(nothing_is_drawn_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
