/* Screens that are told in few words: events, the journal, bookmarks, evidence, states in time and
 * lineage in the five states, at three sizes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tests/views/fake_hub.h"
#include "views/views.h"

#define EXEC "k3v9x0m2q8ab"

static const char events[] =
    "id | name | execution | seq | step | text | created | context\n" EXEC
    "/1 | ExecutionCreated | " EXEC " | 1 | | | 18s | local\n" EXEC "/2 | StepStarted | " EXEC
    " | 2 | train | first run | 17s | local\n" EXEC "/3 | StepExecuting | " EXEC
    " | 3 | train | | 16s | local\n" EXEC "/4 | StepEnded | " EXEC
    " | 4 | train | exit code 1: out of memory | 6s | local\n";
static const char journal[] =
    "id | name | status | object | actor | reason | outcome | created | context\n"
    "2 | approve | done | churn/7 | ops | better than /6 | churn/7 is Approved | 2m | local\n"
    "1 | reject | intent | churn/5 | ci | worse | | 3h | local\n";

static const char bookmarks[] =
    "id | name | status | line | actor | created | context\n"
    "good ones | good ones | ready | runs sort=metrics.auc:desc /auc>0.9 | ops | 2d | local\n"
    "night | night | ready | executions /status:Failed | ci | 9d | local\n";
static const char evidence[] =
    "id | name | status | why | target | created\n"
    "e 1 | train | Failed | exit code 1: out of memory | step:" EXEC "/train | 6s\n"
    "e 3 | parameter Depth | | 4 → 12 since b7qp02mz5kd1, which Succeeded | "
    "execution:b7qp02mz5kd1 |\n";
static const char timeline[] =
    "id | name | status | since | lasted | why | actor | target | created\n"
    "t 1 | churn | Executing | 0s | 14s | | ops | execution:" EXEC " | 20s\n"
    "t 4 | train | Failed | 12s | | exit code 1: out of memory | ops | step:" EXEC "/train | 8s\n";
static const char lineage[] =
    "id | name | status | kind | relation | target | created\n"
    "l 1 | churn | Failed | execution | by ops, from churn.json (this one) | execution:" EXEC
    " | 20s\n"
    "l 3 |   train-7 | FAILED | run | trained by train | run:r1 | 16s\n";

enum condition { LOOK_EMPTY, LOOK_LOADING, LOOK_DATA, LOOK_ERROR, LOOK_STALE, LOOKS };
static const char *const looks[LOOKS] = {"empty", "loading", "data", "error", "stale"};

static void lay(struct fake *f, enum kind kind, const char *id, const char *rows,
                enum condition how)
{
    if (how == LOOK_EMPTY) {
        fake_rows(f, kind, id, "id | name | status\n");
    } else if (how == LOOK_DATA || how == LOOK_STALE) {
        fake_rows(f, kind, id, rows);
    }
    if (how == LOOK_ERROR) {
        fake_failure(f, QUERY_ROWS, kind, id, ERR_IO,
                     "could not read .mlw/local.db: disk I/O error");
    }
}

/* After it was shown. */
static void spoil(struct fake *f, enum kind kind, const char *id, enum condition how)
{
    if (how == LOOK_STALE) {
        fake_failure(f, QUERY_ROWS, kind, id, ERR_IO,
                     "could not read .mlw/local.db: disk I/O error");
        fake_pass(f, 180000);
    }
}

static void they_look_the_same_in_every_state(void **state)
{
    (void)state;
    static const int sizes[][2] = {{80, 24}, {132, 43}, {40, 10}};
    for (size_t k = 0; k < ALEN(sizes) * LOOKS; k++) {
        const int *size = sizes[k / LOOKS];
        enum condition how = (enum condition)(k % LOOKS);
        struct err e = ERR_INIT;
        CLEANUP(mem_free_ptr)
        char *name = xasprintf("events-%s-%dx%d", looks[how], size[0], size[1]);
        struct fake *f = fake_new(size[0], size[1], false);
        lay(f, KIND_EVENT, EXEC, events, how);
        fake_open(f, &events_view, EXEC);
        spoil(f, KIND_EVENT, EXEC, how);
        fake_golden(f, name);
        fake_free(f);
        if (how != LOOK_ERROR && how != LOOK_STALE) {
            continue; /* test_journal.c has the others */
        }
        CLEANUP(mem_free_ptr)
        char *other = xasprintf("journal-%s-%dx%d", looks[how], size[0], size[1]);
        f = fake_new(size[0], size[1], false);
        lay(f, KIND_JOURNAL, NULL, journal, how);
        fake_open(f, &home_view, NULL);
        assert_true(views_browse(f->app, KIND_JOURNAL, NULL, NULL, &e));
        fake_settle(f);
        spoil(f, KIND_JOURNAL, NULL, how);
        fake_golden(f, other);
        fake_free(f);
    }
}

