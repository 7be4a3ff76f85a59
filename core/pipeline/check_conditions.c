/* The conditions of a Condition step: shapes and operands. What they compare is settled when the
 * step runs (condition.h). */
#include "core/pipeline/check.h"
#include "core/pipeline/condition.h"

static void check_condition(const struct value_context *x, const struct trail *at,
                            const struct json *v);

/* The member `key` as one operand. */
static void check_operand(const struct value_context *x, const struct trail *of,
                          const struct json *v, const char *key)
{
    const struct json *operand = json_get(v, key);
    struct trail at = trail_key(of, key);
    if (!operand) {
        check_problem(x->c, &at, "%s is missing", key);
        return;
    }
    if (!value_is_operand(operand)) {
        check_problem(x->c, &at,
                      "%s must be a string, a number, a boolean, Get, Std:Join or Std:JsonGet, "
                      "not %s",
                      key, json_type_name(json_type(operand)));
    }
    check_value(x, &at, operand);
}

static void check_compare(const struct value_context *x, const struct trail *at,
                          const struct json *v)
{
    check_operand(x, at, v, "LeftValue");
    check_operand(x, at, v, "RightValue");
}

static void check_in(const struct value_context *x, const struct trail *of, const struct json *v)
{
    check_operand(x, of, v, "QueryValue");
    const struct json *values = json_get(v, "Values");
    struct trail at = trail_key(of, "Values");
    if (!json_is(values, JSON_ARRAY)) {
        check_problem(x->c, &at, "Values of In must be an array");
        return;
    }
    size_t i = 0;
    json_each (value, values) {
        struct trail t = trail_at(&at, i++);
        if (!value_is_operand(value)) {
            check_problem(x->c, &t, "a value of In cannot be %s", json_type_name(json_type(value)));
        }
        check_value(x, &t, value);
    }
}

static void check_not(const struct value_context *x, const struct trail *at, const struct json *v)
{
    const struct json *condition = json_get(v, "Condition");
    const struct json *expression = json_get(v, "Expression");
    struct trail t = trail_key(at, condition ? "Condition" : "Expression");
    if (!condition == !expression) {
        check_problem(x->c, at, "Not takes one of Condition and Expression");
    } else {
        check_condition(x, &t, condition ? condition : expression);
    }
}

static void check_or(const struct value_context *x, const struct trail *at, const struct json *v)
{
    struct trail t = trail_key(at, "Conditions");
    check_conditions(x, &t, json_get(v, "Conditions"));
}

static const struct {
    const char *word;
    void (*check)(const struct value_context *, const struct trail *, const struct json *);
} combining[] = {{"In", check_in}, {"Not", check_not}, {"Or", check_or}};

static void check_condition(const struct value_context *x, const struct trail *at,
                            const struct json *v)
{
    if (!json_is(v, JSON_OBJECT)) {
        check_problem(x->c, at, "a condition must be an object, not %s",
                      json_type_name(json_type(v)));
        return;
    }
    const char *word = check_required_text(x->c, at, v, "Type");
    if (!word) {
        return;
    }
    if (condition_operator_of(word) != CONDITION_OPERATOR_COUNT) {
        check_compare(x, at, v);
        return;
    }
    for (size_t i = 0; i < ALEN(combining); i++) {
        if (z_eq(word, combining[i].word)) {
            combining[i].check(x, at, v);
            return;
        }
    }
    struct trail t = trail_key(at, "Type");
    CLEANUP(mem_free_ptr) char *q = check_quote(sv_z(word));
    check_problem(x->c, &t,
                  "\"%s\" is no condition; there are Equals, GreaterThan, GreaterThanOrEqualTo, "
                  "LessThan, LessThanOrEqualTo, In, Not and Or",
                  q);
}

void check_conditions(const struct value_context *x, const struct trail *at,
                      const struct json *conditions)
{
    if (!json_is(conditions, JSON_ARRAY)) {
        check_problem(x->c, at, "Conditions must be an array%s",
                      conditions ? "" : "; it is missing");
        return;
    }
    size_t i = 0;
    json_each (condition, conditions) {
        struct trail t = trail_at(at, i++);
        check_condition(x, &t, condition);
    }
}
