/* Evaluation of bound conditions; see condition.h. */
#include "core/pipeline/condition.h"

#include "core/base/mem.h"
#include "core/base/utf8.h"

static const char *const operator_words[] = {
    [CONDITION_EQUALS] = "Equals",
    [CONDITION_GREATER_THAN] = "GreaterThan",
    [CONDITION_GREATER_THAN_OR_EQUAL_TO] = "GreaterThanOrEqualTo",
    [CONDITION_LESS_THAN] = "LessThan",
    [CONDITION_LESS_THAN_OR_EQUAL_TO] = "LessThanOrEqualTo",
};
_Static_assert(ALEN(operator_words) == CONDITION_OPERATOR_COUNT, "a word for each operator");

/* which results of a comparison (-1, 0, 1) make the operator hold */
static const struct {
    bool less, equal, greater;
} operator_holds[] = {
    [CONDITION_EQUALS] = {.equal = true},
    [CONDITION_GREATER_THAN] = {.greater = true},
    [CONDITION_GREATER_THAN_OR_EQUAL_TO] = {.equal = true, .greater = true},
    [CONDITION_LESS_THAN] = {.less = true},
    [CONDITION_LESS_THAN_OR_EQUAL_TO] = {.less = true, .equal = true},
};

enum condition_operator condition_operator_of(const char *word)
{
    size_t o = 0;
    while (o < CONDITION_OPERATOR_COUNT && !z_eq(word, operator_words[o])) {
        o++;
    }
    return (enum condition_operator)o;
}

static char *shown(const struct json *v)
{
    enum { CELLS = 60 };
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(str_release) struct str clean = STR_INIT;
    struct str cut = STR_INIT;
    if (v) {
        json_print(v, JSON_COMPACT, &text);
    } else {
        str_addz(&text, "nothing");
    }
    utf8_sanitize(&clean, sv_of(&text));
    utf8_fit(&cut, sv_of(&clean), CELLS, UTF8_CUT_END);
    return str_detach(&cut);
}

static int sign(bool is_greater, bool is_less)
{
    return (int)is_greater - (int)is_less;
}

static bool compare(const char *word, const struct json *a, const struct json *b, bool is_equality,
                    int *ret_order, struct err *e)
{
    if (a && b && json_type(a) == json_type(b)) {
        int64_t i, j;
        if (json_is(a, JSON_STRING)) {
            int order = sv_cmp(sv_z(json_str(a)), sv_z(json_str(b)));
            *ret_order = sign(order > 0, order < 0);
            return true;
        }
        if (json_i64(a, &i) && json_i64(b, &j)) {
            *ret_order = sign(i > j, i < j);
            return true;
        }
        if (json_is(a, JSON_NUMBER)) {
            *ret_order = sign(json_num(a) > json_num(b), json_num(a) < json_num(b));
            return true;
        }
        if (json_is(a, JSON_BOOL) && is_equality) {
            *ret_order = json_bool(a) != json_bool(b);
            return true;
        }
    }
    CLEANUP(mem_free_ptr) char *left = shown(a);
    CLEANUP(mem_free_ptr) char *right = shown(b);
    return err_set(e, ERR_INVALID, "%s cannot compare %s (%s) with %s (%s)", word, left,
                   a ? json_type_name(json_type(a)) : "absent", right,
                   b ? json_type_name(json_type(b)) : "absent");
}

static bool one_holds(const struct json *v, bool *ret_holds, struct err *e);

static bool compare_holds(const struct json *v, enum condition_operator o, bool *ret_holds,
                          struct err *e)
{
    int order;
    if (!compare(operator_words[o], json_get(v, "LeftValue"), json_get(v, "RightValue"),
                 o == CONDITION_EQUALS, &order, e)) {
        return false;
    }
    *ret_holds = order < 0    ? operator_holds[o].less
                 : order == 0 ? operator_holds[o].equal
                              : operator_holds[o].greater;
    return true;
}

static bool in_holds(const struct json *v, bool *ret_holds, struct err *e)
{
    const struct json *query = json_get(v, "QueryValue");
    bool is_in = false;
    json_each (value, json_get(v, "Values")) {
        int order;
        if (!compare("In", query, value, true, &order, e)) {
            return false;
        }
        is_in = is_in || order == 0;
    }
    *ret_holds = is_in;
    return true;
}

static bool not_holds(const struct json *v, bool *ret_holds, struct err *e)
{
    const struct json *inner = json_get(v, "Condition");
    bool holds;
    if (!one_holds(inner ? inner : json_get(v, "Expression"), &holds, e)) {
        return false;
    }
    *ret_holds = !holds;
    return true;
}

static bool or_holds(const struct json *v, bool *ret_holds, struct err *e)
{
    bool any = false;
    json_each (condition, json_get(v, "Conditions")) {
        bool holds;
        if (!one_holds(condition, &holds, e)) {
            return false;
        }
        any = any || holds;
    }
    *ret_holds = any;
    return true;
}

static const struct {
    const char *word;
    bool (*holds)(const struct json *, bool *, struct err *);
} combining[] = {{"In", in_holds}, {"Not", not_holds}, {"Or", or_holds}};

static bool one_holds(const struct json *v, bool *ret_holds, struct err *e)
{
    const char *word = json_get_str(v, "Type");
    enum condition_operator o = condition_operator_of(word);
    if (o != CONDITION_OPERATOR_COUNT) {
        return compare_holds(v, o, ret_holds, e);
    }
    for (size_t i = 0; i < ALEN(combining); i++) {
        if (z_eq(word, combining[i].word)) {
            return combining[i].holds(v, ret_holds, e);
        }
    }
    CLEANUP(mem_free_ptr) char *text = shown(v);
    return err_set(e, ERR_INVALID, "no condition that is known: %s", text);
}

bool condition_holds(const struct json *conditions, bool *ret_holds, struct err *e)
{
    bool all = true;
    json_each (condition, conditions) {
        bool holds;
        if (!one_holds(condition, &holds, e)) {
            return false;
        }
        all = all && holds;
    }
    *ret_holds = all;
    return true;
}
