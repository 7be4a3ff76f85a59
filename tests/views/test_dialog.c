/* The confirmation: what is never a yes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tests/views/golden.h"
#include "tui/widgets/dialog.h"

static const struct dialog_spec stop = {
    .tier = DIALOG_T1, .verb = "stop", .object = "k3v9x0m2q8ab", .body = "2 steps are running"};
static const struct dialog_spec roll_back = {
    .tier = DIALOG_T2, .verb = "roll back", .object = "churn-prod", .is_production = true};

static struct key key(const char *name)
{
    struct key k;
    assert_true(key_parse(sv_z(name), &k));
    return k;
}

static void type(struct dialog *d, const char *text, int64_t *now)
{
    for (const char *c = text; *c; c++) {
        *now += 40;
        assert_int_equal(dialog_key(d, (struct key){(uint32_t)*c, 0}, *now), DIALOG_OPEN);
    }
}

static void only_y_is_yes(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        enum dialog_answer want;
    } rows[] = {
        {"<Enter>", DIALOG_NO},   {"<Esc>", DIALOG_NO},   {"n", DIALOG_NO},
        {"q", DIALOG_NO},         {"<C-c>", DIALOG_NO},   {"K", DIALOG_OPEN},
        {"<Space>", DIALOG_OPEN}, {"Y", DIALOG_OPEN},     {"<M-y>", DIALOG_OPEN},
        {"<C-y>", DIALOG_OPEN},   {"<Tab>", DIALOG_OPEN}, {"y", DIALOG_YES},
    };
    for (size_t i = 0; i < ALEN(rows); i++) {
        struct dialog d;
        dialog_init(&d, &stop, key("K"), 1000);
        assert_int_equal(dialog_key(&d, key(rows[i].key), 2000), rows[i].want);
        dialog_release(&d);
    }
}

static void the_key_that_opened_it_never_confirms(void **state)
{
    (void)state;
    struct dialog d;
    dialog_init(&d, &stop, key("y"), 1000);
    assert_int_equal(dialog_key(&d, key("y"), 2000), DIALOG_OPEN);
    dialog_release(&d);
}

static void what_was_typed_ahead_is_discarded(void **state)
{
    (void)state;
    struct dialog d;
    dialog_init(&d, &stop, key("K"), 1000);
    assert_int_equal(dialog_key(&d, key("y"), 1010), DIALOG_OPEN);
    assert_int_equal(dialog_key(&d, key("y"), 1035), DIALOG_OPEN); /* the same burst */
    assert_int_equal(dialog_key(&d, key("<Enter>"), 1060), DIALOG_OPEN);
    assert_int_equal(dialog_key(&d, key("y"), 1100), DIALOG_YES);
    dialog_release(&d);
}

static void production_waits_for_its_frame(void **state)
{
    (void)state;
    struct dialog_spec spec = stop;
    struct dialog d;
    spec.is_production = true;
    dialog_init(&d, &spec, key("K"), 1000);
    assert_int_equal(dialog_key(&d, key("y"), 5000), DIALOG_OPEN); /* never shown */
    dialog_shown(&d, 6000);
    assert_int_equal(dialog_key(&d, key("y"), 6399), DIALOG_OPEN);
    assert_int_equal(dialog_key(&d, key("y"), 6500), DIALOG_YES);
    dialog_release(&d);
}

static void t2_wants_the_whole_name(void **state)
{
    (void)state;
    struct dialog d;
    int64_t now = 1000;
    dialog_init(&d, &roll_back, key("z"), now);
    dialog_shown(&d, now);
    now += 1000;
    type(&d, "churn-pro", &now);
    assert_int_equal(dialog_key(&d, key("<Enter>"), now += 40), DIALOG_OPEN);
    type(&d, "y", &now);
    assert_int_equal(dialog_key(&d, key("<Enter>"), now += 40), DIALOG_OPEN);
    assert_int_equal(dialog_key(&d, key("<BS>"), now += 40), DIALOG_OPEN);
    type(&d, "d", &now);
    assert_int_equal(dialog_key(&d, key("<Enter>"), now += 40), DIALOG_YES);
    dialog_release(&d);
}

