/* path: what leads out is seen; joining and taking apart. */
#include "tests/unit/test.h"

#include "core/base/mem.h"
#include "core/base/path.h"

static void what_leads_out_is_not_below(void **state)
{
    const struct {
        struct sv rel;
        bool is_below;
    } cases[] = {
        {{NULL, 0}, false},    {SV(""), false},       {SV("/"), false},    {SV("/a"), false},
        {SV(".."), false},     {SV("../a"), false},   {SV("a/.."), false}, {SV("a/../b"), false},
        {SV("a\0b"), false},   {SV("a/b/.."), false}, {SV("a"), true},     {SV("a/b"), true},
        {SV("..a/b.."), true}, {SV("..."), true},     {SV("a//b/"), true}, {SV("./a"), true},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        assert_int_equal(path_is_below(cases[i].rel), cases[i].is_below);
    }
}

static void joining(void **state)
{
    static const struct {
        const char *a, *b, *want;
    } cases[] = {{"", "", ""},       {"", "b", "b"},   {"a", "/b", "/b"}, {"a", "b", "a/b"},
                 {"a/", "b", "a/b"}, {"/", "b", "/b"}, {"a", "", "a/"}};
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(mem_free_ptr) char *got = path_join(cases[i].a, cases[i].b);
        assert_string_equal(got, cases[i].want);
    }
    CLEANUP(mem_free_ptr) char *three = path_join3("a", "b/", "c");
    assert_string_equal(three, "a/b/c");
}

static void taking_apart(void **state)
{
    static const struct {
        const char *path, *dir, *base, *stem;
    } cases[] = {
        {"", ".", "", ""},          {"/", "/", "", ""},
        {"b", ".", "b", "b"},       {"/b", "/", "b", "b"},
        {"a/b.c", "a", "b.c", "b"}, {"a.x/b", "a.x", "b", "b"},
        {"a/.b", "a", ".b", ".b"},  {"a/b.tar.gz", "a", "b.tar.gz", "b.tar"},
        {"a/b/", "a/b", "", ""},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(mem_free_ptr) char *dir = path_dir(cases[i].path);
        CLEANUP(mem_free_ptr) char *stem = path_stem(cases[i].path);
        assert_string_equal(dir, cases[i].dir);
        assert_string_equal(stem, cases[i].stem);
        assert_string_equal(path_base(cases[i].path), cases[i].base);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_leads_out_is_not_below),
        cmocka_unit_test(joining),
        cmocka_unit_test(taking_apart),
    };
    return RUN_TESTS(tests);
}
