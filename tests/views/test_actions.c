/* What is done to shared things: nothing is sent without a yes to a dialog that names it all. */
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

#define GATES                                                                                      \
    "id | name | status | token | kind | execution | step | subject | state\n"                     \
    "PNL62QyxFl | churn/7 | Waiting | PNL62QyxFl | Approval | k3v9 | register | churn/7 | "        \
    "Waiting\n"                                                                                    \
    "aB3dE6gH9j | review | Waiting | aB3dE6gH9j | Callback | k3v9 | review | review | Waiting\n"   \
    "cccccccccc | old | Approved | cccccccccc | Approval | k3v9 | register | churn/6 | Approved\n"
#define EXECUTIONS                                                                                 \
    "id | name | status | pipeline\n"                                                              \
    "k3v9x0m2q8ab | k3v9x0m2q8ab | Executing | churn\n"                                            \
    "b7qp02mz5kd1 | b7qp02mz5kd1 | Failed | churn\n"                                               \
    "cccccccccccc | cccccccccccc | Succeeded | churn\n"

static struct fake *opened(enum kind kind, const char *rows)
{
    struct fake *f = fake_new(80, 24, false);
    struct err e = ERR_INIT;
    fake_rows(f, kind, NULL, rows);
    fake_open(f, &home_view, NULL);
    assert_true(views_browse(f->app, kind, NULL, NULL, &e));
    fake_settle(f);
    return f;
}

static void only_y_confirms(void **state)
{
    static const char *const no[] = {"<Enter>", "<Esc>", "n", "q", "<Space><Esc>", "K<Esc>"};
    (void)state;
    struct fake *f = opened(KIND_EXECUTION, EXECUTIONS);
    for (size_t i = 0; i < ALEN(no); i++) {
        fake_keys(f, "K");
        assert_true(fake_shows(f, "Cancel"));
        assert_true(fake_shows(f, "stop k3v9x0m2q8ab"));
        fake_keys(f, no[i]);
        assert_int_equal(fake_request_count(f), 0);
        assert_false(fake_shows(f, "Cancel"));
    }
    fake_keys(f, "Ky");
    assert_int_equal(fake_request(f, 0)->type, REQ_STOP);
    assert_string_equal(fake_request(f, 0)->id, "k3v9x0m2q8ab");
    fake_free(f);
}

static void keys_of_the_same_burst_are_dropped(void **state)
{
    (void)state;
    struct fake *f = opened(KIND_EXECUTION, EXECUTIONS);
    fake_pass(f, 100);
    app_keys(f->app, "Ky");
    fake_settle(f);
    assert_int_equal(fake_request_count(f), 0);
    assert_true(fake_shows(f, "Cancel"));
    fake_free(f);
}

static void an_approval_may_have_a_reason(void **state)
{
    (void)state;
    struct fake *f = opened(KIND_GATE, GATES);
    fake_keys(f, "A");
    assert_true(fake_shows(f, "Approve"));
    assert_true(fake_shows(f, "Reject"));
    fake_keys(f, "<Enter><Enter>");
    assert_true(fake_shows(f, "was not read yet: Esc, then :package churn/7"));
    fake_golden(f, "act-approve");
    fake_keys(f, "y");
    assert_int_equal(fake_request(f, 0)->type, REQ_APPROVE);
    assert_string_equal(fake_request(f, 0)->id, "PNL62QyxFl");
    assert_null(fake_request(f, 0)->text);
    fake_free(f);
}

static void a_rejection_needs_a_reason(void **state)
{
    (void)state;
    struct fake *f = opened(KIND_GATE, GATES);
    fake_keys(f, "Arej<Enter><Enter><Enter>");
    assert_false(fake_shows(f, "Cancel"));
    fake_keys(f, "too old yq<Enter>"); /* every letter is text */
    assert_true(fake_shows(f, "Reason: too old yq"));
    assert_true(fake_shows(f, "y reject churn/7"));
    fake_keys(f, "y");
    assert_int_equal(fake_request(f, 0)->type, REQ_REJECT);
    assert_string_equal(fake_request(f, 0)->text, "too old yq");
    fake_free(f);
}

static void a_callback_takes_outputs(void **state)
{
    (void)state;
    struct fake *f = opened(KIND_GATE, GATES);
    fake_keys(f, "jA<Enter>fine<Enter>");
    assert_true(fake_shows(f, "Outputs of review"));
    fake_keys(f, "nonsense<Enter>");
    assert_true(fake_shows(f, "is not of the form K=V"));
    fake_keys(f, "<C-u>label=yes note=\"two words\"<Enter>");
    assert_true(fake_shows(f, "label=yes"));
    fake_keys(f, "y");
    const struct req *req = fake_request(f, 0);
    assert_int_equal(req->type, REQ_APPROVE);
    assert_int_equal(req->params.n, 2);
    assert_string_equal(req->params.at[0].key, "label");
    assert_string_equal(req->params.at[1].value, "two words");
    fake_free(f);
}

static void escape_at_every_prompt_sends_nothing(void **state)
{
    static const char *const ways[] = {"A<Esc>", "A<Enter><Esc>", "A<Enter><Enter><Esc>",
                                       "Arej<Enter>why<Enter><Esc>", "jA<Enter><Enter><Esc>"};
    (void)state;
    for (size_t i = 0; i < ALEN(ways); i++) {
        struct fake *f = opened(KIND_GATE, GATES);
        fake_keys(f, ways[i]);
        fake_keys(f, "y");
        assert_int_equal(fake_request_count(f), 0);
        fake_free(f);
    }
}

