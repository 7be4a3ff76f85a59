/* A version of a model: metrics beside the last approved ones, where it came from, the decision. */
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

#define VERSIONS                                                                                   \
    "id | name | status | group | version | execution | run | artifact | digest | token | "        \
    "decided_by | reason | created | context | started_by | passed | data | code | metrics.auc "   \
    "| metrics.f1 | metrics.loss\n"                                                                \
    "churn/7 | churn/7 | PendingManualApproval | churn | 7 | k3v9x0m2q8ab | r118 | "               \
    "s3://churn/model.tar.gz | 9c1e77ab | PNL62QyxFl | | | 2h | local | ops | "                    \
    "check-auc 0.912 >= 0.9 | my churn.csv@91ab44cd train@11111111 extra@33333333 | "              \
    "train.py@aaaaaaaa | 0.912 | nan | 0.3\n"                                                      \
    "churn/6 | churn/6 | Approved | churn | 6 | b7qp02mz5kd1 | r90 | s3://churn/6.tar.gz | "       \
    "51b0d2f4 | aaaaaaaaaa | ops | better | 9d | local | ci | check-auc 0.908 >= 0.8 | "           \
    "my churn.csv@91ab44cd train@22222222 old@44444444 | train.py@aaaaaaaa | 0.908 | 0.8 | 0.2\n"  \
    "churn/5 | churn/5 | Rejected | churn | 5 | | | | | bbbbbbbbbb | ci | worse | 12d | local | "  \
    "| | | | 0.5 | |\n"                                                                            \
    "churn/4 | churn/4 | PendingManualApproval | churn | 4 | | | | | cccccccccc | | | 13d | "      \
    "local | | | | | 0.4 | |\n"

static struct fake *opened(int w, int h, const char *id)
{
    struct fake *f = fake_new(w, h, false);
    fake_rows(f, KIND_PACKAGE, "churn", VERSIONS);
    fake_open(f, &home_view, NULL);
    fake_open(f, &model_view, id);
    return f;
}

static void it_needs_a_version(void **state)
{
    static const char *const bad[] = {NULL, "", "churn"};
    (void)state;
    struct fake *f = fake_new(80, 24, false);
    for (size_t i = 0; i < ALEN(bad); i++) {
        struct err e = ERR_INIT;
        assert_null(app_open(f->app, &model_view, &(struct route){.id = bad[i]}, &e));
        assert_int_equal(e.code, ERR_USAGE);
    }
    fake_free(f);
}

static const int sizes[][2] = {{80, 24}, {132, 43}, {40, 10}};

static void golden(struct fake *f, const char *state, const int *size)
{
    CLEANUP(mem_free_ptr) char *name = xasprintf("model-%s-%dx%d", state, size[0], size[1]);
    fake_golden(f, name);
}

static void it_shows_what_changed(void **state)
{
    (void)state;
    for (size_t k = 0; k < ALEN(sizes); k++) {
        struct fake *f = opened(sizes[k][0], sizes[k][1], "churn/7");
        golden(f, "data", sizes[k]);
        fake_free(f);
    }
    struct fake *f = opened(80, 24, "churn/7");
    assert_true(fake_shows(f, "+0.004"));
    assert_true(fake_shows(f, "beside churn/6"));
    fake_free(f);
}

static void what_speaks_for_it_stands_there(void **state)
{
    /* the golden of 132x43 has each beside the other's */
    static const char *const shown[] = {"ops",
                                        "0.908 >= 0.8",
                                        "my churn.csv@91ab44cd",
                                        "22222222",
                                        "changed",
                                        "extra@33333333",
                                        "new",
                                        "old@44444444",
                                        "gone",
                                        "train.py@aaaaaaaa"};
    (void)state;
    struct fake *f = opened(132, 43, "churn/7");
    for (size_t i = 0; i < ALEN(shown); i++) {
        assert_true(fake_shows(f, shown[i]));
    }
    fake_free(f);
    f = opened(132, 43, "churn/4"); /* older, but it waits: the last approved is churn/6 */
    assert_true(fake_shows(f, "beside churn/6"));
    fake_free(f);
    f = opened(132, 43, "churn/6"); /* nothing was approved before it */
    assert_false(fake_shows(f, "beside"));
    assert_false(fake_shows(f, "same"));
    fake_free(f);
}

