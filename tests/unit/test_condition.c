/* condition: mixed types fail, then the truth table of every operator. */
#include "tests/unit/test.h"

#include "core/base/mem.h"
#include "core/pipeline/condition.h"

#define PAIR(type, left, right) "{'Type':'" type "','LeftValue':" left ",'RightValue':" right "}"
#define YES                     PAIR("Equals", "1", "1")
#define NO                      PAIR("Equals", "1", "2")
#define BAD                     PAIR("Equals", "1", "'1'")

static bool eval(const char *list, bool *ret_holds, struct err *e)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(json_free_ptr) struct json *j = NULL;
    str_setf(&text, "[%s]", list);
    for (size_t i = 0; i < text.n; i++) {
        text.p[i] = text.p[i] == '\'' ? '"' : text.p[i];
    }
    if (!json_parse(sv_of(&text), &j, e)) {
        fail_msg("%s: %s", list, e->msg);
    }
    return condition_holds(j, ret_holds, e);
}

static void mixed_types_fail(void **state)
{
    static const struct {
        const char *list, *part;
    } cases[] = {
        {BAD, "Equals cannot compare 1 (a number) with \"1\" (a string)"},
        {PAIR("LessThan", "'a'", "2"), "LessThan cannot compare"},
        {PAIR("Equals", "true", "'true'"), "(a boolean)"},
        {PAIR("Equals", "true", "1"), "(a boolean)"},
        {PAIR("GreaterThan", "true", "false"), "GreaterThan cannot compare true"},
        {PAIR("Equals", "null", "null"), "(null)"},
        {PAIR("Equals", "[1]", "[1]"), "(an array)"},
        {"{'Type':'Equals','LeftValue':1}", "nothing (absent)"},
        {"{'Type':'In','QueryValue':'a','Values':['a',1]}", "In cannot compare"},
        {"{'Type':'Or','Conditions':[" YES "," BAD "]}", "cannot compare"},
        {NO "," BAD, "cannot compare"},
        {BAD "," NO, "cannot compare"},
        {"{'Type':'Not','Condition':" BAD "}", "cannot compare"},
        {"{'Type':'Xor'}", "no condition that is known"},
        {"{}", "no condition that is known"},
        {"1", "no condition that is known"},
        {"{'Type':'Not'}", "no condition that is known"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct err e = ERR_INIT;
        bool holds = true;
        if (eval(cases[i].list, &holds, &e) || !strstr(e.msg, cases[i].part)) {
            fail_msg("%s: \"%s\"", cases[i].list, e.msg);
        }
    }
}

static void operators_hold(void **state)
{
    static const struct {
        const char *list;
        bool holds;
    } cases[] = {
        {"", true},
        {YES, true},
        {NO, false},
        {YES "," NO, false},
        {YES "," YES, true},
        {PAIR("Equals", "1", "1.0"), true},
        {PAIR("Equals", "'a'", "'a'"), true},
        {PAIR("Equals", "'a'", "'A'"), false},
        {PAIR("Equals", "true", "true"), true},
        {PAIR("Equals", "true", "false"), false},
        {PAIR("Equals", "9007199254740993", "9007199254740992"), false},
        {PAIR("GreaterThan", "9007199254740993", "9007199254740992"), true},
        {PAIR("GreaterThan", "2", "1"), true},
        {PAIR("GreaterThan", "1", "1"), false},
        {PAIR("GreaterThanOrEqualTo", "1", "1"), true},
        {PAIR("GreaterThanOrEqualTo", "0.5", "1"), false},
        {PAIR("LessThan", "0.5", "1"), true},
        {PAIR("LessThan", "1", "1"), false},
        {PAIR("LessThanOrEqualTo", "1", "1"), true},
        {PAIR("LessThanOrEqualTo", "6.1", "6"), false},
        {PAIR("LessThan", "'10'", "'9'"), true},
        {PAIR("LessThan", "'Z'", "'a'"), true},
        {PAIR("LessThan", "'a'", "'ab'"), true},
        {"{'Type':'In','QueryValue':'a','Values':['b','a']}", true},
        {"{'Type':'In','QueryValue':2,'Values':[1,2.0]}", true},
        {"{'Type':'In','QueryValue':'a','Values':[]}", false},
        {"{'Type':'In','QueryValue':'a','Values':['b']}", false},
        {"{'Type':'Not','Condition':" NO "}", true},
        {"{'Type':'Not','Expression':" YES "}", false},
        {"{'Type':'Or','Conditions':[" NO "," YES "]}", true},
        {"{'Type':'Or','Conditions':[" NO "," NO "]}", false},
        {"{'Type':'Or','Conditions':[]}", false},
        {"{'Type':'Not','Condition':{'Type':'Or','Conditions':[{'Type':'Not','Condition':" NO
         "}]}}",
         false},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct err e = ERR_INIT;
        bool holds = !cases[i].holds;
        if (!eval(cases[i].list, &holds, &e) || holds != cases[i].holds) {
            fail_msg("%s: %s", cases[i].list, e.msg[0] ? e.msg : "the other way");
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(mixed_types_fail),
        cmocka_unit_test(operators_hold),
    };
    return RUN_TESTS(tests);
}