static void what_cannot_be_done_says_why(void **state)
{
    static const struct {
        enum kind kind;
        const char *rows, *keys, *why;
    } cases[] = {
        {KIND_EXECUTION, EXECUTIONS, "jK", "it has ended"},
        {KIND_EXECUTION, EXECUTIONS, "u", "it is still running"},
        {KIND_EXECUTION, EXECUTIONS, "jju", "everything in it succeeded"},
        {KIND_EXECUTION, EXECUTIONS, "A", "nothing here waits for a decision"},
        {KIND_GATE, GATES, "jjA", "there is no decision to make"},
        {KIND_GATE, GATES, "K", "an execution is stopped as a whole"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct fake *f = opened(cases[i].kind, cases[i].rows);
        fake_keys(f, cases[i].keys);
        if (!fake_shows(f, cases[i].why)) {
            fail_msg("%s does not say \"%s\"", cases[i].keys, cases[i].why);
        }
        fake_keys(f, "y");
        assert_int_equal(fake_request_count(f), 0);
        fake_free(f);
    }
}

static void a_pipeline_is_started_with_parameters(void **state)
{
    (void)state;
    struct fake *f = opened(KIND_PIPELINE, "id | name | status\nchurn | churn | Succeeded\n");
    assert_int_equal(app_command(f->app, CMD_RUN, &(struct cmd_arg){.text = SV("max_depth=6")}),
                     HANDLED);
    assert_true(fake_shows(f, "Parameters: max_depth=6"));
    fake_keys(f, "y");
    const struct req *req = fake_request(f, 0);
    assert_int_equal(req->type, REQ_START);
    assert_string_equal(req->text, "churn");
    assert_string_equal(req->params.at[0].value, "6");
    fake_free(f);
}

/* r opens the page from which it is started: nothing is sent before that. */
static void r_leads_to_parameters_and_plan(void **state)
{
    static const struct {
        enum kind kind;
        const char *rows, *keys, *shows;
    } cases[] = {
        {KIND_EXECUTION, EXECUTIONS, "r", "k3v9x0m2q8ab again"},
        {KIND_EXECUTION, EXECUTIONS, "jr", "b7qp02mz5kd1 again"},
        {KIND_PIPELINE, "id | name | status\nchurn | churn | Succeeded\n", "r", "Reading churn"},
        {KIND_GATE, GATES, "r", "what is run is a pipeline"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct fake *f = opened(cases[i].kind, cases[i].rows);
        fake_keys(f, cases[i].keys);
        if (!fake_shows(f, cases[i].shows)) {
            fail_msg("%s does not show \"%s\"", cases[i].keys, cases[i].shows);
        }
        assert_int_equal(fake_request_count(f), 0);
        fake_free(f);
    }
}

static void a_refusal_stays_until_a_key(void **state)
{
    (void)state;
    struct fake *f = opened(KIND_EXECUTION, EXECUTIONS);
    fake_keys(f, "juy");
    fake_reply(f, 0, false, "b7qp02mz5kd1 is held by another driver", 0);
    fake_pass(f, 60000);
    assert_true(fake_shows(f, "held by another driver"));
    fake_keys(f, "!");
    assert_true(fake_shows(f, "last error"));
    fake_free(f);
}

static void notify_watches_what_can_end(void **state)
{
    (void)state;
    struct fake *f = opened(KIND_EXECUTION, EXECUTIONS);
    fake_keys(f, "G:notify<Enter>");
    assert_true(fake_shows(f, "it has ended: there is nothing more to tell"));
    assert_int_equal(fake_request_count(f), 0);
    fake_keys(f, "g:notify<Enter>");
    assert_int_equal(fake_request(f, 0)->type, REQ_NOTIFY);
    assert_string_equal(fake_request(f, 0)->id, "execution:k3v9x0m2q8ab");
    fake_reply(f, 0, true, "execution:k3v9x0m2q8ab is watched: you are called", -1);
    assert_true(fake_shows(f, "k3v9x0m2q8ab is watched: you are called"));
    assert_false(fake_shows(f, "execution:"));
    fake_free(f);
    f = opened(KIND_GATE, GATES);
    fake_keys(f, "j:notify<Enter>");
    assert_string_equal(fake_request(f, 0)->id, "gate:aB3dE6gH9j");
    fake_reply(f, 0, true, "gate:aB3dE6gH9j is watched", -1);
    assert_true(fake_shows(f, "review is watched"));
    fake_free(f);
    f = opened(KIND_PIPELINE, "id | name | status\nchurn | churn | Failed\n");
    fake_keys(f, ":notify<Enter>");
    assert_true(fake_shows(f, "executions, runs and gates call when they end"));
    assert_int_equal(fake_request_count(f), 0);
    fake_free(f);
}

static void a_text_is_never_a_key(void **state)
{
    (void)state;
    struct fake *f = opened(KIND_GATE, GATES);
    fake_keys(f, "Arej<Enter>");
    app_paste(f->app, SV("y\nq:stop\x1b[A"));
    fake_settle(f);
    assert_int_equal(fake_request_count(f), 0);
    assert_false(fake_shows(f, "Cancel"));
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_y_confirms),
        cmocka_unit_test(keys_of_the_same_burst_are_dropped),
        cmocka_unit_test(an_approval_may_have_a_reason),
        cmocka_unit_test(a_rejection_needs_a_reason),
        cmocka_unit_test(a_callback_takes_outputs),
        cmocka_unit_test(escape_at_every_prompt_sends_nothing),
        cmocka_unit_test(what_cannot_be_done_says_why),
        cmocka_unit_test(a_pipeline_is_started_with_parameters),
        cmocka_unit_test(r_leads_to_parameters_and_plan),
        cmocka_unit_test(a_refusal_stays_until_a_key),
        cmocka_unit_test(notify_watches_what_can_end),
        cmocka_unit_test(a_text_is_never_a_key),
    };
    (void)utf8_init_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
