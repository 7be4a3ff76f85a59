/* X, T and x: evidence, states in time and lineage of one thing, as lists that lead on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "fake_hub.h"
#include "views/views.h"

#define EXEC "k3v9x0m2q8ab"

static const char steps[] =
    "id | name | status | type | started | ended | attempts | why | index | depends_on | run\n" EXEC
    "/train | train | Failed | Training | 16s | 6s | 1 | exit code 1 | 0 | | r1\n";
static const char evidence[] =
    "id | name | status | why | target | created\n"
    "e 1 | train | Failed | exit code 1: out of memory | step:" EXEC "/train | 6s\n"
    "e 2 | train/1 | Failed | exit code 1 | job:" EXEC "/train/1 | 6s\n"
    "e 3 | parameter Depth | | 4 → 12 since b7qp02mz5kd1, which Succeeded | "
    "execution:b7qp02mz5kd1 | \n";
static const char timeline[] =
    "id | name | status | since | lasted | why | actor | target | created\n"
    "t 1 | churn | Executing | 0s | 14s | | ops | execution:" EXEC " | 20s\n"
    "t 2 | train | Starting | 1s | 1s | first run | ops | step:" EXEC "/train | 19s\n"
    "t 3 | train | Executing | 2s | 10s | | ops | step:" EXEC "/train | 18s\n"
    "t 4 | train | Failed | 12s | | exit code 1: out of memory | ops | step:" EXEC "/train | 8s\n";
static const char lineage[] =
    "id | name | status | kind | relation | target | created\n"
    "l 1 | churn | Failed | execution | by ops, from churn.json (this one) | execution:" EXEC
    " | 20s\n"
    "l 2 |   churn.csv@91ab44c0 | ready | dataset | read by train | dataset:churn.csv@91ab44c0 | "
    "20s\n"
    "l 3 |   train-7 | FAILED | run | trained by train | run:r1 | 16s\n";

static struct fake *opened(int w, int h)
{
    struct fake *f = fake_new(w, h, false);
    fake_rows(f, KIND_EXECUTION, NULL,
              "id | name | status | pipeline | duration | created | ended | failure\n" EXEC
              " | " EXEC " | Failed | churn | 14s | 20s | 6s | train: exit code 1\n");
    fake_rows(f, KIND_STEP, EXEC, steps);
    fake_rows(f, KIND_EVIDENCE, "execution:" EXEC, evidence);
    fake_rows(f, KIND_TIMELINE, "execution:" EXEC, timeline);
    fake_rows(f, KIND_LINEAGE, "execution:" EXEC, lineage);
    fake_open(f, &execution_view, EXEC);
    return f;
}

static void each_list_is_one_key_away(void **state)
{
    (void)state;
    static const struct {
        const char *key, *golden;
    } rows[] = {{"X", "why"}, {"T", "timeline"}, {"x", "lineage"}};
    static const struct {
        int w, h;
    } sizes[] = {{80, 24}, {132, 43}, {40, 8}};
    for (size_t i = 0; i < ALEN(rows); i++) {
        for (size_t k = 0; k < ALEN(sizes); k++) {
            struct fake *f = opened(sizes[k].w, sizes[k].h);
            CLEANUP(mem_free_ptr)
            char *name = xasprintf("%s-data-%dx%d", rows[i].golden, sizes[k].w, sizes[k].h);
            fake_keys(f, rows[i].key);
            fake_golden(f, name);
            fake_free(f);
        }
    }
}

static void enter_goes_to_what_a_row_is_about(void **state)
{
    (void)state;
    static const struct {
        const char *keys, *crumbs;
    } rows[] = {
        {"X<Enter>", EXEC " ▸ train ▸ log"},
        {"Xj<Enter>", EXEC " ▸ train"},
        {"Xjj<Enter>", "b7qp02mz5kd1"},
        {"Tj<Enter>", EXEC " ▸ train ▸ log"},
        {"xjj<Enter>", "runs ▸ r1"},
        {"X<Enter>q", "evidence"},
        {"xjx", "datasets ▸ churn.csv@91ab44c0 ▸ lineage"},
        {"TjT", "steps ▸ " EXEC "/train ▸ timeline"},
    };
    for (size_t i = 0; i < ALEN(rows); i++) {
        struct fake *f = opened(132, 24);
        fake_keys(f, rows[i].keys);
        if (!fake_shows(f, rows[i].crumbs)) {
            fail_msg("%s does not lead to \"%s\"", rows[i].keys, rows[i].crumbs);
        }
        fake_free(f);
    }
}

/* What ran then does not run now: its time stands. */
static void a_past_state_does_not_grow(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_keys(f, "T");
    fake_pass(f, 60000);
    assert_true(fake_shows(f, "14s"));
    assert_true(fake_shows(f, "10s"));
    fake_free(f);
}

static void nothing_against_it_is_said(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24);
    fake_rows(f, KIND_EVIDENCE, "execution:" EXEC, "id | name\n");
    fake_keys(f, "X");
    assert_true(fake_shows(f, "Nothing speaks against it"));
    fake_free(f);
}

static void an_empty_list_of_any_kind_says_so(void **state)
{
    (void)state;
    for (int k = 0; k < KIND_COUNT; k++) {
        struct fake *f = fake_new(80, 24, false);
        struct err e = ERR_INIT;
        fake_rows(f, (enum kind)k, NULL, "id | name\n");
        assert_true(views_browse(f->app, (enum kind)k, NULL, NULL, &e));
        fake_settle(f);
        assert_true(fake_shows(f, "."));
        fake_free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_list_is_one_key_away),
        cmocka_unit_test(enter_goes_to_what_a_row_is_about),
        cmocka_unit_test(a_past_state_does_not_grow),
        cmocka_unit_test(nothing_against_it_is_said),
        cmocka_unit_test(an_empty_list_of_any_kind_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
