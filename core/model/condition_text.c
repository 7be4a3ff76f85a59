#include "core/model/condition_text.h"

#include "core/base/mem.h"

enum { VALUES_MAX = 8, DEPTH_MAX = 16 };

/* How a condition is written: LEFT sign RIGHT, and how when it is turned round by Not. */
static const struct {
    const char *type, *sign, *left, *right, *not_sign;
} comparisons[] = {
    {"Equals", "=", "LeftValue", "RightValue", "!="},
    {"GreaterThan", ">", "LeftValue", "RightValue", NULL},
    {"GreaterThanOrEqualTo", ">=", "LeftValue", "RightValue", NULL},
    {"LessThan", "<", "LeftValue", "RightValue", NULL},
    {"LessThanOrEqualTo", "<=", "LeftValue", "RightValue", NULL},
    {"In", "in", "QueryValue", "Values", "not in"},
};

static void add_one(struct str *out, const struct json *condition, bool is_alone, int depth);

static void add_value(struct str *out, const struct json *v)
{
    size_t n = 0;
    if (!v) {
        str_addz(out, "?");
    } else if (json_is(v, JSON_STRING)) {
        str_addz(out, json_str(v));
    } else if (!json_is(v, JSON_ARRAY)) {
        json_print(v, JSON_COMPACT, out);
    } else {
        str_addz(out, "[");
        json_each (value, v) {
            if (n++ == VALUES_MAX) {
                str_addz(out, ", …");
                break;
            }
            str_addz(out, n > 1 ? ", " : "");
            add_value(out, value);
        }
        str_addz(out, "]");
    }
}

/* False: it compares nothing. */
static bool add_comparison(struct str *out, const struct json *condition, bool is_turned)
{
    const char *type = json_get_str(condition, "Type");
    for (size_t i = 0; i < ALEN(comparisons); i++) {
        bool is_it = z_eq(comparisons[i].type, type);
        if (is_it && (!is_turned || comparisons[i].not_sign)) {
            add_value(out, json_get(condition, comparisons[i].left));
            str_addf(out, " %s ", is_turned ? comparisons[i].not_sign : comparisons[i].sign);
            add_value(out, json_get(condition, comparisons[i].right));
            return true;
        }
    }
    return false;
}

static void add_not(struct str *out, const struct json *condition, int depth)
{
    const struct json *inner = json_get(condition, "Condition");
    inner = inner ? inner : json_get(condition, "Expression");
    if (!add_comparison(out, inner, true)) {
        str_addz(out, "not ");
        add_one(out, inner, false, depth);
    }
}

static void add_list(struct str *out, const struct json *conditions, const char *word, int depth)
{
    bool is_alone = json_size(conditions) == 1;
    size_t n = 0;
    json_each (condition, conditions) {
        str_addz(out, n++ ? word : "");
        add_one(out, condition, is_alone, depth);
    }
}

/* One that does not stand alone is held together by parentheses where it needs them. */
static void add_one(struct str *out, const struct json *condition, bool is_alone, int depth)
{
    const char *type = json_get_str(condition, "Type");
    const struct json *any = json_get(condition, "Conditions");
    if (depth > DEPTH_MAX) {
        str_addz(out, "…");
    } else if (z_eq(type, "Not")) {
        add_not(out, condition, depth + 1);
    } else if (z_eq(type, "Or")) {
        bool is_held = !is_alone && json_size(any) > 1;
        str_addz(out, is_held ? "(" : "");
        add_list(out, any, " or ", depth + 1);
        str_addz(out, is_held ? ")" : "");
    } else if (!add_comparison(out, condition, false)) {
        str_addz(out, type ? type : "?");
    }
}

void condition_text(struct str *out, const struct json *conditions)
{
    if (json_is(conditions, JSON_ARRAY)) {
        add_list(out, conditions, " and ", 0);
    }
}
