/* Conditions as a person reads them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/model/condition_text.h"

#define EQ(a, b) "{\"Type\":\"Equals\",\"LeftValue\":" a ",\"RightValue\":" b "}"
#define GT(a, b) "{\"Type\":\"GreaterThan\",\"LeftValue\":" a ",\"RightValue\":" b "}"
#define LE(a, b) "{\"Type\":\"LessThanOrEqualTo\",\"LeftValue\":" a ",\"RightValue\":" b "}"
#define IN(a, b) "{\"Type\":\"In\",\"QueryValue\":" a ",\"Values\":" b "}"
#define NOT(c)   "{\"Type\":\"Not\",\"Condition\":" c "}"
#define OR(c)    "{\"Type\":\"Or\",\"Conditions\":[" c "]}"

static void conditions_are_expressions(void **state)
{
    static const struct {
        const char *json, *text;
    } rows[] = {
        {"null", ""},
        {"{\"Type\":\"Equals\"}", ""},
        {"[]", ""},
        {"[7]", "?"},
        {"[{}]", "?"},
        {"[{\"Type\":\"Maybe\"}]", "Maybe"},
        {"[{\"Type\":\"Equals\"}]", "? = ?"},
        {"[{\"Type\":\"Not\"}]", "not ?"},
        {"[{\"Type\":\"Or\"}]", ""},
        {"[" GT("0.912", "0.9") "]", "0.912 > 0.9"},
        {"[" LE("1e300", "\"prod\"") "," EQ("true", "null") "]", "1e+300 <= prod and true = null"},
        {"[" IN("3", "[1,2,3]") "]", "3 in [1, 2, 3]"},
        {"[" IN("3", "[]") "]", "3 in []"},
        {"[" IN("\"a\"", "[1,2,3,4,5,6,7,8,9]") "]", "a in [1, 2, 3, 4, 5, 6, 7, 8, …]"},
        {"[" NOT(EQ("1", "2")) "]", "1 != 2"},
        {"[" NOT(IN("1", "[2]")) "]", "1 not in [2]"},
        {"[" NOT(GT("1", "2")) "]", "not 1 > 2"},
        {"[{\"Type\":\"Not\",\"Expression\":" EQ("1", "2") "}]", "1 != 2"},
        {"[" NOT(OR(GT("1", "2") "," EQ("3", "4"))) "]", "not (1 > 2 or 3 = 4)"},
        {"[" OR(GT("0.91", "0.8") "," IN("0.7", "[0.7,0.8]")) "]",
         "0.91 > 0.8 or 0.7 in [0.7, 0.8]"},
        {"[" OR(GT("1", "2") "," EQ("3", "4")) "," GT("5", "4") "]", "(1 > 2 or 3 = 4) and 5 > 4"},
        {"[" GT("5", "4") "," OR(EQ("3", "4")) "]", "5 > 4 and 3 = 4"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(rows); i++) {
        CLEANUP(str_release) struct str out = STR_INIT;
        CLEANUP(json_free_ptr) struct json *doc = NULL;
        struct err e = ERR_INIT;
        assert_true(json_parse(sv_z(rows[i].json), &doc, &e));
        condition_text(&out, doc);
        assert_string_equal(out.n ? out.p : "", rows[i].text);
    }
}

static void a_deep_nest_ends(void **state)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(str_release) struct str out = STR_INIT;
    CLEANUP(json_free_ptr) struct json *doc = NULL;
    struct err e = ERR_INIT;
    (void)state;
    str_addz(&text, "[");
    for (int i = 0; i < 300; i++) {
        str_addz(&text, "{\"Type\":\"Or\",\"Conditions\":[");
    }
    for (int i = 0; i < 300; i++) {
        str_addz(&text, "]}");
    }
    str_addz(&text, "]");
    assert_true(json_parse(sv_of(&text), &doc, &e));
    condition_text(&out, doc);
    assert_string_equal(out.p, "…");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_are_expressions),
        cmocka_unit_test(a_deep_nest_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
