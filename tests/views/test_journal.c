/* The journal: every action, who did it, what came of it. */
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

#define JOURNAL                                                                                    \
    "id | name | status | object | actor | reason | outcome | created | context\n"                 \
    "4 | approve | done | churn/7 | ops | better than /6 | churn/7 is Approved | 2m | local\n"     \
    "3 | stop | refused | k3v9x0m2q8ab | ops | | execution k3v9x0m2q8ab has ended | 6m | local\n"  \
    "2 | reject | intent | churn/5 | ci | worse | | 3h | local\n"                                  \
    "1 | start | done | pipeline.json | ops | | execution k3v9x0m2q8ab of churn has started | 3h " \
    "| local\n"

static struct fake *opened(int w, int h, const char *rows)
{
    struct fake *f = fake_new(w, h, false);
    struct err e = ERR_INIT;
    if (rows) {
        fake_rows(f, KIND_JOURNAL, NULL, rows);
    }
    fake_open(f, &home_view, NULL);
    assert_true(views_browse(f->app, KIND_JOURNAL, NULL, NULL, &e));
    fake_settle(f);
    return f;
}

static void it_lists_what_was_done(void **state)
{
    static const int sizes[][2] = {{80, 24}, {132, 43}, {40, 10}};
    static const struct {
        const char *name, *rows;
    } states[] = {{"data", JOURNAL}, {"empty", "id | name | status\n"}, {"loading", NULL}};
    (void)state;
    for (size_t k = 0; k < ALEN(sizes) * ALEN(states); k++) {
        const int *size = sizes[k % ALEN(sizes)];
        struct fake *f = opened(size[0], size[1], states[k / ALEN(sizes)].rows);
        CLEANUP(mem_free_ptr)
        char *name = xasprintf("journal-%s-%dx%d", states[k / ALEN(sizes)].name, size[0], size[1]);
        fake_golden(f, name);
        fake_free(f);
    }
}

static void a_record_is_read_whole_and_not_changed(void **state)
{
    static const enum cmd never[] = {CMD_STOP, CMD_RETRY, CMD_APPROVE, CMD_DELETE, CMD_RUN};
    (void)state;
    struct fake *f = opened(80, 24, JOURNAL);
    for (size_t i = 0; i < ALEN(never); i++) {
        (void)app_command(f->app, never[i], NULL);
        fake_keys(f, "y");
    }
    assert_int_equal(fake_request_count(f), 0);
    fake_keys(f, "j<Enter>");
    assert_true(fake_shows(f, "execution k3v9x0m2q8ab has ended"));
    fake_free(f);
}

static void a_monkey_breaks_nothing(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, JOURNAL);
    fake_monkey(f, &home_view, NULL, 5, 10000);
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_lists_what_was_done),
        cmocka_unit_test(a_record_is_read_whole_and_not_changed),
        cmocka_unit_test(a_monkey_breaks_nothing),
    };
    (void)utf8_init_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
