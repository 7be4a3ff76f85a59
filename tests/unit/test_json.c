/* json: RFC 8259 by table, the caps, wide integers, making, writing. */
#include "tests/unit/test.h"

#include <math.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "tests/unit/tmp.h"

/* a constant, which SV is not */
#define TEXT(lit)                                                                                  \
    {                                                                                              \
        lit, sizeof(lit) - 1                                                                       \
    }
static const struct sv no_json[] = {
    {NULL, 0},
    TEXT(""),
    TEXT(" "),
    TEXT("\xef\xbb\xbf{}"),
    TEXT("nul"),
    TEXT("nulll"),
    TEXT("True"),
    TEXT("NaN"),
    TEXT("Infinity"),
    TEXT("-Infinity"),
    TEXT("undefined"),
    TEXT("'a'"),
    TEXT("\"a"),
    TEXT("\""),
    TEXT("\"\\"),
    TEXT("\"\\x41\""),
    TEXT("\"\\u12\""),
    TEXT("\"\\u12G4\""),
    TEXT("\"\\u0000\""),
    TEXT("\"\\ud800\""),
    TEXT("\"\\udc00\""),
    TEXT("\"\\ud800\\u0041\""),
    TEXT("\"\\ud800\\ud800\""),
    TEXT("\"a\nb\""),
    TEXT("\"\t\""),
    TEXT("\"\x01\""),
    TEXT("\"\xff\""),
    TEXT("\"\xc3\""),
    TEXT("\"\xc0\x80\""),
    TEXT("\"\xed\xa0\x80\""),
    TEXT("\"\xf4\x90\x80\x80\""),
    TEXT("\"\0\""),
    TEXT("1\0"),
    TEXT("\0"),
    TEXT("01"),
    TEXT("-01"),
    TEXT("-"),
    TEXT("+1"),
    TEXT("."),
    TEXT(".5"),
    TEXT("5."),
    TEXT("1e"),
    TEXT("1e+"),
    TEXT("1.e1"),
    TEXT("0x10"),
    TEXT("1_000"),
    TEXT("--1"),
    TEXT("1 2"),
    TEXT("["),
    TEXT("]"),
    TEXT("[1"),
    TEXT("[1,"),
    TEXT("[1,]"),
    TEXT("[,1]"),
    TEXT("[1 2]"),
    TEXT("[1}"),
    TEXT("{"),
    TEXT("}"),
    TEXT("{]"),
    TEXT("{\"a\"}"),
    TEXT("{\"a\":}"),
    TEXT("{\"a\":1,}"),
    TEXT("{,\"a\":1}"),
    TEXT("{a:1}"),
    TEXT("{1:1}"),
    TEXT("{\"a\" 1}"),
    TEXT("{\"a\":1 \"b\":2}"),
    TEXT("{\"a\":1]"),
    TEXT("[] []"),
    TEXT("{}x"),
    TEXT("// c\n1"),
    TEXT("/* c */1"),
    TEXT("\v1"),
    TEXT("\xc2\xa0"
         "1"),
    TEXT("1234567890123456789012345678901234567890123456789012345678901234"),
};
#undef TEXT

static void what_is_no_json_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALEN(no_json); i++) {
        struct err e = ERR_INIT;
        struct json *root = NULL;
        if (json_parse(no_json[i], &root, &e) || json_scan(no_json[i], &e) || root) {
            fail_msg("%zu: \"%.*s\" was taken", i, (int)no_json[i].n, no_json[i].p);
        }
        assert_int_equal(e.code, ERR_INVALID);
        assert_true(sv_starts(sv_z(e.msg), "line 1") || sv_starts(sv_z(e.msg), "line 2"));
    }
}

static void what_is_json_is_taken_and_printed_alike(void **state)
{
    static const struct {
        const char *text, *compact; /* NULL: as text */
    } cases[] = {
        {"null", NULL},
        {" true\n", "true"},
        {"false", NULL},
        {"0", NULL},
        {"-0", "-0.0"},
        {"-1.5e+3", "-1500"},
        {"1E2", "100"},
        {"0.1", NULL},
        {"1e-5", "1e-05"},
        {"999999999999999", NULL},
        {"1000000000000000", NULL},
        {"-2000000000000000", NULL},
        {"1e15", "1e+15"},
        {"9007199254740991", NULL},
        {"9007199254740993", NULL},
        {"-9223372036854775808", NULL},
        {"123456789012345678901234567890", NULL},
        {"1e400", NULL},
        {"1e-400", "0"},
        {"\"\"", NULL},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
        {"\"\\u00e9\\ud83d\\ude00\"", "\"é😀\""},
        {"\"\\u001f\\u007f\"", "\"\\u001f\\u007f\""},
        {"[]", NULL},
        {"[ ]", "[]"},
        {"{ }", "{}"},
        {"[1,[2,{\"a\":[]}],\"x\"]", NULL},
        {"{\"b\":1,\"a\":{\"c\":null}}", NULL},
        {"{\"a\":1,\"a\":2}", NULL},
        {"{\"\":0}", NULL},
        {"[12345678901234567890,1,{\"k\":98765432109876543210},2]", NULL},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(str_release) struct str got = STR_INIT;
        CLEANUP(json_free_ptr) struct json *root = NULL;
        struct err e = ERR_INIT;
        if (!json_parse(sv_z(cases[i].text), &root, &e)) {
            fail_msg("%s: %s", cases[i].text, e.msg);
        }
        json_print(root, JSON_COMPACT, &got);
        assert_string_equal(got.p, cases[i].compact ? cases[i].compact : cases[i].text);
    }
}

