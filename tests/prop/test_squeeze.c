/* A foreign terminal shows the same, squeezed or not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <vterm.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "prop.h"
#include "tui/squeeze.h"

enum { ROUNDS = 500, PIECES = 60, ROWS = 3, COLS = 40 };

static const char *const pieces[] = {
    "\033[m",         "\033[0m",
    "\033[1m",        "\033[4m",
    "\033[7m",        "\033[0;7m",
    "\033[38;5;245m", "\033[31m",
    "\033[39m",       "\033[49m",
    "\033[22m",       "\033[27m",
    "\033[24;1m",     "\033[48;5;0m",
    "\033[39;49m",    "\033(B",
    "\017",           "x",
    "word",           " ",
    "\033[2;5H",      "\r",
    "\033[K",         "\033[38;2;9;0;7m",
    "\033[0;1;4;35m",
};

static VTerm *shown(const struct str *bytes)
{
    VTerm *vt = vterm_new(ROWS, COLS);
    vterm_set_utf8(vt, 1);
    vterm_screen_reset(vterm_obtain_screen(vt), 1);
    (void)vterm_input_write(vt, bytes->n ? bytes->p : "", bytes->n);
    return vt;
}

static void the_same_is_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROUNDS; i++) {
        struct prop p;
        CLEANUP(str_release) struct str raw = STR_INIT;
        CLEANUP(str_release) struct str less = STR_INIT;
        prop_init(&p, prop_seed(i));
        for (size_t n = 1 + prop_below(&p, PIECES); n > 0; n--) {
            str_addz(&raw, pieces[prop_below(&p, ALEN(pieces))]);
        }
        str_addz(&raw, "end");
        str_add(&less, raw.p, raw.n);
        squeeze(&less, 0);
        assert_true(less.n <= raw.n);
        VTerm *one = shown(&raw), *other = shown(&less);
        for (int at = 0; at < ROWS * COLS; at++) {
            VTermScreenCell a, b;
            VTermPos pos = {at / COLS, at % COLS};
            (void)vterm_screen_get_cell(vterm_obtain_screen(one), pos, &a);
            (void)vterm_screen_get_cell(vterm_obtain_screen(other), pos, &b);
            assert_int_equal(a.chars[0], b.chars[0]);
            assert_int_equal(a.attrs.bold, b.attrs.bold);
            assert_int_equal(a.attrs.underline, b.attrs.underline);
            assert_int_equal(a.attrs.reverse, b.attrs.reverse);
            assert_true(vterm_color_is_equal(&a.fg, &b.fg) && vterm_color_is_equal(&a.bg, &b.bg));
        }
        vterm_free(one);
        vterm_free(other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_same_is_shown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
