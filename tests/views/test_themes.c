/* The bundled themes: texts can be read on the ground they are made for, curves are told apart, and
 * no state is told by colour alone. */
#include <math.h>
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
#include "tui/theme.h"
#include "views/views.h"

/* WCAG 2.1: contrast ratio, 1 to 21. Written down here once more, to check theme.c by. */
static double channel(uint32_t rgb, int shift)
{
    double v = (double)(rgb >> shift & 0xff) / 255;
    return v <= 0.03928 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t rgb)
{
    return 0.2126 * channel(rgb, 16) + 0.7152 * channel(rgb, 8) + 0.0722 * channel(rgb, 0);
}

static double contrast(uint32_t a, uint32_t b)
{
    double x = luminance(a), y = luminance(b);
    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

static void the_formula_is_that_of_wcag(void **state)
{
    (void)state;
    assert_true(fabs(contrast(0xffffff, 0x000000) - 21) < 0.001);
    assert_true(fabs(contrast(0x777777, 0xffffff) - 4.48) < 0.01);
    for (uint32_t rgb = 0; rgb <= 0xffffff; rgb += 0x10305) {
        assert_true(fabs(theme_luminance(rgb) - luminance(rgb)) < 1e-9);
    }
    assert_string_equal(theme_for_background(0x000000), "dark");
    assert_string_equal(theme_for_background(0x002b36), "dark");
    assert_string_equal(theme_for_background(0xfdf6e3), "light");
    assert_string_equal(theme_for_background(0xffffff), "light");
}

static double contrast_of(const struct theme *t, enum role role, enum colour_level level)
{
    struct look look = theme_look(t, role, level);
    return contrast(look.fg < 0 ? t->foreground : theme_rgb(look.fg),
                    look.bg < 0 ? t->background : theme_rgb(look.bg));
}

static bool is_series(enum role role)
{
    return role >= ROLE_SERIES_1 && role <= ROLE_SERIES_8;
}

/* Lines of a chart are no text: there WCAG asks for 3 to 1. The 16 colours are the terminal's own:
 * what is measured is what xterm has. */
static const struct {
    const char *name;
    double text_256, text_16, series;
} wants[] = {
    {"high-contrast", 7, 7, 7}, {"colour-blind", 4.5, 4.5, 3}, {"colour-blind-light", 4.5, 3, 3},
    {"dark", 4.5, 3, 3},        {"light", 4.5, 3, 3},
};

static void texts_stand_out_from_the_ground(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALEN(wants); i++) {
        struct theme t;
        struct err e = ERR_INIT;
        assert_true(theme_load(wants[i].name, &t, &e));
        for (int role = 0; role < ROLE_COUNT; role++) {
            for (int level = COLOUR_16; level <= COLOUR_256; level++) {
                double is = contrast_of(&t, (enum role)role, (enum colour_level)level);
                double want = is_series((enum role)role) ? wants[i].series
                              : level == COLOUR_256      ? wants[i].text_256
                                                         : wants[i].text_16;
                if (is < want) {
                    fail_msg("%s: %s at level %d has %.2f to 1, at least %.1f", wants[i].name,
                             role_name((enum role)role), level, is, want);
                }
            }
        }
    }
}

static void curves_have_eight_colours(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALEN(wants); i++) {
        struct theme t;
        struct err e = ERR_INIT;
        assert_true(theme_load(wants[i].name, &t, &e));
        for (unsigned a = 0; a < 8; a++) {
            for (unsigned b = a + 1; b < 8; b++) {
                struct look x = theme_look(&t, style_series(a), COLOUR_256);
                struct look y = theme_look(&t, style_series(b), COLOUR_256);
                if (x.fg == y.fg) {
                    fail_msg("%s: series %u and %u are both %d", wants[i].name, a + 1, b + 1, x.fg);
                }
            }
        }
    }
}

