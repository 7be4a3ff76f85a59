/* Home: groups in the order of need, what is said of each row, what keys do to it. */
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

#define HEAD "id | name | status | group | kind | why | detail | created | context\n"
#define RED                                                                                        \
    "execution:k3v9x0m2q8ab | nightly-features | Failed | Red | execution | join: killed, out of " \
    "RAM | by ops; last good is b7qp02mz5kd1 | 2h | local\n"                                       \
    "execution:aa11bb22cc33 | churn | Failed | Red | execution | AUC below 0.8 | by ci; none "     \
    "before it was good | 3h | local\n"
#define WAITING                                                                                    \
    "gate:PNL62QyxFl | churn/7 | PendingManualApproval | Waiting | Approval | auc 0.912, f1 0.88 " \
    "| execution k3v9x0m2q8ab, step register | 2h | local\n"                                       \
    "gate:aB3dE6gH9j | label-audit | Waiting | Waiting | Callback | callback step: review | "      \
    "execution r35net500000, step review | 40m | local\n"
#define RUNNING                                                                                    \
    "execution:tab000000000 | tabular | Executing | Running | execution | 2 of 8 done, now train " \
    "| by ops | 30s | local\n"                                                                     \
    "execution:r35net500000 | resnet-50 | Executing | Running | execution | 0 of 2 done, now "     \
    "train | by ops | 3h | local\n"
#define CONTEXTS                                                                                   \
    "context:local | local | ready | Contexts | context | 14 executions, 3 models | this "         \
    "workspace | | local\n"                                                                        \
    "context:files:mlflow.db | files:mlflow.db | ready | Contexts | context | 12310 runs, "        \
    "read-only | | | files:mlflow.db\n"

static struct fake *opened(int w, int h, const char *rows)
{
    struct fake *f = fake_new(w, h, false);
    if (rows) {
        fake_rows(f, KIND_ATTENTION, NULL, rows);
    }
    fake_rows(f, KIND_GATE, NULL,
              "id | name | status | token | kind | execution | step | subject | state\n"
              "PNL62QyxFl | churn/7 | Waiting | PNL62QyxFl | Approval | k3v9x0m2q8ab | register | "
              "churn/7 | Waiting\n"
              "aB3dE6gH9j | label-audit | Waiting | aB3dE6gH9j | Callback | r35net500000 | review "
              "| label-audit | Waiting\n");
    fake_open(f, &home_view, NULL);
    return f;
}

static void it_looks_as_drawn(void **state)
{
    static const struct {
        const char *name, *rows;
    } states[] = {
        {"data", HEAD RED WAITING RUNNING CONTEXTS},
        {"empty", HEAD CONTEXTS},
        {"loading", NULL},
    };
    static const int sizes[][2] = {{80, 24}, {132, 43}, {40, 10}};
    (void)state;
    for (size_t i = 0; i < ALEN(states); i++) {
        for (size_t k = 0; k < ALEN(sizes); k++) {
            struct fake *f = opened(sizes[k][0], sizes[k][1], states[i].rows);
            CLEANUP(mem_free_ptr)
            char *name = xasprintf("home-%s-%dx%d", states[i].name, sizes[k][0], sizes[k][1]);
            fake_golden(f, name);
            fake_free(f);
        }
    }
}

static void errors_keep_what_there_was(void **state)
{
    static const int sizes[][2] = {{80, 24}, {132, 43}, {40, 10}};
    (void)state;
    for (size_t k = 0; k < ALEN(sizes); k++) {
        CLEANUP(mem_free_ptr)
        char *stale = xasprintf("home-stale-%dx%d", sizes[k][0], sizes[k][1]);
        CLEANUP(mem_free_ptr)
        char *error = xasprintf("home-error-%dx%d", sizes[k][0], sizes[k][1]);
        struct fake *f = opened(sizes[k][0], sizes[k][1], HEAD RED CONTEXTS);
        fake_pass(f, 180000);
        fake_failure(f, QUERY_ROWS, KIND_ATTENTION, NULL, ERR_IO, "read .mlw/local.db: disk error");
        fake_golden(f, stale);
        fake_free(f);
        f = fake_new(sizes[k][0], sizes[k][1], false);
        fake_failure(f, QUERY_ROWS, KIND_ATTENTION, NULL, ERR_IO, "read .mlw/local.db: disk error");
        fake_open(f, &home_view, NULL);
        fake_golden(f, error);
        fake_free(f);
    }
}

