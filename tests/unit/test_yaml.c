/* YAML: what is refused, what plain and quoted scalars are, and what other programs write. */
#include "tests/unit/test.h"

#include "core/base/mem.h"
#include "core/base/yaml.h"

static void assert_yaml(const char *text, enum yaml_scalars scalars, const char *want)
{
    struct err e = ERR_INIT;
    CLEANUP(json_free_ptr) struct json *j = NULL;
    CLEANUP(str_release) struct str out = STR_INIT;
    if (!yaml_parse(sv_z(text), "f", scalars, &j, &e)) {
        fail_msg("%s: %s", text, e.msg);
    }
    json_print(j, JSON_COMPACT, &out);
    assert_string_equal(out.p, want);
}

static void assert_refused(struct sv text, const char *want)
{
    struct err e = ERR_INIT;
    struct json *j = NULL;
    assert_false(yaml_parse(text, "f", YAML_TEXTS, &j, &e));
    assert_null(j);
    if (!strstr(e.msg, want)) {
        fail_msg("\"%s\" does not say \"%s\"", e.msg, want);
    }
}

static void what_is_no_tree_is_refused(void **state)
{
    (void)state;
    assert_refused(SV("a: [1, 2"), "did not find");
    assert_refused(SV("a: b\n\tc: d\n"), "f:2:");
    assert_refused(SV("a: &x [1]\nb: *x\n"), "f:2: aliases");
    assert_refused(SV("a: 1\n---\nb: 2\n"), "f:2: a second document");
    assert_refused(SV("[1, 2]: 3\n"), "f:1: a key that is no text");
    assert_refused(SV("\"a\\0b\": 3\n"), "a key holds a NUL");
    assert_refused(SV("a: \xff\n"), "f:1:");
}

static void depth_size_and_count_have_caps(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str deep = STR_INIT;
    CLEANUP(str_release) struct str many = STR_INIT;
    CLEANUP(str_release) struct str large = STR_INIT;
    str_addn(&deep, '[', YAML_MAX_DEPTH + 1);
    str_addn(&deep, ']', YAML_MAX_DEPTH + 1);
    assert_refused(sv_of(&deep), "too deep");
    for (int i = 0; i < YAML_MAX_NODES; i++) {
        str_addz(&many, "- 1\n");
    }
    assert_refused(sv_of(&many), "too many");
    str_addn(&large, ' ', YAML_MAX_BYTES + 1);
    assert_refused(sv_of(&large), "bytes, at most");
}

static void texts_stay_as_they_stand(void **state)
{
    (void)state;
    assert_yaml("", YAML_TEXTS, "null");
    assert_yaml("a: 1e5\nb: '0012'\nc: null\nd: 'null'\ne:\nf: \"\\u00e9\"\n", YAML_TEXTS,
                "{\"a\":\"1e5\",\"b\":\"0012\",\"c\":null,\"d\":\"null\",\"e\":null,"
                "\"f\":\"\xc3\xa9\"}");
    assert_yaml("a: one\n  two\nb: 'it''s\n\n  more'\n", YAML_TEXTS,
                "{\"a\":\"one two\",\"b\":\"it's\\nmore\"}");
    assert_yaml("a: 1\na: 2\n", YAML_TEXTS, "{\"a\":\"2\"}");
}

static void plain_scalars_have_types_where_asked(void **state)
{
    (void)state;
    assert_yaml("- 1\n- -2.5\n- 1e-05\n- true\n- 'true'\n- yes\n- .nan\n- 9223372036854775807\n"
                "- {a: [~]}\n",
                YAML_TYPED,
                "[1,-2.5,1e-05,true,\"true\",\"yes\",\".nan\",9223372036854775807,"
                "{\"a\":[null]}]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_tree_is_refused),
        cmocka_unit_test(depth_size_and_count_have_caps),
        cmocka_unit_test(texts_stay_as_they_stand),
        cmocka_unit_test(plain_scalars_have_types_where_asked),
    };
    return RUN_TESTS(tests);
}