static void the_question_names_the_evidence(void **state)
{
    static const char *const shown[] = {
        "Beside churn/6, the last one approved:",
        "auc   0.912  0.908  +0.004",
        "Started by ops; passed check-auc 0.912 >= 0.9",
        "Data: train@11111111 changed, extra@33333333 new, old@44444444 gone, my",
        "churn.csv@91ab44cd same",
        "Code: train.py@aaaaaaaa same",
        "Reason: good",
    };
    (void)state;
    struct fake *f = opened(80, 24, "churn/7");
    fake_keys(f, "A<Enter>good<Enter>");
    for (size_t i = 0; i < ALEN(shown); i++) {
        assert_true(fake_shows(f, shown[i]));
    }
    fake_golden(f, "model-approve-80x24");
    fake_keys(f, "<Esc>");
    assert_int_equal(fake_request_count(f), 0);
    fake_free(f);
}

static void it_looks_as_it_should_in_every_state(void **state)
{
    static const char failure[] = "read .mlw/local.db: disk error";
    (void)state;
    for (size_t k = 0; k < ALEN(sizes); k++) {
        struct fake *f = fake_new(sizes[k][0], sizes[k][1], false);
        fake_open(f, &home_view, NULL);
        fake_open(f, &model_view, "churn/7");
        golden(f, "loading", sizes[k]);
        fake_failure(f, QUERY_ROWS, KIND_PACKAGE, "churn", ERR_IO, failure);
        golden(f, "error", sizes[k]);
        fake_rows(f, KIND_PACKAGE, "churn", "id | name | status\n");
        golden(f, "empty", sizes[k]);
        fake_rows(f, KIND_PACKAGE, "churn", VERSIONS);
        fake_pass(f, 180000);
        fake_failure(f, QUERY_ROWS, KIND_PACKAGE, "churn", ERR_IO, failure);
        golden(f, "stale", sizes[k]);
        fake_free(f);
    }
}

/* What changed is said at every width, and the values stand beside each other. */
static void what_changed_is_seen_at_every_width(void **state)
{
    static const int widths[] = {40, 50, 60, 80, 132, 200};
    (void)state;
    for (size_t i = 0; i < ALEN(widths); i++) {
        struct fake *f = opened(widths[i], 50, "churn/7");
        CLEANUP(str_release) struct str row = STR_INIT;
        assert_true(fake_shows(f, "+0.004"));
        assert_true(fake_shows(f, "stricter"));
        assert_true(fake_shows(f, "s3://churn/model.tar"));
        canvas_row_text(app_canvas(f->app), 4, &row);
        assert_in_range(sv_find(sv_of(&row), SV("+0.004")), 20, 80);
        fake_free(f);
    }
}

/* A limit that was lowered is said, in the page and in the question. */
static void an_easier_gate_is_said(void **state)
{
    (void)state;
    struct fake *f = fake_new(80, 24, false);
    fake_rows(f, KIND_PACKAGE, "churn",
              "id | name | status | group | version | token | passed\n"
              "churn/7 | churn/7 | PendingManualApproval | churn | 7 | tok | check-auc 0.81 >= "
              "0.7, mae 3 < 5\n"
              "churn/6 | churn/6 | Approved | churn | 6 | | check-auc 0.93 >= 0.9, mae 3 < 6, "
              "review approved by ann\n");
    fake_open(f, &model_view, "churn/7");
    fake_golden(f, "model-gates-80x24");
    fake_keys(f, "A<Enter>good<Enter>");
    fake_golden(f, "model-gates-question-80x24");
    fake_free(f);
}