static void the_cursor_stands_where_need_is(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, HEAD RED WAITING RUNNING CONTEXTS);
    CLEANUP(str_release) struct str id = STR_INIT;
    assert_true(home_view.selection(app_top(f->app), &id));
    assert_string_equal(id.p, "execution:k3v9x0m2q8ab");
    /* nobody has moved: what becomes red is stood upon */
    fake_rows(f, KIND_ATTENTION, NULL,
              HEAD "execution:zz | new | Failed | Red | execution | why | what | 1m | local\n" RED);
    fake_settle(f);
    str_clear(&id);
    assert_true(home_view.selection(app_top(f->app), &id));
    assert_string_equal(id.p, "execution:zz");
    fake_free(f);
    f = opened(80, 24, HEAD RUNNING CONTEXTS);
    assert_true(fake_shows(f, "Nothing is red"));
    str_clear(&id);
    assert_true(home_view.selection(app_top(f->app), &id));
    assert_string_equal(id.p, "execution:tab000000000");
    fake_free(f);
}

static void tab_goes_to_the_next_group(void **state)
{
    static const char *const ids[] = {"gate:PNL62QyxFl", "execution:tab000000000", "context:local",
                                      "execution:k3v9x0m2q8ab"};
    (void)state;
    struct fake *f = opened(80, 24, HEAD RED WAITING RUNNING CONTEXTS);
    for (size_t i = 0; i < ALEN(ids); i++) {
        CLEANUP(str_release) struct str id = STR_INIT;
        fake_keys(f, "<Tab>");
        assert_true(home_view.selection(app_top(f->app), &id));
        assert_string_equal(id.p, ids[i]);
    }
    fake_free(f);
}

static void a_row_is_held_while_keys_come(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, HEAD RED CONTEXTS);
    fake_keys(f, "j");
    fake_rows(f, KIND_ATTENTION, NULL, HEAD RED WAITING CONTEXTS);
    assert_false(fake_shows(f, "Waiting for a person"));
    fake_pass(f, 2500);
    fake_pass(f, 1500);
    assert_true(fake_shows(f, "Waiting for a person 2"));
    CLEANUP(str_release) struct str id = STR_INIT;
    assert_true(home_view.selection(app_top(f->app), &id));
    assert_string_equal(id.p, "execution:aa11bb22cc33");
    fake_free(f);
}

static void what_does_not_fit_is_counted(void **state)
{
    (void)state;
    struct fake *f = opened(80, 17, HEAD RED WAITING RUNNING CONTEXTS);
    assert_true(fake_shows(f, "Contexts 2: 2 ready"));
    assert_true(fake_shows(f, "resnet-50"));
    app_resize(f->app, 80, 10);
    assert_true(fake_shows(f, "nightly-features"));
    fake_keys(f, "G");
    assert_true(fake_shows(f, "Running 2: 2 Executing") || fake_shows(f, "label-audit"));
    fake_free(f);
}

static void a_failed_one_is_run_again_or_put_aside(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, HEAD RED WAITING RUNNING CONTEXTS);
    fake_keys(f, "K");
    assert_true(fake_shows(f, "it has ended"));
    fake_keys(f, "uy");
    assert_int_equal(fake_request(f, 0)->type, REQ_RETRY);
    assert_string_equal(fake_request(f, 0)->id, "k3v9x0m2q8ab");
    fake_reply(f, 0, false, "k3v9x0m2q8ab is running", 0);
    assert_true(fake_shows(f, "k3v9x0m2q8ab is running"));
    (void)app_command(f->app, CMD_ACK, NULL);
    fake_keys(f, "known<Enter>");
    assert_true(fake_shows(f, "Reason: known"));
    assert_true(fake_shows(f, "Acknowledge nightly-features?"));
    assert_true(fake_shows(f, "What is red: execution:k3v9x0m2q8ab"));
    fake_keys(f, "y");
    assert_int_equal(fake_request(f, 1)->type, REQ_ACK);
    assert_string_equal(fake_request(f, 1)->id, "execution:k3v9x0m2q8ab");
    fake_rows(f, KIND_EVIDENCE, "execution:k3v9x0m2q8ab",
              "id | name | status | why | target\n"
              "1 | join | Failed | killed, out of RAM | step:k3v9x0m2q8ab/join\n");
    fake_keys(f, "X");
    assert_true(fake_shows(f, "killed, out of RAM"));
    fake_free(f);
}

