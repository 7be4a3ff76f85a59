/* The comparison: what stands side by side, what is said of it, and its keys. */
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
#include "views/compare_state.h"
#include "views/views.h"

#define IDS "r118\nr97\nr90"

static const char runs[] =
    "id | name | status | created | duration | experiment | context | params.lr | params.depth | "
    "params.optimizer | metrics.auc | metrics.loss | metrics.val_loss | metrics.steps | tags.user\n"
    "r118 | proud-heron-118 | FINISHED | 3h | 62s | churn | local | 0.003 | 6 | adam | 0.9217 | "
    "0.1894 | 0.30412345678901 | 1200 | ops\n"
    "r97 | quiet-mole-97 | FINISHED | 3h | 65s | churn | local | 0.003 | 8 | adam | 0.9209 | "
    "0.1901 "
    "| nan | 1200 | ops\n"
    "r90 | merry-finch-90 | RUNNING | 4m | 240s | churn | local | 0.0025 | 6 | sgd | 0.9231 | "
    "0.1877 | 0.2987 | 40 | ana\n";

static const struct goal_of goals[] = {{"auc", GOAL_MAX}, {"loss", GOAL_MIN}};

static struct fake *fake_with(int w, int h, bool is_ascii)
{
    struct fake *f = fake_new(w, h, is_ascii);
    f->env.goals = (struct goals){goals, ALEN(goals)};
    return f;
}

static struct fake *opened(int w, int h)
{
    struct fake *f = fake_with(w, h, false);
    fake_rows(f, KIND_RUN, NULL, runs);
    fake_open(f, &compare_view, IDS);
    return f;
}

static const struct comparison *top(const struct fake *f)
{
    return comparison_of(app_top(f->app));
}

static void looks_the_same_in_every_state(void **state)
{
    (void)state;
    static const int sizes[][2] = {{80, 24}, {132, 43}, {40, 8}};
    for (size_t i = 0; i < ALEN(sizes); i++) {
        int w = sizes[i][0], h = sizes[i][1];
        struct fake *f = fake_with(w, h, false);
        fake_open(f, &compare_view, IDS);
        fake_golden_sized(f, "compare-loading");
        fake_failure(f, QUERY_ROWS, KIND_RUN, NULL, ERR_IO, "could not read .mlw/local.db");
        fake_golden_sized(f, "compare-error");
        fake_rows(f, KIND_RUN, NULL, "id | name\nother | other\n");
        fake_golden_sized(f, "compare-empty");
        fake_rows(f, KIND_RUN, NULL, runs);
        fake_golden_sized(f, "compare-data");
        fake_failure(f, QUERY_ROWS, KIND_RUN, NULL, ERR_IO, "could not read .mlw/local.db");
        fake_golden_sized(f, "compare-stale");
        fake_free(f);
    }
    struct fake *f = fake_with(80, 24, true);
    fake_rows(f, KIND_RUN, NULL, runs);
    fake_open(f, &compare_view, IDS);
    fake_golden(f, "compare-ascii-80x24");
    fake_free(f);
}

static void only_what_differs(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    assert_true(fake_shows(f, "Params 3, 3 differ"));
    assert_true(fake_shows(f, "experiment"));
    fake_keys(f, "D");
    assert_false(fake_shows(f, "experiment"));
    fake_golden(f, "compare-differences-80x24");
    fake_rows(f, KIND_RUN, NULL, "id | name | params.lr\nr118 | x | 1\nr97 | x | 1\nr90 | x | 1\n");
    fake_keys(f, "/lr<Enter>");
    assert_true(fake_shows(f, "No field matches /lr"));
    fake_keys(f, "<Esc>");
    assert_true(fake_shows(f, "/lr") == false);
    fake_keys(f, "D");
    assert_true(fake_shows(f, "lr"));
    fake_free(f);
}

static void differences_are_one_key_apart(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_rows(f, KIND_RUN, NULL,
              "id | name | params.a | params.b | params.c | params.d\nr118 | x | 1 | 1 | 1 | 1\n"
              "r97 | y | 1 | 2 | 1 | 1\nr90 | z | 1 | 1 | 1 | 2\n");
    fake_keys(f, "g}");
    assert_string_equal(comparison_selected(top(f))->name, "params.b");
    fake_keys(f, "}");
    assert_string_equal(comparison_selected(top(f))->name, "params.d");
    fake_keys(f, "{");
    assert_string_equal(comparison_selected(top(f))->name, "params.b");
    fake_keys(f, "{");
    assert_true(fake_shows(f, "no difference above"));
    fake_free(f);
}

