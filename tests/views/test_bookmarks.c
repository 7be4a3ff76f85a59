/* Views that are kept: the line that leads to one, and what takes back what was forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "fake_hub.h"
#include "views/palette.h"
#include "views/views.h"

static struct palette palette;

static bool open_line(void *arg, struct app *app, struct sv line, struct err *e)
{
    (void)arg;
    return palette_open(&palette, app, line, e);
}

static struct fake *opened(const char *line)
{
    struct fake *f = fake_new_with((struct app_config){.w = 80, .h = 24, .open_line = open_line});
    struct err e = ERR_INIT;
    palette_init(&palette, f->hub);
    fake_rows(f, KIND_RUN, NULL,
              "id | name | status | created | metrics.auc | params.lr\n"
              "r1 | one | FINISHED | 2h | 0.9 | 0.1\n"
              "r2 | two | FAILED | 1h | 0.8 | 0.2\n");
    if (!app_line(f->app, sv_z(line), &e)) {
        fail_msg("%s: %s", line, e.msg);
    }
    fake_settle(f);
    return f;
}

/* What is seen has a line, and the line leads to the same. */
static void a_line_leads_to_what_was_seen(void **state)
{
    (void)state;
    static const struct {
        const char *line, *keys, *want;
    } rows[] = {
        {"runs", "", "runs"},
        {"runs", "/one<Enter>", "runs /one"},
        {"runs baseline", ":sort auc desc<Enter>", "runs baseline sort=metrics.auc:desc"},
        {"runs", ":columns name<Enter>", NULL},
        {"runs sort=metrics.auc:asc columns=name,status,metrics.auc /lr<1", "",
         "runs sort=metrics.auc:asc columns=name,status,metrics.auc /lr<1"},
        {"executions", "", "executions"},
        {"show run r1", "", "show run r1"},
    };
    for (size_t i = 0; i < ALEN(rows); i++) {
        struct fake *f = opened(rows[i].line);
        CLEANUP(str_release) struct str line = STR_INIT;
        CLEANUP(str_release) struct str again = STR_INIT;
        fake_keys(f, rows[i].keys);
        assert_true(app_view_line(f->app, &line));
        if (rows[i].want) {
            assert_string_equal(line.p, rows[i].want);
        }
        palette_release(&palette);
        fake_free(f);
        f = opened(line.p);
        assert_true(app_view_line(f->app, &again));
        assert_string_equal(again.p, line.p);
        palette_release(&palette);
        fake_free(f);
    }
}

static void chosen_columns_are_these_alone(void **state)
{
    (void)state;
    struct fake *f = opened("runs columns=name,metrics.auc");
    assert_true(fake_shows(f, "AUC"));
    assert_false(fake_shows(f, "LR"));
    assert_false(fake_shows(f, "EXPERIMENT"));
    palette_release(&palette);
    fake_free(f);
}

static void enter_opens_the_kept_line(void **state)
{
    (void)state;
    struct fake *f = opened("bookmarks");
    fake_rows(f, KIND_BOOKMARK, NULL,
              "id | name | status | line\n"
              "good ones | good ones | ready | runs sort=metrics.auc:desc /one\n");
    assert_true(fake_shows(f, "runs sort=metrics.auc:desc /one"));
    fake_keys(f, "<Enter>");
    assert_true(fake_shows(f, "/one"));
    assert_string_equal(fake_query(f, QUERY_ROWS, KIND_RUN, 0)->sort, "metrics.auc:desc");
    palette_release(&palette);
    fake_free(f);
}

static void what_is_forgotten_comes_back(void **state)
{
    (void)state;
    struct fake *f = opened("bookmarks");
    fake_rows(f, KIND_BOOKMARK, NULL,
              "id | name | status | line\ngood | good | ready | runs /one\n");
    fake_keys(f, "z");
    assert_true(fake_shows(f, "nothing was put aside or forgotten here"));
    assert_int_equal(fake_request_count(f), 0);
    (void)app_command(f->app, CMD_DELETE, NULL);
    assert_int_equal(fake_request(f, 0)->type, REQ_BOOKMARK);
    assert_null(fake_request(f, 0)->text);
    fake_reply(f, 0, true, "\"good\" is forgotten", 0);
    fake_keys(f, "z");
    assert_int_equal(fake_request(f, 1)->type, REQ_BOOKMARK);
    assert_string_equal(fake_request(f, 1)->id, "good");
    assert_string_equal(fake_request(f, 1)->text, "runs /one");
    fake_reply(f, 1, true, "kept", 0);
    fake_keys(f, "z"); /* once */
    assert_int_equal(fake_request_count(f), 2);
    palette_release(&palette);
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_leads_to_what_was_seen),
        cmocka_unit_test(chosen_columns_are_these_alone),
        cmocka_unit_test(enter_opens_the_kept_line),
        cmocka_unit_test(what_is_forgotten_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
