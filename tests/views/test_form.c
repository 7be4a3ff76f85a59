/* A form: what is typed into it, what leaves a field as it was, and that it stays in its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tui/widgets/form.h"

static void keys(struct form *f, const char *text)
{
    for (struct sv rest = sv_z(text); rest.n;) {
        assert_int_equal(form_key(f, (struct key){utf8_next(&rest), 0}), FORM_NOTHING);
    }
}

static enum form_event press(struct form *f, uint32_t code, unsigned mods)
{
    return form_key(f, (struct key){code, mods});
}

static void fill(struct form *f)
{
    form_init(f);
    (void)form_add(f, &(struct form_spec){.label = "Epochs", .text = "60", .note = "Integer"});
    struct form_field *kind = form_add(f, &(struct form_spec){.label = "Kind", .text = "oak"});
    form_choice(kind, "oak");
    form_choice(kind, "elm");
    (void)form_add(f, &(struct form_spec){.label = "a label of its own length, and much more",
                                          .text = "\xe6\xbc\xa2\xe5\xad\x97 \x1b[31m value",
                                          .note = "String",
                                          .is_marked = true});
    (void)form_add(f, &(struct form_spec){.label = "Last"});
}

static void what_cannot_be_edited_is_not(void **state)
{
    (void)state;
    struct form f;
    form_init(&f);
    assert_false(form_edit(&f)); /* there is nothing */
    assert_int_equal(press(&f, KEYCODE_ENTER, 0), FORM_NOTHING);
    form_select(&f, 7);
    assert_int_equal(f.selected, 0);
    form_release(&f);
    fill(&f);
    form_select(&f, 1);
    assert_false(form_edit(&f)); /* it is chosen */
    assert_int_equal(press(&f, 'x', 0), FORM_NOTHING);
    form_paste(&f, SV("text"));
    assert_string_equal(f.fields.at[1].text.p, "oak");
    assert_int_equal(form_find(&f, "Depth"), SIZE_MAX);
    assert_false(form_set(&f, 0, SV("60")));
    form_release(&f);
}

static void enter_keeps_and_esc_leaves(void **state)
{
    (void)state;
    struct form f;
    fill(&f);
    assert_true(form_edit(&f));
    keys(&f, "9");
    assert_int_equal(press(&f, KEYCODE_ESC, 0), FORM_LEFT);
    assert_string_equal(f.fields.at[0].text.p, "60");
    assert_true(form_edit(&f));
    keys(&f, "9");
    assert_int_equal(press(&f, 'c', KEYMOD_CTRL), FORM_LEFT);
    assert_true(form_edit(&f));
    assert_int_equal(press(&f, KEYCODE_ENTER, 0), FORM_LEFT); /* the same */
    assert_true(form_edit(&f));
    keys(&f, "0");
    assert_int_equal(press(&f, KEYCODE_ENTER, 0), FORM_CHANGED);
    assert_string_equal(f.fields.at[0].text.p, "600");
    assert_true(form_is_changed(&f, 0));
    assert_int_equal(form_changes(&f), 1);
    assert_true(form_set(&f, 0, SV("60")));
    assert_int_equal(form_changes(&f), 0);
    form_release(&f);
}

static void tab_keeps_and_goes_on(void **state)
{
    (void)state;
    struct form f;
    fill(&f);
    assert_true(form_edit(&f));
    keys(&f, "1");
    assert_int_equal(press(&f, KEYCODE_TAB, 0), FORM_CHANGED);
    assert_int_equal(f.selected, 1);
    assert_false(f.is_editing); /* a list is before it */
    form_select(&f, 2);
    assert_true(form_edit(&f));
    assert_int_equal(press(&f, KEYCODE_TAB, 0), FORM_NOTHING);
    assert_int_equal(f.selected, 3);
    assert_true(f.is_editing);
    keys(&f, "end");
    assert_int_equal(press(&f, KEYCODE_TAB, 0), FORM_CHANGED); /* there is no next */
    assert_int_equal(f.selected, 3);
    assert_true(form_edit(&f));
    assert_int_equal(press(&f, KEYCODE_TAB, KEYMOD_SHIFT), FORM_NOTHING);
    assert_int_equal(f.selected, 2);
    form_release(&f);
}

static void it_stays_in_its_place(void **state)
{
    (void)state;
    struct form f;
    fill(&f);
    for (int w = 1; w < 100; w++) {
        for (int h = 0; h < 6; h++) {
            struct canvas c;
            canvas_init(&c, 120, 10, w % 2);
            struct rect r = {3, 2, w, h};
            form_select(&f, (size_t)w % 4);
            if (w % 3 == 0) {
                (void)form_edit(&f);
            }
            form_layout(&f, r);
            canvas_push(&c, r);
            form_draw(&f, &c, r, true);
            assert_int_equal(c.outside, 0);
            canvas_pop(&c);
            canvas_release(&c);
        }
    }
    form_release(&f);
}

static void the_selected_field_is_in_sight(void **state)
{
    (void)state;
    struct form f;
    form_init(&f);
    for (int i = 0; i < 50; i++) {
        CLEANUP(mem_free_ptr) char *label = xasprintf("field-%d", i);
        (void)form_add(&f, &(struct form_spec){.label = label, .text = "x"});
    }
    for (size_t i = 0; i < 100; i++) {
        form_select(&f, i * 37 % 50);
        form_layout(&f, (struct rect){0, 0, 60, 7});
        assert_in_range(f.selected, f.top, f.top + 6);
        assert_in_range(f.top, 0, 43);
    }
    form_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_edited_is_not),
        cmocka_unit_test(enter_keeps_and_esc_leaves),
        cmocka_unit_test(tab_keeps_and_goes_on),
        cmocka_unit_test(it_stays_in_its_place),
        cmocka_unit_test(the_selected_field_is_in_sight),
    };
    (void)utf8_init_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
