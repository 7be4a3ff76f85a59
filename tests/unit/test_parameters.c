/* parameters: what -p may not say, then conversion by the declared type. */
#include "tests/unit/test.h"

#include "core/base/mem.h"
#include "core/pipeline/parameters.h"

static const char document[] =
    "{\"Version\":\"2020-12-01\",\"Parameters\":["
    "{\"Name\":\"s\",\"Type\":\"String\"},"
    "{\"Name\":\"i\",\"Type\":\"Integer\",\"DefaultValue\":1,\"EnumValues\":[1,2]},"
    "{\"Name\":\"f\",\"Type\":\"Float\",\"DefaultValue\":0.5},"
    "{\"Name\":\"b\",\"Type\":\"Boolean\",\"DefaultValue\":false},"
    "{\"Name\":\"e\",\"Type\":\"String\",\"DefaultValue\":\"x\",\"EnumValues\":[\"x\",\"y\"]},"
    "{\"Name\":\"n\",\"Type\":\"Integer\",\"DefaultValue\":9007199254740993}"
    "],\"Steps\":[]}";

enum { MAX_PAIRS = 4 };

static size_t count(const char *const *pairs)
{
    size_t n = 0;
    while (n < MAX_PAIRS && pairs[n]) {
        n++;
    }
    return n;
}

static void bad_words_are_usage(void **state)
{
    static const struct {
        const char *pairs[MAX_PAIRS], *part;
    } cases[] = {
        {{NULL}, "parameters without a value: s"},
        {{"i=2"}, "parameters without a value: s"},
        {{"s=a", "no=1"}, "no parameter \"no\""},
        {{"s=a", "S=1"}, "no parameter \"S\""},
        {{"s"}, "\"s\" is no NAME=VALUE"},
        {{"=a"}, "is no NAME=VALUE"},
        {{"s=a", "s=b"}, "given twice"},
        {{"s=a", "i=1.0"}, "of type Integer; \"1.0\""},
        {{"s=a", "i=one"}, "of type Integer"},
        {{"s=a", "i="}, "of type Integer"},
        {{"s=a", "i= 1"}, "of type Integer"},
        {{"s=a", "i=99999999999999999999"}, "of type Integer"},
        {{"s=a", "i=3"}, "parameter i cannot be 3: it is one of [1,2]"},
        {{"s=a", "f=x"}, "of type Float"},
        {{"s=a", "f=nan"}, "of type Float"},
        {{"s=a", "f=inf"}, "of type Float"},
        {{"s=a", "b=1"}, "of type Boolean"},
        {{"s=a", "b=yes"}, "of type Boolean"},
        {{"s=a", "e=z"}, "it is one of [\"x\",\"y\"]"},
        {{"s=\xff"}, "no UTF-8"},
    };
    (void)state;
    struct definition d;
    definition_parse(sv_z(document), "pipe", false, &d);
    assert_true(definition_is_valid(&d));
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct err e = ERR_INIT;
        struct json *values = NULL;
        if (parameters_resolve(&d, cases[i].pairs, count(cases[i].pairs), &values, &e) || values ||
            e.code != ERR_USAGE || !strstr(e.msg, cases[i].part)) {
            fail_msg("case %zu (%s): \"%s\"", i, cases[i].part, e.msg);
        }
    }
    definition_release(&d);
}

static void values_become_their_type(void **state)
{
    static const struct {
        const char *pairs[MAX_PAIRS], *wanted;
    } cases[] = {
        {{"s=a"}, "{\"s\":\"a\",\"i\":1,\"f\":0.5,\"b\":false,\"e\":\"x\",\"n\":9007199254740993}"},
        {{"s=", "i=2", "f=3", "b=True"},
         "{\"s\":\"\",\"i\":2,\"f\":3,\"b\":true,\"e\":\"x\",\"n\":9007199254740993}"},
        {{"s=a=b", "e=y", "n=-9223372036854775808"},
         "{\"s\":\"a=b\",\"i\":1,\"f\":0.5,\"b\":false,\"e\":\"y\",\"n\":-9223372036854775808}"},
        {{"s=1", "f=1e-5", "b=false"},
         "{\"s\":\"1\",\"i\":1,\"f\":1e-05,\"b\":false,\"e\":\"x\",\"n\":9007199254740993}"},
    };
    (void)state;
    struct definition d;
    definition_parse(sv_z(document), "pipe", false, &d);
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct err e = ERR_INIT;
        CLEANUP(json_free_ptr) struct json *values = NULL;
        CLEANUP(str_release) struct str text = STR_INIT;
        if (!parameters_resolve(&d, cases[i].pairs, count(cases[i].pairs), &values, &e)) {
            fail_msg("case %zu: %s", i, e.msg);
        }
        json_print(values, JSON_COMPACT, &text);
        assert_string_equal(text.p, cases[i].wanted);
    }
    definition_release(&d);
}

static void values_have_at_most_1024_characters(void **state)
{
    (void)state;
    struct definition d;
    definition_parse(sv_z(document), "pipe", false, &d);
    for (size_t n = PARAMETER_MAX_CHARS; n <= PARAMETER_MAX_CHARS + 1; n++) {
        CLEANUP(str_release) struct str pair = STR_INIT;
        CLEANUP(json_free_ptr) struct json *values = NULL;
        struct err e = ERR_INIT;
        str_addz(&pair, "s=");
        for (size_t i = 0; i < n; i++) {
            str_addz(&pair, "\xc3\xa9");
        }
        const char *const pairs[] = {pair.p};
        assert_int_equal(parameters_resolve(&d, pairs, 1, &values, &e), n == PARAMETER_MAX_CHARS);
        assert_int_equal(e.code, n == PARAMETER_MAX_CHARS ? ERR_NONE : ERR_USAGE);
    }
    definition_release(&d);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_words_are_usage),
        cmocka_unit_test(values_become_their_type),
        cmocka_unit_test(values_have_at_most_1024_characters),
    };
    return RUN_TESTS(tests);
}
