/* utf8: invalid bytes, width and clusters, what sanitising and stripping take away, fitting. */
#include "tests/unit/test.h"

#include <locale.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"

static void invalid_bytes_have_no_length(void **state)
{
    const struct sv cases[] = {
        {NULL, 0},
        SV("\x80"),
        SV("\xbf"),
        SV("\xc0\x80"),
        SV("\xc1\xbf"),
        SV("\xc3"),
        SV("\xc3("),
        SV("\xe0\x80\x80"),
        SV("\xe2\x82"),
        SV("\xed\xa0\x80"),
        SV("\xed\xbf\xbf"),
        SV("\xf0\x80\x80\x80"),
        SV("\xf0\x9f\x98"),
        SV("\xf4\x90\x80\x80"),
        SV("\xf5\x80\x80\x80"),
        SV("\xff"),
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        assert_int_equal(utf8_valid_bytes(cases[i].p, cases[i].n), 0);
        struct sv v = cases[i];
        if (v.n) {
            assert_int_equal(utf8_next(&v), 0xFFFD);
            assert_int_equal(v.n, cases[i].n - 1);
        }
    }
}

static void every_character_survives(void **state)
{
    (void)state;
    for (uint32_t code = 0; code <= 0x10FFFF; code += code < 0x3000 ? 1 : 7) {
        if (code >= 0xD800 && code <= 0xDFFF) {
            continue;
        }
        CLEANUP(str_release) struct str s = STR_INIT;
        utf8_encode(&s, code);
        struct sv v = sv_of(&s);
        assert_int_equal(utf8_valid_bytes(v.p, v.n), v.n);
        assert_int_equal(utf8_next(&v), code);
        assert_int_equal(v.n, 0);
    }
    CLEANUP(str_release) struct str s = STR_INIT;
    utf8_make_valid(&s, (struct sv){"a\0\xff\xc3\xa9", 5});
    assert_string_equal(s.p, "a\xef\xbf\xbd\xef\xbf\xbd\xc3\xa9");
}

static void sanitising_leaves_nothing_harmful(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", ""},
        {"plain é 漢", "plain é 漢"},
        {"a\tb\nc\rd", "a b c d"},
        {"\x1b[31mred\x7f", "·[31mred·"},
        {"\xc2\x9b"
         "31m",
         "·31m"},
        {"x\xe2\x80\xaey\xe2\x81\xa6z", "x·y·z"},
        {"\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c", "···"},
        {"\xe2\x80\xa8\xe2\x80\xa9", "··"},
        {"\xff\xc3", "··"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(str_release) struct str s = STR_INIT;
        utf8_sanitize(&s, sv_z(cases[i].text));
        assert_string_equal(s.p, cases[i].want);
    }
}