static void looks(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str dump = STR_INIT;
    const struct dialog_spec *specs[] = {&stop, &roll_back};
    int64_t now = 1000;
    for (size_t i = 0; i < ALEN(specs); i++) {
        struct dialog d;
        struct canvas c;
        dialog_init(&d, specs[i], key("K"), now);
        if (specs[i]->tier == DIALOG_T2) {
            type(&d, "churn-p", &now);
        }
        canvas_init(&c, 80, dialog_layout(&d, 80, 23), false);
        dialog_draw(&d, &c, canvas_area(&c));
        canvas_dump(&c, &dump);
        assert_int_equal(c.outside, 0);
        canvas_release(&c);
        dialog_release(&d);
    }
    golden_assert("dialogs", dump.p);
}

/* Nothing of the body is lost: what does not fit is said to be there, and comes by the arrows. */
static void a_long_body_scrolls(void **state)
{
    static const struct dialog_spec spec = {
        .tier = DIALOG_T1,
        .verb = "approve",
        .object = "churn/7",
        .body = "one\n  two is longer than what fits into one row\n\nthree\nfour\nfive\nsix"};
    (void)state;
    CLEANUP(str_release) struct str dump = STR_INIT;
    static const char *const keys[] = {"", "<Up>", "j", "<PgDn>", "<Down>", "k", "<PgUp>"};
    struct dialog d;
    int64_t now = 1000;
    dialog_init(&d, &spec, key("A"), now);
    for (size_t i = 0; i < ALEN(keys); i++) {
        struct canvas c;
        now += 1000;
        if (*keys[i]) {
            assert_int_equal(dialog_key(&d, key(keys[i]), now), DIALOG_OPEN);
        }
        canvas_init(&c, 30, dialog_layout(&d, 30, 7), false);
        assert_int_equal(c.h, 7);
        dialog_draw(&d, &c, canvas_area(&c));
        str_addf(&dump, "%s\n", keys[i]);
        canvas_dump(&c, &dump);
        assert_int_equal(c.outside, 0);
        canvas_release(&c);
    }
    assert_int_equal(dialog_layout(&d, 60, 23), 9); /* there is room for all of it */
    assert_int_equal(d.top, 0);
    for (int h = 0; h < 9; h++) { /* the question and Cancel stay to the last */
        struct canvas c;
        canvas_init(&c, 30, h > 3 ? h : 3, false);
        (void)dialog_layout(&d, 30, h);
        dialog_draw(&d, &c, canvas_area(&c));
        CLEANUP(str_release) struct str text = STR_INIT;
        canvas_plain(&c, &text);
        assert_int_not_equal(sv_find(sv_of(&text), SV("Approve churn/7?")), SIZE_MAX);
        assert_int_not_equal(sv_find(sv_of(&text), SV("Cancel: Esc, Enter")), SIZE_MAX);
        canvas_release(&c);
    }
    dialog_release(&d);
    golden_assert("dialog-scrolled", dump.p);
}

/* Where a name is typed, letters are text. */
static void letters_do_not_scroll_where_one_types(void **state)
{
    struct dialog_spec spec = roll_back;
    struct dialog d;
    int64_t now = 1000;
    (void)state;
    spec.body = "1\n2\n3\n4\n5\n6\n7\n8\n9";
    dialog_init(&d, &spec, key("z"), now);
    (void)dialog_layout(&d, 40, 6);
    type(&d, "jk", &now);
    assert_string_equal(d.line.text.p, "jk");
    assert_int_equal(d.top, 0);
    assert_int_equal(dialog_key(&d, key("<Down>"), now += 40), DIALOG_OPEN);
    assert_int_equal(d.top, 1);
    dialog_release(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_y_is_yes),
        cmocka_unit_test(the_key_that_opened_it_never_confirms),
        cmocka_unit_test(what_was_typed_ahead_is_discarded),
        cmocka_unit_test(production_waits_for_its_frame),
        cmocka_unit_test(t2_wants_the_whole_name),
        cmocka_unit_test(a_long_body_scrolls),
        cmocka_unit_test(letters_do_not_scroll_where_one_types),
        cmocka_unit_test(looks),
    };
    (void)utf8_init_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
