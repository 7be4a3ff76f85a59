/* str and sv: empty ones, growth, splitting, trimming, comparing. */
#include "tests/unit/test.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/str.h"

static const struct sv nothing = {NULL, 0};

static void empty_views_are_taken_everywhere(void **state)
{
    (void)state;
    assert_true(sv_eq(nothing, SV("")));
    assert_true(sv_eqz(nothing, ""));
    assert_false(sv_eqz(nothing, "a"));
    assert_true(sv_starts(nothing, ""));
    assert_false(sv_starts(nothing, "a"));
    assert_true(sv_ends(nothing, ""));
    assert_false(sv_ends(nothing, "a"));
    assert_int_equal(sv_cmp(nothing, nothing), 0);
    assert_true(sv_cmp(nothing, SV("a")) < 0);
    assert_int_equal(sv_trim(nothing).n, 0);
    assert_int_equal(sv_find(nothing, nothing), 0);
    assert_int_equal(sv_find(nothing, SV("a")), SIZE_MAX);
    assert_int_equal(sv_find(SV("a"), nothing), 0);
    assert_int_equal(sv_z(NULL).n, 0);
    CLEANUP(mem_free_ptr) char *copy = sv_dup(nothing);
    assert_string_equal(copy, "");
    struct sv rest = nothing, part;
    assert_false(sv_split(&rest, ',', &part));
    assert_true(z_eq(NULL, NULL));
    assert_false(z_eq(NULL, ""));
    assert_false(z_eq("a", "b"));
}

static void an_empty_str_is_an_empty_text(void **state)
{
    (void)state;
    struct str s = STR_INIT;
    assert_string_equal(s.p, "");
    str_add(&s, NULL, 0);
    str_addsv(&s, nothing);
    str_addn(&s, 'x', 0);
    str_truncate(&s, 0);
    str_clear(&s);
    assert_string_equal(s.p, "");
    str_release(&s);
    str_release(&s);
    char *z = str_detach(&s);
    assert_string_equal(z, "");
    free(z);
}

static void text_grows_and_stays_terminated(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str s = STR_INIT;
    for (size_t i = 0; i < 5000; i++) {
        str_addc(&s, (char)('a' + i % 26));
        assert_int_equal(s.n, i + 1);
        assert_int_equal(s.p[s.n], 0);
    }
    str_truncate(&s, 3);
    assert_string_equal(s.p, "abc");
    str_addf(&s, "-%d-%s", 7, "x");
    str_addz(&s, "z");
    str_addn(&s, '.', 2);
    assert_string_equal(s.p, "abc-7-xz..");
    str_setf(&s, "%0500d", 1);
    assert_int_equal(s.n, 500);
    char *z = str_detach(&s);
    assert_int_equal(strlen(z), 500);
    free(z);
    assert_int_equal(s.n, 0);
    str_setf(&s, "%s", "");
    assert_string_equal(s.p, "");
}

static void splitting_yields_every_part(void **state)
{
    static const struct {
        const char *text, *parts;
    } cases[] = {{"", "<>"},      {"a", "<a>"},    {",", "<><>"},
                 {"a,", "<a><>"}, {",a", "<><a>"}, {"a,b,,c", "<a><b><><c>"}};
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(str_release) struct str got = STR_INIT;
        struct sv rest = sv_z(cases[i].text), part;
        while (sv_split(&rest, ',', &part)) {
            str_addf(&got, "<%.*s>", (int)part.n, part.p);
        }
        assert_string_equal(got.p, cases[i].parts);
    }
}

static void comparing_is_by_bytes(void **state)
{
    static const struct {
        const char *a, *b;
        int sign;
    } cases[] = {{"a", "b", -1}, {"b", "a", 1}, {"a", "aa", -1}, {"a", "a", 0}, {"z", "é", -1}};
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        int c = sv_cmp(sv_z(cases[i].a), sv_z(cases[i].b));
        assert_int_equal((c > 0) - (c < 0), cases[i].sign);
    }
    assert_true(sv_eqz(sv_trim(SV(" \t a b\r\n")), "a b"));
    assert_true(sv_starts(SV("abc"), "ab") && !sv_starts(SV("abc"), "abcd"));
    assert_true(sv_ends(SV("abc"), "bc") && !sv_ends(SV("abc"), "ab"));
    assert_int_equal(sv_find(SV("a\0bc"), SV("bc")), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_views_are_taken_everywhere),
        cmocka_unit_test(an_empty_str_is_an_empty_text),
        cmocka_unit_test(text_grows_and_stays_terminated),
        cmocka_unit_test(splitting_yields_every_part),
        cmocka_unit_test(comparing_is_by_bytes),
    };
    return RUN_TESTS(tests);
}
