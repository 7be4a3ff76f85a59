/* Help is made from the tables: keys in force here, fields of the kind, signs, the zone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tests/views/fake_hub.h"
#include "views/views.h"

static struct fake *opened(enum kind kind)
{
    struct fake *f = fake_new(80, 300, false);
    struct err e = ERR_INIT;
    fake_rows(f, kind, NULL, "id | name | status\nx | x | FINISHED\n");
    fake_open(f, &home_view, NULL);
    assert_true(views_browse(f->app, kind, NULL, NULL, &e));
    fake_settle(f);
    return f;
}

static void it_names_every_field_of_the_kind(void **state)
{
    (void)state;
    for (int k = 0; k < KIND_COUNT; k++) {
        struct fake *f = opened((enum kind)k);
        fake_keys(f, "?");
        for (size_t i = 0; i < kinds[k].field_count; i++) {
            const struct field *field = &kinds[k].fields[i];
            if (!(field->flags & F_HIDDEN) && !fake_shows(f, field->id)) {
                fail_msg("%s: no %s in its help", kinds[k].plural, field->id);
            }
        }
        fake_free(f);
    }
}

static void it_names_keys_signs_and_the_zone(void **state)
{
    static const char *const words[] = {"filter the rows",        "Space",
                                        "mark this row",          "needs a look",
                                        "times of day are local", "age<2h"};
    (void)state;
    struct fake *f = opened(KIND_RUN);
    fake_keys(f, "?");
    CLEANUP(str_release) struct str all = STR_INIT;
    for (int page = 0; page < 4; page++) {
        canvas_plain(app_canvas(f->app), &all);
        fake_keys(f, "<PgDn>");
    }
    for (size_t i = 0; i < ALEN(words); i++) {
        if (sv_find(sv_of(&all), sv_z(words[i])) == SIZE_MAX) {
            fail_msg("\"%s\" is not in the help", words[i]);
        }
    }
    fake_keys(f, "/mark");
    assert_true(fake_shows(f, "mark this row"));
    assert_false(fake_shows(f, "filter the rows")); /* narrowed while it is typed */
    fake_keys(f, "<Enter><Esc>");
    assert_true(fake_shows(f, "filter the rows"));
    fake_keys(f, "q");
    assert_true(fake_shows(f, "local ▸ runs"));
    fake_free(f);
}

static void home_explains_its_groups(void **state)
{
    (void)state;
    struct fake *f = fake_new(80, 120, false);
    fake_rows(f, KIND_ATTENTION, NULL, "id | name | status | group\n");
    fake_open(f, &home_view, NULL);
    fake_keys(f, "?");
    fake_golden(f, "help-home");
    fake_free(f);
}

static void messages_keep_what_was_said(void **state)
{
    (void)state;
    struct fake *f = opened(KIND_RUN);
    app_toast(f->app, TOAST_WARN, "the store is read-only");
    (void)app_command(f->app, CMD_MESSAGES, NULL);
    assert_true(fake_shows(f, "warning  the store is read-only"));
    fake_keys(f, "q!");
    assert_true(fake_shows(f, "no error so far"));
    CLEANUP(str_release) struct str all = STR_INIT;
    for (int i = 0; i < 40; i++) {
        str_addf(&all, "part %d, ", i);
    }
    app_toast(f->app, TOAST_ERROR, "%send", all.p);
    assert_false(fake_shows(f, "end"));
    fake_keys(f, "!");
    assert_true(fake_shows(f, "error    part 0, ") && fake_shows(f, "part 39, end"));
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_names_every_field_of_the_kind),
        cmocka_unit_test(it_names_keys_signs_and_the_zone),
        cmocka_unit_test(home_explains_its_groups),
        cmocka_unit_test(messages_keep_what_was_said),
    };
    (void)utf8_init_locale();
    (void)setenv("TZ", "UTC", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