static void sequences_are_stripped(void **state)
{
    static const struct {
        const char *line, *want;
    } cases[] = {
        {"\x1b", ""},
        {"a\x1b[", "a"},
        {"a\x1b[31", "a"},
        {"a\x1b]0;title", "a"},
        {"\x1b[31mred\x1b[0m!", "red!"},
        {"\x1b[?25l\x1b[2K\x1b[1;1Hx", "x"},
        {"\x1b]0;t\x07x\x1b]8;;http://a\x1b\\y", "xy"},
        {"\x1bPq...\x1b\\z", "z"},
        {"\x1b(Bx\x1b=y\x1b"
         "7z",
         "xyz"},
        {"\x1b\x1b[31mx", "x"},
        {"a\tb", "a       b"},
        {"\x1b[1m1234567\t8", "1234567 8"},
        {"12345678\t9", "12345678        9"},
        {"漢\tx\ty", "漢      x       y"},
        {"50%\r100%", "50% 100%"},
        {"a\x07\x08", "a··"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(str_release) struct str s = STR_INIT;
        utf8_strip_ansi(&s, sv_z(cases[i].line));
        if (!z_eq(s.p, cases[i].want)) {
            fail_msg("%zu: \"%s\", not \"%s\"", i, s.p, cases[i].want);
        }
    }
    /* a line of tabs takes time in proportion to what it becomes */
    CLEANUP(str_release) struct str tabs = STR_INIT, wide = STR_INIT;
    str_addn(&tabs, '\t', 200000);
    utf8_strip_ansi(&wide, sv_of(&tabs));
    assert_int_equal(wide.n, 1600000);
}

static void clusters_have_their_bases_width(void **state)
{
    static const struct {
        const char *text;
        size_t bytes;
        int width;
    } cases[] = {
        {"", 0, 0},
        {"ab", 1, 1},
        {"\x7f"
         "a",
         1, 0},
        {"a\x7f", 1, 1},
        {"a\xc2\x9b", 1, 1},
        {"\n\xcc\x81", 1, 0},
        {"e\xcc\x81x", 3, 1},
        {"漢x", 3, 2},
        {"\xe2\x9d\xa4\xef\xb8\x8fx", 6, 1},
        {"\xff"
         "a",
         1, 1},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct sv v = sv_z(cases[i].text);
        int width = -1;
        struct sv one = utf8_cluster(&v, &width);
        if (one.n != cases[i].bytes || width != cases[i].width) {
            fail_msg("%zu: %zu bytes, width %d", i, one.n, width);
        }
    }
    assert_int_equal(utf8_width(SV("a漢é")), 4);
}

static void texts_are_cut_to_fit(void **state)
{
    static const struct {
        const char *text;
        size_t width;
        enum utf8_cut cut;
        const char *want;
    } cases[] = {
        {"abc", 0, UTF8_CUT_END, ""},
        {"abc", 0, UTF8_CUT_MIDDLE, ""},
        {"", 0, UTF8_CUT_END, ""},
        {"abc", 1, UTF8_CUT_END, "…"},
        {"abc", 1, UTF8_CUT_MIDDLE, "…"},
        {"abc", 2, UTF8_CUT_END, "a…"},
        {"abc", 3, UTF8_CUT_END, "abc"},
        {"abcdef", 5, UTF8_CUT_MIDDLE, "ab…ef"},
        {"abcdef", 4, UTF8_CUT_MIDDLE, "ab…f"},
        {"漢漢漢", 4, UTF8_CUT_END, "漢…"},
        {"漢漢漢", 3, UTF8_CUT_END, "漢…"},
        {"漢漢漢", 2, UTF8_CUT_END, "…"},
        {"漢漢漢", 5, UTF8_CUT_MIDDLE, "漢…漢"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(str_release) struct str s = STR_INIT;
        utf8_fit(&s, sv_z(cases[i].text), cases[i].width, cases[i].cut);
        if (!z_eq(s.p, cases[i].want)) {
            fail_msg("%zu: \"%s\", not \"%s\"", i, s.p, cases[i].want);
        }
    }
}

static int set_locale(void **state)
{
    (void)state;
    setlocale(LC_CTYPE, "C.UTF-8");
    return 0;
}

static void test_rows_of_words(void **state)
{
    static const struct {
        const char *text;
        size_t w;
        const char *rows; /* joined by '|' */
    } cases[] = {
        {"", 5, ""},
        {"one", 5, "one"},
        {"one two", 7, "one two"},
        {"one two", 6, "one|two"},
        {"one two", 3, "one|two"},
        {"one two", 4, "one|two"},
        {"  one   two  ", 5, "one|two"},
        {"abcdefgh ij", 3, "abc|def|gh|ij"},
        {"日本語 x", 4, "日本|語 x"},
        {"日", 1, ""}, /* not one fits: the caller has the rest */
        {"a", 0, ""},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(str_release) struct str all = STR_INIT;
        struct sv rest = sv_z(cases[i].text), row;
        while (rest.n && (row = utf8_row(&rest, cases[i].w)).n) {
            assert_true(utf8_width(row) <= cases[i].w);
            str_addz(&all, all.n ? "|" : "");
            str_addsv(&all, row);
        }
        assert_string_equal(all.n ? all.p : "", cases[i].rows);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invalid_bytes_have_no_length),
        cmocka_unit_test(every_character_survives),
        cmocka_unit_test(sanitising_leaves_nothing_harmful),
        cmocka_unit_test(sequences_are_stripped),
        cmocka_unit_test(clusters_have_their_bases_width),
        cmocka_unit_test(test_rows_of_words),
        cmocka_unit_test(texts_are_cut_to_fit),
    };
    return cmocka_run_group_tests(tests, set_locale, NULL);
}
