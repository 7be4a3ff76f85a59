/* The table view of every kind: columns, filter, order, marks, detail, what Enter opens. */
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
#include "tui/widgets/menu.h"
#include "views/views.h"

/* as in screens.md 2 */
#define RUNS                                                                                       \
    "id | name | status | experiment | duration | created | context | params.lr | params.depth | " \
    "metrics.auc | metrics.loss\n"                                                                 \
    "r118 | proud-heron-118 | FINISHED | churn | 17s | 3h | local | 0.003 | 6 | 0.9217 | 0.1894\n" \
    "r97 | quiet-mole-97 | FINISHED | churn | 17s | 3h | local | 0.003 | 8 | 0.9209 | 0.1901\n"    \
    "r121 | vivid-stork-121 | RUNNING | churn | 17s | 6m | local | 0.003 | 7 | 0.9204 | 0.1933\n"  \
    "r90 | merry-finch-90 | FINISHED | churn | 17s | 4h | local | 0.0025 | 6 | 0.9198 | 0.1917\n"  \
    "5f0c9a27 | calm-otter-66 | FINISHED | churn | 17s | 1d | local | 0.005 | 6 | 0.9191 | "       \
    "0.1926\n"                                                                                     \
    "r58 | shy-ibis-58 | FAILED | churn | 17s | 1d | local | 0.005 | 10 | 0.9170 | nan\n"          \
    "r45 | dusty-wren-45 | FINISHED | churn | 17s | 2d | local | 0.00075 | 6 | 0.9149 | 0.2010\n"  \
    "r44 | salty-puma-44 | KILLED | churn | 17s | 2d | local | 0.005 | 12 | 0.9146 | 0.2041\n"     \
    "r22 | tidy-swan-22 | FINISHED | churn | 17s | 6d | local | 0.0004 | 6 | 0.9096 |\n"

static struct fake *opened_with(int w, int h, enum kind kind, const char *id, const char *rows,
                                const char *filter)
{
    struct fake *f = fake_new(w, h, false);
    struct err e = ERR_INIT;
    if (rows) {
        fake_rows(f, kind, id, rows);
    }
    fake_series(f, "r118", "loss 0.5 0.4 0.3 0.25 0.2 0.19 0.19 0.19 0.19 0.1894");
    fake_open(f, &home_view, NULL);
    assert_true(views_browse(f->app, kind, id, filter, &e));
    fake_settle(f);
    return f;
}

static struct fake *opened(int w, int h)
{
    return opened_with(w, h, KIND_RUN, "churn", RUNS, NULL);
}

static void it_looks_as_drawn(void **state)
{
    static const int sizes[][2] = {{80, 24}, {132, 43}, {40, 10}};
    (void)state;
    for (size_t k = 0; k < ALEN(sizes); k++) {
        int w = sizes[k][0], h = sizes[k][1];
        const char *names[] = {"data", "empty", "loading", "error", "stale"};
        for (size_t i = 0; i < ALEN(names); i++) {
            bool has_rows = i == 0 || i == 4;
            struct fake *f = opened_with(w, h, KIND_RUN, "churn",
                                         has_rows ? RUNS
                                         : i == 1 ? "id | name | status\n"
                                                  : NULL,
                                         NULL);
            CLEANUP(mem_free_ptr) char *name = xasprintf("browse-%s-%dx%d", names[i], w, h);
            if (i >= 3) {
                fake_pass(f, 180000);
                fake_failure(f, QUERY_ROWS, KIND_RUN, "churn", ERR_IO,
                             "read .mlw/local.db: disk error");
            }
            fake_golden(f, name);
            fake_free(f);
        }
    }
}

static void a_filter_answers_each_letter(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_keys(f, "/auc>0.9");
    assert_string_equal(fake_query(f, QUERY_ROWS, KIND_RUN, 0)->filter, "auc>0.9");
    fake_keys(f, "<Enter>");
    fake_counts(f, KIND_RUN, "churn", 42, 12310);
    assert_true(fake_shows(f, "/auc>0.9 (42/12310)"));
    fake_keys(f, "jjjjoauc<Enter>");
    assert_string_equal(fake_query(f, QUERY_ROWS, KIND_RUN, 0)->sort, "metrics.auc:desc");
    fake_golden(f, "browse-filtered");
    fake_keys(f, "/x<Esc>"); /* what was typed is undone, the filter of before stays */
    assert_string_equal(fake_query(f, QUERY_ROWS, KIND_RUN, 0)->filter, "auc>0.9");
    fake_keys(f, "<Esc>");
    assert_null(fake_query(f, QUERY_ROWS, KIND_RUN, 0)->filter);
    assert_false(fake_shows(f, "/12310)"));
    fake_free(f);
}