/* Lists about one thing, and views that are kept: test_about.c and this have their data. */
static void lists_look_the_same_in_every_state(void **state)
{
    static const struct {
        const char *name;
        enum kind kind;
        const char *parent, *rows;
        int small_h;
    } lists[] = {
        {"bookmarks", KIND_BOOKMARK, NULL, bookmarks, 10},
        {"why", KIND_EVIDENCE, "execution:" EXEC, evidence, 8},
        {"timeline", KIND_TIMELINE, "execution:" EXEC, timeline, 8},
        {"lineage", KIND_LINEAGE, "execution:" EXEC, lineage, 8},
    };
    static const int sizes[][2] = {{80, 24}, {132, 43}, {40, 0}};
    (void)state;
    for (size_t k = 0; k < ALEN(lists) * ALEN(sizes) * LOOKS; k++) {
        const int *size = sizes[k / LOOKS % ALEN(sizes)];
        size_t i = k / LOOKS / ALEN(sizes);
        int h = size[1] ? size[1] : lists[i].small_h;
        enum condition how = (enum condition)(k % LOOKS);
        struct err e = ERR_INIT;
        if (how == LOOK_DATA && lists[i].kind != KIND_BOOKMARK) {
            continue; /* test_about.c has it, by the key that opens it */
        }
        CLEANUP(mem_free_ptr)
        char *name = xasprintf("%s-%s-%dx%d", lists[i].name, looks[how], size[0], h);
        struct fake *f = fake_new(size[0], h, false);
        lay(f, lists[i].kind, lists[i].parent, lists[i].rows, how);
        fake_open(f, &home_view, NULL);
        assert_true(views_browse(f->app, lists[i].kind, lists[i].parent, NULL, &e));
        fake_settle(f);
        spoil(f, lists[i].kind, lists[i].parent, how);
        fake_golden(f, name);
        fake_free(f);
    }
}

/* / leaves what matches, Esc brings all back; G and f stay with the newest. */
static void events_are_filtered_and_followed(void **state)
{
    (void)state;
    struct fake *f = fake_new(80, 24, false);
    CLEANUP(mem_free_ptr)
    char *more =
        xasprintf("%s" EXEC "/5 | ExecutionEnded | " EXEC " | 5 | | Failed | 5s | local\n", events);
    lay(f, KIND_EVENT, EXEC, events, LOOK_DATA);
    fake_open(f, &home_view, NULL);
    fake_open(f, &events_view, EXEC);
    fake_keys(f, "f");
    assert_true(fake_shows(f, "the newest event is selected, and stays so"));
    fake_keys(f, "g/train<Enter>");
    assert_string_equal(fake_query(f, QUERY_ROWS, KIND_EVENT, 0)->filter, "train");
    assert_true(fake_shows(f, "/train ("));
    fake_keys(f, "<Esc>");
    assert_null(fake_query(f, QUERY_ROWS, KIND_EVENT, 0)->filter);
    assert_true(fake_shows(f, "4 events"));
    lay(f, KIND_EVENT, EXEC, more, LOOK_DATA);
    assert_false(fake_shows(f, "ExecutionEnded  Failed")); /* row 23 is about the first */
    fake_keys(f, "G");
    assert_true(fake_shows(f, "ExecutionEnded  Failed"));
    lay(f, KIND_EVENT, EXEC, events, LOOK_DATA);
    fake_keys(f, "kf");
    lay(f, KIND_EVENT, EXEC, more, LOOK_DATA);
    assert_true(fake_shows(f, "ExecutionEnded  Failed"));
    fake_free(f);
}

static void nothing_is_drawn_outside(void **state)
{
    (void)state;
    struct fake *f = fake_new(80, 24, false);
    lay(f, KIND_EVENT, EXEC, events, LOOK_DATA);
    fake_monkey(f, &events_view, EXEC, 77, 10000);
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_look_the_same_in_every_state),
        cmocka_unit_test(lists_look_the_same_in_every_state),
        cmocka_unit_test(events_are_filtered_and_followed),
        cmocka_unit_test(nothing_is_drawn_outside),
    };
    (void)utf8_init_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