static void any_of_them_is_the_baseline(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    assert_true(fake_shows(f, "auc of quiet-mole-97 is 0.9209, -0.0008 on proud-heron-118: wor"));
    fake_keys(f, "p");
    assert_true(fake_shows(f, "★ quiet-mole-97"));
    assert_true(fake_shows(f, "auc of proud-heron-118 is 0.9217, +0.0008 on quiet-mole-97: bet"));
    fake_keys(f, "<Left>p"); /* on the baseline itself: which? */
    fake_keys(f, "finch<Enter>");
    assert_true(fake_shows(f, "★ merry-finch-90"));
    assert_string_equal(comparison_of(app_top(f->app))->ids, IDS);
    fake_free(f);
}

static void columns_are_gone_through(void **state)
{
    (void)state;
    struct fake *f = opened(40, 8);
    CLEANUP(str_release) struct str id = STR_INIT;
    assert_true(fake_shows(f, "quiet-mole-97"));
    fake_keys(f, "<Right><Right>");
    assert_true(fake_shows(f, "merry-finch-90"));
    assert_true(compare_view.selection(app_top(f->app), &id));
    assert_string_equal(id.p, "r90");
    fake_keys(f, "<Left><Left><Left>");
    assert_true(fake_shows(f, "proud-heron-118"));
    fake_keys(f, "<Right><Enter>");
    assert_string_equal(app_top(f->app)->ops->name, "run");
    assert_string_equal(fake_query(f, QUERY_DOC, KIND_RUN, 0)->id, "r97");
    fake_free(f);
}

static void values_that_run_change_in_place(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_keys(f, "jj");
    int y = app_canvas(f->app)->cursor_y;
    CLEANUP(str_release) struct str later = STR_INIT;
    str_addz(&later, runs);
    char *at = strstr(later.p, "0.9231");
    memcpy(at, "0.9555", 6);
    fake_rows(f, KIND_RUN, NULL, later.p);
    assert_true(fake_shows(f, "0.9555"));
    assert_int_equal(app_canvas(f->app)->cursor_y, y);
    fake_keys(f, "P");
    fake_rows(f, KIND_RUN, NULL, runs);
    assert_true(fake_shows(f, "0.9555"));
    assert_true(fake_shows(f, "paused"));
    fake_keys(f, "P");
    assert_true(fake_shows(f, "0.9231"));
    fake_free(f);
}