/* M. Okabe, K. Ito: Color Universal Design, 2008. */
static void colour_blind_has_the_published_colours(void **state)
{
    static const struct {
        enum role role;
        uint32_t rgb;
    } published[] = {
        {ROLE_SERIES_1, 0x56b4e9}, {ROLE_SERIES_2, 0xe69f00}, {ROLE_SERIES_3, 0x009e73},
        {ROLE_SERIES_4, 0xcc79a7}, {ROLE_SERIES_5, 0xf0e442}, {ROLE_SERIES_6, 0xd55e00},
        {ROLE_BAD, 0xd55e00},      {ROLE_WARN, 0xe69f00},     {ROLE_RUNNING, 0x56b4e9},
    };
    enum { STEP = 40 }; /* the 256 colours stand as far apart as that */
    (void)state;
    struct theme t;
    struct err e = ERR_INIT;
    assert_true(theme_load("colour-blind", &t, &e));
    for (size_t i = 0; i < ALEN(published); i++) {
        uint32_t is = theme_rgb(theme_look(&t, published[i].role, COLOUR_256).fg);
        for (int shift = 0; shift <= 16; shift += 8) {
            int want = (int)(published[i].rgb >> shift & 0xff), have = (int)(is >> shift & 0xff);
            assert_true(abs(want - have) <= STEP);
        }
    }
}

static void a_colour_by_its_value_is_the_nearest(void **state)
{
    (void)state;
    struct theme t;
    struct err e = ERR_INIT;
    assert_true(theme_parse(SV("bad = #ff0000:red on #000001\n"), "t", &t, &e));
    assert_int_equal(t.look[COLOUR_256][ROLE_BAD].fg, 196);
    assert_int_equal(t.look[COLOUR_256][ROLE_BAD].bg, 16);
    assert_int_equal(t.look[COLOUR_16][ROLE_BAD].fg, 1);
    assert_false(theme_parse(SV("bad = #ff000\n"), "t", &t, &e));
    assert_non_null(strstr(e.msg, "t:1"));
}

/* With a ground of its own a selected row is that ground turned round, on any terminal. */
static void the_selected_row_is_seen(void **state)
{
    (void)state;
    char *name;
    for (size_t i = 0; (name = theme_bundled_name(i)); i++) {
        struct theme t;
        struct err e = ERR_INIT;
        assert_true(theme_load(name, &t, &e));
        struct look normal = theme_look(&t, ROLE_NORMAL, COLOUR_256);
        struct look selected = theme_look(&t, ROLE_BAD | STYLE_REVERSE, COLOUR_256);
        assert_int_equal(normal.fg, selected.fg);
        assert_int_equal(normal.bg, selected.bg);
        assert_true(selected.flags & STYLE_REVERSE && !(normal.flags & STYLE_REVERSE));
        free(name);
    }
}

static void every_state_is_a_glyph_and_a_word(void **state)
{
    static const char *const states[] = {"✗ Failed", "▶ Executing", "✓ Succeeded", "… waiting",
                                         "- skipped"};
    (void)state;
    char *name;
    for (size_t i = 0; (name = theme_bundled_name(i)); i++) {
        struct fake *f = fake_new_with((struct app_config){.w = 100, .h = 24, .theme = name});
        fake_rows(f, KIND_STEP, NULL,
                  "id | name | status\na | a | Failed\nb | b | Executing\nc | c | Succeeded\n"
                  "d | d | waiting\ne | e | skipped\n");
        struct err e = ERR_INIT;
        fake_open(f, &home_view, NULL);
        assert_true(views_browse(f->app, KIND_STEP, NULL, NULL, &e));
        for (size_t s = 0; s < ALEN(states); s++) {
            if (!fake_shows(f, states[s])) {
                fail_msg("%s: \"%s\" is not shown", name, states[s]);
            }
        }
        fake_free(f);
        free(name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_formula_is_that_of_wcag),
        cmocka_unit_test(texts_stand_out_from_the_ground),
        cmocka_unit_test(curves_have_eight_colours),
        cmocka_unit_test(colour_blind_has_the_published_colours),
        cmocka_unit_test(a_colour_by_its_value_is_the_nearest),
        cmocka_unit_test(the_selected_row_is_seen),
        cmocka_unit_test(every_state_is_a_glyph_and_a_word),
    };
    (void)utf8_init_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