static void what_is_not_there_is_said(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, "churn/9");
    assert_true(fake_shows(f, "There is no version churn/9"));
    fake_keys(f, "A");
    assert_true(fake_shows(f, "not known yet"));
    fake_free(f);
    f = fake_new(80, 24, false);
    fake_failure(f, QUERY_ROWS, KIND_PACKAGE, "churn", ERR_IO, "read .mlw/local.db: disk error");
    fake_open(f, &model_view, "churn/7");
    assert_true(fake_shows(f, "disk error"));
    fake_free(f);
    f = fake_new(80, 24, false);
    fake_open(f, &model_view, "churn/7");
    assert_true(fake_shows(f, "Reading churn/7"));
    fake_free(f);
}

static void it_is_approved_and_rejected(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, "churn/7");
    fake_keys(f, "A<Enter>good<Enter>y");
    assert_int_equal(fake_request(f, 0)->type, REQ_APPROVE);
    assert_string_equal(fake_request(f, 0)->id, "PNL62QyxFl");
    assert_string_equal(fake_request(f, 0)->text, "good");
    fake_reply(f, 0, true, "PNL62QyxFl is Approved", 0);
    assert_true(fake_shows(f, "churn/7 is Approved"));
    fake_free(f);
    f = opened(80, 24, "churn/6");
    fake_keys(f, "A");
    assert_true(fake_shows(f, "churn/6 is Approved: there is no decision to make"));
    assert_int_equal(fake_request_count(f), 0);
    fake_free(f);
}

static void enter_leads_to_what_made_it(void **state)
{
    (void)state;
    struct fake *f = opened(132, 24, "churn/7");
    fake_keys(f, "<Enter>");
    assert_true(fake_shows(f, "Enter opens the data, the execution and the run"));
    for (int i = 0; i < 10; i++) {
        fake_keys(f, "j");
    }
    fake_keys(f, "<Enter>");
    assert_true(fake_shows(f, "executions ▸ k3v9x0m2q8ab"));
    fake_free(f);
}

static void a_monkey_breaks_nothing(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, "churn/7");
    fake_monkey(f, &model_view, "churn/7", 3, 10000);
    fake_free(f);
}

/* c and D lay it beside the version that was approved, which is the baseline. */
static void it_is_compared_with_the_approved_one(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, "churn/7");
    fake_rows(f, KIND_PACKAGE, NULL, VERSIONS);
    fake_keys(f, "D");
    assert_true(fake_shows(f, "packages ▸ compare"));
    const struct query *q = fake_query(f, QUERY_ROWS, KIND_PACKAGE, 1);
    assert_non_null(q);
    assert_non_null(strstr(q->ids, "churn/7"));
    assert_int_equal(strncmp(q->ids, "churn/", 6), 0);
    assert_int_not_equal(strncmp(q->ids, "churn/7", 7), 0); /* the other one comes first */
    fake_free(f);
    f = fake_new(80, 24, false);
    fake_rows(f, KIND_PACKAGE, "solo",
              "id | name | status | group | version\nsolo/1 | solo/1 | "
              "PendingManualApproval | solo | 1\n");
    fake_open(f, &model_view, "solo/1");
    fake_keys(f, "c");
    assert_true(fake_shows(f, "no other version was approved"));
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_compared_with_the_approved_one),
        cmocka_unit_test(it_needs_a_version),
        cmocka_unit_test(it_shows_what_changed),
        cmocka_unit_test(what_speaks_for_it_stands_there),
        cmocka_unit_test(the_question_names_the_evidence),
        cmocka_unit_test(it_looks_as_it_should_in_every_state),
        cmocka_unit_test(what_changed_is_seen_at_every_width),
        cmocka_unit_test(an_easier_gate_is_said),
        cmocka_unit_test(what_is_not_there_is_said),
        cmocka_unit_test(it_is_approved_and_rejected),
        cmocka_unit_test(enter_leads_to_what_made_it),
        cmocka_unit_test(a_monkey_breaks_nothing),
    };
    (void)utf8_init_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