static void a_count_is_that_of_the_text_beside_it(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_keys(f, "/lr<lt>1<Enter>");
    fake_counts(f, KIND_RUN, "churn", 42, 12310);
    assert_true(fake_shows(f, "/lr<1 (42/12310)"));
    fake_behind(f, true);
    fake_keys(f, "/<BS>0.1<Enter>");
    assert_true(fake_shows(f, "/lr<0.1 (…/12310)"));
    fake_behind(f, false);
    fake_keys(f, "j");
    assert_true(fake_shows(f, "/lr<0.1 (42/12310)"));
    fake_free(f);
}

static void the_order_is_chosen_and_inverted(void **state)
{
    static const struct {
        const char *text, *sort;
    } cases[] = {
        {"loss desc", "metrics.loss:desc"},  {"loss:asc", "metrics.loss:asc"},
        {"-lr", "params.lr:desc"},           {"name", "name:asc"},
        {"metrics.auc", "metrics.auc:desc"},
    };
    (void)state;
    struct fake *f = opened(80, 24);
    for (size_t i = 0; i < ALEN(cases); i++) {
        (void)app_command(f->app, CMD_SORT, &(struct cmd_arg){.text = sv_z(cases[i].text)});
        assert_string_equal(fake_query(f, QUERY_ROWS, KIND_RUN, 0)->sort, cases[i].sort);
    }
    fake_keys(f, "O");
    assert_string_equal(fake_query(f, QUERY_ROWS, KIND_RUN, 0)->sort, "metrics.auc:asc");
    (void)app_command(f->app, CMD_SORT, &(struct cmd_arg){.text = SV("nothing")});
    assert_true(fake_shows(f, "no column \"nothing\""));
    fake_free(f);
}

static void columns_are_chosen(void **state)
{
    (void)state;
    struct fake *f = opened(132, 24);
    assert_true(fake_shows(f, "DEPTH"));
    (void)app_command(f->app, CMD_COLUMNS, &(struct cmd_arg){.text = SV("depth")});
    assert_false(fake_shows(f, "DEPTH"));
    fake_keys(f, "Cdepth<Enter>");
    assert_true(fake_shows(f, "DEPTH"));
    fake_keys(f, "w");
    assert_true(fake_shows(f, "CONTEXT"));
    fake_free(f);
}

