/* utf8: fitting never exceeds the width; sanitised and stripped text is harmless and valid. */
#include "tests/unit/test.h"

#include <locale.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tests/prop/prop.h"

static void check_harmless(struct sv v, uint64_t seed)
{
    while (v.n) {
        if (!utf8_valid_bytes(v.p, v.n)) {
            fail_msg("seed %llu: invalid bytes", (unsigned long long)seed);
        }
        uint32_t c = utf8_next(&v);
        bool is_control = c < 0x20 || (c >= 0x7F && c < 0xA0);
        bool is_bidi = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
                       c == 0x200E || c == 0x200F || c == 0x061C || c == 0x2028 || c == 0x2029;
        if (is_control || is_bidi) {
            fail_msg("seed %llu: U+%04X", (unsigned long long)seed, (unsigned)c);
        }
    }
}

static void fitting_fits(void **state)
{
    (void)state;
    for (size_t i = 0; i < 20000; i++) {
        struct prop p;
        uint64_t seed = prop_seed(i);
        prop_init(&p, seed);
        CLEANUP(str_release) struct str text = STR_INIT, out = STR_INIT;
        prop_text(&p, 30, &text);
        size_t width = prop_below(&p, 40);
        enum utf8_cut cut = prop_below(&p, 2) ? UTF8_CUT_MIDDLE : UTF8_CUT_END;
        utf8_fit(&out, sv_of(&text), width, cut);
        if (utf8_width(sv_of(&out)) > width) {
            fail_msg("seed %llu: %zu cells in %zu", (unsigned long long)seed,
                     utf8_width(sv_of(&out)), width);
        }
        if (utf8_width(sv_of(&text)) <= width) {
            assert_true(sv_eq(sv_of(&out), sv_of(&text)));
        }
    }
}

static void sanitised_and_stripped_text_is_harmless(void **state)
{
    (void)state;
    for (size_t i = 0; i < 20000; i++) {
        struct prop p;
        uint64_t seed = prop_seed(i);
        prop_init(&p, seed);
        CLEANUP(str_release) struct str text = STR_INIT;
        CLEANUP(str_release) struct str clean = STR_INIT;
        CLEANUP(str_release) struct str stripped = STR_INIT;
        CLEANUP(str_release) struct str again = STR_INIT;
        prop_text(&p, 40, &text);
        utf8_sanitize(&clean, sv_of(&text));
        check_harmless(sv_of(&clean), seed);
        utf8_strip_ansi(&stripped, sv_of(&text));
        check_harmless(sv_of(&stripped), seed);
        utf8_sanitize(&again, sv_of(&clean));
        assert_string_equal(again.p, clean.p);
    }
}

static void clusters_cover_the_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < 5000; i++) {
        struct prop p;
        prop_init(&p, prop_seed(i));
        CLEANUP(str_release) struct str text = STR_INIT;
        prop_text(&p, 40, &text);
        struct sv rest = sv_of(&text);
        size_t bytes = 0, cells = 0;
        while (rest.n) {
            int width;
            struct sv one = utf8_cluster(&rest, &width);
            assert_true(one.n > 0);
            assert_in_range(width, 0, 2);
            bytes += one.n;
            cells += (size_t)width;
        }
        assert_int_equal(bytes, text.n);
        assert_int_equal(cells, utf8_width(sv_of(&text)));
    }
}

static int set_locale(void **state)
{
    (void)state;
    setlocale(LC_CTYPE, "C.UTF-8");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fitting_fits),
        cmocka_unit_test(sanitised_and_stripped_text_is_harmless),
        cmocka_unit_test(clusters_cover_the_text),
    };
    return cmocka_run_group_tests(tests, set_locale, NULL);
}
