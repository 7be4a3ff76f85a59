/* Rectangles, keys, cells and the whole app under random commands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "prop.h"
#include "tests/e2e/toy.h"
#include "tui/app.h"
#include "tui/key.h"
#include "tui/rect.h"

enum { ROUNDS = 200, MONKEY_KEYS = 10000 };

static bool are_disjoint(struct rect a, struct rect b)
{
    return rect_is_empty(rect_meet(a, b));
}

static bool is_inside(struct rect a, struct rect b)
{
    struct rect m = rect_meet(a, b);
    return rect_is_empty(a) || (m.w == a.w && m.h == a.h);
}

static void splits_are_disjoint_and_inside(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROUNDS; i++) {
        struct prop p;
        prop_init(&p, prop_seed(i));
        struct rect all = {(int)prop_below(&p, 9), (int)prop_below(&p, 9), (int)prop_below(&p, 200),
                           (int)prop_below(&p, 60)};
        struct rect rest = all, parts[8];
        for (size_t k = 0; k < ALEN(parts); k++) {
            int n = (int)prop_below(&p, 40) - 5;
            struct rect (*const cuts[])(struct rect *, int) = {rect_cut_top, rect_cut_bottom,
                                                               rect_cut_left, rect_cut_right};
            parts[k] = cuts[prop_below(&p, 4)](&rest, n);
            assert_true(parts[k].w >= 0 && parts[k].h >= 0 && is_inside(parts[k], all));
            assert_true(are_disjoint(parts[k], rest));
            for (size_t j = 0; j < k; j++) {
                assert_true(are_disjoint(parts[k], parts[j]));
            }
        }
    }
}

static void shares_never_exceed_the_total(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROUNDS; i++) {
        struct prop p;
        struct share shares[6];
        int sizes[6], sum = 0, total;
        bool has_weight = false;
        prop_init(&p, prop_seed(i));
        total = (int)prop_below(&p, 200);
        for (size_t k = 0; k < ALEN(shares); k++) {
            shares[k] = (struct share){(int)prop_below(&p, 50), (int)prop_below(&p, 3)};
            has_weight |= shares[k].weight > 0;
        }
        rect_shares(total, shares, ALEN(shares), sizes);
        for (size_t k = 0; k < ALEN(shares); k++) {
            assert_true(sizes[k] >= 0);
            sum += sizes[k];
        }
        assert_true(has_weight ? sum == total : sum <= total);
    }
}

static void a_key_reads_as_it_is_printed(void **state)
{
    (void)state;
    for (uint32_t code = 33; code < KEYCODE_LAST; code++) {
        if ((code >= 127 && code < 160) || (code >= 0xd800 && code < 0xe000) ||
            code == KEYCODE_BASE || (code > 0x400 && code % 97 && code < KEYCODE_BASE)) {
            continue;
        }
        for (uint32_t mods = 0; mods < 8; mods++) {
            CLEANUP(str_release) struct str s = STR_INIT;
            struct key k = {code, mods}, back = {0, 0};
            if (mods & KEYMOD_SHIFT && code < KEYCODE_BASE) {
                continue;
            }
            key_print(k, &s);
            assert_true(key_parse(sv_of(&s), &back));
            assert_true(key_eq(k, back));
        }
    }
}

static void any_text_stays_in_its_cells(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROUNDS; i++) {
        struct prop p;
        struct canvas c;
        CLEANUP(str_release) struct str s = STR_INIT;
        CLEANUP(str_release) struct str out = STR_INIT;
        prop_init(&p, prop_seed(i));
        bool is_ascii = prop_below(&p, 2);
        canvas_init(&c, 1 + (int)prop_below(&p, 30), 3, is_ascii);
        for (int k = 0; k < 10; k++) {
            str_clear(&s);
            prop_text(&p, 40, &s);
            int x = (int)prop_below(&p, (size_t)c.w), w = 1 + (int)prop_below(&p, 20);
            (void)canvas_fit(&c, x, 0, w, ROLE_NORMAL, sv_of(&s), (enum align)prop_below(&p, 3),
                             (enum utf8_cut)prop_below(&p, 2));
            (void)canvas_text(&c, x, 1, ROLE_NORMAL, sv_of(&s));
        }
        assert_int_equal(c.outside, 0);
        for (int y = 0; y < c.h; y++) {
            int width = 0;
            for (int x = 0; x < c.w; x++) {
                width += canvas_cell(&c, x, y)->width;
            }
            assert_int_equal(width, c.w);
        }
        canvas_plain(&c, &out);
        for (size_t k = 0; k < out.n; k++) {
            assert_true(out.p[k] >= 32 || out.p[k] == '\n' || (out.p[k] < 0 && !is_ascii));
        }
        canvas_release(&c);
    }
}

static void random_key(struct prop *p, struct app *app, int64_t *now)
{
    static const uint32_t special[] = {KEYCODE_ENTER, KEYCODE_ESC,      KEYCODE_TAB,
                                       KEYCODE_UP,    KEYCODE_DOWN,     KEYCODE_LEFT,
                                       KEYCODE_PGDN,  KEYCODE_BACKSPACE};
    struct key k = {0, 0};
    if (prop_below(p, 3) == 0) {
        k.code = special[prop_below(p, ALEN(special))];
    } else {
        k.code = 32 + (uint32_t)prop_below(p, 95);
        k.mods = prop_below(p, 8) == 0 ? KEYMOD_CTRL : 0;
    }
    bool crashes = k.code == 'R' && k.mods == 0; /* the toy does so, on purpose */
    *now += (int64_t)prop_below(p, 100);
    app_advance(app, *now);
    if (!crashes) {
        app_key(app, k);
    }
}

static void a_monkey_at_the_keys(void **state)
{
    (void)state;
    struct prop p;
    int64_t now = 1000;
    uint64_t seed = prop_seed(0);
    prop_init(&p, seed);
    struct app *app = toy_app();
    for (int i = 0; i < MONKEY_KEYS; i++) {
        random_key(&p, app, &now);
        if (prop_below(&p, 200) == 0) {
            app_resize(app, 20 + (int)prop_below(&p, 150), 4 + (int)prop_below(&p, 50));
        }
        if (prop_below(&p, 100) == 0) {
            app_paste(app, SV("qq\ny\033[A"));
        }
        if (i % 3 == 0) {
            app_paint(app);
            if (app_canvas(app)->outside) {
                print_error("seed %llu, key %d: %llu writes outside\n", (unsigned long long)seed, i,
                            (unsigned long long)app_canvas(app)->outside);
            }
            assert_int_equal(app_canvas(app)->outside, 0);
        }
    }
    app_free(app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_are_disjoint_and_inside),
        cmocka_unit_test(shares_never_exceed_the_total),
        cmocka_unit_test(a_key_reads_as_it_is_printed),
        cmocka_unit_test(any_text_stays_in_its_cells),
        cmocka_unit_test(a_monkey_at_the_keys),
    };
    (void)utf8_init_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