static void what_is_not_there_is_said(void **state)
{
    (void)state;
    struct fake *f = fake_with(80, 24, false);
    struct err e = ERR_INIT;
    fake_rows(f, KIND_RUN, NULL, runs);
    assert_false(views_compare(f->app, KIND_RUN, "r97", false, &e));
    assert_int_equal(e.code, ERR_USAGE);
    CLEANUP(str_release) struct str many = STR_INIT;
    for (int i = 0; i <= COMPARE_MAX; i++) {
        str_addf(&many, "r%d\n", i);
    }
    assert_false(views_compare(f->app, KIND_RUN, many.p, false, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    fake_open(f, &compare_view, "r97\nr90\nnobody");
    assert_true(fake_shows(f, "no run \"nobody\""));
    assert_true(fake_shows(f, "quiet-mole-97"));
    fake_free(f);
}

static void it_is_saved_as_csv_and_markdown(void **state)
{
    (void)state;
    struct fake *f = fake_with(80, 24, false);
    struct err e = ERR_INIT;
    CLEANUP(str_release) struct str csv = STR_INIT;
    CLEANUP(str_release) struct str md = STR_INIT;
    fake_rows(f, KIND_RUN, NULL,
              "id | name | params.a,b | metrics.auc\nr1 | one | x\"y | 0.5\nr2 | two | z | 0.75\n");
    fake_open(f, &compare_view, "r1\nr2");
    assert_false(compare_view.export(app_top(f->app), SV("pdf"), &csv, &e));
    assert_true(compare_view.export(app_top(f->app), SV("csv"), &csv, &e));
    assert_non_null(strstr(csv.p, "field,r1,r2,delta.r2,better.r2\r\n"));
    assert_non_null(strstr(csv.p, "\"params.a,b\",\"x\"\"y\",z,,\r\n"));
    assert_non_null(strstr(csv.p, "metrics.auc,0.5,0.75,0.25,better\r\n"));
    assert_true(compare_view.export(app_top(f->app), SV("md"), &md, &e));
    assert_non_null(strstr(md.p, "| FIELD | one baseline | two |\n| --- | --- | --- |\n"));
    assert_non_null(strstr(md.p, "| metrics.auc | 0.5 | 0.75 +0.25 better |\n"));
    fake_keys(f, "pD");
    str_clear(&md);
    assert_true(compare_view.export(app_top(f->app), SV("md"), &md, &e));
    assert_non_null(strstr(md.p, "| metrics.auc | 0.5 -0.25 worse | 0.75 |\n"));
    fake_free(f);
}

static void anything_of_it_is_copied(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_keys(f, "Y");
    assert_true(fake_shows(f, "0.9209"));
    assert_true(fake_shows(f, "as Markdown"));
    fake_keys(f, "<Esc>d");
    assert_true(fake_shows(f, "0.9231"));
    fake_free(f);
}

static void hostile_names_stay_in_their_columns(void **state)
{
    (void)state;
    struct fake *f = fake_with(80, 24, false);
    fake_rows(f, KIND_RUN, NULL,
              "id | name | params.\x1b[31mred | params.\xe6\xbc\xa2\xe5\xad\x97 | metrics.auc\n"
              "r1 | \x1b]0;title\x07name | \xe2\x80\xae"
              "back | a\tb | 0.5\n"
              "r2 | \xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97"
              "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97 | x | "
              "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97 | 0.25\n");
    fake_open(f, &compare_view, "r1\nr2");
    fake_golden(f, "compare-hostile-80x24");
    fake_free(f);
}

static void every_key_does_something_or_says_why(void **state)
{
    (void)state;
    static const char *const poor[] = {"nothing to do that to", "not available", "not supported",
                                       "not now", "later"};
    struct fake *f = opened(132, 43);
    for (int cmd = CMD_NONE + 1; cmd < CMD_COUNT; cmd++) {
        bool is_apps = cmd_info((enum cmd)cmd)->flags & CMD_IS_APPS;
        struct key key;
        unsigned contexts = compare_view.contexts(app_top(f->app));
        if (is_apps || !keymap_key_of(app_keymap(f->app), contexts, (enum cmd)cmd, &key)) {
            continue;
        }
        (void)app_command(f->app, (enum cmd)cmd, NULL);
        for (size_t i = 0; i < ALEN(poor); i++) {
            if (fake_shows(f, poor[i])) {
                fail_msg("%s says \"%s\"", cmd_info((enum cmd)cmd)->name, poor[i]);
            }
        }
        fake_keys(f, "<Esc>");
        if (!app_top(f->app) || app_top(f->app)->ops != &compare_view) {
            fake_open(f, &compare_view, IDS);
        }
        fake_pass(f, 10000);
    }
    fake_free(f);
}

static void nothing_is_drawn_outside(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_monkey(f, &compare_view, IDS, 815, 10000);
    fake_free(f);
}

/* The column that keys are about. */
static void one_of_these_says_why_and_whence(void **state)
{
    static const struct {
        const char *keys, *shows;
    } ways[] = {{"X", "runs ▸ r97 ▸ evidence"},
                {"T", "runs ▸ r97 ▸ timeline"},
                {"<Right>x", "runs ▸ r90 ▸ lineage"}};
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
        cmocka_unit_test(one_of_these_says_why_and_whence),
        cmocka_unit_test(what_is_not_there_is_said),
        cmocka_unit_test(looks_the_same_in_every_state),
        cmocka_unit_test(only_what_differs),
        cmocka_unit_test(differences_are_one_key_apart),
        cmocka_unit_test(any_of_them_is_the_baseline),
        cmocka_unit_test(columns_are_gone_through),
        cmocka_unit_test(values_that_run_change_in_place),
        cmocka_unit_test(it_is_saved_as_csv_and_markdown),
        cmocka_unit_test(anything_of_it_is_copied),
        cmocka_unit_test(hostile_names_stay_in_their_columns),
        cmocka_unit_test(every_key_does_something_or_says_why),
        cmocka_unit_test(nothing_is_drawn_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