static void the_curve_is_a_loss_of_what_was_not_seen(void **state)
{
    static const struct {
        const char *keys, *title;
    } rows[] = {
        {"metrics.auc | metrics.mae", " AUC/STEP"},
        {"metrics.auc | metrics.train_loss", " TRAIN_LOSS/STEP"},
        {"metrics.train_loss | metrics.val_loss", " VAL_LOSS/STEP"},
        {"metrics.loss | metrics.val_loss", " LOSS/STEP"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(rows); i++) {
        CLEANUP(mem_free_ptr)
        char *table =
            xasprintf("id | name | status | %s\nr1 | a | FINISHED | 1 | 2\n", rows[i].keys);
        struct fake *f = opened_with(132, 24, KIND_RUN, "churn", table, NULL);
        assert_true(fake_shows(f, rows[i].title));
        fake_free(f);
    }
}

/* A param that is the same of all rows goes before one that tells them apart; what the filter
 * names comes first of its family. */
static void params_that_differ_are_seen(void **state)
{
    static const char rows[] =
        "id | name | status | created | params.a_batch | params.b_lr | params.c_seed | "
        "metrics.val_auc_of_all | metrics.val_loss_of_all\n"
        "r1 | proud-heron-118 | FINISHED | 3h | 16 | 0.1 | 7 | 0.91 | 0.2\n"
        "r2 | quiet-mole-97 | FINISHED | 3h | 16 | 0.2 | 7 | 0.92 | 0.1\n";
    (void)state;
    struct fake *f = opened_with(74, 24, KIND_RUN, "churn", rows, NULL);
    CLEANUP(str_release) struct str titles = STR_INIT;
    assert_true(fake_shows(f, " B_LR "));
    assert_false(fake_shows(f, "A_BATCH"));
    fake_keys(f, "/c_seed:7<Enter>");
    canvas_row_text(app_canvas(f->app), 1, &titles);
    size_t seed = sv_find(sv_of(&titles), SV("C_SEED")), lr = sv_find(sv_of(&titles), SV("B_LR"));
    assert_true(seed < lr && seed != SIZE_MAX);
    fake_free(f);
}

static void keys_of_two_families_are_told_apart(void **state)
{
    (void)state;
    struct fake *f = opened_with(132, 24, KIND_RUN, NULL,
                                 "id | name | status | params.loss | metrics.loss | params.a b\n"
                                 "r1 | one | FINISHED | mse | 0.5 | x\n",
                                 NULL);
    assert_true(fake_shows(f, "params.loss"));
    assert_true(fake_shows(f, "metrics.loss"));
    (void)app_command(f->app, CMD_SORT, &(struct cmd_arg){.text = SV("a b")});
    fake_keys(f, "oa b<Enter>");
    assert_string_equal(fake_query(f, QUERY_ROWS, KIND_RUN, 0)->sort, "params.\"a b\":desc");
    fake_free(f);
}

static void marks_are_compared_wherever_the_list_goes(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_keys(f, "c");
    assert_true(fake_shows(f, "mark two or more rows"));
    fake_keys(f, "<Space>j<Space>");
    assert_true(fake_shows(f, "2*"));
    fake_rows(f, KIND_RUN, "churn", "id | name | status\nz | other | FINISHED\n");
    fake_pass(f, 5000);
    fake_keys(f, "c");
    assert_string_equal(app_top(f->app)->ops->name, "compare");
    const char *ids = fake_query(f, QUERY_ROWS, KIND_RUN, 1)->ids;
    assert_string_equal(ids, "r118\nr121");
    fake_keys(f, "qU");
    assert_false(fake_shows(f, "2*"));
    fake_free(f);
}

/* Of a list that is longer than what is loaded the hub is asked for the ids; it gives so many. */
static void all_that_match_are_marked(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    size_t before = fake_request_count(f);
    fake_keys(f, "*");
    assert_int_equal(fake_request_count(f), before); /* all are loaded */
    assert_false(fake_shows(f, "out of sight"));
    fake_keys(f, "U");
    fake_counts(f, KIND_RUN, "churn", 300, 12000);
    fake_pass(f, 5000);
    fake_keys(f, "*");
    assert_int_equal(fake_request(f, before)->type, REQ_MATCHED);
    assert_false(fake_shows(f, "3*"));
    fake_reply(f, before, true, "r121\nfar\nr118\n", 3);
    assert_true(fake_shows(f, "marked all 3, also those out of sight"));
    assert_true(fake_shows(f, "3*"));
    fake_keys(f, "*");
    fake_reply(f, before + 1, true, "r121\nfar\nr118\n", 3);
    assert_true(fake_shows(f, "all of these are marked already"));
    fake_keys(f, "*");
    fake_reply(f, before + 2, true, "r121\nfar\nr118\nmore\n", 300);
    assert_true(fake_shows(f, "marked the first 4 of 300: / narrows the list"));
    fake_keys(f, "c");
    assert_string_equal(fake_query(f, QUERY_ROWS, KIND_RUN, 1)->ids, "r121\nfar\nr118\nmore");
    fake_free(f);
}

static void a_held_list_changes_cells_alone(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    CLEANUP(str_release) struct str id = STR_INIT;
    fake_keys(f, "jj");
    fake_rows(f, KIND_RUN, "churn",
              "id | name | status | metrics.auc\n"
              "new | newest | RUNNING | 0.1\n"
              "r121 | vivid-stork-121 | FINISHED | 0.9999\n"
              "r118 | proud-heron-118 | FINISHED | 0.9217\n");
    assert_false(fake_shows(f, "newest"));
    assert_true(fake_shows(f, "0.9999"));
    fake_pass(f, 2500);
    fake_pass(f, 61000);
    assert_true(fake_shows(f, "newest"));
    assert_true(browse_view.selection(app_top(f->app), &id));
    assert_string_equal(id.p, "r121");
    fake_free(f);
}

static void a_bad_filter_keeps_the_last_good_rows(void **state)
{
    (void)state;
    struct fake *f = opened_with(80, 24, KIND_RUN, "churn", RUNS, "auc>");
    assert_true(fake_shows(f, "proud-heron-118"));
    assert_true(fake_shows(f, "/auc>"));
    fake_free(f);
}

static void it_asks_for_the_window_in_sight(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str rows = STR_INIT;
    str_addz(&rows, "id | name | status\n");
    for (int i = 0; i < 400; i++) {
        str_addf(&rows, "r%d | run-%03d | FINISHED\n", i, i);
    }
    struct fake *f = opened_with(80, 24, KIND_RUN, NULL, rows.p, NULL);
    fake_keys(f, "<PgDn><PgDn><PgDn><PgDn>");
    const struct query *q = fake_query(f, QUERY_ROWS, KIND_RUN, 0);
    assert_true(q->n < 400);
    assert_true(q->first + q->n > 100);
    fake_keys(f, "G");
    q = fake_query(f, QUERY_ROWS, KIND_RUN, 0);
    assert_true(q->first > 200);
    assert_true(fake_shows(f, "run-399"));
    assert_true(fake_shows(f, "row 400 of 400"));
    fake_free(f);
}

static void loading_is_counted(void **state)
{
    (void)state;
    struct fake *f = opened_with(80, 24, KIND_RUN, "churn", RUNS, "auc>0.9");
    assert_true(fake_shows(f, "row 1 of 9"));
    fake_free(f);
}

/* one list of each kind, and what Enter on its first row leads to */
/* What is pressed before the rows are here is done when they are: in order, on the right row. */
static void keys_typed_ahead_wait_for_the_rows(void **state)
{
    (void)state;
    struct fake *f = opened_with(80, 24, KIND_RUN, "churn", NULL, NULL);
    fake_keys(f, "jj<Enter>");
    assert_true(fake_shows(f, "open: as soon as the rows are here"));
    assert_ptr_equal(app_top(f->app)->ops, &browse_view);
    fake_rows(f, KIND_RUN, "churn", RUNS);
    fake_settle(f);
    assert_ptr_equal(app_top(f->app)->ops, &run_view);
    assert_true(fake_shows(f, "r121"));
    assert_false(fake_shows(f, "as soon as"));
    fake_free(f);
}

/* The rows of what was typed before are still there: Enter is about those that match. */
static void keys_typed_ahead_wait_for_the_filter(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_behind(f, true);
    fake_keys(f, "/ibis<Enter><Enter>");
    assert_ptr_equal(app_top(f->app)->ops, &browse_view);
    fake_rows(f, KIND_RUN, "churn", "id | name | status\nr58 | shy-ibis-58 | FAILED\n");
    fake_behind(f, false);
    fake_settle(f);
    assert_ptr_equal(app_top(f->app)->ops, &run_view);
    assert_true(fake_shows(f, "r58"));
    fake_free(f);
}

/* The first row is that of the order that was asked for. */
static void keys_typed_ahead_wait_for_the_order(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_behind(f, true);
    fake_keys(f, "Gometrics.auc<Enter>g<Enter>");
    assert_ptr_equal(app_top(f->app)->ops, &browse_view);
    fake_behind(f, false);
    fake_settle(f);
    assert_ptr_equal(app_top(f->app)->ops, &run_view);
    assert_true(fake_shows(f, "r118"));
    fake_free(f);
}

static void what_waits_is_forgotten(void **state)
{
    static const char *const ways[] = {"<Esc>", "q", "[", ""};
    (void)state;
    for (size_t i = 0; i < ALEN(ways); i++) {
        struct fake *f = opened_with(80, 24, KIND_RUN, "churn", NULL, NULL);
        uint32_t list = app_top(f->app)->id;
        fake_keys(f, "K"); /* what changes something never waits */
        assert_false(fake_shows(f, "as soon as"));
        fake_keys(f, "j<Enter>");
        fake_keys(f, ways[i]);
        fake_pass(f, *ways[i] ? 100 : 60000); /* or nobody expects it any more */
        fake_rows(f, KIND_RUN, "churn", RUNS);
        fake_settle(f);
        assert_true(app_top(f->app)->id == list || app_top(f->app)->ops == &home_view);
        assert_int_equal(fake_request_count(f), 0);
        fake_free(f);
    }
}

static void every_kind_has_a_list(void **state)
{
    static const struct {
        enum kind kind;
        const char *rows, *crumbs;
    } ways[] = {
        {KIND_CONTEXT, "id | name | status | summary\nlocal | local | ready | 3 runs\n",
         "local ▸ pipelines"},
        {KIND_PIPELINE, "id | name | status\nchurn | churn | Succeeded\n", "pipelines ▸ churn "},
        {KIND_EXECUTION, "id | name | status | pipeline\nk3v9 | k3v9 | Executing | churn\n",
         "executions ▸ k3v9"},
        {KIND_STEP, "id | name | status | execution\nk3v9/train | train | Executing | k3v9\n",
         "train"},
        {KIND_JOB, "id | name | status | execution\nk3v9/train/1 | train/1 | Executing | k3v9\n",
         "train"},
        {KIND_EXPERIMENT, "id | name | status\nchurn | churn | ready\n",
         "experiments ▸ churn ▸ runs"},
        {KIND_RUN, "id | name | status\nr1 | one | FINISHED\n", "runs"},
        {KIND_MODEL, "id | name | status\nchurn | churn | Approved\n", "models ▸ churn ▸ packages"},
        {KIND_PACKAGE, "id | name | status\nchurn/7 | churn/7 | Approved\n", "packages ▸ churn/7"},
        {KIND_GATE,
         "id | name | status | token | kind | execution | step\n"
         "aB3 | review | Waiting | aB3 | Callback | k3v9 | review\n",
         "executions ▸ k3v9"},
        {KIND_GATE,
         "id | name | status | token | kind | execution | step | subject\n"
         "aB3 | churn/7 | Approved | aB3 | Approval | k3v9 | register | churn/7\n",
         "packages ▸ churn/7"},
        {KIND_JOURNAL, "id | name | status | object\n1 | approve | done | churn/7\n", "approve"},
        {KIND_EVENT, "id | name | execution | step | text\nk3v9/1 | StepEnded | k3v9 | a | b\n",
         "executions ▸ k3v9"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(ways); i++) {
        struct fake *f = opened_with(132, 24, ways[i].kind, NULL, ways[i].rows, NULL);
        assert_true(fake_shows(f, kinds[ways[i].kind].plural));
        fake_keys(f, "<Enter>");
        if (!fake_shows(f, ways[i].crumbs)) {
            fail_msg("Enter on a %s does not lead to %s", kinds[ways[i].kind].singular,
                     ways[i].crumbs);
        }
        fake_free(f);
    }
}

/* No key of the table of commands is without an answer, and none of them begs off. */
static void every_key_has_an_answer(void **state)
{
    static const char *const never[] = {"not available", "not supported", "later", "nothing to do"};
    (void)state;
    for (int cmd = CMD_NONE + 1; cmd < CMD_COUNT; cmd++) {
        if (cmd == CMD_BOOKMARK || cmd == CMD_BOOKMARKS || cmd == CMD_JOURNAL) {
            continue; /* the root's */
        }
        struct fake *f = opened(80, 24);
        (void)app_command(f->app, (enum cmd)cmd, NULL);
        for (size_t i = 0; i < ALEN(never); i++) {
            if (fake_shows(f, never[i])) {
                fail_msg("%s says \"%s\"", cmd_info((enum cmd)cmd)->name, never[i]);
            }
        }
        fake_free(f);
    }
}

static void completion_knows_fields_and_states(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_keys(f, "/exp<Tab>");
    assert_true(fake_shows(f, "/experiment"));
    fake_keys(f, "<Esc>/status:K<Tab>");
    assert_true(fake_shows(f, "/status:KILLED"));
    fake_free(f);
}

static void the_detail_stands_beside_or_instead(void **state)
{
    (void)state;
    struct fake *f = opened(132, 24);
    fake_keys(f, "d");
    assert_true(fake_shows(f, "experiment        churn"));
    fake_golden(f, "browse-detail-132x24");
    fake_keys(f, "<Esc>");
    assert_false(fake_shows(f, "experiment        churn"));
    app_resize(f->app, 80, 24);
    fake_keys(f, "d");
    assert_true(fake_shows(f, "mlw ▸ proud-heron-118"));
    fake_free(f);
}

static void rows_are_saved_as_csv_by_the_hub(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    (void)app_command(f->app, CMD_SAVE, &(struct cmd_arg){.text = SV("runs.csv")});
    assert_int_equal(fake_request(f, 0)->type, REQ_COPY_OUT);
    assert_string_equal(fake_request(f, 0)->text, "runs.csv");
    assert_true(fake_request(f, 0)->subscription != 0);
    fake_reply(f, 0, true, "9 rows into runs.csv", 0);
    assert_true(fake_shows(f, "9 rows into runs.csv"));
    fake_free(f);
}

static void any_field_is_copied(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_keys(f, "Y");
    assert_true(fake_shows(f, "metrics.auc"));
    fake_keys(f, "0.9217<Enter>");
    assert_true(fake_shows(f, "copied 6 bytes"));
    fake_free(f);
}

static void a_paused_list_stands_still(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_keys(f, "P");
    fake_rows(f, KIND_RUN, "churn", "id | name | status\nz | other | FINISHED\n");
    fake_pass(f, 70000);
    assert_true(fake_shows(f, "paused, there is news"));
    assert_false(fake_shows(f, "other"));
    fake_keys(f, "P");
    assert_true(fake_shows(f, "other"));
    fake_free(f);
}

static void what_is_written_outside_is_harmless(void **state)
{
    (void)state;
    struct fake *f = opened_with(80, 24, KIND_RUN, NULL,
                                 "id | name | status | params.\x1b[31m\n"
                                 "r1 | a\x1b]0;x\x07\xff | FINISHED | \x1b[2J\n",
                                 NULL);
    CLEANUP(str_release) struct str screen = STR_INIT;
    canvas_plain(app_canvas(f->app), &screen);
    assert_null(strchr(screen.p, '\x1b'));
    assert_null(strchr(screen.p, '\x07'));
    fake_free(f);
}

static void a_monkey_breaks_nothing(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_monkey(f, &home_view, NULL, 11, 10000);
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_looks_as_drawn),
        cmocka_unit_test(a_filter_answers_each_letter),
        cmocka_unit_test(a_count_is_that_of_the_text_beside_it),
        cmocka_unit_test(the_order_is_chosen_and_inverted),
        cmocka_unit_test(columns_are_chosen),
        cmocka_unit_test(params_that_differ_are_seen),
        cmocka_unit_test(the_curve_is_a_loss_of_what_was_not_seen),
        cmocka_unit_test(keys_of_two_families_are_told_apart),
        cmocka_unit_test(marks_are_compared_wherever_the_list_goes),
        cmocka_unit_test(all_that_match_are_marked),
        cmocka_unit_test(a_held_list_changes_cells_alone),
        cmocka_unit_test(a_bad_filter_keeps_the_last_good_rows),
        cmocka_unit_test(it_asks_for_the_window_in_sight),
        cmocka_unit_test(loading_is_counted),
        cmocka_unit_test(keys_typed_ahead_wait_for_the_rows),
        cmocka_unit_test(keys_typed_ahead_wait_for_the_filter),
        cmocka_unit_test(keys_typed_ahead_wait_for_the_order),
        cmocka_unit_test(what_waits_is_forgotten),
        cmocka_unit_test(every_kind_has_a_list),
        cmocka_unit_test(every_key_has_an_answer),
        cmocka_unit_test(completion_knows_fields_and_states),
        cmocka_unit_test(the_detail_stands_beside_or_instead),
        cmocka_unit_test(rows_are_saved_as_csv_by_the_hub),
        cmocka_unit_test(any_field_is_copied),
        cmocka_unit_test(a_paused_list_stands_still),
        cmocka_unit_test(what_is_written_outside_is_harmless),
        cmocka_unit_test(a_monkey_breaks_nothing),
    };
    (void)utf8_init_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