static void the_place_of_an_error_is_named(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    assert_false(json_scan(SV("{\n  \"a\": 01\n}"), &e));
    assert_true(sv_starts(sv_z(e.msg), "line 2, column "));
    CLEANUP(tmp_free) char *tmp = tmp_new();
    tmp_file(tmp, "f.json", SV("[1,\n2,\nx]"));
    CLEANUP(mem_free_ptr) char *path = xasprintf("%s/f.json", tmp);
    struct json *root = NULL;
    assert_false(json_parse_file(path, 100, &root, &e));
    assert_non_null(strstr(e.msg, "f.json: line 3, column 1"));
    assert_false(json_parse_file(path, 3, &root, &e));
    assert_int_equal(e.code, ERR_LIMIT);
}

static void nest(struct str *s, size_t depth, const char *open, const char *inner, char close)
{
    str_clear(s);
    for (size_t i = 0; i < depth; i++) {
        str_addz(s, open);
    }
    str_addz(s, inner);
    str_addn(s, close, depth);
}

static void depth_has_a_cap(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str s = STR_INIT, again = STR_INIT;
    struct err e = ERR_INIT;
    struct json *root = NULL;
    nest(&s, JSON_MAX_DEPTH, "[", "", ']');
    assert_true(json_parse(sv_of(&s), &root, &e));
    json_print(root, JSON_COMPACT, &again);
    assert_string_equal(again.p, s.p);
    json_free(root);
    nest(&s, JSON_MAX_DEPTH, "{\"a\":", "1", '}');
    assert_true(json_parse(sv_of(&s), &root, &e));
    json_free(root);
    root = NULL;
    nest(&s, JSON_MAX_DEPTH + 1, "[", "", ']');
    assert_false(json_parse(sv_of(&s), &root, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    nest(&s, JSON_MAX_DEPTH + 1, "{\"a\":", "1", '}');
    assert_false(json_parse(sv_of(&s), &root, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    nest(&s, 1000000, "[", "", ' ');
    assert_false(json_parse(sv_of(&s), &root, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_null(root);
}

static void the_number_of_values_has_a_cap(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str s = STR_INIT;
    struct err e = ERR_INIT;
    str_addz(&s, "[0");
    for (size_t i = 2; i < JSON_MAX_NODES; i++) {
        str_addz(&s, ",0");
    }
    str_addc(&s, ']');
    assert_true(json_scan(sv_of(&s), &e));
    str_truncate(&s, s.n - 1);
    str_addz(&s, ",0]");
    assert_false(json_scan(sv_of(&s), &e));
    assert_int_equal(e.code, ERR_LIMIT);
}

static void integers_are_exact_or_refused(void **state)
{
    static const struct {
        const char *text;
        bool is_i64;
        int64_t x;
    } cases[] = {
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"1.5", false, 0},
        {"1e400", false, 0},
        {"9007199254740993.0", false, 0},
        {"\"1\"", false, 0},
        {"null", false, 0},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9007199254740992", true, 9007199254740992},
        {"9007199254740993", true, 9007199254740993},
        {"-9007199254740993", true, -9007199254740993},
        {"-0", true, 0},
        {"1e3", true, 1000},
        {"2.0", true, 2},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(json_free_ptr) struct json *root = NULL;
        struct err e = ERR_INIT;
        int64_t x = 0;
        assert_true(json_parse(sv_z(cases[i].text), &root, &e));
        if (json_i64(root, &x) != cases[i].is_i64 || x != cases[i].x) {
            fail_msg("%s: %lld", cases[i].text, (long long)x);
        }
    }
    static const int64_t made[] = {0, -1, 9007199254740991, 9007199254740992, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < ALEN(made); i++) {
        CLEANUP(json_free_ptr) struct json *j = json_new_i64(made[i]);
        int64_t x;
        assert_true(json_i64(j, &x) && x == made[i]);
    }
}

static void absent_and_other_types_answer_otherwise(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    CLEANUP(json_free_ptr) struct json *root = NULL;
    assert_true(
        json_parse(SV("{\"s\":\"x\",\"n\":2,\"b\":true,\"l\":[1,2],\"z\":null}"), &root, &e));
    int64_t x;
    assert_null(json_get(root, "absent"));
    assert_null(json_get(NULL, "s"));
    assert_null(json_get(json_get(root, "l"), "s"));
    assert_null(json_str(json_get(root, "n")));
    assert_null(json_str(NULL));
    assert_true(isnan(json_num(json_get(root, "s"))));
    assert_true(isnan(json_num(NULL)));
    assert_false(json_bool(NULL));
    assert_false(json_i64(NULL, &x));
    assert_false(json_is(NULL, JSON_NULL));
    assert_null(json_first(NULL));
    assert_int_equal(json_size(NULL), 0);
    assert_null(json_get_str(root, "n"));
    assert_true(json_get_num(root, "s", 7) == 7);
    assert_int_equal(json_get_i64(root, "s", 7), 7);
    assert_true(json_get_bool(root, "z", true));
    assert_string_equal(json_get_str(root, "s"), "x");
    assert_true(json_get_num(root, "n", 7) == 2);
    assert_int_equal(json_size(json_get(root, "l")), 2);
    assert_string_equal(json_key(json_first(root)), "s");
    assert_int_equal(json_type(json_get(root, "z")), JSON_NULL);
    assert_string_equal(json_type_name(JSON_ARRAY), "an array");
}

static void made_values_print(void **state)
{
    (void)state;
    CLEANUP(json_free_ptr) struct json *o = json_new_object();
    CLEANUP(str_release) struct str s = STR_INIT;
    json_set_str(o, "z", "a");
    json_set_str(o, "z", NULL);
    json_set_num(o, "nan", (double)NAN);
    json_set_bool(o, "b", false);
    json_set_i64(o, "i", INT64_MAX);
    json_set(o, "bad", json_new_sv(SV("a\0\xff")));
    struct json *list = json_set(o, "list", json_new_array());
    json_push(list, json_new_null());
    json_push(list, json_new_object());
    json_print(o, JSON_CANONICAL, &s);
    assert_string_equal(s.p, "{\"b\":false,\"bad\":\"a\xef\xbf\xbd\xef\xbf\xbd\",\"i\":"
                             "9223372036854775807,\"list\":[null,{}],\"nan\":null,\"z\":null}");
    CLEANUP(json_free_ptr) struct json *copy = json_clone(o);
    assert_true(json_equal(o, copy));
    CLEANUP(json_free_ptr) struct json *taken = json_take(o, "list");
    assert_non_null(taken);
    assert_null(json_take(o, "list"));
    assert_false(json_equal(o, copy));
    str_clear(&s);
    json_print(taken, JSON_PRETTY, &s);
    assert_string_equal(s.p, "[\n  null,\n  {}\n]");
    str_clear(&s);
    json_quote((struct sv){"a\0\xff\"", 4}, &s);
    assert_string_equal(s.p, "\"a\xef\xbf\xbd\xef\xbf\xbd\\\"\"");
    json_free(NULL);
}

static void equality(void **state)
{
    static const struct {
        const char *a, *b;
        bool is_equal;
    } cases[] = {
        {"1", "\"1\"", false},
        {"[1,2]", "[2,1]", false},
        {"[1]", "[1,1]", false},
        {"{\"a\":1}", "{\"b\":1}", false},
        {"{\"a\":1,\"a\":1}", "{\"a\":1,\"b\":1}", false},
        {"9007199254740993", "9007199254740992", false},
        {"1000000000000000", "1e15", true},
        {"1000000000000000", "1000000000000001", false},
        {"1", "1.0", true},
        {"{\"a\":1,\"b\":[2]}", "{\"b\":[2],\"a\":1}", true},
        {"{\"a\":1,\"a\":2}", "{\"a\":1,\"a\":2}", true},
        {"null", "null", true},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(json_free_ptr) struct json *a = NULL, *b = NULL;
        struct err e = ERR_INIT;
        assert_true(json_parse(sv_z(cases[i].a), &a, &e));
        assert_true(json_parse(sv_z(cases[i].b), &b, &e));
        if (json_equal(a, b) != cases[i].is_equal || json_equal(b, a) != cases[i].is_equal) {
            fail_msg("%s %s", cases[i].a, cases[i].b);
        }
    }
    assert_true(json_equal(NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_json_is_refused),
        cmocka_unit_test(what_is_json_is_taken_and_printed_alike),
        cmocka_unit_test(the_place_of_an_error_is_named),
        cmocka_unit_test(depth_has_a_cap),
        cmocka_unit_test(the_number_of_values_has_a_cap),
        cmocka_unit_test(integers_are_exact_or_refused),
        cmocka_unit_test(absent_and_other_types_answer_otherwise),
        cmocka_unit_test(made_values_print),
        cmocka_unit_test(equality),
    };
    return RUN_TESTS(tests);
}
