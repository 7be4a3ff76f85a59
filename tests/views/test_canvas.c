/* Cells, clips, folding, and the three ways out of a canvas. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tests/views/golden.h"
#include "tui/canvas.h"

static char *row(const struct canvas *c, int y)
{
    struct str s = STR_INIT;
    canvas_row_text(c, y, &s);
    return str_detach(&s);
}

#define assert_row(c, y, want)                                                                     \
    do {                                                                                           \
        CLEANUP(mem_free_ptr) char *got_ = row(c, y);                                              \
        assert_string_equal(got_, want);                                                           \
    } while (0)

static void writes_outside_are_ignored_and_counted(void **state)
{
    (void)state;
    struct canvas c;
    canvas_init(&c, 10, 3, false);
    canvas_z(&c, -1, 0, ROLE_NORMAL, "a");
    canvas_z(&c, 10, 0, ROLE_NORMAL, "a");
    canvas_z(&c, 0, 3, ROLE_NORMAL, "a");
    canvas_push(&c, (struct rect){2, 1, 4, 1});
    canvas_z(&c, 0, 1, ROLE_NORMAL, "a");
    canvas_fit(&c, 1, 1, 3, ROLE_NORMAL, SV("abc"), ALIGN_LEFT, UTF8_CUT_END);
    canvas_pop(&c);
    assert_int_equal(c.outside, 5);
    canvas_z(&c, 99, 99, ROLE_NORMAL, "");
    assert_int_equal(c.outside, 5);
    for (int y = 0; y < 3; y++) {
        assert_row(&c, y, "");
    }
    canvas_release(&c);
}

static void too_long_ends_in_an_ellipsis(void **state)
{
    (void)state;
    struct canvas c;
    canvas_init(&c, 8, 6, false);
    canvas_z(&c, 4, 0, ROLE_NORMAL, "abcdef");
    canvas_z(&c, 4, 1, ROLE_NORMAL, "abcd");
    canvas_fit(&c, 0, 2, 5, ROLE_NORMAL, SV("abcdefgh"), ALIGN_LEFT, UTF8_CUT_MIDDLE);
    canvas_fit(&c, 0, 3, 6, ROLE_NORMAL, SV("42"), ALIGN_RIGHT, UTF8_CUT_END);
    canvas_z(&c, 5, 4, ROLE_NORMAL, "日本");
    canvas_fit(&c, 0, 5, 99, ROLE_NORMAL, SV("0123456789"), ALIGN_LEFT, UTF8_CUT_END);
    assert_row(&c, 0, "    abc…");
    assert_row(&c, 1, "    abcd");
    assert_row(&c, 2, "ab…gh");
    assert_row(&c, 3, "    42");
    assert_row(&c, 4, "     日…");
    assert_row(&c, 5, "0123456…");
    assert_int_equal(c.outside, 0);
    canvas_release(&c);
}

static void half_of_a_wide_character_never_stays(void **state)
{
    (void)state;
    struct canvas c;
    canvas_init(&c, 6, 2, false);
    canvas_z(&c, 0, 0, ROLE_NORMAL, "日本語");
    canvas_z(&c, 1, 0, ROLE_NORMAL, "x");
    canvas_z(&c, 4, 0, ROLE_NORMAL, "y");
    assert_row(&c, 0, " x本y");
    canvas_z(&c, 0, 1, ROLE_NORMAL, "abcdef");
    canvas_z(&c, 1, 1, ROLE_NORMAL, "語");
    assert_row(&c, 1, "a語def");
    canvas_release(&c);
}

static void hostile_text_is_harmless(void **state)
{
    (void)state;
    struct canvas c;
    canvas_init(&c, 20, 3, false);
    canvas_z(&c, 0, 0, ROLE_NORMAL, "a\033[2Jb\nc");
    canvas_z(&c, 0, 1, ROLE_NORMAL, "x\xe2\x80\xaey\xffz");
    assert_row(&c, 0, "a·[2Jb c");
    assert_row(&c, 1, "xy·z");
    canvas_release(&c);
}

static void ascii_holds_no_byte_above_127(void **state)
{
    (void)state;
    struct canvas c;
    canvas_init(&c, 20, 2, true);
    canvas_z(&c, 0, 0, ROLE_NORMAL, "✓▶✗…⚠▸–↓é日");
    assert_row(&c, 0, "+>x.!>-v??");
    for (int i = 0; i < GLYPH_COUNT; i++) {
        const char *text = glyph_text((enum glyph)i, true);
        assert_int_equal(strlen(text), 1);
        assert_true(text[0] > 0);
        assert_int_equal(utf8_width(sv_z(glyph_text((enum glyph)i, false))), 1);
    }
    canvas_release(&c);
}

static void a_picture_of_a_canvas(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str dump = STR_INIT;
    CLEANUP(str_release) struct str svg = STR_INIT;
    CLEANUP(str_release) struct str again = STR_INIT;
    struct theme theme;
    struct err e = ERR_INIT;
    struct canvas c;
    canvas_init(&c, 24, 4, false);
    canvas_z(&c, 0, 0, ROLE_TITLE, "Red 1");
    canvas_z(&c, 2, 1, ROLE_NORMAL, "a <b> & c");
    canvas_z(&c, 14, 1, ROLE_BAD, "✗ Failed");
    canvas_z(&c, 2, 2, ROLE_DIM, "3h");
    canvas_select(&c, (struct rect){0, 1, 24, 1});
    canvas_dump(&c, &dump);
    golden_assert("canvas", dump.p);
    assert_true(theme_load("dark", &theme, &e));
    canvas_svg(&c, &theme, &svg);
    canvas_svg(&c, &theme, &again);
    assert_string_equal(svg.p, again.p);
    golden_assert("canvas_svg", svg.p);
    canvas_release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_outside_are_ignored_and_counted),
        cmocka_unit_test(too_long_ends_in_an_ellipsis),
        cmocka_unit_test(half_of_a_wide_character_never_stays),
        cmocka_unit_test(hostile_text_is_harmless),
        cmocka_unit_test(ascii_holds_no_byte_above_127),
        cmocka_unit_test(a_picture_of_a_canvas),
    };
    (void)utf8_init_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