/* What one did oneself is shown at once, though a key was just pressed. */
static void what_was_done_is_not_held_back(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, HEAD WAITING RUNNING CONTEXTS);
    assert_true(fake_shows(f, "Waiting for a person"));
    fake_keys(f, "j");
    fake_rows(f, KIND_ATTENTION, NULL, HEAD RUNNING CONTEXTS);
    fake_settle(f);
    assert_true(fake_shows(f, "Waiting for a person")); /* of itself, it would move rows */
    fake_rows(f, KIND_ATTENTION, NULL, HEAD WAITING RUNNING CONTEXTS);
    fake_settle(f);
    fake_keys(f, "gA<Enter><Enter>y");
    assert_int_equal(fake_request_count(f), 1);
    fake_reply(f, 0, true, "it is Approved", 0);
    fake_rows(f, KIND_ATTENTION, NULL, HEAD RUNNING CONTEXTS);
    fake_settle(f);
    assert_false(fake_shows(f, "Waiting for a person"));
    fake_free(f);
}

static void enter_leads_to_the_thing(void **state)
{
    static const struct {
        const char *keys, *crumbs;
    } ways[] = {
        {"<Enter>", "executions ▸ k3v9x0m2q8ab"},
        {"<Tab><Enter>", "packages ▸ churn/7"},
        {"<Tab>j<Enter>", "executions ▸ r35net500000"},
        {"<Tab>jl", "review"},
        {"G<Enter>", "local ▸ pipelines"},
        {"d", "nightly-features"},
        {"e", "k3v9x0m2q8ab ▸ events"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(ways); i++) {
        struct fake *f = opened(132, 24, HEAD RED WAITING RUNNING CONTEXTS);
        fake_keys(f, ways[i].keys);
        if (!fake_shows(f, ways[i].crumbs)) {
            fail_msg("%s does not lead to %s", ways[i].keys, ways[i].crumbs);
        }
        fake_free(f);
    }
}

static void read_only_refuses(void **state)
{
    (void)state;
    struct fake *f = fake_new_with((struct app_config){.w = 80, .h = 24, .is_read_only = true});
    fake_rows(f, KIND_ATTENTION, NULL, HEAD RED CONTEXTS);
    fake_open(f, &home_view, NULL);
    assert_true(fake_shows(f, "[RO]"));
    fake_keys(f, "uy");
    assert_int_equal(fake_request_count(f), 0);
    assert_true(fake_shows(f, "read-only"));
    fake_free(f);
}

static void a_monkey_breaks_nothing(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, HEAD RED WAITING RUNNING CONTEXTS);
    fake_monkey(f, &home_view, NULL, 20, 10000);
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_looks_as_drawn),
        cmocka_unit_test(errors_keep_what_there_was),
        cmocka_unit_test(the_cursor_stands_where_need_is),
        cmocka_unit_test(tab_goes_to_the_next_group),
        cmocka_unit_test(a_row_is_held_while_keys_come),
        cmocka_unit_test(what_does_not_fit_is_counted),
        cmocka_unit_test(a_failed_one_is_run_again_or_put_aside),
        cmocka_unit_test(what_was_done_is_not_held_back),
        cmocka_unit_test(enter_leads_to_the_thing),
        cmocka_unit_test(read_only_refuses),
        cmocka_unit_test(a_monkey_breaks_nothing),
    };
    (void)utf8_init_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
