/* re: bad patterns are refused with their place, matching is bounded, groups are what they say. */
#include "tests/unit/test.h"

#include "core/base/mem.h"
#include "core/base/re.h"

static void bad_patterns_are_refused(void **state)
{
    static const struct {
        const char *pattern, *part; /* of the message */
    } cases[] = {
        {"(", "byte 1"}, {"a)", "byte 1"},     {"[a", "byte 2"},
        {"*", "byte 0"}, {"a{2,1}", "byte 5"}, {"(?<n", "byte"},
        {"\\C", "byte"}, {"\\", "byte 1"},     {"\xff", "byte 0"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct err e = ERR_INIT;
        assert_null(re_new(sv_z(cases[i].pattern), 0, &e));
        assert_int_equal(e.code, ERR_INVALID);
        if (!strstr(e.msg, cases[i].part)) {
            fail_msg("\"%s\": %s", cases[i].pattern, e.msg);
        }
    }
}

static void long_and_deep_patterns_are_refused(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str pattern = STR_INIT;
    struct err e = ERR_INIT;
    str_addn(&pattern, 'a', RE_MAX_PATTERN_BYTES);
    struct re *re = re_new(sv_of(&pattern), 0, &e);
    assert_non_null(re);
    re_free(re);
    str_addc(&pattern, 'a');
    assert_null(re_new(sv_of(&pattern), 0, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    str_clear(&pattern);
    str_addn(&pattern, '(', 1000);
    str_addn(&pattern, ')', 1000);
    assert_null(re_new(sv_of(&pattern), 0, &e));
    assert_int_equal(e.code, ERR_INVALID);
}

static void hostile_patterns_end(void **state)
{
    static const char *const patterns[] = {"^(a+)+$", "^(a|aa)+$", "^(.*)*x$", "(?R)?a+b"};
    (void)state;
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addn(&text, 'a', 5000);
    str_addc(&text, '!');
    for (size_t i = 0; i < ALEN(patterns); i++) {
        struct err e = ERR_INIT;
        struct re *re = re_new(sv_z(patterns[i]), 0, &e);
        assert_non_null(re);
        struct sv all;
        assert_int_not_equal(re_match(re, sv_of(&text), 0, &all, 1), 1);
        re_free(re);
    }
}

static void matches(void **state)
{
    static const struct {
        const char *pattern;
        unsigned flags;
        const char *text;
        size_t from;
        int found;
        const char *groups[3]; /* NULL: did not take part */
    } cases[] = {
        {"x", 0, "abc", 0, 0, {0}},
        {"a", 0, "abc", 1, 0, {0}},
        {"a", 0, "abc", 4, 0, {0}},
        {"", 0, "", 0, 1, {""}},
        {"A", 0, "abc", 0, 0, {0}},
        {"A", RE_CASELESS, "abc", 0, 1, {"a"}},
        {"É", RE_CASELESS, "caf\xc3\xa9", 0, 1, {"é"}},
        {"loss=([0-9.]+)", 0, "epoch 1 loss=0.25;", 0, 1, {"loss=0.25", "0.25"}},
        {"(a)|(b)", 0, "b", 0, 1, {"b", NULL, "b"}},
        {"(a)|(b)", 0, "ab", 0, 1, {"a", "a", NULL}},
        {".", 0, "\xff\xc3\xa9", 0, 1, {"é"}},
        {"^b", 0, "ab", 1, 0, {0}},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct err e = ERR_INIT;
        struct re *re = re_new(sv_z(cases[i].pattern), cases[i].flags, &e);
        assert_non_null(re);
        struct sv groups[3];
        int found = re_match(re, sv_z(cases[i].text), cases[i].from, groups, ALEN(groups));
        assert_int_equal(found, cases[i].found);
        for (size_t g = 0; found == 1 && g < ALEN(groups); g++) {
            const char *want = cases[i].groups[g];
            assert_int_equal(groups[g].p != NULL, want != NULL);
            assert_true(!want || sv_eqz(groups[g], want));
        }
        re_free(re);
    }
    re_free(NULL);
}

static void empty_views_and_nul_bytes_match(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct re *re = re_new((struct sv){NULL, 0}, 0, &e);
    assert_non_null(re);
    assert_int_equal(re_match(re, (struct sv){NULL, 0}, 0, NULL, 0), 1);
    re_free(re);
    re = re_new(SV("b\\x00?c"), 0, &e);
    assert_non_null(re);
    struct sv all;
    assert_int_equal(re_match(re, (struct sv){"ab\0c", 4}, 0, &all, 1), 1);
    assert_int_equal(all.n, 3);
    re_free(re);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_patterns_are_refused),
        cmocka_unit_test(long_and_deep_patterns_are_refused),
        cmocka_unit_test(hostile_patterns_end),
        cmocka_unit_test(matches),
        cmocka_unit_test(empty_views_and_nul_bytes_match),
    };
    return RUN_TESTS(tests);
}
